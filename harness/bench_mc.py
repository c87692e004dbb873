"""Samples a second against the loop that a user of PySpice would write: same circuits, interleaved."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
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
from harness.statistics import difference_in_sigma
from harness.study import RUNGS, Plan, SampledCase

_THREADS = "OMP_THREAD_LIMIT"


@dataclass(frozen=True)
class Loop:
    """A loop to compare with: what its decks say of the solver, and whether it is kept to one thread."""

    name: str
    options: str = ""
    one_thread: bool = True


# reltol=1e-5 is the first power of ten at which a loop's offsets after auto-zero agree with those of a far finer
# solver; 1e-4 is 0.1 to 0.4 sigma off, and at 1e-3 no step of 0.1 ns or more comes within a sigma. ngspice's own gmin
# leaks a tenth of the buffer's sigma out of its capacitor.
AGREEING = Loop("reltol=1e-5 gmin=1e-14, at which its offsets agree; one thread", ".option reltol=1e-5 gmin=1e-14")
DEFAULTS = Loop("ngspice's tolerances, one thread")
UNTOUCHED = Loop("PySpice's and ngspice's defaults untouched", one_thread=False)
LOOPS = (AGREEING, DEFAULTS, UNTOUCHED)


@dataclass(frozen=True)
class LoopBenchmark:
    """What the interleaved runs gave.

    ``rates`` has a row a round: samples a second of the study (column ``study``) and of each loop (its name);
    ``solver_share`` is the solver's of the workers' busy time; ``agreement`` has, for each loop, case and measure, the
    RMS and the largest difference between study and loop in sigma; ``complaints`` counts the good and other runs, of
    ``runs``, that PySpice reported as failed in the first loop.
    """

    rates: pd.DataFrame
    samples: int
    runs: int
    jobs: int
    solver_share: float
    agreement: pd.DataFrame
    complaints: int

    def ratios(self, loop: Loop) -> list[float]:
        """Return how many times as fast the study is, in each round that had this loop."""
        return [float(ratio) for ratio in (self.rates["study"] / self.rates[loop.name]).dropna()]


def benchmark(plan: Plan, rounds: int = 5, jobs: int = 2, loops: Sequence[Loop] = LOOPS) -> LoopBenchmark:
    """Run a plan and the loops in turn, ``rounds`` times, each from nothing; loops after the first every second round.

    The study's time is all of it after the nominal circuit: starting the processes, drawing, measuring, the journal.
    A loop's is the loop alone, after the import, and it measures nothing. Its decks are the study's without what the
    study adds for speed: no start point, every node saved, the solver as the loop says. Its largest step is the
    testbench's, which is kind to it: without one ngspice takes the step that a user prints at, and 1 ns, the length
    of the clocks' edges, costs it two to four times as much.

    Raises:
        HarnessError: a testbench that is no transient, or a run that failed.
    """
    rates, shares, complaints = [], [], 0
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        orders = [_write_decks(plan, root / f"loop{number}", loop) for number, loop in enumerate(loops)]
        for number in range(rounds):
            folder = root / f"study{number}"
            started = time.perf_counter()
            result = run_study(plan, folder, jobs)
            rate = {"study": plan.study.n / (time.perf_counter() - started)}
            if result.failed:
                raise HarnessError(f"the benchmark's study has {result.counts} samples: {result.messages[0]}.")
            shares.append(_solver_share(folder / JOURNAL, plan.key))
            for place_of, loop in enumerate(loops):
                if place_of and number % 2:
                    continue
                seconds, complained = _run_loop(root / f"loop{place_of}", loop)
                rate[loop.name] = plan.study.n / seconds
                complaints = complained if loop == loops[0] else complaints
            rates.append(rate)
        agreement = pd.concat([
            _agreement(result, order, root / f"loop{number}").assign(loop=loop.name)
            for number, (order, loop) in enumerate(zip(orders, loops, strict=True))
        ])  # fmt: skip
    share = statistics.median(shares)
    return LoopBenchmark(pd.DataFrame(rates), plan.study.n, len(orders[0]), jobs, share, agreement, complaints)


def _write_decks(plan: Plan, folder: Path, loop: Loop) -> list[tuple[int, SampledCase]]:
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
            text = "\n".join([*lines, loop.options, f".tran {step!r} {stop!r} 0 {step!r}", ".end", ""])
            (folder / f"{len(order)}.cir").write_text(text, encoding="utf-8")
            order.append((sample, case))
    return order


def _run_loop(folder: Path, loop: Loop) -> tuple[float, int]:
    """Return a loop's seconds, and how many of its runs PySpice called failed."""
    environment = {name: value for name, value in os.environ.items() if name != _THREADS}
    if loop.one_thread:
        environment[_THREADS] = "1"
    process = subprocess.run(
        [sys.executable, "-m", "harness.naive_loop", str(folder)], env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if process.returncode:
        raise HarnessError(f"the loop to compare with failed: {process.stderr.strip().splitlines()[-1:]}")
    found = json.loads((folder / "loop.json").read_text(encoding="utf-8"))
    return float(found["seconds"]), int(found["complaints"])


def _solver_share(journal: Path, key: str) -> float:
    records = read_records(journal, key)
    return float(sum(record["solver"] for record in records) / sum(record["busy"] for record in records))


def _agreement(result: StudyResult, order: list[tuple[int, SampledCase]], folder: Path) -> pd.DataFrame:
    rows = []
    for place, (sample, case) in enumerate(order):
        with np.load(folder / f"{place}.npz") as vectors:
            columns = {node_name(name): vectors[name] for name in vectors.files}
        with contextlib.suppress(HarnessError, KeyError):  # a run that stopped early, or never began, has no reading
            frame = pd.DataFrame(columns).set_index("time")[list(case.signals)]
            for number, reading in enumerate(result.plan.bench.measure(case.case.values, frame)):
                rows.append((sample, case.case.id, number, reading.measure, float(reading.value)))
    loop = pd.DataFrame(rows, columns=["sample", "case", "number", "measure", "loop"])
    study = result.table.assign(number=result.table.groupby(["sample", "case"]).cumcount())
    asked = study[["sample", "case", "number", "measure", "value"]]
    both = asked.merge(loop, how="left", on=["sample", "case", "number", "measure"], validate="1:1")
    table = []
    for (case_id, _, measure), group in both.groupby(["case", "number", "measure"], sort=False):
        rms, largest = difference_in_sigma(group["loop"], group["value"])
        table.append({"case": case_id, "measure": measure, "rms_share": rms, "largest_share": largest})
    return pd.DataFrame(table)
