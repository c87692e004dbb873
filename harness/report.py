"""The report: a folder of pages that opens from disk, with no server and no network.

Data are scripts (see harness.report_scripts): runs/<testbench>/<n>.js, figures/<name>.js, and decks/<testbench>.js,
which has each line once however many decks share it.
"""

import contextlib
import itertools
import math
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from harness.datasheet import Line, datasheet
from harness.errors import HarnessError
from harness.quantities import engineering
from harness.report_boards import NOT_KEPT, STATUSES, Board, Places, datasheet_rows, read_boards, shown_rows
from harness.report_circuits import write_drawings
from harness.report_evidence import Evidence, FinishedRuns, StudyEvidence, case_runs, find_study
from harness.report_scripts import Picture, write_picture, write_script
from harness.report_waves import TOLERANCE_NOTE, packed_waves
from harness.testbench import Testbench

SITE = Path(__file__).with_name("site")
ASSETS = ("report.css", "report.js", "uplot/uPlot.iife.min.js", "uplot/uPlot.min.css", "uplot/LICENSE")


@dataclass(frozen=True)
class RunEntry:
    """What a testbench's page says of one run; its waveforms are in a script beside, where they are stored."""

    name: str
    rerun: str
    stored: bool


@dataclass
class Chapter:
    """One testbench's page: runs first, then the worst samples of its study."""

    name: str
    question: str
    is_figure: bool
    samples: int = 0
    runs: list[RunEntry] = field(default_factory=list)
    cases: int = 0  # how many of the runs, the first, are the testbench's own cases
    study: StudyEvidence | None = None
    problem: str = ""
    readings: list[tuple[int, str, float]] = field(default_factory=list)
    stress: list[tuple[int, float, float]] = field(default_factory=list)
    figures: list[Picture] = field(default_factory=list)
    sheet: list[Line] = field(default_factory=list)  # its datasheet

    @property
    def stored(self) -> list[RunEntry]:
        """The runs that can be looked at."""
        return [run for run in self.runs if run.stored]

    @property
    def stored_cases(self) -> int:
        """How many of the testbench's own cases can be."""
        return sum(run.stored for run in self.runs[: self.cases])


def write_report(results: Path, benches: Sequence[Testbench]) -> Path:
    """Write results/report/ from what is stored, simulating nothing, and return its first page.

    The report before it stays until the new one is whole.

    Raises:
        HarnessError: a results folder that cannot be read.
    """
    folder, beside = results / "report", results / ".report"
    shutil.rmtree(beside, ignore_errors=True)  # of a call that was killed
    try:
        page = _write_report(beside / "new", results, benches)
        with contextlib.suppress(FileNotFoundError):  # the first report
            folder.rename(beside / "old")
        (beside / "new").rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder / page.name


def _write_report(folder: Path, results: Path, benches: Sequence[Testbench]) -> Path:
    for name in ASSETS:
        (folder / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SITE / name, folder / "site" / name)
    store = FinishedRuns(results / "runs")
    chapters = []
    for bench in benches:
        chapter = Chapter(bench.name, bench.question, bench.is_figure, bench.samples)
        try:
            chapter.study = find_study(bench, store, results / "mc") if bench.samples else None
            settings = bench.settings({})
            cases = bench.cases(settings)
            chapter.cases = len(cases)
            samples = chapter.study.runs if chapter.study else []
            write_runs(folder, chapter, itertools.chain(case_runs(bench, store), samples))
            if bench.datasheet:
                chapter.sheet = datasheet(bench, cases, settings, chapter.readings, chapter.stress)
        except HarnessError as error:
            chapter.problem = str(error)
        chapters.append(chapter)
    others = write_figures(results / "figures", folder / "figures", chapters)
    return write_pages(folder, read_boards(results, benches), chapters, others)


def write_runs(folder: Path, chapter: Chapter, runs: Iterable[Evidence]) -> None:
    """Write the scripts of a testbench's runs and their decks, and enter them into its chapter."""
    lines: dict[str, int] = {}
    decks: list[dict[str, Any]] = []
    try:
        for number, run in enumerate(runs):
            chapter.runs.append(RunEntry(run.name, run.reruns[0], run.waveforms is not None))
            decks.append({"name": run.name, "reruns": run.reruns, "parts": deck_parts(run.deck, lines)})
            chapter.readings += [(number, reading.measure, reading.value) for reading in run.readings]
            chapter.stress += [(number, stress.limit, stress.volts) for stress in run.stress]
            if run.waveforms is not None:
                facts = {"name": run.name, "reruns": run.reruns, "about": run.about, "readings": _readings(run)}
                write_script(folder / "runs" / chapter.name / f"{number}.js", facts | packed_waves(run.waveforms))
    finally:  # an error ends the list, and what came before stays whole
        write_script(folder / "decks" / f"{chapter.name}.js", {"lines": list(lines), "decks": decks})


def deck_parts(deck: str, lines: dict[str, int]) -> list[int]:
    """Return a deck as pairs (first line, how many) of ``lines``, to which new lines are added.

    The decks of a sweep differ in few lines.
    """
    parts: list[int] = []
    for line in deck.splitlines():
        place = lines.setdefault(line, len(lines))
        if parts and parts[-2] + parts[-1] == place:
            parts[-1] += 1
        else:
            parts += [place, 1]
    return parts


