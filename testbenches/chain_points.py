"""A study of the chain, evaluated: margins next to VTH, what carries them, and what stands between simulated points.

Composed: mean and variance of a margin are quadratic in the sigma of the junctions, from the points without it and at
it; the point at twice it is the check.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from harness.contributions import Contributions, fitted_contributions
from harness.errors import HarnessError
from harness.statistics import Spread, proportion_interval
from harness.technology import Size, load_technology
from harness.testbench import Samples

HARDEST = 7  # the threshold whose steps are smallest
SIDES = (1, 0)  # distance below the threshold of the columns next to VTH

Array = NDArray[np.float64]


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


def least(mine: Sequence[Point], wanted: ArrayLike) -> Array:
    """Return the smaller margin over its sigma of the columns next to VTH, composed at any sigma of the junctions.

    ``mine`` are the points of one MTJ set and threshold, that without spread of the junctions first.
    """
    curves = [composed(mine[0].margins[below], mine[1].margins[below], mine[1].sigma, wanted) for below in SIDES]
    return np.asarray(np.min([mean / sigma for mean, sigma in curves], axis=0))


def tolerable(mine: Sequence[Point], needed: float = 3.0) -> float:
    """Return the largest sigma of the junctions at which margins are ``needed`` sigmas; NaN where none does."""
    sigmas = np.linspace(0, 2 * mine[1].sigma, 1601)
    enough = np.flatnonzero(least(mine, sigmas) >= needed)
    return float(sigmas[enough[-1]]) if len(enough) else float("nan")


def series(every: Iterable[Point]) -> dict[tuple[str, int], list[Point]]:
    """Return the points of each MTJ set and threshold, by the junctions' sigma."""
    found: dict[tuple[str, int], list[Point]] = {}
    for point in sorted(every, key=lambda point: point.sigma):
        found.setdefault((point.mtj, point.threshold), []).append(point)
    return found


def mirror_area(technology: str) -> float:
    """Return the gate area of one column's mirrors (m2): loads, outputs, copies of the reference, both sinks."""
    sizes = load_technology(technology).sizing
    unit, load = _area(sizes["mirror_output"]["output"]), _area(sizes["read_channel"]["load"])
    return (7 + 7) * unit + 3 * 4 * load + 2 * _area(sizes["current_sink"]["mirror"])


def _area(size: Size) -> float:
    assert size.w is not None and size.l is not None
    return float(size.w * size.l * size.m)
