"""Figure 11 from its samples: how far apart chips' times are and how near their levels, beside the chain's study."""

import math
import re
from collections.abc import Iterable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike
from scipy.special import comb

from harness.errors import HarnessError
from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import fit_line
from harness.publish import RESULTS
from harness.scoreboard import COLUMNS, read_scoreboard
from harness.statistics import Interval, sigma_interval
from harness.testbench import Samples, Summary
from testbenches.by_weight import by_weight
from testbenches.chips import CHIPS
from testbenches.fig11 import ALONE, MISMATCH, PROCESS, VTH_LEVELS


def summaries(study: Samples) -> Iterable[Summary]:
    """Yield the spread of the time, and of what each weight integrates to, beside the chain's study."""
    times = integration_times(study)
    lines = [fit_line(VTH_LEVELS, chip) for chip in times.to_numpy()]
    highest = times[VTH_LEVELS[-1]]
    spread = study.spread_of(highest)
    yield Summary("time_deviation", max(float(np.abs(line.residuals).max()) for line in lines), "s")
    yield Summary("time_range", expected_range(highest, CHIPS), "s")
    yield Summary("time_mean", spread.mu, "s")
    yield Summary("time_sigma", spread.sigma, "s")
    n = threshold(study)
    yield Summary("level_range", relative_range(by_weight(study, PROCESS, "rise")[n]))
    for drawn in (PROCESS, MISMATCH):
        yield Summary(f"wrong_{drawn}", float(by_weight(study, drawn, "wrong").to_numpy().sum()))
    here = study.spread_of(by_weight(study, MISMATCH, "rise")[n])
    sigma, interval = chain_sigma(campaign_rows(RESULTS), n)
    yield Summary("sigma_gap", gap(here.sigma_interval, interval), "V")
    for place, value, (low, high) in (("", here.sigma, here.sigma_interval), ("_of_chain", sigma, interval)):
        yield Summary(f"sigma_at_n{place}", value, "V")
        yield Summary(f"sigma_at_n{place}_low", low, "V")
        yield Summary(f"sigma_at_n{place}_high", high, "V")


def integration_times(study: Samples) -> pd.DataFrame:
    """Return the integration time (s): index chip, a column a VTH (V)."""
    return pd.DataFrame({vth: study.values("integration_time", DRAWN=ALONE, VTH=vth) for vth in VTH_LEVELS})


def threshold(study: Samples) -> int:
    """Return the largest weight, which is the threshold."""
    return int(study.table["weight"].max())


def expected_range(values: ArrayLike, chips: int) -> float:
    """Return the mean of largest minus smallest over all choices of ``chips`` of the values (their own unit).

    The i-th smallest of N is the largest of C(i - 1, chips - 1) of the C(N, chips) choices; NaN where a value is.

    Raises:
        HarnessError: fewer values than chips.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    if len(ordered) < chips:
        raise HarnessError(f"{len(ordered)} samples do not hold {chips} chips; take more samples.")
    largest = comb(np.arange(len(ordered)), chips - 1) / comb(len(ordered), chips)
    return float((ordered * (largest - largest[::-1])).sum())


def relative_range(values: pd.Series) -> float:
    """Return peak to peak over the mean; NaN where a value is."""
    return float(np.ptp(values.to_numpy(dtype=float)) / values.to_numpy(dtype=float).mean())


def campaign_rows(folder: Path) -> pd.DataFrame:
    """Return a campaign's scoreboard; without a row where none was written yet, as on the first campaign."""
    try:
        return read_scoreboard(folder, "campaign")
    except HarnessError:
        return pd.DataFrame(columns=COLUMNS)


