"""Chips: what ten of many are expected to span, what the chain's study is asked for, and that chip 3 is one chip."""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.circuit import flatten
from harness.draws import quantities
from harness.errors import HarnessError
from harness.render import TESTBENCHES, DeckBuilder
from harness.sampling import Sampler
from harness.statistics import spread
from harness.study import Study
from harness.testbench import Case, Testbench, conditions
from testbenches import fig11, fig12a, fig12b
from testbenches.chips import CHIPS, chip_spreads
from testbenches.fig11_study import campaign_rows, chain_sigma, expected_range, gap, relative_range
from testbenches.fig11_study import summaries as times_and_levels
from testbenches.living_event import T_AXON, T_FIRST
from testbenches.stimulated import T_SEEN
from testbenches.stimulated_study import JUNCTION_CHIPS
from testbenches.stimulated_study import summaries as decisions

BENCHES = (fig11.TESTBENCH, fig12a.TESTBENCH, fig12b.TESTBENCH)
STEP, VREST = 60e-3, 0.55


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=7), st.integers(2, 3))
def test_the_expected_range_is_the_mean_over_every_choice(values: list[float], chips: int) -> None:
    ranges = [np.ptp(choice) for choice in itertools.combinations(values, chips)]
    assert expected_range(values, chips) == pytest.approx(np.mean(ranges), abs=1e-9)


def test_too_few_samples_for_ten_chips_are_refused() -> None:
    with pytest.raises(HarnessError, match="9 samples do not hold 10 chips"):
        expected_range(range(9), 10)


def test_a_missing_chip_is_not_passed_over() -> None:
    assert np.isnan(expected_range([1.0, np.nan, 3.0], 2))
    assert np.isnan(relative_range(pd.Series([1.0, np.nan, 3.0])))


def test_intervals_that_overlap_have_no_gap_and_a_missing_one_is_no_agreement() -> None:
    assert gap((1.0, 2.0), (1.5, 3.0)) == gap((1.5, 1.6), (1.0, 3.0)) == 0
    assert gap((1.0, 2.0), (2.5, 3.0)) == gap((2.5, 3.0), (1.0, 2.0)) == 0.5
    assert np.isnan(gap((1.0, 2.0), (math.nan, math.nan)))


def board(chips: int = 200) -> pd.DataFrame:
    names = [f"sigma_10k20k_threshold_5_mtj_{sigma}_percent_{chips}_chips_weight_5" for sigma in (4, 0)]
    return pd.DataFrame({"testbench": ["chain", "chain"], "measure": names, "measured": [40e-3, 4.4e-3]})


def test_the_chain_s_sigma_is_that_without_spread_of_the_junctions() -> None:
    sigma, (low, high) = chain_sigma(board(), 5)
    drawn = np.random.default_rng(1).normal(size=200)
    same = spread(drawn / drawn.std(ddof=1) * 4.4e-3)
    assert (sigma, low, high) == pytest.approx((same.sigma, *same.sigma_interval))
    assert np.isnan(chain_sigma(board(), 7)[0])


def test_before_the_first_campaign_the_chain_s_sigma_is_not_known(tmp_path: Path) -> None:
    sigma, interval = chain_sigma(campaign_rows(tmp_path), 5)
    assert np.isnan([sigma, *interval]).all()


# ---- chip 3 is the same chip in every figure


def drawn(bench: Testbench, case: Case) -> dict[str, float]:
    """Return the draws of chip 3 in one case, by what they belong to."""
    template, values = bench.deck(case.values)
    silicon = conditions(case.values)
    flat = flatten(DeckBuilder(silicon).deck(bench.name, TESTBENCHES / template, values))
    varied = quantities(flat, silicon.technology, bench.spreads_of(case.values, Study().spreads))
    normals = Sampler("plain", 1, 10).normals(3, [quantity.key for quantity in varied])
    return {quantity.key: quantity.sigma * normal for quantity, normal in zip(varied, normals, strict=True)}


def test_chip_3_is_the_same_chip_in_every_figure() -> None:
    chips = [drawn(bench, bench.sampled_cases(bench.settings({}))[-1]) for bench in BENCHES]
    shared = set.intersection(*map(set, chips))
    process = {name for name in shared if name.startswith("chip:")}
    window = {name for name in shared if name.startswith("m.xtwg.")}
    assert {"chip:chip_rp", "chip:chip_tmr", "chip:chip_c", "chip:chip_dvth_n"} <= process
    assert len(window) > 20  # and a device that stands in all of them has one draw
    for name in process | window:
        assert chips[0][name] == chips[1][name] == chips[2][name] != 0


@pytest.mark.parametrize("bench", BENCHES)
def test_mismatch_and_junctions_are_switches_of_their_own(bench: Testbench) -> None:
    values = bench.settings({"CHIP_C": 0.05})
    process = chip_spreads(values, Study().spreads, mismatch=False)
    assert (process.chip_rp, process.chip_tmr, process.chip_c) == (0.025, 0.025, 0.05)
    assert (process.process, process.mismatch, process.mtj_rp) == (True, False, 0)
    assert chip_spreads(values, Study().spreads, mismatch=True, junctions=0.04).mtj_tmr == 0.04


