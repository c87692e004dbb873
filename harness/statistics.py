"""Mean, sigma and yield with their intervals: what a number of samples allows to be said, and no more."""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import ndtri

from harness.errors import HarnessError

CONFIDENCE = 0.95
Interval = tuple[float, float]


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation of what was measured, each with its interval; ``wanted`` counts what should be."""

    good: int
    wanted: int
    mu: float
    mu_interval: Interval
    sigma: float
    sigma_interval: Interval

    @property
    def counts(self) -> str:
        """For example ``198 of 200``."""
        return f"{self.good} of {self.wanted}"

    @property
    def sigma_share(self) -> float:
        """Half the interval of sigma as a share of sigma; what a stop rule looks at. 0 where nothing varies."""
        low, high = self.sigma_interval
        return (high - low) / 2 / self.sigma if self.sigma else 0.0


def spread(values: ArrayLike, wanted: int | None = None, confidence: float = CONFIDENCE) -> Spread:
    """Return mean (t interval) and sigma (chi-squared interval) of independent samples, taken as normal.

    NaN stands for a sample without the measure: it is left out and counted as missing. ``wanted`` is the number of
    samples that there should be, the number of values by default.

    Raises:
        HarnessError: fewer than two values.
    """
    found = np.asarray(values, dtype=float)
    wanted = len(found) if wanted is None else wanted
    found = found[np.isfinite(found)]
    n = len(found)
    if n < 2:
        raise HarnessError(f"{n} of {wanted} samples have this measure; mean and sigma need two or more.")
    mu, sigma = float(found.mean()), float(found.std(ddof=1))
    reach = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * sigma / math.sqrt(n)
    return Spread(n, wanted, mu, (mu - reach, mu + reach), sigma, sigma_interval(sigma, n, confidence))


def sigma_interval(sigma: float, n: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the chi-squared interval of the sigma that ``n`` independent normal samples showed."""
    tail = (1 - confidence) / 2
    low, high = (float(stats.chi2.ppf(share, n - 1)) for share in (1 - tail, tail))
    return sigma * math.sqrt((n - 1) / low), sigma * math.sqrt((n - 1) / high)


def samples_for(share: float, confidence: float = CONFIDENCE) -> int:
    """Return how many good samples bring half the interval of sigma within this share of sigma.

    Raises:
        HarnessError: a share that is none.
    """
    if not 0.005 <= share < 1:
        raise HarnessError(f"sigma cannot be known within {share:g} of itself; write a share from 0.5% to 99%.")

    def reached(n: int) -> bool:
        low, high = sigma_interval(1.0, n, confidence)
        return (high - low) / 2 <= share

    few, many = 2, 2
    while not reached(many):
        few, many = many, 2 * many
    return bisect.bisect_left(range(few, many), True, key=reached) + few


def replicated_spread(
    values: ArrayLike, replicate: ArrayLike, wanted: int | None = None, confidence: float = CONFIDENCE
) -> Spread:
    """Return mean and sigma of samples that are balanced within replicates, such as Latin hypercube or Sobol.

    The samples of one replicate are not independent, but replicates are: the variance is the mean square less the
    product of different replicates' means, which has no bias whatever the balance does within (n / (n - 1) within a
    replicate has: its mean hardly scatters). The intervals come from the replicates' scatter (t, replicates - 1),
    sigma's on a logarithmic scale. ``replicate`` names each value's replicate, shape of ``values``.

    Raises:
        HarnessError: fewer than two replicates with two values each.
    """
    found, group = np.asarray(values, dtype=float), np.asarray(replicate)
    wanted = len(found) if wanted is None else wanted
    found, group = found[np.isfinite(found)], group[np.isfinite(found)]
    parts = [found[group == name] for name in np.unique(group)]
    parts = [part for part in parts if len(part) > 1]
    if len(parts) < 2:
        raise HarnessError("an interval needs two replicates of two samples or more; draw more samples.")
    means = np.array([part.mean() for part in parts])
    variances = np.array([part.var() for part in parts]) + means.var(ddof=1)
    t = float(stats.t.ppf((1 + confidence) / 2, len(parts) - 1))
    mu, reach = float(means.mean()), t * float(stats.sem(means))
    variance = float(variances.mean())
    factor = math.exp(t * float(stats.sem(variances)) / variance / 2) if variance else 1.0
    sigma = math.sqrt(variance)
    return Spread(sum(map(len, parts)), wanted, mu, (mu - reach, mu + reach), sigma, (sigma / factor, sigma * factor))


def proportion_interval(
    count: int, total: int, method: Literal["wilson", "exact"] = "wilson", confidence: float = CONFIDENCE
) -> Interval:
    """Return the interval of a share, such as a yield or wrong decisions: Wilson's, or Clopper and Pearson's exact.

    Raises:
        HarnessError: no trials, or a count that is no part of them.
    """
    if total < 1 or not 0 <= count <= total:
        raise HarnessError(f"{count} of {total} is no share; count trials first.")
    interval = stats.binomtest(count, total).proportion_ci(confidence, method=method)
    return float(interval.low), float(interval.high)


def difference_in_sigma(others: ArrayLike, values: ArrayLike) -> tuple[float, float]:
    """Return the RMS and the largest difference between two measurements of the same samples, in sigma of ``values``.

    Where nothing varies every difference is infinitely far off; so is a sample that either lacks (NaN).
    """
    found = np.asarray(values, dtype=float)
    error = np.nan_to_num(np.abs(np.asarray(others, dtype=float) - found), nan=np.inf)
    sigma = float(np.nanstd(found, ddof=1))
    if not error.any():
        return 0.0, 0.0
    if not sigma > 0:
        return math.inf, math.inf
    return float(np.sqrt((error**2).mean())) / sigma, float(error.max()) / sigma


def normal_quantiles(values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (standard normal quantiles, sorted values) for a quantile plot, by Blom's plotting positions."""
    ordered = np.sort(np.asarray(values, dtype=float))
    ordered = ordered[np.isfinite(ordered)]
    return np.asarray(ndtri((np.arange(1, len(ordered) + 1) - 0.375) / (len(ordered) + 0.25))), ordered


def shared_bins(*groups: Sequence[float] | NDArray[np.float64], count: int = 30) -> NDArray[np.float64]:
    """Return bin edges over all groups, so that their histograms compare; shape (count + 1,)."""
    together = np.concatenate([np.asarray(group, dtype=float) for group in groups])
    return np.linspace(np.nanmin(together), np.nanmax(together), count + 1)
