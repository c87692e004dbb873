import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.analysis import Solver, Transient, complete_deck
from harness.bench import Event, Timing
from harness.bench_mc import AGREEING, DEFAULTS, LOOPS, UNTOUCHED, LoopBenchmark
from harness.bench_report import (
    STUDIES,
    TIMES,
    endurance_rows,
    event_section,
    loop_rows,
    repeatability_rows,
    status,
    studies_section,
    write_page,
)
from harness.bench_studies import Endurance
from harness.golden import Verdict
from harness.statistics import difference_in_sigma
from harness.stress import Stress

STATES = {"before": "off", "after": "on"}


def compared(before: float = 0.003, after: float = 0.05) -> LoopBenchmark:
    rates = pd.DataFrame({
        "study": [10.0, 12.0, 11.0],
        AGREEING.name: [4.0, 3.0, 5.0],
        DEFAULTS.name: [8.0, math.nan, 9.0],
        UNTOUCHED.name: [8.0, math.nan, 2.0],
    })  # fmt: skip
    shares = {"before": before, "after": after}
    agreement = pd.DataFrame(
        {"loop": loop.name, "case": case, "measure": "offset", "rms_share": share, "largest_share": share}
        for loop in LOOPS
        for case, share in shares.items()
    )
    return LoopBenchmark(rates, 32, 64, 2, 0.93, agreement, 60)


def test_a_ratio_is_the_median_of_its_own_rounds() -> None:
    assert compared().ratios(AGREEING) == [2.5, 4.0, 2.2]
    first, *_ = loop_rows("bench", compared(), STATES)
    assert first.measured == "2.50x (2.20..4.00)" and first.status == "PASS"
    assert compared().ratios(UNTOUCHED) == [1.25, 5.5]


def test_a_loop_that_does_not_agree_fails_its_row() -> None:
    rows = list(loop_rows("bench", compared(before=0.02, after=math.inf), STATES))
    assert [row.status for row in rows if "RMS in sigma" in row.subject] == ["FAIL", "FAIL"]
    good = list(loop_rows("bench", compared(), STATES))
    assert [row.status for row in good if "RMS in sigma" in row.subject] == ["PASS", "PASS"]


@pytest.mark.parametrize(
    ("value", "more", "wanted"),
    [
        (1.0, False, "AIM"),
        (1.5, False, "PASS"),
        (2.5, False, "FAIL"),
        (math.nan, False, "FAIL"),
        (math.nan, True, "FAIL"),
    ],
)
def test_a_status_says_how_far_a_value_gets(value: float, more: bool, wanted: str) -> None:
    assert status(value, 2.0, 1.0, more) == wanted
    assert status(3.0, 2.2, 4.0, more=True) == "PASS"


def test_repeatability_is_told_at_its_worst_case() -> None:
    table = pd.DataFrame({"case": ["a", "b"], "sigma": [1e-3, 5e-6], "shifted": [0.01, 0.15]})
    rows = list(repeatability_rows("bench", table))
    assert [row.status for row in rows] == ["PASS"]
    assert "sigma 5 uV" in rows[0].measured and "b" in rows[0].measured


def test_a_missing_sample_and_a_growing_worker_fail() -> None:
    fine = list(endurance_rows("bench", Endurance(4000, 4000, {"gear": 2}, ((1990, 200_000), (2010, 100_000)))))
    assert [row.status for row in fine] == ["AIM", "AIM"]
    assert "2 by 'gear'" in fine[0].measured and "1990" in fine[1].measured
    broken = endurance_rows("bench", Endurance(3999, 4000, {}, ((2000, 30_000_000),)))
    assert [row.status for row in broken] == ["FAIL", "FAIL"]


def test_an_event_row_names_the_signal_nearest_to_its_bound() -> None:
    timing = Timing("the change", 9.0, 12.0, 0.5, 15, 4, by_cpu=True)
    verdicts = (Verdict("vtwg", True, "", 0.2), Verdict("swinteg", True, "", 0.7))
    stress = {"1.98": Stress("m.x", 1.94, 1.98)}
    text = event_section([Event(timing, 900, (), {}), Event(timing, 800, verdicts, stress)])
    assert "| the change | 12.0 | 0.50 | 24 | 800 | swinteg 0.70 | kept |  | 1.940 |" in text
    assert "| the change | 12.0 | 0.50 | 24 | 900 |  |  |  |  |" in text and "**PASS**" in text
    broken = (*verdicts, Verdict("fire0", False, "its edges are other"))
    assert "| fire0 inf | **broken** |" in event_section([Event(timing, 800, broken, {})])


def test_a_part_of_the_page_that_is_not_measured_stays(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    write_page(page, {TIMES: "| a |"})
    write_page(page, {STUDIES: studies_section(list(loop_rows("bench", compared(), STATES)))})
    write_page(page, {TIMES: "| b |"})
    text = page.read_text()
    assert text.index("## times") < text.index("| b |") < text.index("## studies") < text.index("2.50x")
    assert "| a |" not in text and text.count("## ") == 2


def test_a_difference_is_told_in_sigma() -> None:
    values = np.array([0.0, 1.0, 2.0, 3.0])
    rms, largest = difference_in_sigma(values + 0.1, values)
    assert rms == pytest.approx(0.1 / values.std(ddof=1)) and largest == pytest.approx(rms)
    assert difference_in_sigma([0.0, 1.0, 2.0, math.nan], values) == (math.inf, math.inf)
    assert difference_in_sigma(np.ones(4), np.ones(4)) == (0.0, 0.0)
    assert difference_in_sigma(np.ones(4) * 2, np.ones(4)) == (math.inf, math.inf)


def test_solver_options_are_written_where_they_are_not_ngspice_s_own() -> None:
    assert "xmu" not in Solver().line() and "trtol" not in Solver().line()
    assert Solver(xmu=0.45, trtol=30.0).line().endswith("xmu=0.45 trtol=30.0")
    assert "xtrtol" not in complete_deck("* plain", Transient(1e-6, 1e-9))
    assert "\nset xtrtol=10.0\n" in complete_deck("* models", Transient(1e-6, 1e-9, Solver(xtrtol=10.0)))
