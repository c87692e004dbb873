"""One neuron, stimulated and reset over and over: what Figures 12A and 12B were measured from (3.2), on chips.

Period k of GCLK stimulates axon k, whose synapse has the k-th weight, and RESET follows. LCLK stops when the decision
is over: RESET puts the generation back, so neither the state's update nor the leak has to be clocked.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from harness.draws import Spreads
from harness.measure import fit_line, value_at
from harness.testbench import Case, Claim, Parameter, Reading, Results, Samples, Summary, Values
from testbenches.chips import CHIP_PARAMETERS, CHIPS, chip_spreads
from testbenches.living_event import LIVING_PARAMETERS, T_FIRST, T_POWER_ON, T_SEEN, LivingTestbench

T_AFTER = 0.1e-6  # s, simulated after the last reading


class StimulatedAndReset(LivingTestbench):
    """One dendrite and an axon for each weight; an array has sixteen rows, so that many weights take several runs."""

    question = "Does one neuron, stimulated and reset over and over, integrate linearly and fire at its threshold?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *LIVING_PARAMETERS,
        *CHIP_PARAMETERS,
        Parameter("FIRST", "smallest weight of a run", default=-2, low=-7, high=7, whole=True),
        Parameter("LAST", "largest weight of a run", default=3, low=-7, high=14, whole=True),
        Parameter("MTJ_SIGMA", "sigma of each junction's RP and TMR (an assumption)", default=0.04, low=0.001,
                  high=0.14),
    )  # fmt: skip
    is_figure = False  # minutes a chip
    samples = CHIPS
    lclk_pulses = 8  # the last edge ends SWCOMP
    runs: ClassVar[tuple[tuple[int, int], ...]]  # first and last weight of each
    threshold: ClassVar[int]

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each run's weights."""
        for first, last in self.runs:
            yield {"THRESHOLD": self.threshold, "FIRST": first, "LAST": last}

    def sampled_cases(self, settings: Values) -> list[Case]:
        """Return every run without and with spread of the junctions."""
        runs, sigmas = list(self.variations(settings)), (0.0, float(settings["MTJ_SIGMA"]))
        return self.cases_of(settings, [{**run, "MTJ_SIGMA": sigma} for sigma in sigmas for run in runs])

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
        """Return the living cluster's clocks; every edge of GCLK comes as long after a RESET as the first one."""
        clocks, high = super().clocks(values), float(values["VDDIO"])
        starts = [self.edge_time(period, values) - T_FIRST for period in range(1, len(self.weights(values)))]
        clocks["reset"] += [(start, start + T_POWER_ON, high) for start in starts]
        return clocks

    def stop_time(self, values: Values) -> float:
        """Return the end (s): the last reading."""
        return self.edge_time(len(self.weights(values)) - 1, values) + T_SEEN + T_AFTER

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
        fit = fit_line(levels["weight"], levels["value"])
        yield Summary("wrong_nominal", float(results.select("wrong")["value"].sum()))
        yield Summary("r_squared_nominal", fit.r_squared)
        yield Summary("step_nominal", fit.slope, "V")
        yield Summary("at_zero_nominal", fit.intercept - float(results.settings["VREST"]), "V")

    # As in the chain's study: a study's key holds the source of every module that this one imports, and neither a
    # number made of samples nor their picture should ask for them anew.

    def summarize_samples(self, study: Samples) -> Iterable[Summary]:
        """Yield the worst chip's linearity and decisions, junctions alike and with spread."""
        from testbenches.stimulated_study import summaries

        return summaries(study)

    def draw_beside(self, results: Results, studies: Mapping[str, Samples]) -> Figure:
        """Draw every period of the nominal chip over each other, and beside it VINTEG against weight on the chips."""
        from testbenches.stimulated_study import draw

        ((study),) = studies.values()
        return draw(self, results, study)


def measured_claims(threshold: int, place: str) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Return the claims of the nominal chip, and those of the chips; ``place`` is the paper's."""
    nominal = (
        Claim("wrong_nominal", f"FIRE exactly at weights >= {threshold}, nominal chip", place, (0, 0)),
        Claim("r_squared_nominal", "VINTEG against weight: R^2, nominal chip", "required; linear: " + place,
              (0.999, 1)),
    )  # fmt: skip
    chips = (
        Claim("r_squared_alike", "VINTEG against weight: R^2 of the worst chip, process and mismatch, junctions alike",
              "required; linear: " + place, (0.999, 1)),
        Claim("wrong_alike", f"the same: decisions other than FIRE exactly at weights >= {threshold}, all chips",
              "required; " + place, (0, 0)),
    )  # fmt: skip
    return nominal, chips
