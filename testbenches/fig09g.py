"""Figure 9G: relative refractory period and lateral inhibition, threshold 7 (P-AP)."""

from dataclasses import replace
from typing import ClassVar

from harness.testbench import Claim, Parameter
from testbenches.fig09f import Refractory, refractory_claims
from testbenches.living_event import LIVING_PARAMETERS


class Figure9G(Refractory):
    """Threshold 7: two rows an axon."""

    name = "fig09g"
    parameters: ClassVar[tuple[Parameter, ...]] = tuple(
        replace(parameter, default=7) if parameter.name == "THRESHOLD" else parameter for parameter in LIVING_PARAMETERS
    )
    claims: ClassVar[tuple[Claim, ...]] = refractory_claims("paper 2.2.2, Figure 9G")


TESTBENCH = Figure9G()
