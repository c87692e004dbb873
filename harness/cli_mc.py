"""The command line's Monte Carlo part: ``spintegrate mc run``, ``spintegrate mc show``, and figures made of samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.table import Table

from harness.arguments import parse_assignments, parse_share
from harness.breakdown import break_down, breakdown_rows, write_breakdown
from harness.cli_options import Jobs, ResultsFolder, Set, console, say
from harness.contributions import FEWEST
from harness.draws import Spreads
from harness.errors import HarnessError
from harness.montecarlo import run_study
from harness.publish import RESULTS, Answer, output_folder, write_figure
from harness.quantities import engineering, parse_quantity
from harness.registry import all_testbenches, find_testbench
from harness.repeatability import CHIPS, repeatability_rows
from harness.report_evidence import study_of
from harness.samples import StudyResult, place_of
from harness.scoreboard import score
from harness.show import show_sample
from harness.store import Store
from harness.study import Plan, Study, make_plan
from harness.study_progress import StudyProgress
from harness.testbench import Breakdown, Samples, Testbench

DEFAULT_SAMPLES = 200

mc_app = typer.Typer(no_args_is_help=True, help="Monte Carlo: mismatch and process, sample by sample.")

Count = Annotated[
    int | None, typer.Option("--n", help="Samples, at most so many with --sigma-ci (default: the figure's, or 200).")
]
Seed = Annotated[int, typer.Option(help="Root of every draw, a whole number from 0.")]
SamplerName = Annotated[str, typer.Option("--sampler", help="plain, lhs or sobol.")]
SigmaInterval = Annotated[
    str, typer.Option("--sigma-ci", help="Stop once sigma's 95 % interval is within this share, as 5%.")
]
Mismatch = Annotated[bool, typer.Option("--mismatch/--no-mismatch", help="A draw for each device.")]
Process = Annotated[bool, typer.Option("--process/--no-process", help="A draw for each chip.")]
MtjSigma = Annotated[str, typer.Option("--mtj-sigma", help="Sigma of each junction's RP and TMR (an assumption).")]


@dataclass(frozen=True)
class StudyOptions:
    """What the command line says of a study; no count means the testbench's own, or 200."""

    n: int | None = None
    seed: int = 1
    sampler: str = "plain"
    mismatch: bool = True
    process: bool = False
    mtj_sigma: str = "4%"
    sigma_ci: str = ""
    measure: str = ""
    timeout_s: float | None = None
    tight: bool = False

    @property
    def changes(self) -> dict[str, str]:
        """What differs from the defaults, by name, for the folder that results go to."""
        return {
            field.name: str(getattr(self, field.name))
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }

    def plan(self, bench: Testbench, assignments: Mapping[str, str], results: Path) -> tuple[Plan, Path]:
        """Return the study of a testbench, and its folder.

        Raises:
            HarnessError: an option that cannot be.
        """
        junction = parse_share(self.mtj_sigma, "--mtj-sigma")
        spreads = Spreads(mismatch=self.mismatch, process=self.process, mtj_rp=junction, mtj_tmr=junction)
        share = parse_share(self.sigma_ci, "--sigma-ci") if self.sigma_ci else None
        n = (bench.samples or DEFAULT_SAMPLES) if self.n is None else self.n
        study = Study(n, self.seed, self.sampler, spreads, share, self.measure, self.timeout_s, self.tight)  # type: ignore[arg-type] # it checks the sampler
        plan = make_plan(bench, bench.settings(assignments), study, Store(results / "runs"))
        return plan, plan.folder(results / "mc")


def finish_study(plan: Plan, folder: Path, jobs: int | None) -> StudyResult:
    """Run what a study lacks, under a progress bar."""
    with StudyProgress(plan, console) as progress:
        return run_study(plan, folder, jobs, progress.advance)


def simulate_study(plan: Plan, folder: Path, jobs: int | None) -> StudyResult:
    """Run a study, write its tables and show its statistics."""
    result = finish_study(plan, folder, jobs)
    paths = result.write()
    _show_statistics(result)
    say(f"wrote {', '.join(path.name for path in paths)} in {result.tables_folder}")
    return result


def publish_study(
    bench: Testbench,
    assignments: Mapping[str, str],
    options: StudyOptions,
    jobs: int | None,
    results: Path,
    folder: Path,
) -> pd.DataFrame:
    """Run a testbench's study, write its figure into ``folder``, and return its scoreboard rows.

    Rows of a study that misses a sample are INCOMPLETE, whatever they say: nothing passes while samples are missing.
    """
    result = simulate_study(*options.plan(bench, assignments, results), jobs)
    made_of = result.plan.key.encode() + result.table.to_csv(index=False).encode()
    for path in write_figure(bench.name, folder, made_of, lambda: bench.draw_samples(result)):
        say(f"wrote {path}")
    rows = score(bench.name, bench.sample_claims, bench.summarize_samples(result))
    rows["statement"] += f" (study: {result.counts} samples)"
    return rows.assign(status="INCOMPLETE") if result.failed else rows


