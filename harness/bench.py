"""How long things take, beside a reference deck run in the same minute, so that another machine can compare."""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.analysis import Transient, complete_deck
from harness.errors import HarnessError
from harness.golden import Verdict, compare, sample
from harness.job import CaseRun, execute, nominal_point, prepare
from harness.mtj import load_mtj_set
from harness.ngspice import DECK_NAME, Stop, run_deck
from harness.registry import find_testbench
from harness.render import TESTBENCHES, Conditions, DeckBuilder
from harness.store import Store
from harness.stress import Stress
from harness.technology import PROJECT, load_technology
from harness.testbench import Testbench

RING_STAGES, RING_STOP, RING_STEP = 31, 20e-9, 10e-12
RING_REPEATS = 3


@dataclass(frozen=True)
class Timing:
    """One thing timed: wall and CPU seconds, CPU seconds of the ring in the same minute, and what is asked of it."""

    subject: str
    wall_seconds: float
    cpu_seconds: float
    ring_seconds: float
    must_seconds: float
    aim_seconds: float
    by_cpu: bool = False  # a single simulation is judged by its CPU time, what a user waits for by the wall

    @property
    def status(self) -> str:
        """PASS, AIM or FAIL."""
        seconds = self.cpu_seconds if self.by_cpu else self.wall_seconds
        if seconds > self.must_seconds:
            return "FAIL"
        return "AIM" if seconds <= self.aim_seconds else "PASS"


def ring_seconds() -> float:
    """Return the median CPU seconds of the reference deck: a ring of 31 inverters for 20 ns, at least 2000 points."""
    conditions = Conditions(load_technology("fdsoi28"), load_mtj_set("10k20k"))
    circuit = DeckBuilder(conditions).deck("reference ring", TESTBENCHES / "ring.cir.j2", {"stages": RING_STAGES})
    analysis = Transient(RING_STOP, RING_STEP)
    spent = []
    for _ in range(RING_REPEATS):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / DECK_NAME).write_text(complete_deck(circuit, analysis), encoding="utf-8")
            before = children_cpu()
            outcome = run_deck(folder, analysis, 300.0)
            if outcome.failure:
                raise HarnessError(f"the reference ring failed: {outcome.failure.message}.")
            spent.append(children_cpu() - before)
    return statistics.median(spent)


def time_command(subject: str, command: Sequence[str], must: float, aim: float) -> Timing:
    """Time a command, the whole process with its children.

    Raises:
        HarnessError: the command failed; a failed run's time means nothing.
    """
    ring = ring_seconds()
    started, before = time.monotonic(), children_cpu()
    process = subprocess.run(
        command, cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    wall, cpu = time.monotonic() - started, children_cpu() - before
    if process.returncode:
        last = (process.stderr or process.stdout).strip().splitlines()[-1:]
        raise HarnessError(f"{subject} failed, so it is not timed: {' '.join(last)}")
    return Timing(subject, wall, cpu, ring, must, aim)


@dataclass(frozen=True)
class Event:
    """One neuron's event at one setting of the solver: what it took, and what it moved.

    ``verdicts`` hold it against the first setting's waveforms by the golden rule; the first has none.
    """

    timing: Timing
    points: int
    verdicts: tuple[Verdict, ...]
    stress: Mapping[str, Stress]


def measure_event() -> list[Event]:
    """Time one neuron through one period of GCLK with a stimulus, at each of the solver settings that it names.

    Raises:
        HarnessError: a run failed.
    """
    bench = find_testbench("one_event")
    golden, known = bench.goldens[0], None
    events: list[Event] = []
    with tempfile.TemporaryDirectory() as place:
        store = Store(Path(place))
        for name, changed in bench.changes().items():
            timing, run = _timed_event(name, changed, store)
            assert run.waveforms is not None
            verdicts = tuple(compare(golden, known, run.waveforms)) if known else ()
            known = known or sample(golden, run.waveforms, {})
            events.append(Event(timing, len(run.waveforms), verdicts, run.stress))
    return events


def time_event() -> Timing:
    """Time one neuron through one period of GCLK with a stimulus, as its testbench runs it.

    Raises:
        HarnessError: it failed.
    """
    with tempfile.TemporaryDirectory() as place:
        return _timed_event("one neuron, one event", find_testbench("one_event"), Store(Path(place)))[0]


def _timed_event(name: str, bench: Testbench, store: Store) -> tuple[Timing, CaseRun]:
    """Time the simulation alone, from a known operating point."""
    case = bench.cases(bench.settings({}))[0]
    nominal_point(bench, case, store)
    ring = ring_seconds()
    started, before = time.monotonic(), children_cpu()
    run = execute(case, prepare(bench, case, store), store, Stop())
    wall, cpu = time.monotonic() - started, children_cpu() - before
    if run.failure:
        raise HarnessError(f"{name} failed, so it is not timed: {run.failure}")
    return Timing(name, wall, cpu, ring, 15, 4, by_cpu=True), run


def measure_all(whole: bool) -> list[Timing]:
    """Time the figures cold and warm in an empty results folder, the tests, and with ``whole`` the scoreboard too."""
    spintegrate = [sys.executable, "-m", "harness.cli"]
    (PROJECT / "results").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PROJECT / "results", prefix=".bench-") as place:
        figures = [*spintegrate, "figures", "--results", place]
        scoreboard = [*spintegrate, "scoreboard", "--results", place]
        timings = [
            time_command("make figures, cold", figures, 20 * 60, 8 * 60),
            time_command("make figures, warm", figures, 15, 5),
            time_command("make test", [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadfile"], 360, 180),
        ]
        if whole:
            timings += [
                time_command("make scoreboard, after the figures", scoreboard, 3600, 1200),
                time_command("make scoreboard, warm", scoreboard, 15, 5),
            ]
    return [*timings, time_event()]


def children_cpu() -> float:
    """Return the CPU seconds of every process that this one has started and that has ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
