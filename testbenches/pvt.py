"""The chain over process, voltage and temperature: the datasheet that a designer asks for first."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import fit_line
from harness.testbench import Claim, Reading, Results, Summary, Values
from testbenches.chain_event import ChainTestbench

CORNERS = ("tt", "ff", "ss", "fs", "sf")
TEMPERATURES = (-40.0, 27.0, 85.0)  # C
SUPPLIES = (0.95, 1.0, 1.05)  # of VDD and VDDIO: a regulator's 5 %, which leaves the oxides half of their 10 %
COLOURS = dict(zip(TEMPERATURES, ("#1f5fa8", "0.35", "#b3003b"), strict=True))
MARKERS = ("v", "o", "^")  # of the supplies


@dataclass(frozen=True)
class Row:
    """A row of the datasheet: what is measured of each case, its bounds in SI, and how it is shown."""

    measure: str
    name: str
    low: float
    high: float
    unit: str
    scale: float
    shown: str

    @property
    def claim(self) -> str:
        """The scoreboard's statement."""
        return f"{self.name}: cases out of {self.low * self.scale:g} to {self.high * self.scale:g} {self.shown}".strip()

    def keeps(self, values: pd.Series) -> bool:
        """Tell whether every case is within the bounds; a missing one is not."""
        return bool(values.between(self.low, self.high).all())


DATASHEET = (
    Row("margin_at_n", "V(n) above VTH", 0.0, math.inf, "V", 1e3, "mV"),
    Row("margin_below_n", "V(n - 1) below VTH", 0.0, math.inf, "V", 1e3, "mV"),
    Row("step", "step of a weight", 50e-3, 80e-3, "V", 1e3, "mV"),
    Row("inl", "INL, in steps", 0.0, 0.02, "", 1.0, ""),
    Row("shift_at_0", "V(0) - VREST, in steps", -0.06, 0.06, "", 1.0, ""),
    Row("integration_time", "integration time", 200e-9, 700e-9, "s", 1e9, "ns"),
)


