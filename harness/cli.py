"""The command line. It and its parts, cli_*, alone read arguments, print, and decide where files go."""

import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console

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
from harness.cli_boards import publish_all, rows_of_others, show_rows
from harness.cli_cluster import CLUSTER_BENCH, cluster, decision_rows
from harness.cli_golden import golden_app
from harness.cli_mc import Count, Process, SamplerName, Seed, SigmaInterval, StudyOptions, mc_app
from harness.cli_options import Jobs, ResultsFolder, Set, console, say, shown
from harness.cli_workplace import Part, Workplace, workplace
from harness.doctor import examine
from harness.errors import HarnessError
from harness.job import prepare
from harness.ngspice import DECK_NAME
from harness.publish import RESULTS
from harness.rawfile import write_raw
from harness.registry import all_testbenches, find_testbench
from harness.report import write_report
from harness.runner import RUNS, run_cases
from harness.store import Store
from testbenches.random_matrices import CLAIMS
from testbenches.random_matrices import NAME as RANDOM_MATRICES

STOPPED = 130  # exit code

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="Simulate the MRAM neural network emulator."
)
app.add_typer(golden_app, name="golden")
app.add_typer(mc_app, name="mc")
app.command()(cluster)
errors = Console(stderr=True)


@app.command()
def run(
    names: list[str], settings: Set = None, jobs: Jobs = None, results: ResultsFolder = RESULTS,
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
        place.refuse_swept(bench)
    for bench in benches:
        show_rows(place.publish(bench), place.defaults())


@app.command()
def figures(settings: Set = None, jobs: Jobs = None, results: ResultsFolder = RESULTS) -> None:
    """Run every testbench that makes a figure; write the figures and their scoreboard rows."""
    benches = [bench for bench in all_testbenches().values() if bench.is_figure]
    publish_all(benches, workplace(settings, jobs, results, benches), "scoreboard_figures")


OnlyThese = Annotated[list[str] | None, typer.Argument(help="Only these; the rows of all others stay as they are.")]


@app.command()
def scoreboard(
    names: OnlyThese = None, settings: Set = None, jobs: Jobs = None, results: ResultsFolder = RESULTS
) -> None:
    """Run every testbench, corners and self-calibration too, and the solver's own error; write the whole scoreboard."""
    benches = list(all_testbenches().values())
    place = workplace(settings, jobs, results, benches)
    wanted = [find_testbench(name).name for name in names or []]
    kept = rows_of_others(place, "scoreboard", wanted) if wanted else None
    publish_all([bench for bench in benches if not wanted or bench.name in wanted], place, "scoreboard", kept=kept)


@app.command()
def campaign(
    names: OnlyThese = None, settings: Set = None, jobs: Jobs = None, results: ResultsFolder = RESULTS
) -> None:
    """Run every Monte Carlo study, the long ones too, with contributions and repeatability; write their scoreboard."""
    every = {bench.name: bench for bench in all_testbenches().values() if bench.samples}
    unknown = sorted(set(names or []) - {*every, RANDOM_MATRICES})
    if unknown:
        raise HarnessError(f"the campaign has no {unknown[0]!r}; it has {', '.join([*every, RANDOM_MATRICES])}.")
    wanted = names or [*every, RANDOM_MATRICES]
    emulated = [CLUSTER_BENCH] if RANDOM_MATRICES in wanted else []
    place = workplace(settings, jobs, results, [*every.values(), *emulated])
    kept = rows_of_others(place, "campaign", names) if names else None
    others: dict[str, Part] = {RANDOM_MATRICES: (CLAIMS, lambda: random_rows(place))} if emulated else {}
    publish_all([bench for name, bench in every.items() if name in wanted], place, "campaign", others, kept)


@app.command()
def random_matrices(settings: Set = None, jobs: Jobs = None, results: ResultsFolder = RESULTS) -> None:
    """Emulate one event of each of many random matrices; count decisions that differ from the ideal integer model."""
    show_rows(random_rows(workplace(settings, jobs, results, [CLUSTER_BENCH])))


def random_rows(place: Workplace) -> pd.DataFrame:
    """Return the scoreboard rows of the random matrices."""
    return decision_rows(place.own_assignments(CLUSTER_BENCH), place.jobs, place.results, place.folder)


@app.command()
def report(results: ResultsFolder = RESULTS) -> None:
    """Write results/report/: every board, figure and stored run as pages that open from disk; nothing is simulated."""
    page = write_report(results.resolve(), list(all_testbenches().values()))
    size = sum(path.stat().st_size for path in page.parent.rglob("*") if path.is_file())
    say(f"wrote {shown(page)}: {size / 1e6:.1f} MB")


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
def export(name: str, case: str, folder: Path, settings: Set = None) -> None:
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


@app.command()
def doctor() -> None:
    """Look at this machine: what is needed, what is there, what to do."""
    healthy = True
    for finding in examine():
        say(f"{'ok  ' if finding.good else 'FAIL'} {finding.subject}: {finding.text}")
        healthy = healthy and finding.good
    if not healthy:
        raise HarnessError("something is missing; see the lines marked FAIL.")


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
