"""The command line. It and its parts, cli_mc and cli_cluster, alone read arguments and decide where files go."""

import itertools
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.arguments import parse_assignments
from harness.bench import measure_all, measure_event
from harness.bench_cluster import cluster_section, measure_cluster
from harness.bench_report import (
    CLUSTER,
    EVENT,
    STUDIES,
    TIMES,
    event_section,
    measure_studies,
    studies_section,
    times_section,
    write_page,
)
from harness.cli_cluster import cluster, decision_rows
from harness.cli_mc import (
    Count,
    Process,
    SamplerName,
    Seed,
    SigmaInterval,
    StudyOptions,
    check_repeatability,
    mc_app,
    publish_beside,
    publish_breakdowns,
    publish_study,
)
from harness.doctor import examine
from harness.errors import HarnessError
from harness.golden import (
    GoldenRun,
    compare,
    failures,
    golden_stem,
    read_golden,
    sample,
    simulate_goldens,
    write_golden,
)
from harness.job import CaseRun, prepare
from harness.ngspice import DECK_NAME
from harness.progress import RunProgress
from harness.publish import (
    RESULTS,
    Answer,
    output_folder,
    score_answer,
    scoreboard_heading,
    solver_row,
    stress_row,
    write_answer,
)
from harness.quantities import engineering
from harness.rawfile import write_raw
from harness.registry import all_testbenches, find_testbench
from harness.report import write_report
from harness.runner import RUNS, collect, run_cases, stored_runs
from harness.scoreboard import SOLVER, STRESS, missing_rows, read_scoreboard, update_readme, write_scoreboard
from harness.store import Store
from harness.technology import PROJECT
from harness.testbench import Claim, Golden, Testbench, conditions
from testbenches.random_matrices import CLAIMS
from testbenches.random_matrices import NAME as RANDOM_MATRICES

STOPPED = 130  # exit code

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="Simulate the MRAM neural network emulator."
)
golden_app = typer.Typer(no_args_is_help=True, help="Stored waveforms that guard the circuits.")
app.add_typer(golden_app, name="golden")
app.add_typer(mc_app, name="mc")
app.command()(cluster)
console = Console()
errors = Console(stderr=True)


def say(text: str, to: Console = console, style: str | None = None) -> None:
    """Print one line as it is: paths and messages may hold what rich takes for markup."""
    to.print(text, style=style, highlight=False, soft_wrap=True, markup=False)


SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; repeatable.")
]
ResultsOption = Annotated[Path, typer.Option(metavar="FOLDER", help="Where runs, figures and tables go.")]
JobsOption = Annotated[int | None, typer.Option(min=1, help="Runs at once (default: one a core).")]


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

    def answer(self, bench: Testbench, tight: bool = False) -> Answer:
        """Run one testbench under a progress bar."""
        settings = self.settings(bench)
        cases = bench.cases(settings)
        with RunProgress(f"{bench.name}{' tight' if tight else ''}", len(cases), console) as progress:
            runs = run_cases(bench, cases, self.store, self.jobs, tight, progress.advance)
        return Answer(bench, collect(bench, settings, runs), runs)

    def publish(self, bench: Testbench, study: bool = True, campaign: bool = False) -> tuple[Answer, pd.DataFrame]:
        """Run one testbench, with its study of samples, write its files, and return its answer and scoreboard rows.

        Without ``study`` a figure that its own samples stand in is not drawn. ``campaign`` adds what the study's
        numbers rest on: contributions, and how well its measures repeat.
        """
        result = self.answer(bench)
        for path in write_answer(result, self.folder):
            say(f"wrote {_shown(path)}")
        own, tables = self.own_assignments(bench), [score_answer(result)]
        if study and bench.samples:
            tables.append(publish_study(bench, own, self.options, self.jobs, self.results, self.folder))
        if campaign and bench.breakdowns:
            tables.append(
                publish_breakdowns(bench, bench.breakdowns, own, self.options, self.jobs, self.results, self.folder)
            )
        if campaign and bench.essential:
            tables.append(check_repeatability(bench, own, self.options, self.jobs, self.results))
        if bench.beside and (study or bench.name not in bench.beside):
            others = [(other, self.own_assignments(other)) for other in map(find_testbench, bench.beside)]
            publish_beside(result, others, self.options, self.jobs, self.results, self.folder)
        return result, pd.concat(tables, ignore_index=True)


def workplace(settings: list[str] | None, jobs: int | None, results: Path, benches: list[Testbench]) -> Workplace:
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


