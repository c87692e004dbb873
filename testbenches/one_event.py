"""One neuron, one event: a period of GCLK of column, threshold block, time-window generator and generation."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from harness.testbench import Claim, Golden, Results, Summary, Values
from testbenches.living_event import LivingTestbench, fired


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


TESTBENCH = OneEvent()
