"""The picture of Figures 8E and 8F: offsets before and after auto-zero in shared bins, and a quantile plot of each."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtr

from harness.errors import HarnessError
from harness.figures import TWO_COLUMNS, new_figure
from harness.statistics import Spread, normal_quantiles, shared_bins, spread
from testbenches.offsets import NAMES, OFF, ON

COLOURS = {OFF: "#c62828", ON: "#1f5fa8"}  # the paper's red and blue
BINS = 32

Spreader = Callable[[pd.Series], Spread]


def offsets_by_state(table: pd.DataFrame, measure: str = "offset", **where: Any) -> dict[str, pd.Series]:  # noqa: ANN401
    """Return the offset (V) by sample for each state of auto-zero; a sample that has none is NaN.

    ``table`` is a study's: columns sample, AUTO_ZERO, measure, value, status; a run that failed has a row without a
    measure, so that its sample is counted. ``where`` chooses rows by further columns, such as VIN.

    Raises:
        HarnessError: the table lacks a column, or has no such row for one of the states.
    """
    needed = {"sample", "AUTO_ZERO", "measure", "value", "status", *where}
    if missing := sorted(needed - set(table.columns)):
        raise HarnessError(f"the table of samples has no column {missing[0]!r}; give the one of the whole study.")
    samples = np.sort(table["sample"].unique())
    rows = table[(table["measure"] == measure) & (table["status"] == "ok")]
    for name, value in where.items():
        rows = rows[np.isclose(rows[name], value)] if isinstance(value, float) else rows[rows[name] == value]
    found = {}
    for state in NAMES:
        mine = rows[rows["AUTO_ZERO"] == state]
        if mine.empty or mine["sample"].duplicated().any():
            raise HarnessError(f"the table has no row, or several a sample, of {measure!r} with AUTO_ZERO={state}.")
        found[state] = mine.set_index("sample")["value"].astype(float).reindex(samples)
    return found


def draw_offset_histograms(
    table: pd.DataFrame, title: str = "", measure: str = "offset", where: Mapping[str, Any] | None = None,
    spread_of: Spreader = spread,
) -> Figure:  # fmt: skip
    """Draw both histograms in shared bins, the one after auto-zero again in its own, and a quantile plot beside each.

    A fitted normal is drawn as the count it expects in a bin, so that a bin wider than its sigma does not mislead.
    ``spread_of`` gives mu and sigma with their intervals, by default those of independent samples.

    Raises:
        HarnessError: see ``offsets_by_state``; or fewer than two samples have an offset.
    """
    groups = {state: values * 1e3 for state, values in offsets_by_state(table, measure, **(where or {})).items()}
    spreads = {state: spread_of(values) for state, values in groups.items()}
    figure = new_figure(TWO_COLUMNS, 4.6)
    axes = figure.subplots(2, 2, width_ratios=(1.7, 1.0))
    together = shared_bins(*(values.to_numpy() for values in groups.values()), count=BINS)
    for state, values in groups.items():
        _draw_counts(axes[0, 0], values, together, spreads[state], state)
    _draw_counts(axes[1, 0], groups[ON], shared_bins(groups[ON].to_numpy(), count=BINS // 2), spreads[ON], ON)
    # Logarithmic, since all that is after auto-zero may stand in one bin; below half a sample nothing is drawn.
    axes[0, 0].set(yscale="log", ylim=(0.5, 2 * max(found.good for found in spreads.values())))
    axes[0, 0].set_title("shared bins", loc="right", fontsize=7)
    axes[1, 0].set_title("after auto-zero alone", loc="right", fontsize=7)
    for state, row in zip(NAMES, (0, 1), strict=True):
        _draw_quantiles(axes[row, 1], groups[state], spreads[state], state)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, title=title or None, fontsize=6.5)
    return figure


def statistics_text(found: Spread, state: str) -> str:
    """Return mu, sigma and 3 sigma (given in mV) with their 95 % intervals and the count, for a legend."""
    low, high = found.sigma_interval
    return (
        f"{NAMES[state]} auto-zero, N = {found.counts}\n"
        f"$\\mu$ = {_number(found.mu, found.mu_interval)} mV\n"
        f"$\\sigma$ = {_number(found.sigma, found.sigma_interval)} mV\n"
        f"$3\\sigma$ = {_number(3 * found.sigma, (3 * low, 3 * high))} mV"
    )


def _number(value: float, interval: tuple[float, float]) -> str:
    width = interval[1] - interval[0]
    digits = max(0, 1 - int(np.floor(np.log10(width)))) if width > 0 else 3
    return f"{value:.{digits}f} [{interval[0]:.{digits}f}, {interval[1]:.{digits}f}]"


def _draw_counts(axes: Axes, values: pd.Series, edges: np.ndarray, found: Spread, state: str) -> None:
    axes.hist(values.dropna(), bins=list(edges), color=COLOURS[state], alpha=0.55, label=statistics_text(found, state))
    width = edges[1] - edges[0]
    points = np.linspace(edges[0], edges[-1], 2000)
    if found.sigma > 0:
        reach = [ndtr((points + sign * width / 2 - found.mu) / found.sigma) for sign in (1, -1)]
        axes.plot(points, found.good * (reach[0] - reach[1]), color=COLOURS[state], linewidth=1.0)
    axes.set(xlabel="Offset (mV)", ylabel="Samples", xlim=(edges[0] - width / 2, edges[-1] + width / 2))


def _draw_quantiles(axes: Axes, values: pd.Series, found: Spread, state: str) -> None:
    normal, ordered = normal_quantiles(values)
    axes.plot(normal, ordered, "o", markersize=2.2, color=COLOURS[state])
    ends = np.array([normal[0], normal[-1]])
    axes.plot(ends, found.mu + found.sigma * ends, color="0.3", linewidth=0.8)
    axes.set(xlabel="Normal quantile", ylabel="Offset (mV)")
    axes.set_title(f"{NAMES[state]} auto-zero", loc="right", fontsize=7)
