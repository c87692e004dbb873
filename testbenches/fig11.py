"""Figure 11: integration time against VTH on many chips, and VINTEG of each weight on the same chips.

A chip is one draw of the process: transistors, capacitors, RA and TMR, alike for all its devices. The time spreads with
them; what a weight integrates to does not, since the window is made of the same currents and capacitors.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy.special import comb

from harness.analysis import Analysis, Transient
from harness.draws import Spreads
from harness.errors import HarnessError
from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import fit_line
from harness.testbench import Case, Claim, Parameter, Reading, Results, Samples, Summary, Values
from testbenches.chain import SOLVER, T_MAX
from testbenches.chain_event import CHAIN_PARAMETERS, ChainTestbench
from testbenches.chips import CHIP_PARAMETERS, CHIPS, chip_spreads

VTH_LEVELS = (0.80, 0.825, 0.85)
ALONE, PROCESS, MISMATCH = "window", "process", "mismatch"  # what a case draws


class Figure11(ChainTestbench):
    """The window generator alone at three VTH, and at the highest every weight; chips are samples."""

    name = "fig11"
    question = "Does the integration time of chips spread while their decisions stay?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *CHAIN_PARAMETERS,
        Parameter("DRAWN", "what a chip draws: process for the window alone, for all weights, or mismatch too",
                  default=PROCESS, choices=(ALONE, PROCESS, MISMATCH)),
        *CHIP_PARAMETERS,
    )  # fmt: skip
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "FIRE exactly at weights >= n, nominal chip", "required", (0, 0)),
    )  # fmt: skip
    samples = 100
    sample_claims: ClassVar[tuple[Claim, ...]] = (
        Claim("time_deviation", "integration time against VTH on every chip: largest distance from its line",
              "required; proportional: paper 3.2, Figure 11", (0, 0.5e-9), (0, 0.1e-9)),
        Claim("time_range", "expected range of the integration time of ten chips (paper: nearly 60 ns; sigmas fitted)",
              "required; paper 3.2, Figure 11", (40e-9, 80e-9)),
        Claim("level_range", "V(n) - VREST of ten chips, process alone, peak to peak over its mean", "required",
              (0, 0.05), (0, 0.03)),
        Claim("wrong_process", "wrong decisions of ten chips at all weights, process alone",
              "paper 3.2: regardless of chip-to-chip variations", (0, 0)),
    )  # fmt: skip
    essential: ClassVar[tuple[str, ...]] = ("integration_time",)

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield the window at each VTH, and every weight at the highest."""
        for vth in VTH_LEVELS:
            yield {"DRAWN": ALONE, "VTH": vth}
        yield {"DRAWN": PROCESS, "VTH": VTH_LEVELS[-1]}

    def sampled_cases(self, settings: Values) -> list[Case]:
        """Return the same, and every weight with mismatch."""
        return self.cases_of(settings, [*self.variations(settings), {"DRAWN": MISMATCH, "VTH": VTH_LEVELS[-1]}])

    def samples_of(self, values: Values, n: int) -> int:
        """Return all for the window alone, the paper's ten with all weights, three times as many for a sigma."""
        return {ALONE: n, PROCESS: min(n, CHIPS), MISMATCH: min(n, 3 * CHIPS)}[str(values["DRAWN"])]

    def spreads_of(self, values: Values, spreads: Spreads) -> Spreads:
        """Return the process with the settings' sigmas, and mismatch without the junctions' where it is asked for."""
        return chip_spreads(values, spreads, mismatch=values["DRAWN"] == MISMATCH)

    def weights(self, values: Values) -> Sequence[int]:
        """Return no columns where the window is alone, else -N_REF .. THRESHOLD."""
        return () if values["DRAWN"] == ALONE else range(-int(values["N_REF"]), int(values["THRESHOLD"]) + 1)

    def analysis(self, values: Values) -> Analysis:
        """Return one event's transient: of the window alone by the house's solver, which a line asks for."""
        return (
            super().analysis(values) if values["DRAWN"] == ALONE else Transient(self.stop_time(values), T_MAX, SOLVER)
        )

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the chain's readings, and what each weight adds to VREST and whether it decided wrongly."""
        for reading in super().measure(values, waveforms):
            yield reading
            if reading.measure == "vinteg":
                yield Reading("rise", reading.value - float(values["VREST"]), "V", reading.at)
            if reading.measure == "fire":
                due = reading.at["weight"] >= int(values["THRESHOLD"])
                yield Reading("wrong", float((reading.value > 0.5) != due), "", reading.at)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the nominal chip's decisions."""
        yield Summary("wrong_decisions", float(results.select("wrong")["value"].sum()))

    def summarize_samples(self, study: Samples) -> Iterable[Summary]:
        """Yield the spread of the time, and of what each weight integrates to."""
        times = _times(study)
        lines = [fit_line(VTH_LEVELS, row) for row in times.to_numpy()]
        yield Summary("time_deviation", _largest([np.abs(line.residuals).max() for line in lines]), "s")
        highest = times[VTH_LEVELS[-1]]
        yield Summary("time_range", expected_range(highest.to_numpy(), CHIPS), "s")
        spread = study.spread_of(highest)
        yield Summary("time_mean", spread.mu, "s")
        yield Summary("time_sigma", spread.sigma, "s")
        rises, n = _by_weight(study, PROCESS, "rise"), _threshold(study)
        yield Summary("level_range", float(np.ptp(rises[n].to_numpy()) / rises[n].mean()))
        for drawn in (PROCESS, MISMATCH):
            yield Summary(f"wrong_{drawn}", float(_by_weight(study, drawn, "wrong").to_numpy().sum()))
        for weight in (0, n - 1, n):
            found = study.spread_of(_by_weight(study, MISMATCH, "rise")[weight])
            for end, value in zip(("", "_low", "_high"), (found.sigma, *found.sigma_interval), strict=True):
                yield Summary(f"sigma_with_mismatch_weight_{weight}{end}", value, "V")

    def draw_samples(self, study: Samples) -> Figure:
        """Draw the ten chips' times against VTH, what their weights integrate to, and the times of all chips."""
        figure = new_figure(TWO_COLUMNS, 2.9)
        left, middle, right = figure.subplots(1, 3, width_ratios=(1.1, 1.1, 1.0))
        times, rises, n = _times(study), _by_weight(study, PROCESS, "rise"), _threshold(study)
        colours = mpl.colormaps["viridis"](np.linspace(0, 0.9, CHIPS))
        for chip, colour in enumerate(colours):
            left.plot(
                np.array(VTH_LEVELS) * 1e3, times.loc[chip] * 1e9, "o-", color=colour, markersize=2.5, linewidth=0.8
            )
            middle.plot(rises.columns, rises.loc[chip] * 1e3, "o-", color=colour, markersize=2.5, linewidth=0.8)
        highest = times[VTH_LEVELS[-1]].to_numpy() * 1e9
        left.set(xlabel="VTH (mV)", ylabel="Integration time (ns)")
        left.set_title(f"{CHIPS} chips, {np.ptp(highest[:CHIPS]):.0f} ns apart", loc="right", fontsize=7)
        share = np.ptp(rises[n].to_numpy()) / rises[n].mean()
        middle.set(xlabel=f"Weight (P-AP), threshold {n}", ylabel="VINTEG - VREST (mV)")
        middle.set_title(f"the same chips, {100 * share:.1f} % apart at {n}", loc="right", fontsize=7)
        right.hist(highest, bins=14, color="#1f5fa8", alpha=0.6)
        right.set(xlabel=f"Integration time at {VTH_LEVELS[-1] * 1e3:.0f} mV (ns)", ylabel="Chips")
        right.set_title(f"{study.counts}, ten span {expected_range(highest, CHIPS):.0f} ns", loc="right", fontsize=7)
        return figure


