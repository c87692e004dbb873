"""Absolute refractory period: the strongest stimulus in every period, and what the neuron answers."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from matplotlib.figure import Figure

from harness.testbench import Claim, Results, Summary, Values
from testbenches.chain_event import worst
from testbenches.living_event import FINER_SOLVER, LivingTestbench, fired, start_error
from testbenches.wave_stack import Panel

FIRED, NEIGHBOUR = 0, 1


class AbsoluteRefractory(LivingTestbench):
    """Weight n on dendrite <0> and 1 on its neighbour, a stimulus in each period."""

    name = "absolute_refractory"
    solver = FINER_SOLVER
    question = "Is a neuron that has fired unresponsive for the set number of periods, while its neighbours go on?"
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "fires, is blocked, does not fire from VRFR; the neighbour never",
              "paper 2.2.1.1: the switch generator becomes inactive for a fixed interval", (0, 0)),
        Claim("start_error", "the neighbour from VLAT in the absolute phase, the neuron from VRFR after it, worst",
              "required", (-2e-3, 2e-3), (-0.5e-3, 0.5e-3)),
        Claim("moved_by_stimulus", "membrane in the absolute phase, from GCLK to SWLEAK: move", "required",
              (-2e-3, 2e-3), (-0.5e-3, 0.5e-3)),
    )  # fmt: skip

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return one axon's weights."""
        return ((int(values["THRESHOLD"]), 1),)

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return a stimulus in each period: FIRE, the absolute phase, from VRFR."""
        return [[0]] * (2 + int(values["ABSOLUTE"]))

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the decisions, the starts, and the move of the membrane in the absolute phase."""
        absolute = int(results.settings["ABSOLUTE"])
        yield Summary("wrong_decisions", len(fired(results) ^ {(0, FIRED)}))
        expected = {(absolute + 1, FIRED): "VRFR", (1, NEIGHBOUR): "VLAT"}
        yield Summary("start_error", start_error(results, expected), "V")
        before, after = (results.select(name, dendrite=FIRED)["value"].to_numpy() for name in ("before", "vinteg"))
        yield Summary("moved_by_stimulus", worst((after - before)[1 : 1 + absolute]), "V")
        times = results.select("integration_time")["value"]
        yield Summary("time_repeats", float(times.max() - times.min()), "s")

    def draw(self, results: Results) -> Figure:
        """Draw the strips and both membranes."""
        (case,) = results.cases
        panel = Panel({f"vinteg{d}": f"Dendrite <{d}>" for d in self.dendrites(case.values)}, share=1.4)
        return self.draw_stack(results, case, [panel])


TESTBENCH = AbsoluteRefractory()
