"""The command line's workplace: what a command was given, and what it makes of one testbench."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from harness.arguments import parse_assignments
from harness.cli_mc import StudyOptions, check_repeatability, publish_beside, publish_breakdowns, publish_study
from harness.cli_options import console, say, shown
from harness.errors import HarnessError
from harness.job import CaseRun
from harness.progress import RunProgress
from harness.publish import Answer, output_folder, score_answer, write_answer
from harness.registry import find_testbench
from harness.repeatability import repeatability_claim
from harness.runner import collect, run_cases, run_together
from harness.scoreboard import joined, read_scoreboard
from harness.store import Store
from harness.testbench import Case, Claim, Testbench, conditions

Part = tuple[Sequence[Claim], Callable[[], pd.DataFrame]]  # claims, and what gives their rows and writes files


@dataclass(frozen=True)
class Workplace:
    """What every command that simulates is given: parameters, workers, and the folder that results go to."""

    assignments: dict[str, str]
    jobs: int | None
    results: Path
    options: StudyOptions = StudyOptions()

    @property
    def store(self) -> Store:
        """The finished runs."""
        return Store(self.results / "runs")

    @property
    def folder(self) -> Path:
        """Where figures and tables go."""
        return output_folder(self.results, self.assignments | self.options.changes)

    def defaults(self) -> dict[tuple[str, str], float]:
        """Return what (testbench, measure) has with nothing changed, as the scoreboard holds it; {} where none does."""
        if self.folder == self.results or not (self.results / "scoreboard.csv").is_file():
            return {}
        rows = read_scoreboard(self.results)
        return dict(zip(zip(rows["testbench"], rows["measure"], strict=True), rows["measured"], strict=True))

    def settings(self, bench: Testbench) -> dict[str, Any]:
        """Return a testbench's settings, with those assignments that it declares."""
        return bench.settings(self.own_assignments(bench))

    def own_assignments(self, bench: Testbench) -> dict[str, str]:
        """Return the assignments that a testbench declares."""
        declared = bench.all_parameters()
        return {name: value for name, value in self.assignments.items() if "." in name or name in declared}

    def refuse_swept(self, bench: Testbench) -> None:
        """Refuse what a testbench sweeps itself, to other values: its results would look as if they were at this one.

        Raises:
            HarnessError: an assignment that no case has and that changes none.
        """
        own, settings = self.own_assignments(bench), self.settings(bench)
        cases = _all_cases(bench, settings)
        for name, text in own.items():
            value, swept = settings[name], [case.values[name] for case in cases]
            others = {other: own[other] for other in own if other != name}
            if value not in swept and cases == _all_cases(bench, bench.settings(others)):
                had = " .. ".join(dict.fromkeys(str(end) for end in (swept[0], swept[-1])))
                raise HarnessError(
                    f"{bench.name} chooses {name} itself, {had}, so {name}={text} changes nothing of it; leave it out."
                )

    def answer(self, bench: Testbench, tight: bool = False, runs: list[CaseRun] | None = None) -> Answer:
        """Run one testbench under a progress bar, if it has not: ``runs`` are those of its cases."""
        settings = self.settings(bench)
        if runs is None:
            cases = bench.cases(settings)
            with RunProgress(f"{bench.name}{' tight' if tight else ''}", len(cases), console) as progress:
                runs = run_cases(bench, cases, self.store, self.jobs, tight, progress.advance)
        return Answer(bench, collect(bench, settings, runs), runs)

    def run_ahead(self, benches: Iterable[Testbench]) -> dict[str, list[CaseRun]]:
        """Run together what has fewer cases than there are workers, so that no core idles; return runs by testbench."""
        workers, few = self.jobs or os.cpu_count() or 1, []
        for bench in benches:
            with suppress(Exception):  # in its turn it says what is wrong, and no other's rows are lost
                cases = bench.cases(self.settings(bench))
                few += [(bench, cases)] if len(cases) < workers else []
        if not few:
            return {}
        with RunProgress("together", sum(len(cases) for _, cases in few), console) as progress:
            return run_together(few, self.store, self.jobs, progress.advance)

    def written_answer(self, bench: Testbench, runs: list[CaseRun] | None = None) -> Answer:
        """Run one testbench, if it has not, and write its files."""
        result = self.answer(bench, runs=runs)
        for path in write_answer(result, self.folder):
            say(f"wrote {shown(path)}")
        return result

    def parts(self, result: Answer, study: bool = True, campaign: bool = False) -> Iterator[Part]:
        """Yield what gives the scoreboard rows of a testbench that ran, its study of samples too, which writes files.

        Without ``study`` a figure that its own samples stand in is not drawn. ``campaign`` adds what the study's
        numbers rest on: contributions, and how well its measures repeat.
        """
        bench, own = result.bench, self.own_assignments(result.bench)
        where = self.options, self.jobs, self.results
        yield bench.claims_at(result.results.settings), lambda: score_answer(result)
        if study and bench.samples:
            yield bench.sample_claims, lambda: publish_study(bench, own, *where, self.folder)
        if campaign and bench.breakdowns:
            claims = [claim for each in bench.breakdowns for claim in each.claims]
            yield claims, lambda: publish_breakdowns(bench, bench.breakdowns, own, *where, self.folder)
        if campaign and bench.essential:
            yield (
                [repeatability_claim(measure) for measure in bench.essential],
                lambda: check_repeatability(bench, own, *where),
            )
        if bench.beside and (study or bench.name not in bench.beside):
            yield (), lambda: self._draw_beside(result)

    def _draw_beside(self, result: Answer) -> pd.DataFrame:
        others = [(other, self.own_assignments(other)) for other in map(find_testbench, result.bench.beside)]
        publish_beside(result, others, self.options, self.jobs, self.results, self.folder)
        return joined([])

    def publish(self, bench: Testbench) -> pd.DataFrame:
        """Run one testbench, with its study of samples, write its files, and return its scoreboard rows."""
        return joined([rows_of() for _, rows_of in self.parts(self.written_answer(bench))])


def workplace(settings: list[str] | None, jobs: int | None, results: Path, benches: Iterable[Testbench]) -> Workplace:
    """Return the workplace of a command.

    Raises:
        HarnessError: an assignment that none of the testbenches declares, or a value or size that one refuses.
    """
    assignments = parse_assignments(settings or [])
    known = {name for bench in benches for name in bench.all_parameters()}
    unknown = [name for name in assignments if "." not in name and name not in known]
    if unknown:
        close = get_close_matches(unknown[0].upper(), known, 1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise HarnessError(
            f"there is no parameter {unknown[0]!r}; {hint}`.venv/bin/spintegrate list` shows what can be set."
        )
    place = Workplace(assignments, jobs, results.resolve())
    for bench in benches:
        conditions(place.settings(bench))
    return place


def _all_cases(bench: Testbench, settings: Mapping[str, Any]) -> list[Case]:
    return [*bench.cases(settings), *(bench.sampled_cases(settings) if bench.samples else ())]
