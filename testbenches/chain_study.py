"""What a study of the chain says to its designer: how good must the junctions be, and how large the mirrors.

Lines between simulated points are composed (see chain_points); the mirrors' part of the variance is inverse in their
area. A composed share of wrong chips is both tails of normals with that mean and sigma.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Transform, offset_copy
from scipy.special import ndtr

from harness.figures import TWO_COLUMNS, new_figure, share_bars
from harness.testbench import Samples, Summary, Values
from testbenches.chain_points import (
    HARDEST,
    SIDES,
    Point,
    composed,
    junction_shares,
    least,
    mirror_area,
    mirror_shares,
    points,
    series,
    tolerable,
)

SERIES = {
    ("10k20k", 7): ("#1f5fa8", "o", "10k/20k, threshold 7"),
    ("10k20k", 5): ("#6a8f3c", "^", "10k/20k, threshold 5"),
    ("5k30k", 7): ("#b3003b", "s", "5k/30k, threshold 7"),
    ("5k30k", 5): ("#c98a1b", "v", "5k/30k, threshold 5"),
}
AREAS = np.geomspace(1 / 16, 4, 60)  # of the design's


def samples_of(values: Values, n: int) -> int:
    """Return all samples for the cases that decide the rows, half with 5k/30k, a quarter where junctions vary."""
    if values["MTJ_SIGMA"] > 0:
        return max(2, n // 4)
    return n if values["MTJ"] == "10k20k" else max(2, n // 2)


def summaries(study: Samples) -> Iterable[Summary]:
    """Yield margins over sigma, sigma of V(0), the shares of wrong chips with their intervals, what carries V(n)."""
    every = points(study)
    plain = [point for point in every if point.sigma == 0]
    for below, name in zip(SIDES, ("sigmas_at_n_minus_1", "sigmas_at_n"), strict=True):
        worst = min(point.sigmas(below) for point in plain)
        yield Summary(name, worst[0])
        yield Summary(f"{name}_low", worst[1])
    yield Summary("sigma_at_0", max(point.at_zero.sigma for point in plain), "V")
    for point in every:
        place = f"{point.mtj}_threshold_{point.threshold}_mtj_{100 * point.sigma:g}_percent_{point.chips}_chips"
        for name, value in zip(("wrong", "wrong_low", "wrong_high"), point.wrong_share, strict=True):
            yield Summary(f"{name}_{place}", value)
        for below in SIDES:
            yield Summary(f"sigma_{place}_weight_{point.threshold - below}", point.margins[below].sigma, "V")
    for (mtj, threshold), mine in series(every).items():
        if len(mine) > 1:
            yield Summary(f"junction_sigma_for_3_{mtj}_threshold_{threshold}", tolerable(mine))
    for name, found in (("mirrors", mirror_shares(study, 0)), ("junctions", junction_shares(study))):
        if found is not None:
            yield Summary(f"r_squared_{name}", found.r_squared)
            for group, share in zip(found.table["group"], found.table["share"], strict=True):
                yield Summary(f"share_{name}_{group}".replace(" ", "_"), float(share))


# ---- the picture


def draw(study: Samples) -> Figure:
    """Draw margins and wrong chips against the junctions' sigma, margins against mirror area, and what carries V(n)."""
    every = points(study)
    figure = new_figure(TWO_COLUMNS, 5.6)
    axes = figure.subplots(2, 2)
    for place, mine in series(every).items():
        _draw_margins(axes[0, 0], mine, *SERIES[place])
        _draw_wrong(axes[1, 0], mine, *SERIES[place])
    largest = 100 * max(point.sigma for point in every)
    axes[0, 0].set(ylabel="Mean margin / its sigma", xlim=(-0.3, largest + 0.3), ylim=(0, None))
    axes[1, 0].set(ylabel="Chips that decide wrongly", yscale="log", xlim=(-0.3, largest + 0.3), ylim=(1e-4, 1))
    for panel in axes[:, 0]:
        panel.set_xlabel("Sigma of RP and TMR (%)")
    _required(axes[0, 0])
    _draw_areas(axes[0, 1], study, every)
    _draw_shares(axes[1, 1], study, every)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    title = "points simulated, with 95 % intervals, drawn a little apart; lines composed"
    figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=6.5, title=title, title_fontsize=7)
    return figure


def _required(axes: Axes) -> None:
    for level, name in ((3.0, "must"), (4.5, "aim")):
        axes.axhline(level, color="0.4", linestyle=(0, (4, 3)), linewidth=0.8, zorder=0)
        axes.annotate(f"{name} {level:g}", (0.99, level), xycoords=("axes fraction", "data"), fontsize=6.5, ha="right",
                      va="bottom", color="0.3")  # fmt: skip


