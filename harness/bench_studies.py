"""What a Monte Carlo study's numbers are worth: how well a measurement repeats, and what a long run loses or leaks."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from harness.journal import JOURNAL, read_records
from harness.montecarlo import run_study
from harness.statistics import difference_in_sigma
from harness.study import Plan


@dataclass(frozen=True)
class Endurance:
    """A long study: good runs of those wanted, the rungs that rescued some, and each worker's runs and growth (B)."""

    good: int
    wanted: int
    rescued: Mapping[str, int]
    growth: tuple[tuple[int, int], ...]


def repeatability(plan: Plan, again: Plan, measure: str, jobs: int = 2) -> pd.DataFrame:
    """Measure samples again with what must not matter changed; return one row a case: case, sigma, shifted.

    ``again`` is the same study of the same testbench at other settings, such as a search that starts elsewhere;
    ``shifted`` is the RMS difference to it as a share of sigma. The solver's own part is the scoreboard's
    (harness.repeatability).

    Raises:
        HarnessError: a study that cannot run.
    """
    with tempfile.TemporaryDirectory() as place:
        first, shifted = (_values(asked, measure, Path(place) / str(n), jobs) for n, asked in enumerate((plan, again)))
    return pd.DataFrame(
        {"case": case, "sigma": float(values.std()), "shifted": difference_in_sigma(shifted[case], values)[0]}
        for case, values in first.items()
    )


def endurance(plan: Plan, jobs: int = 2) -> Endurance:
    """Run a plan and count what became of every run, and how much each process grew after its first.

    Raises:
        HarnessError: a study that cannot run.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        result = run_study(plan, folder, jobs)
        records = read_records(folder / JOURNAL, plan.key)
    good = sum(record["status"] == "ok" for record in records)
    rescued = {str(rung): len(runs) for rung, runs in result.rescued.groupby("rung")}
    return Endurance(good, plan.study.n * len(plan.cases), rescued, _growth(records))


def _values(plan: Plan, measure: str, folder: Path, jobs: int) -> dict[str, pd.Series]:
    result = run_study(plan, folder, jobs)
    return {sampled.case.id: result.values(measure, case=sampled.case.id) for sampled in plan.cases}


def _growth(records: list[dict[str, Any]]) -> tuple[tuple[int, int], ...]:
    """Return (runs, most memory less that after its first run) of each worker."""
    workers: dict[int, list[int]] = {}
    for record in records:
        workers.setdefault(record["worker"], []).append(record["memory"])
    return tuple((len(memory), max(memory) - memory[0]) for _, memory in sorted(workers.items()))
