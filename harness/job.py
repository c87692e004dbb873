"""One case as one run: its deck rendered, started from a known point, made or taken from the store."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from harness.analysis import RAW_NAME, Analysis, OperatingPoint, Transient, complete_deck
from harness.chip import Chip
from harness.circuit import leaf_devices
from harness.errors import HarnessError
from harness.ngspice import DECK_NAME, RunFailure, Stop, ngspice_version, run_deck
from harness.render import TESTBENCHES, Conditions, DeckBuilder
from harness.store import Store, StoredRun, run_key
from harness.stress import Stress, worst_stress
from harness.testbench import Case, Testbench, Values, conditions

EVERY_NODE: tuple[str, ...] = ("*",)
COARSEST_CHARGE = 1e-14  # C; with more the trapezoidal rule rings by tenths of a volt inside gates: no stress is read
START_LIMIT_S = 60.0  # wall limit of one try at an operating point; a good one takes a tenth of it
_start_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


@dataclass(frozen=True)
class Job:
    """One run to make: its netlist and analysis, what to keep of it, and where it starts from."""

    name: str
    circuit: str
    analysis: Analysis
    signals: tuple[str, ...]
    key: str
    folder: Path
    timeout_s: float
    silicon: Conditions
    start: "Job | None" = None


@dataclass(frozen=True)
class CaseRun:
    """What became of one case: waveforms, or a failure sentence with the folder that reproduces it."""

    case: Case
    waveforms: pd.DataFrame | None
    stored: bool = False
    failure: str = ""
    wall_seconds: float = 0.0
    stress: Mapping[str, Stress] = field(default_factory=dict)
    key: str = ""


def prepare(bench: Testbench, case: Case, store: Store, tight: bool = False) -> Job:
    """Render a case into a job.

    ``tight`` reruns it at a tenth of reltol and half the maximum step. Where the testbench names a start, Newton starts
    at that operating point: nominal silicon's, so that no case depends on what ran before it. A drawn chip is too far
    from it, and starts at its own.

    Raises:
        HarnessError: a template, size or model file is wrong or missing.
    """
    analysis = bench.analysis(case.values)
    signals, chip = bench.signals(case.values), bench.chip(case.values)
    start_values = case.values if chip else bench.start(case.values)
    start = None
    if start_values:
        start = _job(bench, "start", start_values, OperatingPoint(), EVERY_NODE, store, chip=chip)
    return _job(bench, case.id, case.values, analysis.tightened() if tight else analysis, signals, store, start, chip)


def _job(
    bench: Testbench, name: str, values: Values, analysis: Analysis, signals: tuple[str, ...], store: Store,
    start: Job | None = None, chip: Chip | None = None,
) -> Job:  # fmt: skip
    silicon, body = _circuit(bench, tuple(sorted(values.items())), chip)
    circuit = f"* {bench.name} {name}\n{body}"
    models = [path for path, _ in silicon.technology.library_files(silicon.corner)]
    started = f"* starts from {start.key}\n" if start else ""
    key = run_key(started + complete_deck(circuit, analysis), models, ngspice_version(), signals)
    folder = store.folder(bench.name, name, key)
    return Job(name, circuit, analysis, signals, key, folder, bench.timeout_s, silicon, start)


@lru_cache(maxsize=128)
def _circuit(bench: Testbench, items: tuple[tuple[str, Any], ...], chip: Chip | None) -> tuple[Conditions, str]:
    """Render the netlist of a testbench at these values, without its title; cases share starts, and both solvers it."""
    values = dict(items)
    silicon = conditions(values)
    template, deck_values = bench.deck(values)
    deck = DeckBuilder(silicon).deck(bench.name, TESTBENCHES / template, deck_values)
    return silicon, (chip.deck(deck, silicon.technology) if chip else deck).partition("\n")[2]


def execute(case: Case, job: Job, store: Store, stop: Stop) -> CaseRun:
    """Return the stored run of this case, or make it unless ``stop`` ends it."""
    found = stored(case, job, store)
    if found is not None:
        return found
    run = _make(case, job, store, stop)
    return CaseRun(case, None, failure=run) if isinstance(run, str) else _case_run(case, job, run, cached=False)


def stored(case: Case, job: Job, store: Store) -> CaseRun | None:
    """Return the stored run of this case, if there is one."""
    run = store.load(job.folder, job.key)
    return None if run is None else _case_run(case, job, run, cached=True)


def _case_run(case: Case, job: Job, run: StoredRun, cached: bool) -> CaseRun:
    stress = {limit: Stress(**facts) for limit, facts in run.record["stress"].items()}
    return CaseRun(case, run.waveforms, cached, "", run.record["wall_seconds"], stress, job.key)


def _make(case: Case, job: Job, store: Store, stop: Stop) -> StoredRun | str:
    """Simulate and keep a job; return the stored run, or a sentence on why there is none."""
    guesses: list[str] = []
    if job.start is not None:
        point = _start_point(case, job.start, store, stop)
        if isinstance(point, str):
            return point
        guesses = [f".nodeset v({node})={volts!r}" for node, volts in point.items()]
    with store.workplace(job.folder) as place:
        needed = () if job.signals == EVERY_NODE else job.signals
        rungs = job.analysis.rungs() if isinstance(job.analysis, OperatingPoint) else (job.analysis,)
        for rung, analysis in enumerate(rungs):  # noqa: B007 - the rung that worked is recorded
            deck = complete_deck("\n".join([job.circuit, *guesses]), analysis)
            (place / DECK_NAME).write_text(deck, encoding="utf-8")
            limit = START_LIMIT_S if len(rungs) > 1 else job.timeout_s
            outcome = run_deck(place, analysis, limit, needed, stop)
            (place / RAW_NAME).unlink(missing_ok=True)
            if outcome.frame is not None:
                break
        if outcome.frame is None:
            assert outcome.failure is not None
            return _failure_sentence(case, job, outcome.failure, store.keep_failure(place, job.folder))
        record = {
            "key": job.key,
            "testbench": case.testbench,
            "case": job.name,
            "values": dict(case.values),
            "ngspice": ngspice_version(),
            "rung": rung,
            "wall_seconds": outcome.wall_seconds,
            "stress": {limit: asdict(facts) for limit, facts in _stress(job, deck, outcome.frame).items()},
        }
        return store.keep(place, job.folder, kept_columns(outcome.frame, job.signals), record)


def _start_point(case: Case, job: Job, store: Store, stop: Stop) -> dict[str, float] | str:
    """Return node -> V of a start's operating point, made once however many workers ask; or why there is none."""
    with _start_locks[job.key]:
        run = store.load(job.folder, job.key) or _make(case, job, store, stop)
    if isinstance(run, str):
        return run
    row = run.waveforms.iloc[0]
    return {str(node): float(volts) for node, volts in row.items() if not str(node).startswith("i(")}


