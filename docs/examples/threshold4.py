"""Threshold 4, as Figure 9D has it for 5: does exactly the threshold's weight fire?"""

from dataclasses import replace
from typing import ClassVar

from harness.testbench import Claim, Golden
from testbenches.chain_event import CHAIN_PARAMETERS
from testbenches.fig09d import LinearIntegration


class Threshold4(LinearIntegration):
    """Seven columns, weights -2..4, one event."""

    name = "threshold4"
    parameters = tuple(replace(p, default=4) if p.name == "THRESHOLD" else p for p in CHAIN_PARAMETERS)
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "FIRE exactly at weights >= 4 (P-AP)", "required", (0, 0)),
    )
    goldens: ClassVar[tuple[Golden, ...]] = (
        Golden({}, ("vtwg", "vinteg5", "vinteg6"), ("swinteg", "fire5", "fire6"), 0.9),
    )
    is_figure = False  # no part of `make figures`


TESTBENCH = Threshold4()
