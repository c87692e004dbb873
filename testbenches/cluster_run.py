"""Emulate a task: the shared part once, then the columns side by side, until each has heard its neighbours rightly."""

from collections.abc import Callable, Iterable, Mapping, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from harness.errors import HarnessError
from harness.job import CaseRun, nominal_point
from harness.measure import value_at
from harness.partition import Drive, Tolerance, make_drive, rms_difference, together
from harness.runner import run_cases
from harness.store import Store
from harness.testbench import Case, Testbench, Values, conditions
from testbenches.cluster import (
    CLOCKING_SUPPLIES,
    COLUMN_SUPPLIES,
    EXTREMES,
    MIDDLE,
    REFERENCE_SUPPLIES,
    SUPPLIES,
    WINDOW,
    Clocking,
    ColumnPart,
    FlatCluster,
    References,
    Skeleton,
    Task,
    fire_intervals,
)
from testbenches.cluster_model import Steps, ideal_decisions
from testbenches.living_event import T_ACTIVE, T_LCLK, T_SEEN, Intervals

# A column's switches open within 10 ps; its mirrors turn 5 uV at a gate into 0.01 % of a current.
EDGES, SMOOTH = Tolerance(10e-3, 10e-12), Tolerance(5e-6, 1e-12)
AGREEMENT = 5e-3  # RMS of VINTEG as a share of its swing: a check that differs by more is refused

Fires = Set[tuple[int, int]]  # (period, neuron)


class Progress(Protocol):
    """What follows the runs of one stage."""

    def advance(self, run: CaseRun) -> None:
        """Take note of a finished run."""


Stage = Callable[[str, int], AbstractContextManager[Progress]]  # name, runs


@dataclass(frozen=True)
class Emulation:
    """What a cluster did: waveforms of the shared lines, of each column, and what a flat deck would have changed.

    ``shared`` has index time (s), ``columns`` a frame each; ``energy`` is what each supply has delivered (J).
    ``rounds`` counts how often columns were simulated until their neighbours fired as they had heard;
    ``disagreement`` is the check's RMS of VINTEG as a share of its swing, or NaN for a flat run, which needs none.
    """

    task: Task
    values: Values
    shared: pd.DataFrame
    columns: Mapping[int, pd.DataFrame]
    energy: Mapping[str, float]
    rounds: int = 1
    disagreement: float = float("nan")

    @property
    def fires(self) -> Fires:
        """Every FIRE."""
        bench, half = FlatCluster(self.task, {}), float(self.values["VDDIO"]) / 2
        seen = [bench.edge_time(period, self.values) + T_SEEN for period in range(len(self.task.stimuli))]
        return fires_of(self.columns, seen, half)


def fires_of(columns: Mapping[int, pd.DataFrame], seen: Iterable[float], half: float) -> Fires:
    """Return the (period, neuron) of every FIRE that is high when it is looked at (s), one time a period."""
    return {
        (period, column)
        for period, time in enumerate(seen)
        for column, frame in columns.items()
        if value_at(frame[f"fire{column}"], time) > half
    }


def steps_of(values: Values) -> Steps:
    """Return the ideal membrane's levels in steps, from voltages, capacitor, leak and LCLK."""
    threshold = int(values["THRESHOLD"])
    step = (float(values["VTH"]) - float(values["VCM_TWG"])) / threshold
    silicon = conditions(values)
    farad = silicon.technology.size("integrator", "integrate", "c").c
    assert farad is not None
    leak = float(values["ILEAKAGE"]) * float(values["LEAK_LCLK"]) * T_LCLK / (farad * silicon.capacitance_scale)

    def above_rest(volts: float) -> float:
        return (volts - float(values["VREST"])) / step

    return Steps(
        threshold=threshold, vth=above_rest(float(values["VTH"])), vrfr=above_rest(float(values["VRFR"])),
        vlat=above_rest(float(values["VLAT"])), leak=leak / step, lowest=above_rest(0.0),
        highest=above_rest(float(values["VDDIO"])), absolute=int(values["ABSOLUTE"]),
        inhibit=bool(values["INHIBIT"]),
    )  # fmt: skip


