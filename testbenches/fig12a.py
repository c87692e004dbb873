"""Figure 12A: VINTEG against weight as it was measured, one neuron stimulated and reset over and over, threshold 3."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.draws import Spreads
from harness.figures import TWO_COLUMNS, digital_strip, level_line, new_figure, weight_colours
from harness.measure import fit_line, value_at
from harness.testbench import Case, Claim, Parameter, Reading, Results, Samples, Summary, Values
from testbenches.chips import CHIP_PARAMETERS, CHIPS, chip_spreads
from testbenches.living_event import LIVING_PARAMETERS, T_SEEN, LivingTestbench

T_RESET = (-4e-6, -1e-6)  # s, from the edge of GCLK: RESET between one stimulus and the next
T_SHOWN = (0.4e-6, 3.4e-6)  # s, from the edge of GCLK
MOST_ROWS = 16


class StimulatedAndReset(LivingTestbench):
    """One dendrite and an axon for each weight; period k stimulates axon k, and RESET follows."""

    question = "Does one neuron, stimulated and reset over and over, integrate linearly and fire at its threshold?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *LIVING_PARAMETERS,
        *CHIP_PARAMETERS,
        Parameter("FIRST", "smallest weight of a run", default=-2, low=-7, high=7, whole=True),
        Parameter("LAST", "largest weight of a run", default=3, low=-7, high=14, whole=True),
        Parameter("MTJ_SIGMA", "sigma of each junction's RP and TMR (an assumption)", default=0.0, low=0.0, high=0.14),
    )  # fmt: skip
    is_figure = False  # sixteen periods for each chip: minutes
    samples = CHIPS
    essential: ClassVar[tuple[str, ...]] = ("level",)
    threshold: ClassVar[int]
    runs: ClassVar[tuple[tuple[int, int], ...]]  # first and last weight; an array has sixteen rows

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each run's weights."""
        for first, last in self.runs:
            yield {"THRESHOLD": self.threshold, "FIRST": first, "LAST": last}

    def sampled_cases(self, settings: Values) -> list[Case]:
        """Return every run without and with spread of the junctions."""
        runs = list(self.variations(settings))
        return self.cases_of(settings, [{**run, "MTJ_SIGMA": sigma} for sigma in (0.0, 0.04) for run in runs])

    def spreads_of(self, values: Values, spreads: Spreads) -> Spreads:
        """Return process and mismatch, the junctions' as the case has it."""
        return chip_spreads(values, spreads, mismatch=True, junctions=float(values["MTJ_SIGMA"]))

    def weights(self, values: Values) -> Sequence[int]:
        """Return the weight of each axon, which is that of each period."""
        return range(int(values["FIRST"]), int(values["LAST"]) + 1)

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return one synapse an axon."""
        return [[weight] for weight in self.weights(values)]

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return one axon a period."""
        return [[axon] for axon in range(len(self.weights(values)))]

    def clocks(self, values: Values) -> dict[str, Any]:
        """Return the living cluster's clocks with a RESET before each further stimulus."""
        clocks, high = super().clocks(values), float(values["VDDIO"])
        edges = [self.edge_time(period, values) for period in range(1, len(self.weights(values)))]
        clocks["reset"] += [(edge + T_RESET[0], edge + T_RESET[1], high) for edge in edges]
        return clocks

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return what is measured and drawn."""
        return ("gclk", "swrst", "swinteg", "swcomp", "vinteg0", "fire0")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield each weight's VINTEG in hold, FIRE, and whether it decided wrongly."""
        for period, weight in enumerate(self.weights(values)):
            seen, at = self.edge_time(period, values) + T_SEEN, {"weight": weight}
            fired = value_at(waveforms["fire0"], seen) > float(values["VDDIO"]) / 2
            yield Reading("level", value_at(waveforms["vinteg0"], seen), "V", at)
            yield Reading("fire", float(fired), "", at)
            yield Reading("wrong", float(fired != (weight >= int(values["THRESHOLD"]))), "", at)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the nominal chip's decisions and linearity."""
        levels = results.select("level")
        yield Summary("wrong_nominal", float(results.select("wrong")["value"].sum()))
        yield Summary("r_squared_nominal", fit_line(levels["weight"], levels["value"]).r_squared)
        yield Summary("step_nominal", fit_line(levels["weight"], levels["value"]).slope, "V")

    def summarize_samples(self, study: Samples) -> Iterable[Summary]:
        """Yield the worst chip's linearity and decisions, junctions alike, and the rate of wrong ones with spread."""
        for sigma, name in ((0.0, "alike"), (0.04, "spread")):
            wrong = by_weight(study, "wrong", sigma).to_numpy()
            fits = [fit_line(levels.index, levels) for _, levels in by_weight(study, "level", sigma).iterrows()]
            yield Summary(f"r_squared_{name}", float(np.min([fit.r_squared for fit in fits])))
            yield Summary(f"wrong_{name}", float(wrong.sum()))
            yield Summary(f"wrong_rate_{name}", float(wrong.mean()))

    def draw_beside(self, results: Results, studies: Mapping[str, Samples]) -> Figure:
        """Draw every period of the nominal chip over each other, and beside it VINTEG against weight on the chips."""
        figure = new_figure(TWO_COLUMNS, 3.6)
        left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(1.6, 1.0))[0]
        self._draw_periods(results, left.subplots(4, 1, sharex=True, height_ratios=(1, 1, 1, 8)))
        axis = right.subplots()
        ((study),) = studies.values()
        for sigma, colour, name in ((0.04, "#c98a1b", "junctions 4 %"), (0.0, "#1f5fa8", "junctions alike")):
            levels = by_weight(study, "level", sigma) * 1e3
            axis.plot(levels.columns, levels.T, "o", color=colour, markersize=2.2, alpha=0.6)
            axis.plot([], [], "o", color=colour, markersize=3, label=f"{len(levels)} chips, {name}")
        fit = fit_line(levels.columns, levels.mean())
        ends = np.array([levels.columns.min(), levels.columns.max()])
        label = f"{fit.slope:.1f} mV a weight, R² = {fit.r_squared:.5f}"
        axis.plot(ends, fit.intercept + fit.slope * ends, color="0.3", linewidth=0.8, label=label)
        level_line(axis, float(results.settings["VTH"]), "VTH", "#b3003b")
        axis.set(xlabel="Weight (P-AP)", ylabel="VINTEG (mV)")
        axis.legend(loc="lower right", fontsize=6.5)
        return figure

    def _draw_periods(self, results: Results, axes: Sequence[Axes]) -> None:
        """Draw SWRST, SWINTEG, FIRE and VINTEG from each edge of GCLK on."""
        high = float(results.settings["VDDIO"])
        colours = weight_colours([weight for case in results.cases for weight in self.weights(case.values)])
        for case in results.cases:
            for period, weight in enumerate(self.weights(case.values)):
                edge, waves = self.edge_time(period, case.values), results.waveforms[case.id]
                waves = waves[(waves.index > edge + T_SHOWN[0]) & (waves.index < edge + T_SHOWN[1])]
                time = (waves.index.to_numpy() - edge) * 1e6
                axes[3].plot(time, waves["vinteg0"] * 1e3, color=colours[weight], linewidth=0.9, label=f"{weight}")
                if weight >= self.threshold:
                    digital_strip(axes[2], time, waves["fire0"].to_numpy(), f"FIRE, {weight}", high)
        for axis, name in zip(axes, ("swrst", "swinteg"), strict=False):
            digital_strip(axis, time, waves[name].to_numpy(), name.upper(), high)
        level_line(axes[3], float(results.settings["VTH"]), "VTH", "#b3003b")
        level_line(axes[3], float(results.settings["VREST"]), "VREST")
        axes[3].set(xlabel="Time from the edge of GCLK (µs)", ylabel="VINTEG (mV)")
        axes[3].legend(title="(P-AP)", loc="upper left", fontsize=6, title_fontsize=6.5, ncols=2)


