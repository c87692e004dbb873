"""Figures 9F and 9G in the corners: the fired dendrite and one neighbour; 5 (P-AP) in ff and fs, 7 in ss and sf."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from harness.testbench import Claim, Results, Values
from testbenches.fig09f import Refractory, refractory_claims

CASES = ((5, "ff"), (7, "ss"), (5, "fs"), (7, "sf"))  # tt, both thresholds, is the figures'


class RefractoryCorners(Refractory):
    """Two dendrites are enough: a neighbour on the other side has the same circuit."""

    name = "refractory_corners"
    is_figure = False
    claims: ClassVar[tuple[Claim, ...]] = refractory_claims("paper 2.2.2, Figures 9F (ff, fs) and 9G (ss, sf)")

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each corner at one of the thresholds."""
        for threshold, corner in CASES:
            yield {"THRESHOLD": threshold, "CORNER": corner}

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return both axons' weights."""
        n = int(values["THRESHOLD"])
        return (n - 2, n), (n, n)

    def draw(self, results: Results) -> None:
        """Draw nothing: the figures stand for it."""


TESTBENCH = RefractoryCorners()
