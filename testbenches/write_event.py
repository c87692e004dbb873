"""Writing into a bit line of the array, as the testbenches of the write path share it.

A subclass says which rows are written, to what, and how long each pulse is. The order of the lines is here: word line, a
pulse on the bit or the source line, word line off; then read, word line, strobe: the verification, by the memory read.
Between any two of them lies T_GAP, the programming interface's own break before make.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd

from harness.analysis import Analysis, Solver, Transient
from harness.mtj import load_mtj_set
from harness.synapse import ANTIPARALLEL, PARALLEL
from harness.testbench import Parameter, Testbench, Values
from testbenches.parameters import IBIAS, VCLAMP, VDD, VDDIO, VREAD_AMP

T_START = 5e-9  # s, everything is at rest
T_GAP = 2e-9  # s, between two edges of the programming interface; each takes 1 ns
T_VERIFY = 150e-9  # s, word line on to strobe
T_EQUALIZE, T_STROBE = 60e-9, 5e-9  # s: VDATA held on VREF at first; width of the strobe
LINES = ("written", "neighbour")


class Operation(NamedTuple):
    """One attempt: the row, the wanted state (0 parallel, 1 antiparallel) and the width of the pulse (s)."""

    row: int
    state: int
    pulse: float


class Times(NamedTuple):
    """When an operation begins, its pulse is on, the word line is on for the verification, it is decided, it ends (s)."""

    begin: float
    on: float
    off: float
    verify: float
    decided: float
    end: float


def schedule(operations: Sequence[Operation]) -> list[Times]:
    """Return the times of each operation, one after another."""
    times, begin = [], T_START
    for operation in operations:
        on = begin + T_GAP
        off = on + operation.pulse
        verify = off + 4 * T_GAP
        decided = verify + T_VERIFY + T_STROBE
        times.append(Times(begin, on, off, verify, decided, decided + 3 * T_GAP))
        begin = times[-1].end + T_GAP
    return times


class WriteTestbench(Testbench):
    """Operations on one bit line of ROWS rows, whose neighbour on the same word lines is not written."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDD,
        VDDIO,
        VREAD_AMP,
        VCLAMP,
        IBIAS,
        Parameter("T_PULSE", "write pulse", "s", 15e-9, 1e-9, 1e-6),
        Parameter("ROWS", "rows of the bit line", default=16, low=1, high=32, whole=True),
    )

    @abstractmethod
    def operations(self, values: Values) -> Sequence[Operation]:
        """Return what is written, in order; every cell is parallel at first."""

    def written(self, values: Values) -> list[int]:
        """Return the rows that are written, in ascending order."""
        return sorted({operation.row for operation in self.operations(values)})

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck: operations as intervals of each line."""
        operations, rows = self.operations(values), int(values["ROWS"])
        times, high, core = schedule(operations), float(values["VDDIO"]), float(values["VDD"])
        paired = list(zip(operations, times, strict=True))
        return "write.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in WriteTestbench.parameters},
            "rows": rows,
            "states": [PARALLEL] * rows,
            "written": self.written(values),
            "word_line_window": [
                span
                for t in times
                for span in ((t.begin, t.off + T_GAP, high), (t.verify, t.decided + T_GAP, high))
            ],
            "select": {
                row: [(t.begin - 1e-9, t.decided + 2 * T_GAP, high) for o, t in paired if o.row == row]
                for row in self.written(values)
            },
            "write_p": [(t.on, t.off, high) for o, t in paired if o.state == PARALLEL],
            "write_ap": [(t.on, t.off, high) for o, t in paired if o.state == ANTIPARALLEL],
            "read": [(t.verify - T_GAP, t.end, high) for t in times],
            "equalize": [(t.verify - T_GAP, t.verify + T_EQUALIZE, core) for t in times],
            "sense": [(t.decided - T_STROBE, t.decided, core) for t in times],
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the transient to the end of the last operation."""
        return Transient(schedule(self.operations(values))[-1].end + T_GAP, 2.5e-9, Solver())

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the interface's lines, the bit and source line's ends, each written row's junction, and supply currents."""
        rows = self.written(values)
        last = int(values["ROWS"]) - 1
        ends = (f"xline_{line}.{wire}{row}" for line in LINES for wire in ("bl", "sl") for row in {0, last, *rows})
        cells = (
            f"xline_{line}.xcell{row}.{node}"
            for line in LINES
            for row in rows
            for node in ("pinned_layer", "xjunction.cos_theta", "xjunction.conductance")
        )
        shared = ("read", "write_p", "write_ap", "vref", *(f"{name}_{line}" for name in ("data", "dout") for line in LINES))
        return (*shared, *(f"wl{row}" for row in rows), *ends, *cells, "i(vddio_lines)", "i(vddio_word_lines)")


def cell_current(values: Values, waveforms: pd.DataFrame, line: str, row: int) -> pd.Series:
    """Return the current (A) of a junction from the bit line to the access device: positive writes P."""
    cell = f"xline_{line}.xcell{row}"
    voltage = waveforms[f"xline_{line}.bl{row}"] - waveforms[f"{cell}.pinned_layer"]
    r_p = load_mtj_set(str(values["MTJ"])).r_p * float(values["RA_SCALE"])
    return voltage * waveforms[f"{cell}.xjunction.conductance"] / r_p
