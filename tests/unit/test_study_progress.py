"""What a study says of itself while it runs."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from harness.statistics import samples_for
from harness.study import Study
from harness.study_progress import StudyProgress


def plan(**study: Any) -> Any:
    asked = Study(**study)
    bench = SimpleNamespace(name="small")
    return SimpleNamespace(bench=bench, study=asked, cases=(SimpleNamespace(case="only"),), wanted=lambda case: asked.n)


def record(sample: int, value: float, status: str = "ok", rung: str = "") -> dict[str, Any]:
    readings = [["gain", 1.0, "", {}], ["offset", value, "V", {}]] if status == "ok" else []
    message = "" if status == "ok" else f"sample {sample}: no solution"
    return {"sample": sample, "case": "only", "status": status, "rung": rung, "readings": readings, "message": message}


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


def follow(said: io.StringIO, records: list[dict[str, Any]], known: bool = False, **study: Any) -> StudyProgress:
    with StudyProgress(plan(**study), Console(file=said, width=200)) as progress:
        for item in records:
            progress.advance(item, known)
    return progress


def test_done_failed_rescued_statistics_and_the_time_to_go_are_shown(said: io.StringIO) -> None:
    records = [record(0, 1e-3), record(1, 3e-3), record(2, 0.0, "no-convergence"), record(3, 2e-3, rung="gear")]
    line = follow(said, records, n=8, measure="offset").line()
    assert line.startswith("small: 4 done, 1 failed, 1 rescued of 8 runs; offset: mu 2 mV (-484 uV .. 4.48 mV)")
    assert "sigma 1 mV (521 uV .. 6.28 mV)" in line and line.endswith(" to go")


def test_a_failure_is_said_once_with_its_sentence(said: io.StringIO) -> None:
    follow(said, [record(0, 0.0, "timeout")], n=8)
    assert "timeout: sample 0: no solution" in said.getvalue()
    follow(said, [record(0, 0.0, "timeout")], known=True, n=8)
    assert said.getvalue().count("no solution") == 1


def test_runs_of_the_journal_tell_nothing_of_the_pace(said: io.StringIO) -> None:
    assert "to go" not in follow(said, [record(0, 1e-3), record(1, 2e-3)], known=True, n=8).line()


def test_where_there_is_no_terminal_ten_lines_are_said(said: io.StringIO) -> None:
    follow(said, [record(sample, sample * 1e-3) for sample in range(40)], n=40)
    assert 9 <= len(said.getvalue().splitlines()) <= 11


def test_a_stop_rule_shortens_what_is_to_do(said: io.StringIO) -> None:
    assert f"of {samples_for(0.2)} runs" in follow(said, [record(0, 1e-3)], n=1000, sigma_share=0.2).line()


def test_a_measure_that_is_no_number_so_far_has_no_statistics(said: io.StringIO) -> None:
    line = follow(said, [record(0, float("nan")), record(1, float("nan"))], n=8, measure="offset").line()
    assert "2 done" in line and "sigma" not in line
