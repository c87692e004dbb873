"""What goes wrong in a study is named, counted and survived, and leaves every other sample as it was."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness.analysis import Transient
from harness.errors import HarnessError, MissingToolError
from harness.journal import JOURNAL, Journal
from harness.montecarlo import run_study
from harness.pool import Answer, WorkerProcess, judge
from harness.samples import StudyResult
from harness.show import show_sample
from harness.study import RUNGS, Plan, Rung, SampledCase, Study

N = 6
BAD = 2  # the sample that goes wrong
SCRIPT = Path(__file__).parents[1] / "studies" / "small.py"
NO_SOLUTION = "vloop_a broken 0 1\nvloop_b broken 0 2"
DIES_AT_5NS = "bdies 0 dies i=1e6*exp(v(dies)*1000)*u(time-5n)\ncdies dies 0 1e-15\nrdies dies 0 1k"
HANGS = "vhangs hangs 0 pulse(0 1 0 1f 1f 1f 4f)\nrhangs hangs 0 1k"
KILLS = ".param lost={nowhere}\nrkills ramp 0 {lost}"


@pytest.fixture
def sabotage(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that puts lines into one sample's decks, on every rung or on the first alone."""

    def spoil(plan: Plan, lines: str, rungs: tuple[Rung, ...] = RUNGS) -> None:
        mark = plan.cases[0].circuit(plan.named_normals(BAD)).split("delvto=")[1].split()[0]
        honest = SampledCase.deck

        def deck(self: SampledCase, circuit: str, rung: Rung = RUNGS[0]) -> str:
            spoiled = f"{circuit}\n{lines}" if f"delvto={mark} " in circuit and rung in rungs else circuit
            return honest(self, spoiled, rung)

        monkeypatch.setattr(SampledCase, "deck", deck)

    return spoil


def study(small: Any, place: Path, n: int = N, **options: Any) -> Plan:
    plan: Plan = small.plan_of(small.Charging(), Study(n=n, **options), place)
    return plan


def others(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["sample"] != BAD].reset_index(drop=True)


