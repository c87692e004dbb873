"""The command line's boards: many testbenches and one scoreboard, in which a failure of one loses no other."""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd
from rich.markup import escape
from rich.table import Table

from harness.cli_options import console, say, shown
from harness.cli_workplace import Part, Workplace
from harness.errors import HarnessError
from harness.job import CaseRun
from harness.publish import RESULTS, Answer, scoreboard_heading, solver_claim, solver_row, stress_row
from harness.quantities import engineering
from harness.registry import all_testbenches
from harness.runner import stored_runs
from harness.scoreboard import SOLVER, STRESS, joined, missing_rows, read_scoreboard, update_readme, write_scoreboard
from harness.technology import PROJECT
from harness.testbench import Claim, Testbench

Made = TypeVar("Made")


@dataclass
class Gathered:
    """Scoreboard rows from what may fail, and (whose, what) failed: nothing that fails loses the rows of the others."""

    tables: list[pd.DataFrame] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def attempt(self, make: Callable[[], Made], name: str, claims: Iterable[Claim], owner: str = "") -> Made | None:
        """Return what is made; where it fails, None, and ``name`` has MISSING rows and ``owner`` (or it) a problem."""
        try:
            return make()
        except HarnessError as error:
            problem = str(error)
        except Exception as error:  # a bug, or a circuit changed so far that a measurement has nothing to go by
            problem = f"{owner or name}: {type(error).__name__}: {error} (unexpected; run it alone for the trace)"
        self.problems.append((owner or name, problem))
        self.tables.append(missing_rows(name, claims))
        return None

    def add(self, part: Part, name: str, owner: str = "") -> None:
        """Add a part's rows, MISSING ones where it fails."""
        claims, rows_of = part
        table = self.attempt(rows_of, name, claims, owner)
        if table is not None:
            self.tables.append(table)

    @property
    def failed(self) -> int:
        """Of how many something failed."""
        return len({name for name, _ in self.problems})

    @property
    def sentences(self) -> str:
        """What failed."""
        return " | ".join(problem for _, problem in self.problems)


def rows_of_others(place: Workplace, name: str, renewed: Sequence[str]) -> pd.DataFrame:
    """Return the rows of a scoreboard that another run made, without those that are to be renewed."""
    rows = read_scoreboard(place.folder, name)
    solver = [solver_claim(each).measure for each in renewed]
    return rows[~(rows["testbench"].isin([*renewed, STRESS]) | rows["measure"].isin(solver))]


def runs_of_others(place: Workplace, kept: pd.DataFrame | None) -> Iterator[CaseRun]:
    """Yield every stored run of the testbenches whose rows are kept."""
    names = set() if kept is None else set(kept["testbench"])
    for bench in all_testbenches().values():
        if bench.name in names:
            yield from stored_runs(bench, bench.cases(place.settings(bench)), place.store)


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Return a scoreboard's rows by testbench, those of no single one last, however often some were renewed."""
    names = list(all_testbenches())
    place = {name: names.index(name) if name in names else len(names) for name in table["testbench"]}
    return table.sort_values("testbench", key=lambda column: column.map(place), kind="stable", ignore_index=True)


def publish_all(
    benches: Sequence[Testbench], place: Workplace, name: str, others: Mapping[str, Part] | None = None,
    kept: pd.DataFrame | None = None,
) -> None:  # fmt: skip
    """Run testbenches and write their figures, measures and one scoreboard; a failed one does not stop the others.

    The scoreboard has the solver's own error too, and the studies that are figures; all others are the campaign's.
    ``others`` give rows without being testbenches; ``kept`` are rows of testbenches that are not run now. The safe
    operating area is that of every run that is stored, theirs too.

    Raises:
        HarnessError: at the end, when a testbench gave no answer; its rows stand in the scoreboard as MISSING.
    """
    started, check_solver, campaign = time.monotonic(), name == "scoreboard", name == "campaign"
    others, rows, solver, answers = others or {}, Gathered(), Gathered(), []
    if kept is not None:
        rows.tables.append(kept[kept["testbench"] != SOLVER])
        solver.tables.append(kept[kept["testbench"] == SOLVER])
    ahead = place.run_ahead(benches)
    for bench in benches:
        result = _gather(bench, place, rows, campaign, ahead.get(bench.name))
        if result is not None:
            answers.append(result)
            if check_solver and bench.check_solver:
                solver.add(_tight_part(result, place), SOLVER, bench.name)
    for other, part in others.items():
        rows.add(part, other)
    runs = itertools.chain((run for answer in answers for run in answer.runs), runs_of_others(place, kept))
    table = in_order(joined([*rows.tables, stress_row(runs), *solver.tables]))
    heading = scoreboard_heading(name, place.assignments.get("TECHNOLOGY", "fdsoi28"))
    for path in write_scoreboard(table, place.folder, heading, name):
        say(f"wrote {shown(path)}")
    if (check_solver or campaign) and place.folder == RESULTS:
        update_readme(PROJECT / "README.md", table, name)
    show_rows(table)
    say(f"{time.monotonic() - started:.0f} s; what was in the store was not simulated again")
    lost = [
        f"{rows.failed} of {len(benches) + len(others)} testbenches gave no answer or not all of it: {rows.sentences}",
        f"{solver.failed} gave none with the tight solver: {solver.sentences}",
    ]
    if rows.problems or solver.problems:
        raise HarnessError("; ".join(text for text, of in zip(lost, (rows, solver), strict=True) if of.problems))


def _gather(
    bench: Testbench, place: Workplace, rows: Gathered, campaign: bool, runs: list[CaseRun] | None
) -> Answer | None:
    """Run one testbench, gather its rows, and return its answer; None where it has none, and every claim is MISSING.

    ``runs`` are those of its cases, if it has run already.
    """
    study = bench.is_figure or campaign
    claims = bench.claims + (bench.sample_claims if study else ())
    result = rows.attempt(lambda: place.written_answer(bench, runs), bench.name, claims)
    for part in place.parts(result, study, campaign) if result is not None else ():
        rows.add(part, bench.name)
    return result


def _tight_part(result: Answer, place: Workplace) -> Part:
    """Return what runs a testbench again with the tight solver, for what that moves."""
    claims = [solver_claim(result.bench.name)] if result.bench.claims else []
    return claims, lambda: solver_row(result, place.answer(result.bench, tight=True))


def show_rows(table: pd.DataFrame, defaults: Mapping[tuple[str, str], float] | None = None) -> None:
    """Print scoreboard rows; ``defaults`` stand beside what was measured, to show what a changed parameter does."""
    before = [(defaults or {}).get(key) for key in zip(table["testbench"], table["measure"], strict=True)]
    compared = any(value is not None for value in before)
    view = Table(box=None, pad_edge=False)
    for column in ("testbench", "statement", "must", "measured", *(("default",) if compared else ()), "status"):
        view.add_column(column, overflow="fold")
    colours = {"AIM": "green", "PASS": "green", "KNOWN": "yellow", "FAIL": "red", "UNEXPECTED": "red"}
    for (_, row), default in zip(table.iterrows(), before, strict=True):
        colour = colours.get(row["status"], "default")
        status = f"[{colour}]{row['status']}[/]"
        texts = [row["testbench"], row["statement"], row["must"], engineering(row["measured"], row["unit"])]
        if compared:
            texts.append("" if default is None else engineering(default, row["unit"]))
        view.add_row(*(escape(text) for text in texts), status)
    console.print(view)
