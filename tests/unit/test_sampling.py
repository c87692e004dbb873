"""Draws: keyed by seed, chip and name alone; normal; and better spread where they say so."""

import numpy as np
import pytest
from scipy import stats

from harness.errors import HarnessError
from harness.sampling import METHODS, Method, Sampler

NAMES = [f"m.xblock.m{index}:delvto" for index in range(6)]


def draw(sampler: Sampler, names: list[str] = NAMES) -> np.ndarray:
    return np.array([sampler.normals(chip, names) for chip in range(sampler.n)])


@pytest.mark.parametrize("method", METHODS)
def test_a_chip_drawn_alone_is_the_chip_of_the_series(method: Method) -> None:
    sampler = Sampler(method, 3, 64)
    assert np.array_equal(draw(sampler)[37], Sampler(method, 3, 64).normals(37, NAMES))


@pytest.mark.parametrize("method", ["plain", "lhs"])
def test_another_device_moves_no_draw(method: Method) -> None:
    sampler = Sampler(method, 3, 64)
    more = ["m.xa.new:delvto", *NAMES[:3], "m.xblock.m2b:delvto", *NAMES[3:]]
    places = [more.index(name) for name in NAMES]
    assert np.array_equal(draw(sampler, more)[:, places], draw(sampler))


def test_plain_chips_do_not_depend_on_how_many_there_are() -> None:
    assert np.array_equal(draw(Sampler("plain", 3, 10)), draw(Sampler("plain", 3, 20))[:10])


def test_the_draws_stay_the_same_from_version_to_version() -> None:
    """Stored studies rest on these numbers."""
    normals = Sampler("plain", 1, 200).normals(137, ["m.xneuron.mtail:delvto", "chip:chip_dvth_n"])
    assert normals.tolist() == pytest.approx(STORED, rel=1e-12)


STORED = [1.5941300859044936, -0.2425480718551518]


@pytest.mark.parametrize("change", [{"seed": 4}, {"chip": 1}])
def test_seed_and_chip_are_in_the_key(change: dict[str, int]) -> None:
    before = Sampler("plain", 3, 10).normals(0, NAMES)
    after = Sampler("plain", change.get("seed", 3), 10).normals(change.get("chip", 0), NAMES)
    assert not np.isclose(before, after).any()


@pytest.mark.parametrize("method", METHODS)
def test_draws_are_standard_normal_and_uncorrelated(method: Method) -> None:
    normals = draw(Sampler(method, 5, 4096))
    for column in normals.T:
        assert stats.kstest(column, "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(normals.T) - np.eye(len(NAMES))).max() < 0.06


def test_latin_hypercube_has_one_chip_in_each_stratum_of_each_replicate() -> None:
    sampler = Sampler("lhs", 5, 80)
    for part in np.split(draw(sampler), sampler.replicates):
        strata = np.sort(np.floor(stats.norm.cdf(part) * 10).astype(int), axis=0)
        assert (strata == np.arange(10)[:, np.newaxis]).all()


@pytest.mark.parametrize("method", ["lhs", "sobol"])
def test_balanced_samples_know_the_mean_of_a_smooth_measure_better(method: Method) -> None:
    def measure(normals: np.ndarray) -> float:
        return float((normals @ np.linspace(0.2, 1, len(NAMES)) + 0.1 * normals[:, 0] ** 2).mean())

    errors = {
        name: np.std([measure(draw(Sampler(name, seed, 128))) for seed in range(24)]) for name in ("plain", method)
    }
    assert errors[method] < errors["plain"] / 3


@pytest.mark.parametrize(
    ("method", "seed", "n", "wrong"),
    [
        ("plain", 1, 0, "0 samples"),
        ("plain", 1, 10**20, "1000000 at most"),
        ("plain", -1, 10, "seed -1"),
        ("plain", 2**64, 10, "seed"),
        ("lhs", 1, 12, "multiple of 8"),
        ("lhs", 1, 8, "must be a multiple of 8, from 16 on"),
        ("sobol", 1, 200, "256 is the nearest"),
        ("random", 1, 10, "no sampler 'random'"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(method: Method, seed: int, n: int, wrong: str) -> None:
    with pytest.raises(HarnessError, match=wrong):
        Sampler(method, seed, n)


def test_sobol_says_when_a_circuit_has_too_many_quantities() -> None:
    with pytest.raises(HarnessError, match="dimensions"):
        Sampler("sobol", 1, 16).normals(0, [str(index) for index in range(22_000)])
