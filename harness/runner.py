"""Run a testbench's cases on all cores, take what is already stored, and collect waveforms and measures."""

import contextlib
import itertools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import pandas as pd

from harness.errors import HarnessError
from harness.job import CaseRun, Job, execute, prepare, stored
from harness.ngspice import Stop
from harness.store import Store
from harness.technology import PROJECT
from harness.testbench import Case, Results, Testbench

RUNS = PROJECT / "results" / "runs"


Progress = Callable[[CaseRun], None]


def no_progress(run: CaseRun) -> None:
    """Take no notice."""


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
    return _run_jobs([(case, prepare(bench, case, store, tight)) for case in cases], store, jobs, progress)


def run_together(
    work: Iterable[tuple[Testbench, Iterable[Case]]], store: Store, jobs: int | None = None,
    progress: Progress = no_progress,
) -> dict[str, list[CaseRun]]:  # fmt: skip
    """Run cases of several testbenches on the same workers; return the runs of each, by its name, in case order.

    A testbench whose cases cannot be prepared is left out: it says so in its turn.

    Raises:
        HarnessError: the disk is full.
    """
    prepared: dict[str, list[tuple[Case, Job]]] = {}
    for bench, cases in work:
        with contextlib.suppress(Exception):
            prepared[bench.name] = [(case, prepare(bench, case, store)) for case in cases]
    runs = iter(_run_jobs([each for own in prepared.values() for each in own], store, jobs, progress))
    return {name: list(itertools.islice(runs, len(own))) for name, own in prepared.items()}


def _run_jobs(
    prepared: Sequence[tuple[Case, Job]], store: Store, jobs: int | None, progress: Progress
) -> list[CaseRun]:
    """Run jobs on ``jobs`` workers and return their runs, in order."""
    stop = Stop()
    pool = ThreadPoolExecutor(max_workers=jobs or os.cpu_count() or 1)
    try:
        futures = [pool.submit(execute, case, job, store, stop) for case, job in prepared]
        pending: set[Future[CaseRun]] = set(futures)
        while pending:
            # Without a timeout, a Ctrl-C that comes just before the wait is seen only after it.
            finished, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in finished:
                progress(future.result())
    except BaseException:  # Ctrl-C too: the unfinished runs end at once, the finished ones are stored
        stop.now()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()
    return [future.result() for future in futures]


def stored_runs(bench: Testbench, cases: Iterable[Case], store: Store) -> list[CaseRun]:
    """Return those of the cases whose run is stored, without simulating."""
    prepared = [(case, prepare(bench, case, store)) for case in cases]
    return [found for case, job in prepared if (found := stored(case, job, store)) is not None]


def collect(bench: Testbench, settings: Mapping[str, Any], runs: list[CaseRun]) -> Results:
    """Measure every run and return waveforms and the tidy table.

    Raises:
        HarnessError: a run failed, or nothing was measured: nothing passes while something is missing.
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
    if not rows:
        raise HarnessError(f"{bench.name} measured nothing in its {len(runs)} runs; it needs a reading.")
    stress = {run.case.id: {worst.limit: worst.volts for worst in run.stress.values()} for run in runs}
    return Results([run.case for run in runs], waveforms, pd.DataFrame(rows), settings, stress)


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
