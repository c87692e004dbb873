"""Figure 9E: linear integration against synaptic weight, threshold 7 (P-AP), two active rows."""

from dataclasses import replace
from typing import ClassVar

from harness.testbench import Golden
from testbenches.chain_event import CHAIN_PARAMETERS
from testbenches.fig09d import LinearIntegration, linearity_claims


class Figure9E(LinearIntegration):
    """Threshold 7: ten columns, weights -2..7.

    Three bits reach -2..5 in one row, so that every block runs with two rows: the reference 2 + 2, the threshold 7 + 4.
    """

    name = "fig09e"
    parameters = tuple(replace(p, default=7) if p.name == "THRESHOLD" else p for p in CHAIN_PARAMETERS)
    claims = linearity_claims("paper 2.2.2, Figure 9E", "7 (P-AP)")
    goldens: ClassVar[tuple[Golden, ...]] = (
        Golden({}, ("vtwg", "vinteg0", "vinteg2", "vinteg9"), ("swrst", "swinteg", "fire8", "fire9"), 0.9),
    )


TESTBENCH = Figure9E()
