"""The run engine against everything that can go wrong, played by a stub program in ngspice's place."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness import ngspice
from harness.analysis import RAW_NAME, Frequency, Noise, OperatingPoint, Solver, Sweep, Transient, complete_deck
from harness.errors import HarnessError, MissingToolError
from harness.job import CaseRun
from harness.ngspice import DECK_NAME, LOG_NAME, RunOutcome, data_problem, ngspice_program, ngspice_version, run_deck
from harness.rawfile import write_raw
from harness.runner import collect, run_cases, run_testbench
from harness.store import Store
from harness.study import RUNGS
from harness.testbench import Parameter, Reading, Results, Summary, Testbench, Values

TRANSIENT = Transient(1e-6, 1e-8)
TIME = pd.Index(np.linspace(0, 1e-6, 11), name="time")
GOOD = pd.DataFrame({"a": np.linspace(0, 1, 11), "i(v1)": 0.0}, index=TIME)

# Answers --version as ngspice 39 does; otherwise does what the line in $STUB says, in the run's folder.
STUB = """#!/bin/sh
case "$1" in
--version) echo '** ngspice-39 : Circuit level simulation program' ;;
*) {action}
esac
"""
Stub = Callable[[str], None]


def running(pid: int) -> bool:
    """Return whether a process is there and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_ngspice_lookup: None) -> Stub:
    """Put a program named ngspice, that does ``action``, first on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def install(action: str, script: str = STUB) -> None:
        (folder / "ngspice").write_text(script.replace("{action}", action))
        (folder / "ngspice").chmod(0o755)

    return install


@pytest.fixture
def answer(stub: Stub, tmp_path: Path) -> Callable[..., RunOutcome]:
    """Run a deck with a program that leaves the given frame (or none) as its raw file, and more if asked."""

    def give(frame: pd.DataFrame | None, then: str = "exit 0", needed: tuple[str, ...] = ()) -> RunOutcome:
        place = tmp_path / "run"
        place.mkdir()
        if frame is not None:
            write_raw(tmp_path / "prepared.raw", frame, "prepared")
            then = f"cp '{tmp_path}/prepared.raw' run.raw; {then}"
        stub(then)
        return run_deck(place, TRANSIENT, 10.0, needed)

    return give


def failure(outcome: RunOutcome) -> tuple[str, str]:
    assert outcome.frame is None
    assert outcome.failure is not None
    assert "\n" not in outcome.failure.message
    return outcome.failure.kind, outcome.failure.message


@pytest.mark.parametrize("exit_code", [0, 1, 3])
def test_a_whole_answer_is_good_whatever_the_exit_code(answer: Callable[..., RunOutcome], exit_code: int) -> None:
    outcome = answer(GOOD, f"echo 'Note: something' >&2; exit {exit_code}", ("a", "i(v1)"))
    assert outcome.failure is None
    pd.testing.assert_frame_equal(outcome.frame, GOOD)


@pytest.mark.parametrize(
    ("frame", "then", "kind", "message"),
    [
        (None, "exit 0", "parse", "could not read the netlist"),
        (None, "echo 'Error: unknown subckt: x1 a nosuch'", "parse", "'Error: unknown subckt: x1 a nosuch'"),
        (None, "echo 'doAnalyses: TRAN:  Timestep too small'", "no-convergence", "found no solution"),
        (None, "kill -SEGV $$", "crash", "signal 11"),
        (GOOD.iloc[:7], "exit 0", "truncated", "stops at time = 6e-07 of 1e-06"),
        (GOOD.iloc[:7], "echo 'Timestep too small'", "no-convergence", "stops at time = 6e-07 of 1e-06"),
        (GOOD.iloc[:0], "exit 0", "parse", "no points"),
        (GOOD, "head -c -9 run.raw > t; mv t run.raw", "truncated", "10 of 11 points"),
        (GOOD, "head -c 40 run.raw > t; mv t run.raw", "truncated", "Binary"),
        (GOOD, "sed -i 's/Transient Analysis/constants/' run.raw", "parse", "no points of a plot"),
        (GOOD.replace(0.5, np.nan), "exit 0", "not-finite", "not finite"),
        (GOOD.replace(0.5, np.inf), "exit 0", "not-finite", "not finite"),
        (GOOD.drop(columns="a"), "exit 0", "missing-vector", "no node or branch 'a'"),
        (GOOD, "echo 'Warning: singular matrix:  check node z'", "no-convergence", "singular matrix"),
    ],
)
def test_everything_else_is_a_named_failure(
    answer: Callable[..., RunOutcome], frame: pd.DataFrame | None, then: str, kind: str, message: str
) -> None:
    found = failure(answer(frame, then, ("a",)))
    assert found[0] == kind
    assert message in found[1]


def test_bypass_may_not_find_an_operating_point() -> None:
    log = "Note: Starting true gmin stepping\nNote: True gmin stepping completed"
    bypassing = replace(TRANSIENT, solver=Solver(bypass=True))
    assert data_problem(GOOD, TRANSIENT, ("a",), log) is None
    assert data_problem(GOOD, bypassing, ("a",), "Initial Transient Solution") is None
    problem = data_problem(GOOD, bypassing, ("a",), log)
    assert problem is not None
    assert problem[0] == "no-convergence"
    assert all(not rung.analysis(bypassing).solver.bypass for rung in RUNGS[1:])
    assert RUNGS[0].analysis(bypassing) == bypassing


def test_a_failure_keeps_the_end_of_the_log(answer: Callable[..., RunOutcome], tmp_path: Path) -> None:
    outcome = answer(None, "for n in $(seq 100); do echo line $n; done; echo last words >&2")
    assert outcome.failure is not None
    assert outcome.failure.log_tail.endswith("line 100\nlast words")
    assert "line 50\n" not in outcome.failure.log_tail
    assert "line 50\n" in (tmp_path / "run" / LOG_NAME).read_text()


def test_a_run_that_hangs_is_killed_with_all_that_it_started(stub: Stub, tmp_path: Path) -> None:
    stub("sleep 300 & echo $! $$ > pids; wait")
    started = time.monotonic()
    outcome = run_deck(tmp_path, TRANSIENT, 0.5)
    assert time.monotonic() - started < 5
    assert failure(outcome) == ("timeout", "killed after the wall limit of 0.5 s")
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    assert wait_until(lambda: not any(running(pid) for pid in pids))


def test_one_run_has_one_thread_and_reads_no_spiceinit(stub: Stub, tmp_path: Path) -> None:
    stub('echo "$OMP_THREAD_LIMIT $*" > seen')
    run_deck(tmp_path, TRANSIENT, 5.0)
    assert (tmp_path / "seen").read_text() == f"1 -n -b {DECK_NAME}\n"
    assert "\nset num_threads=1\n" in complete_deck("* deck", TRANSIENT)


def test_a_missing_ngspice_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_ngspice_lookup: None
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for look in (ngspice_program, ngspice_version):
        with pytest.raises(MissingToolError, match="install it with: sudo apt-get install ngspice"):
            look()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("#!/bin/sh\necho hello", "a program that does not say it is ngspice"),
        ("#!/bin/sh\necho '** ngspice-30 : Circuit level simulation program'", "ngspice-30, but ngspice-39 or later"),
        ("#!/bin/sh\nexit 1", "does not say it is ngspice"),
        ("#!/no/such/interpreter\n", "does not run"),
    ],
)
def test_a_foreign_or_old_ngspice_is_refused(stub: Stub, script: str, message: str) -> None:
    stub("", script)
    for look in (ngspice_program, ngspice_version):
        with pytest.raises(MissingToolError, match=message):
            look()


def test_an_ngspice_that_may_not_be_started_is_no_full_disk(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub("exit 0")
    run_deck(tmp_path, TRANSIENT, 5.0)
    closed = tmp_path / "closed"
    closed.write_text("#!/bin/sh\n")
    monkeypatch.setattr(ngspice, "ngspice_program", lambda: str(closed))
    with pytest.raises(HarnessError, match=r"Permission denied \(.*closed\); change its permissions"):
        run_deck(tmp_path, TRANSIENT, 5.0)


def test_a_disk_that_is_full_is_no_truncated_run(
    answer: Callable[..., RunOutcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ngspice, "LEAST_FREE_BYTES", float("inf"))
    with pytest.raises(HarnessError, match="the disk of .* is full; free space there and run again"):
        answer(GOOD, "head -c -9 run.raw > t; mv t run.raw")


def test_a_disk_that_is_nearly_full_does_not_spoil_a_good_run(
    answer: Callable[..., RunOutcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ngspice, "LEAST_FREE_BYTES", float("inf"))
    assert answer(GOOD).failure is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_real_full_disk_is_one_sentence(stub: Stub, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        stub("head -c 200000 /dev/zero > run.raw; exit 0")
        with pytest.raises(HarnessError, match="full; free space there"):
            run_deck(disk, TRANSIENT, 5.0)
        (disk / RAW_NAME).unlink()
        (disk / "filler").write_bytes(bytes(60_000))
        with pytest.raises(HarnessError, match="No space left on device"):
            bench = Bench(tmp_path)
            run_testbench(bench, store=Store(disk / "runs"))
    finally:
        subprocess.run(["umount", disk], check=True)


class Bench(Testbench):
    """Three cases of an RC deck; the stub in ngspice's place decides what becomes of each by the deck's own text."""

    name = "faults"
    question = "What becomes of the finished runs?"
    parameters = (Parameter("DELAY", "which case", default=1),)
    timeout_s = 20.0

    def __init__(self, folder: Path) -> None:
        self.template = folder / "rc.cir.j2"
        self.template.write_text("V1 in 0 1\nR1 in a {{ p.DELAY }}k\nC1 a 0 1p\n" + "* filler\n" * 500)

    def variations(self, settings: Values) -> Iterable[Values]:
        for delay in (1, 2, 3):
            yield {"DELAY": delay}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        return str(self.template), {"DELAY": int(values["DELAY"])}

    def analysis(self, values: Values) -> Transient:
        return TRANSIENT

    def signals(self, values: Values) -> tuple[str, ...]:
        return ("a",)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        yield Reading("end", waveforms["a"].iloc[-1], "V")

    def summarize(self, results: Results) -> Iterable[Summary]:
        return []


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A raw file that every good run of the stub answers with."""
    write_raw(tmp_path / "prepared.raw", GOOD, "prepared")
    return tmp_path / "prepared.raw"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


