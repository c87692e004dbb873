"""The whole chain for Monte Carlo: how far from VTH the columns next to it end, and whether they decide rightly.

Three columns suffice: weight 0 shows the mirrors' common-mode error, n - 1 and n lie on either side of VTH. Each has
its draws; the PSP reference, the threshold block and the time-window generator are shared, as in a cluster.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import pandas as pd

from harness.testbench import Claim, Parameter, Reading, Results, Summary, Values
from testbenches.chain_event import CHAIN_PARAMETERS, ChainTestbench

THRESHOLDS = (5, 7)
MTJ_SETS = ("10k20k", "5k30k")


class ChainMismatch(ChainTestbench):
    """Columns of weights 0, n - 1 and n at both thresholds with both MTJ sets; nominal unless samples are drawn."""

    name = "chain"
    question = "How far from VTH do the columns next to the threshold end, and with mismatch, who decides wrongly?"
    is_figure = False
    parameters: ClassVar[tuple[Parameter, ...]] = CHAIN_PARAMETERS
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "weights 0, n - 1 and n at thresholds 5 and 7, both MTJ sets, nominal devices",
              "required", (0, 0)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield MTJ set x threshold."""
        for mtj in MTJ_SETS:
            for threshold in THRESHOLDS:
                yield {"MTJ": mtj, "THRESHOLD": threshold}

    def weights(self, values: Values) -> Sequence[int]:
        """Return 0, one below the threshold, and the threshold."""
        threshold = int(values["THRESHOLD"])
        return (0, threshold - 1, threshold)

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


TESTBENCH = ChainMismatch()
