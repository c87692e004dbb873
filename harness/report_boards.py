"""The scoreboards as they were written, completed with what is missing, and where each number's waveforms are."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from harness.datasheet import Line
from harness.quantities import engineering
from harness.scoreboard import COLUMNS, SOLVER, TITLES, missing_rows, read_scoreboard
from harness.testbench import Testbench

NOT_KEPT = ("FAIL", "UNEXPECTED", "INCOMPLETE", "MISSING")
STATUSES = ("AIM", "PASS", "KNOWN", *NOT_KEPT, "REPORT")
PRINTED = 1e-8  # relative; tables have nine digits


@dataclass(frozen=True)
class Board:
    """One scoreboard: its rows (scoreboard.COLUMNS, all text but ``measured``) and the target that writes it."""

    name: str
    title: str
    target: str
    rows: pd.DataFrame
    heading: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each status, in the order of STATUSES."""
        found = self.rows["status"].value_counts()
        return {status: int(found[status]) for status in STATUSES if status in found}


def read_boards(results: Path, benches: Sequence[Testbench]) -> list[Board]:
    """Return every board; a testbench that has no row in the board that it belongs to has MISSING rows."""
    return [
        _board(results, "scoreboard", "make scoreboard", benches),
        _board(results, "scoreboard_figures", "make figures", [b for b in benches if b.is_figure]),
        _board(results, "campaign", "make campaign", [b for b in benches if b.samples]),
    ]


def _board(results: Path, name: str, target: str, benches: Iterable[Testbench]) -> Board:
    table, page = results / f"{name}.csv", results / f"{name}.md"
    rows = read_scoreboard(results, name) if table.is_file() else pd.DataFrame(columns=COLUMNS)
    for bench in benches:
        if not (rows["testbench"] == bench.name).any():
            claims = bench.claims + (bench.sample_claims if name == "campaign" else ())
            lacking = missing_rows(bench.name, claims).assign(note=f"not in {name}.csv; make it with: {target}")
            rows = pd.concat([rows, lacking], ignore_index=True) if len(rows) else lacking
    paragraphs = page.read_text(encoding="utf-8").split("\n\n") if page.is_file() else []
    return Board(name, TITLES[name], target, rows, paragraphs[1] if len(paragraphs) > 1 else "")


@dataclass(frozen=True)
class Places:
    """Where the runs of each testbench are on its page: (measure, value) of every reading, and the stress of each."""

    readings: Mapping[str, Sequence[tuple[int, str, float]]]  # testbench -> run, measure, value
    stress: Sequence[tuple[str, int, float, float]]  # testbench, run, limit, volts
    studies: Collection[str] = ()  # testbenches whose page tells of a study

    def link(self, row: Mapping[str, object]) -> str:
        """Return the address of a row's waveforms, from the report's folder; "" where no single testbench has them."""
        name, measure, value = str(row["testbench"]), str(row["measure"]), float(str(row["measured"]))
        name = measure.removeprefix("solver_error_") if name == SOLVER else name
        if name in self.studies and str(row["statement"]).endswith("samples)"):
            return f"bench/{name}.html#study"
        if name in self.readings:
            run = self._run(name, measure, value)
            return f"bench/{name}.html#{'waveforms' if run is None else f'run={run}'}"
        for bench, run, limit, volts in self.stress:
            if measure == f"soa_{limit:.3g}_v" and math.isclose(volts, value, rel_tol=PRINTED):
                return f"bench/{bench}.html#run={run}"
        return ""

    def _run(self, name: str, measure: str, value: float) -> int | None:
        """Return the run that this very value was read from, if it is one's; a worst case has lost its sign.

        Readings of the row's own measure come first; of the others, anything may have a whole number by chance.
        """
        if value == 0 or math.isnan(value):
            return None
        same = [
            reading for reading in self.readings[name] if math.isclose(abs(reading[2]), abs(value), rel_tol=PRINTED)
        ]
        own = [run for run, read, _ in same if read == measure]
        others = [] if value.is_integer() else [run for run, _, _ in same]
        return next(iter(own + others), None)


def shown_rows(board: Board, places: Places) -> list[dict[str, str]]:
    """Return a board's rows as texts, each with the ``link`` to its waveforms."""
    return [
        {name: str(row[name]) for name in COLUMNS}
        | {"measured": engineering(float(row["measured"]), str(row["unit"])), "link": places.link(row)}
        for row in [{str(name): entry for name, entry in row.items()} for row in board.rows.to_dict("records")]
    ]


def datasheet_rows(bench: str, lines: Iterable[Line]) -> list[dict[str, str]]:
    """Return a datasheet's lines as texts; min, typ and max each with the ``link`` to the run that has it."""
    rows = []
    for line in lines:
        texts = {"name": line.row.name, "source": line.row.source, "unit": line.row.shown, "status": line.status}
        texts |= {"lower": line.row.number(line.row.low), "upper": line.row.number(line.row.high)}
        for name, value, case in zip(("min", "typ", "max"), line.values, line.cases, strict=True):
            texts[name] = line.row.number(value)
            texts[f"{name}_link"] = "" if math.isnan(value) else f"bench/{bench}.html#run={case}"
        rows.append({**texts, "misses": str(line.misses)})
    return rows