def publish_beside(
    answer: Answer, others: Sequence[tuple[Testbench, Mapping[str, str]]], options: StudyOptions, jobs: int | None,
    results: Path, folder: Path,
) -> None:  # fmt: skip
    """Draw a testbench's results beside the studies of others, which are finished first."""
    studies: dict[str, Samples] = {}
    made_of = answer.results.measures.to_csv().encode()
    for other, assignments in others:
        study = finish_study(*options.plan(other, assignments, results), jobs)
        studies[other.name], made_of = study, made_of + study.plan.key.encode() + study.counts.encode()
    for path in write_figure(
        answer.bench.name, folder, made_of, lambda: answer.bench.draw_beside(answer.results, studies)
    ):
        say(f"wrote {path}")


@mc_app.command()
def run(
    name: str, n: Count = None, seed: Seed = 1, sampler: SamplerName = "plain", mismatch: Mismatch = True,
    process: Process = False, mtj_sigma: MtjSigma = "4%",
    sigma_ci: SigmaInterval = "",
    measure: Annotated[str, typer.Option(help="The measure to follow and to stop by (default: every one).")] = "",
    timeout: Annotated[float | None, typer.Option(help="Wall limit of one run, s.")] = None,
    jobs: Jobs = None,
    settings: Set = None, results: ResultsFolder = RESULTS,
) -> None:  # fmt: skip
    """Run a testbench over samples; the same command goes on where it was stopped."""
    options = StudyOptions(n, seed, sampler, mismatch, process, mtj_sigma, sigma_ci, measure, timeout)
    plan, folder = options.plan(find_testbench(name), parse_assignments(settings or []), results.resolve())
    result = simulate_study(plan, folder, jobs)
    if result.failed:
        raise HarnessError(f"{result.counts} samples: {result.failed} are missing; the first: {result.messages[0]}")


@mc_app.command()
def show(
    name: str, sample: int, n: Count = None, seed: Seed = 1, sampler: SamplerName = "plain",
    mismatch: Mismatch = True, process: Process = False, mtj_sigma: MtjSigma = "4%", settings: Set = None,
    results: ResultsFolder = RESULTS,
) -> None:  # fmt: skip
    """Rerun one sample alone, with the study's options; write its deck and all waveforms, and show what it measures."""
    bench = find_testbench(name)
    if n is None and sampler == "plain":  # a plain chip does not depend on how many there are
        n = max(bench.samples or DEFAULT_SAMPLES, sample + 1)
    options = StudyOptions(n, seed, sampler, mismatch, process, mtj_sigma)
    plan, folder = options.plan(bench, parse_assignments(settings or []), results.resolve())
    for shown in show_sample(plan, sample, folder):
        say(f"{shown.case}: {shown.status}{', rung ' + shown.rung if shown.rung else ''}; {shown.compared}")
        for measure, value, unit, where in shown.readings:
            say(f"    {f'{measure} {place_of(where)}'.rstrip()}: {engineering(value, unit, 7)}")
        say(f"    wrote {', '.join(path.name for path in shown.paths)} in {shown.paths[0].parent}")


@mc_app.command()
def worst(
    names: Annotated[list[str] | None, typer.Argument(help="Default: every testbench with a study.")] = None,
    results: ResultsFolder = RESULTS,
) -> None:
    """Rerun the worst samples of each stored study alone, with every waveform, so that the report can show them."""
    sampled = [bench for bench in all_testbenches().values() if bench.samples]
    for bench in [find_testbench(name) for name in names] if names else sampled:
        plan, folder = StudyOptions().plan(bench, {}, results.resolve())
        study = study_of(plan, folder)
        if study is None:
            say(f"{bench.name}: its study is not stored; make it with: make {bench.name}")
            continue
        for sample, run in zip(study.worst["sample"], study.runs, strict=True):
            if run.waveforms is None:
                for shown in show_sample(plan, int(sample), folder):
                    say(f"{bench.name} sample {sample}, {shown.case}: {shown.status}; {shown.compared}")


