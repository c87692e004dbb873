"""Write and verify: a pulse that is too short, found by the verification; the retry; and back to parallel."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.figures import TWO_COLUMNS, digital_strip, new_figure
from harness.mtj import load_mtj_set
from harness.synapse import ANTIPARALLEL, PARALLEL
from harness.testbench import Claim, Golden, Parameter, Results, Summary, Values
from testbenches.write_event import (
    NEIGHBOUR,
    STATES,
    T_GAP,
    T_SENSE,
    T_STROBE,
    WRITE_PARAMETERS,
    WRITTEN,
    Operation,
    Times,
    WriteTestbench,
    cell_current,
    cell_node,
    schedule,
)

DRAWN = 3  # attempts, those on the first row
LINE, SELECTED = "#1f5fa8", "#b3003b"


class Write(WriteTestbench):
    """First and last row of a bit line, at tt."""

    name = "write"
    question = "Does a pulse write a cell, and does the verification see it where it does not?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *WRITE_PARAMETERS,
        Parameter("T_TRIAL", "first pulse, too short on purpose", "s", 2e-9, 1e-9, 1e-6),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("short_pulse_seen", "a pulse that is too short leaves the cell as it was, and the verification says so",
              "required, issue 5: a cell that fails is reported", (1, 1)),
        Claim("wrong", "cells not as wanted after T_PULSE, rows 0 and 15", "required, issue 5; polarity: paper 2.1.3.1",
              (0, 0)),
        Claim("misread", "verifications that say what the cell is not", "required, issue 5", (0, 0)),
        Claim("switching_time", "slowest switch from the pulse's edge", "required: within T_PULSE", (0, 15e-9),
              (0, 7.5e-9)),
        Claim("disturb", "half-selected cells: largest change of cos(theta), write and verification",
              "required, issue 5: keep their state", (0, 0.05), (0, 0.01)),
    )  # fmt: skip
    goldens: ClassVar[tuple[Golden, ...]] = (
        Golden(
            {},
            (f"xline_{WRITTEN}.bl15", f"xline_{WRITTEN}.sl15", cell_node(WRITTEN, 0, "xjunction.cos_theta")),
            (f"dout_{WRITTEN}", f"dout_b_{WRITTEN}"),
        ),
    )

    def operations(self, values: Values) -> Sequence[Operation]:
        """Return a short pulse and its retry, then each state in the first and the last row."""
        pulse, last = float(values["T_PULSE"]), int(values["ROWS"]) - 1
        trial = Operation(0, ANTIPARALLEL, float(values["T_TRIAL"]))
        pairs = [Operation(row, state, pulse) for row in (0, last) for state in (ANTIPARALLEL, PARALLEL)]
        return [trial, *pairs]

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the trial's outcome, and over the other attempts the errors, the worst of each, and energy a bit."""
        wrong, misread = results.select("wrong"), results.select("misread")
        yield Summary("short_pulse_seen", float(wrong["value"].iloc[0] == 1 and misread["value"].iloc[0] == 0))
        yield Summary("wrong", float(wrong["value"].iloc[1:].sum()))
        yield Summary("misread", float(misread["value"].sum()))
        slowest = results.select("switching_time")["value"].iloc[1:].max(skipna=False)
        yield Summary("switching_time", float(slowest), "s")
        for measure in ("disturb", "stray"):
            yield Summary(measure, float(results.select(measure)["value"].max()))
        for state in STATES.values():
            energy = results.select("energy", to=state)
            whole = energy[energy["pulse"] == float(results.settings["T_PULSE"])]
            yield Summary(f"energy_{state}", float(whole["value"].mean()), "J")

    def draw(self, results: Results) -> Figure:
        """Draw the first row's attempts side by side, each with the end of its verification."""
        values, waves = results.settings, results.waveforms[results.cases[0].id]
        operations = self.operations(values)[:DRAWN]
        times = schedule(operations)
        spans = [
            span
            for t in times
            for span in ((t.begin - T_GAP / 4, t.off + 2 * T_GAP), (t.verify + T_SENSE - T_GAP, t.decided + T_GAP))
        ]
        high = {"wl0": "VDDIO", "write_ap": "VDDIO", "write_p": "VDDIO", "read": "VDDIO", f"dout_b_{WRITTEN}": "VDD"}
        high[f"dout_{WRITTEN}"] = "VDD"
        names = ("WL", "WRITE_AP", "WRITE_P", "READ", "verified AP", "verified P")
        figure = new_figure(TWO_COLUMNS, 5.4)
        grid = figure.subplots(
            len(high) + 3, len(spans), sharex="col", sharey="row", height_ratios=[0.2] * len(high) + [1, 1, 1],
            width_ratios=[stop - start for start, stop in spans],
        )  # fmt: skip
        for column, (start, stop) in enumerate(spans):
            part = waves.loc[start:stop]
            time = (part.index.to_numpy(dtype=float) - times[column // 2].on) * 1e9
            for axes, (node, supply), name in zip(grid[:, column], high.items(), names, strict=False):
                digital_strip(axes, time, part[node].to_numpy(), "" if column else name, float(values[supply]))
            self._draw_cell(grid[len(high) :, column], time, part, values)
            for axes in grid[:, column]:
                axes.spines["left"].set_visible(column == 0)
                axes.tick_params(left=column == 0 and axes in grid[len(high) :, 0])
        _label(grid[len(high) :, :], operations, times)
        figure.supxlabel("Time from the pulse (ns)", fontsize=8)
        return figure

    def _draw_cell(self, panels: Sequence[Axes], time: np.ndarray, part: pd.DataFrame, values: Values) -> None:
        last = int(values["ROWS"]) - 1
        critical = load_mtj_set(str(values["MTJ"])).critical_current
        for wire, colour in (("bl", LINE), ("sl", SELECTED)):
            panels[0].plot(time, part[f"xline_{WRITTEN}.{wire}{last}"], color=colour, label=wire.upper())
        for line, row, colour, label in (
            (WRITTEN, 0, SELECTED, "selected"),
            (WRITTEN, last, LINE, "same line"),
            (NEIGHBOUR, 0, "0.4", "same row"),
        ):
            panels[1].plot(time, cell_current(values, part, line, row) / critical, color=colour, label=label)
            panels[2].plot(time, part[cell_node(line, row, "xjunction.cos_theta")], color=colour)


def _label(panels: np.ndarray, operations: Sequence[Operation], times: Sequence[Times]) -> None:
    """Name axes, curves and attempts; thresholds are dashed."""
    for axes, label in zip(panels[:, 0], ("Lines (V)", "Current (Ic0)", "cos(theta)"), strict=True):
        axes.set_ylabel(label)
    for level in (-1.0, 1.0):
        for axes in panels[1, :]:
            axes.axhline(level, color="0.5", linestyle=(0, (4, 3)), linewidth=0.6, zorder=0)
    panels[2, 0].set_ylim(-1.15, 1.15)
    for axes in panels[:2, 2]:
        axes.legend(loc="best", fontsize=6)
    for operation, axes in zip(operations, panels[0, ::2], strict=True):
        axes.set_title(f"{STATES[operation.state]}, {operation.pulse * 1e9:.3g} ns", fontsize=7)
    for t, axes in zip(times, panels[2, 1::2], strict=True):
        axes.set_xticks([round((t.decided - T_STROBE - t.on) * 1e9)])


TESTBENCH = Write()
