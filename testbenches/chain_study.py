"""What a study of the chain says to its designer: how good must the junctions be, and how large the mirrors.

What stands between the simulated points is composed: mean and variance of a margin are quadratic in the sigma of the
junctions, from the points without it and at it (the point at twice it is the check), and the mirrors' part of the
variance is inverse in their area. A composed share of wrong chips is both tails of normals with that mean and sigma.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from harness.contributions import Contributions, fitted_contributions
from harness.errors import HarnessError
from harness.figures import TWO_COLUMNS, new_figure, share_bars
from harness.statistics import Spread, proportion_interval
from harness.technology import Size, load_technology
from harness.testbench import Samples, Summary, Values

HARDEST = 7  # the threshold whose steps are smallest
SIDES = (1, 0)  # distance below the threshold of the columns next to VTH
SERIES = {
    ("10k20k", 7): ("#1f5fa8", "o", "10k/20k, threshold 7"),
    ("10k20k", 5): ("#6a8f3c", "^", "10k/20k, threshold 5"),
    ("5k30k", 7): ("#b3003b", "s", "5k/30k, threshold 7"),
    ("5k30k", 5): ("#c98a1b", "v", "5k/30k, threshold 5"),
}
AREAS = np.geomspace(1 / 16, 4, 60)  # of the design's

Array = NDArray[np.float64]


def samples_of(values: Values, n: int) -> int:
    """Return all samples for the rows of the scoreboard, a quarter where junctions vary: they need fewer."""
    return n if values["MTJ_SIGMA"] == 0 else max(2, n // 4)


@dataclass(frozen=True)
class Point:
    """One case of the study: both columns next to VTH, and the chips of which any column decided wrongly."""

    mtj: str
    threshold: int
    sigma: float
    margins: dict[int, Spread]  # by distance below the threshold
    at_zero: Spread
    wrong: int
    chips: int

    def sigmas(self, below: int) -> tuple[float, float, float]:
        """Return the mean margin over its sigma, and that of the intervals' unfavourable and favourable ends."""
        found = self.margins[below]
        (low, high), (small, large) = found.mu_interval, found.sigma_interval
        return found.mu / found.sigma, low / large, high / small

    @property
    def worst(self) -> tuple[float, float, float]:
        """Return the same of the column that has less."""
        return min(self.sigmas(below) for below in SIDES)

    @property
    def wrong_share(self) -> tuple[float, float, float]:
        """Return the share of chips that decided wrongly, and its exact 95 % interval."""
        return (self.wrong / self.chips, *proportion_interval(self.wrong, self.chips, "exact"))


def points(study: Samples) -> list[Point]:
    """Return every case of a study, in its order."""
    found = []
    cases = study.table[["MTJ", "THRESHOLD", "MTJ_SIGMA"]].drop_duplicates()
    for mtj, threshold, sigma in cases.itertuples(index=False):
        where: dict[str, Any] = {"MTJ": mtj, "THRESHOLD": threshold, "MTJ_SIGMA": sigma}
        n = int(threshold)
        margins = {below: study.spread("margin", **where, weight=n - below) for below in SIDES}
        wrong = pd.concat([study.values("wrong", **where, weight=weight) for weight in (0, n - 1, n)], axis=1).dropna()
        at_zero = study.spread("vinteg", **where, weight=0)
        found.append(Point(mtj, n, float(sigma), margins, at_zero, int(wrong.any(axis=1).sum()), len(wrong)))
    return found


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
        place = f"{point.mtj}_threshold_{point.threshold}_mtj_{100 * point.sigma:g}_percent"
        for name, value in zip(("wrong", "wrong_low", "wrong_high"), point.wrong_share, strict=True):
            yield Summary(f"{name}_{place}", value)
        for below in SIDES:
            yield Summary(f"sigma_{place}_weight_{point.threshold - below}", point.margins[below].sigma, "V")
    for name, found in (("mirrors", mirror_shares(study, 0)), ("junctions", junction_shares(study))):
        if found is not None:
            yield Summary(f"r_squared_{name}", found.r_squared)
            for group, share in zip(found.table["group"], found.table["share"], strict=True):
                yield Summary(f"share_{name}_{group}".replace(" ", "_"), float(share))


# ---- what carries the variance next to VTH at the hardest threshold, 10k/20k


