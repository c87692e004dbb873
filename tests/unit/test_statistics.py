"""Intervals hold at their rate, known cases come out as known, and what is missing is counted."""

import math

import numpy as np
import pytest
from scipy import stats

from harness.errors import HarnessError
from harness.sampling import Sampler
from harness.statistics import (
    normal_quantiles,
    proportion_interval,
    replicated_spread,
    samples_for,
    shared_bins,
    spread,
)

REPEATS = 2000


def rate_bounds(rate: float, repeats: int) -> tuple[float, float]:
    """Bounds that a true rate keeps in all but one of ten thousand repetitions of this test."""
    low, high = stats.binom.interval(0.9999, repeats, rate)
    return low / repeats, high / repeats


def test_intervals_of_normal_samples_cover_at_their_rate() -> None:
    generator = np.random.default_rng(11)
    found = [spread(generator.normal(2.0, 3.0, 25)) for _ in range(REPEATS)]
    low, high = rate_bounds(0.95, REPEATS)
    assert low <= np.mean([item.mu_interval[0] <= 2.0 <= item.mu_interval[1] for item in found]) <= high
    assert low <= np.mean([item.sigma_interval[0] <= 3.0 <= item.sigma_interval[1] for item in found]) <= high


@pytest.mark.parametrize("weights", [(1.0,), (1.0, 0.5, 0.25)])
@pytest.mark.parametrize("method", ["lhs", "sobol"])
def test_replicated_intervals_cover_at_their_rate_and_are_narrower(method: str, weights: tuple[float, ...]) -> None:
    truth = float(np.linalg.norm(weights))
    names = list("abc"[: len(weights)])
    mu = sigma = narrower = 0
    variances = []
    repeats = 300
    for seed in range(repeats):
        sampler = Sampler(method, seed, 128)  # type: ignore[arg-type]
        values = np.array([sampler.normals(chip, names) for chip in range(128)]) @ np.array(weights)
        found = replicated_spread(values, np.arange(128) // sampler.per_replicate)
        mu += found.mu_interval[0] <= 0 <= found.mu_interval[1]
        sigma += found.sigma_interval[0] <= truth <= found.sigma_interval[1]
        variances.append(found.sigma**2)
        narrower += np.ptp(found.mu_interval) < np.ptp(spread(values).mu_interval) / 2
    low, _ = rate_bounds(0.95, repeats)
    assert mu / repeats >= low and sigma / repeats >= low - 0.02
    assert narrower > 0.9 * repeats
    assert abs(np.mean(variances) - truth**2) < 4 * np.std(variances) / np.sqrt(repeats)  # no bias


@pytest.mark.parametrize("method", ["wilson", "exact"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.98])
def test_intervals_of_a_share_cover_at_their_rate(method: str, share: float) -> None:
    counts = np.arange(201)
    weight = stats.binom.pmf(counts, 200, share)
    covered = [low <= share <= high for low, high in (proportion_interval(int(c), 200, method) for c in counts)]  # type: ignore[arg-type]
    assert (weight @ covered) >= (0.95 if method == "exact" else 0.925)


def test_no_failure_in_two_hundred_is_not_certainty() -> None:
    assert proportion_interval(0, 200, "exact") == (0.0, pytest.approx(1 - 0.025 ** (1 / 200)))


def test_sigma_is_known_to_ten_percent_after_two_hundred_samples() -> None:
    low, high = spread(np.random.default_rng(1).normal(size=200)).sigma_interval
    found = spread(np.random.default_rng(1).normal(size=200))
    assert low / found.sigma == pytest.approx(0.911, abs=1e-3)
    assert high / found.sigma == pytest.approx(1.109, abs=1e-3)
    assert found.sigma_share == pytest.approx((high - low) / 2 / found.sigma)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3])
def test_the_stop_rule_is_the_smallest_number_that_does(share: float) -> None:
    n = samples_for(share)

    def reached(count: int) -> float:
        return spread(np.random.default_rng(1).normal(size=count)).sigma_share

    assert reached(n) <= share < reached(n - 1)


def test_missing_values_are_counted_and_left_out() -> None:
    found = spread([1.0, math.nan, 3.0], wanted=5)
    assert found.counts == "2 of 5"
    assert found.mu == 2.0 and found.sigma == pytest.approx(math.sqrt(2))


def test_what_does_not_vary_has_a_sigma_of_zero() -> None:
    found = spread([1.0, 1.0, 1.0])
    assert found.sigma == 0.0 and found.sigma_interval == (0.0, 0.0) and found.sigma_share == 0.0


def test_quantiles_are_symmetric_and_sorted() -> None:
    quantiles, ordered = normal_quantiles([3.0, 1.0, math.nan, 2.0])
    assert ordered.tolist() == [1.0, 2.0, 3.0]
    assert quantiles == pytest.approx(-quantiles[::-1])


def test_bins_are_shared() -> None:
    assert shared_bins([0.0, 1.0], [4.0], count=4).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_nothing_is_concluded_from_nothing() -> None:
    for conclude in (
        lambda: spread([math.nan, 1.0]),
        lambda: replicated_spread([1.0, 2.0], [0, 0]),
        lambda: proportion_interval(0, 0),
        lambda: proportion_interval(3, 2),
        lambda: samples_for(0.0),
        lambda: samples_for(math.nan),
    ):
        with pytest.raises(HarnessError):
            conclude()
