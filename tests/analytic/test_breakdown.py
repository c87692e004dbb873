"""Contributions and repeatability of studies that are simulated, where the answer is known."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from harness.breakdown import Answered, break_down, breakdown_rows, breakdown_table, write_breakdown
from harness.errors import HarnessError
from harness.montecarlo import run_study
from harness.repeatability import repeatability_rows
from harness.samples import StudyResult
from harness.study import Plan, Study
from harness.testbench import Breakdown, Claim

HALVES = Breakdown(
    "the mirror", "current", {}, {"input": r"min", "output": r"mout"},
    (Claim("input", "half of the variance", "two equal transistors", (0.4, 0.6)),),
)  # fmt: skip


@pytest.fixture(scope="module")
def mirror(small: Any, tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    place = tmp_path_factory.mktemp("mirror")
    return run_study(small.plan_of(small.Mirror(), Study(n=150, seed=4), place), place / "study", 1)


def shared_out(plain: StudyResult, *asked: Breakdown) -> list[Answered]:
    def run(plan: Plan) -> StudyResult:
        return run_study(plan, plain.folder.parent / plan.key[:8], 1)

    return break_down(plain, asked, run)


def test_the_transistors_of_a_mirror_share_its_variance_equally(mirror: StudyResult) -> None:
    (found,) = shared_out(mirror, HALVES)
    assert found.families.r_squared > 0.999 and found.counts == "150 of 150"
    for _, row in found.families.table.iterrows():
        assert row["share_low"] < 0.5 < row["share_high"]
        assert row["linear_share"] == pytest.approx(0.5, abs=0.01)


def test_shares_stand_in_the_table_in_the_picture_and_on_the_scoreboard(mirror: StudyResult, tmp_path: Path) -> None:
    answers = shared_out(mirror, HALVES)
    paths = write_breakdown("mirror", answers, tmp_path)
    assert [path.suffix for path in paths] == [".csv", ".pdf", ".svg", ".png"]
    table = pd.read_csv(paths[0])
    assert table["by"].tolist() == ["family"] * 2 + ["device"] * 2 and set(table["n"]) == {"150 of 150"}
    assert {"share", "share_low", "share_high", "r_squared"} <= set(table.columns)
    rows = breakdown_rows("mirror", answers).set_index("measure")
    assert rows.loc["the mirror, share of the variance: R²", "status"] == "AIM"
    assert rows.loc["the mirror, share of the variance: input", "status"] == "PASS"
    assert rows.loc["the mirror, share of the variance: output", "status"] == "REPORT"
    assert rows.loc["the mirror, share of the variance: output", "note"].startswith("95 %: 0.")


def test_nothing_passes_while_a_sample_is_missing(mirror: StudyResult) -> None:
    table = mirror.table.copy()
    table.loc[table["sample"] == 7, ["measure", "value", "status"]] = ["", np.nan, "timeout"]
    answers = shared_out(replace(mirror, table=table), HALVES)
    assert answers[0].counts == "149 of 150"
    assert set(breakdown_table(answers)["n"]) == {"149 of 150"}
    assert set(breakdown_rows("mirror", answers)["status"]) == {"INCOMPLETE"}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [({"where": {"rows": 3}}, "no case or reading has 'rows'"), ({"measure": "gain"}, "no 'gain' was measured")],
)
def test_a_breakdown_of_what_is_not_there_is_one_sentence(
    mirror: StudyResult, change: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(HarnessError, match=wrong):
        shared_out(mirror, replace(HALVES, **change))


def test_a_breakdown_names_one_case(small: Any, tmp_path: Path) -> None:
    plan = small.plan_of(small.Charging(), Study(n=10), tmp_path)
    result = run_study(plan, tmp_path / "study", 1)
    with pytest.raises(HarnessError, match="2 cases are meant, not one; it has: TEMP=27; TEMP=85"):
        shared_out(result, Breakdown("both", "ramp", {"at_ns": 5}))
    (found,) = shared_out(result, Breakdown("warm", "ramp", {"at_ns": 5, "TEMP": 85.0}))
    assert found.counts == "10 of 10" and "cell.out" in found.devices.table["group"].tolist()


def test_a_measure_repeats_within_a_share_of_its_sigma(small: Any, tmp_path: Path) -> None:
    class Repeated(small.Charging):  # type: ignore[misc, name-defined] # loaded from its file
        essential: ClassVar[tuple[str, ...]] = ("ramp",)

    plans = [small.plan_of(Repeated(), Study(n=n, tight=tight), tmp_path) for n, tight in ((12, False), (4, True))]
    assert plans[0].key != plans[1].key
    plain, tight = (run_study(plan, tmp_path / plan.key[:8], 1) for plan in plans)
    (row,) = repeatability_rows(plain, tight).to_dict("records")
    assert row["status"] == "AIM" and 0 < row["measured"] < 0.1 and "4 of 4" in row["statement"]
    moved = tight.table.assign(value=tight.table["value"] + plain.values("ramp", case="TEMP=27", at_ns=5).std())
    assert repeatability_rows(plain, replace(tight, table=moved))["status"].tolist() == ["FAIL"]


@pytest.mark.parametrize("still", ["TEMP=27", "TEMP=85"])
def test_what_varies_at_the_tighter_solver_alone_does_not_repeat(small: Any, tmp_path: Path, still: str) -> None:
    class Repeated(small.Charging):  # type: ignore[misc, name-defined]
        essential: ClassVar[tuple[str, ...]] = ("ramp",)

    result = run_study(small.plan_of(Repeated(), Study(n=3), tmp_path), tmp_path / "study", 1)
    constant = result.table.assign(value=result.table["value"].mask(result.table["case"] == still, 1.0))
    plain = replace(result, table=constant)
    assert repeatability_rows(plain, plain)["status"].tolist() == ["AIM"]
    assert repeatability_rows(plain, result)["status"].tolist() == ["FAIL"]
