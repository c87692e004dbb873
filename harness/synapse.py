"""Weights, thresholds and word lines as MTJ states: what Figure 5 calls P and AP cells."""

from collections.abc import Sequence

from harness.errors import HarnessError

PARALLEL, ANTIPARALLEL = 0, 1

Word = list[list[int]]  # states[bit][row], least significant bit first


def word(values: Sequence[int], bits: int = 3) -> Word:
    """Return the MTJ states of one word a row: a set bit is a P cell, because P carries the larger current.

    ``values`` has shape (rows,), each 0..2^bits - 1; the result's axes are (bit, row), least significant bit first.

    Raises:
        HarnessError: a value that the bits cannot hold.
    """
    for value in values:
        if not 0 <= value < 2**bits:
            raise HarnessError(
                f"a word of {bits} bits holds 0 to {2**bits - 1}, not {value}; use more rows or more bits."
            )
    return [[PARALLEL if value >> bit & 1 else ANTIPARALLEL for value in values] for bit in range(bits)]


def spread(total: int, rows: int, bits: int = 3) -> list[int]:
    """Return ``rows`` word values that add up to ``total``, filled from the first row on: 11 in two rows is [7, 4].

    Raises:
        HarnessError: the rows cannot hold the total.
    """
    most = 2**bits - 1
    if not 0 <= total <= rows * most:
        raise HarnessError(f"{rows} row(s) of {bits} bits hold a total of 0 to {rows * most}, not {total}.")
    values = []
    for _ in range(rows):
        values.append(min(most, total))
        total -= values[-1]
    return values
