"""A cluster's cells written: which state each is to take, the write current it gets, and what the attempts gave."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.mtj import load_mtj_set
from harness.programming import PULSES, program
from harness.runner import collect, run_cases
from harness.store import Store
from harness.synapse import ANTIPARALLEL, PARALLEL, word
from harness.testbench import Values
from testbenches.write_array import LEVELS, WriteArray

States = NDArray[np.int64]  # axes: row, line


def cells_of(words: NDArray[np.int64], bits: int) -> States:
    """Return the states of words, axes (row, column): a column has ``bits`` lines, least significant first.

    Raises:
        HarnessError: a word that the bits cannot hold.
    """
    columns = [np.array(word(column.tolist(), bits)) for column in np.asarray(words).T]
    return np.concatenate(columns).T


def words_of(states: States, bits: int) -> NDArray[np.int64]:
    """Return the words that states are: the inverse of ``cells_of``."""
    rows, lines = states.shape
    is_set = (states == PARALLEL).reshape(rows, lines // bits, bits)
    return np.asarray(is_set @ (1 << np.arange(bits)), dtype=np.int64)


def write_ratios(values: Values, rows: int, store: Store, jobs: int | None = None) -> NDArray[np.float64]:
    """Return the write current over the critical current of each row of a line, to P and to AP: shape (rows, 2).

    Simulated at the supply and in the silicon of ``values``; two DC runs of under a second, stored like all runs.

    Raises:
        HarnessError: a run failed.
    """
    bench = WriteArray()
    own = bench.settings({})
    settings = {**own, **{name: value for name, value in values.items() if name in own or "." in name}}
    to = (PARALLEL, ANTIPARALLEL)
    cases = bench.cases_of(settings, [{"RUN": LEVELS, "ROWS": rows, "TO": state} for state in to])
    results = collect(bench, settings, run_cases(bench, cases, store, jobs))
    return np.array([results.select("write_ratio", TO=state)["value"].to_numpy(dtype=float) for state in to]).T


def write_cells(
    blocks: Mapping[str, States], values: Values, store: Store, jobs: int | None = None, seed: int = 1
) -> pd.DataFrame:
    """Write every block, each cell from its other state; return a row a cell as ``harness.programming.program`` does.

    ``blocks`` are wanted states by name, such as ``synapse`` of shape (16, 48): 0 parallel, 1 antiparallel.

    Raises:
        HarnessError: a run failed, or a state is neither 0 nor 1.
    """
    mtj = load_mtj_set(str(values["MTJ"]))
    ratios = {rows: write_ratios(values, rows, store, jobs) for rows in {len(states) for states in blocks.values()}}
    tables = [
        program(
            states,
            ratios[len(states)][:, [ANTIPARALLEL]],
            ratios[len(states)][:, [PARALLEL]],
            mtj,
            seed,
            PULSES,
            block,
        )
        for block, states in blocks.items()
    ]
    return pd.concat(tables, ignore_index=True)


def states_of(report: pd.DataFrame, block: str) -> States:
    """Return the states that a block's cells are in after they were written, axes (row, line)."""
    cells = report[report["block"] == block]
    return cells.pivot_table(index="row", columns="line", values="state").to_numpy(dtype=np.int64)
