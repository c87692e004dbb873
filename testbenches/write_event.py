"""Writing into a bit line of the array, as the testbenches of the write path share it.

A subclass says which rows are written, to what, and how long each pulse is. The order of the lines is here: word line,
a pulse on bit or source line, word line off; then read, word line, strobe: the verification, by the memory read of
the chip. Between any two edges lies T_GAP, the programming interface's own break before make.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd

from harness.analysis import Analysis, Solver, Transient
from harness.measure import first_crossing, value_at
from harness.mtj import load_mtj_set
from harness.synapse import ANTIPARALLEL, PARALLEL
from harness.testbench import Parameter, Reading, Testbench, Values
from testbenches.parameters import IBIAS, VCLAMP, VDD, VDDIO, VREAD_AMP

T_START = 5e-9  # s, everything is at rest
T_GAP = 2e-9  # s, between two edges of the programming interface
T_EDGE = 1e-9  # s, each of them
T_EQUALIZE, T_SENSE = 60e-9, 150e-9  # s, from the word line on: VDATA is let go, the strobe comes
T_STROBE = 5e-9  # s
SOLVER = Solver(chgtol=1e-14)  # gates' edges to some picoseconds; the junctions' angles follow from reltol
WRITTEN, NEIGHBOUR = "written", "neighbour"
LINES = (WRITTEN, NEIGHBOUR)
STATES = {PARALLEL: "P", ANTIPARALLEL: "AP"}

WRITE_PARAMETERS: tuple[Parameter, ...] = (
    VDD,
    VDDIO,
    VREAD_AMP,
    replace(VCLAMP, meaning="clamp gate in memory read", default=0.40),
    IBIAS,
    Parameter("T_PULSE", "write pulse", "s", 15e-9, 1e-9, 1e-6),
    Parameter("ROWS", "rows of the bit line", default=16, low=2, high=32, whole=True),
)


class Operation(NamedTuple):
    """One attempt: the row, the wanted state (0 parallel, 1 antiparallel) and the width of the pulse (s)."""

    row: int
    state: int
    pulse: float


class Times(NamedTuple):
    """When an attempt begins, its pulse goes on and off, its verification begins, is decided, it ends (s)."""

    begin: float
    on: float
    off: float
    verify: float
    decided: float
    end: float


def schedule(operations: Sequence[Operation]) -> list[Times]:
    """Return the times of each attempt, one after another."""
    times: list[Times] = []
    for operation in operations:
        begin = times[-1].end + T_GAP if times else T_START
        on = begin + T_GAP
        off = on + operation.pulse
        verify = off + 4 * T_GAP
        decided = verify + T_SENSE + T_STROBE
        times.append(Times(begin, on, off, verify, decided, decided + 3 * T_GAP))
    return times


class WriteTestbench(Testbench):
    """Attempts on one bit line of ROWS rows, whose neighbour on the same word lines is not written."""

    parameters: ClassVar[tuple[Parameter, ...]] = WRITE_PARAMETERS

    @abstractmethod
    def operations(self, values: Values) -> Sequence[Operation]:
        """Return the attempts in order; every cell is parallel at first."""

    def written(self, values: Values) -> list[int]:
        """Return the rows that are written, in ascending order."""
        return sorted({operation.row for operation in self.operations(values)})

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck, with the attempts as intervals of each line."""
        operations, rows = self.operations(values), int(values["ROWS"])
        times, high, core = schedule(operations), float(values["VDDIO"]), float(values["VDD"])
        paired = list(zip(operations, times, strict=True))
        return "write.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in WRITE_PARAMETERS},
            "rows": rows,
            "states": [PARALLEL] * rows,
            "written": self.written(values),
            "word_line_window": [
                span for t in times for span in ((t.begin, t.off + T_GAP, high), (t.verify, t.decided + T_GAP, high))
            ],
            "select": {
                row: [(t.begin - T_EDGE, t.decided + 2 * T_GAP, high) for o, t in paired if o.row == row]
                for row in self.written(values)
            },
            "write_p": [(t.on, t.off, high) for o, t in paired if o.state == PARALLEL],
            "write_ap": [(t.on, t.off, high) for o, t in paired if o.state == ANTIPARALLEL],
            "read": [(t.verify - T_GAP, t.end, high) for t in times],
            "equalize": [(t.verify - T_GAP, t.verify + T_EQUALIZE, core) for t in times],
            "sense": [(t.decided - T_STROBE, t.decided, core) for t in times],
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the transient to the end of the last attempt."""
        return Transient(schedule(self.operations(values))[-1].end + T_GAP, 5e-9, SOLVER)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the interface's lines, the driver's end of the lines, the written rows' junctions, supply currents."""
        rows, last = self.written(values), int(values["ROWS"]) - 1
        inside = ("pinned_layer", "xjunction.cos_theta", "xjunction.conductance")
        cells = [cell_node(line, row, node) for line in LINES for row in rows for node in inside]
        cells += [f"xline_{line}.bl{row}" for line in LINES for row in rows]
        ends = [f"xline_{line}.{wire}{last}" for line in LINES for wire in ("bl", "sl")]
        reads = [f"{name}_{line}" for name in ("data", "dout", "dout_b") for line in LINES]
        nodes = ("read", "write_p", "write_ap", "sense", "vref", *reads, *(f"wl{row}" for row in rows), *ends, *cells)
        return (*dict.fromkeys(nodes), "i(vddio_lines)", "i(vddio_word_lines)")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield for each attempt what the cell and its verification say, switching time, energy, half-selected cells.

        ``wrong`` counts a cell that is not as wanted after the attempt, ``misread`` a verification that says what the
        cell is not; ``disturb`` is the largest change of cos(theta) of a cell that is not meant, ``stray`` the peak of
        its current over Ic0: the edges charge its access device's drain through the junction, within 0.1 ns.
        """
        operations = self.operations(values)
        for attempt, (operation, t) in enumerate(zip(operations, schedule(operations), strict=True)):
            at = {"attempt": attempt, "row": operation.row, "to": STATES[operation.state], "pulse": operation.pulse}
            cosine = waveforms[cell_node(WRITTEN, operation.row, "xjunction.cos_theta")]
            wanted = 1.0 if operation.state == PARALLEL else -1.0
            yield Reading("wrong", float(value_at(cosine, t.decided) * wanted < 0), "", at)
            misread = sum(_misread(values, waveforms, line, operation.row, t) for line in LINES)
            yield Reading("misread", float(misread), "", at)
            if value_at(cosine, t.on) * wanted < 0:
                switched = first_crossing(cosine.loc[: t.verify], 0.0, after=t.on)
                yield Reading("switching_time", switched - t.on - T_EDGE / 2, "s", at)
            yield Reading("energy", self._energy(values, waveforms, t), "J", at)
            yield from self._half_selected(values, waveforms, operation.row, t, at)

    def _energy(self, values: Values, waveforms: pd.DataFrame, t: Times) -> float:
        """Return what drivers, lines and word line take from VDDIO for one pulse (J), without the verification."""
        part = waveforms.loc[t.begin - T_EDGE : t.verify - 2 * T_EDGE, ["i(vddio_lines)", "i(vddio_word_lines)"]]
        return float(values["VDDIO"]) * float(np.trapezoid(-part.sum(axis=1), part.index.to_numpy(dtype=float)))

    def _half_selected(
        self, values: Values, waveforms: pd.DataFrame, row: int, t: Times, at: Mapping[str, Any]
    ) -> Iterable[Reading]:
        critical = load_mtj_set(str(values["MTJ"])).critical_current
        others = [(line, other) for line in LINES for other in self.written(values) if (line, other) != (WRITTEN, row)]
        for line, other in others:
            where = {**at, "cell": "same row" if other == row else "same line" if line == WRITTEN else "neither"}
            cosine = waveforms[cell_node(line, other, "xjunction.cos_theta")].loc[t.begin : t.end]
            yield Reading("disturb", float((cosine - cosine.iloc[0]).abs().max()), "", where)
            current = cell_current(values, waveforms, line, other).loc[t.begin : t.verify - 2 * T_GAP]
            yield Reading("stray", float(current.abs().max()) / critical, "", where)


def _misread(values: Values, waveforms: pd.DataFrame, line: str, row: int, t: Times) -> bool:
    """Return whether a latch's answer is not the state of its cell, or is none."""
    half, time = float(values["VDD"]) / 2, t.decided - T_EDGE / 2
    parallel = value_at(waveforms[cell_node(line, row, "xjunction.cos_theta")], time) > 0
    answers = [value_at(waveforms[f"{name}_{line}"], time) > half for name in ("dout", "dout_b")]
    return answers != [parallel, not parallel]


def cell_node(line: str, row: int, node: str) -> str:
    """Return the name of a node inside a cell."""
    return f"xline_{line}.xcell{row}.{node}"


def cell_current(values: Values, waveforms: pd.DataFrame, line: str, row: int) -> pd.Series:
    """Return the current (A) through a dynamic junction from its free to its pinned layer: positive writes P."""
    voltage = waveforms[f"xline_{line}.bl{row}"] - waveforms[cell_node(line, row, "pinned_layer")]
    r_p = load_mtj_set(str(values["MTJ"])).r_p * float(values["RA_SCALE"])
    return voltage * waveforms[cell_node(line, row, "xjunction.conductance")] / r_p
