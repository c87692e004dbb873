"""Decisions of Figures 9D and 9E at the other five VTH; 850 mV, every weight in every corner, is in self_calibration.

At tt every weight has its column. In the other corners only those stand that can go wrong: 0, one below the threshold
and the threshold; VINTEG is within 0.1 % of a line there, so the others lie at least a step further from VTH.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from harness.testbench import Claim, Results, Summary, Values
from testbenches.chain_event import ChainTestbench, wrong_decisions
from testbenches.parameters import CORNERS

VTH_LEVELS = (0.80, 0.81, 0.82, 0.83, 0.84)


class Decisions(ChainTestbench):
    """Every weight at both thresholds, five VTH and five corners, with the same bias voltages."""

    name = "decisions"
    question = "Does exactly the threshold's weight fire at every VTH in every corner?"
    is_figure = False
    check_solver = False  # the deck of Figures 9D and 9E, which tell its solver's error
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "wrong decisions at VTH 800..840 mV, thresholds 5 and 7, five corners",
              "required; fires at 5 and at 7: paper 2.2.2, Figures 9D and 9E", (0, 0)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield threshold x corner x VTH."""
        for threshold in (5, 7):
            for corner in CORNERS:
                for vth in VTH_LEVELS:
                    yield {"THRESHOLD": threshold, "CORNER": corner, "VTH": vth}

    def weights(self, values: Values) -> Sequence[int]:
        """Return -N_REF .. THRESHOLD at tt, and the weights next to VTH elsewhere."""
        threshold = int(values["THRESHOLD"])
        if values["CORNER"] == "tt":
            return range(-int(values["N_REF"]), threshold + 1)
        return (0, threshold - 1, threshold)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the count of wrong decisions and the smallest margins in mV on either side."""
        yield Summary("wrong_decisions", wrong_decisions(results))
        rows = results.measures[results.measures["measure"] == "vinteg"]
        margin = rows["value"] - rows["VTH"]
        yield Summary("smallest_margin_at_n", float(margin[rows["weight"] == rows["THRESHOLD"]].min()), "V")
        yield Summary(
            "smallest_margin_at_n_minus_1", float(-margin[rows["weight"] == rows["THRESHOLD"] - 1].max()), "V"
        )


TESTBENCH = Decisions()
