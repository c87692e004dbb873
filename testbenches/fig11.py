"""Figure 11: integration time against VTH on many chips, and VINTEG of each weight on the same chips.

A chip is one draw of the process: transistors, capacitors, RP and TMR, alike for all its devices. The time spreads with
them; what a weight integrates to does not, since the window is made of the same currents and capacitors.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from harness.analysis import Analysis, Transient
from harness.draws import Spreads
from harness.testbench import Case, Claim, Parameter, Reading, Results, Samples, Summary, Values
from testbenches.chain import SOLVER, T_MAX
from testbenches.chain_event import CHAIN_PARAMETERS, ChainTestbench
from testbenches.chips import CHIP_PARAMETERS, CHIPS, chip_spreads

VTH_LEVELS = (0.80, 0.825, 0.85)
ALONE, PROCESS, MISMATCH = "window", "process", "mismatch"  # what a case draws


class Figure11(ChainTestbench):
    """The window generator alone at three VTH, and at the highest every weight; chips are samples."""

    name = "fig11"
    question = "Does the integration time of chips spread while their decisions stay?"
    is_figure = False  # a quarter of an hour
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *CHAIN_PARAMETERS,
        Parameter("DRAWN", "what a chip draws: process for the window alone, for all weights, or mismatch too",
                  default=PROCESS, choices=(ALONE, PROCESS, MISMATCH)),
        *CHIP_PARAMETERS,
    )  # fmt: skip
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "FIRE exactly at weights >= n, nominal chip", "required", (0, 0)),
    )  # fmt: skip
    samples = 100
    sample_claims: ClassVar[tuple[Claim, ...]] = (
        Claim("time_deviation", "integration time against VTH, process alone: largest distance from a chip's line",
              "required; proportional: paper 3.2, Figure 11", (0, 0.5e-9), (0, 0.1e-9)),
        Claim("time_range", "expected range of the integration time of ten chips, process alone (paper: nearly 60 ns; "
              "its sigmas are fitted to that)", "required; paper 3.2, Figure 11", (40e-9, 80e-9)),
        Claim("level_range", "V(n) - VREST of the first ten chips, process alone, peak to peak over its mean",
              "required", (0, 0.05), (0, 0.03)),
        Claim("wrong_process", "the same chips: decisions other than FIRE exactly at weights >= n",
              "required; regardless of chip-to-chip variations: paper 3.2", (0, 0)),
        Claim("sigma_gap", "process and mismatch, junctions alike: gap between the 95 % intervals of sigma of "
              "V(n) - VREST, here and in the chain's study (results/campaign.csv), 0 where they overlap", "required",
              (0, 0)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield the window at each VTH, and every weight at the highest."""
        for vth in VTH_LEVELS:
            yield {"DRAWN": ALONE, "VTH": vth}
        yield {"DRAWN": PROCESS, "VTH": VTH_LEVELS[-1]}

    def sampled_cases(self, settings: Values) -> list[Case]:
        """Return the same, and every weight with mismatch."""
        return self.cases_of(settings, [*self.variations(settings), {"DRAWN": MISMATCH, "VTH": VTH_LEVELS[-1]}])

    def samples_of(self, values: Values, n: int) -> int:
        """Return all for the window alone, ten with all weights, three times as many for a sigma."""
        return {ALONE: n, PROCESS: min(n, CHIPS), MISMATCH: min(n, 3 * CHIPS)}[str(values["DRAWN"])]

    def spreads_of(self, values: Values, spreads: Spreads) -> Spreads:
        """Return the process, and the transistors' and capacitors' mismatch where it is asked for."""
        return chip_spreads(values, spreads, mismatch=values["DRAWN"] == MISMATCH)

    def weights(self, values: Values) -> Sequence[int]:
        """Return no columns where the window is alone, else -N_REF .. THRESHOLD."""
        return () if values["DRAWN"] == ALONE else range(-int(values["N_REF"]), int(values["THRESHOLD"]) + 1)

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the chain's deck for silicon that is not nominal."""
        return "chain_conditions.cir.j2", super().deck(values)[1]

    def analysis(self, values: Values) -> Analysis:
        """Return one event: of the window alone by the house's solver, for the many-sample one bends the line."""
        if values["DRAWN"] == ALONE:
            return super().analysis(values)
        return Transient(self.stop_time(values), T_MAX, SOLVER)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the chain's readings, and what each weight adds to VREST and whether it decided wrongly."""
        for reading in super().measure(values, waveforms):
            yield reading
            if reading.measure == "vinteg":
                yield Reading("rise", reading.value - float(values["VREST"]), "V", reading.at)
            if reading.measure == "fire":
                due = reading.at["weight"] >= int(values["THRESHOLD"])
                yield Reading("wrong", float((reading.value > 0.5) != due), "", reading.at)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the nominal chip's decisions."""
        yield Summary("wrong_decisions", float(results.select("wrong")["value"].sum()))

    # As in the chain's study: a study's key holds the source of every module that this one imports, and neither a
    # number made of samples nor their picture should ask for them anew.

    def summarize_samples(self, study: Samples) -> Iterable[Summary]:
        """Yield the spread of the time, and of what each weight integrates to."""
        from testbenches.fig11_study import summaries

        return summaries(study)

    def draw_samples(self, study: Samples) -> Figure:
        """Draw the ten chips' times against VTH, what their weights integrate to, and the times of all chips."""
        from testbenches.fig11_study import draw

        return draw(study)


TESTBENCH = Figure11()