def mirror_shares(study: Samples, below: int) -> Contributions | None:
    """Return what the mirrors carry of the variance without spread of the junctions; None with too few samples.

    ``below`` is the column's distance below the threshold.
    """
    column = f"xcolumn{2 - below}"

    def group(path: str) -> str:
        parts = path.split(".")
        owner, device = parts[1], parts[-1].partition(":")[0]
        lumped = any(part.startswith("xlumped") for part in parts)  # columns that the deck leaves out
        if lumped or device not in ("mload", "moutput", "minput") or owner not in (column, *_SHARED):
            return ""
        kind = "NMOS sink" if "xsink" in parts else "PMOS"
        return f"{_SHARED.get(owner, 'column')} {kind}"

    values = study.values("vinteg", MTJ="10k20k", THRESHOLD=HARDEST, MTJ_SIGMA=0.0, weight=HARDEST - below)
    return _fit(study.draws(), values, group)


_SHARED = {"xpsp_reference": "PSP reference", "xthreshold": "threshold block"}


def junction_shares(study: Samples) -> Contributions | None:
    """Return what each block's cells carry of what junctions move V(n); None with too few samples.

    A chip keeps its transistors' draws over the cases, so the junctions' part is the difference of two. Fitted to RP of
    the cells in use, equal words of a reference as one: TMR, which moves AP cells alone, is in what R^2 misses.
    """

    def group(path: str) -> str:
        owner = path.split(".")[1]
        names = {**_SHARED, "xcolumn2": "column"}
        return f"{names[owner]} cells" if path.endswith(":rp") and ".xcell" in path and owner in names else ""

    where: dict[str, Any] = {"MTJ": "10k20k", "THRESHOLD": HARDEST, "weight": HARDEST}
    sigma = float(np.sort(study.table["MTJ_SIGMA"].unique())[1])
    values = study.values("vinteg", **where, MTJ_SIGMA=sigma)
    values = values - study.values("vinteg", **where, MTJ_SIGMA=0.0).reindex(values.index)
    draws = study.draws().rename(columns=lambda name: re.sub(r"(xbit_line\d+)_\d+", r"\1", str(name)))
    return _fit(draws.T.groupby(level=0).sum().T, values, group)


def _fit(draws: pd.DataFrame, values: pd.Series, group: Callable[[str], str]) -> Contributions | None:
    chosen = draws[[name for name in draws.columns if group(str(name))]]
    try:
        return fitted_contributions(chosen, values, group)
    except HarnessError:
        return None


# ---- composed


def composed(at_none: Spread, at_sigma: Spread, sigma: float, wanted: ArrayLike) -> tuple[Array, Array]:
    """Return mean and sigma of a margin (V) at any sigma of the junctions, from those without it and at ``sigma``."""
    share = (np.asarray(wanted, dtype=float) / sigma) ** 2
    mean = at_none.mu + (at_sigma.mu - at_none.mu) * share
    variance = at_none.sigma**2 + max(at_sigma.sigma**2 - at_none.sigma**2, 0.0) * share
    return mean, np.sqrt(variance)


def mirror_area() -> float:
    """Return the gate area of one column's mirrors (m2): loads, outputs, copies of the reference, both sinks."""
    sizes = load_technology("fdsoi28").sizing
    unit, load = _area(sizes["mirror_output"]["output"]), _area(sizes["read_channel"]["load"])
    return (7 + 7) * unit + 3 * 4 * load + 2 * _area(sizes["current_sink"]["mirror"])


def _area(size: Size) -> float:
    assert size.w is not None and size.l is not None
    return float(size.w * size.l * size.m)


# ---- the picture


def draw(study: Samples) -> Figure:
    """Draw margins and wrong chips against the junctions' sigma, margins against mirror area, and what carries V(n)."""
    every = points(study)
    figure = new_figure(TWO_COLUMNS, 5.6)
    axes = figure.subplots(2, 2)
    for place in SERIES:
        mine = sorted((p for p in every if (p.mtj, p.threshold) == place), key=lambda point: point.sigma)
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
    title = "points simulated, with 95 % intervals; lines composed"
    figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=6.5, title=title, title_fontsize=7)
    return figure


