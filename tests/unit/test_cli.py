"""The command line: every mistake is one clear line on stderr and a non-zero exit, and loses nothing finished."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harness import cli, cli_boards, cli_golden, cli_workplace
from harness.analysis import Analysis, Transient
from harness.arguments import parse_assignments
from harness.doctor import Finding
from harness.errors import HarnessError
from harness.golden import GoldenRun
from harness.job import CaseRun
from harness.testbench import Case, Claim, Golden, Parameter, Reading, Results, Summary, Testbench, Values

Command = Callable[..., tuple[int, str, str]]


class Bench(Testbench):
    name = "small"
    question = "Is [brackets] text shown?"
    parameters = (Parameter("VTH", "threshold", "V", 0.85, 0.6, 1.1),)
    claims = (Claim("t", "time [s] of [/nothing]", "required", (0.0, 2.0)),)

    def variations(self, settings: Values) -> Iterable[Values]:
        yield {"VTH": settings["VTH"]}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        return "chain.cir.j2", {}

    def analysis(self, values: Values) -> Analysis:
        return Transient(1e-9, 1e-10)

    def signals(self, values: Values) -> tuple[str, ...]:
        return ("a",)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        yield Reading("t", 1.0, "s")

    def summarize(self, results: Results) -> Iterable[Summary]:
        yield Summary("t", 1.0, "s")


class Other(Bench):
    name = "other"


WAVES = pd.DataFrame({"a": [0.0, 1.0]}, index=pd.Index([0.0, 1e-9], name="time"))


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Run the command line in this process with two small testbenches whose runs are made up."""
    benches: dict[str, Testbench] = {"small": Bench(), "other": Other()}
    for module in ("cli", "cli_boards", "cli_golden", "registry"):
        monkeypatch.setattr(f"harness.{module}.all_testbenches", lambda: benches)

    def run_cases(bench: Testbench, cases: list[Case], *_: Any) -> list[CaseRun]:
        return [CaseRun(case, WAVES) for case in cases]

    monkeypatch.setattr(cli_workplace, "run_cases", run_cases)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["spintegrate", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
            sys.exit(0)
        shown = capsys.readouterr()
        return int(end.value.code or 0), shown.out, shown.err

    return call


def test_a_good_run_writes_its_measures_and_shows_its_rows(command: Command, tmp_path: Path) -> None:
    code, out, err = command("run", "small", "--results", "results", "--set", "VTH=800m")
    assert (code, err) == (0, "")
    assert "PASS" in out
    assert "time [s] of [/nothing]" in " ".join(out.split())
    measures = pd.read_csv(tmp_path / "results" / "set" / "VTH=800m" / "measures" / "small.csv")
    assert measures["VTH"].tolist() == [0.8]


def test_a_changed_run_shows_the_default_beside_what_it_measured(command: Command, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "scoreboard.csv").write_text("testbench,measure,measured\nsmall,t,0.25\n")
    code, out, _ = command("run", "small", "other", "--results", "results", "--set", "VTH=800m")
    assert code == 0
    assert len(re.findall(r"measured +default +status", out)) == 1  # nothing stands for the other
    assert re.search(r"^small .*1 s +250 ms +PASS", out, re.MULTILINE)
    assert re.search(r"^other .*1 s +PASS", out, re.MULTILINE)
    assert "default" not in command("run", "small", "--results", "results")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "fig99"], "there is no testbench 'fig99'; choose one of small, other"),
        (["run", "small", "--set", "VREAD=45m"], "there is no parameter 'VREAD'"),
        (["run", "small", "--set", "temp=85"], "there is no parameter 'temp'; did you mean TEMP? "),
        (["run", "small", "--set", "VTH"], "'VTH' sets nothing; write NAME=VALUE"),
        (["run", "small", "--set", "VTH="], "sets nothing"),
        (["run", "small", "--set", "=1"], "sets nothing"),
        (["run", "small", "--set", "VTH=0.8", "--set", "VTH=0.9"], "VTH is set twice"),
        (["run", "small", "--set", "VTH=high"], "VTH: 'high' is not a number"),
        (["run", "small", "--set", "VTH=2"], "VTH=2 is out of range"),
        (["run", "small", "--set", "VTH=850mA"], "has the unit 'A'"),
        (["run", "small", "--set", "TECHNOLOGY=sky130"], "TECHNOLOGY='sky130' is not known"),
        (["run", "small", "--set", "CORNER=tt\n.control"], "spintegrate: "),
        (["run", "small", "--set", "VTH=0.8;x"], "not a number"),
        (["run", "small", "--set", "cell.access.q=1u"], "no size 'cell.access.q'"),
        (["run", "small", "--set", "cell.access.m=1.5"], "cell.access.m"),
        (["figures", "--set", "VREAD=45m"], "there is no parameter 'VREAD'"),
        (["scoreboard", "--set", "VTH=2"], "out of range"),
        (["export", "small", "VTH=0.9", "there"], "small has no case 'VTH=0.9'; it has VTH=0.85"),
        (["golden", "compare"], "declares no golden, so nothing would be compared"),
        (["golden", "compare", "small"], "small declares no golden"),
        (["golden", "update", "--reason", "because"], "a golden changes only for a reason"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_1(
    command: Command, tmp_path: Path, arguments: list[str], message: str
) -> None:
    code, out, err = command(*arguments)
    assert (code, out) == (1, "")
    assert message in err
    assert err.startswith("spintegrate: ")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["fly"], ["run"], ["run", "small", "--jobs", "0"], ["run", "small", "--fast"]])
