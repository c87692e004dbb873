"""Shares of a variance on a model whose shares are known."""

import numpy as np
import pandas as pd
import pytest

from harness.contributions import (
    OTHERS,
    contributions,
    device_of,
    family_of,
    fitted_contributions,
    sensitivities,
)
from harness.errors import HarnessError
from harness.sampling import Sampler

NAMES = ("m.xa.mpair:delvto", "m.xa.mpair:mulu0", "m.xb.mload:delvto")
SLOPES = np.array([3.0, 0.0, 4.0])  # shares 9/25 and 16/25


def study(samples: int, noise: float = 0.0) -> tuple[pd.DataFrame, pd.Series]:
    sampler = Sampler("plain", 1, samples)
    draws = pd.DataFrame([sampler.normals(chip, NAMES) for chip in range(samples)], columns=list(NAMES))
    scatter = np.random.default_rng(5).normal(0, noise, samples)
    return draws, pd.Series(draws.to_numpy() @ SLOPES + 7.0 + scatter)


def one_at_a_time() -> pd.Series:
    sampler = Sampler("each", 0, len(NAMES) + 1)
    return pd.Series([7.0 + sampler.normals(chip, NAMES) @ SLOPES for chip in range(len(NAMES) + 1)])


def test_one_at_a_time_runs_give_the_slopes() -> None:
    assert np.allclose(sensitivities(one_at_a_time(), NAMES), SLOPES)


def test_a_missing_one_at_a_time_run_is_an_error() -> None:
    runs = one_at_a_time()
    runs.iloc[2] = np.nan
    with pytest.raises(HarnessError, match="1 of 4 one-at-a-time runs are missing"):
        sensitivities(runs, NAMES)


def test_shares_are_those_of_the_model_and_lie_in_their_intervals() -> None:
    draws, values = study(4000)
    found = contributions(sensitivities(one_at_a_time(), NAMES), draws, values)
    table = found.table.set_index("group")
    assert found.r_squared == pytest.approx(1)
    assert table.loc["b.load", "linear_share"] == pytest.approx(16 / 25)
    assert list(found.table["group"]) == ["b.load", "a.pair"]
    for group, share in (("b.load", 16 / 25), ("a.pair", 9 / 25)):
        assert table.loc[group, "share_low"] < share < table.loc[group, "share_high"]


def test_what_the_model_does_not_know_lowers_r_squared() -> None:
    draws, values = study(4000, noise=5.0)
    assert contributions(sensitivities(one_at_a_time(), NAMES), draws, values).r_squared == pytest.approx(0.5, abs=0.05)


def test_a_missing_sample_is_left_out_and_counted() -> None:
    draws, values = study(50)
    values.iloc[3] = np.nan
    assert contributions(sensitivities(one_at_a_time(), NAMES), draws, values).samples == 49


def test_too_few_samples_are_refused() -> None:
    draws, values = study(9)
    with pytest.raises(HarnessError, match="too few"):
        contributions(sensitivities(one_at_a_time(), NAMES), draws, values)


def test_a_measure_that_does_not_vary_has_no_shares() -> None:
    draws, values = study(50)
    change = sensitivities(one_at_a_time(), NAMES)
    for share_out in (
        lambda: contributions(change, draws, values * 0),
        lambda: fitted_contributions(draws, values * 0, device_of),
    ):
        with pytest.raises(HarnessError, match="the measure is 0 in all 50 samples: it has no variance"):
            share_out()


@pytest.mark.parametrize(
    ("key", "device"),
    [
        ("m.xcomparator.mpair_plus:delvto", "comparator.pair_plus"),
        ("m.xcolumn0.xchannel2.mload:mulu0", "column.channel.load"),
        ("m.xpsp_reference.xchannel2_1.mload:mulu0", "psp_reference.channel.load"),
        ("x.xcolumn.xbit_line1.xcell15.xjunction:rp", "column.bit_line.cell.junction"),
        ("chip:chip_dvth_n", "chip"),
        ("mout:delvto", "mout"),
    ],
)
def test_a_group_is_a_role_whatever_its_bit_row_or_column(key: str, device: str) -> None:
    assert device_of(key) == device


def test_a_family_is_the_first_pattern_that_matches() -> None:
    group = family_of({"a's pair": r"a\.pair", "a": r"a"})
    assert [group(f"m.{path}:delvto") for path in ("xa.mpair", "xa.mtail", "xb.xa.mpair")] == ["a's pair", "a", OTHERS]


def test_shares_of_families_add_up_to_those_of_their_devices() -> None:
    draws, values = study(400)
    change = sensitivities(one_at_a_time(), NAMES)
    devices = contributions(change, draws, values).table.set_index("group")["share"]
    families = contributions(change, draws, values, family_of({"all": r".*"})).table
    assert families["share"].item() == pytest.approx(devices.sum())


def test_intervals_of_shares_cover_at_their_rate() -> None:
    """The true shares of a linear measure; a bootstrap of 80 samples covers a little less than it says."""
    hits = 0
    for seed in range(60):
        sampler = Sampler("plain", seed, 80)
        draws = pd.DataFrame([sampler.normals(chip, NAMES) for chip in range(80)], columns=list(NAMES))
        values = pd.Series(draws.to_numpy() @ SLOPES)
        table = contributions(sensitivities(one_at_a_time(), NAMES), draws, values).table.set_index("group")
        hits += table.loc["b.load", "share_low"] <= 16 / 25 <= table.loc["b.load", "share_high"]
    assert hits >= 51  # 95 % of 60 is 57; below 51 is a chance of one in two hundred at 93 %


def test_a_fit_to_the_samples_finds_the_shares_on_those_it_left_out() -> None:
    draws, values = study(400, noise=1.0)
    found = fitted_contributions(draws, values, device_of)
    assert found.r_squared == pytest.approx(25 / 26, abs=0.02)
    assert list(found.table["group"]) == ["b.load", "a.pair"]
    assert found.table.loc[0, "share"] == pytest.approx(16 / 26, abs=0.06)


def test_a_fit_explains_nothing_of_what_its_quantities_do_not_move() -> None:
    draws, values = study(200)
    other = draws.sample(frac=1, random_state=3).reset_index(drop=True)  # the draws of other chips
    assert fitted_contributions(other, values, device_of).r_squared < 0.05


def test_more_quantities_than_samples_are_refused() -> None:
    draws, values = study(5)
    with pytest.raises(HarnessError, match="4 samples cannot fit 3 quantities"):
        fitted_contributions(draws, values, device_of)
