"""The programming interface's order of edges, and words as cells."""

import numpy as np
import pytest

from harness.errors import HarnessError
from testbenches.write import TESTBENCH as WRITE
from testbenches.write_array import EVENTS
from testbenches.write_array import TESTBENCH as ARRAY
from testbenches.write_cells import cells_of, words_of
from testbenches.write_event import T_EDGE, T_GAP, WriteTestbench

GAP = T_GAP - T_EDGE - 1e-15


@pytest.mark.parametrize("bench", [WRITE, ARRAY])
def test_no_request_comes_near_a_read_and_no_edge_of_a_line_near_a_word_line_s(bench: WriteTestbench) -> None:
    values = bench.settings({"RUN": EVENTS} if bench is ARRAY else {})
    _, lines = bench.deck(values)
    requests = [*lines["write_p"], *lines["write_ap"]]
    assert len(requests) == len(bench.operations(values)) == len(lines["read"])
    for on, off, _ in requests:
        assert all(off + T_EDGE + GAP < start or stop + T_EDGE + GAP < on for start, stop, _ in lines["read"])
        ((begin, end, _),) = [span for span in lines["word_line_window"] if span[0] < on < span[1]]
        assert begin + T_EDGE + GAP <= on and off + T_EDGE + GAP <= end


def test_one_row_is_selected_at_a_time() -> None:
    _, lines = WRITE.deck(WRITE.settings({}))
    spans = sorted(span for spans in lines["select"].values() for span in spans)
    assert all(before[1] + T_EDGE <= after[0] for before, after in zip(spans, spans[1:], strict=False))


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_words_come_back_from_their_cells(bits: int) -> None:
    words = np.arange(16 * 5).reshape(16, 5) % 2**bits
    states = cells_of(words, bits)
    assert states.shape == (16, 5 * bits)
    assert (words_of(states, bits) == words).all()
    assert states[0].tolist()[:bits] == [1] * bits  # word 0: every cell antiparallel


def test_a_word_that_does_not_fit_is_refused() -> None:
    with pytest.raises(HarnessError, match="holds 0 to 7"):
        cells_of(np.array([[8]]), 3)
