"""Every declared golden: a fresh simulation must match it, and each way to break it must not.

The mutations need no simulation: a run is played back from the stored golden and then broken.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.golden import (
    GOLDENS,
    GoldenRun,
    StoredGolden,
    compare,
    failures,
    golden_case,
    golden_stem,
    read_golden,
    simulate_goldens,
)
from harness.registry import all_testbenches, find_testbench
from harness.runner import RUNS
from harness.store import Store
from harness.testbench import Golden

Mutation = Callable[[pd.DataFrame, Golden, StoredGolden], pd.DataFrame]

DECLARED = [
    pytest.param(bench.name, golden, id=f"{bench.name}-{golden_case(bench, golden).id}")
    for bench in all_testbenches().values()
    for golden in bench.goldens
]
SHORTEST = 1e-12  # s, half the length of a played-back edge


def stored(name: str, golden: Golden) -> StoredGolden:
    return read_golden(golden_stem(name, golden_case(find_testbench(name), golden).id))


@cache
def simulated(name: str) -> list[GoldenRun]:
    """Simulate all goldens of a testbench at once; finished runs come from the store, as for every command."""
    return simulate_goldens(find_testbench(name), Store(RUNS))


def playback(golden: Golden, source: StoredGolden) -> pd.DataFrame:
    """Return a run that is the golden: its samples, and two-level signals with its edges."""
    edges = source.edges[source.edges["direction"].isin(["rise", "fall"])]
    corners = np.concatenate([edges["time"] - SHORTEST, edges["time"] + SHORTEST])
    time = np.unique(np.concatenate([source.analog.index.to_numpy(dtype=float), corners]))
    columns = {name: np.interp(time, source.analog.index, source.analog[name]) for name in golden.analog}
    for name in golden.digital:
        own = source.edges[source.edges["signal"] == name]
        level = np.full(time.shape, float(own["direction"].iloc[0] == "high"))
        for direction, at in zip(own["direction"].iloc[1:], own["time"].iloc[1:], strict=True):
            step = np.clip((time - at) / (2 * SHORTEST) + 0.5, 0, 1)
            level += step if direction == "rise" else -step
        columns[name] = 2 * golden.level * level
    return pd.DataFrame(columns, index=pd.Index(time, name="time"))


def with_edges(golden: Golden, source: StoredGolden, edges: pd.DataFrame) -> pd.DataFrame:
    return playback(golden, StoredGolden(source.analog, edges, source.origin))


def gain(run: pd.DataFrame, golden: Golden, source: StoredGolden) -> pd.DataFrame:
    return run.assign(**{name: 1.01 * run[name] for name in golden.analog})


def edge_dropped(run: pd.DataFrame, golden: Golden, source: StoredGolden) -> pd.DataFrame:
    """Drop each signal's last edge; one that has none is at the other level."""
    last = source.edges.groupby("signal").tail(1).index
    edges = source.edges.drop([row for row in last if source.edges.loc[row, "direction"] in ("rise", "fall")])
    for row in (row for row in last if source.edges.loc[row, "direction"] in ("high", "low")):
        edges.loc[row, "direction"] = "low" if edges.loc[row, "direction"] == "high" else "high"
    return with_edges(golden, source, edges)


def edges_late(run: pd.DataFrame, golden: Golden, source: StoredGolden) -> pd.DataFrame:
    moved = source.edges["direction"].isin(["rise", "fall"])
    return with_edges(golden, source, source.edges.assign(time=source.edges["time"] + 2 * golden.edge * moved))


def tail_cut(run: pd.DataFrame, golden: Golden, source: StoredGolden) -> pd.DataFrame:
    return run[run.index <= 0.99 * run.index[-1]]


