"""The report's pages, from data that no simulation made; tests/browser opens them."""

import base64
import hashlib
import json
import math
import re
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from harness.datasheet import Line
from harness.errors import HarnessError
from harness.render import block_names
from harness.report import (
    SITE,
    Chapter,
    RunEntry,
    chapter_rows,
    deck_parts,
    statistics_rows,
    worst_rows,
    write_figures,
    write_pages,
    write_report,
    write_runs,
)
from harness.report_boards import Board, Places, read_boards, shown_rows
from harness.report_circuits import DRAWINGS
from harness.report_evidence import Evidence, FinishedRuns, StudyEvidence, worst_samples
from harness.report_scripts import Picture
from harness.scoreboard import COLUMNS
from harness.stress import Stress
from harness.testbench import Claim, DatasheetRow, Reading

HOSTILE = "</script><img src=x onerror=alert(1)>&"


def board_row(**facts: Any) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS, "") | {"testbench": "toy", "measure": "gain", "statement": "gain"} | facts


def board(*rows: dict[str, Any]) -> Board:
    return Board("scoreboard", "Scoreboard", "make scoreboard", pd.DataFrame(rows, columns=COLUMNS), "made today")


def received(path: Path) -> Any:
    packed = path.read_text().removeprefix('spintegrate.receive("').removesuffix('");\n')
    return json.loads(zlib.decompress(base64.b64decode(packed)))


def test_what_is_vendored_is_what_was_pinned() -> None:
    sums = (SITE / "uplot" / "SHA256SUMS").read_text().split()
    for digest, name in zip(sums[::2], sums[1::2], strict=True):
        assert hashlib.sha256((SITE / "uplot" / name).read_bytes()).hexdigest() == digest


def test_a_testbench_without_rows_is_missing_with_the_target_that_makes_them(tmp_path: Path) -> None:
    claim = Claim("gain", "gain", "required", (0.0, 1.0))
    benches: Any = [
        SimpleNamespace(name=name, is_figure=figure, samples=0, claims=(claim,), sample_claims=())
        for name, figure in (("toy", True), ("other", True), ("corners", False))
    ]
    pd.DataFrame([board_row(measured=0.5, unit="V", status="PASS")]).to_csv(tmp_path / "scoreboard_figures.csv")
    (tmp_path / "scoreboard_figures.md").write_text("# Scoreboard\n\nmade today\n\n## toy\n")
    whole, figures, campaign = read_boards(tmp_path, benches)
    assert figures.counts == {"PASS": 1, "MISSING": 1}
    assert figures.heading == "made today"
    assert "make figures" in figures.rows["note"].iloc[1]
    assert whole.counts == {"MISSING": 3} and campaign.counts == {}
    assert [row["measured"] for row in shown_rows(figures, Places({}, []))] == ["500 mV", "nan"]


def test_a_number_leads_to_the_run_that_it_was_read_from() -> None:
    places = Places({"toy": [(0, "gain", 0.5), (3, "gain", -0.71234567891)]}, [("toy", 2, 1.98, 2.03)])

    def link(**facts: Any) -> str:
        return places.link(board_row(**facts))

    assert link(measured=0.712345679) == "bench/toy.html#run=3"  # nine digits, and a worst case without its sign
    assert link(measured=0.6) == "bench/toy.html#waveforms"
    assert link(measured=0.0) == link(measured=math.nan) == "bench/toy.html#waveforms"
    assert link(testbench="solver error", measure="solver_error_toy", measured=0.01) == "bench/toy.html#waveforms"
    assert link(testbench="safe operating area", measure="soa_1.98_v", measured=2.03) == "bench/toy.html#run=2"
    assert link(testbench="safe operating area", measure="soa_1.98_v", measured=2.0) == ""
    assert link(testbench="unknown", measured=1.0) == ""
    counts = Places({"toy": [(0, "gain", 2.0), (1, "wrong", 1.0), (2, "gain", 0.5), (3, "other", 0.5)]}, ())
    assert counts.link(board_row(measure="slips", measured=2.0)) == "bench/toy.html#waveforms"  # by chance
    assert counts.link(board_row(measure="wrong", measured=1.0)) == "bench/toy.html#run=1"
    assert counts.link(board_row(measure="other", measured=0.5)) == "bench/toy.html#run=3"
    sampled = Places(places.readings, (), ["toy"])
    assert sampled.link(board_row(statement="sigma (200 of 200 samples)", measured=0.5)) == "bench/toy.html#study"
    assert sampled.link(board_row(measured=0.5)) == "bench/toy.html#run=0"


