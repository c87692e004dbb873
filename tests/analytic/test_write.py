"""The write path: drivers that never fight, and cells of a cluster with the currents they get."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.analysis import Transient
from harness.mtj import load_mtj_set
from harness.programming import PULSES
from harness.render import Conditions, DeckBuilder
from harness.store import Store
from harness.technology import load_technology
from testbenches.write_array import WriteArray
from testbenches.write_cells import cells_of, states_of, words_of, write_cells

HIGH, TIMES = 1.8, (5e-9, 15e-9, 25e-9, 35e-9, 45e-9)
# Requests follow each other without a gap, and the last one comes while `read` is high: the worst an interface can do.
BODY = """
Vddio vddio 0 1.8
{% for name, points in p.lines.items() %}
V{{ name }} {{ name }} 0 pwl(0 {{ points | join(" ") }})
{% endfor %}
Xdriver bl sl read write_p write_ap vddio 0 {{ use("write_driver") }}
Xcells bl sl 0 0 {{ use("cell", state=1, count=16) }}
"""
LEVELS = {"read": (1, 0, 0, 1, 1, 0), "write_p": (0, 1, 0, 0, 1, 0), "write_ap": (0, 0, 1, 0, 0, 1)}


def points(levels: tuple[int, ...]) -> list[float]:
    values = [HIGH * levels[0]]
    for time, before, after in zip(TIMES, levels[:-1], levels[1:], strict=True):
        values += [time, HIGH * before, time + 1e-9, HIGH * after]
    return values


@pytest.mark.parametrize(("corner", "temp_c"), [("tt", 27.0), ("ff", -40.0), ("ss", 85.0), ("sf", 27.0), ("fs", 27.0)])
def test_a_line_is_never_pulled_both_ways(
    corner: str, temp_c: float, simulate: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    silicon = Conditions(load_technology("fdsoi28"), load_mtj_set("10k20k"), corner=corner, temp_c=temp_c)
    (tmp_path / "write.cir.j2").write_text(BODY, encoding="utf-8")
    lines = {name: points(levels) for name, levels in LEVELS.items()}
    deck = DeckBuilder(silicon).deck("write", tmp_path / "write.cir.j2", {"lines": lines})
    frame = simulate(deck, Transient(55e-9, 1e-9))
    for high, lows in (("bl_high_bar", ("bl_low",)), ("sl_high_bar", ("sl_low", "read_low"))):
        for low in lows:
            both = np.minimum(HIGH - frame[f"xdriver.{high}"], frame[f"xdriver.{low}"])
            assert both.max() < 0.35, f"{high} and {low} are both on"  # the threshold is 0.47 V
    for time, bl, sl in ((14e-9, HIGH, 0), (24e-9, 0, HIGH), (44e-9, None, 0), (54e-9, 0, HIGH)):
        row = frame.iloc[frame.index.searchsorted(time)]
        assert row["sl"] == pytest.approx(sl, abs=0.05)
        if bl is not None:
            assert row["bl"] == pytest.approx(bl, abs=0.05)
        else:
            assert row["bl"] < 0.5  # `read` overrides: nothing lifts the bit line


def test_a_cluster_takes_its_weights(tmp_path: Path) -> None:
    words = np.arange(16 * 16).reshape(16, 16) % 8
    blocks = {"synapse": cells_of(words, 3), "threshold": cells_of(np.array([[7], [2]]), 3)}
    report = write_cells(blocks, WriteArray().settings({"CORNER": "ss", "TEMP": 85}), Store(tmp_path), jobs=1)
    assert len(report) == 16 * 48 + 2 * 3
    assert report["ok"].all() and (report["pulse"] == PULSES[0]).all()
    assert (words_of(states_of(report, "synapse"), 3) == words).all()
    assert words_of(states_of(report, "threshold"), 3).tolist() == [[7], [2]]


def test_cells_that_get_too_little_current_are_reported_one_by_one(tmp_path: Path) -> None:
    wanted = np.array([[1, 0]] * 4)
    values = WriteArray().settings({"VDDIO": 1.0, "RA_SCALE": 3})
    report = write_cells({"synapse": wanted}, values, Store(tmp_path), jobs=1)
    to_ap = report[report["wanted"] == 1]
    assert not to_ap["ok"].any() and (to_ap["attempts"] == len(PULSES)).all() and (to_ap["state"] == 0).all()