# ---- what the studies say, on made-up samples whose answers are known


class MadeUp:
    """Readings by hand."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.table = pd.DataFrame(rows)
        self.counts = "all"

    def values(self, measure: str, **where: object) -> pd.Series:
        rows = self.table[self.table["measure"] == measure]
        for name, value in where.items():
            rows = rows[rows[name] == value]
        return rows.set_index("sample")["value"].astype(float)

    def spread_of(self, values: pd.Series) -> Any:
        return spread(values)


def test_times_spread_and_levels_do_not() -> None:
    random = np.random.default_rng(2)
    rows: list[dict[str, Any]] = []
    for chip in range(100):
        slow, rise = 1 + 0.04 * random.normal(), 1 + 0.001 * random.normal()
        for vth in fig11.VTH_LEVELS:
            rows.append({"sample": chip, "DRAWN": "window", "VTH": vth, "measure": "integration_time",
                         "value": slow * (vth - 0.532) * 1.5e-6})  # fmt: skip
        for kind, weight in itertools.product(("process", "mismatch"), range(-2, 6)):
            head = {"sample": chip, "DRAWN": kind, "weight": weight}
            error = 4.4e-3 * random.normal() if kind == "mismatch" else 0.0
            rows += [
                head | {"measure": "rise", "value": weight * STEP * rise + error},
                head | {"measure": "wrong", "value": 0.0},
            ]
    found = {summary.measure: summary.value for summary in times_and_levels(MadeUp(rows))}  # type: ignore[arg-type]
    assert {claim.measure for claim in fig11.TESTBENCH.sample_claims} <= set(found)
    assert found["time_deviation"] < 1e-15
    assert found["time_range"] == pytest.approx(3.08 * 0.04 * 477e-9, rel=0.15)  # ten normals span 3.08 sigma
    assert found["level_range"] == pytest.approx(5e-3, rel=0.3)  # a hundred span 5.0
    assert found["sigma_at_n_low"] < 4.4e-3 < found["sigma_at_n_high"]


def test_wrong_decisions_are_counted_by_chip_and_by_period() -> None:
    rows: list[dict[str, Any]] = []
    for chip, kind, weight in itertools.product(range(CHIPS), ("mismatch", "junctions"), range(-2, 4)):
        head = {"sample": chip, "DRAWN": kind, "weight": weight}
        late = chip == 3 and kind == "junctions" and weight >= 2
        rows.append(head | {"measure": "level", "value": VREST + STEP * weight - 0.01 * late})
        rows += [head | {"measure": "wrong", "value": float(late)}, head | {"measure": "bounded", "value": 0.0}]
    found = {summary.measure: summary.value for summary in decisions(MadeUp(rows))}  # type: ignore[arg-type]
    assert {claim.measure for claim in fig12a.TESTBENCH.sample_claims} <= set(found)
    assert found["r_squared_alike"] == pytest.approx(1)
    assert found["r_squared_spread"] < 0.9999
    assert found["step_alike"] == pytest.approx(STEP)
    assert (found["wrong_alike"], found["wrong_spread"]) == (0, 2)
    assert found["wrong_rate_spread"] == pytest.approx(2 / 60)
    assert found["wrong_chips_spread_low"] < found["wrong_chips_spread"] == 0.1 < found["wrong_chips_spread_high"]


# ---- one neuron, stimulated and reset over and over


@pytest.mark.parametrize("bench", BENCHES[1:])
def test_every_weight_is_stimulated_once_and_reset_precedes_every_period(bench: Any) -> None:
    cases = bench.cases(bench.settings({}))
    weights = [weight for case in cases for weight in bench.weights(case.values)]
    assert weights == list(range(-2, bench.threshold + 1))
    for case in cases:
        clocks = bench.clocks(case.values)
        edges = [start for start, _, _ in clocks["gclk"]]
        assert len(clocks["reset"]) == len(edges) == len(clocks["axons"])
        before = [-T_FIRST, *edges]
        for period, (edge, (start, stop, _), pulses) in enumerate(
            zip(edges, clocks["reset"], clocks["axons"], strict=True)
        ):
            assert before[period] + T_SEEN < start < stop < edge + T_AXON  # after the reading, before the stimulus
            ((on, _, _),) = pulses
            assert on == edge + T_AXON
        assert 10e-6 > T_SEEN > max(stop for _, stop, _ in clocks["lclk"] if stop < edges[0] + 10e-6) - edges[0]
        assert bench.stop_time(case.values) > edges[-1] + T_SEEN


def test_few_chips_have_spread_of_the_junctions() -> None:
    bench = fig12b.TESTBENCH
    wanted = [bench.samples_of(case.values, CHIPS) for case in bench.sampled_cases(bench.settings({}))]
    assert wanted == [CHIPS, CHIPS, JUNCTION_CHIPS, JUNCTION_CHIPS]
