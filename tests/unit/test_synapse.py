import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.synapse import ANTIPARALLEL, PARALLEL, spread, word


def value_of(states: list[list[int]], row: int) -> int:
    return sum((bits[row] == PARALLEL) << place for place, bits in enumerate(states))


@given(st.integers(2, 4), st.data())
def test_a_word_holds_its_values_least_significant_bit_first(bits: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(0, 2**bits - 1), min_size=1, max_size=16))
    states = word(values, bits)
    assert len(states) == bits
    assert [value_of(states, row) for row in range(len(values))] == values


def test_a_set_bit_is_a_parallel_cell() -> None:
    assert word([1]) == [[PARALLEL], [ANTIPARALLEL], [ANTIPARALLEL]]
    assert word([6, 0]) == [[1, 1], [0, 1], [0, 1]]


@given(st.integers(1, 16), st.integers(2, 4), st.data())
def test_a_total_is_spread_over_rows_that_hold_it(rows: int, bits: int, data: st.DataObject) -> None:
    total = data.draw(st.integers(0, rows * (2**bits - 1)))
    values = spread(total, rows, bits)
    assert len(values) == rows
    assert sum(values) == total
    assert all(0 <= value < 2**bits for value in values)


def test_what_does_not_fit_is_refused() -> None:
    for value in (8, -1):
        with pytest.raises(HarnessError, match="holds 0 to 7"):
            word([value])
    for total in (15, -1):
        with pytest.raises(HarnessError, match=r"hold a total of 0 to 14"):
            spread(total, 2)