def run_all(bench: Bench, store: Store, **options: Any) -> list[CaseRun]:
    return run_cases(bench, bench.cases(bench.settings({})), store, **options)


def test_finished_runs_are_stored_and_not_repeated(stub: Stub, prepared: Path, bench: Bench, store: Store) -> None:
    stub(f"cp '{prepared}' run.raw; echo x >> '{prepared.parent}/calls'")
    seen: list[CaseRun] = []
    first = run_all(bench, store, jobs=2, progress=seen.append)
    again = run_all(bench, store, jobs=2)
    assert len((prepared.parent / "calls").read_text().split()) == 3
    assert [run.stored for run in first] == [False] * 3
    assert [run.stored for run in again] == [True] * 3
    assert [run.case.id for run in first] == [run.case.id for run in again]
    assert {run.case.id for run in seen} == {run.case.id for run in first}
    for before, after in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(before.waveforms, after.waveforms, check_exact=True)
    assert collect(bench, bench.settings({}), again).measures["value"].tolist() == [1.0] * 3


def test_a_failed_run_leaves_what_reproduces_it_and_the_others_finish(
    stub: Stub, prepared: Path, bench: Bench, store: Store
) -> None:
    stub(f"grep -q '^R1 in a 2k' deck.cir && {{ echo 'Error: bad line'; exit 1; }}; cp '{prepared}' run.raw")
    runs = run_all(bench, store)
    assert [bool(run.failure) for run in runs] == [False, True, False]
    sentence = runs[1].failure
    assert sentence.startswith("faults DELAY=2: parse: ngspice could not read the netlist")
    folder = Path(sentence.split("cd '")[1].split("'")[0])
    assert sentence.endswith(f"rerun it with: cd '{folder}' && ngspice -n -b deck.cir")
    assert "R1 in a 2k" in (folder / DECK_NAME).read_text()
    assert "Error: bad line" in (folder / LOG_NAME).read_text()
    with pytest.raises(HarnessError, match="1 of 3 runs of faults failed; the first: faults DELAY=2: parse"):
        collect(bench, bench.settings({}), runs)
    stub(f"cp '{prepared}' run.raw")
    assert [run.stored for run in run_all(bench, store)] == [True, False, True]


