"""Every cell of the array can be written, in every corner: corner cells by full dynamics, all rows by their current.

A cell's write current depends on its line (sixteen rows for synapses, PSP reference and read reference, two for
thresholds) and its row. Lines of a kind are equal, and each has the same driver, so one of a kind is simulated. The
column does not count: a word line carries no direct current, and with 0.5 ohm/um the far end of its 0.8 mm follows
within 0.1 ns. The others on a line are off; what they leak, a hundred thousandth of Ic0, leaves their states no say.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from harness.analysis import Analysis, Sweep
from harness.mtj import load_mtj_set
from harness.switching import write_error
from harness.synapse import ANTIPARALLEL, PARALLEL
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Values
from testbenches.chain_event import ARRAY_ROWS, THRESHOLD_ROWS
from testbenches.parameters import CORNERS
from testbenches.write_event import (
    LINES,
    NEIGHBOUR,
    STATES,
    WRITE_PARAMETERS,
    WRITTEN,
    Operation,
    WriteTestbench,
    cell_current,
    cell_node,
)

EVENTS, LEVELS = "events", "levels"
MTJ_SETS = ("10k20k", "5k30k")
LARGE_RA = 1.2  # a chip's RA a fifth above nominal
SILICON = (("tt", 27.0), *((corner, temp) for corner in CORNERS for temp in (-40.0, 85.0)))


class WriteArray(WriteTestbench):
    """Two kinds of line and two MTJ sets: DC currents of every row, and transients of the first and the last."""

    name = "write_array"
    question = "Can every cell of the array be written, verified and left alone, in every corner?"
    is_figure = False
    check_solver = False  # minutes; `write` tells the solver's error
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *WRITE_PARAMETERS,
        Parameter("RUN", "transients, or DC currents", default=EVENTS, choices=(EVENTS, LEVELS)),
        Parameter("TO", "DC currents: written to 0 parallel, 1 antiparallel", default=1, low=0, high=1, whole=True),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("write_ratio", "smallest write current of any cell over Ic0, both directions, corners, -40 to 85 C",
              "required, issue 5", (1.5, float("inf")), (2, float("inf"))),
        Claim("write_ratio_low", "the same at the worst corner, VDDIO 10 % low and RA 20 % high, to AP",
              "required, as above", (1.5, float("inf")), (2, float("inf"))),
        Claim("half_selected_ratio", "largest direct current of a half-selected cell over Ic0, the same",
              "required, issue 5: keep their state", (0, 0.05), (0, 1e-3)),
        Claim("wrong", "corner cells not as wanted after T_PULSE, full dynamics", "required, issue 5", (0, 0)),
        Claim("misread", "verifications that say what the cell is not", "required, issue 5", (0, 0)),
        Claim("switching_time", "slowest switch from the pulse's edge", "required: within T_PULSE", (0, 15e-9),
              (0, 7.5e-9)),
        Claim("disturb", "half-selected cells: largest change of cos(theta), write and verification",
              "required, issue 5: keep their state", (0, 0.05), (0, 0.01)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield the currents over corners and temperatures, and the transients over corners."""
        for mtj in MTJ_SETS:
            for rows in (ARRAY_ROWS, THRESHOLD_ROWS):
                for corner, temp in SILICON:
                    for to in STATES:
                        yield {"RUN": LEVELS, "MTJ": mtj, "ROWS": rows, "CORNER": corner, "TEMP": temp, "TO": to}
                for corner in CORNERS:
                    if mtj == MTJ_SETS[0] or rows == ARRAY_ROWS:
                        yield {"RUN": EVENTS, "MTJ": mtj, "ROWS": rows, "CORNER": corner}
            low = {"VDDIO": 0.9 * float(settings["VDDIO"]), "RA_SCALE": LARGE_RA, "TO": ANTIPARALLEL}
            yield {"RUN": LEVELS, "MTJ": mtj, "ROWS": ARRAY_ROWS, "CORNER": "ss", "TEMP": -40.0, **low}
        for temp in (-40.0, 85.0):  # the corner with the smallest current
            yield {"RUN": EVENTS, "MTJ": MTJ_SETS[0], "ROWS": ARRAY_ROWS, "CORNER": "ss", "TEMP": temp}

    def operations(self, values: Values) -> Sequence[Operation]:
        """Return both states in the first and the last row, each while the other is in either."""
        last, pulse = int(values["ROWS"]) - 1, float(values["T_PULSE"])
        return [Operation(row, state, pulse) for state in (ANTIPARALLEL, PARALLEL) for row in (0, last)]

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck of the run."""
        if values["RUN"] == EVENTS:
            return super().deck(values)
        rows, to, high = int(values["ROWS"]), int(values["TO"]), float(values["VDDIO"])
        left = ANTIPARALLEL if to == PARALLEL else PARALLEL
        return "write_levels.cir.j2", {
            "VDDIO": high,
            "rows": rows,
            "states": [left] * rows,
            "write_p": high if to == PARALLEL else 0.0,
            "write_ap": high if to == ANTIPARALLEL else 0.0,
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the transient, or the sweep over rows."""
        last = float(values["ROWS"]) - 1
        return super().analysis(values) if values["RUN"] == EVENTS else Sweep("Vrow", 0.0, last, 1.0)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return what a transient shows, or every cell's voltage and conductance."""
        if values["RUN"] == EVENTS:
            return super().signals(values)
        cells = [(line, row) for line in LINES for row in range(int(values["ROWS"]))]
        inside = ("pinned_layer", "xjunction.conductance")
        return (
            *(f"xline_{line}.bl{row}" for line, row in cells),
            *(cell_node(line, row, node) for line, row in cells for node in inside),
        )

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield a transient's readings, or each row's write current over Ic0 and the largest of the cells not meant."""
        if values["RUN"] == EVENTS:
            yield from super().measure(values, waveforms)
            return
        rows, critical = range(int(values["ROWS"])), load_mtj_set(str(values["MTJ"])).critical_current
        ratio = {  # axes: row of the cell, row that is selected
            line: np.abs([cell_current(values, waveforms, line, row).to_numpy() for row in rows]) / critical
            for line in LINES
        }
        for row in rows:
            yield Reading("write_ratio", float(ratio[WRITTEN][row, row]), "", {"row": row})
        others = ratio[WRITTEN] * (1 - np.eye(len(rows)))
        yield Reading("half_selected_ratio", float(others.max()), "", {"cell": "same line"})
        yield Reading("half_selected_ratio", float(ratio[NEIGHBOUR].max()), "", {"cell": "same row"})

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the worst of each, and how often the first pulse of the weakest cell fails at 27 C."""
        ratios = results.select("write_ratio")
        low = ratios["RA_SCALE"].notna()
        yield Summary("write_ratio_low", float(ratios.loc[low, "value"].min()))
        ratios = ratios[~low]
        yield Summary("write_ratio", float(ratios["value"].min()))
        yield Summary("half_selected_ratio", float(results.select("half_selected_ratio")["value"].max()))
        for measure in ("wrong", "misread"):
            yield Summary(measure, float(results.select(measure)["value"].sum()))
        yield Summary("switching_time", float(results.select("switching_time")["value"].max(skipna=False)), "s")
        for measure in ("disturb", "stray"):
            yield Summary(measure, float(results.select(measure)["value"].max()))
        pulse = float(results.settings["T_PULSE"])
        for mtj in MTJ_SETS:
            junction = load_mtj_set(mtj)
            for state, name in STATES.items():
                weakest = float(ratios.loc[(ratios["MTJ"] == mtj) & (ratios["TO"] == state), "value"].min())
                yield Summary(f"write_ratio_{name}_{mtj}", weakest)
                current = weakest * junction.critical_current
                yield Summary(f"write_error_{name}_{mtj}", write_error(junction, current, pulse, state == ANTIPARALLEL))


TESTBENCH = WriteArray()