def one_nan(run: pd.DataFrame, golden: Golden, source: StoredGolden) -> pd.DataFrame:
    broken = run.copy()
    broken.iloc[len(run) // 2] = np.nan
    return broken


def one_sample_off(run: pd.DataFrame, golden: Golden, source: StoredGolden) -> pd.DataFrame:
    broken = run.copy()
    at = source.analog.index[len(source.analog) // 2]
    for name in golden.analog:
        broken.loc[at, name] += max(0.01 * np.ptp(source.analog[name]), 1e-4)
    return broken


def empty(run: pd.DataFrame, golden: Golden, source: StoredGolden) -> pd.DataFrame:
    return run.iloc[:0]


def columns_lost(run: pd.DataFrame, golden: Golden, source: StoredGolden) -> pd.DataFrame:
    return run.iloc[:, :0]


def moving_signals(golden: Golden, source: StoredGolden) -> set[str]:
    moving = source.edges[source.edges["direction"].isin(["rise", "fall"])]["signal"]
    return set(golden.digital) & set(moving)


ANALOG: dict[str, Mutation] = {"gain +1 %": gain, "one sample off": one_sample_off}
EVERY: dict[str, Mutation] = {"tail cut": tail_cut, "NaN": one_nan, "empty frame": empty, "columns lost": columns_lost}


def broken_signals(name: str, golden: Golden, mutation: Mutation) -> set[str]:
    source = stored(name, golden)
    run = mutation(playback(golden, source), golden, source)
    return {verdict.signal for verdict in compare(golden, source, run) if not verdict.passed}


def test_there_are_goldens() -> None:
    assert DECLARED


@pytest.mark.parametrize(("name", "golden"), DECLARED)
def test_a_fresh_simulation_matches(name: str, golden: Golden) -> None:
    fresh = next(run for run in simulated(name) if run.golden == golden)
    assert failures(compare(golden, stored(name, golden), fresh.waveforms)) == []


@pytest.mark.parametrize(("name", "golden"), DECLARED)
def test_the_golden_itself_passes(name: str, golden: Golden) -> None:
    source = stored(name, golden)
    verdicts = compare(golden, source, playback(golden, source))
    assert failures(verdicts) == []
    assert [verdict.signal for verdict in verdicts] == [*golden.analog, *golden.digital]


@pytest.mark.parametrize("mutation", ANALOG.values(), ids=ANALOG)
@pytest.mark.parametrize(("name", "golden"), DECLARED)
def test_a_broken_analog_signal_fails(name: str, golden: Golden, mutation: Mutation) -> None:
    assert broken_signals(name, golden, mutation) == set(golden.analog)


@pytest.mark.parametrize("mutation", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize(("name", "golden"), DECLARED)
def test_a_broken_run_fails_in_every_signal(name: str, golden: Golden, mutation: Mutation) -> None:
    assert broken_signals(name, golden, mutation) == {*golden.analog, *golden.digital}


@pytest.mark.parametrize(("name", "golden"), DECLARED)
def test_a_dropped_edge_or_the_other_level_fails(name: str, golden: Golden) -> None:
    assert broken_signals(name, golden, edge_dropped) == set(golden.digital)


@pytest.mark.parametrize(("name", "golden"), DECLARED)
def test_an_edge_at_twice_its_bound_fails(name: str, golden: Golden) -> None:
    assert broken_signals(name, golden, edges_late) == moving_signals(golden, stored(name, golden))


@pytest.mark.parametrize(("name", "golden"), DECLARED)
def test_a_golden_says_why_and_with_what_it_was_made(name: str, golden: Golden) -> None:
    origin = stored(name, golden).origin
    assert len(origin["reason"].split()) >= 2
    assert {"ngspice", "key", "analysis", "solver"} <= set(origin)


def test_no_stored_golden_is_without_a_testbench() -> None:
    declared = {
        Path(f"{golden_stem(bench.name, golden_case(bench, golden).id)}{ending}")
        for bench in all_testbenches().values()
        for golden in bench.goldens
        for ending in (".csv", ".edges.csv", ".json")
    }
    assert {path for path in GOLDENS.rglob("*") if path.is_file()} <= declared
