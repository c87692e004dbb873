"""The command line's Monte Carlo part: ``spintegrate mc run`` and ``spintegrate mc show``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from harness.arguments import parse_assignments, parse_share
from harness.draws import Spreads
from harness.errors import HarnessError
from harness.montecarlo import run_study
from harness.publish import RESULTS
from harness.quantities import engineering
from harness.registry import find_testbench
from harness.samples import StudyResult
from harness.show import show_sample
from harness.store import Store
from harness.study import Plan, Study, make_plan
from harness.study_progress import StudyProgress

mc_app = typer.Typer(no_args_is_help=True, help="Monte Carlo: mismatch and process, sample by sample.")
console = Console()

Set = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; repeatable.")]
Count = Annotated[int, typer.Option("--n", help="Samples, the most of them with --sigma-ci.")]
Seed = Annotated[int, typer.Option(help="Root of every draw, a whole number from 0.")]
SamplerName = Annotated[str, typer.Option("--sampler", help="plain, lhs or sobol.")]
Mismatch = Annotated[bool, typer.Option("--mismatch/--no-mismatch", help="A draw for each device.")]
Process = Annotated[bool, typer.Option("--process/--no-process", help="A draw for each chip.")]
MtjSigma = Annotated[str, typer.Option("--mtj-sigma", help="Sigma of each junction's RP and TMR (an assumption).")]
ResultsFolder = Annotated[Path, typer.Option("--results", metavar="FOLDER", help="Where runs and tables go.")]


def _plan(
    name: str, n: int, seed: int, sampler: str, mismatch: bool, process: bool, mtj_sigma: str,
    settings: list[str] | None, results: Path, sigma_ci: str = "", measure: str = "", timeout: float | None = None,
) -> tuple[Plan, Path]:  # fmt: skip
    """Return the study that the options ask for, and its folder."""
    bench = find_testbench(name)
    junction = parse_share(mtj_sigma, "--mtj-sigma")
    spreads = Spreads(mismatch=mismatch, process=process, mtj_rp=junction, mtj_tmr=junction)
    share = parse_share(sigma_ci, "--sigma-ci") if sigma_ci else None
    study = Study(n, seed, sampler, spreads, share, measure, timeout)  # type: ignore[arg-type] # it checks the sampler
    results = results.resolve()
    plan = make_plan(bench, bench.settings(parse_assignments(settings or [])), study, Store(results / "runs"))
    return plan, plan.folder(results / "mc")


@mc_app.command()
def run(
    name: str, n: Count = 200, seed: Seed = 1, sampler: SamplerName = "plain", mismatch: Mismatch = True,
    process: Process = False, mtj_sigma: MtjSigma = "4%",
    sigma_ci: Annotated[str, typer.Option(help="Stop once sigma's 95 % interval is within this share, as 5%.")] = "",
    measure: Annotated[str, typer.Option(help="The measure to follow and to stop by (default: every one).")] = "",
    timeout: Annotated[float | None, typer.Option(help="Wall limit of one run, s.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes (default: one a core).")] = None,
    settings: Set = None, results: ResultsFolder = RESULTS,
) -> None:  # fmt: skip
    """Run a testbench over samples; the same command goes on where it was stopped."""
    plan, folder = _plan(
        name, n, seed, sampler, mismatch, process, mtj_sigma, settings, results, sigma_ci, measure, timeout
    )
    with StudyProgress(plan, console) as progress:
        result = run_study(plan, folder, jobs, progress.advance)
    paths = result.write()
    _show_statistics(result)
    _say(f"wrote {', '.join(path.name for path in paths)} in {folder}")
    if result.failed:
        raise HarnessError(f"{result.counts} samples: {result.failed} are missing; the first: {result.messages[0]}")


@mc_app.command()
def show(
    name: str, sample: int, n: Count = 200, seed: Seed = 1, sampler: SamplerName = "plain",
    mismatch: Mismatch = True, process: Process = False, mtj_sigma: MtjSigma = "4%", settings: Set = None,
    results: ResultsFolder = RESULTS,
) -> None:  # fmt: skip
    """Rerun one sample alone, with the study's options; write its deck and all waveforms, and show what it measures."""
    plan, folder = _plan(name, n, seed, sampler, mismatch, process, mtj_sigma, settings, results)
    for shown in show_sample(plan, sample, folder):
        _say(f"{shown.case}: {shown.status}{', rung ' + shown.rung if shown.rung else ''}; {shown.compared}")
        for measure, value, unit, where in shown.readings:
            place = " ".join(f"{column}={entry}" for column, entry in where.items())
            _say(f"    {measure} {place}: {engineering(value, unit, 7)}")
        _say(f"    wrote {', '.join(path.name for path in shown.paths)} in {shown.paths[0].parent}")


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
        where = [
            f"{name}={row[name]:g}" for name in table.columns if name not in known | varied and row[name] == row[name]
        ]
        unit = row["unit"]
        view.add_row(
            row["case"], " ".join([row["measure"], *where]), row["n"],
            *(
                f"{engineering(row[name], unit)} ({engineering(row[f'{name}_low'], unit, 3)} .. "
                f"{engineering(row[f'{name}_high'], unit, 3)})"
                for name in ("mu", "sigma")
            ),
            engineering(row["three_sigma"], unit),
        )  # fmt: skip
    console.print(view)
    for rung, runs in result.rescued.groupby("rung"):
        _say(f"rescued by {rung!r}: samples {', '.join(map(str, runs['sample'].unique()))}")


def _say(text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True, markup=False)