def expected_range(values: ArrayLike, chips: int) -> float:
    """Return the mean of largest minus smallest over all choices of ``chips`` of the values (their own unit).

    The i-th smallest of N is the largest of C(i - 1, chips - 1) of the C(N, chips) choices; NaN where a value is.

    Raises:
        HarnessError: fewer values than chips.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    if len(ordered) < chips:
        raise HarnessError(f"{len(ordered)} samples do not hold {chips} chips; take more samples.")
    ranks = np.arange(len(ordered))
    largest = comb(ranks, chips - 1) / comb(len(ordered), chips)
    return float((ordered * (largest - largest[::-1])).sum())


def _times(study: Samples) -> pd.DataFrame:
    """Return the integration time (s): index chip, a column a VTH (V)."""
    return pd.DataFrame({vth: study.values("integration_time", DRAWN=ALONE, VTH=vth) for vth in VTH_LEVELS})


def _by_weight(study: Samples, drawn: str, measure: str) -> pd.DataFrame:
    """Return a reading of every column: index chip, columns the weights."""
    rows = study.table[(study.table["DRAWN"] == drawn) & (study.table["measure"] == measure)]
    return pd.DataFrame({int(w): study.values(measure, DRAWN=drawn, weight=w) for w in sorted(rows["weight"].unique())})


def _threshold(study: Samples) -> int:
    """Return the largest weight, which is the threshold."""
    return int(study.table["weight"].max())


def _largest(values: Sequence[float]) -> float:
    """Return the largest; NaN where one is missing."""
    return float(np.max(np.asarray(values, dtype=float)))


TESTBENCH = Figure11()
