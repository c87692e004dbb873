"""Leak from either side of VREST, its proportionality, and the membrane's hold, in corners and over temperature."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import pandas as pd

from harness.analysis import Analysis, Transient
from harness.measure import value_at
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Values, conditions
from testbenches.membrane import SOLVER, T_GCLK, MembraneTestbench, Stimulus, proportionality
from testbenches.parameters import CORNERS

STEPS, HOLD = "steps", "hold"
SILICON = (*((corner, 27.0) for corner in CORNERS), ("tt", -40.0), ("tt", 85.0), ("ff", 85.0), ("ss", -40.0))
HELD = (("tt", 27.0), ("ff", 85.0), ("ss", 85.0), ("sf", 85.0))
CURRENTS = (25e-9, 50e-9, 200e-9)
WIDTHS = (200e-9, 400e-9, 800e-9, 1600e-9)
FAR, NEAR = 3.3e-6, 1e-6  # A, in 4 pF and 400 ns: 330 mV, of which 200 nA leave 170 after all widths; 100 mV
T_FIRST, T_GAP, T_AROUND = 2.5e-6, 3e-6, 0.5e-6  # s: stimulus to leak, leak to leak, around a leak
T_LONG = 1e-3  # s, one period of GCLK at 1 kHz
# Whatever has gate or channel on the summing node, where Cint's charge is.
SUMMING = (
    ("operational_amplifier", "pair"), ("integrator", "reset"), ("integrator", "reset_dummy"), ("integrator", "steer"),
    ("integrator", "steer_dummy"), ("leak", "steer"), ("leak", "steer_dummy"),
)  # fmt: skip


class Leak(MembraneTestbench):
    """Steps of each width from 330 mV above VREST, one step from 100 mV above and one from 100 mV below; and holds."""

    name = "leak"
    question = "Does the leak take ILEAKAGE times SWLEAK from either side, and does the membrane hold in between?"
    is_figure = False
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *MembraneTestbench.parameters,
        Parameter("RUN", "leak steps, or a hold", default=STEPS, choices=(STEPS, HOLD)),
        # Assumption: a thousandth of the thin oxide's 2 nA. The card has none, since 3.5 nm let through far less.
        Parameter("GATE_LEAKAGE", "gate leakage in a hold, of a square micrometre of thick oxide", "A", 2e-12, 0, 1e-9),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("width_proportionality", "leak step against SWLEAK width, 200 to 1600 ns, worst of 9 silicons, 25-200 nA",
              "required; adjustable: paper 3.2, Figure 13B", (0, 0.02), (0, 0.01)),
        Claim("current_proportionality", "leak step against ILEAKAGE, 25 to 200 nA, worst of 9 silicons",
              "required; adjustable: paper 3.2, Figure 13C", (0, 0.05), (0, 0.03)),
        Claim("from_below", "step from 100 mV below VREST over that from 100 mV above, smallest",
              "required; paper 2.2.1.1: if VINTEG < VREST, the voltage increases", (0.7, 1.3), (0.9, 1.1)),
        Claim("droop", "change of VINTEG in a hold of 20 us, four silicons to 85 C, gates leak 2 pA/um2 (assumption)",
              "required", (0, 0.5e-3), (0, 0.1e-3)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield the steps for each silicon and current, and the holds."""
        for corner, temp in SILICON:
            for current in CURRENTS:
                yield {"RUN": STEPS, "CORNER": corner, "TEMP": temp, "ILEAKAGE": current}
        for corner, temp in HELD:
            yield {"RUN": HOLD, "CORNER": corner, "TEMP": temp, "ILEAKAGE": settings["ILEAKAGE"]}

    def stimuli(self, values: Values) -> Sequence[Stimulus]:
        """Return the stimuli: far above, 100 mV above, 100 mV below; or far above and as far below as VLAT goes."""
        if values["RUN"] == HOLD:
            return Stimulus(0.0, FAR), Stimulus(T_LONG + 5e-6, -1.3 * NEAR)
        after = T_FIRST + len(WIDTHS) * T_GAP
        return Stimulus(0.0, FAR), Stimulus(after, NEAR), Stimulus(after + T_FIRST + T_GAP, -NEAR)

    def leaks(self, values: Values) -> Sequence[tuple[float, float]]:
        """Return one pulse of each width after the first stimulus, and one of the second width after each other."""
        if values["RUN"] == HOLD:
            return ()
        first, *others = self.stimuli(values)
        series = [(first.time + T_FIRST + place * T_GAP, width) for place, width in enumerate(WIDTHS)]
        return [*series, *((stimulus.time + T_FIRST, WIDTHS[1]) for stimulus in others)]

    def hold_leakage(self, values: Values) -> float:
        """Return what all gates on the summing node leak in a hold (A), as if all of them leaked the same way."""
        if values["RUN"] != HOLD:
            return 0.0
        sizes = [conditions(values).technology.size(block, role, "w", "l") for block, role in SUMMING]
        area = sum(float(size.w or 0) * float(size.l or 0) * size.m for size in sizes)
        return float(values["GATE_LEAKAGE"]) * area / 1e-12

    def stop_time(self, values: Values) -> float:
        """Return the end (s)."""
        last = self.stimuli(values)[-1]
        return last.held + T_LONG + 1e-6 if values["RUN"] == HOLD else last.time + T_FIRST + T_GAP

    def analysis(self, values: Values) -> Analysis:
        """Return the transient; in a long hold a step may be a good part of it."""
        return Transient(self.stop_time(values), 10e-6 if values["RUN"] == HOLD else self.t_max, SOLVER)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield each step toward VREST, or each hold's droop over one period of GCLK at 50 kHz and at 1 kHz."""
        vinteg = waveforms["vinteg"]
        if values["RUN"] == HOLD:
            for place, stimulus in zip(("above", "below"), self.stimuli(values), strict=True):
                start = value_at(vinteg, stimulus.held)
                yield Reading("held", start, "V", {"place": place})
                yield Reading("droop", value_at(vinteg, stimulus.held + T_GCLK) - start, "V", {"place": place})
                yield Reading("long_droop", value_at(vinteg, stimulus.held + T_LONG) - start, "V", {"place": place})
            return
        for (start, width), place in zip(self.leaks(values), ("far",) * len(WIDTHS) + ("above", "below"), strict=True):
            step = value_at(vinteg, start - T_AROUND) - value_at(vinteg, start + width + T_AROUND)
            yield Reading("step", -step if place == "below" else step, "V", {"place": place, "width": width})

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the worst of each."""
        far = results.select("step", place="far")
        series = far.groupby(["CORNER", "TEMP", "ILEAKAGE"])["value"]
        yield Summary("width_proportionality", max(proportionality(WIDTHS, steps) for _, steps in series))
        currents = far[far["width"] == WIDTHS[1]].groupby(["CORNER", "TEMP"])["value"]
        yield Summary("current_proportionality", max(proportionality(CURRENTS, steps) for _, steps in currents))
        above, below = (results.select("step", place=place)["value"].to_numpy() for place in ("above", "below"))
        yield Summary("from_below", float((below / above).min()))
        yield Summary("droop", float(results.select("droop")["value"].abs().max()), "V")
        yield Summary("droop_in_1ms", float(results.select("long_droop")["value"].abs().max()), "V")


TESTBENCH = Leak()
