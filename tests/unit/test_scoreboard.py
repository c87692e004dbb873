import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from harness.errors import HarnessError
from harness.publish import solver_row, stress_row
from harness.scoreboard import COLUMNS, bound_text, markdown, missing_rows, read_scoreboard, score, write_scoreboard
from harness.stress import Stress
from harness.testbench import Claim, Summary

INF = math.inf


def claim(must: tuple[float, float] = (0.0, 1.0), aim: tuple[float, float] | None = None, known: str = "") -> Claim:
    return Claim("inl", "INL", "required", must, aim, known)


def status(value: float, **bounds: Any) -> str:
    return str(score("fig09d", [claim(**bounds)], [Summary("inl", value)])["status"].iloc[0])


@pytest.mark.parametrize(
    ("value", "bounds", "expected"),
    [
        (0.5, {}, "PASS"),
        (0.0, {}, "PASS"),
        (1.0, {}, "PASS"),
        (1.0000001, {}, "FAIL"),
        (-0.1, {}, "FAIL"),
        (0.5, {"aim": (0.0, 0.2)}, "PASS"),
        (0.1, {"aim": (0.0, 0.2)}, "AIM"),
        (2.0, {"aim": (0.0, 5.0)}, "FAIL"),
        (2.0, {"known": "the paper contradicts itself"}, "KNOWN"),
        (0.5, {"known": "the paper contradicts itself"}, "UNEXPECTED"),
        (math.nan, {}, "FAIL"),
        (math.nan, {"must": (-INF, INF)}, "FAIL"),
        (math.nan, {"known": "the paper contradicts itself"}, "FAIL"),
        (INF, {}, "FAIL"),
        (-INF, {"must": (0.0, INF)}, "FAIL"),
    ],
)
def test_a_value_has_the_status_of_its_bounds(value: float, bounds: dict[str, Any], expected: str) -> None:
    assert status(value, **bounds) == expected


def test_a_claim_that_nothing_was_measured_for_is_an_error() -> None:
    with pytest.raises(HarnessError, match="fig09d: the claim on 'inl' has no measured value"):
        score("fig09d", [claim()], [Summary("r_squared", 1.0)])
    with pytest.raises(HarnessError, match="no measured value"):
        score("fig09d", [claim()], [])


def test_a_number_given_twice_is_an_error() -> None:
    with pytest.raises(HarnessError, match="twice"):
        score("fig09d", [claim()], [Summary("inl", 0.1), Summary("inl", 0.2)])


def test_numbers_without_a_claim_are_reported_after_the_claims() -> None:
    table = score("fig09d", iter([claim(), claim()]), iter([Summary("extra", 2.0, "V"), Summary("inl", 0.1)]))
    assert list(table.columns) == COLUMNS
    assert list(table["status"]) == ["PASS", "PASS", "REPORT"]
    assert list(table["measure"]) == ["inl", "inl", "extra"]


def test_a_testbench_without_an_answer_has_a_missing_row_for_each_claim() -> None:
    table = missing_rows("fig09d", iter([claim(), claim(known="reason"), claim(aim=(0, 1))]))
    assert list(table["status"]) == ["MISSING"] * 3
    assert table["measured"].isna().all()


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        ((0.0, 0.5e-3), "0 V to 500 uV"),
        ((-INF, 0.5e-3), "<= 500 uV"),
        ((0.9, INF), ">= 900 mV"),
        ((-1e-3, 1e-3), "+-1 mV"),
        ((0.0, 0.0), "= 0 V"),
    ],
)
def test_bounds_are_written_as_designers_read_them(bound: tuple[float, float], text: str) -> None:
    assert bound_text(bound, "V") == text


def test_the_scoreboard_is_written_as_csv_in_si_and_as_markdown(tmp_path: Path) -> None:
    table = score("fig09d", [claim((0.0, 1e-3))], [Summary("inl", 4e-4, "V")])
    paths = write_scoreboard(table, tmp_path / "new", "# Scoreboard")
    assert [path.name for path in paths] == ["scoreboard.csv", "scoreboard.md"]
    assert pd.read_csv(paths[0])["measured"].tolist() == [4e-4]
    text = paths[1].read_text(encoding="utf-8")
    assert text.startswith("# Scoreboard\n\n## fig09d\n")
    assert "400 uV" in text
    assert "**PASS**" in text
    assert markdown(table).count("\n|") == 3


def answer(name: str, *summaries: Summary, claims: tuple[Claim, ...] = (), stress: tuple[Stress, ...] = ()) -> Any:
    run = SimpleNamespace(stress={f"{item.limit:g}": item for item in stress})
    bench = SimpleNamespace(name=name, claims=claims)
    return SimpleNamespace(bench=bench, runs=[run], summaries=lambda: list(summaries))


@pytest.mark.parametrize(
    ("loose", "tight", "must", "share", "expected"),
    [
        (0.50, 0.52, (0.0, 1.0), 0.04, "PASS"),
        (0.50, 0.51, (0.0, 1.0), 0.02, "AIM"),
        (0.50, 0.60, (0.0, 1.0), 0.20, "FAIL"),
        (60.0, 59.0, (55.0, INF), 1 / 55, "AIM"),
        (0.0, 0.0, (0.0, 0.0), 0.0, "AIM"),
        (0.0, 1.0, (0.0, 0.0), INF, "FAIL"),
        (0.5, math.nan, (0.0, 1.0), INF, "FAIL"),
        (INF, INF, (55.0, INF), 0.0, "AIM"),
    ],
)
def test_the_solvers_own_error_is_the_move_of_a_number_as_a_share_of_its_bound(
    loose: float, tight: float, must: tuple[float, float], share: float, expected: str
) -> None:
    claims = (claim(must), Claim("steady", "does not move", "required", (0.0, 1.0)))
    before, after = (
        answer("fig09d", Summary("steady", 0.5), Summary("inl", value), claims=claims) for value in (loose, tight)
    )
    table = solver_row(before, after)
    assert list(table["status"]) == [expected]
    assert table["measured"].iloc[0] == pytest.approx(share)


def test_the_worst_sustained_voltage_of_any_run_is_held_against_its_own_oxide() -> None:
    fine = answer("a", stress=(Stress("m1", 1.0, 1.1), Stress("m2", 1.8, 1.98)))
    thin = answer("b", stress=(Stress("m3", 1.2, 1.1),))
    thick = answer("c", stress=(Stress("m4", 2.5, 1.98),))
    assert list(stress_row(fine.runs)["status"])[0] == "PASS"
    assert list(stress_row([*fine.runs, *thin.runs])["status"])[0] == "FAIL"
    assert "FAIL" in list(stress_row([*fine.runs, *thick.runs])["status"])
    assert "m4" in " ".join(stress_row([*fine.runs, *thick.runs])["source"])


def test_a_scoreboard_comes_back_as_it_was_written(tmp_path: Path) -> None:
    claims = [Claim("kept", "a, b", "", (0, 1)), Claim("missing", 'says "x"', "", (0, 1))]
    table = score("bench", claims, [Summary("kept", 0.5, "V"), Summary("missing", float("nan"))])
    write_scoreboard(table, tmp_path, "# heading", "campaign")
    pd.testing.assert_frame_equal(read_scoreboard(tmp_path, "campaign"), table)
    with pytest.raises(HarnessError, match="no such scoreboard"):
        read_scoreboard(tmp_path, "other")
