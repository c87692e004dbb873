"""Figure 2C: a membrane potential under temporal and spatial summation, EPSP and IPSP, to FIRE and after."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from matplotlib.figure import Figure

from harness.testbench import Claim, Results, Summary, Values
from testbenches.living_event import LivingTestbench, fired, start_error
from testbenches.wave_stack import Panel

# Axons of each period, and what Figure 2C calls it.
COURSE: tuple[tuple[tuple[int, ...], str], ...] = (
    ((0,), "EPSP +2"), ((2,), "IPSP -2"), ((0, 1, 2), "spatial\n+2 +3 -2"), ((1,), "temporal +3:\naction potential"),
    ((), "absolute\nrefractory"), ((0,), "relative\nrefractory +2"),
)  # fmt: skip
SPIKE, RECOVERY = 3, 5


class Summation(LivingTestbench):
    """Three axons of weights 2, 3 and -2 on one dendrite."""

    name = "summation"
    question = "Do stimuli below the threshold add up, in time and over axons, to an action potential?"
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "fires when the sum reaches the threshold, and then only",
              "paper 2.1.2: PSPs can summate spatially or temporally", (0, 0)),
        Claim("spatial_error", "three axons at once against the sum of their weights, in steps", "required",
              (-0.06, 0.06), (-0.03, 0.03)),
        Claim("temporal_error", "EPSP and IPSP in turn against their sum, less the leak, in steps", "required",
              (-0.06, 0.06), (-0.03, 0.03)),
        Claim("start_error", "starts from VREST, and from VRFR after the action potential", "required",
              (-2e-3, 2e-3), (-0.5e-3, 0.5e-3)),
    )  # fmt: skip

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return the three weights."""
        return (2,), (3,), (-2,)

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return the axons of each period."""
        return [list(axons) for axons, _ in COURSE]

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the decisions and how well weights add."""
        yield Summary("wrong_decisions", len(fired(results) ^ {(SPIKE, 0)}))
        yield Summary("start_error", start_error(results, {(0, 0): "VREST", (RECOVERY, 0): "VRFR"}), "V")
        held, start = (results.select(name)["value"].to_numpy(dtype=float) for name in ("vinteg", "start"))
        step = (held[0] - start[0]) / 2
        yield Summary("step", step, "V")
        yield Summary("spatial_error", (held[2] - start[2]) / step - 3)
        yield Summary("temporal_error", (held[1] - start[1] + held[0] - start[0]) / step)

    def draw(self, results: Results) -> Figure:
        """Draw the strips and the membrane, each period with what Figure 2C calls it."""
        (case,) = results.cases
        figure = self.draw_stack(results, case, [Panel({"vinteg0": ""}, share=1.8)])
        membrane = figure.axes[-len(COURSE) :]
        low, high = membrane[0].get_ylim()
        membrane[0].set_ylim(low, high + 0.15 * (high - low))
        for axis, (_, text) in zip(membrane, COURSE, strict=True):
            axis.annotate(text, (0.02, 0.99), xycoords="axes fraction", fontsize=6.5, ha="left", va="top")
        return figure


TESTBENCH = Summation()