@app.command()
def run(
    names: list[str], settings: SetOption = None, jobs: JobsOption = None, results: ResultsOption = RESULTS,
    n: Count = None, seed: Seed = 1, sampler: SamplerName = "plain", sigma_ci: SigmaInterval = "",
    process: Process = False,
) -> None:  # fmt: skip
    """Run testbenches; write their figures and measures and show their scoreboard rows.

    --n, --seed, --sampler, --sigma-ci and --process are for figures made of Monte Carlo samples; `mc run` samples any
    testbench. What is changed goes to a folder of its own.
    """
    benches = [find_testbench(name) for name in names]
    options = StudyOptions(n, seed, sampler, sigma_ci=sigma_ci, process=process)
    plain = [bench.name for bench in benches if not (bench.samples or bench.beside)]
    if plain and options != StudyOptions():
        raise HarnessError(f"{plain[0]} is not made of samples; sample it with: spintegrate mc run {plain[0]}.")
    place = replace(workplace(settings, jobs, results, benches), options=options)
    for bench in benches:
        show_rows(place.publish(bench)[1], place.defaults())


@app.command()
def figures(settings: SetOption = None, jobs: JobsOption = None, results: ResultsOption = RESULTS) -> None:
    """Run every testbench that makes a figure; write the figures and their scoreboard rows."""
    benches = [bench for bench in all_testbenches().values() if bench.is_figure]
    publish_all(benches, workplace(settings, jobs, results, benches), "scoreboard_figures")


OnlyThese = Annotated[list[str] | None, typer.Argument(help="Only these; the rows of all others stay as they are.")]


@app.command()
def scoreboard(
    names: OnlyThese = None, settings: SetOption = None, jobs: JobsOption = None, results: ResultsOption = RESULTS
) -> None:
    """Run every testbench, corners and self-calibration too, and the solver's own error; write the whole scoreboard."""
    benches = list(all_testbenches().values())
    place = workplace(settings, jobs, results, benches)
    wanted = [find_testbench(name).name for name in names or []]
    kept = rows_of_others(place, "scoreboard", wanted) if wanted else None
    publish_all([bench for bench in benches if not wanted or bench.name in wanted], place, "scoreboard", kept=kept)


@app.command()
def campaign(
    names: OnlyThese = None, settings: SetOption = None, jobs: JobsOption = None, results: ResultsOption = RESULTS
) -> None:
    """Run every Monte Carlo study, the long ones too, with contributions and repeatability; write their scoreboard."""
    every = {bench.name: bench for bench in all_testbenches().values() if bench.samples}
    unknown = sorted(set(names or []) - {*every, RANDOM_MATRICES})
    if unknown:
        raise HarnessError(f"the campaign has no {unknown[0]!r}; it has {', '.join([*every, RANDOM_MATRICES])}.")
    wanted = names or [*every, RANDOM_MATRICES]
    place = workplace(settings, jobs, results, list(every.values()))
    kept = rows_of_others(place, "campaign", names) if names else None
    others: Others = {RANDOM_MATRICES: (CLAIMS, lambda: random_rows(place))} if RANDOM_MATRICES in wanted else {}
    publish_all([bench for name, bench in every.items() if name in wanted], place, "campaign", others, kept)


def rows_of_others(place: Workplace, name: str, renewed: list[str]) -> pd.DataFrame:
    """Return the rows of a scoreboard that another run made, without those that are to be renewed."""
    rows = read_scoreboard(place.folder, name)
    solver = [f"solver_error_{each}" for each in renewed]
    return rows[~(rows["testbench"].isin([*renewed, STRESS]) | rows["measure"].isin(solver))]


@app.command()
def random_matrices(settings: SetOption = None, jobs: JobsOption = None, results: ResultsOption = RESULTS) -> None:
    """Emulate one event of each of many random matrices; count decisions that differ from the ideal integer model."""
    place = Workplace(parse_assignments(settings or []), jobs, results.resolve())
    show_rows(random_rows(place))


def random_rows(place: Workplace) -> pd.DataFrame:
    """Return the scoreboard rows of the random matrices."""
    return decision_rows(place.assignments, place.jobs, place.results, place.folder)


Others = Mapping[str, tuple[Sequence[Claim], Callable[[], pd.DataFrame]]]  # name -> claims, what gives the rows


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


def solver_rows(result: Answer, place: Workplace, problems: list[str]) -> pd.DataFrame:
    """Run a testbench again with the tight solver and return what that moves; a failure joins the problems."""
    try:
        return solver_row(result, place.answer(result.bench, tight=True))
    except HarnessError as error:
        problems.append(str(error))
        return missing_rows(SOLVER, result.bench.claims)


