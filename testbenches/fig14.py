"""Figure 14: relative refractory period of one dendrite and lateral inhibition of its neighbour at 50 kHz."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from matplotlib.figure import Figure

from harness.testbench import Claim, Results, Summary, Values
from testbenches.living_event import FINER_SOLVER, LivingTestbench, fired, start_error
from testbenches.wave_stack import Panel

FIRED, INHIBITED = 0, 1


class Figure14(LivingTestbench):
    """Axon <0> weighs n on dendrite <0> and 1 on <1>, axon <1> weighs n on both; dendrite <0> fires twice."""

    name = "fig14"
    solver = FINER_SOLVER
    question = "Do the refractory period and lateral inhibition lower the firing rates at 50 kHz?"
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "dendrite <0> fires in periods 0 and 3, not from VRFR; <1> never",
              "paper 3.2, Figure 14", (0, 0)),
        Claim("start_error", "starts from VREST, VRFR, VLAT against the level, worst",
              "required; integration resumes at VRFR, begins at VLAT: paper 3.2, Figure 14",
              (-2e-3, 2e-3), (-0.5e-3, 0.5e-3)),
        Claim("time_repeats", "integration time, largest less smallest of three events", "required: repeats",
              (0, 0.2e-9), (0, 0.05e-9)),
    )  # fmt: skip

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return both axons' weights."""
        n = int(values["THRESHOLD"])
        return (n, 1), (n, n)

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return FIRE, absolute phase, a stimulus from VRFR and VLAT, and FIRE again from VGEN."""
        return [[0], *[[] for _ in range(int(values["ABSOLUTE"]))], [1], [0]]

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the decisions, the starts, and the repetition of the integration time."""
        given = [period for period, axons in enumerate(self.stimuli(results.settings)) if axons]
        yield Summary("wrong_decisions", len(fired(results) ^ {(given[0], FIRED), (given[2], FIRED)}))
        expected = {(given[0], FIRED): "VREST", (given[0], INHIBITED): "VREST"}
        expected |= {(given[1], FIRED): "VRFR", (given[1], INHIBITED): "VLAT"}
        yield Summary("start_error", start_error(results, expected), "V")
        times = results.select("integration_time")["value"]
        yield Summary("time_repeats", float(times.max() - times.min()), "s")

    def draw(self, results: Results) -> Figure:
        """Draw the strips and one panel a dendrite."""
        (case,) = results.cases
        panels = [
            Panel({"vinteg0": "Dendrite <0>"}, ("VTH", "VREST", "VRFR"), colours=("#1f5fa8",), share=0.9),
            Panel({"vinteg1": "Dendrite <1>"}, ("VTH", "VREST", "VLAT"), colours=("#d9822b",), share=0.9),
        ]
        return self.draw_stack(results, case, panels)


TESTBENCH = Figure14()