def _required(axes: Axes) -> None:
    for level, name in ((3.0, "must"), (4.5, "aim")):
        axes.axhline(level, color="0.4", linestyle=(0, (4, 3)), linewidth=0.8, zorder=0)
        axes.annotate(f"{name} {level:g}", (0.99, level), xycoords=("axes fraction", "data"), fontsize=6.5, ha="right",
                      va="bottom", color="0.3")  # fmt: skip


def _draw_margins(axes: Axes, mine: Sequence[Point], colour: str, marker: str, label: str) -> None:
    for place, point in enumerate(mine):
        _point(axes, _place(point), point.worst, colour, marker, label if place == 0 else "")
    if len(mine) > 1:
        sigmas = np.linspace(0, 2 * mine[1].sigma, 80)
        curves = [composed(mine[0].margins[b], mine[1].margins[b], mine[1].sigma, sigmas) for b in SIDES]
        axes.plot(100 * sigmas, np.min([mean / sigma for mean, sigma in curves], axis=0), color=colour, linewidth=0.9)


def _draw_wrong(axes: Axes, mine: Sequence[Point], colour: str, marker: str, label: str) -> None:
    for point in mine:
        share, low, high = point.wrong_share
        if point.wrong:
            _point(axes, _place(point), (share, low, high), colour, marker, "")
        else:  # an upper bound
            axes.plot(_place(point), high, marker=marker, color=colour, markerfacecolor="white", linestyle="none")
            axes.annotate("", (_place(point), high / 2.2), (_place(point), high),
                          arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 0.8})  # fmt: skip
    if len(mine) > 1:
        sigmas = np.linspace(0, 2 * mine[1].sigma, 80)
        curves = [composed(mine[0].margins[b], mine[1].margins[b], mine[1].sigma, sigmas) for b in SIDES]
        axes.plot(100 * sigmas, sum(ndtr(-mean / sigma) for mean, sigma in curves), color=colour, linewidth=0.9)


def _place(point: Point) -> float:
    """Return where a point stands on the axis of the junctions' sigma (%): series beside each other."""
    return 100 * point.sigma + 0.1 * list(SERIES).index((point.mtj, point.threshold))


def _point(axes: Axes, x: float, value: tuple[float, float, float], colour: str, marker: str, label: str) -> None:
    middle, low, high = value
    axes.errorbar(x, middle, [[middle - low], [high - middle]], color=colour, marker=marker, markersize=3.5,
                  capsize=2, linewidth=0.8, linestyle="none", label=label or None)  # fmt: skip


def _draw_areas(axes: Axes, study: Samples, every: Sequence[Point]) -> None:
    """Draw the margin over its sigma against the area of all mirrors, at threshold 7 with 10k/20k."""
    mine = sorted((p for p in every if (p.mtj, p.threshold) == ("10k20k", HARDEST)), key=lambda point: point.sigma)
    fits = {below: mirror_shares(study, below) for below in SIDES}
    area, colour = mirror_area() * 1e12, SERIES["10k20k", HARDEST][0]
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
    if axes.lines:
        axes.legend(loc="upper left")
    _required(axes)


def _draw_shares(axes: Axes, study: Samples, every: Sequence[Point]) -> None:
    """Draw what carries the variance of V(7): the mirrors' groups without spread of the junctions."""
    found = mirror_shares(study, 0)
    if found is None:
        axes.set_visible(False)
        return
    mine = sorted((p for p in every if (p.mtj, p.threshold) == ("10k20k", HARDEST)), key=lambda point: point.sigma)
    sigma = mine[0].margins[0].sigma * 1e3
    rest = 1 - float(found.table["share"].sum())
    others = pd.DataFrame([{"group": "all else", "share": rest, "share_low": rest, "share_high": rest}])
    share_bars(axes, pd.concat([found.table[others.columns], others], ignore_index=True), "")
    lines = [f"V({HARDEST}), transistors only: sigma {sigma:.1f} mV, R² = {found.r_squared:.2f} on samples left out"]
    if len(mine) > 1:
        junctions = 1 - (mine[0].margins[0].sigma / mine[1].margins[0].sigma) ** 2
        lines.append(f"junctions of {100 * mine[1].sigma:g} % would carry {100 * junctions:.0f} % of it all")
    axes.set_title("\n".join(lines), loc="right", fontsize=7)