class ProcessVoltageTemperature(ChainTestbench):
    """Weights -N_REF, 0, n - 1 and n at five corners, three temperatures and three supplies; references stay."""

    name = "pvt"
    question = "Which of its figures does the chain keep over process, voltage and temperature?"
    is_figure = False
    check_solver = False  # the deck of Figures 9D and 9E, which tell its solver's error
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("cases", "cases simulated and measured, of 45", "required", (45, 45)),
        Claim("wrong_decisions", "FIRE exactly at weights >= n: wrong ones over all cases", "aim of the requirement",
              (0, 0)),
        *(Claim(row.measure, row.claim, "our datasheet", (0, 0)) for row in DATASHEET),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield every corner, temperature and supply."""
        for corner in CORNERS:
            for temperature in TEMPERATURES:
                for share in SUPPLIES:
                    supplies = {name: round(share * float(settings[name]), 6) for name in ("VDD", "VDDIO")}
                    yield {"CORNER": corner, "TEMP": temperature, **supplies}

    def weights(self, values: Values) -> Sequence[int]:
        """Return -N_REF, 0, one below the threshold, and the threshold."""
        threshold = int(values["THRESHOLD"])
        return (-int(values["N_REF"]), 0, threshold - 1, threshold)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the chain's readings and the datasheet's of this case."""
        readings = list(super().measure(values, waveforms))
        yield from readings
        threshold, vth = int(values["THRESHOLD"]), float(values["VTH"])
        of = {
            name: {reading.at["weight"]: reading.value for reading in readings if reading.measure == name}
            for name in ("vinteg", "fire")
        }
        fit = fit_line(list(of["vinteg"]), list(of["vinteg"].values()))
        yield Reading(
            "wrong", float(sum((fired > 0.5) != (weight >= threshold) for weight, fired in of["fire"].items()))
        )
        yield Reading("margin_at_n", of["vinteg"][threshold] - vth, "V")
        yield Reading("margin_below_n", vth - of["vinteg"][threshold - 1], "V")
        yield Reading("step", fit.slope, "V")
        yield Reading("inl", fit.inl)
        yield Reading("shift_at_0", (of["vinteg"][0] - float(values["VREST"])) / fit.slope)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the cases, the wrong decisions, and of each row of the datasheet the cases out of it, min, typ, max."""
        wrong = results.select("wrong")["value"]
        yield Summary("cases", float(wrong.notna().sum()))
        yield Summary("wrong_decisions", float(wrong.sum()))
        for row in DATASHEET:
            values = results.select(row.measure)["value"]
            yield Summary(row.measure, float((~values.between(row.low, row.high)).sum()))
            for name, value in zip(("min", "typ", "max"), _spread(results, row), strict=True):
                yield Summary(f"{row.measure}_{name}", value, row.unit)

    def draw(self, results: Results) -> Figure:
        """Draw every row over the corners, and the datasheet below."""
        figure = new_figure(TWO_COLUMNS, 5.4)
        above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(2.2, 1.0))[:, 0]
        for axis, row in zip(above.subplots(2, 3).flat, DATASHEET, strict=True):
            _draw_row(axis, results.select(row.measure), row)
        handles = [
            *(above.axes[0].plot([], [], "o", color=colour, markersize=3)[0] for colour in COLOURS.values()),
            *(above.axes[0].plot([], [], mark, color="0.35", markersize=3)[0] for mark in MARKERS),
        ]
        labels = [f"{temperature:g} °C" for temperature in TEMPERATURES]
        labels += [f"{100 * (share - 1):+g} % supply" for share in SUPPLIES]
        above.legend(handles, labels, loc="outside upper center", ncols=6)
        axis = below.subplots()
        axis.set_axis_off()
        cells = []
        for row in DATASHEET:
            shown = [f"{row.scale * value:.4g}" for value in _spread(results, row)]
            bounds = [f"{row.scale * bound:g}" if math.isfinite(bound) else "" for bound in (row.low, row.high)]
            verdict = "pass" if row.keeps(results.select(row.measure)["value"]) else "FAIL"
            cells.append([row.name, bounds[0], *shown, bounds[1], row.shown, verdict])
        columns = ("", "lower bound", "min", "typ", "max", "upper bound", "unit", "")
        table = axis.table(cells, colLabels=columns, loc="center", cellLoc="center", edges="horizontal")
        table.auto_set_font_size(False)
        table.set_fontsize(7)
        return figure


def _spread(results: Results, row: Row) -> tuple[float, float, float]:
    """Return min, typ (tt, 27 C, nominal supplies) and max of a row; NaN where a case is missing."""
    rows = results.select(row.measure)
    values = rows["value"].to_numpy(dtype=float)
    nominal = (rows["CORNER"] == "tt") & (rows["TEMP"] == TEMPERATURES[1])
    nominal &= np.isclose(rows["VDD"].astype(float), float(results.settings["VDD"]))
    return float(np.min(values)), float(rows.loc[nominal, "value"].iloc[0]), float(np.max(values))


def _draw_row(axis: Axes, rows: pd.DataFrame, row: Row) -> None:
    """Draw one row's cases, temperatures side by side in each corner."""
    supplies = sorted(rows["VDD"].unique())
    for _, case in rows.iterrows():
        place = CORNERS.index(case["CORNER"]) + 0.25 * (TEMPERATURES.index(case["TEMP"]) - 1)
        marker = MARKERS[supplies.index(case["VDD"])]
        axis.plot(place, row.scale * case["value"], marker, color=COLOURS[case["TEMP"]], markersize=3, linestyle="none")
    for bound in (row.low, row.high):
        if math.isfinite(bound) and row.measure not in ("step", "integration_time"):
            axis.axhline(row.scale * bound, color="#b3003b", linestyle=(0, (4, 3)), linewidth=0.8)
    axis.set_xticks(range(len(CORNERS)), CORNERS)
    axis.set_ylabel(f"{row.name} ({row.shown})" if row.shown else row.name, fontsize=7)


TESTBENCH = ProcessVoltageTemperature()
