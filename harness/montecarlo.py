"""Run a study on several processes, keep every finished sample, and stop when enough is known.

The result depends on the study alone: not on the number of workers, on the order in which they finish, or on how
often the run was killed before.
"""

import itertools
import os
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.job import kept_columns
from harness.journal import Journal, write_atomically
from harness.ngspice import DECK_NAME, LOG_NAME, RunFailure, ngspice_library
from harness.pool import Judged, WorkerProcess
from harness.samples import StudyResult, make_result
from harness.statistics import samples_for
from harness.store import case_folder
from harness.study import RUNGS, Plan, Rung, SampledCase

GOOD = "ok"
PASSING = ("timeout", "crash")  # what another moment may not repeat: the same command tries these again
_HOPELESS = (*PASSING, "parse", "missing-vector")  # no rung of the ladder helps
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class SampleRun:
    """One run of one case of one sample, judged but not yet measured."""

    sample: int
    case: SampledCase
    rung: Rung
    judged: Judged
    circuit: str


Progress = Callable[[Mapping[str, Any], bool], None]


def no_progress(record: Mapping[str, Any], known: bool) -> None:
    """Take no notice."""


def run_study(plan: Plan, folder: Path, jobs: int | None = None, progress: Progress = no_progress) -> StudyResult:
    """Run what the folder's journal does not have yet, and return the whole study.

    ``progress`` gets each record, and whether it was there before.

    Raises:
        HarnessError: another run works in the folder, or the disk is full; what is finished stays.
        MissingToolError: a sample must be run, and ngspice's library is not installed.
    """
    with Journal(folder, plan.key) as journal:
        ledger = Ledger(plan)
        for record in journal.records:
            if record["status"] not in PASSING:
                ledger.add(record)
        for record in ledger.records():
            progress(record, True)
        todo = [task for task in plan.tasks if not ledger.knows(*task)]
        if todo and ledger.enough() is None:
            ngspice_library()  # said once here, and not by every process as a crash
            with Crew(plan, todo, jobs or os.cpu_count() or 1) as crew:
                for run in crew:
                    record = _record(plan, run, folder)
                    journal.append(record)
                    ledger.add(record)
                    progress(record, False)
                    if ledger.enough() is not None:
                        break
        return make_result(plan, ledger.records(ledger.enough()), folder)


class Ledger:
    """The finished samples of a study, and whether they are enough."""

    def __init__(self, plan: Plan) -> None:
        """Begin without any."""
        self._plan = plan
        self._records: dict[tuple[int, str], dict[str, Any]] = {}
        self._order = {sampled.case.id: plan.wanted(sampled.case) for sampled in plan.cases}  # case: its samples
        share = plan.study.sigma_share
        self._needed = samples_for(share) if share is not None else None
        self._whole = 0  # samples from the first on, all of whose cases are finished
        self._good: dict[str, int] = {}
        self._enough: int | None = None

    def add(self, record: Mapping[str, Any]) -> None:
        """Take a record; of two for one run the later counts.

        Raises:
            HarnessError: it has readings, and not the one that the study is to stop by.
        """
        if record["sample"] >= self._order.get(record["case"], 0):
            return
        asked, found = self._plan.study.measure, sorted({str(reading[0]) for reading in record["readings"]})
        if asked and found and asked not in found:
            raise HarnessError(f"{self._plan.bench.name} measures no {asked!r}; it measures {', '.join(found)}.")
        self._records[record["sample"], record["case"]] = dict(record)
        while self._enough is None and all((self._whole, case) in self._records for case in self._asked()):
            self._count(self._whole)
            self._whole += 1
            if self._whole == self._plan.study.n or self._settled():
                self._enough = self._whole

    def knows(self, sample: int, case: SampledCase) -> bool:
        """Tell whether this run is finished."""
        return (sample, case.case.id) in self._records

    def enough(self) -> int | None:
        """Return how many samples make the study: all, or the first so many that satisfy its stop rule."""
        return self._enough

    def records(self, count: int | None = None) -> list[dict[str, Any]]:
        """Return the records of the first ``count`` samples, by sample and case."""
        last = self._plan.study.n if count is None else count
        pairs = itertools.product(range(last), self._order)
        return [self._records[pair] for pair in pairs if pair in self._records]

    def _asked(self) -> Iterator[str]:
        """Yield the cases that the next sample has."""
        return (case for case, wanted in self._order.items() if self._whole < wanted)

    def _count(self, sample: int) -> None:
        for case in self._asked():
            for measure, value, _, where in self._records[sample, case]["readings"]:
                if self._plan.study.measure in ("", measure):
                    name = f"{case} {measure} {where}"
                    self._good[name] = self._good.get(name, 0) + (value == value)

    def _settled(self) -> bool:
        return self._needed is not None and min(self._good.values(), default=0) >= self._needed


