"""Figure 13C: leak of the membrane over GCLK periods, for each ILEAKAGE."""

from collections.abc import Iterable
from typing import ClassVar

from matplotlib.figure import Figure

from harness.testbench import Claim, Golden, Results, Summary, Values
from testbenches.fig13b import LeakSteps
from testbenches.membrane import proportionality

CURRENTS = (25e-9, 50e-9, 100e-9, 200e-9)


class Figure13C(LeakSteps):
    """ILEAKAGE over a factor of eight at one width."""

    name = "fig13c"
    question = "Is the leak step proportional to ILEAKAGE?"
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("proportionality", "leak step against ILEAKAGE, more than 150 mV above VREST: largest deviation",
              "required; adjustable: paper 3.2, Figure 13C", (0, 0.05), (0, 0.03)),
    )  # fmt: skip
    goldens: ClassVar[tuple[Golden, ...]] = (Golden({"ILEAKAGE": 200e-9}, ("vinteg",), ("swleak",), 0.9),)

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each current."""
        for current in CURRENTS:
            yield {"ILEAKAGE": current}

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the proportionality, and the step of the smallest current."""
        steps = self.far_steps(results, "ILEAKAGE")
        yield Summary("proportionality", proportionality(list(steps), steps.values()))
        yield Summary("step_at_25nA", steps[CURRENTS[0]], "V")

    def draw(self, results: Results) -> Figure:
        """Draw VINTEG for each current."""
        return self.draw_steps(results, "ILEAKAGE", {i: f"{i * 1e9:.0f} nA" for i in CURRENTS}, "ILEAKAGE")


TESTBENCH = Figure13C()
