"""The chain over process, voltage and temperature: the datasheet that a designer asks for first.

References (VREAD_AMP, VCM_COL, VREST, VTH, bias currents) keep their values, as from a bandgap; supplies move together.
"""

import math
from collections.abc import Iterable, Sequence
from typing import ClassVar

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.datasheet import Line, datasheet, stress_measure
from harness.figures import TWO_COLUMNS, draw_table, new_figure
from harness.measure import fit_line
from harness.technology import load_technology
from harness.testbench import Claim, DatasheetRow, Reading, Results, Summary, Values, silicon_parameters
from testbenches.chain_conditions import ChainConditions
from testbenches.chain_event import CHAIN_PARAMETERS
from testbenches.parameters import CORNERS

TEMPERATURES = (-40.0, 27.0, 85.0)  # C
SUPPLIES = (0.95, 1.0, 1.05)  # of VDD and VDDIO: a regulator's 5 %, which leaves the oxides half of their 10 %
COLOURS = dict(zip(TEMPERATURES, ("#1f5fa8", "0.35", "#b3003b"), strict=True))
MARKERS = ("v", "o", "^")  # of the supplies
BOUND_COLOUR = "#b3003b"


def datasheet_rows(settings: Values) -> tuple[DatasheetRow, ...]:
    """Return the datasheet, its bounds those of the settings' threshold, levels and technology."""
    threshold = int(settings["THRESHOLD"])
    step = (float(settings["VTH"]) - float(settings["VCM_TWG"])) / threshold  # V
    half = 0.5 / threshold  # a step wrong by this share puts V(n) half a step off
    oxides = sorted({facts.v_max for facts in load_technology(settings["TECHNOLOGY"]).transistors.values()})  # V
    return (
        DatasheetRow("wrong", "wrong decisions", 0, 0, "required: every case passes in decision"),
        DatasheetRow("margin_at_n", "V(n) above VTH", 0, math.inf, "required: fires", "V", 1e3, "mV"),
        DatasheetRow("margin_below_n", "V(n - 1) below VTH", 0, math.inf, "required: does not fire", "V", 1e3, "mV"),
        DatasheetRow("step", "step of a weight", step * (1 - half), step * (1 + half),
                     "required: V(n) within half a step", "V", 1e3, "mV"),
        DatasheetRow("inl", "INL, share of a step", -math.inf, 0.01, "the bound of Figure 9D", "", 100.0, "%"),
        DatasheetRow("shift_at_0", "V(0) - VREST, in steps", -0.06, 0.06, "the bound of Figure 9D"),
        DatasheetRow("integration_time", "integration time", -math.inf, 700e-9, "SWCOMP comes then", "s", 1e9, "ns"),
        *(
            DatasheetRow(stress_measure(limit), f"voltage at a {limit:g}-V device", -math.inf, limit,
                         "required: safe operating area, for over 1 ns", "V", 1.0, "V")
            for limit in oxides
        ),
    )  # fmt: skip


def datasheet_claims(rows: Iterable[DatasheetRow]) -> tuple[Claim, ...]:
    """Return the claims of a datasheet, and that on its cases."""
    cases = Claim("cases", "cases simulated and measured, of 45", "required: none missing", (45, 45))
    return (cases, *(row.claim for row in rows))


DEFAULTS = {parameter.name: parameter.default for parameter in (*silicon_parameters(), *CHAIN_PARAMETERS)}