def publish_all(
    benches: list[Testbench], place: Workplace, name: str, others: Others | None = None,
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
    answers, tables, solver = [], [], []
    problems: list[str] = []
    for bench in benches:
        try:
            result, rows = place.publish(bench, bench.is_figure or campaign, campaign)
        except HarnessError as error:
            problems.append(str(error))
            tables.append(missing_rows(bench.name, bench.claims))
            continue
        answers.append(result)
        tables.append(rows)
        if check_solver and bench.check_solver:
            solver.append(solver_rows(result, place, problems))
    for other, (claims, rows_of) in (others or {}).items():
        try:
            tables.append(rows_of())
        except HarnessError as error:
            problems.append(str(error))
            tables.append(missing_rows(other, claims))
    if kept is not None:
        tables.insert(0, kept[kept["testbench"] != SOLVER])
        solver.insert(0, kept[kept["testbench"] == SOLVER])
    runs = itertools.chain((run for answer in answers for run in answer.runs), runs_of_others(place, kept))
    tables += [stress_row(runs), *solver]
    table = in_order(pd.concat([table for table in tables if not table.empty], ignore_index=True))
    seconds = time.monotonic() - started if kept is None else None
    heading = scoreboard_heading(place.assignments.get("TECHNOLOGY", "fdsoi28"), seconds)
    for path in write_scoreboard(table, place.folder, heading, name):
        say(f"wrote {_shown(path)}")
    if (check_solver or campaign) and place.folder == RESULTS:
        update_readme(PROJECT / "README.md", table, name)
    show_rows(table)
    if problems:
        raise HarnessError(f"{len(problems)} of {len(benches)} testbenches gave no answer: {' | '.join(problems)}")


@app.command()
def report(results: ResultsOption = RESULTS) -> None:
    """Write results/report/: every board, figure and stored run as pages that open from disk; nothing is simulated."""
    page = write_report(results.resolve(), list(all_testbenches().values()))
    size = sum(path.stat().st_size for path in page.parent.rglob("*") if path.is_file())
    say(f"wrote {_shown(page)}: {size / 1e6:.1f} MB")


@app.command()
def bench(
    whole: Annotated[bool, typer.Option(help="Time the scoreboard too (long).")] = False,
    only: Annotated[
        str, typer.Option(help="times, event, studies or cluster; the other parts of the page stay as they are.")
    ] = "",
) -> None:
    """Time cold and warm runs beside a reference deck, and Monte Carlo beside a loop; write results/benchmarks.md."""
    parts = (TIMES, EVENT, STUDIES, CLUSTER)
    if only not in ("", *parts):
        raise HarnessError(f"there is no part {only!r} of the benchmarks; choose one of {', '.join(parts)}.")
    sections = {}
    if only in ("", TIMES):
        sections[TIMES] = times_section(measure_all(whole))
    if only in ("", EVENT):
        sections[EVENT] = event_section(measure_event())
    if only in ("", STUDIES):
        sections[STUDIES] = studies_section(measure_studies(RESULTS))
    if only in ("", CLUSTER):
        sections[CLUSTER] = cluster_section(measure_cluster())
    say(write_page(RESULTS / "benchmarks.md", sections))


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


@app.command(name="list")
def list_testbenches() -> None:
    """List the testbenches with their questions and parameters."""
    for bench in all_testbenches().values():
        say(f"{bench.name}: {bench.question}")
        for parameter in bench.parameters:
            default = f"supply {parameter.supply}" if parameter.supply else str(parameter.default)
            say(f"    {parameter.name} = {default} {parameter.unit}  {parameter.meaning}")
    shared = next(iter(all_testbenches().values())).all_parameters()
    console.print("every testbench also has TECHNOLOGY, CORNER, TEMP, MTJ, RA_SCALE, TMR_SCALE, C_SCALE, R_SCALE,")
    console.print(f"and each size as block.role.w, .l, .m, .c, .r  ({len(shared)} parameters at the least)")


@app.command()
def export(name: str, case: str, folder: Path, settings: SetOption = None) -> None:
    """Export the waveforms of one case to ngspice raw and CSV, with its deck, for other viewers."""
    bench = find_testbench(name)
    cases = bench.cases(bench.settings(parse_assignments(settings or [])))
    chosen = [item for item in cases if item.id == case]
    if not chosen:
        raise HarnessError(f"{name} has no case {case!r}; it has {', '.join(item.id for item in cases)}.")
    store = Store(RUNS)
    (finished,) = run_cases(bench, chosen, store, 1)
    if finished.waveforms is None:
        raise HarnessError(finished.failure)
    job = prepare(bench, chosen[0], store)
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{name},{case}"
    write_raw(Path(f"{stem}.raw"), finished.waveforms, f"{name} {case}", job.analysis.plot)
    finished.waveforms.to_csv(f"{stem}.csv")
    shutil.copyfile(job.folder / DECK_NAME, f"{stem}.cir")
    say(f"wrote {stem}.raw, {stem}.csv and {stem}.cir")


@golden_app.command(name="compare")
def golden_compare(names: Annotated[list[str] | None, typer.Argument()] = None, jobs: JobsOption = None) -> None:
    """Simulate the golden cases and compare; exit 1 when one differs."""
    broken = 0
    for bench, golden_runs in _golden_runs(names, jobs):
        for fresh in golden_runs:
            verdicts = compare(fresh.golden, read_golden(golden_stem(bench.name, fresh.case.id)), fresh.waveforms)
            wrong = failures(verdicts)
            broken += bool(wrong)
            say(f"{'FAIL' if wrong else 'pass'} {bench.name} {fresh.case.id}")
            for sentence in wrong:
                say(f"    {sentence}")
    if broken:
        raise HarnessError(f"{broken} golden(s) differ; if the change is meant: make golden-update REASON='why'.")


@golden_app.command(name="update")
def golden_update(
    reason: Annotated[str, typer.Option(help="Why the golden changes; stored beside it.")],
    names: Annotated[list[str] | None, typer.Argument()] = None,
    jobs: JobsOption = None,
) -> None:
    """Store new goldens, with the reason, the ngspice version and the hashes; say what moved."""
    if len(reason.split()) < 2:
        raise HarnessError("a golden changes only for a reason; write REASON='what changed and why it is right'.")
    for bench, golden_runs in _golden_runs(names, jobs):
        for fresh in golden_runs:
            stem = golden_stem(bench.name, fresh.case.id)
            before = _differences(fresh.golden, stem, fresh.waveforms)
            origin = {"reason": reason, **fresh.origin}
            write_golden(stem, sample(fresh.golden, fresh.waveforms, origin))
            say(f"{bench.name} {fresh.case.id}: {before}")


@app.command()
def doctor() -> None:
    """Look at this machine: what is needed, what is there, what to do."""
    healthy = True
    for finding in examine():
        say(f"{'ok  ' if finding.good else 'FAIL'} {finding.subject}: {finding.text}")
        healthy = healthy and finding.good
    if not healthy:
        raise HarnessError("something is missing; see the lines marked FAIL.")


def _golden_runs(names: list[str] | None, jobs: int | None) -> Iterator[tuple[Testbench, list[GoldenRun]]]:
    chosen = [find_testbench(name) for name in names] if names else list(all_testbenches().values())
    guarded = [bench for bench in chosen if bench.goldens]
    if not guarded or (names and len(guarded) < len(chosen)):
        without = next(bench.name for bench in chosen if not bench.goldens)
        raise HarnessError(f"{without} declares no golden, so nothing would be compared; name one that does.")
    for bench in guarded:
        yield bench, simulate_goldens(bench, Store(RUNS), jobs)


def _differences(golden: Golden, stem: Path, waveforms: pd.DataFrame) -> str:
    try:
        wrong = failures(compare(golden, read_golden(stem), waveforms))
    except HarnessError:
        return "new golden"
    return "; ".join(wrong) or "unchanged within its bounds"


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def main() -> None:
    """Run the command line; an error is one line and exit code 1, Ctrl-C keeps what is finished."""
    for end in (signal.SIGTERM, signal.SIGHUP):  # each ends as Ctrl-C does: no simulator is left behind
        if signal.getsignal(end) is not signal.SIG_IGN:  # under nohup it stays so
            signal.signal(end, signal.default_int_handler)
    try:
        app()
    except HarnessError as error:
        say(f"spintegrate: {error}", errors, "red")
        sys.exit(1)
    except OSError as error:
        say(
            f"spintegrate: {error.filename or 'a file'}: {error.strerror or error}; finished runs are stored.",
            errors,
            "red",
        )
        sys.exit(1)
    except SystemExit as end:
        if end.code == STOPPED:  # typer's answer to Ctrl-C
            say("spintegrate: stopped; finished runs are stored and will not be repeated.", errors)
        raise


if __name__ == "__main__":
    main()
