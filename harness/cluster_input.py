"""What a user gives the cluster: weights and stimuli from CSV files, read strictly.

A cell is a whole number or the file is refused, with the file, row and column: nothing of a file reaches a netlist as
text. Rows and columns are counted from 1, as editors and spreadsheets do.
"""

import csv
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.errors import HarnessError

AXONS = 16
NEURONS = 16
AXON_COLUMNS = ["gclk", "axon"]
LONGEST = 1000  # periods of GCLK in one file: hours of simulation, and beyond any that was meant
LARGEST = 1_000_000  # bytes
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)


def read_weights(path: Path, n_ref: int, bits: int) -> NDArray[np.int64]:
    """Return the weight of each synapse in units of (P-AP), axes (axon, neuron), from 16 rows of 16 whole numbers.

    Raises:
        HarnessError: no such file, another shape, or a cell that is no whole number in -n_ref..2^bits-1-n_ref.
    """
    rows = _cells(path)
    weights = np.zeros((AXONS, NEURONS), dtype=np.int64)
    for row, cells in enumerate(rows[:AXONS], start=1):
        if len(cells) != NEURONS:
            hint = "; separate them by commas" if len(cells) == 1 and ";" in cells[0] else ""
            raise HarnessError(
                f"{path}, row {row}: it has {len(cells)} cells, not one for each of {NEURONS} neurons{hint}."
            )
        for column, cell in enumerate(cells, start=1):
            weights[row - 1, column - 1] = _whole(cell, path, row, column, "a weight", -n_ref, 2**bits - 1 - n_ref)
    if len(rows) != AXONS:
        raise HarnessError(f"{path}: it has {len(rows)} rows, not one for each of {AXONS} axons.")
    return weights


def read_axons(path: Path) -> tuple[tuple[int, ...], ...]:
    """Return the axons stimulated in each period of GCLK, from the first to the last that has a stimulus.

    The file has the columns ``gclk`` (period, from 0) and ``axon`` (0..15), a row a stimulus, in order of time.

    Raises:
        HarnessError: no such file, other columns, a cell that is no whole number in range, periods out of order, or an
            axon twice in one period.
    """
    heading, *rows = _cells(path)
    if [cell.strip() for cell in heading] != AXON_COLUMNS:
        raise HarnessError(
            f"{path}, row 1: it is {','.join(heading)[:40]!r}, not the heading {','.join(AXON_COLUMNS)!r}; "
            "write that first."
        )
    if not rows:
        raise HarnessError(f"{path}: no stimulus follows the heading.")
    stimuli: list[list[int]] = []
    for row, cells in enumerate(rows, start=2):
        if len(cells) != len(AXON_COLUMNS):
            what = f"it has {len(cells)} cells, not {len(AXON_COLUMNS)}" if cells else "it is empty; delete it"
            raise HarnessError(f"{path}, row {row}: {what}.")
        period = _whole(cells[0], path, row, 1, "a period of GCLK", 0, LONGEST - 1)
        axon = _whole(cells[1], path, row, 2, "an axon", 0, AXONS - 1)
        if period < len(stimuli) - 1:
            raise HarnessError(
                f"{path}, row {row}, column 1: period {period} comes after {len(stimuli) - 1}; sort the rows by gclk."
            )
        stimuli += [[] for _ in range(period + 1 - len(stimuli))]
        if axon in stimuli[period]:
            raise HarnessError(
                f"{path}, row {row}, column 2: axon {axon} stands twice in period {period}; "
                "an axon gives one stimulus a period."
            )
        stimuli[period].append(axon)
    return tuple(tuple(axons) for axons in stimuli)


def _cells(path: Path) -> list[list[str]]:
    """Return the rows of a CSV file; empty lines at its end do not count."""
    try:
        if not path.exists():
            raise HarnessError(f"{path}: there is no such file.")
        if not path.is_file():
            raise HarnessError(f"{path}: it is {'a directory' if path.is_dir() else 'no plain file'}, not a CSV file.")
        if path.stat().st_size > LARGEST:
            raise HarnessError(f"{path}: it is larger than {LARGEST // 1_000_000} MB, which no such table is.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except OSError as error:
        raise HarnessError(f"{path}: it cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise HarnessError(f"{path}: it is no CSV text in UTF-8: {error}.") from error
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise HarnessError(f"{path}: it is empty.")
    return rows


def _whole(cell: str, path: Path, row: int, column: int, meaning: str, low: int, high: int) -> int:
    """Return the whole number in a cell."""
    text, where = cell.strip(), f"{path}, row {row}, column {column}"
    if not text:
        raise HarnessError(f"{where}: the cell is blank; it must hold {meaning}, {low} to {high}.")
    if not _WHOLE.fullmatch(text):
        raise HarnessError(f"{where}: {text[:40]!r} is no whole number; {meaning} is {low} to {high}.")
    if not low <= int(text) <= high:
        raise HarnessError(f"{where}: {text} is out of range; {meaning} is {low} to {high}.")
    return int(text)
