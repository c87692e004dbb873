"""The array's lines at DC against evenly loaded ladders: what the cells lose, and what the far taps give back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.analysis import OperatingPoint
from harness.render import Conditions, DeckBuilder

ROWS = 16
BODY = """
Vddio vddio 0 1.8
Vclamp clamp 0 0.055
{% set word_lines = (" " ~ p.wl) * 16 %}
Xline clamp sense{{ word_lines }} {{ p.read }} {{ p.write_p }} 0 vddio 0 {{ use("array_line", states=p.states) }}
"""


@pytest.fixture
def line(silicon: Conditions, simulate: Callable[..., pd.DataFrame], tmp_path: Path) -> Callable[..., pd.Series]:
    """Return the nodes of a line of parallel cells at rest."""

    def answer(wl: str, read: str, write_p: str) -> pd.Series:
        (tmp_path / "line.cir.j2").write_text(BODY, encoding="utf-8")
        values = {"states": [0] * ROWS, "wl": wl, "read": read, "write_p": write_p}
        deck = DeckBuilder(silicon).deck("line", tmp_path / "line.cir.j2", values)
        return simulate(deck, OperatingPoint()).iloc[0]

    return answer


def test_the_wires_are_ladders_and_the_mean_cell_sees_what_the_taps_promise(
    silicon: Conditions, line: Callable[..., pd.Series]
) -> None:
    nodes = line("vddio", "vddio", "0")
    bl, sl = (np.array([nodes[f"xline.{wire}{row}"] for row in range(ROWS)]) for wire in ("bl", "sl"))
    r_bl, r_sl = (silicon.technology.size("array_line", role, "r").r or 0.0 for role in ("bit_line", "source_line"))
    total = -float(nodes["i(vclamp)"])
    assert total == pytest.approx(70e-6, rel=0.1)
    # what a node's two neighbours lack of twice its own voltage is the current of its cell
    taken, given = np.diff(bl, 2) / r_bl, -np.diff(sl, 2) / r_sl
    np.testing.assert_allclose(taken, total / ROWS, rtol=0.02)
    np.testing.assert_allclose(given, taken, rtol=1e-3)
    assert nodes["sense"] == pytest.approx(bl[-1], abs=1e-9), "no current flows in the sense switch"
    ground = (sl[0] + sl[-1]) / 2 / (total / 2)
    assert 3.5 < ground < 5.5, "Ohm, each of the two ground devices"
    # sixteen rows have fifteen pieces of wire: a sixth of the one line and a twelfth of the other, exactly
    promised = r_bl * (ROWS**2 - 1) / 6 / ROWS - r_sl * (ROWS - 1) * (ROWS - 2) / 12 / ROWS - ground / 2
    assert float(np.mean(bl - sl)) - nodes["sense"] == pytest.approx(promised * total, abs=2e-6)


def test_in_a_write_the_read_channel_sees_nothing_of_it(line: Callable[..., pd.Series]) -> None:
    nodes = line("0", "0", "vddio")
    assert nodes["xline.bl0"] > 1.7
    assert abs(nodes["sense"]) < 1e-6
    assert abs(nodes["i(vclamp)"]) < 1e-8, "A, through the isolation"
