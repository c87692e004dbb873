"""What a study of the chain says to its designer: how good must the junctions be, and how large the mirrors.

What stands between the simulated points is composed: mean and variance of a margin are taken as quadratic in the sigma
of the junctions, from the points without it and at it (the point at twice it is the check), and the mirrors' part of
the variance as inverse in their area. Wrong shares in between are both tails of the normal with that mean and sigma.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.special import ndtr

from harness.contributions import Contributions, fitted_contributions
from harness.errors import HarnessError
from harness.figures import TWO_COLUMNS, new_figure, share_bars
from harness.quantities import parse_quantity
from harness.statistics import Spread, proportion_interval
from harness.technology import load_technology
from harness.testbench import Samples, Summary, Values

HARDEST = 7  # the threshold whose steps are smallest
MIRRORS = ("column PMOS", "column sink", "PSP reference", "threshold PMOS", "threshold sink")
STYLES = {"10k20k": ("#1f5fa8", "o", "10k/20k"), "5k30k": ("#b3003b", "s", "5k/30k")}
SIDES = {1: ("--", "n - 1"), 0: ("-", "n")}  # distance below the threshold: line, name


def samples_of(values: Values, n: int) -> int:
    """Return all samples for the rows of the scoreboard at 10k/20k, an eighth for the others."""
    if values["MTJ_SIGMA"] == 0 and values["MTJ"] == "10k20k":
        return n
    return max(2, n // 8)


@dataclass(frozen=True)
class Point:
    """One case of the study: both columns next to VTH, and the chips of which either decided wrongly."""

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
    def wrong_share(self) -> tuple[float, float, float]:
        """Return the share of chips that decided wrongly, and its exact 95 % interval."""
        return (self.wrong / self.chips, *proportion_interval(self.wrong, self.chips, "exact"))


def points(study: Samples) -> list[Point]:
    """Return every case of a study, in its order."""
    found = []
    table = study.table
    for mtj, threshold, sigma in table[["MTJ", "THRESHOLD", "MTJ_SIGMA"]].drop_duplicates().itertuples(index=False):
        where: dict[str, Any] = {"MTJ": mtj, "THRESHOLD": threshold, "MTJ_SIGMA": sigma}
        n = int(threshold)
        margins = {below: study.spread("margin", **where, weight=n - below) for below in SIDES}
        wrong = pd.concat([study.values("wrong", **where, weight=weight) for weight in (0, n - 1, n)], axis=1).dropna()
        at_zero = study.spread("vinteg", **where, weight=0)
        found.append(Point(mtj, n, float(sigma), margins, at_zero, int(wrong.any(axis=1).sum()), len(wrong)))
    return found


def summaries(study: Samples) -> Iterable[Summary]:
    """Yield margins over sigma, the sigma of V(0), and the shares of wrong decisions with their intervals."""
    every = points(study)
    plain = [point for point in every if point.sigma == 0]
    for below, name in ((1, "sigmas_at_n_minus_1"), (0, "sigmas_at_n")):
        worst = min(plain, key=lambda point: point.sigmas(below)[0])
        yield Summary(name, worst.sigmas(below)[0])
        yield Summary(f"{name}_low", worst.sigmas(below)[1])
    yield Summary("sigma_at_0", max(point.at_zero.sigma for point in plain), "V")
    for point in every:
        name = f"{point.mtj}_threshold_{point.threshold}_mtj_{point.sigma * 100:g}_percent"
        share, low, high = point.wrong_share
        yield Summary(f"wrong_share_{name}", share)
        yield Summary(f"wrong_share_low_{name}", low)
        yield Summary(f"wrong_share_high_{name}", high)
        for below in SIDES:
            yield Summary(f"sigma_{name}_weight_{point.threshold - below}", point.margins[below].sigma, "V")
    for place, found in (("mirrors", mirror_shares(study)), ("junctions", junction_shares(study))):
        if found is not None:
            yield Summary(f"r_squared_{place}", found.r_squared)
            for row in found.table.itertuples():
                yield Summary(f"share_{str(row.group).replace(' ', '_')}", float(row.share))


# ---- what carries the variance of V(n) at the hardest threshold, 10k/20k


def mirror_group(path: str) -> str:
    """Return the group of a mirror's device of the column of weight n, or nothing."""
    parts = path.split(".")
    owner, device = parts[1], parts[-1].partition(":")[0]
    if device not in ("mload", "moutput", "minput") or owner not in ("xcolumn2", "xpsp_reference", "xthreshold"):
        return ""
    if any(part.startswith("xlumped") for part in parts):
        return ""
    if owner == "xpsp_reference":
        return MIRRORS[2]
    return f"{'column' if owner == 'xcolumn2' else 'threshold'} {'sink' if 'xsink' in parts else 'PMOS'}"