@pytest.fixture(scope="module")
def undisturbed(small: Any, tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    place = tmp_path_factory.mktemp("undisturbed")
    result = run_study(study(small, place), place / "study", 1)
    result.write()
    return result


@pytest.mark.parametrize(
    ("lines", "kind", "message"),
    [
        (NO_SOLUTION, "no-convergence", "found no solution"),
        (DIES_AT_5NS, "no-convergence", "stops at time = 5e-09"),
        (KILLS, "parse", "Undefined parameter"),
        (HANGS, "timeout", "wall limit of 1.5 s"),
    ],
)
def test_a_bad_sample_is_named_and_spoils_no_other(
    small: Any, tmp_path: Path, sabotage: Any, undisturbed: StudyResult, lines: str, kind: str, message: str
) -> None:
    plan = study(small, tmp_path, timeout_s=1.5 if kind == "timeout" else None)
    sabotage(plan, lines)
    result = run_study(plan, tmp_path / "study", 1)
    assert result.counts == "5 of 6"
    bad = result.table[result.table["sample"] == BAD]
    assert set(bad["status"]) == {kind} and bad["value"].isna().all() and (bad["measure"] == "").all()
    assert message in result.messages[0]
    assert (tmp_path / "study" / "failed" / f"{BAD},TEMP=27" / "deck.cir").is_file()
    assert set(result.statistics()["n"]) == {"5 of 6"}
    pd.testing.assert_frame_equal(others(result.table), others(undisturbed.table), check_exact=True, check_dtype=False)


def test_a_rescued_sample_names_its_rung(small: Any, tmp_path: Path, sabotage: Any, undisturbed: StudyResult) -> None:
    plan = study(small, tmp_path)
    sabotage(plan, NO_SOLUTION, RUNGS[:2])
    result = run_study(plan, tmp_path / "study", 2)
    assert result.counts == "6 of 6"
    assert set(result.rescued["sample"]) == {BAD} and set(result.rescued["rung"]) == {RUNGS[2].name}
    pd.testing.assert_frame_equal(others(result.table), others(undisturbed.table), check_exact=True, check_dtype=False)


def test_a_timeout_is_tried_again_by_the_same_command(
    small: Any, tmp_path: Path, sabotage: Any, undisturbed: StudyResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = study(small, tmp_path, timeout_s=1.5)
    sabotage(plan, HANGS)
    assert run_study(plan, tmp_path / "study", 1).failed == 1
    monkeypatch.undo()
    result = run_study(plan, tmp_path / "study", 1)
    pd.testing.assert_frame_equal(result.table, undisturbed.table, check_exact=True)


def test_a_rescue_that_times_out_is_tried_again_and_has_rescued_nothing(
    small: Any, tmp_path: Path, sabotage: Any, undisturbed: StudyResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = study(small, tmp_path, timeout_s=1.5)
    sabotage(plan, NO_SOLUTION, RUNGS[:1])
    sabotage(plan, HANGS, RUNGS[1:2])
    result = run_study(plan, tmp_path / "study", 1)
    assert set(result.table.loc[result.table["sample"] == BAD, "status"]) == {"timeout"}
    assert result.failed == 1 and result.rescued.empty
    monkeypatch.undo()
    (shown, *_) = show_sample(plan, BAD, tmp_path / "study")
    assert shown.status == "ok" and shown.compared == "the study has not run this sample to its end: timeout"
    result = run_study(plan, tmp_path / "study", 1)
    pd.testing.assert_frame_equal(result.table, undisturbed.table, check_exact=True)


def test_a_sample_that_cannot_be_measured_is_shown_with_its_waveforms(
    small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise HarnessError("it never fires.")

    plan = study(small, tmp_path, n=2)
    monkeypatch.setattr(plan.bench, "measure", refuse)
    assert run_study(plan, tmp_path / "study", 1).failed == 2
    for shown in show_sample(plan, 1, tmp_path / "study"):
        assert (shown.status, shown.compared) == ("measure", "it never fires.")
        assert "ramp" in shown.paths[-1].read_text().splitlines()[0]


def test_a_missing_library_is_one_sentence_before_the_first_sample(
    small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = study(small, tmp_path, n=2)
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    with pytest.raises(MissingToolError, match="install it with: sudo apt-get install libngspice0"):
        run_study(plan, tmp_path / "study", 1)
    monkeypatch.undo()
    assert run_study(plan, tmp_path / "study", 1).failed == 0


def test_a_hanging_process_is_gone_afterwards(small: Any, tmp_path: Path) -> None:
    plan = study(small, tmp_path)
    case = plan.cases[0]
    worker = WorkerProcess()
    deck = case.deck(case.circuit(plan.named_normals(0)))
    worker.run(deck, case.analysis, case.signals, 30.0)
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    outcome = worker.run(deck, case.analysis, case.signals, 0.5).outcome
    assert outcome.failure is not None and outcome.failure.kind == "timeout"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert worker.run(deck, case.analysis, case.signals, 30.0).outcome.failure is None
    worker.close()


def test_a_process_that_hangs_takes_all_that_it_started_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, child = tmp_path / "hanging", tmp_path / "child"
    hanging.write_text(f"#!/bin/sh\nsleep 1000 &\necho $! > '{child}'\nwait\n", encoding="utf-8")
    hanging.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(hanging))
    outcome = WorkerProcess().run("* nothing", Transient(1e-8, 1e-9), (), 1.0).outcome
    assert outcome.failure is not None and outcome.failure.kind == "timeout"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and alive(int(child.read_text(encoding="utf-8"))):
        time.sleep(0.05)
    assert not alive(int(child.read_text(encoding="utf-8")))


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that is dead but not yet waited for does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False


def workers_of(parent: int) -> list[int]:
    """Return the simulating processes that a process has started, by /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"harness.worker" in words and str(parent).encode() in words:
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are found by /proc")
def test_a_worker_killed_from_outside_changes_nothing(small: Any, tmp_path: Path, undisturbed: StudyResult) -> None:
    killed: list[int] = []
    finished = itertools.count(1)

    def kill_now_and_then(record: Mapping[str, Any], known: bool) -> None:
        if next(finished) in (1, 3):  # twice, so that no deck loses all of its three tries, however slow the machine
            for pid in workers_of(os.getpid()):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    result = run_study(study(small, tmp_path), tmp_path / "study", 2, kill_now_and_then)
    assert killed
    pd.testing.assert_frame_equal(result.table, undisturbed.table, check_exact=True)


def test_a_deck_that_kills_every_process_is_a_crash(
    small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = study(small, tmp_path, n=2)
    dying = tmp_path / "dying"
    dying.write_text("#!/bin/sh\nkill -SEGV $$\n", encoding="utf-8")
    dying.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(dying))
    result = run_study(plan, tmp_path / "study", 1)
    assert result.counts == "0 of 2" and "signal" in result.messages[0]
    assert set(result.table["status"]) == {"crash"}


def lines_of(journal: Path) -> int:
    return journal.read_bytes().count(b"\n") if journal.is_file() else 0


def start(place: Path, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(place), str(N), "2", *more], stderr=subprocess.PIPE, text=True
    )


def journal_of(place: Path) -> Path:
    return place / JOURNAL


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_study_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, undisturbed: StudyResult, end: signal.Signals
) -> None:
    for wanted in (1, 5):
        process = start(tmp_path)
        while lines_of(journal_of(tmp_path)) < wanted and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(end)
        process.wait(timeout=30)
    deadline = time.monotonic() + 10
    while workers_of(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not workers_of(process.pid)
    assert start(tmp_path).wait(timeout=60) == 0
    for name in ("samples.parquet", "samples.csv", "statistics.parquet", "draws.parquet"):
        assert (tmp_path / name).read_bytes() == (undisturbed.folder / name).read_bytes()


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path: Path, undisturbed: StudyResult) -> None:
    process = start(tmp_path, "1500")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and "free space there" in said and "Traceback" not in said
    assert 0 < lines_of(journal_of(tmp_path)) < 2 * N
    assert start(tmp_path).wait(timeout=60) == 0
    assert (tmp_path / "samples.parquet").read_bytes() == (undisturbed.folder / "samples.parquet").read_bytes()


def test_corrupt_and_foreign_lines_are_run_again(small: Any, tmp_path: Path, undisturbed: StudyResult) -> None:
    plan = study(small, tmp_path)
    run_study(plan, tmp_path / "study", 1)
    path = tmp_path / "study" / JOURNAL
    lines = path.read_bytes().splitlines(keepends=True)
    foreign = lines[4].replace(b'"sample": 2', b'"sample": 1')
    path.write_bytes(lines[0] + foreign + b"".join(lines[2:7]) + lines[7][:30])
    result = run_study(plan, tmp_path / "study", 1)
    pd.testing.assert_frame_equal(result.table, undisturbed.table, check_exact=True)


def test_a_second_run_says_that_there_is_a_first(small: Any, tmp_path: Path) -> None:
    plan = study(small, tmp_path)
    with Journal(tmp_path / "study", plan.key), pytest.raises(HarnessError, match="another run"):
        run_study(plan, tmp_path / "study", 1)


def answer(**changes: Any) -> Answer:
    time_s = np.linspace(0, 1e-8, 5)
    whole = {"plot": "tran1", "vectors": ("time", "ramp"), "data": np.array([time_s, time_s * 1e7]), "log": "",
             "dead": False, "busy_seconds": 0.0, "solver_seconds": 0.0}  # fmt: skip
    return Answer(**{**whole, **changes})


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, None),
        ({"plot": "const"}, "parse"),
        ({"data": np.empty((0, 0)), "vectors": ()}, "parse"),
        ({"data": answer().data[:, :3]}, "truncated"),
        ({"data": answer().data[:, :3], "log": "Timestep too small"}, "no-convergence"),
        ({"data": np.array([answer().data[0], [0, 1, np.nan, 1, 0]])}, "not-finite"),
        ({"data": np.array([answer().data[0], [0, 1, np.inf, 1, 0]])}, "not-finite"),
        ({"vectors": ("time", "other")}, "missing-vector"),
        ({"log": "Warning: singular matrix:  check node ramp"}, "no-convergence"),
        ({"log": "Note: Starting dynamic gmin stepping"}, None),
    ],
)
def test_a_worker_s_answer_is_judged_by_its_data(changes: dict[str, Any], kind: str | None) -> None:
    failure = judge(answer(**changes), Transient(1e-8, 1e-9), ("ramp",), 0.0).failure
    assert (failure.kind if failure else None) == kind


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"n": 0}, "0 samples"),
        ({"seed": -1}, "seed -1"),
        ({"sigma_share": float("nan")}, "sigma cannot be known"),
        ({"sigma_share": 0.05, "sampler": "lhs"}, "leave out SIGMA_CI"),
        ({"timeout_s": 0.0}, "wall limit"),
        ({"timeout_s": float("nan")}, "wall limit"),
    ],
)
def test_a_study_that_cannot_be_is_one_sentence(options: dict[str, Any], wrong: str) -> None:
    with pytest.raises(HarnessError, match=wrong):
        Study(**options)