def _draw_margins(axes: Axes, mine: Sequence[Point], colour: str, marker: str, label: str) -> None:
    for place, point in enumerate(mine):
        _point(axes, 100 * point.sigma, point.worst, colour, marker, label if place == 0 else "", _beside(axes, point))
    if len(mine) > 1:
        sigmas = np.linspace(0, 2 * mine[1].sigma, 80)
        axes.plot(100 * sigmas, least(mine, sigmas), color=colour, linewidth=0.9)


def _draw_wrong(axes: Axes, mine: Sequence[Point], colour: str, marker: str, label: str) -> None:
    for point in mine:
        share, low, high = point.wrong_share
        if point.wrong:
            _point(axes, 100 * point.sigma, (share, low, high), colour, marker, "", _beside(axes, point))
        else:  # an upper bound
            where, x = _beside(axes, point), 100 * point.sigma
            axes.plot(x, high, marker=marker, color=colour, markerfacecolor="white", linestyle="none", markersize=4,
                      transform=where)  # fmt: skip
            axes.annotate("", (x, high / 2.2), (x, high), xycoords=where, textcoords=where,
                          arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 0.8})  # fmt: skip
    if len(mine) > 1:
        sigmas = np.linspace(0, 2 * mine[1].sigma, 80)
        curves = [composed(mine[0].margins[b], mine[1].margins[b], mine[1].sigma, sigmas) for b in SIDES]
        axes.plot(100 * sigmas, sum(ndtr(-mean / sigma) for mean, sigma in curves), color=colour, linewidth=0.9)


def _beside(axes: Axes, point: Point) -> Transform:
    """Return where a point is drawn: series a little beside each other, though they are simulated at one sigma."""
    figure = axes.get_figure(root=True)
    return offset_copy(axes.transData, figure, x=2.5 * list(SERIES).index((point.mtj, point.threshold)), units="points")


def _point(
    axes: Axes, x: float, value: tuple[float, float, float], colour: str, marker: str, label: str,
    transform: Transform | None = None,
) -> None:  # fmt: skip
    middle, low, high = value
    axes.errorbar(x, middle, [[middle - low], [high - middle]], color=colour, marker=marker, markersize=3.5,
                  capsize=2, linewidth=0.8, linestyle="none", label=label or None,
                  transform=transform or axes.transData)  # fmt: skip


def _draw_areas(axes: Axes, study: Samples, every: Sequence[Point]) -> None:
    """Draw the margin over its sigma against the area of all mirrors, at threshold 7 with 10k/20k."""
    mine = series(every)["10k20k", HARDEST]
    fits = {below: mirror_shares(study, below) for below in SIDES}
    area, colour = mirror_area(study.plan.settings["TECHNOLOGY"]) * 1e12, SERIES["10k20k", HARDEST][0]
    for point, style in zip(mine[:2], ("-", "--"), strict=False):
        curves = []
        for below, fit in fits.items():
            if fit is not None:
                mirrors = float(fit.table["share"].sum()) * mine[0].margins[below].sigma ** 2
                variance = point.margins[below].sigma ** 2 + mirrors * (1 / AREAS - 1)
                curves.append(point.margins[below].mu / np.sqrt(variance))
        if curves:
            label = f"junctions {100 * point.sigma:g} %"
            axes.plot(area * AREAS, np.min(curves, axis=0), style, color=colour, linewidth=0.9, label=label)
        _point(axes, area, point.worst, colour, "o", "")
    axes.set(xlabel="Gate area of a column's mirrors (µm$^2$)", ylabel="Mean margin / its sigma", xscale="log",
             ylim=(0, None))  # fmt: skip
    axes.set_title("10k/20k, threshold 7; all mirrors scaled alike", loc="right", fontsize=7)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper left")
    _required(axes)


def _draw_shares(axes: Axes, study: Samples, every: Sequence[Point]) -> None:
    """Draw what carries the variance of V(7): the mirrors' groups without spread of the junctions."""
    found = mirror_shares(study, 0)
    if found is None:
        axes.set_visible(False)
        return
    mine = series(every)["10k20k", HARDEST]
    sigma = mine[0].margins[0].sigma * 1e3
    rest = 1 - float(found.table["share"].sum())
    others = pd.DataFrame([{"group": "all else", "share": rest, "share_low": rest, "share_high": rest}])
    share_bars(axes, pd.concat([found.table[others.columns], others], ignore_index=True), "")
    lines = [f"V({HARDEST}), transistors only: sigma {sigma:.1f} mV, R² = {found.r_squared:.2f} on samples left out"]
    if len(mine) > 1:
        junctions = 1 - (mine[0].margins[0].sigma / mine[1].margins[0].sigma) ** 2
        lines.append(f"junctions of {100 * mine[1].sigma:g} % would carry {100 * junctions:.0f} % of it all")
    axes.set_title("\n".join(lines), loc="right", fontsize=7)
