"""Figure 9F: relative refractory period and lateral inhibition, threshold 5 (P-AP)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from matplotlib.figure import Figure

from harness.testbench import Claim, Results, Summary, Values
from testbenches.living_event import SOLVER, LivingTestbench, power_summaries, start_error
from testbenches.wave_stack import Panel

MIDDLE = 1


class Refractory(LivingTestbench):
    """Three dendrites. The first axon fires the middle one alone; the second, on rows of its own, has weight n on all.

    The second stimulus comes in the first period after the absolute phase.
    """

    # Windows are compared by picoseconds here, where a microvolt that Newton leaves is 10; and in ss a coarser step
    # takes a NAND's inner node to -0.21 V, where it stays: its own -0.15 V needs this.
    solver = replace(SOLVER, chgtol=1e-13, vntol=1e-7)
    question = "Does an action potential keep its neuron and the neighbours from firing on the next stimulus?"

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return both axons' weights."""
        n = int(values["THRESHOLD"])
        return (n - 2, n, n - 3), (n, n, n)

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return the first axon, silence for the absolute phase, the second axon."""
        return [[0], *[[] for _ in range(int(values["ABSOLUTE"]))], [1]]

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield who fired, the worst start against its level, and the smallest margin at the second stimulus."""
        last = len(self.stimuli(results.settings)) - 1
        fires = results.select("fire")
        wanted = (fires["period"] == 0) & (fires["dendrite"] == MIDDLE)
        yield Summary("wrong_decisions", int((wanted != (fires["value"] > 0.5)).sum()))
        expected = {(0, d): "VREST" for d in self.dendrites(results.settings)}
        expected |= {(last, d): "VRFR" if d == MIDDLE else "VLAT" for d in self.dendrites(results.settings)}
        yield Summary("start_error", start_error(results, expected), "V")
        second = results.select("vinteg", period=last)["value"]
        yield Summary("margin", float(results.settings["VTH"]) - float(second.max()), "V")
        times = results.select("integration_time").groupby("case")["value"]
        yield Summary("time_repeats", float((times.max() - times.min()).max()), "s")
        yield Summary("integration_time", float(times.first().iloc[0]), "s")
        yield Summary("bounded", float(results.select("bounded")["value"].sum()))

    def draw(self, results: Results) -> Figure | None:
        """Draw the digital strips and the three membranes."""
        (case,) = results.cases
        panel = Panel({f"vinteg{d}": f"Dendrite <{d}>" for d in self.dendrites(case.values)}, share=1.6)
        return self.draw_stack(results, case, [panel])


def refractory_claims(place: str) -> tuple[Claim, ...]:
    """Return the claims of 9F or 9G."""
    return (
        Claim("wrong_decisions", "only the middle dendrite fires on the first stimulus, none on the second", place,
              (0, 0)),
        Claim("start_error", "start against VREST, then VRFR (fired) or VLAT (neighbours), worst",
              "required; starts from VRFR, VLAT: " + place, (-2e-3, 2e-3), (-0.5e-3, 0.5e-3)),
        Claim("margin", "VTH above the highest VINTEG at the second stimulus", "required; cannot exceed VTH: " + place,
              (50e-3, 1.0)),
        Claim("time_repeats", "integration time, first against second stimulus", "required: repeats",
              (0, 0.2e-9), (0, 0.05e-9)),
    )  # fmt: skip


class Figure9F(Refractory):
    """Threshold 5; power and energies too."""

    name = "fig09f"
    check_solver = True
    claims: ClassVar[tuple[Claim, ...]] = refractory_claims("paper 2.2.2, Figure 9F")

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield what all of them yield, and what an event, a spike and a synaptic operation cost."""
        yield from super().summarize(results)
        yield from power_summaries(results, 0, 1, len(self.dendrites(results.settings)))


TESTBENCH = Figure9F()
