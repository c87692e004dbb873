"""What moves VINTEG, the integration time and the decision: one thing at a time, as a tornado.

Wires have resistance only where the array's lines stand cell by cell, so its row has a deck and a nominal case of its
own; it is that of one row among sixteen. What the wires do to sixteen at once is what line_resistance asks.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.figures import TWO_COLUMNS, new_figure
from harness.synapse import ANTIPARALLEL
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Values
from testbenches.chain_conditions import ChainConditions
from testbenches.chain_event import ARRAY_ROWS, CHAIN_PARAMETERS, wrong_decisions

# What an integrator of the chip must expect, as a share of each value; degrees, and volts of the references, absolute.
SHARES = {
    "VDD": 0.05,
    "VDDIO": 0.05,
    "VREAD_AMP": 0.05,
    "IBIAS": 0.2,
    "RA_SCALE": 0.2,
    "TMR_SCALE": 0.2,
    "C_SCALE": 0.15,
}
STEPS = {"VCLAMP": 20e-3, "VCM_COL": 10e-3, "VCM_TWG": 5e-3, "VREST": 5e-3, "VTH": 5e-3}
TEMPERATURES = (-40.0, 85.0)
WIRES = (0.5, 2.0)  # of the metal's resistance, which is an assumption
LUMPED, ARRAY = "lumped", "array"
MEASURES = {
    "rise": ("V(n) - VREST", "V", 1e3, "mV"),
    "integration_time": ("Integration time", "s", 1e9, "ns"),
    "margin": ("Smaller margin", "V", 1e3, "mV"),
}


class Sensitivity(ChainConditions):
    """Each supply, reference, bias, temperature, junctions, capacitors and wires, low and high by itself."""

    name = "sensitivity"
    question = "What moves VINTEG, the integration time and the margin of a decision, and by how much?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *CHAIN_PARAMETERS,
        Parameter("LINES", "bit and source lines: lumped, or cell by cell with their resistance", default=LUMPED,
                  choices=(LUMPED, ARRAY)),
    )  # fmt: skip
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "wrong decisions, each thing low and high by itself", "required", (0, 0)),
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield the nominal case, each thing low and high, and the same for wires."""
        nominal: list[Values] = [{}, {"LINES": ARRAY}]
        yield from nominal
        for start, low, high in self.tests(settings).values():
            assert start in nominal
            yield low
            yield high

    def tests(self, settings: Values) -> dict[str, tuple[Values, Values, Values]]:
        """Return for each thing, by its parameter's name, what its nominal case, its low and its high one vary."""
        ends = {
            name: [float(settings[name]) * (1 + sign * share) for sign in (-1, 1)] for name, share in SHARES.items()
        }
        ends |= {name: [float(settings[name]) + sign * step for sign in (-1, 1)] for name, step in STEPS.items()}
        ends["TEMP"] = list(TEMPERATURES)
        found: dict[str, tuple[Values, Values, Values]] = {
            name: ({}, {name: low}, {name: high}) for name, (low, high) in ends.items()
        }
        low, high = ({"LINES": ARRAY, "R_SCALE": float(settings["R_SCALE"]) * factor} for factor in WIRES)
        return {**found, "R_SCALE": ({"LINES": ARRAY}, low, high)}

    def start(self, values: Values) -> Values:
        """Start from default references too: one operating point serves most cases."""
        declared = self.all_parameters()
        return {**super().start(values), **{name: declared[name].default for name in ("VREAD_AMP", *STEPS)}}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the chain's deck, or that with the array's lines, whose active rows stand in the middle."""
        name, facts = super().deck(values)
        if values["LINES"] == LUMPED:
            return name, facts
        before = (ARRAY_ROWS - facts["rows"]) // 2
        silent = [ANTIPARALLEL] * before, [ANTIPARALLEL] * (ARRAY_ROWS - facts["rows"] - before)

        def whole(word: Sequence[Sequence[int]]) -> list[list[int]]:
            return [[*silent[0], *bit, *silent[1]] for bit in word]

        columns = [whole(word) for word in facts["columns"]]
        more = {"before": before, "array_rows": ARRAY_ROWS, "columns": columns, "reference": whole(facts["reference"])}
        return "chain_lines.cir.j2", {**facts, **more}

    def weights(self, values: Values) -> Sequence[int]:
        """Return 0, one below the threshold, and the threshold."""
        threshold = int(values["THRESHOLD"])
        return (0, threshold - 1, threshold)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the chain's readings, V(n) - VREST, and the smaller of the margins of n and n - 1."""
        margins = []
        for reading in super().measure(values, waveforms):
            yield reading
            if reading.measure == "vinteg" and reading.at["weight"] == int(values["THRESHOLD"]):
                yield Reading("rise", reading.value - float(values["VREST"]), "V")
            if reading.measure in ("margin_at_n", "margin_below_n"):
                margins.append(reading.value)
        yield Reading("margin", min(margins), "V")

    def moves(self, results: Results, measure: str) -> pd.DataFrame:
        """Return what each thing's low and high end moves a measure by (SI): index name, columns low and high."""
        values = results.select(measure).set_index("case")["value"].astype(float)
        by_change = {frozenset((k, c.values[k]) for k in c.varied): values[c.id] for c in results.cases}
        found = {}
        for name, changes in self.tests(results.settings).items():
            nominal, low, high = (by_change[frozenset(change.items())] for change in changes)
            found[name] = [low - nominal, high - nominal]
        return pd.DataFrame.from_dict(found, orient="index", columns=["low", "high"])

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the wrong decisions, and the two ends of each thing for each measure."""
        yield Summary("wrong_decisions", wrong_decisions(results))
        for measure, (_, unit, _, _) in MEASURES.items():
            for name, row in self.moves(results, measure).iterrows():
                for end in ("low", "high"):
                    yield Summary(f"{measure}_{name}_{end}", float(row[end]), unit)

    def draw(self, results: Results) -> Figure:
        """Draw a tornado for each measure, the largest above."""
        figure = new_figure(TWO_COLUMNS, 3.6)
        for axis, measure in zip(figure.subplots(1, 3), MEASURES, strict=True):
            _draw_tornado(axis, self.moves(results, measure), measure, float(results.select(measure)["value"].iloc[0]))
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=2)
        return figure


def _draw_tornado(axis: Axes, moves: pd.DataFrame, measure: str, nominal: float) -> None:
    """Draw the two ends of each thing as bars from the nominal value (SI)."""
    title, _, scale, unit = MEASURES[measure]
    moves = moves.loc[moves.abs().max(axis=1).sort_values().index] * scale
    place = np.arange(len(moves))
    for end, colour, shift in (("low", "#1f5fa8", 0.19), ("high", "#b3003b", -0.19)):
        axis.barh(place + shift, moves[end], height=0.38, color=colour, alpha=0.85, label=f"at the {end} end")
    axis.set_yticks(place, [_label(str(name)) for name in moves.index], fontsize=6)
    axis.axvline(0, color="0.3", linewidth=0.6)
    axis.set(xlabel=f"Change ({unit})")
    axis.set_title(f"{title}: {scale * nominal:.1f} {unit}", fontsize=7.5)


def _label(name: str) -> str:
    """Return a thing's name with how far it is moved."""
    if name in SHARES:
        return f"{name.removesuffix('_SCALE')} ±{100 * SHARES[name]:g} %"
    if name in STEPS:
        return f"{name} ±{STEPS[name] * 1e3:g} mV"
    return f"wires ×{WIRES[0]:g}, ×{WIRES[1]:g}" if name == "R_SCALE" else "−40 °C, 85 °C"


TESTBENCH = Sensitivity()