class ProcessVoltageTemperature(ChainConditions):
    """Weights -N_REF, 0, n - 1 and n at five corners, three temperatures and three supplies; references stay."""

    name = "pvt"
    question = "Which of its figures does the chain keep over process, voltage and temperature?"
    datasheet: ClassVar[tuple[DatasheetRow, ...]] = datasheet_rows(DEFAULTS)
    claims: ClassVar[tuple[Claim, ...]] = datasheet_claims(datasheet)

    def datasheet_at(self, settings: Values) -> tuple[DatasheetRow, ...]:
        """Return the rows with the bounds of the settings."""
        return datasheet_rows(settings)

    def claims_at(self, settings: Values) -> tuple[Claim, ...]:
        """Return the claims with the bounds of the settings."""
        return datasheet_claims(datasheet_rows(settings))

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
        """Yield the readings of the chain and the datasheet."""
        levels: dict[int, float] = {}
        for reading in super().measure(values, waveforms):
            yield reading
            if reading.measure == "vinteg":
                levels[reading.at["weight"]] = reading.value
        fit = fit_line(list(levels), list(levels.values()))
        yield Reading("step", fit.slope, "V")
        yield Reading("inl", fit.inl)
        yield Reading("shift_at_0", (levels[0] - float(values["VREST"])) / fit.slope)

    def lines(self, results: Results) -> list[Line]:
        """Return the datasheet."""
        numbers = {case.id: number for number, case in enumerate(results.cases)}
        table = results.measures
        readings = zip(table["case"].map(numbers), table["measure"], table["value"], strict=True)
        stress = [(numbers[case], *facts) for case, worst in results.stress.items() for facts in worst.items()]
        return datasheet(self, results.cases, results.settings, readings, stress)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield how many cases were measured, and of each row those out of bounds, min, typ and max."""
        yield Summary("cases", float(results.select("wrong")["value"].notna().sum()))
        for line in self.lines(results):
            yield Summary(line.row.measure, line.misses)
            for name, value in zip(("min", "typ", "max"), line.values, strict=True):
                yield Summary(f"{line.row.measure}_{name}", value, line.row.unit)

    def draw(self, results: Results) -> Figure:
        """Draw the cases of every row, and the datasheet below."""
        figure = new_figure(TWO_COLUMNS, 6.0)
        above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(2.0, 1.15))[:, 0]
        drawn = self.datasheet_at(results.settings)[1:7]  # what has a margin, a line or a time
        for axis, row in zip(above.subplots(2, 3).flat, drawn, strict=True):
            _draw_row(axis, results.select(row.measure), row)
        handles = [
            *(above.axes[0].plot([], [], "s", color=colour, markersize=3.5)[0] for colour in COLOURS.values()),
            *(above.axes[0].plot([], [], mark, color="0.35", markersize=3.5)[0] for mark in MARKERS),
            above.axes[0].plot([], [], color=BOUND_COLOUR, linestyle=(0, (4, 3)), linewidth=0.8)[0],
        ]
        labels = [f"{temperature:g} °C".replace("-", "−") for temperature in TEMPERATURES]
        labels += [
            f"{100 * (share - 1):+.0f} % supply".replace("-", "−").replace("+0 %", "nominal") for share in SUPPLIES
        ]
        above.legend(handles, [*labels, "bound"], loc="outside upper center", ncols=7, columnspacing=1.2)
        _draw_table(below.subplots(), self.lines(results), len(results.cases))
        return figure


def _draw_row(axis: Axes, rows: pd.DataFrame, row: DatasheetRow) -> None:
    """Draw one row's cases, temperatures side by side in each corner."""
    supplies = sorted(rows["VDD"].unique())
    for _, case in rows.iterrows():
        place = CORNERS.index(case["CORNER"]) + 0.25 * (TEMPERATURES.index(case["TEMP"]) - 1)
        marker = MARKERS[supplies.index(case["VDD"])]
        axis.plot(place, row.scale * case["value"], marker, color=COLOURS[case["TEMP"]], markersize=3, linestyle="none")
    for bound in (row.low, row.high):
        if math.isfinite(bound):
            axis.axhline(row.scale * bound, color=BOUND_COLOUR, linestyle=(0, (4, 3)), linewidth=0.8)
    axis.set_xticks(range(len(CORNERS)), CORNERS)
    name = row.name[0].upper() + row.name[1:]
    axis.set_ylabel(f"{name} ({row.shown})" if row.shown else name, fontsize=7)


def _draw_table(axis: Axes, lines: Sequence[Line], cases: int) -> None:
    """Write the datasheet as a table."""
    cells = []
    for line in lines:
        low, *shown, high = (line.row.number(value) for value in (line.row.low, *line.values, line.row.high))
        verdict = f"{line.status}: {line.misses} of {cases}" if line.misses else line.status
        cells.append([line.row.name, low, *shown, high, line.row.shown, verdict])
    columns = ("", "lower bound", "min", "typ", "max", "upper bound", "unit", f"{cases} cases")
    for (row, _), cell in draw_table(axis, cells, columns, (0.24, 0.12, 0.1, 0.1, 0.1, 0.12, 0.06, 0.16)).items():
        if row > 0 and lines[row - 1].misses:
            cell.set_text_props(color=BOUND_COLOUR)


TESTBENCH = ProcessVoltageTemperature()
