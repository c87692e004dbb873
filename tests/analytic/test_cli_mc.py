"""Monte Carlo from the command line: what a user types, what is said, and what is in the files."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from harness import cli, cli_options
from harness.samples import place_of
from harness.testbench import Breakdown, Claim, Reading, Samples, Summary, Values

Command = Callable[..., tuple[int, str, str]]


def labelled(small: Any) -> Any:
    """Return a testbench whose readings have a column of texts and one of numbers."""

    class Labelled(small.Divider):  # type: ignore[misc, name-defined]
        name = "labelled"

        def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
            return str(small.HERE / "divider.cir.j2"), {}

        def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
            for reading in super().measure(values, waveforms):
                yield Reading(reading.measure, reading.value, reading.unit, {"line": "SET", "at_ns": 5})

    return Labelled()


@pytest.fixture
def command(small: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Run the command line with small testbenches; results go to a folder of their own."""

    class Sampled(small.Charging):  # type: ignore[misc, name-defined] # loaded from its file
        name = "sampled"
        samples = 12
        essential: ClassVar[tuple[str, ...]] = ("ramp",)
        sample_claims = (Claim("sigma", "sigma at 9 ns", "required", (0.0, 1.0)),)
        breakdowns = (Breakdown("cold", "ramp", {"TEMP": 27.0, "at_ns": 9}),)
        lost = False

        def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
            return str(small.HERE / "charging.cir.j2"), {}

        def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
            for reading in super().measure(values, waveforms):
                weak = self.lost and reading.at["at_ns"] == 9 and reading.value < 0.06
                yield Reading("ramp", float("nan"), "V", reading.at) if weak else reading

        def summarize_samples(self, study: Samples) -> Iterable[Summary]:
            yield Summary("sigma", study.spread("ramp", TEMP=27.0, at_ns=9).sigma, "V")

        def draw_samples(self, study: Samples) -> Figure:
            figure = Figure()
            figure.text(0, 0, study.counts)
            return figure

    benches = {bench.name: bench for bench in (small.Charging(), small.Divider(), Sampled(), labelled(small))}
    for module in (cli, sys.modules["harness.cli_mc"], sys.modules["harness.registry"]):
        monkeypatch.setattr(module, "all_testbenches", lambda: benches)
    monkeypatch.setattr(cli_options.console, "width", 200)  # no table breaks a line

    def call(*arguments: str, lost: bool = False) -> tuple[int, str, str]:
        monkeypatch.setattr(Sampled, "lost", lost)
        jobs = [] if {"show", "worst", "report"} & set(arguments) else ["--jobs", "1"]
        monkeypatch.setattr(sys, "argv", ["spintegrate", *arguments, "--results", str(tmp_path), *jobs])
        with pytest.raises(SystemExit) as end:
            cli.main()
            sys.exit(0)
        shown = capsys.readouterr()
        return int(end.value.code or 0), " ".join(shown.out.split()), " ".join(shown.err.split())

    return call


def test_any_testbench_is_sampled_and_the_same_command_finds_it_done(command: Command, tmp_path: Path) -> None:
    for _ in range(2):
        code, out, err = command("mc", "run", "charging", "--n", "4")
        assert (code, err) == (0, "") and "charging: 4 of 4 samples" in out and "sigma (95 %)" in out
    folder = next((tmp_path / "mc" / "charging").iterdir())
    assert folder.name.startswith("plain-seed1-mismatch-")
    assert {"samples.csv", "statistics.csv", "draws.parquet", "quantities.csv", "study.json"} <= {
        path.name for path in folder.iterdir()
    }
    assert set(pd.read_csv(folder / "statistics.csv")["n"]) == {"4 of 4"}


def test_a_reading_s_columns_may_be_texts(command: Command) -> None:
    code, out, _ = command("mc", "run", "labelled", "--n", "2")
    assert code == 0 and "middle line=SET at_ns=5" in out
    code, out, _ = command("mc", "show", "labelled", "1")
    assert code == 0 and "middle line=SET at_ns=5: " in out
    assert place_of({"line": "SET", "at_ns": 5.0, "code": np.int64(3), "other": float("nan")}) == (
        "line=SET at_ns=5 code=3"
    )


def test_the_tables_of_fewer_samples_leave_those_of_the_study(command: Command, tmp_path: Path) -> None:
    for arguments in ((), ("--n", "4")):
        assert command("mc", "run", "sampled", *arguments)[0] == 0
    (folder,) = (tmp_path / "mc" / "sampled").iterdir()
    for place, counts in ((folder, "12 of 12"), (folder / "n=4", "4 of 4")):
        assert set(pd.read_csv(place / "statistics.csv")["n"]) == {counts}
        assert json.loads((place / "study.json").read_text())["counts"] == counts