def emulate(
    task: Task, settings: Mapping[str, Any], store: Store, stage: Stage, jobs: int | None = None, flat: bool = False,
    check: bool = True,
) -> Emulation:  # fmt: skip
    """Simulate a task from GCLK, LCLK and AXON, in one flat deck or in parts; finished runs are taken from the store.

    ``check`` lets the parts say how well they agree with a flat deck of some columns.

    Raises:
        HarnessError: a run failed; or the parts do not agree with a flat deck of some columns.
    """
    skeleton = Skeleton(task)
    values = {**skeleton.settings({}), **settings}
    if flat:
        point = nominal_point(skeleton, skeleton.cases_of(values, [{}])[0], store)
        (frame,) = _run(FlatCluster(task, skeleton.guesses(point)), values, [{}], store, stage, jobs)
        columns = dict.fromkeys(range(task.columns), frame)
        return Emulation(task, values, frame, columns, _energy(frame, SUPPLIES, values))
    (clocking,) = _run(Clocking(task), values, [{}], store, stage, jobs)
    clocked = make_drive(clocking, skeleton.clocked_lines(values), EDGES, (), SMOOTH)
    part = References(task, clocked)
    loads = [{"LOAD": load} for load in (MIDDLE, EXTREMES)[: 1 + check]]
    references, *checks = _run(part, values, loads, store, stage, jobs)
    own = make_drive(references, [WINDOW], EDGES, part.smooth_lines(values), SMOOTH)
    drive = Drive({**clocked.edges, **own.edges}, own.tables)
    guesses = part.guesses(nominal_point(part, _cases(part, values, loads)[0], store), values)
    shared = together([clocking, references[[WINDOW, "vtwg"]]])
    made = _settled(
        Emulation(task, values, shared, {}, {}),
        lambda fires, columns: _run(
            ColumnPart(task, drive, fires, guesses), values, [{"COLUMN": c} for c in columns], store, stage, jobs
        ),
    )
    parts = [_energy(clocking, CLOCKING_SUPPLIES, values), _energy(references, REFERENCE_SUPPLIES, values)]
    parts += [_energy(frame, COLUMN_SUPPLIES, values) for frame in made.columns.values()]
    energy = {supply: sum(part.get(supply, 0.0) for part in parts) for supply in SUPPLIES}
    worst = max((_compare(made, frame) for frame in checks), default=float("nan"))
    return replace(made, energy=energy, disagreement=worst)


def _settled(made: Emulation, run: Callable[[Mapping[int, Intervals], list[int]], list[pd.DataFrame]]) -> Emulation:
    """Run columns until each has heard its neighbours fire as they did, at first as the ideal model has it.

    A FIRE acts on neighbours from the next period on, so every round is right for one period more at least.
    """
    task = made.task
    ideal = ideal_decisions(task.sums(), steps_of(made.values))
    heard: Fires = frozenset((decision.period, decision.neuron) for decision in ideal if decision.fires)
    waiting, rounds = list(range(task.columns)), 0
    while waiting:
        frames = run(_heard(made, heard), waiting)
        made, rounds = replace(made, columns={**made.columns, **dict(zip(waiting, frames, strict=True))}), rounds + 1
        changed = {column for period, column in made.fires ^ heard if period < len(task.stimuli) - 1}
        waiting = sorted({near for c in changed for near in (c - 1, c + 1) if 0 <= near < task.columns})
        heard = made.fires
    return replace(made, rounds=rounds)


def _run(
    bench: Testbench, values: Values, variations: Iterable[Values], store: Store, stage: Stage, jobs: int | None
) -> list[pd.DataFrame]:
    """Return the waveforms of each case, in order."""
    cases = _cases(bench, values, variations)
    with stage(bench.name, len(cases)) as progress:
        runs = run_cases(bench, cases, store, jobs, progress=progress.advance)
    failures = [run.failure for run in runs if run.failure]
    if failures:
        raise HarnessError(f"{len(failures)} of {len(runs)} runs of the cluster failed; the first: {failures[0]}")
    return [run.waveforms for run in runs if run.waveforms is not None]