def test_a_full_disk_ends_the_command_but_keeps_what_was_finished(
    stub: Stub, prepared: Path, bench: Bench, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub(f"cp '{prepared}' run.raw")
    keep = Store.keep
    kept: list[Any] = []

    def fill_up(self: Store, *arguments: Any) -> Any:
        if kept:
            raise OSError(28, "No space left on device")
        kept.append(keep(self, *arguments))
        return kept[0]

    monkeypatch.setattr(Store, "keep", fill_up)
    with pytest.raises(HarnessError, match="cannot write under .*: No space left on device"):
        run_all(bench, store, jobs=1)
    monkeypatch.setattr(Store, "keep", keep)
    assert sum(run.stored for run in run_all(bench, store)) == 1
    assert not list(store.root.rglob(".running-*"))


def test_an_interruption_keeps_finished_runs_and_ends_the_running_ones_at_once(
    stub: Stub, prepared: Path, bench: Bench, store: Store
) -> None:
    pids = prepared.parent / "pids"
    stub(f"grep -q '^R1 in a 1k' deck.cir || {{ echo $$ >> '{pids}'; sleep 300; }}; cp '{prepared}' run.raw")

    def ctrl_c(run: CaseRun) -> None:
        assert wait_until(lambda: pids.exists() and bool(pids.read_text().strip()))
        raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_all(bench, store, jobs=2, progress=ctrl_c)
    assert time.monotonic() - started < 10
    assert wait_until(lambda: not any(running(int(pid)) for pid in pids.read_text().split()))
    assert not list(store.root.rglob(".running-*"))
    assert not list(store.root.rglob("*.failed"))
    stub(f"cp '{prepared}' run.raw")
    assert [run.stored for run in run_all(bench, store)] == [True, False, False]


def test_a_missing_ngspice_stops_before_anything_is_written(
    tmp_path: Path, bench: Bench, store: Store, monkeypatch: pytest.MonkeyPatch, fresh_ngspice_lookup: None
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError):
        run_all(bench, store)
    assert not store.root.exists()


def test_a_testbench_that_measures_nothing_is_an_error(
    stub: Stub, prepared: Path, bench: Bench, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub(f"cp '{prepared}' run.raw")
    monkeypatch.setattr(bench, "measure", lambda *_: [])
    with pytest.raises(HarnessError, match="faults measured nothing in its 3 runs"):
        collect(bench, bench.settings({}), run_all(bench, store))


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_at_the_command_line_exits_with_130_and_leaves_nothing_running(
    stub: Stub, tmp_path: Path, end: signal.Signals
) -> None:
    if signal.getsignal(end) is signal.SIG_IGN:
        pytest.skip("these tests run under nohup, and so would the command")
    stub(f"echo $$ >> '{tmp_path}/pids'; sleep 300")
    pids = tmp_path / "pids"
    command = [sys.executable, "-m", "harness.cli", "run", "fig_devices", "--results", str(tmp_path / "results")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert wait_until(lambda: pids.exists() and bool(pids.read_text().strip()), 60)
    process.send_signal(end)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "spintegrate: stopped; finished runs are stored and will not be repeated."
    assert "Traceback" not in errors
    assert wait_until(lambda: not any(running(int(pid)) for pid in pids.read_text().split()))


def test_solver_options_are_all_written_and_tightened_together() -> None:
    line = Solver().line()
    for option in ("reltol=", "abstol=", "vntol=", "chgtol=", "gmin=", "method="):
        assert option in line
    tight = TRANSIENT.tightened()
    assert tight.t_max == TRANSIENT.t_max / 2
    assert tight.solver.reltol == pytest.approx(TRANSIENT.solver.reltol / 10)
    assert tight.t_stop == TRANSIENT.t_stop
    for analysis in (Sweep("v1", 0, 1, 0.1), Frequency(1, 1e9), OperatingPoint()):
        assert analysis.tightened().solver.reltol == pytest.approx(analysis.solver.reltol / 10)


def test_what_is_read_over_frequency_is_checked_at_twice_as_many_points() -> None:
    for analysis in (Frequency(1, 1e9, 20), Noise("out", "0", "v1", 1, 1e9, 20)):
        assert analysis.tightened().points_per_decade == 40


def test_a_transient_is_told_its_largest_step() -> None:
    assert TRANSIENT.command() == "tran 1e-08 1e-06 0 1e-08"


@pytest.mark.parametrize(
    ("start", "stop", "step", "last"),
    [
        (0.0, 1.0, 0.1, 1.0),
        (0.0, 1.0, 0.3, 0.9),
        (-1.0, 0.0, 0.1, 0.0),
        (0.3, -0.9, -5e-3, -0.9),
        (0.0, 1e-6, 1e-8, 1e-6),
    ],
)
def test_a_sweep_ends_on_its_last_step_within_the_range(start: float, stop: float, step: float, last: float) -> None:
    assert Sweep("v1", start, stop, step).last == pytest.approx(last, abs=1e-12)
