"""What moves VINTEG, the integration time and the decision: one thing at a time, as a tornado."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.figures import TWO_COLUMNS, new_figure
from harness.testbench import Claim, Reading, Results, Summary, Values
from testbenches.chain_conditions import ChainConditions
from testbenches.chain_event import wrong_decisions

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
MEASURES = {
    "rise": ("V(n) - VREST", "V", 1e3, "mV"),
    "integration_time": ("Integration time", "s", 1e9, "ns"),
    "margin": ("Smaller margin to VTH", "V", 1e3, "mV"),
}


class Sensitivity(ChainConditions):
    """Each supply, reference, bias, temperature and spread of junctions and capacitors, low and high by itself."""

    name = "sensitivity"
    question = "What moves VINTEG, the integration time and the margin of a decision, and by how much?"
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "wrong decisions, each thing low and high by itself", "required", (0, 0)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield the nominal case, then each thing low and high; every case names all of them."""
        base = {name: settings[name] for name in self.varied(settings)}
        yield base
        for name, ends in self.varied(settings).items():
            for end in ends:
                yield {**base, name: end}

    def varied(self, settings: Values) -> dict[str, tuple[float, float]]:
        """Return the low and the high value of each thing, by its parameter's name."""
        ends = {name: (1 - share, 1 + share) for name, share in SHARES.items()}
        found = {
            name: (float(settings[name]) * low, float(settings[name]) * high) for name, (low, high) in ends.items()
        }
        found |= {name: (float(settings[name]) - step, float(settings[name]) + step) for name, step in STEPS.items()}
        return {**found, "TEMP": TEMPERATURES}

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
        nominal = values[results.cases[0].id]
        found, rest = {}, iter(results.cases[1:])
        for name in self.varied(results.settings):
            found[name] = [values[next(rest).id] - nominal for _ in range(2)]
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
        figure = new_figure(TWO_COLUMNS, 3.4)
        for axis, measure in zip(figure.subplots(1, 3), MEASURES, strict=True):
            self._draw_tornado(axis, self.moves(results, measure), measure, results)
        return figure

    def _draw_tornado(self, axis: Axes, moves: pd.DataFrame, measure: str, results: Results) -> None:
        title, _, scale, unit = MEASURES[measure]
        moves = moves.loc[moves.abs().max(axis=1).sort_values().index] * scale
        place = np.arange(len(moves))
        for end, colour in (("low", "#1f5fa8"), ("high", "#b3003b")):
            axis.barh(place, moves[end], height=0.7, color=colour, alpha=0.75, label=end)
        axis.set_yticks(place, [_label(name) for name in moves.index], fontsize=6)
        axis.axvline(0, color="0.3", linewidth=0.6)
        nominal = scale * float(results.select(measure)["value"].iloc[0])
        axis.set(xlabel=f"Change ({unit})")
        axis.set_title(f"{title}, {nominal:.1f} {unit}", loc="right", fontsize=7)
        if measure == "margin":
            axis.legend(loc="lower right")


def _label(name: str) -> str:
    """Return a thing's name with how far it is moved."""
    if name in SHARES:
        return f"{name.removesuffix('_SCALE')} ±{100 * SHARES[name]:g} %"
    return f"{name} ±{STEPS[name] * 1e3:g} mV" if name in STEPS else "-40 / 85 °C"


TESTBENCH = Sensitivity()
