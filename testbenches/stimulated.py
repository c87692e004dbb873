"""One neuron, stimulated and reset over and over: what Figures 12A and 12B were measured from (3.2), on chips.

Period k of GCLK stimulates axon k, whose synapse has the k-th weight, and RESET follows. LCLK stops when the decision
is over: RESET puts the generation back, so neither the state's update nor the leak has to be clocked.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from harness.analysis import Analysis, Transient
from harness.draws import Spreads
from harness.measure import fit_line, value_at
from harness.testbench import Case, Claim, Parameter, Reading, Results, Samples, Summary, Values
from testbenches.chips import CHIP_PARAMETERS, CHIPS, chip_spreads
from testbenches.living_event import FINER_SOLVER, LIVING_PARAMETERS, SOLVER, T_FIRST, T_POWER_ON, LivingTestbench

# Slower than elsewhere: the bound closes a window after two periods of LCLK, and at threshold 3 one takes 0.83 us.
T_LCLK = 500e-9  # s, 2 MHz
T_LCLK_ON = 0.1e-6  # s, from the edge of GCLK
LCLK_PULSES = 8  # the last edge ends SWCOMP
T_SEEN = T_LCLK_ON + LCLK_PULSES * T_LCLK  # s, from the edge of GCLK to where VINTEG and FIRE are read
T_AFTER = 0.1e-6  # s, simulated after the last reading
NOTHING, MISMATCH, JUNCTIONS = "nothing", "mismatch", "junctions"  # what a case draws


class StimulatedAndReset(LivingTestbench):
    """One dendrite and an axon for each weight; an array has sixteen rows, so that many weights take several runs."""

    question = "Does one neuron, stimulated and reset over and over, integrate linearly and fire at its threshold?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *LIVING_PARAMETERS,
        *CHIP_PARAMETERS,
        Parameter("FIRST", "smallest weight of a run", default=-2, low=-7, high=7, whole=True),
        Parameter("LAST", "largest weight of a run", default=3, low=-7, high=14, whole=True),
        Parameter("DRAWN", "what a chip draws: nothing, process and mismatch, or junctions too", default=NOTHING,
                  choices=(NOTHING, MISMATCH, JUNCTIONS)),
        Parameter("MTJ_SIGMA", "sigma of each junction's RP and TMR (an assumption)", default=0.04, low=0.001,
                  high=0.14),
    )  # fmt: skip
    is_figure = False  # minutes a chip
    samples = CHIPS
    runs: ClassVar[tuple[tuple[int, int], ...]]  # first and last weight of each
    threshold: ClassVar[int]

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each run's weights."""
        for first, last in self.runs:
            yield {"THRESHOLD": self.threshold, "FIRST": first, "LAST": last}

    def sampled_cases(self, settings: Values) -> list[Case]:
        """Return every run without and with spread of the junctions."""
        runs = list(self.variations(settings))
        return self.cases_of(settings, [{**run, "DRAWN": drawn} for drawn in (MISMATCH, JUNCTIONS) for run in runs])

    # As in the chain's study: a study's key holds the source of every module that this one imports, and neither more
    # samples, nor a number made of them, nor their picture should ask for them anew.

    def samples_of(self, values: Values, n: int) -> int:
        """Return how many samples a case needs."""
        from testbenches.stimulated_study import samples_of

        return samples_of(values, n)

    def spreads_of(self, values: Values, spreads: Spreads) -> Spreads:
        """Return process and mismatch, the junctions' as the case has it."""
        junctions = float(values["MTJ_SIGMA"]) if values["DRAWN"] == JUNCTIONS else 0.0
        return chip_spreads(values, spreads, mismatch=True, junctions=junctions)

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
        """Return the living cluster's clocks with a slower LCLK and a RESET as long before each edge of GCLK.

        RESET clears what the generation knows of GCLK, so LCLK need not show it low.
        """
        clocks, high = super().clocks(values), float(values["VDDIO"])
        edges = [edge for edge, _, _ in clocks["gclk"]]
        rises = [edge + T_LCLK_ON + pulse * T_LCLK for edge in edges for pulse in range(LCLK_PULSES)]
        lclk = [(rise, rise + T_LCLK / 2, high) for rise in rises]
        return clocks | {"lclk": lclk, "reset": [(edge - T_FIRST, edge - T_FIRST + T_POWER_ON, high) for edge in edges]}

    def stop_time(self, values: Values) -> float:
        """Return the end (s): the last reading."""
        return self.edge_time(len(self.weights(values)) - 1, values) + T_SEEN + T_AFTER

    def analysis(self, values: Values) -> Analysis:
        """Return the transient; oxides are looked at without draws, which takes finer steps."""
        solver = FINER_SOLVER if values["DRAWN"] == NOTHING else SOLVER
        return Transient(self.stop_time(values), self.t_max, solver)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return what is measured and drawn."""
        return ("gclk", "swrst", "swinteg", "swcomp", "bounded", "vinteg0", "fire0")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield each weight's VINTEG in hold, FIRE, whether that is wrong, and whether the bound closed the window."""
        for period, weight in enumerate(self.weights(values)):
            seen, at = self.edge_time(period, values) + T_SEEN, {"weight": weight}
            fired, bounded = (value_at(waveforms[n], seen) > float(values["VDDIO"]) / 2 for n in ("fire0", "bounded"))
            yield Reading("level", value_at(waveforms["vinteg0"], seen), "V", at)
            yield Reading("fire", float(fired), "", at)
            yield Reading("wrong", float(fired != (weight >= int(values["THRESHOLD"]))), "", at)
            yield Reading("bounded", float(bounded), "", at)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the nominal chip's decisions and linearity."""
        levels = results.select("level")
        fit = fit_line(levels["weight"], levels["value"])
        yield Summary("wrong_nominal", float(results.select("wrong")["value"].sum()))
        yield Summary("bounded_nominal", float(results.select("bounded")["value"].sum()))
        yield Summary("r_squared_nominal", fit.r_squared)
        yield Summary("step_nominal", fit.slope, "V")
        yield Summary("at_zero_nominal", fit.intercept - float(results.settings["VREST"]), "V")

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
        Claim("bounded_nominal", "windows that the bound closed, not the time-window generator, nominal chip",
              "required", (0, 0)),
    )  # fmt: skip
    chips = (
        Claim("r_squared_alike", "VINTEG against weight: R^2 of the worst chip, process and mismatch, junctions alike",
              "required; linear: " + place, (0.999, 1)),
        Claim("wrong_alike", f"the same: decisions other than FIRE exactly at weights >= {threshold}, all chips",
              "required; " + place, (0, 0)),
        Claim("bounded_alike", "the same: windows that the bound closed, not the time-window generator", "required",
              (0, 0)),
    )  # fmt: skip
    return nominal, chips
