"""What ngspice is asked to compute, with the solver settings that move the answer pinned beside it."""

import math
from dataclasses import dataclass, replace

RAW_NAME = "run.raw"


@dataclass(frozen=True)
class Solver:
    """Solver options; every one of them can move a result, so none is left to a default or a .spiceinit."""

    reltol: float = 3e-4
    abstol: float = 1e-12
    vntol: float = 1e-6
    chgtol: float = 3e-15  # the default, 1e-14 C, exceeds the charge of a small latch node
    gmin: float = 1e-14
    itl1: int = 100  # Newton iterations before the operating point turns to gmin stepping
    method: str = "trap"  # half the time of gear at the same error on the whole chain
    xmu: float = 0.5  # below one half the trapezoidal rule damps its own ringing, at a little of its accuracy
    trtol: float = 7.0  # a step's error may be so many times reltol; large with a tight reltol: exact Newton, few steps
    # ngspice takes trtol for 1 in a deck with code models, and every junction is one (a polynomial source); with
    # xtrtol above 1 it takes this instead.
    xtrtol: float = 1.0
    # A device whose voltages moved by less than reltol keeps its last linearization. At 3e-4 and above whole circuits
    # come out wrong, so a testbench that sets it states a reltol far below, and its solver error is told without it.
    # Gmin stepping ends at no solution under it, so such a run must start at a known point, and is judged by that.
    bypass: bool = False

    def line(self) -> str:
        """Return the ``.option`` line."""
        return (
            f".option reltol={self.reltol!r} abstol={self.abstol!r} vntol={self.vntol!r} chgtol={self.chgtol!r} "
            f"gmin={self.gmin!r} itl1={self.itl1} method={self.method} maxord=2"
            f"{f' xmu={self.xmu!r}' if self.xmu != 0.5 else ''}"
            f"{f' trtol={self.trtol!r}' if self.trtol != 7.0 else ''}"
            f"{' bypass=1' if self.bypass else ''}"
        )


@dataclass(frozen=True)
class Transient:
    """A transient to ``t_stop`` with steps of at most ``t_max`` (s); ngspice reports every accepted point."""

    t_stop: float
    t_max: float
    solver: Solver = Solver()
    plot = "Transient Analysis"
    scale = "time"

    def command(self) -> str:
        """Return the ngspice command; without a maximum step, tstep would become one."""
        return f"tran {self.t_max!r} {self.t_stop!r} 0 {self.t_max!r}"

    def tightened(self) -> "Transient":
        """Return the same at a tenth of reltol, half the maximum step and no bypass, to tell the solver's own error."""
        solver = replace(self.solver, reltol=self.solver.reltol / 10, bypass=False)
        return replace(self, t_max=self.t_max / 2, solver=solver)

    @property
    def last(self) -> float:
        """The scale value that a complete run reaches."""
        return self.t_stop


@dataclass(frozen=True)
class Sweep:
    """A DC sweep of one source (V or A) from ``start`` in steps of ``step``, as far as ``stop`` allows."""

    source: str
    start: float
    stop: float
    step: float
    solver: Solver = Solver(reltol=1e-5)
    plot = "DC transfer characteristic"
    scale = "v-sweep"

    def command(self) -> str:
        """Return the ngspice command."""
        return f"dc {self.source} {self.start!r} {self.stop!r} {self.step!r}"

    def tightened(self) -> "Sweep":
        """Return the same at a tenth of reltol."""
        return replace(self, solver=replace(self.solver, reltol=self.solver.reltol / 10))

    @property
    def last(self) -> float:
        """The scale value that a complete run reaches."""
        return self.start + self.step * math.floor((self.stop - self.start) / self.step + 1e-6)


@dataclass(frozen=True)
class Frequency:
    """An AC analysis, logarithmic, from ``f_start`` to ``f_stop`` (Hz)."""

    f_start: float
    f_stop: float
    points_per_decade: int = 20
    solver: Solver = Solver(reltol=1e-5)
    plot = "AC Analysis"
    scale = "frequency"

    def command(self) -> str:
        """Return the ngspice command."""
        return f"ac dec {self.points_per_decade} {self.f_start!r} {self.f_stop!r}"

    def tightened(self) -> "Frequency":
        """Return the same at a tenth of reltol, which moves the operating point alone, and at twice as many points."""
        solver = replace(self.solver, reltol=self.solver.reltol / 10)
        return replace(self, points_per_decade=2 * self.points_per_decade, solver=solver)

    @property
    def last(self) -> float:
        """The scale value that a complete run reaches."""
        return self.f_stop


@dataclass(frozen=True)
class Noise:
    """Noise of the voltage between two nodes, logarithmic, against ``source``; densities in V/sqrt(Hz).

    Columns ``onoise_spectrum`` (at the output) and ``inoise_spectrum`` (the same over the gain from ``source``).
    """

    output: str
    reference: str
    source: str
    f_start: float
    f_stop: float
    points_per_decade: int = 20
    solver: Solver = Solver(reltol=1e-5)
    plot = "Noise Spectral Density Curves"
    scale = "frequency"

    def command(self) -> str:
        """Return the ngspice commands; the integrals that it adds as a plot of their own are left alone."""
        points = f"dec {self.points_per_decade} {self.f_start!r} {self.f_stop!r}"
        return f"noise v({self.output},{self.reference}) {self.source} {points}\nsetplot noise1"

    def tightened(self) -> "Noise":
        """Return the same at a tenth of reltol, which moves the operating point alone, and at twice as many points."""
        solver = replace(self.solver, reltol=self.solver.reltol / 10)
        return replace(self, points_per_decade=2 * self.points_per_decade, solver=solver)

    @property
    def last(self) -> float:
        """The scale value that a complete run reaches."""
        return self.f_stop


@dataclass(frozen=True)
class OperatingPoint:
    """The DC operating point, as a start for other runs: found loosely; its one row has scale 0.

    Bistable loops make the tight point of a large deck a matter of luck, so there are rungs to try.
    """

    solver: Solver = Solver(reltol=1e-3, gmin=1e-12)
    plot = "Operating Point"
    scale = "time"
    last = 0.0

    def command(self) -> str:
        """Return the ngspice command."""
        return "op"

    def rungs(self) -> tuple["OperatingPoint", ...]:
        """Return what to try, in turn, until one converges."""
        first = self.solver
        tries = (first, replace(first, itl1=500), replace(first, reltol=1e-4, gmin=1e-11), replace(first, gmin=1e-10))
        return tuple(replace(self, solver=solver) for solver in tries)

    def tightened(self) -> "OperatingPoint":
        """Return the same at a tenth of reltol."""
        return replace(self, solver=replace(self.solver, reltol=self.solver.reltol / 10))


Analysis = Transient | Sweep | Frequency | Noise | OperatingPoint


def complete_deck(circuit: str, analysis: Analysis) -> str:
    """Add options, control block and ``.end`` to a netlist, so that ``ngspice -b`` writes run.raw in its folder."""
    xtrtol = [f"set xtrtol={analysis.solver.xtrtol!r}"] if analysis.solver.xtrtol != 1.0 else []
    control = [".control", "set num_threads=1", "set filetype=binary", *xtrtol, analysis.command()]
    return "\n".join(
        [circuit, analysis.solver.line(), "", *control, f"write {RAW_NAME}", "quit 0", ".endc", ".end", ""]
    )
