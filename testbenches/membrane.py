"""One neuron with leak and baseline selector under ideal phases: what the testbenches of its analog parts share.

A subclass says which stimuli come (when, how large, from which baseline) and when SWLEAK is on. Everything else, from
the reset that precedes a stimulus to the decision that follows it, is the same for all.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.analysis import Analysis, Solver, Transient
from harness.testbench import Parameter, Testbench, Values
from testbenches.parameters import IBIAS, ILEAKAGE, VCM_COL, VDDIO, VLAT, VREST, VRFR, VTH

REST, RFR, LAT, GEN = "rest", "rfr", "lat", "gen"
T_RESET, T_WINDOW, T_DECIDE, T_DECIDED = 0.8e-6, 0.4e-6, 0.6e-6, 0.7e-6  # s: reset; after it window, SWCOMP on, off
T_SELECT = 0.1e-6  # s, selection to reset
T_GCLK = 20e-6  # s, 50 kHz

# As in the neuron's testbench: at the house's reltol the trapezoidal rule rings after edges.
SOLVER = Solver(reltol=3e-5)


@dataclass(frozen=True)
class Stimulus:
    """A current (A) during one window of T_WINDOW; the reset before it begins at ``time`` (s), on that baseline.

    The first reset begins at 0, so that the operating point is one of a held membrane. Without, VINTEG would stand at
    the supply, and the first RST would push Cint's plate from there to 2.5 V.
    """

    time: float
    current: float
    baseline: str = REST

    @property
    def release(self) -> float:
        """When SWRST falls (s)."""
        return self.time + T_RESET

    @property
    def held(self) -> float:
        """When the membrane is held again, past the decision (s)."""
        return self.release + T_DECIDED + 0.1e-6


class MembraneTestbench(Testbench):
    """Stimuli and leak pulses on one neuron."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDDIO,
        VCM_COL,
        VREST,
        VRFR,
        VLAT,
        VTH,
        IBIAS,
        ILEAKAGE,
        Parameter("STIMULUS", "current that sets the membrane up, 5 (P-AP)", "A", 2.7e-6, -20e-6, 20e-6),
        Parameter("COLUMN_LOAD", "capacitance of a column's current output", "F", 150e-15, 1e-15, 10e-12),
    )
    t_max: ClassVar[float] = 200e-9  # s

    @abstractmethod
    def stimuli(self, values: Values) -> Sequence[Stimulus]:
        """Return the stimuli in order."""

    @abstractmethod
    def leaks(self, values: Values) -> Sequence[tuple[float, float]]:
        """Return when SWLEAK is on: (start, width) in s."""

    @abstractmethod
    def stop_time(self, values: Values) -> float:
        """Return the end of the simulation (s)."""

    def hold_leakage(self, values: Values) -> float:
        """Return a current (A) out of the summing node besides what its devices leak: none."""
        return 0.0

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the neuron's deck, each phase as intervals of (on, off, level)."""
        high, stimuli, stop = float(values["VDDIO"]), self.stimuli(values), self.stop_time(values)
        ends = [stimulus.time - T_SELECT for stimulus in stimuli[1:]] + [stop]
        selected: dict[str, list[tuple[float, float, float]]] = {f"sw_{name}": [] for name in (REST, RFR, LAT)}
        for stimulus, end in zip(stimuli, ends, strict=True):
            if stimulus.baseline != GEN:
                selected[f"sw_{stimulus.baseline}"].append((stimulus.time - T_SELECT + 2e-9, end, high))
        phases = {
            "swrst": [(s.time, s.release, high) for s in stimuli],
            "swinteg": [(s.time + 0.2e-6, s.release + T_WINDOW, high) for s in stimuli],
            "swcomp": [(s.release + T_DECIDE, s.release + T_DECIDED, high) for s in stimuli],
            "fire_clear": [(s.time, s.time + 0.2e-6, high) for s in stimuli],
            "swleak": [(start, start + width, high) for start, width in self.leaks(values)],
            **selected,
        }
        currents = [(s.time + 0.1e-6, s.held, s.current) for s in stimuli]
        given = {parameter.name: values[parameter.name] for parameter in self.parameters}
        leakage = self.hold_leakage(values)
        return "membrane.cir.j2", {**given, "phases": phases, "stimuli": currents, "hold_leakage": leakage}

    def analysis(self, values: Values) -> Analysis:
        """Return the transient; between events nothing moves, so steps may be long."""
        return Transient(self.stop_time(values), self.t_max, SOLVER)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the phases, the membrane, FIRE, and the baseline's node."""
        return ("swrst", "swinteg", "swleak", "vinteg", "fire", "xneuron.vbase", "xneuron.sum")


def proportionality(widths: Sequence[float], steps: Iterable[float]) -> float:
    """Return the largest deviation of a step from the common ratio step / width, as a share of it."""
    ratios = [step / width for step, width in zip(steps, widths, strict=True)]
    mean = sum(ratios) / len(ratios)
    return max(abs(ratio / mean - 1) for ratio in ratios)
