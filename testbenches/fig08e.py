"""Figure 8E: offset of integrator and comparator together, before and after auto-zero."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from harness.analysis import Analysis, Transient
from harness.measure import first_crossing, value_at
from harness.testbench import Breakdown, Claim, Parameter, Reading, Results, Samples, Summary, Values
from testbenches.offset_figures import draw_offset_histograms
from testbenches.offsets import NAMES, OFF, ON, SOLVER, OffsetTestbench, offset_summaries, settled
from testbenches.parameters import VREST

RESIDUAL = (
    "our auto-zero leaves less; the same circuits with small devices and a 30 fF capacitor end there, "
    "by switch charge and low gain: fig08_variants"
)
FAMILIES = {
    "integrator: amplifier": r"integrator\.amplifier",
    "integrator: switches, capacitor": r"integrator",
    "comparator: input pair": r"comparator\.pair",
    "comparator: loads of the pair": r"comparator\.(diode|cross)",
    "comparator: output stage": r"comparator\.(out|mirror)",
    "comparator: inverter that answers": r"comparator\.(read|above)",
    "comparator: reset switch": r"comparator\.reset",
    "bias and phases": r"bias|driver",
}
T_RELEASE = 0.05e-6  # s, fall of SWRST; the operating point is the end of a reset
T_HOLD, T_OPEN, T_RISE = T_RELEASE + 60e-9, T_RELEASE + 140e-9, T_RELEASE + 160e-9  # SWINTEG's fall and rise; current
T_APPROACH, T_EDGE = 0.3e-6, 20e-9  # s; the current's edges are long, so that VINTEG does not overshoot
SPANS = {OFF: 30e-3, ON: 4e-3}  # V on either side of VTH: seven sigma of what is expected, or more
RATES = {OFF: 60e3, ON: 20e3}  # V/s through VTH; the ramps' difference shows what a rate adds
TRTOL, T_MAX = {OFF: 50.0, ON: 25.0}, {OFF: 20e-9, ON: 10e-9}  # before auto-zero a sigma is fifty times as large
_TIMES = {"t_release": T_RELEASE, "t_hold": T_HOLD, "t_open": T_OPEN, "t_rise": T_RISE}


class Figure8E(OffsetTestbench):
    """How the offset is measured.

    A first part is what a column of weight 0 keeps: VINTEG's mean in hold, after SWRST and SWINTEG have fallen, against
    its baseline.
    The second is where the comparator answers: a current brings VINTEG near VTH, then through it slowly, up and back
    down, and the mean of VINTEG at the two answers, against VTH, is free of the delay times the rate. What the
    integrator starts above its baseline is missing at the threshold, hence offset = comparator's part - integrator's:
    how much more an ideal integrator would have to gain. The current is steered as a column's is.
    """

    name = "fig08e"
    question = "What offset have integrator and comparator together, before and after auto-zero?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *OffsetTestbench.common,
        VREST,
        Parameter("COLUMN_LOAD", "capacitance of a column's current output", "F", 150e-15, 1e-15, 10e-12),
        Parameter("SEARCH", "how far from VTH the slow ramps start, of the usual; must not matter", "", 1.0, 0.5, 2.0),
    )

    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("offset_after", "offset after auto-zero, integrator and comparator, nominal silicon",
              "required of the mean", (-2.5e-3, 2.5e-3), (-1.5e-3, 1.5e-3)),
        Claim("rate_bias", "what one ramp alone would add to the offset after auto-zero", "required: free of the rate",
              (0, 0.3e-3)),
    )  # fmt: skip

    samples = 200
    sample_claims: ClassVar[tuple[Claim, ...]] = (
        Claim("sigma_before", "sigma before auto-zero (paper: 3.26 mV)", "required; paper Figure 8E", (2.5e-3, 4.5e-3)),
        Claim("sigma_after", "sigma after auto-zero, mismatch alone", "required", (0, 0.2e-3), (0, 0.1e-3)),
        Claim("mu_after", "mean after auto-zero", "required", (-2.5e-3, 2.5e-3), (-1.5e-3, 1.5e-3)),
        Claim("improvement", "sigma before over after (paper's text: more than 10; its figure: 3.4)",
              "required; paper 2.2.1.3", (10, math.inf), (30, math.inf)),
        Claim("sigma_after_paper", "sigma after auto-zero as the paper has it, 0.97 mV", "paper Figure 8E",
              (0.7e-3, 1.3e-3), known=RESIDUAL),
        Claim("mu_after_paper", "mean after auto-zero as the paper has it, 8.03 mV", "paper Figure 8E",
              (6e-3, 10e-3), known=RESIDUAL),
    )  # fmt: skip

    breakdowns: ClassVar[tuple[Breakdown, ...]] = tuple(
        Breakdown(f"{name} auto-zero", "offset", {"AUTO_ZERO": state}, FAMILIES) for state, name in NAMES.items()
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield both states of auto-zero."""
        for state in (OFF, ON):
            yield {"AUTO_ZERO": state}

    def start_level(self, values: Values) -> float:
        """Return where VINTEG ideally starts (V): without auto-zero nothing moves it from the virtual ground."""
        return float(values["VREST"] if values["AUTO_ZERO"] == ON else values["VCM_COL"])

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck of one integrator and comparator."""
        return "fig08e.cir.j2", {
            **self.plain(values),
            "start": self.start_level(values),
            "SPAN": self.span(values),
            **{name: time + values["DELAY"] for name, time in _TIMES.items()},
            "t_approach": T_APPROACH,
            "t_edge": T_EDGE,
            "t_crossing": self.crossing_time(values),
            "t_turn": self.turn(values),
        }

    def span(self, values: Values) -> float:
        """Return how far below and above VTH (V) the slow ramps reach."""
        return SPANS[str(values["AUTO_ZERO"])] * float(values["SEARCH"])

    def crossing_time(self, values: Values) -> float:
        """Return how long one slow ramp takes (s)."""
        return 2 * self.span(values) / self.rate(values)

    def rate(self, values: Values) -> float:
        """Return how fast VINTEG crosses VTH (V/s)."""
        return RATES[str(values["AUTO_ZERO"])]

    def turn(self, values: Values) -> float:
        """Return when the slow ramp turns down (s)."""
        return T_RISE + float(values["DELAY"]) + T_APPROACH + self.crossing_time(values)

    def analysis(self, values: Values) -> Analysis:
        """Return one transient over reset, hold and both slow ramps."""
        state = str(values["AUTO_ZERO"])
        stop = self.turn(values) + self.crossing_time(values)
        return Transient(stop, T_MAX[state], replace(SOLVER, trtol=TRTOL[state]))

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return VINTEG and the comparator's answer."""
        return ("vinteg", "above")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the offset, its two parts, and what the rate would have added to one ramp alone."""
        half, vinteg, delay = float(values["VDDIO"]) / 2, waveforms["vinteg"], float(values["DELAY"])
        integrator = settled(vinteg, T_OPEN + delay - 30e-9, T_OPEN + delay - 2e-9) - self.start_level(values)
        rise = first_crossing(waveforms["above"], half, "rise", T_RISE + delay)
        fall = first_crossing(waveforms["above"], half, "fall", self.turn(values))
        up, down = (value_at(vinteg, time) if math.isfinite(time) else math.nan for time in (rise, fall))
        comparator = (up + down) / 2 - float(values["VTH"])
        yield Reading("offset", comparator - integrator, "V")
        yield Reading("integrator_offset", integrator, "V")
        yield Reading("comparator_offset", comparator, "V")
        yield Reading("rate_bias", (up - down) / 2, "V")

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the nominal offset of both states, and what one ramp alone would have added."""
        for state, name in NAMES.items():
            yield Summary(f"offset_{name}", float(results.select("offset", AUTO_ZERO=state)["value"].iloc[0]), "V")
        yield Summary("rate_bias", float(results.select("rate_bias", AUTO_ZERO=ON)["value"].iloc[0]), "V")

    def summarize_samples(self, study: Samples) -> Iterable[Summary]:
        """Yield mu and sigma of both states, and the improvement."""
        return offset_summaries(study)

    def draw_samples(self, study: Samples) -> Figure | None:
        """Draw Figure 8E."""
        return draw_offset_histograms(study.table, "Integrator and comparator", spread_of=study.spread_of)


TESTBENCH = Figure8E()