class Crew:
    """Threads that each keep one simulating process busy; iterate over it for the runs as they finish."""

    def __init__(self, plan: Plan, todo: list[tuple[int, SampledCase]], jobs: int) -> None:
        """Prepare for these runs."""
        self._plan = plan
        self._todo = todo
        self._decks: queue.Queue[tuple[int, SampledCase, str, str] | None] = queue.Queue(maxsize=jobs)
        self._finished: queue.Queue[SampleRun | BaseException] = queue.Queue()
        self._stop = threading.Event()
        self._workers = [WorkerProcess() for _ in range(min(jobs, len(todo)))]
        self._threads = [threading.Thread(target=self._guard, args=(self._write_decks,), daemon=True)]
        self._threads += [
            threading.Thread(target=self._guard, args=(self._simulate, worker), daemon=True) for worker in self._workers
        ]

    def __enter__(self) -> "Crew":
        """Start."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End every process, whatever it is doing."""
        self._stop.set()
        for worker in self._workers:
            worker.close()
        for thread in self._threads:
            thread.join()
        for worker in self._workers:  # one may have been starting at that moment
            worker.close()

    def __iter__(self) -> Iterator[SampleRun]:
        """Yield each finished run.

        Raises:
            HarnessError: a deck cannot be written, or no process can be started.
        """
        for _ in self._todo:
            found = self._finished.get()
            if isinstance(found, BaseException):
                raise found
            yield found

    def _guard(self, work: Callable[..., None], *arguments: Any) -> None:  # noqa: ANN401 - passed on as they are
        try:
            work(*arguments)
        except BaseException as error:  # noqa: BLE001 - raised again where the results are read
            self._finished.put(error)

    def _write_decks(self) -> None:
        """Write decks while the processes simulate, so that none of them waits for its next."""
        for sample, cases in itertools.groupby(self._todo, key=lambda task: task[0]):
            normals = self._plan.named_normals(sample)
            for _, case in cases:
                circuit = case.circuit(normals)
                if not self._hand_over((sample, case, circuit, case.deck(circuit))):
                    return
        for _ in self._workers:
            self._hand_over(None)

    def _hand_over(self, item: tuple[int, SampledCase, str, str] | None) -> bool:
        while not self._stop.is_set():
            try:
                self._decks.put(item, timeout=_LOOK_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    def _simulate(self, worker: WorkerProcess) -> None:
        while not self._stop.is_set():
            try:
                item = self._decks.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if item is None:
                break
            run = climb(self._plan, *item, worker)
            if not self._stop.is_set():
                self._finished.put(run)
        worker.close()


def climb(plan: Plan, sample: int, case: SampledCase, circuit: str, deck: str, worker: WorkerProcess) -> SampleRun:
    """Run one sample, and where it finds no solution the further rungs in turn.

    Return the first good run, or else the first: its failure is the one of the testbench's own question. A rung that
    a timeout or a crash ends is returned as it is: another moment may let it find the solution.
    """
    judged = worker.run(deck, case.analysis, case.signals, plan.timeout_s)
    first = SampleRun(sample, case, RUNGS[0], judged, circuit)
    failure = judged.outcome.failure
    if failure is None or failure.kind in _HOPELESS:
        return first
    normals = plan.named_normals(sample)
    for rung in RUNGS[1:]:
        circuit = case.circuit(normals, rung)
        judged = worker.run(case.deck(circuit, rung), rung.analysis(case.analysis), case.signals, plan.timeout_s)
        failure = judged.outcome.failure
        if failure is None or failure.kind in PASSING:
            return SampleRun(sample, case, rung, judged, circuit)
    return first


def _record(plan: Plan, run: SampleRun, folder: Path) -> dict[str, Any]:
    """Measure a run and return what the journal keeps of it."""
    outcome, case = run.judged.outcome, run.case.case
    record: dict[str, Any] = {
        "sample": run.sample, "case": case.id, "status": GOOD, "rung": "", "readings": [], "message": "",
        "wall": outcome.wall_seconds, "busy": run.judged.busy_seconds, "solver": run.judged.solver_seconds,
        "worker": run.judged.worker, "memory": run.judged.memory,
    }  # fmt: skip
    failure = outcome.failure
    if outcome.frame is not None:
        record["rung"] = run.rung.name
        try:
            record["readings"] = measured(plan, run)
        except HarnessError as error:
            failure = RunFailure("measure", str(error), "")
    if failure is not None:
        place = _keep_failure(run, failure, folder)
        again = f"run it alone with: cd '{place}' && ngspice -n -b {DECK_NAME}"
        record |= {"status": failure.kind, "message": f"sample {run.sample} {case.id}: {failure.message}; {again}"}
    return record


def measured(plan: Plan, run: SampleRun) -> list[list[Any]]:
    """Return [measure, value, unit, columns] of each reading of a good run."""
    frame = run.judged.outcome.frame
    assert frame is not None
    kept = kept_columns(frame, run.case.signals)
    readings = plan.bench.measure(run.case.case.values, kept)
    return [[reading.measure, float(reading.value), reading.unit, dict(reading.at)] for reading in readings]


def _keep_failure(run: SampleRun, failure: RunFailure, folder: Path) -> Path:
    place = folder / "failed" / f"{run.sample},{case_folder(run.case.case.id)}"
    place.mkdir(parents=True, exist_ok=True)
    write_atomically(place / DECK_NAME, run.case.deck_for_hand(run.circuit, run.rung).encode())
    write_atomically(place / LOG_NAME, failure.log_tail.encode())
    return place