def test_the_worst_samples_of_a_study_are_shown_again_for_the_report(command: Command, tmp_path: Path) -> None:
    code, out, _ = command("mc", "worst")
    assert code == 0 and out == "sampled: its study is not stored; make it with: make sampled"
    command("mc", "run", "sampled")
    code, out, _ = command("mc", "worst", "sampled")
    assert code == 0 and out.count("identical to the study's values") == 10  # five samples of two cases
    assert command("mc", "worst")[1] == ""  # they are stored now
    code, out, _ = command("report")
    assert code == 0 and "report/index.html" in out
    text = (tmp_path / "report" / "bench" / "sampled.html").read_text()
    assert text.count('">waveforms</a>') == 5 and "mc show" not in text


def test_one_sample_of_a_study_is_shown_again_with_its_waveforms(command: Command, tmp_path: Path) -> None:
    command("mc", "run", "divider", "--n", "3")
    code, out, _ = command("mc", "show", "divider", "2")
    assert code == 0 and "identical to the study's values" in out and "middle" in out
    assert len(list((tmp_path / "mc" / "divider").glob("*/sample-2/nominal/waves.csv"))) == 1
    code, out, _ = command("mc", "show", "divider", "1137")  # a plain chip does not depend on how many there are
    assert code == 0 and "the study has not run this sample" in out


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("--n", "0"), "0 samples show no spread"),
        (("--n", "99999999999999999999"), "1000000 at most"),
        (("--seed", "-1"), "seed -1 is out of range"),
        (("--sampler", "random"), "no sampler 'random'"),
        (("--sampler", "sobol", "--n", "200"), "256 is the nearest"),
        (("--sampler", "lhs", "--n", "16", "--sigma-ci", "5%"), "leave out SIGMA_CI"),
        (("--sigma-ci", "nan"), "'nan' is not a number"),
        (("--sigma-ci", "0"), "sigma cannot be known within 0"),
        (("--mtj-sigma", "lots"), "'lots' is not a number"),
        (("--mtj-sigma", "-1%"), "must be from 0 to below 0.3"),
        (("--no-mismatch",), "neither mismatch nor process varies"),
        (("--timeout", "0"), "a wall limit of 0.0 s"),
        (("--n", "2", "--measure", "gain"), "divider measures no 'gain'; it measures middle"),
    ],
)
def test_a_study_that_cannot_be_is_one_line(command: Command, arguments: tuple[str, ...], wrong: str) -> None:
    code, _, err = command("mc", "run", "divider", *arguments)
    assert code == 1 and wrong in err and "Traceback" not in err


def test_a_figure_of_samples_is_drawn_and_held_against_its_claims(command: Command, tmp_path: Path) -> None:
    code, out, _ = command("run", "sampled")
    assert code == 0 and "sigma at 9 ns (study: 12 of 12 samples)" in out and "PASS" in out
    before = (tmp_path / "figures" / "sampled.pdf").read_bytes()
    code, out, _ = command("run", "sampled", "--n", "4", "--seed", "7")
    assert code == 0 and "(study: 4 of 4 samples)" in out
    assert (tmp_path / "set" / "n=4,seed=7" / "figures" / "sampled.pdf").is_file()  # the default's results stay
    assert (tmp_path / "figures" / "sampled.pdf").read_bytes() == before


def test_a_value_that_is_no_number_is_a_missing_sample_and_nothing_passes(command: Command, tmp_path: Path) -> None:
    code, out, err = command("mc", "run", "sampled", lost=True)
    assert code == 1 and "its ramp is no number" in err
    lost = err.partition(" samples: ")[0].removeprefix("spintegrate: ")
    good, _, whole = lost.partition(" of ")
    assert (good, whole) == ("10", "12")
    code, out, _ = command("run", "sampled", lost=True)
    assert f"(study: {lost} samples)" in out and "INCOMPLETE" in out and "PASS" not in out


def test_contributions_are_those_that_testbenches_declare_or_that_are_asked_for(
    command: Command, tmp_path: Path
) -> None:
    code, out, _ = command("mc", "contributions")
    assert code == 0 and "sampled, cold: R² =" in out and "divider" not in out
    table = pd.read_csv(tmp_path / "measures" / "contributions_sampled.csv")
    assert set(table["n"]) == {"12 of 12"}
    code, out, _ = command("mc", "contributions", "divider", "--measure", "middle", "--n", "12")
    assert code == 0 and (tmp_path / "set" / "measure=middle,n=12" / "figures" / "contributions_divider.pdf").is_file()
    code, _, err = command("mc", "contributions", "divider", "--measure", "middle", "--n", "9")
    assert code == 1 and "9 samples are too few" in err
    code, _, err = command("mc", "contributions", "divider")
    assert code == 1 and "declares no contributions; name a measure" in err
    code, _, err = command("mc", "contributions", "--measure", "middle")
    assert code == 1 and "name one" in err
