"""The whole chain for Monte Carlo: how far from VTH the columns next to it end, and whether they decide rightly.

Three columns suffice: weight 0 shows the mirrors' common-mode error, n - 1 and n lie on either side of VTH. Each has
its draws; the PSP reference, the threshold block and the time-window generator are shared, as in a cluster.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

import pandas as pd
from matplotlib.figure import Figure

from harness.analysis import Analysis, Solver, Transient
from harness.draws import Spreads
from harness.testbench import Case, Claim, Parameter, Reading, Results, Samples, Summary, Values
from testbenches.chain_event import CHAIN_PARAMETERS, ChainTestbench

THRESHOLDS = (5, 7)
MTJ_SETS = ("10k20k", "5k30k")
# A quarter of the points of the house's solver: VINTEG moves by 0.1 mV, a fiftieth of its sigma, alike on all chips.
SOLVER, T_MAX = Solver(reltol=1e-3, chgtol=1e-13), 30e-9


class ChainMismatch(ChainTestbench):
    """Columns of weights 0, n - 1 and n at both thresholds with both MTJ sets; nominal unless samples are drawn.

    A study draws transistors and capacitors for every case, and junctions in addition where MTJ_SIGMA says so: at that
    sigma with both sets, and at twice it as a check of what lies between. A chip keeps its draws over all cases.
    """

    name = "chain"
    question = "How far from VTH do the columns next to the threshold end, and with mismatch, who decides wrongly?"
    is_figure = False
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *CHAIN_PARAMETERS,
        Parameter("MTJ_SIGMA", "sigma of each junction's RP and TMR (an assumption), swept to twice it",
                  default=0.04, low=0.001, high=0.14),
    )  # fmt: skip
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "weights 0, n - 1 and n at thresholds 5 and 7, both MTJ sets, nominal devices",
              "required", (0, 0)),
    )  # fmt: skip
    samples = 200
    sample_claims: ClassVar[tuple[Claim, ...]] = (
        Claim("sigmas_at_n_minus_1", "transistor mismatch only: mean margin over its sigma at n - 1, worst of both "
              "thresholds and MTJ sets", "required", (3, math.inf), (4.5, math.inf)),
        Claim("sigmas_at_n", "the same at n", "required", (3, math.inf), (4.5, math.inf)),
        Claim("sigma_at_0", "transistor mismatch only: sigma of VINTEG at weight 0, worst", "required", (0, 10e-3),
              (0, 5e-3)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield MTJ set x threshold."""
        for mtj in MTJ_SETS:
            for threshold in THRESHOLDS:
                yield {"MTJ": mtj, "THRESHOLD": threshold}

    def sampled_cases(self, settings: Values) -> list[Case]:
        """Return every case without spread of the junctions, then those with it."""
        sigma = float(settings["MTJ_SIGMA"])
        plain = [{**variation, "MTJ_SIGMA": 0.0} for variation in self.variations(settings)]
        spread = [(5, "10k20k", sigma), (7, "10k20k", sigma), (7, "5k30k", sigma), (7, "10k20k", 2 * sigma)]
        junctions = [{"MTJ": mtj, "THRESHOLD": n, "MTJ_SIGMA": value} for n, mtj, value in spread]
        return self.cases_of(settings, [*plain, *junctions])

    # chain_study is imported where it is used: a study's key holds the source of every module that a measuring one
    # imports, and neither more samples, nor a number made of them, nor their picture should ask for them anew.

    def samples_of(self, values: Values, n: int) -> int:
        """Return how many samples a case needs."""
        from testbenches.chain_study import samples_of

        return samples_of(values, n)

    def spreads_of(self, values: Values, spreads: Spreads) -> Spreads:
        """Return the study's spreads with the case's sigma of the junctions."""
        sigma = float(values["MTJ_SIGMA"])
        return replace(spreads, mtj_rp=sigma, mtj_tmr=sigma)

    def weights(self, values: Values) -> Sequence[int]:
        """Return 0, one below the threshold, and the threshold."""
        threshold = int(values["THRESHOLD"])
        return (0, threshold - 1, threshold)

    def analysis(self, values: Values) -> Analysis:
        """Return one event's transient, with a solver for many samples."""
        return Transient(self.stop_time(values), T_MAX, SOLVER)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return what the readings need."""
        return (*super().signals(values), "i(vith_column)", "i(vith_ref)")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the chain's readings, ITH, and each column's margin (positive on its right side of VTH) and error."""
        threshold, vth = int(values["THRESHOLD"]), float(values["VTH"])
        for reading in super().measure(values, waveforms):
            yield reading
            weight = reading.at.get("weight", 0)
            if reading.measure == "vinteg":
                above = reading.value - vth
                yield Reading("margin", above if weight >= threshold else -above, "V", reading.at)
            if reading.measure == "fire":
                yield Reading("wrong", float((reading.value > 0.5) != (weight >= threshold)), "", reading.at)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the wrong decisions and the smallest margins without mismatch."""
        yield Summary("wrong_decisions", float(results.select("wrong")["value"].sum()))
        margins = results.select("margin")
        distance = margins["THRESHOLD"] - margins["weight"]
        yield Summary("smallest_margin_at_n", float(margins.loc[distance == 0, "value"].min()), "V")
        yield Summary("smallest_margin_at_n_minus_1", float(margins.loc[distance == 1, "value"].min()), "V")

    def summarize_samples(self, study: Samples) -> Iterable[Summary]:
        """Yield margins over sigma, the sigma of V(0), and the shares of wrong decisions with their intervals."""
        from testbenches.chain_study import summaries

        return summaries(study)

    def draw_samples(self, study: Samples) -> Figure | None:
        """Draw the designer's figure: how good the junctions, how large the mirrors."""
        from testbenches.chain_study import draw

        return draw(study)


TESTBENCH = ChainMismatch()
