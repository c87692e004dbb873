"""Samples a second against the loop that a user of PySpice would write: same circuits, interleaved pairs."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from harness.analysis import Transient
from harness.errors import HarnessError
from harness.journal import JOURNAL, read_records
from harness.montecarlo import run_study
from harness.rawfile import node_name
from harness.samples import StudyResult
from harness.study import RUNGS, Plan, SampledCase

_THREADS = "OMP_THREAD_LIMIT"


@dataclass(frozen=True)
class Pair:
    """One pair of runs: samples a second of the study and of the loop."""

    study: float
    loop: float

    @property
    def ratio(self) -> float:
        """How many times as fast the study is."""
        return self.study / self.loop


@dataclass(frozen=True)
class LoopBenchmark:
    """What the pairs gave.

    ``solver_share`` is the solver's share of the workers' busy time; ``agreement`` has for each case and measure the
    sigma, and the RMS and largest difference between study and loop as shares of it; ``complaints`` counts the good
    runs of the loop that PySpice reported as failed.
    """

    pairs: tuple[Pair, ...]
    samples: int
    jobs: int
    solver_share: float
    agreement: pd.DataFrame
    complaints: int

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return statistics.median(pair.ratio for pair in self.pairs)


def benchmark(plan: Plan, pairs: int = 5, jobs: int = 2, one_thread: bool = True) -> LoopBenchmark:
    """Run a plan and the loop in turn, ``pairs`` times, each from nothing.

    The study's time is all of it after the nominal circuit: starting the processes, drawing, measuring, the journal.
    The loop's is the loop alone, after the import, and it measures nothing.

    Raises:
        HarnessError: a testbench that is no transient, or a run that failed.
    """
    found, shares, complaints = [], [], 0
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        decks = _write_decks(plan, root / "loop")
        for number in range(pairs):
            folder = root / f"study{number}"
            started = time.perf_counter()
            result = run_study(plan, folder, jobs)
            seconds = time.perf_counter() - started
            if result.failed:
                raise HarnessError(f"the benchmark's study has {result.counts} samples: {result.messages[0]}.")
            shares.append(_solver_share(folder / JOURNAL, plan.key))
            loop = _run_loop(root / "loop", one_thread)
            complaints += int(loop["complaints"])
            found.append(Pair(plan.study.n / seconds, plan.study.n / loop["seconds"]))
        agreement = _agreement(result, decks, root / "loop")
    return LoopBenchmark(tuple(found), plan.study.n, jobs, statistics.median(shares), agreement, complaints)


def _write_decks(plan: Plan, folder: Path) -> list[tuple[int, SampledCase]]:
    """Write each run as a user would: no options, no start point, every node saved, the same largest step."""
    folder.mkdir()
    order: list[tuple[int, SampledCase]] = []
    bare = replace(RUNGS[0], start=False)
    for sample in range(plan.study.n):
        normals = plan.named_normals(sample)
        for case in plan.cases:
            if not isinstance(case.analysis, Transient):
                raise HarnessError(f"{plan.bench.name} is no transient, so the loop is not comparable.")
            step, stop = case.analysis.t_max, case.analysis.t_stop
            lines = [line for line in case.circuit(normals, bare).splitlines() if not line.startswith(".save")]
            text = "\n".join([*lines, f".tran {step!r} {stop!r} 0 {step!r}", ".end", ""])
            (folder / f"{len(order)}.cir").write_text(text, encoding="utf-8")
            order.append((sample, case))
    return order


def _run_loop(folder: Path, one_thread: bool) -> Mapping[str, float]:
    environment = {name: value for name, value in os.environ.items() if name != _THREADS}
    if one_thread:
        environment[_THREADS] = "1"
    process = subprocess.run(
        [sys.executable, "-m", "harness.naive_loop", str(folder)], env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if process.returncode:
        raise HarnessError(f"the loop to compare with failed: {process.stderr.strip().splitlines()[-1:]}")
    found: dict[str, float] = json.loads((folder / "loop.json").read_text(encoding="utf-8"))
    return found


def _solver_share(journal: Path, key: str) -> float:
    records = read_records(journal, key)
    return float(sum(record["solver"] for record in records) / sum(record["busy"] for record in records))


def _agreement(result: StudyResult, order: list[tuple[int, SampledCase]], folder: Path) -> pd.DataFrame:
    rows = []
    for place, (sample, case) in enumerate(order):
        with np.load(folder / f"{place}.npz") as vectors:
            columns = {node_name(name): vectors[name] for name in vectors.files}
        frame = pd.DataFrame(columns).set_index("time")[list(case.signals)]
        readings = list(result.plan.bench.measure(case.case.values, frame))
        for number, reading in enumerate(readings):
            rows.append((sample, case.case.id, number, reading.measure, float(reading.value)))
    loop = pd.DataFrame(rows, columns=["sample", "case", "number", "measure", "loop"])
    study = result.table.assign(number=result.table.groupby(["sample", "case"]).cumcount())
    both = loop.merge(study[["sample", "case", "number", "value"]], on=["sample", "case", "number"], validate="1:1")
    table = []
    for (case_id, _, measure), group in both.groupby(["case", "number", "measure"], sort=False):
        sigma, error = float(group["value"].std()), group["loop"] - group["value"]
        table.append(
            {"case": case_id, "measure": measure, "sigma": sigma, "rms_share": float(np.sqrt((error**2).mean())) / sigma
             if sigma else 0.0, "largest_share": float(error.abs().max()) / sigma if sigma else 0.0}
        )  # fmt: skip
    return pd.DataFrame(table)