def _readings(run: Evidence) -> list[list[str]]:
    return [
        [
            each.measure,
            ", ".join(f"{name} {value}" for name, value in each.at.items()),
            engineering(each.value, each.unit, 6),
        ]
        for each in run.readings
    ]


def write_figures(source: Path, target: Path, chapters: Iterable[Chapter]) -> list[Picture]:
    """Write every figure for the pages, enter it into its testbench's chapter, and return those that are none's.

    Raises:
        HarnessError: a file that is no SVG.
    """
    owners = {prefix + chapter.name: chapter for chapter in chapters for prefix in ("", "contributions_")}
    others = []
    for path in sorted(source.glob("*.svg"), key=lambda path: (path.stem not in owners, len(path.stem), path.stem)):
        picture = write_picture(path, target)
        if path.stem in owners:
            owners[path.stem].figures.append(picture)
        else:
            others.append(picture)
    return others


def write_pages(
    folder: Path, boards: Sequence[Board], chapters: Sequence[Chapter], others: Sequence[Picture] = ()
) -> Path:
    """Write the first page, a page a board and a testbench, datasheet, circuits and netlists; return the first."""
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(SITE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    sheets = [chapter for chapter in chapters if chapter.sheet]
    pages.globals.update(statuses=STATUSES, not_kept=NOT_KEPT, boards=boards, sheets=sheets, tolerance=TOLERANCE_NOTE)
    places = Places(
        {chapter.name: chapter.readings for chapter in chapters},
        [(chapter.name, *facts) for chapter in chapters for facts in chapter.stress],
        [chapter.name for chapter in chapters if chapter.samples],
    )
    rows = {board.name: shown_rows(board, places) for board in boards}

    def write(name: str, template: str, **facts: Any) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = pages.get_template(f"{template}.html.j2").render(page=name, root="../" * name.count("/"), **facts)
        path.write_text(text, encoding="utf-8")

    own = {chapter.name: chapter_rows(chapter.name, rows.values()) for chapter in chapters}
    for board in boards:
        write(f"{board.name}.html", "board", board=board, rows_shown=rows[board.name])
    for chapter in chapters:
        facts = {"worst": worst_rows(chapter), "statistics": statistics_rows(chapter.study)}
        write(f"bench/{chapter.name}.html", "bench", chapter=chapter, rows=own[chapter.name], **facts)
    if sheets:
        lines = {chapter.name: datasheet_rows(chapter.name, chapter.sheet) for chapter in sheets}
        write("datasheet.html", "datasheet", lines=lines)
    write("circuits.html", "circuits", circuits=write_drawings(folder / "circuits"))
    write("deck.html", "deck")
    write("index.html", "index", chapters=chapters, own=own, others=others)
    return folder / "index.html"


def chapter_rows(name: str, boards: Iterable[Sequence[dict[str, str]]]) -> list[dict[str, str]]:
    """Return a testbench's rows of all boards, each once, in the first board that has it; MISSING where none has."""
    mine: dict[str, dict[str, str]] = {}
    for board in boards:
        for row in board:
            if name in (row["testbench"], row["measure"].removeprefix("solver_error_")):
                known = mine.setdefault(row["statement"], row)
                if known["status"] == "MISSING":
                    mine[row["statement"]] = row
    return list(mine.values())


def worst_rows(chapter: Chapter) -> list[dict[str, Any]]:
    """Return the worst samples of a chapter's study as texts; ``run`` is the number of each on the page."""
    if chapter.study is None or chapter.problem:
        return []
    rows = []
    for run, row in enumerate(chapter.study.worst.to_dict("records"), chapter.cases):
        far = "no value" if math.isinf(row["sigmas"]) else f"{row['sigmas']:+.2f} sigma"
        texts = {"value": engineering(row["value"], row["unit"]), "far": far, "run": run, "entry": chapter.runs[run]}
        rows.append({str(name): entry for name, entry in row.items()} | texts)
    return rows


def statistics_rows(study: StudyEvidence | None) -> list[dict[str, str]]:
    """Return a study's statistics as texts: where, measure, n, mu and sigma with their 95 % intervals."""
    if study is None:
        return []
    table = study.statistics
    known = {"case", "measure", "unit", "n", "three_sigma"}
    known |= {f"{name}{end}" for name in ("mu", "sigma") for end in ("", "_low", "_high")}
    rows = []
    for row in table.to_dict("records"):
        at = [f"{name} {row[name]}" for name in table.columns if name not in known and not pd.isna(row[name])]
        interval = {
            name: f"{engineering(row[name], row['unit'])} ({engineering(row[f'{name}_low'], row['unit'], 3)} to "
            f"{engineering(row[f'{name}_high'], row['unit'], 3)})"
            for name in ("mu", "sigma")
        }
        rows.append({"case": row["case"], "measure": row["measure"], "at": ", ".join(at), "n": row["n"], **interval})
    return rows
