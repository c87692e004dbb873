"""What the report rests on: runs and samples that are stored, read without simulating anything."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd

from harness.errors import HarnessError
from harness.job import prepare
from harness.ngspice import DECK_NAME
from harness.store import MODEL_MARK, WAVES, Store, case_folder
from harness.stress import Stress
from harness.study import Plan, Study, make_plan
from harness.technology import PROJECT
from harness.testbench import Reading, Testbench

WORST = 5  # samples of a study
ABOUT = "study.json"
PROGRAM = ".venv/bin/spintegrate"
_MODELS = re.compile(r"""(["' ])/[^"'\n]*?(/models/technologies/)""")


class FinishedRuns(Store):
    """A store that takes nothing in, so that nothing is simulated."""

    def workplace(self, folder: Path) -> NoReturn:
        """Refuse.

        Raises:
            HarnessError: always.
        """
        raise HarnessError(f"{folder} is not stored, and a report simulates nothing.")


@dataclass(frozen=True)
class Evidence:
    """One run that numbers rest on, or the place of one that is not stored (no waveforms).

    ``waveforms``: index the sweep, columns node names, SI. ``reruns``: commands, from the checkout.
    """

    name: str
    reruns: tuple[str, ...]
    waveforms: pd.DataFrame | None = None
    deck: str = ""
    readings: tuple[Reading, ...] = ()
    about: str = ""
    stress: tuple[Stress, ...] = ()


@dataclass(frozen=True)
class StudyEvidence:
    """A finished study: how many samples, its statistics, and its worst samples (columns of ``worst_samples``)."""

    counts: str
    key: str
    statistics: pd.DataFrame
    worst: pd.DataFrame
    runs: list[Evidence] = field(default_factory=list)  # one for each row of worst


def case_runs(bench: Testbench, store: Store) -> Iterator[Evidence]:
    """Yield the default run of each case of a testbench.

    Raises:
        HarnessError: a template or model file is wrong, or a run cannot be measured.
    """
    for case in bench.cases(bench.settings({})):
        job = prepare(bench, case, store)
        stored = store.load(job.folder, job.key)
        if stored is None:
            yield Evidence(case.id, (f"make {bench.name}",))
            continue
        record = stored.record
        yield Evidence(
            case.id,
            (
                f"ngspice -n -b {shlex.quote(_from_checkout(job.folder / DECK_NAME))}",
                f"{PROGRAM} export {bench.name} {shlex.quote(case.id)} waves/",
            ),
            stored.waveforms,
            _portable((job.folder / DECK_NAME).read_text(encoding="utf-8")),
            tuple(bench.measure(case.values, stored.waveforms)),
            f"run {job.key[:12]}, ngspice-{record['ngspice']}, {record['wall_seconds']:.1f} s",
            tuple(Stress(**facts) for facts in record["stress"].values()),
        )


def find_study(bench: Testbench, store: Store, root: Path) -> StudyEvidence | None:
    """Return a testbench's default study from below ``root``, or None where it is not finished."""
    try:
        plan = make_plan(bench, bench.settings({}), Study(n=bench.samples), store)
    except HarnessError:  # not even its start point is stored
        return None
    return study_of(plan, plan.folder(root))


def study_of(plan: Plan, folder: Path) -> StudyEvidence | None:
    """Return what a study left in its folder, or None where it is not finished."""
    if not (folder / ABOUT).is_file():  # the last file that a study writes
        return None
    table = pd.read_parquet(folder / "samples.parquet")
    worst = worst_samples(table, plan.bench.essential)
    runs = [_sample_run(plan, folder, int(row["sample"]), str(row["case"])) for _, row in worst.iterrows()]
    counts = str(json.loads((folder / ABOUT).read_text(encoding="utf-8"))["counts"])
    varied = {name for sampled in plan.cases for name in sampled.case.varied}  # they stand in the case's name
    statistics = pd.read_parquet(folder / "statistics.parquet").drop(columns=list(varied), errors="ignore")
    return StudyEvidence(counts, plan.key, statistics, worst, runs)


def worst_samples(table: pd.DataFrame, measures: Iterable[str] = (), most: int = WORST) -> pd.DataFrame:
    """Return the samples furthest from the mean of their kind: columns sample, case, measure, value, unit, sigmas.

    Each value is held against mean and sigma of its case, measure and columns over all samples, and a sample counts by
    its worst value; one that lacks a run or a value is infinitely far. Only ``measures`` count, where some are named.
    """
    names = list(measures)
    rows = table[table["measure"].isin([*names, ""])] if names else table
    where = [name for name in rows.columns if name not in ("sample", "value", "status", "rung")]
    groups = rows.groupby(where, dropna=False)["value"]
    sigma = groups.transform("std")
    off = (rows["value"] - groups.transform("mean")) / sigma.where(sigma > 0)
    off = off.where(sigma > 0, 0.0).where(rows["value"].notna() & (rows["status"] == "ok"), np.inf)
    ranked = rows.assign(sigmas=off, distance=off.abs()).sort_values("distance", ascending=False, kind="stable")
    worst = ranked.drop_duplicates("sample").head(most)
    return worst[["sample", "case", "measure", "value", "unit", "sigmas"]].reset_index(drop=True)


def _sample_run(plan: Plan, folder: Path, sample: int, case: str) -> Evidence:
    """Return a sample's run as ``mc show`` left it; of its nodes, those that the testbench keeps."""
    name, rerun = f"sample {sample}, {case}", f"{PROGRAM} mc show {plan.bench.name} {sample}"
    place = folder / f"sample-{sample}" / case_folder(case)
    if not (place / WAVES).is_file():
        return Evidence(name, (rerun,))
    waves = pd.read_parquet(place / WAVES)
    (sampled,) = [each for each in plan.cases if each.case.id == case]
    wanted = [
        column for column in waves.columns if str(column).removesuffix(".re").removesuffix(".im") in sampled.signals
    ]
    kept = waves[wanted] if wanted else waves
    return Evidence(
        name,
        (rerun, f"ngspice -n -b {shlex.quote(_from_checkout(place / DECK_NAME))}"),
        kept,
        _portable((place / DECK_NAME).read_text(encoding="utf-8")),
        tuple(plan.bench.measure(sampled.case.values, kept)),
        f"study {plan.key[:12]}",
    )


def _from_checkout(path: Path) -> str:
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)


def _portable(deck: str) -> str:
    """Return a deck without the place on disk of the checkout that ran it, which may have been another one."""
    return _MODELS.sub(rf"\1{MODEL_MARK}\2", deck)