def junction_group(path: str) -> str:
    """Return the group of a junction that moves the column of weight n, or nothing."""
    names = {"xcolumn2": "column cells", "xpsp_reference": "PSP reference cells", "xthreshold": "threshold cells"}
    return names.get(path.split(".")[1], "") if path.endswith((":rp", ":tmr")) else ""


def mirror_shares(study: Samples) -> Contributions | None:
    """Return what the mirrors carry of the variance of V(n) without spread of the junctions; None: too few samples."""
    draws = study.draws()
    chosen = [name for name in draws.columns if mirror_group(name)]
    values = study.values("vinteg", MTJ="10k20k", THRESHOLD=HARDEST, MTJ_SIGMA=0.0, weight=HARDEST)
    return _fit(draws[chosen], values, mirror_group)


def junction_shares(study: Samples) -> Contributions | None:
    """Return what each block's cells carry of what the junctions move V(n); None: too few samples.

    A chip keeps its transistors' draws over the cases, so the junctions' part is the difference of two.
    """
    where: dict[str, Any] = {"MTJ": "10k20k", "THRESHOLD": HARDEST, "weight": HARDEST}
    sigma = sorted(study.table["MTJ_SIGMA"].unique())[1]
    with_them = study.values("vinteg", **where, MTJ_SIGMA=sigma)
    values = with_them - study.values("vinteg", **where, MTJ_SIGMA=0.0).reindex(with_them.index)
    draws = study.draws()
    return _fit(draws[[name for name in draws.columns if junction_group(name)]], values, junction_group)


def _fit(draws: pd.DataFrame, values: pd.Series, group: Any) -> Contributions | None:  # noqa: ANN401
    try:
        return fitted_contributions(draws, values, group)
    except HarnessError:
        return None


# ---- the picture


def mirror_area(mtj: str = "10k20k") -> float:
    """Return the gate area of one column's mirrors (m2): loads, outputs, copies of the reference, and the sink."""
    sizes = load_technology("fdsoi28", mtj).sizing
    unit, load, sink = (
        _area(sizes[block][role])
        for block, role in (("mirror_output", "output"), ("read_channel", "load"), ("current_sink", "mirror"))
    )
    return (7 + 7) * unit + 3 * 4 * load + 2 * sink


def _area(size: Any) -> float:  # noqa: ANN401
    w, length = (getattr(size, name) for name in ("w", "l"))
    return float(w * length * size.m)


def draw(study: Samples) -> Figure:
    """Draw margins and wrong shares against the junctions' sigma and against mirror area, and what carries V(n)."""
    every = points(study)
    figure = new_figure(TWO_COLUMNS, 5.4)
    axes = figure.subplots(2, 2)
    for mtj in STYLES:
        mine = sorted((p for p in every if p.mtj == mtj and p.threshold == HARDEST), key=lambda p: p.sigma)
        if len(mine) > 1:
            _draw_junctions(axes[0, 0], axes[1, 0], mine, mtj)
    return figure


def _draw_junctions(top: Axes, bottom: Axes, mine: list[Point], mtj: str) -> None:
    raise NotImplementedError
