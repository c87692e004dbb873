"""Figure 6B: one event from AXON to FIRE, every phase from the switch generation's own gates."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import pandas as pd
from matplotlib.figure import Figure

from harness.measure import crossings, first_crossing
from harness.testbench import Claim, Reading, Results, Summary, Values
from testbenches.chain_event import worst
from testbenches.living_event import T_FIRST, T_LCLK, LivingTestbench
from testbenches.wave_stack import Panel, Strip, wave_stack

# In the order of the event; each name is what the paper or the circuit calls the line.
STRIPS = ("gclk", "lclk", "axon0", "wl0", "swrst", "swinteg", "swcomp", "fire0", "swleak")
T_BURST = 0.1e-6  # s, GCLK to the first edge of LCLK
SLOT_OF_LEAK = 17
SELECTED = ("sw_rest", "sw_rfr", "sw_lat")

# The event as a chain of edges, each after the one before: section 2.2.1.1 and Figure 6B.
ORDER = (
    ("axon0", "rise"), ("gclk", "rise"), ("swrst", "rise"), ("az_read", "fall"), ("wl0", "rise"), ("swrst", "fall"),
    ("swinteg", "fall"), ("wl0", "fall"), ("swcomp", "rise"), ("fire0", "rise"), ("swcomp", "fall"), ("update", "rise"),
    ("swleak", "rise"), ("swleak", "fall"),
)  # fmt: skip


class Figure6B(LivingTestbench):
    """One column at the threshold's weight, one stimulus, one period of GCLK."""

    name = "fig06b"
    question = "In which order and how long do the switches act, from AXON to FIRE and leak?"
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("out_of_order", "edges of one event that do not follow the one before, of 14",
              "paper Figure 6B, 2.2.1.1: reset, integrate, compare, leak", (0, 0)),
        Claim("settle", "word line on to SWRST off", "required: currents settled before integration", (0.6e-6, 1e-6)),
        Claim("decision_wait", "SWINTEG off to SWCOMP on", "required: comparator settled", (50e-9, 2e-6),
              (200e-9, 2e-6)),
        Claim("leak_wait", "SWCOMP on to SWLEAK on", "paper 2.2.1.1: SWLEAK after the comparison", (50e-9, 2e-6)),
        Claim("width_error", "SWRST, SWCOMP and SWLEAK against their number of LCLK edges, worst",
              "required: widths set by LCLK", (-2e-9, 2e-9), (-0.2e-9, 0.2e-9)),
        Claim("fires", "the neuron at the threshold's weight fires", "paper 2.2.2", (1, 1)),
        Claim("bounded", "SWINTEG closed by the generation's bound, not by the TWG",
              "required, issue 4: says when the bound acted", (0, 0)),
    )  # fmt: skip

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return one axon, one dendrite, of the threshold's weight."""
        return ((int(values["THRESHOLD"]),),)

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return one period with the stimulus."""
        return ([0],)

    def stop_time(self, values: Values) -> float:
        """Return the end (s): the leak has ended, the ring only empties."""
        return T_FIRST + T_BURST + (SLOT_OF_LEAK + 2 * int(values["LEAK_LCLK"])) * T_LCLK / 2 + 0.6e-6

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the lines of the joint deck, the generation's others and the selected baseline."""
        selected = (f"xdendrite0.{name}" for name in SELECTED)
        return (*super().signals(values), "swhold", "az_read", "fire_clear", *selected)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield edges out of order, waits and widths of the event, and what the neuron did."""
        half = {name: float(values["VDD" if name == "az_read" else "VDDIO"]) / 2 for name, _ in ORDER}
        times = [T_FIRST - 1e-6]
        for name, direction in ORDER:
            after = times[-1] if name != "swinteg" else times[-1] + 1e-9
            times.append(first_crossing(waveforms[name], half[name], direction, after))
        out = sum(not later > before for before, later in zip(times, times[1:], strict=False))
        yield Reading("out_of_order", out)
        at = dict(zip(ORDER, times[1:], strict=True))
        yield Reading("settle", at["swrst", "fall"] - at["wl0", "rise"], "s")
        yield Reading("integration_time", at["swinteg", "fall"] - at["swrst", "fall"], "s")
        yield Reading("decision_wait", at["swcomp", "rise"] - at["swinteg", "fall"], "s")
        yield Reading("leak_wait", at["swleak", "rise"] - at["swcomp", "rise"], "s")
        slots = crossings(waveforms["lclk"], float(values["VDDIO"]) / 2)
        widths = {
            "swrst": (2, 9),
            "swcomp": (14, 15),
            "swleak": (SLOT_OF_LEAK, SLOT_OF_LEAK + 2 * int(values["LEAK_LCLK"])),
        }
        for name, (first, last) in widths.items():
            error = at[name, "fall"] - at[name, "rise"] - (slots[last] - slots[first])
            yield Reading("width_error", error, "s", {"switch": name})
        yield Reading("fires", float(waveforms["fire0"].iloc[-1] > float(values["VDDIO"]) / 2))
        yield Reading("bounded", float(waveforms["bounded"].iloc[-1] > float(values["VDDIO"]) / 2))

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the readings, of the widths the worst."""
        for measure in ("out_of_order", "settle", "integration_time", "decision_wait", "leak_wait", "fires", "bounded"):
            row = results.select(measure).iloc[0]
            yield Summary(measure, float(row["value"]), str(row["unit"]))
        yield Summary("width_error", worst(results.select("width_error")["value"]), "s")

    def draw(self, results: Results) -> Figure:
        """Draw the phases from the clocks to FIRE as strips, VTWG and VINTEG below."""
        (case,) = results.cases
        waves, values = results.waveforms[case.id], case.values
        strips = [Strip(name, name.upper().rstrip("0"), float(values["VDDIO"])) for name in STRIPS]
        panel = Panel({"vinteg0": "VINTEG", "vtwg": "VTWG"}, ("VTH", "VREST"), label="VINTEG, VTWG (mV)")
        figure, _ = wave_stack(waves, strips, [panel], values, (T_FIRST - 0.7e-6, self.stop_time(values)))
        return figure


TESTBENCH = Figure6B()
