"""Stability of the neuron half: op-amp, buffer and comparator in each of their loops, and the bias start-up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.testbench import Claim, Parameter, Values
from testbenches.loops import START_UP, T_RAMP, LoopTestbench, loop_claims
from testbenches.parameters import IBIAS, VCM_COL, VDDIO, VREST, VTH

NODES = {"integrator": "xdevice.sum", "buffer": "xdevice.minus", "comparator": "xdevice.minus"}


@dataclass(frozen=True)
class Loop:
    """Which device, in which phase, and the level (V) its output or input is at."""

    device: str
    reset: bool
    level: float
    window: bool = True
    buffered: bool = False  # drives the buffer too, as in the time-window generator


LOOPS = {
    "op_amp_auto_zero": Loop("integrator", True, 0.5),
    "op_amp_auto_zero_with_buffer": Loop("integrator", True, 0.5, buffered=True),
    "op_amp_in_window": Loop("integrator", False, 0.55),
    "op_amp_in_hold": Loop("integrator", False, 0.9, window=False),
    "buffer_auto_zero": Loop("buffer", True, 0.5),
    "buffer": Loop("buffer", False, 0.85),
    "comparator_auto_zero": Loop("comparator", True, 0.5),
}


class StabilityNeuron(LoopTestbench):
    """Integrator, buffer and comparator, each loop opened at the amplifier's inverting input."""

    name = "stability_neuron"
    question = "What phase margin has each loop of the neuron half, and does its bias start?"
    loops = tuple(LOOPS)
    bias_lines = ("ibias", "vbias_p", "xneuron.xintegrator.sum", "xneuron.xcomparator.minus")
    claims: ClassVar[tuple[Claim, ...]] = loop_claims(LOOPS)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDDIO,
        VCM_COL,
        VREST,
        VTH,
        IBIAS,
        Parameter("ISYNAPSE", "synapse current, 7 (P-AP)", "A", 3.78e-6, -20e-6, 20e-6),
        Parameter("COLUMN_LOAD", "capacitance of a column's current output", "F", 150e-15, 1e-15, 10e-12),
        Parameter("LOOP", "which loop", default="op_amp_in_window", choices=(*LOOPS, START_UP)),
    )

    def probe(self, loop: str) -> tuple[str, str]:
        """Return the summing node and the amplifier's input."""
        return NODES[LOOPS[loop].device], "injected"

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck with the loop open at its probe."""
        loop = LOOPS.get(str(values["LOOP"]), LOOPS["op_amp_auto_zero"])
        shift = loop.level - float(values["VCM_COL"]) if loop.device == "integrator" else 0.0
        return "stability_neuron.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            **vars(loop),
            "returned": NODES[loop.device],
            "shift": shift,
            "start_up": values["LOOP"] == START_UP,
            "t_ramp": T_RAMP,
        }


TESTBENCH = StabilityNeuron()
