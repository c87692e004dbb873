"""Stability of the read half: regulation loop (idle, 1, 16 rows; lumped line and array), auto-zero loop, start-up."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.synapse import ANTIPARALLEL, PARALLEL
from harness.testbench import Claim, Parameter, Values
from testbenches.loops import START_UP, T_RAMP, LoopTestbench, loop_claims
from testbenches.parameters import IBIAS, VCLAMP, VDD, VDDIO, VREAD_AMP

# loop -> (active rows, their state); the one row is AP, the least conductance and so the slowest bit line
REGULATION = {"idle": (1, ANTIPARALLEL), "one_row": (1, ANTIPARALLEL), "sixteen_rows": (16, PARALLEL)}
ARRAY = {f"array_{loop}": case for loop, case in REGULATION.items()}  # the same with the array's lines
LOOPS = (*REGULATION, *ARRAY, "auto_zero")


class StabilityRead(LoopTestbench):
    """One read channel: each loop opened in turn, and the bias after a supply ramp."""

    name = "stability_read"
    question = "What phase margin has each loop of the read half, and does its bias start?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDD,
        VDDIO,
        VREAD_AMP,
        VCLAMP,
        IBIAS,
        Parameter("LOOP", "which loop", default="one_row", choices=(*LOOPS, START_UP)),
    )
    claims: ClassVar[tuple[Claim, ...]] = loop_claims(LOOPS)
    loops = LOOPS
    bias_lines = ("bias_p", "bias_n", "bias_trim", "cascode_p", "cascode_n")

    def probe(self, loop: str) -> tuple[str, str]:
        """Return the bit line (or hold capacitor) and the amplifier's sense point (or trim gate)."""
        return "returned", "injected"

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck with the loop open at its probe."""
        loop = str(values["LOOP"])
        rows, state = {**REGULATION, **ARRAY}.get(loop, REGULATION["one_row"])
        return "stability_read.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            "auto_zero": loop == "auto_zero",
            "start_up": loop == START_UP,
            "array": loop in ARRAY,
            "active": loop.endswith(("one_row", "sixteen_rows")),
            "rows": rows,
            "states": [state] * (16 if loop in ARRAY else rows),
            "t_ramp": T_RAMP,
        }


TESTBENCH = StabilityRead()
