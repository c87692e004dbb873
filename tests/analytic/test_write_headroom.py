"""The cell's access device and word-line level leave room to write: 2 Ic0 in both directions, worst corner."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from harness.analysis import OperatingPoint
from harness.mtj import load_mtj_set
from harness.render import Conditions, DeckBuilder
from harness.switching import threshold_current
from harness.technology import load_technology

DRIVER_DROP = 0.15  # V lost in the line drivers and lines, of 1.8 V
# The dynamic view has the junction's whole bias dependence; at an operating point it stands in its state.
BODY = """
Vwl wl 0 1.8
Vbl bl 0 {{ p.bl }}
Vsl sl 0 {{ p.sl }}
Xcell bl sl wl 0 {{ use("cell", state=p.state, dynamic=1) }}
"""


@pytest.mark.parametrize("mtj_name", ["10k20k", "5k30k"])
@pytest.mark.parametrize("to_antiparallel", [True, False])
@pytest.mark.parametrize("temp_c", [-40.0, 85.0])
def test_the_cell_passes_twice_the_critical_current(
    mtj_name: str, to_antiparallel: bool, temp_c: float, simulate: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    mtj = load_mtj_set(mtj_name)
    silicon = Conditions(load_technology("fdsoi28"), mtj, corner="ss", temp_c=temp_c)
    high = 1.8 - DRIVER_DROP
    # Paper 2.1.3.1: pinned to free layer writes AP, so SL is high for it; the state before the write decides R.
    bl, sl = (DRIVER_DROP, high) if to_antiparallel else (high, DRIVER_DROP)
    values = {"bl": bl, "sl": sl, "state": 0 if to_antiparallel else 1}
    (tmp_path / "write.cir.j2").write_text(BODY, encoding="utf-8")
    deck = DeckBuilder(silicon).deck("write", tmp_path / "write.cir.j2", values)
    current = abs(float(simulate(deck, OperatingPoint())["i(vbl)"].iloc[0]))
    needed = 2 * threshold_current(mtj, to_antiparallel)
    assert current >= needed, f"{current * 1e6:.0f} of {needed * 1e6:.0f} uA"