def by_weight(study: Samples, measure: str, sigma: float) -> pd.DataFrame:
    """Return a reading of every period at one sigma of the junctions: index chip, columns the weights."""
    rows = study.table[(study.table["MTJ_SIGMA"] == sigma) & (study.table["measure"] == measure)]
    weights = sorted(int(weight) for weight in rows["weight"].unique())
    return pd.DataFrame({weight: study.values(measure, MTJ_SIGMA=sigma, weight=weight) for weight in weights})


def measured_claims(threshold: int, place: str) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Return the claims of the nominal chip, and those of the chips."""
    nominal = (
        Claim("wrong_nominal", f"FIRE exactly at weights >= {threshold}, nominal chip", place, (0, 0)),
        Claim("r_squared_nominal", "VINTEG against weight: R^2, nominal chip", "required; linear: " + place,
              (0.999, 1)),
    )  # fmt: skip
    chips = (
        Claim("r_squared_alike", "VINTEG against weight: R^2 of the worst chip, junctions alike",
              "required; linear: " + place, (0.999, 1)),
        Claim("wrong_alike", f"FIRE exactly at weights >= {threshold} on every chip, junctions alike",
              "required; " + place, (0, 0)),
    )  # fmt: skip
    return nominal, chips


class Figure12A(StimulatedAndReset):
    """Threshold 3, weights -2 to 3."""

    name = "fig12a"
    threshold = 3
    runs = ((-2, 3),)
    beside = ("fig12a",)
    claims, sample_claims = measured_claims(3, "paper 3.2, Figure 12A")


TESTBENCH = Figure12A()