def test_a_command_that_does_not_exist_or_lacks_something_exits_with_2(command: Command, arguments: list[str]) -> None:
    code, _, err = command(*arguments)
    assert code == 2
    assert err


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], {}),
        (["A=1"], {"A": "1"}),
        (["A=1 B=2", "C=3"], {"A": "1", "B": "2", "C": "3"}),
        (["cell.access.w=2u"], {"cell.access.w": "2u"}),
        (["A=b=c"], {"A": "b=c"}),
    ],
)
def test_assignments_are_words_of_name_and_value(texts: list[str], expected: dict[str, str]) -> None:
    assert parse_assignments(texts) == expected


def test_a_failed_run_fails_the_command_and_says_how_to_repeat_it(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(bench: Testbench, cases: list[Case], _store: Any, _jobs: Any, _tight: Any, progress: Any) -> list[CaseRun]:
        sentence = "small x: timeout: killed [/after] 5 s; rerun it with: cd"
        runs = [CaseRun(case, None, failure=sentence) for case in cases]
        for run in runs:
            progress(run)
        return runs

    monkeypatch.setattr(cli_workplace, "run_cases", fail)
    code, out, err = command("run", "small", "--results", "results")
    assert code == 1
    assert "1 of 1 runs of small failed; the first: small x: timeout: killed [/after] 5 s" in err
    assert "failed: small x: timeout: killed [/after] 5 s" in out


def test_one_testbench_that_fails_leaves_the_others_their_rows(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail_small(bench: Testbench, cases: list[Case], *_: Any) -> list[CaseRun]:
        return [CaseRun(c, None, failure="died") if bench.name == "small" else CaseRun(c, WAVES) for c in cases]

    monkeypatch.setattr(cli_workplace, "run_cases", fail_small)
    code, _, err = command("figures", "--results", "results")
    assert code == 1
    assert "1 of 2 testbenches gave no answer" in err
    table = pd.read_csv(tmp_path / "results" / "scoreboard_figures.csv").set_index("testbench")
    assert table.loc["small", "status"] == "MISSING"
    assert table.loc["other", "status"] == "PASS"


@pytest.fixture
def board(command: Command, tmp_path: Path) -> Callable[..., tuple[str, pd.DataFrame]]:
    """Make a whole scoreboard; return what is said on stderr, and its rows by measure (claims, not reports)."""

    def make(*names: str) -> tuple[str, pd.DataFrame]:
        _, _, err = command("scoreboard", *names, "--results", "results")
        return err, pd.read_csv(tmp_path / "results" / "scoreboard.csv").set_index(["testbench", "measure"])

    return make


def test_an_error_of_our_own_in_one_testbench_does_not_lose_the_board(
    board: Callable[..., tuple[str, pd.DataFrame]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(bench: Bench, *_: Any) -> Iterable[Reading]:
        if bench.name == "small":
            raise IndexError("nothing crossed")
        yield Reading("t", 1.0, "s")

    monkeypatch.setattr(Bench, "measure", measure)
    err, table = board()
    assert "1 of 2 testbenches gave no answer" in err
    assert "small: IndexError: nothing crossed (unexpected; run it alone for the trace)" in err
    assert (table.loc[("small", "t"), "status"], table.loc[("other", "t"), "status"]) == ("MISSING", "PASS")


def test_a_tight_run_that_fails_is_one_row_which_a_renewal_replaces(
    board: Callable[..., tuple[str, pd.DataFrame]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_tight(bench: Testbench, cases: list[Case], _store: Any, _jobs: Any, tight: bool, *_: Any) -> list[CaseRun]:
        lost = tight and bench.name == "small"
        return [CaseRun(case, None, failure="small x: no solution") if lost else CaseRun(case, WAVES) for case in cases]

    with monkeypatch.context() as patch:
        patch.setattr(cli_workplace, "run_cases", fail_tight)
        err, table = board()
    assert "1 gave none with the tight solver" in err and "testbenches gave no answer" not in err
    assert table.loc[("solver error", "solver_error_small"), "status"] == "MISSING"
    monkeypatch.setattr(cli_boards, "stored_runs", lambda *_: [])
    err, table = board("small")
    assert err == ""
    assert table.loc["solver error"].index.tolist() == ["solver_error_other", "solver_error_small"]
    assert set(table["status"]) == {"PASS", "AIM"}


def test_a_study_that_fails_has_missing_rows_beside_those_of_the_run(
    board: Callable[..., tuple[str, pd.DataFrame]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> pd.DataFrame:
        raise HarnessError("2 samples are too few")

    monkeypatch.setattr(cli_workplace, "publish_study", fail)
    monkeypatch.setattr(Other, "samples", 2)
    monkeypatch.setattr(Other, "sample_claims", (Claim("sigma", "sigma of t", "required", (0.0, 1.0)),))
    err, table = board()
    assert "1 of 2 testbenches gave no answer or not all of it: 2 samples are too few" in err
    assert (table.loc[("other", "t"), "status"], table.loc[("other", "sigma"), "status"]) == ("PASS", "MISSING")


def test_a_parameter_that_a_testbench_sweeps_itself_is_refused(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Other, "variations", lambda *_: [{"VTH": 0.8}, {"VTH": 0.85}])
    code, _, err = command("run", "small", "other", "--set", "VTH=0.9", "--results", "results")
    assert code == 1 and "other chooses VTH itself, 0.8 .. 0.85, so VTH=0.9 changes nothing of it" in err
    assert list(tmp_path.iterdir()) == []
    assert command("run", "other", "--set", "VTH=0.8", "--results", "results")[0] == 0


def test_random_matrices_take_what_is_the_cluster_s_of_a_campaign_s_parameters(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Mapping[str, str]] = []

    def rows(assignments: Mapping[str, str], *_: Any) -> pd.DataFrame:
        asked.append(assignments)
        return pd.DataFrame()

    monkeypatch.setattr(cli, "decision_rows", rows)
    monkeypatch.setattr(Bench, "samples", 2)
    monkeypatch.setattr(Bench, "parameters", (*Bench.parameters, Parameter("CHIP_RP", "a chip's", default=0.025)))
    monkeypatch.setattr(cli_workplace, "publish_study", lambda *_: pd.DataFrame())
    command("campaign", "--set", "CHIP_RP=0.03 VTH=0.8", "--results", "results")
    assert asked == [{"VTH": "0.8"}]
    code, _, err = command("random-matrices", "--set", "CHIP_RP=0.03")
    assert code == 1 and "there is no parameter 'CHIP_RP'" in err


def test_ctrl_c_says_that_finished_runs_are_kept(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> list[CaseRun]:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_workplace, "run_cases", interrupted)
    code, _, err = command("run", "small", "--results", "results")
    assert code == 130
    assert err.splitlines()[-1] == "spintegrate: stopped; finished runs are stored and will not be repeated."


def test_a_disk_that_is_full_when_results_are_written_is_one_line(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: Any) -> list[Path]:
        raise OSError(28, "No space left on device", "results/measures/small.csv")

    monkeypatch.setattr(cli_workplace, "write_answer", full_disk)
    code, _, err = command("run", "small", "--results", "results")
    assert code == 1
    assert err == "spintegrate: results/measures/small.csv: No space left on device; finished runs are stored.\n"


def test_a_golden_that_is_missing_fails_the_comparison(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    golden = Golden({}, analog=("a",))
    monkeypatch.setattr(Bench, "goldens", (golden,))
    fresh = GoldenRun(golden, Case("small", {"VTH": 0.85}), WAVES, {})
    monkeypatch.setattr(cli_golden, "simulate_goldens", lambda *_: [fresh])
    code, out, err = command("golden", "compare")
    assert code == 1
    assert out.count("FAIL") == out.count("no golden can be read") == 2  # the first keeps none from being compared
    assert "2 golden(s) differ or cannot be read" in err
    assert err.count("\n") == 1


def test_goldens_are_stored_with_their_reason_and_then_compared(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    golden = Golden({}, analog=("a",))
    monkeypatch.setattr(Bench, "goldens", (golden,))
    monkeypatch.setattr("harness.golden.GOLDENS", tmp_path / "goldens")
    waves = [WAVES, WAVES, WAVES * 1.1]
    monkeypatch.setattr(
        cli_golden, "simulate_goldens", lambda *_: [GoldenRun(golden, Case("small", {}), waves.pop(0), {"key": "1"})]
    )
    assert command("golden", "update", "small", "--reason", "first of all")[:2] == (0, "small nominal: new golden\n")
    assert '"reason": "first of all"' in (tmp_path / "goldens" / "small" / "nominal.json").read_text()
    assert command("golden", "compare", "small")[:2] == (0, "pass small nominal\n")
    code, out, err = command("golden", "compare", "small")
    assert code == 1
    assert out.startswith("FAIL small nominal\n    a: rms ")
    assert "1 golden(s) differ" in err


def test_the_doctor_exits_with_1_when_something_is_missing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [Finding("ngspice", True, "here"), Finding("disk", False, "full")]
    monkeypatch.setattr(cli, "examine", lambda: iter(findings))
    code, out, err = command("doctor")
    assert code == 1
    assert out == "ok   ngspice: here\nFAIL disk: full\n"
    assert "see the lines marked FAIL" in err


def test_the_list_shows_every_testbench_with_its_parameters(command: Command) -> None:
    code, out, _ = command("list")
    assert code == 0
    assert "small: Is [brackets] text shown?" in out
    assert "VTH = 0.85 V  threshold" in out


def test_an_error_of_our_own_is_not_swallowed(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: Any) -> list[CaseRun]:
        raise RuntimeError("a bug")

    monkeypatch.setattr(cli_workplace, "run_cases", bug)
    with pytest.raises(RuntimeError, match="a bug"):
        monkeypatch.setattr(sys, "argv", ["spintegrate", "run", "small"])
        cli.main()


def test_the_installed_command_works_from_any_folder(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("spintegrate")
    ended = subprocess.run([program, "run", "fig99"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("spintegrate: there is no testbench 'fig99'; choose one of ")
    assert ended.stderr.count("\n") == 1


def test_a_figure_of_a_bench_s_own_samples_waits_for_its_study(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(cli_workplace, "publish_beside", lambda answer, *_: drawn.append(answer.bench.name))
    monkeypatch.setattr(cli_workplace, "publish_study", lambda *_: pd.DataFrame())
    monkeypatch.setattr(Bench, "beside", ("small",))
    monkeypatch.setattr(Bench, "samples", 2)
    monkeypatch.setattr(Bench, "is_figure", False)
    assert command("scoreboard", "--results", "results")[0] == 0
    assert drawn == ["other"]  # which stands beside another's samples
    assert command("run", "small", "--results", "results")[0] == 0
    assert drawn == ["other", "small"]