def test_decks_share_their_lines() -> None:
    lines: dict[str, int] = {}
    decks = ["a\nb\nc\nd", "a\nb\nX\nd", "", "d\nd\na"]
    parts = [deck_parts(deck, lines) for deck in decks]
    assert list(lines) == ["a", "b", "c", "d", "X"]
    assert parts[:3] == [[0, 4], [0, 2, 4, 1, 3, 1], []]
    known = list(lines)
    for deck, place in zip(decks, parts, strict=True):
        assert deck.splitlines() == [
            line for i in range(0, len(place), 2) for line in known[place[i] :][: place[i + 1]]
        ]


def test_runs_become_scripts_and_what_is_not_stored_is_said(tmp_path: Path) -> None:
    waves = pd.DataFrame({"out": [0.0, 1.0]}, index=pd.Index([0.0, 1e-6], name="time"))
    readings = (Reading("gain", 0.5, "V", {"weight": 3}), Reading("time", math.nan, "s"))
    stress = (Stress("m1", 1.05, 1.1),)
    runs = [
        Evidence(HOSTILE, ("ngspice deck.cir",), waves, "* title\n.end", readings, "run 1", stress),
        Evidence("VTH=1", ("make toy",)),
    ]
    chapter = Chapter("toy", HOSTILE, True, cases=3)
    write_runs(tmp_path, chapter, runs)
    content = received(tmp_path / "runs" / "toy" / "0.js")
    assert content["name"] == HOSTILE and content["readings"][0] == ["gain", "weight 3", "500 mV"]
    assert not (tmp_path / "runs" / "toy" / "1.js").exists()
    assert received(tmp_path / "decks" / "toy.js")["decks"][1] == {"name": "VTH=1", "reruns": ["make toy"], "parts": []}
    assert chapter.stored_cases == 1 and chapter.stress == [(0, 1.1, 1.05)]
    rows = [board_row(measured=0.5, unit="V", status="PASS", statement=HOSTILE)]
    page = write_pages(tmp_path, [board(*rows)], [chapter])
    text = (tmp_path / "bench" / "toy.html").read_text()
    assert "<img src=x" not in text + page.read_text() + (tmp_path / "scoreboard.html").read_text()
    assert "2 of 3 runs are not stored" in text and "<code>make toy</code>" in text
    assert 'href="../bench/toy.html#run=0"' in text
    assert "no figure is stored" in page.read_text()


def test_stored_samples_do_not_stand_for_missing_runs(tmp_path: Path) -> None:
    runs = [RunEntry(str(n), "make toy", stored) for n, stored in enumerate((True, False, True, True))]
    write_pages(tmp_path, [board()], [Chapter("toy", "?", True, runs=runs, cases=2)])
    assert "1 of 2 runs are not stored" in (tmp_path / "bench" / "toy.html").read_text()


