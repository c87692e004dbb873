"""Inhibited, not dead: what a neuron in its relative refractory period, and its neighbour, still answer."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from harness.testbench import Claim, Parameter, Results, Summary, Values
from testbenches.living_event import FINER_SOLVER, LIVING_PARAMETERS, LivingTestbench, fired

STRONGER, RECOVERED, UNWIRED = "stronger", "recovered", "unwired"
FIRED, NEIGHBOUR = 0, 1
RECOVERY = 4  # periods of GCLK from FIRE to VREST


class Inhibition(LivingTestbench):
    """Two dendrites. Axon <0> fires the first alone; then a second stimulus, which differs from case to case."""

    name = "inhibition"
    solver = FINER_SOLVER
    question = "Does a stronger stimulus fire an inhibited neuron, does it recover, and is the wiring what inhibits?"
    is_figure = False
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *LIVING_PARAMETERS,
        Parameter("AFTER", "what follows the first FIRE", default=STRONGER, choices=(STRONGER, RECOVERED, UNWIRED)),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("stronger_fires", "from VRFR both axons at once (two rows, 2 n) fire",
              "required; paper 2.1.2: the relative phase requires a stronger-than-usual stimulus", (1, 1)),
        Claim("recovered_fires", "weight n fires neuron and neighbour once the refractory period is over", "required",
              (2, 2)),
        Claim("unwired_fires", "with inhibition wired off weight n fires the neighbour alone",
              "required; due to the effect of lateral inhibition: paper 2.2.2", (1, 1)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield the three cases."""
        yield {"AFTER": STRONGER, "INHIBIT": 1}
        yield {"AFTER": RECOVERED, "INHIBIT": 1}
        yield {"AFTER": UNWIRED, "INHIBIT": 0}

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return both axons' weights."""
        n = int(values["THRESHOLD"])
        return (n, 1), (n, n)

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return the first stimulus, silence, and what follows."""
        silent = RECOVERY if values["AFTER"] == RECOVERED else int(values["ABSOLUTE"])
        return [[0], *[[] for _ in range(silent)], [0, 1] if values["AFTER"] == STRONGER else [1]]

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield who fires on the second stimulus."""
        for case in results.cases:
            after = str(case.values["AFTER"])
            last = len(self.stimuli(case.values)) - 1
            late = {dendrite for period, dendrite in fired(results, AFTER=after) if period == last}
            wanted = {STRONGER: {FIRED} & late, RECOVERED: late, UNWIRED: late - {FIRED}}[after]
            yield Summary(f"{after}_fires", float(len(wanted) - (after == UNWIRED and FIRED in late)))


TESTBENCH = Inhibition()
