"""The order of a cluster's parts, and the columns that run again, with made-up runs."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness.errors import HarnessError
from harness.store import Store
from harness.testbench import Case, Testbench, Values
from testbenches import cluster_run
from testbenches.cluster import (
    EXTREMES,
    Clocking,
    ClusterTestbench,
    ColumnPart,
    FlatCluster,
    References,
    Skeleton,
    Task,
)
from testbenches.cluster_run import emulate

TASK = Task(((5, 0, 0), (0, 5, 0)), ((0,), (1,)))


class MadeUp:
    """Columns fire as they are told here; ``shift`` (V) moves the check's membranes."""

    def __init__(self, fires: dict[int, set[int]], shift: float = 0.0) -> None:
        self.fires, self.shift, self.made = fires, shift, list[str]()
        self.heard = list[dict[int, int]]()

    def run(self, bench: Testbench, values: Values, variations: list[Values], *_: Any) -> list[pd.DataFrame]:
        assert isinstance(bench, ClusterTestbench)
        if isinstance(bench, ColumnPart):
            self.heard.append({column: len(spans) for column, spans in bench.fires.items()})
        self.made.append(f"{bench.name} {len(variations)}")
        return [self.frame(bench, {**values, **variation}) for variation in variations]

    def frame(self, bench: ClusterTestbench, values: Values) -> pd.DataFrame:
        time = pd.Index(np.linspace(0, bench.stop_time(values), 2000), name="time")
        edges = [bench.edge_time(period, values) for period in range(len(TASK.stimuli))]
        given = {**bench.settings({}), **values}
        frame = pd.DataFrame(0.0, index=time, columns=list(bench.signals(given)))
        for name in set(frame) & {"swcomp", "fire_clear"}:
            start = 2.9e-6 if name == "swcomp" else 0.2e-6
            frame[name] = sum(1.8 * ((time > edge + start) & (time < edge + start + 3e-7)) for edge in edges)
        for column in [name.removeprefix("vinteg") for name in frame if name.startswith("vinteg")]:
            ramp = np.clip((time - edges[0]) / 2e-6, 0, 1)
            shift = self.shift if given.get("LOAD") == EXTREMES else 0.0
            frame[f"vinteg{column}"] = 0.55 + 0.3 * ramp + shift
            fired = [edges[period] for period in self.fires.get(int(column), ())]
            frame[f"fire{column}"] = sum((1.8 * ((time > edge + 3e-6) & (time < edge + 2e-5)) for edge in fired), 0.0)
        return frame


def emulated(monkeypatch: pytest.MonkeyPatch, made_up: MadeUp, **options: Any) -> cluster_run.Emulation:
    def point(bench: Testbench, case: Case, store: Store) -> dict[str, float]:
        assert isinstance(bench, Skeleton | References)
        return {"vtwg": 0.5}

    monkeypatch.setattr(cluster_run, "_run", made_up.run)
    monkeypatch.setattr(cluster_run, "nominal_point", point)
    return emulate(TASK, {}, None, None, 1, **options)  # type: ignore[arg-type] # neither store nor progress is reached


def test_parts_run_in_order_and_once_when_the_model_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = MadeUp({0: {0}})  # neuron 1 is inhibited in the second event
    made = emulated(monkeypatch, made_up)
    assert made_up.made == [f"{Clocking.name} 1", f"{References.name} 2", f"{ColumnPart.name} 3"]
    assert made.fires == {(0, 0)}
    assert made.rounds == 1 and made.disagreement < 1e-3
    assert made_up.heard == [{0: 1, 1: 0, 2: 0}]


def test_columns_whose_neighbour_fired_otherwise_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = MadeUp({0: {0}, 2: {0}})
    made = emulated(monkeypatch, made_up)
    assert made_up.made[2:] == [f"{ColumnPart.name} 3", f"{ColumnPart.name} 1"]
    assert made_up.heard[1] == {0: 1, 1: 0, 2: 1}
    assert made.rounds == 2


def test_a_fire_in_the_last_period_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert emulated(monkeypatch, MadeUp({0: {0}, 1: {1}})).rounds == 1


def test_parts_that_do_not_agree_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < emulated(monkeypatch, MadeUp({0: {0}}, shift=1e-3)).disagreement < 5e-3
    with pytest.raises(HarnessError, match="run it with --flat"):
        emulated(monkeypatch, MadeUp({0: {0}}, shift=3e-3))


def test_without_a_check_there_is_no_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = MadeUp({0: {0}})
    assert np.isnan(emulated(monkeypatch, made_up, check=False).disagreement)
    assert made_up.made[1] == f"{References.name} 1"


def test_flat_is_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = MadeUp({0: {0}})
    made = emulated(monkeypatch, made_up, flat=True)
    assert made_up.made == [f"{FlatCluster.name} 1"]
    assert made.fires == {(0, 0)} and set(made.columns) == {0, 1, 2}
