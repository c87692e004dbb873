"""Chips: what ten of many are expected to span, and that a chip is the same in every figure that draws it."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.draws import Spreads
from harness.errors import HarnessError
from harness.registry import find_testbench
from testbenches.chips import chip_spreads
from testbenches.fig11 import expected_range
from testbenches.pvt import DATASHEET


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=7), st.integers(2, 3))
def test_the_expected_range_is_the_mean_over_every_choice(values: list[float], chips: int) -> None:
    ranges = [np.ptp(choice) for choice in itertools.combinations(values, chips)]
    assert expected_range(values, chips) == pytest.approx(np.mean(ranges), abs=1e-9)


def test_too_few_samples_for_ten_chips_are_refused() -> None:
    with pytest.raises(HarnessError, match="9 samples do not hold 10 chips"):
        expected_range(range(9), 10)


def test_a_missing_chip_is_not_passed_over() -> None:
    assert np.isnan(expected_range([1.0, np.nan, 3.0], 2))


@pytest.mark.parametrize("name", ["fig11", "fig12a", "fig12b"])
def test_every_figure_draws_the_same_sigmas_of_a_chip(name: str) -> None:
    values = find_testbench(name).settings({})
    spreads = chip_spreads(values, Spreads(), mismatch=False)
    assert (spreads.chip_rp, spreads.chip_tmr, spreads.chip_c) == (0.025, 0.025, 0.023)
    assert spreads.process
    assert not spreads.mismatch


def test_figure_12_resets_between_stimuli_and_gives_one_axon_a_period() -> None:
    bench = find_testbench("fig12a")
    values: dict[str, Any] = bench.cases(bench.settings({}))[0].values  # type: ignore[assignment]
    clocks = bench.clocks(values)  # type: ignore[attr-defined]
    edges = [start for start, _, _ in clocks["gclk"]]
    assert len(clocks["reset"]) == len(edges) == len(clocks["axons"]) == 6
    for edge, (start, stop, _) in zip(edges[1:], clocks["reset"][1:], strict=True):
        assert start < stop < edge - 0.5e-6  # over before the axon's pulse
    assert all(len(pulses) == 1 for pulses in clocks["axons"])


def test_the_datasheet_has_45_cases_and_a_missing_value_keeps_no_row() -> None:
    bench = find_testbench("pvt")
    assert len(bench.cases(bench.settings({}))) == 45
    assert not DATASHEET[0].keeps(pd.Series([1e-3, np.nan]))
    assert DATASHEET[0].keeps(pd.Series([1e-3, 2e-3]))