def _cases(bench: Testbench, values: Values, variations: Iterable[Values]) -> list[Case]:
    return bench.cases_of({**bench.settings({}), **values}, variations)


def _heard(made: Emulation, fires: Fires) -> dict[int, Intervals]:
    """Return when each column's FIRE is high, for its neighbours to hear."""
    bench, high = FlatCluster(made.task, {}), float(made.values["VDDIO"])
    edges = [bench.edge_time(period, made.values) for period in range(len(made.task.stimuli))]
    each = {column: [period for period, at in fires if at == column] for column in range(made.task.columns)}
    return {column: fire_intervals(made.shared, periods, edges, high) for column, periods in each.items()}


def disagreement(made: Emulation, reference: pd.DataFrame, column: int) -> float:
    """Return how far a column is from the same in another deck: RMS of VINTEG over its swing, in the first event."""
    start = FlatCluster(made.task, {}).edge_time(made.task.first_event, made.values)
    name, stop = f"vinteg{column}", start + T_ACTIVE
    swing = reference.loc[start:stop, name]
    gap = rms_difference(made.columns[column][name], reference[name], start, stop)
    return gap / float(swing.max() - swing.min())


def _compare(made: Emulation, check: pd.DataFrame) -> float:
    """Return how far the check's columns are from the same by themselves: RMS of VINTEG over its swing, the worst.

    Raises:
        HarnessError: farther than AGREEMENT, or another FIRE in the first event.
    """
    bench = References(made.task, Drive({}, {}))
    edge = bench.edge_time(made.task.first_event, made.values)
    worst, half = 0.0, float(made.values["VDDIO"]) / 2
    for column in bench.standing({**made.values, "LOAD": EXTREMES}):
        worst = max(worst, disagreement(made, check, column))
        fired = [value_at(frame[f"fire{column}"], edge + T_SEEN) > half for frame in (made.columns[column], check)]
        if worst > AGREEMENT or fired[0] != fired[1]:
            raise HarnessError(
                f"column {column} by itself is {worst:.2%} of its swing from the same column in one deck with the "
                "shared part, or fires otherwise; the parts load each other too much: run it with --flat."
            )
    return worst


def _energy(frame: pd.DataFrame, supplies: Iterable[str], values: Values) -> dict[str, float]:
    """Return what each supply of one part has delivered (J)."""
    time = frame.index.to_numpy(dtype=float)
    volts = {supply: float(values["VDDIO" if supply.startswith("vddio") else "VDD"]) for supply in supplies}
    return {
        supply: -level * float(np.trapezoid(frame[f"i(v{supply})"].to_numpy(dtype=float), time))
        for supply, level in volts.items()
    }


def decision_table(made: Emulation) -> pd.DataFrame:
    """Return every decision beside the ideal one, given what the circuit had done before.

    Columns: period, neuron, state, start and sum in steps, exact (an answer of whole numbers), ideal and fire (0 or 1),
    agrees, vinteg (V, held). A FIRE of a neuron that had nothing to decide is a row of its own, without a sum.
    """
    bench, fires = FlatCluster(made.task, {}), made.fires
    decisions = ideal_decisions(made.task.sums(), steps_of(made.values), fires)
    rows: list[tuple[Any, ...]] = [
        (d.period, d.neuron, f"{d.state.baseline}{d.state.since or ''}", d.start, d.sum, d.exact, int(d.fires))
        for d in decisions
    ]
    asked = {(d.period, d.neuron) for d in decisions}
    rows += [(*place, "absolute", np.nan, np.nan, True, 0) for place in sorted(fires - asked)]
    table = pd.DataFrame(rows, columns=["period", "neuron", "state", "start", "sum", "exact", "ideal"])
    places = list(zip(table["period"], table["neuron"], strict=True))
    table["fire"] = [int(place in fires) for place in places]
    table["agrees"] = table["ideal"] == table["fire"]
    held = [(bench.edge_time(period, made.values) + T_SEEN, neuron) for period, neuron in places]
    table["vinteg"] = [value_at(made.columns[neuron][f"vinteg{neuron}"], time) for time, neuron in held]
    return table.sort_values(["period", "neuron"], ignore_index=True)
