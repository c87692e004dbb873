"""What a cluster's event costs in one flat deck and in parts, how that grows with its size, and whether both agree."""

import math
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.bench import children_cpu, ring_seconds
from harness.bench_report import Row, status, table_of
from harness.job import CaseRun
from harness.store import Store
from testbenches.cluster import Task
from testbenches.cluster_run import Emulation, disagreement, emulate

SIZES, WHOLE, ACTIVE, CORES = (4, 8, 16), 16, 4, 2
FLAT_MUST, FLAT_AIM = 600.0, 180.0  # s on one core


class _Silent:
    """Takes no notice of runs."""

    def advance(self, run: CaseRun) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Cost:
    """One event of one cluster: what it gave, and its wall and CPU seconds beside the ring's."""

    made: Emulation
    wall_seconds: float
    cpu_seconds: float
    ring_seconds: float

    @property
    def size(self) -> str:
        """Rows by columns."""
        return f"{self.made.task.rows} x {self.made.task.columns}"


def event_task(rows: int, columns: int) -> Task:
    """Return one event: a random matrix with some of its rows active."""
    weights = np.random.default_rng(1).integers(-2, 6, (rows, columns))
    return Task(tuple(map(tuple, weights.tolist())), (tuple(range(min(ACTIVE, rows))),))


def time_task(task: Task, flat: bool, jobs: int, store: Store, check: bool = False) -> Cost:
    """Time an event, start points included; what the store has already costs nothing."""
    ring = ring_seconds()
    started, before = time.monotonic(), children_cpu()
    made = emulate(task, {}, store, lambda name, runs: nullcontext(_Silent()), jobs, flat, check)
    return Cost(made, time.monotonic() - started, children_cpu() - before, ring)


def measure_cluster() -> list[Row]:
    """Time every size flat on one core and in parts on two, and compare them at the largest; it takes half an hour."""
    by_columns, by_rows = [(WHOLE, n) for n in SIZES], [(n, WHOLE) for n in SIZES]
    costs: dict[tuple[int, int], tuple[Cost, Cost]] = {}
    for size in dict.fromkeys([*by_columns, *by_rows]):
        with tempfile.TemporaryDirectory() as place:
            store, task = Store(Path(place)), event_task(*size)
            parts = time_task(task, False, CORES, store)
            if size == (WHOLE, WHOLE):
                check = time_task(task, False, CORES, store, check=True)
            costs[size] = (time_task(task, True, 1, Store(Path(place) / "flat")), parts)
    rows = [row for flat, parts in costs.values() for row in _cost_rows(flat, parts)]
    rows.append(Row("in parts: the check by two columns in one deck with the shared part, in addition",
                    f"{check.wall_seconds:.0f} s, {check.cpu_seconds:.0f} CPU s; differs by "
                    f"{check.made.disagreement:.3%} of the swing (RMS)"))  # fmt: skip
    rows += agreement_rows(*(cost.made for cost in costs[WHOLE, WHOLE]))
    for name, sizes in (("columns", by_columns), ("rows", by_rows)):
        for kind, which in (("flat", 0), ("in parts", 1)):
            seconds = [costs[size][which].cpu_seconds / costs[size][which].ring_seconds for size in sizes]
            power = exponent(SIZES, seconds)
            asked = ("<= 1.1", "", status(power, 1.1, -1.0)) if (name, which) == ("columns", 1) else ()
            rows.append(Row(f"{kind}: exponent of CPU seconds (by the ring's) against {name}", f"{power:.2f}", *asked))
    return rows


def _cost_rows(flat: Cost, parts: Cost) -> Iterator[Row]:
    """Yield what one size costs, and at the whole size what is asked of it."""
    whole = flat.size == f"{WHOLE} x {WHOLE}"
    for kind, cost in (("flat, one core", flat), (f"in parts, {CORES} cores", parts)):
        asked = ("<= 600 s", "<= 180 s", status(cost.cpu_seconds, FLAT_MUST, FLAT_AIM))
        must, aim, verdict = asked if whole and cost is flat else ("", "", "REPORT")
        yield Row(f"{cost.size}, {kind}", f"{cost.wall_seconds:.0f} s, {cost.cpu_seconds:.0f} CPU s, "
                  f"{cost.cpu_seconds / cost.ring_seconds:.0f} rings", must, aim, verdict)  # fmt: skip
    if whole:
        ratio = flat.wall_seconds / parts.wall_seconds
        yield Row(f"{flat.size}: wall, flat over parts", f"{ratio:.1f}x", ">= 3x", ">= 8x", status(ratio, 3, 8, True))


def agreement_rows(flat: Emulation, parts: Emulation) -> Iterator[Row]:
    """Yield how FIRE and VINTEG of the parts agree with the flat deck's."""
    wrong = len(flat.fires ^ parts.fires)
    yield Row("FIRE that differ, flat and parts", f"{wrong} of {parts.task.columns}", "0", "0", status(wrong, 0, 0))
    shares = [disagreement(parts, flat.columns[column], column) for column in range(flat.task.columns)]
    yield Row("VINTEG, flat and parts: RMS over its swing, worst column", f"{max(shares):.3%}", "<= 0.5%", "<= 0.05%",
              status(max(shares), 5e-3, 5e-4))  # fmt: skip


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """Return p of the least-squares fit cost = a * size^p."""
    return float(np.polyfit([math.log(size) for size in sizes], [math.log(cost) for cost in costs], 1)[0])


def cluster_section(rows: Sequence[Row]) -> str:
    """Return what was timed, as markdown."""
    return "\n".join([
        f"One event of a cluster, rows by columns, {ACTIVE} active rows, from nothing: operating points included. A "
        "ring is the CPU time of the reference deck (testbenches/ring.cir.j2), run in the same minute.",
        "",
        *table_of(rows),
    ])  # fmt: skip
