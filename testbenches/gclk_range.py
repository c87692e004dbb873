"""GCLK at 1, 10 and 50 kHz: the same decisions, though the membrane must hold for up to 1 ms."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from harness.analysis import Analysis, Transient
from harness.testbench import Claim, Results, Summary, Values
from testbenches.living_event import LivingTestbench, fired

FREQUENCIES = (1e3, 10e3, 50e3)


class SlowTestbench(LivingTestbench):
    """A living cluster that rests for most of a period, because GCLK may be slow."""

    def analysis(self, values: Values) -> Analysis:
        """Return the transient; at rest a step may be a hundredth of GCLK's period, if that is more."""
        t_max = max(self.t_max, 1 / float(values["F_GCLK"]) / 100)
        return Transient(self.stop_time(values), t_max, self.solver)


class GclkRange(SlowTestbench):
    """Weight 3 twice, which adds to FIRE over a period that the membrane must hold."""

    name = "gclk_range"
    question = "Does the neuron decide the same at 1, 10 and 50 kHz?"
    is_figure = False
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("decisions_differ", "decisions at 1 and 10 kHz that differ from those at 50 kHz",
              "paper 3.3: 1 to 50 kHz", (0, 0)),
        Claim("wrong_decisions", "FIRE at the second stimulus of weight 3 and no other, each frequency", "required",
              (0, 0)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each frequency."""
        for frequency in FREQUENCIES:
            yield {"F_GCLK": frequency}

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return one synapse of weight 3."""
        return ((3,),)

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return two stimuli."""
        return [[0], [0]]

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the decisions, and what VINTEG moves from 50 kHz to 1 kHz."""
        by_frequency = {f: fired(results, F_GCLK=f) for f in FREQUENCIES}
        yield Summary("decisions_differ", sum(len(by_frequency[f] ^ by_frequency[50e3]) for f in FREQUENCIES))
        yield Summary("wrong_decisions", sum(len(found ^ {(1, 0)}) for found in by_frequency.values()))
        slow, fast = (results.select("vinteg", F_GCLK=f)["value"].to_numpy() for f in (1e3, 50e3))
        yield Summary("vinteg_at_1kHz_against_50kHz", float(max(slow - fast, key=abs)), "V")
        times = results.select("integration_time")["value"]
        yield Summary("time_repeats", float(times.max() - times.min()), "s")


TESTBENCH = GclkRange()