def test_a_report_stays_until_the_next_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = write_report(tmp_path, [])
    assert page == tmp_path / "report" / "index.html" and page.is_file()
    (page.parent / "old.html").touch()

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("harness.report.write_figures", stopped)
        with pytest.raises(KeyboardInterrupt):
            write_report(tmp_path, [])
    assert page.is_file() and (page.parent / "old.html").is_file()
    write_report(tmp_path, [])
    assert page.is_file() and not (page.parent / "old.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_datasheet_has_a_page_and_says_what_is_missing(tmp_path: Path) -> None:
    row = DatasheetRow("gain", HOSTILE, 0.0, 1.0, "required", "V", 1e3, "mV")
    chapter = Chapter("toy", "?", False, cases=3)
    chapter.sheet = [Line(row, (0.25, 0.5, 2.0), (0, 1, 2), 1), Line(row, (math.nan, 0.5, math.nan), (2, 1, 2), 1)]
    index = write_pages(tmp_path, [board()], [chapter]).read_text()
    text = (tmp_path / "datasheet.html").read_text()
    assert re.findall(r'href="(bench/toy.html#run=\d)"', text) == [f"bench/toy.html#run={run}" for run in (0, 1, 2, 1)]
    assert 'href="datasheet.html"' in index and "<img src=x" not in text
    assert "3 of 3 cases are not stored" in text and text.count("1 of 3") == 2
    assert re.findall(r'<tr data-status="(\w+)"', text) == ["FAIL", "MISSING"]


def test_the_circuits_page_shows_every_block_and_each_stored_drawing(tmp_path: Path) -> None:
    write_pages(tmp_path, [board()], [])
    text = (tmp_path / "circuits.html").read_text()
    assert [name for name in block_names() if f'id="{name}"' not in text] == []
    drawings = sorted(path.stem for path in DRAWINGS.glob("*.svg"))
    assert drawings and sorted(re.findall(r'data-script="circuits/(\w+).js"', text)) == drawings
    assert sorted(path.stem for path in (tmp_path / "circuits").iterdir()) == drawings
    assert received(tmp_path / "circuits" / "nand.js") == (DRAWINGS / "nand.svg").read_text()


def test_an_error_leaves_what_came_before_it_whole(tmp_path: Path) -> None:
    def runs() -> Any:
        yield Evidence("first", ("make toy",), deck="* a")
        raise HarnessError("no such size")

    chapter = Chapter("toy", "?", True, cases=2)
    with pytest.raises(HarnessError):
        write_runs(tmp_path, chapter, runs())
    assert len(received(tmp_path / "decks" / "toy.js")["decks"]) == len(chapter.runs) == 1


def test_a_row_of_two_boards_is_shown_once_and_a_number_beats_a_missing_one() -> None:
    missing, found = board_row(status="MISSING"), board_row(status="PASS")
    solver = board_row(testbench="solver error", measure="solver_error_toy", statement="moves")
    other = board_row(testbench="other", statement="else")
    mine = chapter_rows("toy", [[missing, solver, other], [found]])
    assert mine == [found, solver]


def test_figures_find_their_testbench(tmp_path: Path) -> None:
    source = tmp_path / "figures"
    source.mkdir()
    for name in ("toy.svg", "contributions_toy.svg", "tornado.svg", "toy.png"):
        (source / name).write_text('<svg width="72pt" viewBox="-1 0 72.5 36"></svg>')
    chapter = Chapter("toy", "?", True)
    assert write_figures(source, tmp_path / "out", [chapter]) == [Picture("tornado.js", 72.5, 36)]
    assert [figure.name for figure in chapter.figures] == ["toy", "contributions_toy"]
    assert len(list((tmp_path / "out").iterdir())) == 3
    (source / "half.svg").write_text("<svg")
    with pytest.raises(HarnessError, match=r"half\.svg has no viewBox"):
        write_figures(source, tmp_path / "out", [])


def sample_table() -> pd.DataFrame:
    rows = [
        {"sample": sample, "case": case, "measure": "offset", "value": value, "unit": "V", "status": "ok", "rung": ""}
        for case, scale in (("on", 1.0), ("off", 100.0))
        for sample, value in enumerate([scale * (sample % 3) for sample in range(12)])
    ]
    table = pd.DataFrame(rows)
    table.loc[table["sample"] == 7, "value"] *= 20
    return table


def test_the_worst_samples_are_furthest_from_the_mean_of_their_own_case() -> None:
    table = sample_table()
    worst = worst_samples(table)
    assert len(worst) == 5 and worst["sample"].iloc[0] == 7 and worst["sample"].is_unique
    assert worst["sigmas"].iloc[0] == pytest.approx(3.1, abs=0.2)
    failed = {"sample": 3, "case": "on", "measure": "", "value": math.nan, "unit": "", "status": "timeout", "rung": ""}
    whole = pd.concat([table, pd.DataFrame([failed])], ignore_index=True)
    assert worst_samples(whole, ["offset"])["sample"].iloc[0] == 3
    assert math.isinf(worst_samples(whole)["sigmas"].iloc[0])


def test_samples_that_do_not_differ_are_not_far() -> None:
    table = sample_table().assign(value=1.0)
    assert (worst_samples(table)["sigmas"] == 0).all()


def test_a_study_is_told_with_its_worst_samples() -> None:
    statistics = pd.DataFrame(
        [{"case": "on", "measure": "offset", "weight": math.nan, "unit": "V", "n": "12 of 12", "mu": 1e-3}
         | {"mu_low": 0.9e-3, "mu_high": 1.1e-3, "sigma": 2e-3, "sigma_low": 1e-3, "sigma_high": 3e-3}]
    )  # fmt: skip
    study = StudyEvidence("12 of 12", "key", statistics, worst_samples(sample_table()))
    chapter = Chapter("toy", "?", True, 12, [RunEntry("x", "mc show", stored) for stored in (True, True, *[False] * 4)])
    chapter.cases, chapter.study = 1, study
    rows = worst_rows(chapter)
    assert [row["run"] for row in rows] == [1, 2, 3, 4, 5] and rows[0]["entry"].stored and not rows[1]["entry"].stored
    assert statistics_rows(study)[0] == {
        "case": "on", "measure": "offset", "at": "", "n": "12 of 12", "mu": "1 mV (900 uV to 1.1 mV)",
        "sigma": "2 mV (1 mV to 3 mV)",
    }  # fmt: skip
    assert statistics_rows(None) == [] and worst_rows(Chapter("toy", "?", True)) == []


def test_nothing_is_simulated_for_a_report(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="a report simulates nothing"):
        FinishedRuns(tmp_path).workplace(tmp_path / "run")