def chain_sigma(board: pd.DataFrame, n: int) -> tuple[float, Interval]:
    """Return sigma of V(n) (V) and its 95 % interval as the chain's study has them on a campaign's scoreboard.

    Transistors' and capacitors' mismatch, default settings, MTJ set 10k20k; NaN where the board has no such row.
    """
    row = re.compile(rf"sigma_10k20k_threshold_{n}_mtj_0_percent_(\d+)_chips_weight_{n}")
    for measure, sigma in board.loc[board["testbench"] == "chain", ["measure", "measured"]].itertuples(index=False):
        if found := row.fullmatch(measure):
            return float(sigma), sigma_interval(float(sigma), int(found[1]))
    return math.nan, (math.nan, math.nan)


def gap(one: Interval, other: Interval) -> float:
    """Return how far two intervals are apart, 0 where they overlap; NaN where one is missing."""
    return float(np.maximum(np.maximum(one[0], other[0]) - np.minimum(one[1], other[1]), 0.0))


# ---- the picture


def draw(study: Samples) -> Figure:
    """Draw the ten chips' times against VTH, what their weights integrate to, and the times of all chips."""
    figure = new_figure(TWO_COLUMNS, 3.0)
    grid = figure.add_gridspec(2, 3, height_ratios=(1.5, 1.0), width_ratios=(1.1, 1.2, 1.0))
    left, right = figure.add_subplot(grid[:, 0]), figure.add_subplot(grid[:, 2])
    times = integration_times(study) * 1e9
    highest = times[VTH_LEVELS[-1]]
    _draw_chips(left, times.head(CHIPS).rename(columns=lambda vth: vth * 1e3))
    left.set(xlabel="VTH (mV)", ylabel="Integration time (ns)", xticks=[vth * 1e3 for vth in VTH_LEVELS])
    left.set_title(f"the first {CHIPS} chips, {np.ptp(highest.head(CHIPS)):.0f} ns apart", loc="right", fontsize=7)
    upper = figure.add_subplot(grid[0, 1])
    _draw_levels(study, upper, figure.add_subplot(grid[1, 1], sharex=upper))
    right.hist(highest, bins=14, color="#1f5fa8", alpha=0.6)
    right.set(xlabel=f"Time at VTH {VTH_LEVELS[-1] * 1e3:.0f} mV (ns)", ylabel="Chips")
    right.yaxis.set_major_locator(MaxNLocator(integer=True))
    expected = expected_range(highest, CHIPS)
    right.set_title(f"{study.counts} chips;\nten expected to span {expected:.0f} ns", loc="right", fontsize=7)
    return figure


def _draw_levels(study: Samples, upper: Axes, lower: Axes) -> None:
    """Draw VINTEG against weight on the ten chips, and below each one less their mean, with mismatch too."""
    rises, n = by_weight(study, PROCESS, "rise") * 1e3, threshold(study)
    with_mismatch = by_weight(study, MISMATCH, "rise") * 1e3
    _draw_chips(upper, rises)
    upper.set(ylabel="VINTEG - VREST (mV)")
    upper.set_title(f"the same chips, {100 * relative_range(rises[n]):.1f} % apart at {n}", loc="right", fontsize=7)
    upper.tick_params(labelbottom=False)
    for place, (_, chip) in enumerate((with_mismatch - with_mismatch.mean()).iterrows()):
        label = f"{len(with_mismatch)} chips with mismatch" if place == 0 else None
        lower.plot(rises.columns, chip, color="0.7", linewidth=0.5, zorder=0, label=label)
    _draw_chips(lower, rises - rises.mean())
    lower.set(xlabel=f"Weight (P-AP), threshold {n}", ylabel="From mean (mV)", xticks=rises.columns)
    lower.set_ylim(top=1.6 * lower.get_ylim()[1])
    lower.legend(loc="upper left", fontsize=6, borderaxespad=0.1)


def _draw_chips(axes: Axes, chips: pd.DataFrame) -> None:
    """Draw a line a chip, index of ``chips``, over its columns."""
    for (_, chip), colour in zip(
        chips.iterrows(), mpl.colormaps["viridis"](np.linspace(0, 0.9, len(chips))), strict=True
    ):
        axes.plot(chips.columns, chip, "o-", color=colour, markersize=2.5, linewidth=0.8)
