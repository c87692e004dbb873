"""Run a testbench's cases on all cores, take what is already stored, and collect waveforms and measures."""

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from harness.analysis import RAW_NAME, Analysis, Transient, complete_deck
from harness.circuit import leaf_devices
from harness.errors import HarnessError
from harness.ngspice import DECK_NAME, ngspice_version, run_deck
from harness.render import TESTBENCHES, DeckBuilder
from harness.store import Store, run_key
from harness.stress import Stress, worst_stress
from harness.technology import PROJECT
from harness.testbench import Case, Results, Testbench, conditions

RUNS = PROJECT / "results" / "runs"


@dataclass(frozen=True)
class Job:
    """One run to make: its case, whole deck, and what to keep of it."""

    case: Case
    deck: str
    analysis: Analysis
    signals: tuple[str, ...]
    key: str
    folder: Path


@dataclass(frozen=True)
class CaseRun:
    """What became of one case: waveforms, or a failure sentence with the folder that reproduces it."""

    case: Case
    waveforms: pd.DataFrame | None
    stored: bool = False
    failure: str = ""
    wall_seconds: float = 0.0
    stress: Mapping[str, Stress] = field(default_factory=dict)


Progress = Callable[[CaseRun], None]


def no_progress(run: CaseRun) -> None:
    """Take no notice."""


def prepare(bench: Testbench, case: Case, store: Store, tight: bool = False) -> Job:
    """Render a case into a job.

    ``tight`` reruns it at a tenth of reltol and half the maximum step.

    Raises:
        HarnessError: a template, size or model file is wrong or missing.
    """
    silicon = conditions(case.values)
    template, values = bench.deck(case.values)
    circuit = DeckBuilder(silicon).deck(f"{bench.name} {case.id}", TESTBENCHES / template, values)
    analysis = bench.analysis(case.values)
    if tight:
        analysis = analysis.tightened()
    deck = complete_deck(circuit, analysis)
    signals = bench.signals(case.values)
    models = [path for path, _ in silicon.technology.library_files(silicon.corner)]
    key = run_key(deck, models, ngspice_version(), signals)
    return Job(case, deck, analysis, signals, key, store.folder(bench.name, case.id, key))


def execute(job: Job, bench: Testbench, store: Store) -> CaseRun:
    """Return the stored run of this job, or make it."""
    stored = store.load(job.folder, job.key)
    if stored is not None:
        stress = {limit: Stress(**facts) for limit, facts in stored.record["stress"].items()}
        return CaseRun(job.case, stored.waveforms, True, wall_seconds=stored.record["wall_seconds"], stress=stress)
    with store.workplace(job.folder) as place:
        (place / DECK_NAME).write_text(job.deck, encoding="utf-8")
        outcome = run_deck(place, job.analysis, bench.timeout_s, job.signals)
        if outcome.frame is None:
            assert outcome.failure is not None
            (place / RAW_NAME).unlink(missing_ok=True)
            folder = store.keep_failure(place, job.folder)
            sentence = (
                f"{bench.name} {job.case.id}: {outcome.failure.kind}: {outcome.failure.message}; "
                f"rerun it with: cd '{folder}' && ngspice -n -b {DECK_NAME}"
            )
            return CaseRun(job.case, None, failure=sentence, wall_seconds=outcome.wall_seconds)
        stress = _stress(job, outcome.frame)
        record = {
            "key": job.key,
            "testbench": bench.name,
            "case": job.case.id,
            "values": dict(job.case.values),
            "ngspice": ngspice_version(),
            "wall_seconds": outcome.wall_seconds,
            "stress": {limit: asdict(facts) for limit, facts in stress.items()},
        }
        (place / RAW_NAME).unlink()
        waveforms = _kept(outcome.frame, job.signals)
        store.keep(place, job.folder, waveforms, record)
        return CaseRun(job.case, waveforms, wall_seconds=outcome.wall_seconds, stress=stress)


def run_cases(
    bench: Testbench,
    cases: Iterable[Case],
    store: Store,
    jobs: int | None = None,
    tight: bool = False,
    progress: Progress = no_progress,
) -> list[CaseRun]:
    """Run cases on ``jobs`` workers (default: every core, one thread a process), in case order.

    Finished runs stay stored whatever happens to the others; a failed one is a CaseRun with its sentence.

    Raises:
        HarnessError: no case can be prepared, or the disk is full.
    """
    prepared = [prepare(bench, case, store, tight) for case in cases]
    done: dict[str, CaseRun] = {}
    pool = ThreadPoolExecutor(max_workers=jobs or os.cpu_count() or 1)
    try:
        pending: set[Future[CaseRun]] = {pool.submit(execute, job, bench, store) for job in prepared}
        while pending:
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                run = future.result()
                done[run.case.id] = run
                progress(run)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return [done[job.case.id] for job in prepared]


def collect(bench: Testbench, settings: Mapping[str, Any], runs: list[CaseRun]) -> Results:
    """Measure every run and return waveforms and the tidy table.

    Raises:
        HarnessError: a run failed: nothing passes while one is missing.
    """
    failures = [run.failure for run in runs if run.waveforms is None]
    if failures:
        raise HarnessError(f"{len(failures)} of {len(runs)} runs of {bench.name} failed; the first: {failures[0]}")
    rows = []
    waveforms = {}
    for run in runs:
        assert run.waveforms is not None
        waveforms[run.case.id] = run.waveforms
        varied = {name: run.case.values[name] for name in run.case.varied}
        for reading in bench.measure(run.case.values, run.waveforms):
            where = {"case": run.case.id, **varied, **reading.at}
            rows.append({**where, "measure": reading.measure, "value": float(reading.value), "unit": reading.unit})
    return Results([run.case for run in runs], waveforms, pd.DataFrame(rows), settings)


def run_testbench(
    bench: Testbench,
    assignments: Mapping[str, str | float] | None = None,
    jobs: int | None = None,
    tight: bool = False,
    progress: Progress = no_progress,
    store: Store | None = None,
) -> Results:
    """Run every case of a testbench and return its results, as ``spintegrate run`` does.

    ``assignments`` sets parameters by name: ``{"VREAD_AMP": "45m", "TEMP": 85}``.

    Raises:
        HarnessError: bad input, or a run failed.
    """
    settings = bench.settings(assignments or {})
    runs = run_cases(bench, bench.cases(settings), store or Store(RUNS), jobs, tight, progress)
    return collect(bench, settings, runs)


def _stress(job: Job, frame: pd.DataFrame) -> dict[str, Stress]:
    if not isinstance(job.analysis, Transient):
        return {}
    return worst_stress(frame, leaf_devices(job.deck), conditions(job.case.values).technology)


def _kept(frame: pd.DataFrame, signals: tuple[str, ...]) -> pd.DataFrame:
    kept = frame[list(signals)].copy()
    if kept.to_numpy().dtype.kind == "c":  # parquet has no complex numbers
        parts = {}
        for name in kept.columns:
            parts[f"{name}.re"], parts[f"{name}.im"] = kept[name].to_numpy().real, kept[name].to_numpy().imag
        kept = pd.DataFrame(parts, index=kept.index)
    return kept