def nominal_point(bench: Testbench, case: Case, store: Store) -> dict[str, float]:
    """Return node -> V of the operating point that every sample of a case starts from.

    It is the one that the testbench names as start, or the case's own circuit's with nothing varied.

    Raises:
        HarnessError: the nominal circuit has no operating point.
    """
    job = _job(bench, "start", bench.start(case.values) or case.values, OperatingPoint(), EVERY_NODE, store)
    point = _start_point(case, job, store, Stop())
    if isinstance(point, str):
        raise HarnessError(point)
    return point


def _failure_sentence(case: Case, job: Job, failure: RunFailure, folder: Path) -> str:
    return (
        f"{case.testbench} {job.name}: {failure.kind}: {failure.message}; "
        f"rerun it with: cd '{folder}' && ngspice -n -b {DECK_NAME}"
    )


def _stress(job: Job, deck: str, frame: pd.DataFrame) -> dict[str, Stress]:
    if not isinstance(job.analysis, Transient):
        return {}
    solver = job.analysis.solver
    if solver.method == "trap" and solver.chgtol > COARSEST_CHARGE:
        return {}
    return worst_stress(frame, leaf_devices(deck), job.silicon.technology)


def kept_columns(frame: pd.DataFrame, signals: tuple[str, ...]) -> pd.DataFrame:
    """Return what is kept of a run: the named columns, complex ones as ``.re`` and ``.im``."""
    kept = frame if signals == EVERY_NODE else frame[list(signals)].copy()
    if kept.to_numpy().dtype.kind == "c":  # parquet has no complex numbers
        parts = {}
        for name in kept.columns:
            parts[f"{name}.re"], parts[f"{name}.im"] = kept[name].to_numpy().real, kept[name].to_numpy().imag
        kept = pd.DataFrame(parts, index=kept.index)
    return kept
