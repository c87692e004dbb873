"""One neuron, one event: a period of GCLK of column, threshold block, time-window generator and generation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from harness.analysis import Solver
from harness.testbench import Claim, Golden, Results, Summary, Testbench, Values
from testbenches.living_event import LCLK_PULSES, SOLVER, LivingTestbench, fired

PLAIN = Solver()
LCLK_ALWAYS = 49  # pulses of LCLK in a period of GCLK


class OneEvent(LivingTestbench):
    """A stimulus of weight n on one dendrite and a whole period of GCLK; `make bench` times it."""

    name = "one_event"
    question = "Does the smallest cluster, one neuron of its own timing, fire on weight n?"
    is_figure = False
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("fires", "weight n fires from VREST", "paper 2.2.2", (1, 1)),
    )  # fmt: skip
    goldens: ClassVar[tuple[Golden, ...]] = (
        Golden({}, ("vinteg0", "vtwg"), ("swrst", "swinteg", "swcomp", "swleak", "fire0"), 0.9),
    )

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return one synapse."""
        return ((int(values["THRESHOLD"]),),)

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return one stimulus."""
        return [[0]]

    def stop_time(self, values: Values) -> float:
        """Return the end of the period (s)."""
        return self.edge_time(1, values)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield FIRE and the window."""
        yield Summary("fires", float(len(fired(results))))
        yield Summary("integration_time", float(results.select("integration_time")["value"].iloc[0]), "s")
        yield Summary("vinteg", float(results.select("vinteg")["value"].iloc[0]), "V")

    def changes(self) -> Mapping[str, Testbench]:
        """Return the plain run, each change of the solver by itself, and steps to what LivingTestbench does."""
        coarse = replace(PLAIN, chgtol=SOLVER.chgtol, method="gear")
        looked_at_always = replace(SOLVER, bypass=False)
        return {
            "plain: the house's solver": Changed(),
            "plain, trtol counts (xtrtol=7)": Changed(replace(PLAIN, xtrtol=PLAIN.trtol)),
            "plain, bypass": Changed(replace(PLAIN, bypass=True)),
            "plain, coarse chgtol (trap)": Changed(replace(PLAIN, chgtol=SOLVER.chgtol)),
            "plain, coarse chgtol, gear": Changed(coarse),
            "coarse chgtol, gear, exact Newton": Changed(looked_at_always),
            "the same, voltages watched": Changed(looked_at_always, watched=True),
            "the same with bypass, LCLK without a pause": Changed(SOLVER, watched=True, lclk_pulses=LCLK_ALWAYS),
            "the same with bypass, LCLK in bursts, steps of 20 ns at most": Changed(SOLVER, 20e-9, watched=True),
            "the same with bypass, LCLK in bursts: as it is run": self,
        }


class Changed(OneEvent):
    """The same event at another solver, largest step or clock."""

    def __init__(
        self, solver: Solver = PLAIN, t_max: float = 500e-9, watched: bool = False, lclk_pulses: int = LCLK_PULSES
    ) -> None:
        """Change what is given."""
        self.solver, self.t_max, self.watched, self.lclk_pulses = solver, t_max, watched, lclk_pulses


TESTBENCH = OneEvent()
