"""The command line's golden part: ``spintegrate golden compare`` and ``spintegrate golden update``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from harness.cli_options import Jobs, say
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
from harness.registry import all_testbenches, find_testbench
from harness.runner import RUNS
from harness.store import Store
from harness.testbench import Golden, Testbench

golden_app = typer.Typer(no_args_is_help=True, help="Stored waveforms that guard the circuits.")

Names = Annotated[list[str] | None, typer.Argument(help="Default: every testbench that declares some.")]


@golden_app.command(name="compare")
def golden_compare(names: Names = None, jobs: Jobs = None) -> None:
    """Simulate the golden cases and compare; exit 1 when one differs."""
    broken = 0
    for bench, golden_runs in _golden_runs(names, jobs):
        for fresh in golden_runs:
            wrong = _failures(fresh.golden, golden_stem(bench.name, fresh.case.id), fresh.waveforms)
            broken += bool(wrong)
            say(f"{'FAIL' if wrong else 'pass'} {bench.name} {fresh.case.id}")
            for sentence in wrong:
                say(f"    {sentence}")
    if broken:
        raise HarnessError(
            f"{broken} golden(s) differ or cannot be read; if the change is meant: make golden-update REASON='why'."
        )


@golden_app.command(name="update")
def golden_update(
    reason: Annotated[str, typer.Option(help="Why the golden changes; stored beside it.")],
    names: Names = None,
    jobs: Jobs = None,
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


def _golden_runs(names: list[str] | None, jobs: int | None) -> Iterator[tuple[Testbench, list[GoldenRun]]]:
    chosen = [find_testbench(name) for name in names] if names else list(all_testbenches().values())
    guarded = [bench for bench in chosen if bench.goldens]
    if not guarded or (names and len(guarded) < len(chosen)):
        without = next(bench.name for bench in chosen if not bench.goldens)
        raise HarnessError(f"{without} declares no golden, so nothing would be compared; name one that does.")
    for bench in guarded:
        yield bench, simulate_goldens(bench, Store(RUNS), jobs)


def _failures(golden: Golden, stem: Path, waveforms: pd.DataFrame) -> list[str]:
    """Return a sentence for each signal that differs; one that cannot be read keeps no other from being compared."""
    try:
        return failures(compare(golden, read_golden(stem), waveforms))
    except HarnessError as error:
        return [str(error)]


def _differences(golden: Golden, stem: Path, waveforms: pd.DataFrame) -> str:
    try:
        wrong = failures(compare(golden, read_golden(stem), waveforms))
    except HarnessError:
        return "new golden"
    return "; ".join(wrong) or "unchanged within its bounds"