@mc_app.command()
def contributions(
    names: Annotated[list[str] | None, typer.Argument(help="Default: every testbench that declares some.")] = None,
    measure: Annotated[str, typer.Option(help="A measure, in place of the testbench's own choice.")] = "",
    where: Annotated[list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Which case and reading.")] = None,
    n: Count = None, seed: Seed = 1, mtj_sigma: MtjSigma = "4%",
    jobs: Jobs = None,
    settings: Set = None, results: ResultsFolder = RESULTS,
) -> None:  # fmt: skip
    """Share variances out to devices: sensitivities one at a time, held against samples that they never saw."""
    declared = [bench for bench in all_testbenches().values() if bench.breakdowns]
    benches = [find_testbench(name) for name in names] if names else declared
    if measure and len(names or []) != 1:
        raise HarnessError("a measure is one testbench's; name one: spintegrate mc contributions NAME --measure NAME.")
    own = [Breakdown(measure, measure, _place(where))] if measure else []
    own_choice = {"measure": measure} | parse_assignments(where or []) if measure else {}  # not the declared results
    assignments, options = parse_assignments(settings or []), StudyOptions(n, seed, mtj_sigma=mtj_sigma)
    for bench in benches:
        asked = own or bench.breakdowns
        if not asked:
            raise HarnessError(f"{bench.name} declares no contributions; name a measure with --measure.")
        folder = output_folder(results.resolve(), assignments | options.changes | own_choice)
        publish_breakdowns(bench, asked, assignments, options, jobs, results.resolve(), folder)


def publish_breakdowns(
    bench: Testbench, asked: Sequence[Breakdown], assignments: Mapping[str, str], options: StudyOptions,
    jobs: int | None, results: Path, folder: Path,
) -> pd.DataFrame:  # fmt: skip
    """Share measures of a testbench's study out to devices, write table and picture, return the scoreboard rows."""
    plan, place = options.plan(bench, assignments, results)
    if plan.study.n < FEWEST:
        raise HarnessError(f"{plan.study.n} samples are too few for shares; take {FEWEST} or more.")
    plain = finish_study(plan, place, jobs)
    answers = break_down(plain, asked, lambda each: finish_study(each, each.folder(results / "mc"), jobs))
    for answer in answers:
        shares = (answer.families if answer.asked.families else answer.devices).table.head(10)
        say(f"{bench.name}, {answer.asked.name}: R² = {answer.devices.r_squared:.3f} on {answer.counts} samples")
        say(shares.to_string(index=False, float_format=lambda share: f"{share:.3f}"))
    for path in write_breakdown(bench.name, answers, folder):
        say(f"wrote {path}")
    return breakdown_rows(bench.name, answers)


def check_repeatability(
    bench: Testbench, assignments: Mapping[str, str], options: StudyOptions, jobs: int | None, results: Path
) -> pd.DataFrame:
    """Run the first chips of a testbench's study at a tighter solver and return the scoreboard rows."""
    plan, folder = options.plan(bench, assignments, results)
    few, place = replace(options, n=min(CHIPS, plan.study.n), tight=True).plan(bench, assignments, results)
    return repeatability_rows(finish_study(plan, folder, jobs), finish_study(few, place, jobs))


def _place(where: list[str] | None) -> dict[str, float | str]:
    return {column: _number_or_text(text) for column, text in parse_assignments(where or []).items()}


def _number_or_text(text: str) -> float | str:
    try:
        return parse_quantity(text)
    except HarnessError:
        return text


def _show_statistics(result: StudyResult) -> None:
    view = Table(box=None, pad_edge=False, title=f"{result.plan.bench.name}: {result.counts} samples")
    for column in ("case", "measure", "n", "mu (95 %)", "sigma (95 %)", "3 sigma"):
        view.add_column(column, overflow="fold")
    table = result.statistics()
    known = {"case", "measure", "unit", "n", "three_sigma"} | {
        f"{name}{end}" for name in ("mu", "sigma") for end in ("", "_low", "_high")
    }
    varied = {name for sampled in result.plan.cases for name in sampled.case.varied}
    for _, row in table.iterrows():
        where = place_of({name: row[name] for name in table.columns if name not in known | varied})
        unit = row["unit"]
        view.add_row(
            row["case"], f"{row['measure']} {where}".rstrip(), row["n"],
            *(
                f"{engineering(row[name], unit)} ({engineering(row[f'{name}_low'], unit, 3)} .. "
                f"{engineering(row[f'{name}_high'], unit, 3)})"
                for name in ("mu", "sigma")
            ),
            engineering(row["three_sigma"], unit),
        )  # fmt: skip
    console.print(view)
    for rung, runs in result.rescued.groupby("rung"):
        say(f"rescued by {rung!r}: samples {', '.join(map(str, runs['sample'].unique()))}")
