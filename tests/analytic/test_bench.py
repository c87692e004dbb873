"""The Monte Carlo benchmarks run, on a circuit small enough for a test."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.bench_mc import LOOPS, benchmark
from harness.bench_studies import endurance, repeatability
from harness.study import Study


def test_a_loop_is_compared_with_the_study(small: Any, tmp_path: Path) -> None:
    plan = small.plan_of(small.Charging(), Study(n=4), tmp_path)
    found = benchmark(plan, rounds=2, jobs=1)
    assert found.runs == 4 * len(plan.cases) and 0 < found.solver_share <= 1
    assert [len(found.ratios(loop)) for loop in LOOPS] == [2, 1, 1]
    assert found.agreement["rms_share"].max() < 0.1


def test_a_measurement_repeats_and_nothing_is_lost(small: Any, tmp_path: Path) -> None:
    plan = small.plan_of(small.Mirror(), Study(n=6), tmp_path)
    found = repeatability(plan, replace(plan, key=f"{plan.key} again"), "current", jobs=1)
    assert list(found["case"]) == [sampled.case.id for sampled in plan.cases]
    assert (found["shifted"] == 0).all()
    long = endurance(plan.only(plan.cases[0]), jobs=1)
    assert (long.good, long.wanted, long.rescued) == (6, 6, {})
    ((runs, grown),) = long.growth
    assert runs == 6 and 0 <= grown < 5e6
