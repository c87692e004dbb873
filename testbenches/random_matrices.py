"""Decisions of the first event from VREST over random matrices: of each, does every neuron answer by its sum?

Each event has a matrix of its own. The active rows go from 1 to 16; a third of the neurons get weights whose sum is
n - 1, n or n + 1, where the answer turns; the others whatever comes.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.store import Store
from harness.testbench import Claim, Summary, Values
from testbenches.cluster import Task
from testbenches.cluster_run import Stage, decision_table, emulate

NAME = "random_matrices"
SIZE = 16  # axons, and neurons
ROWS = (1, 2, 4, *range(1, SIZE + 1))  # active rows of each event
SEED = 2025
FEW_ROWS = 2
CLAIMS = (
    Claim("decisions", "decisions of a first event from VREST, random matrices, 1 to 16 active rows", "required",
          (300, float("inf"))),
    Claim("wrong_few_rows", "wrong at 1 and 2 active rows", "required", (0, 0)),
    Claim("wrong_off_threshold", "wrong at 3 to 16 active rows, sums up to n - 1 or from n + 1", "required", (0, 0)),
    Claim("wrong_at_threshold", "wrong at 3 to 16 active rows, sums of n", "aim of the requirement", (0, 0)),
)  # fmt: skip


def random_task(event: int, values: Values, seed: int = SEED) -> Task:
    """Return the task of one event: which rows are active, and a matrix."""
    random = np.random.default_rng([seed, event])
    low, threshold = -int(values["N_REF"]), int(values["THRESHOLD"])
    high = 2 ** int(values["BITS"]) - 1 + low
    active = np.sort(random.choice(SIZE, ROWS[event], replace=False))
    weights = random.integers(low, high + 1, (SIZE, SIZE))
    for neuron in range(event % 3, SIZE, 3):
        total = threshold + (neuron // 3 + event) % 3 - 1
        weights[active, neuron] = _with_sum(min(total, high * len(active)), weights[active, neuron], low, high, random)
    return Task(tuple(map(tuple, weights.tolist())), (tuple(active.tolist()),), only_decide=True)


def _with_sum(
    total: int, weights: NDArray[np.int64], low: int, high: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """Return the weights moved by units, at random places, until they add up to ``total``."""
    moved = weights.copy()
    while (gap := total - int(moved.sum())) != 0:
        step = 1 if gap > 0 else -1
        free = np.flatnonzero((moved + step >= low) & (moved + step <= high))
        moved[random.choice(free)] += step
    return moved


def decide(values: Values, store: Store, stage: Stage, jobs: int | None = None) -> pd.DataFrame:
    """Return every decision of every event, as decision_table does, with the columns event and rows before it.

    Raises:
        HarnessError: a run failed.
    """
    tables = []
    for event, rows in enumerate(ROWS):
        made = emulate(random_task(event, values), values, store, stage, jobs, check=event == 0)
        tables.append(decision_table(made).assign(event=event, rows=rows))
    table = pd.concat(tables, ignore_index=True)
    return table[["event", "rows", *(name for name in table.columns if name not in ("event", "rows"))]]


def summarize(table: pd.DataFrame, threshold: int) -> Iterable[Summary]:
    """Yield the claimed counts, and the errors by rows and distance from the threshold."""
    wrong, few = ~table["agrees"], table["rows"] <= FEW_ROWS
    distance = table["sum"] - threshold
    yield Summary("decisions", len(table))
    yield Summary("wrong_few_rows", int((wrong & few).sum()))
    yield Summary("wrong_off_threshold", int((wrong & ~few & (distance != 0)).sum()))
    yield Summary("wrong_at_threshold", int((wrong & ~few & (distance == 0)).sum()))
    for step in (-1, 0, 1):
        yield Summary(f"decisions_at_{step:+d}", int((distance == step).sum()))
    for _, row in table[wrong].iterrows():
        yield Summary(f"wrong_{row['rows']}_rows_{row['sum'] - threshold:+g}_event_{row['event']}_{row['neuron']}", 1)
