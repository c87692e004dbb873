"""Weights and stimuli of a cluster: what a file may hold, and one clear line for what it may not."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cluster_input import AXONS, NEURONS, read_axons, read_weights
from harness.errors import HarnessError

GOOD = [["1"] * NEURONS for _ in range(AXONS)]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def table(change: dict[tuple[int, int], str]) -> str:
    """A good table with cells (row, column), counted from 1, changed."""
    cells = [list(row) for row in GOOD]
    for (row, column), text in change.items():
        cells[row - 1][column - 1] = text
    return "\n".join(",".join(row) for row in cells) + "\n"


@given(
    st.lists(st.lists(st.integers(-2, 5), min_size=16, max_size=16), min_size=16, max_size=16),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_weights_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, weights: list[list[int]], newline: str, mark: bool
) -> None:
    text = newline.join(" ,".join(str(weight) for weight in row) for row in weights) + newline
    path = written(tmp_path_factory.mktemp("weights"), text.encode("utf-8-sig" if mark else "utf-8"))
    assert np.array_equal(read_weights(path, n_ref=2, bits=3), weights)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({(3, 5): "6"}, "row 3, column 5: 6 is out of range; a weight is -2 to 5"),
        ({(16, 16): "-3"}, "row 16, column 16: -3 is out of range"),
        ({(1, 2): "1.5"}, "row 1, column 2: '1.5' is no whole number"),
        ({(1, 2): "1e0"}, "row 1, column 2: '1e0' is no whole number"),
        ({(1, 2): "nan"}, "row 1, column 2: 'nan' is no whole number"),
        ({(1, 2): "１"}, "row 1, column 2: '１' is no whole number"),
        ({(4, 1): ""}, "row 4, column 1: the cell is blank"),
        ({(16, c): "" for c in range(1, 17)}, "row 16, column 1: the cell is blank"),
        ({(2, 2): "=A1+1"}, "row 2, column 2: '=A1+1' is no whole number"),
        ({(2, 2): ".control"}, "row 2, column 2: '.control' is no whole number"),
        ({(2, 2): '"1\n.include x"'}, "row 2, column 2: '1\\n.include x' is no whole number"),
        ({(2, 2): "1\0"}, "row 2, column 2"),
        ({(7, 16): "1,1"}, "row 7: it has 17 cells"),
    ],
)
def test_a_bad_weight_is_named_by_file_row_and_column(
    tmp_path: Path, change: dict[tuple[int, int], str], says: str
) -> None:
    path = written(tmp_path, table(change))
    with pytest.raises(HarnessError) as error:
        read_weights(path, n_ref=2, bits=3)
    assert str(error.value).startswith(str(path))
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        (table({}) + "1," * 15 + "1\n", "it has 17 rows"),
        ("\n".join(table({}).splitlines()[:15]), "it has 15 rows"),
        (table({}).replace(",", ";"), "separate them by commas"),
        (b"\xff\xfe\x00", "no CSV text in UTF-8"),
        ('"1', "no CSV text in UTF-8"),
        ("1" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_another_shape_is_refused(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(HarnessError, match=says):
        read_weights(written(tmp_path, text), n_ref=2, bits=3)


@pytest.mark.parametrize("read", [lambda path: read_weights(path, 2, 3), read_axons])
def test_what_is_no_file_is_refused(tmp_path: Path, read: object) -> None:
    assert callable(read)
    with pytest.raises(HarnessError, match="it is a directory"):
        read(tmp_path)
    with pytest.raises(HarnessError, match="there is no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(HarnessError, match="no plain file"):
        read(Path("/dev/null"))


def test_stimuli_are_grouped_by_period_with_silent_ones_between(tmp_path: Path) -> None:
    path = written(tmp_path, "gclk,axon\n0,3\n0,1\n2,15\n\n")
    assert read_axons(path) == ((3, 1), (), (15,))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gclk,axon\n-1,3\n", "row 2, column 1: -1 is out of range; a period of GCLK is 0 to"),
        ("gclk,axon\n5,3\n4,3\n", "row 3, column 1: period 4 comes after 5; sort the rows"),
        ("gclk,axon\n0,16\n", "row 2, column 2: 16 is out of range; an axon is 0 to 15"),
        ("gclk,axon\n0,3\n0,3\n", "row 3, column 2: axon 3 stands twice in period 0"),
        ("gclk,axon\n0,\n", "row 2, column 2: the cell is blank"),
        ("gclk,axon\n0,=1+1\n", "row 2, column 2: '=1\\+1' is no whole number"),
        ("gclk,axon\n0,.end\n", "row 2, column 2: '.end' is no whole number"),
        ("gclk,axon\n0,1,2\n", "row 2: it has 3 cells"),
        ("gclk,axon\n\n0,1\n", "row 2: it is empty; delete it"),
        ("gclk,axon\n1000,1\n", "row 2, column 1: 1000 is out of range"),
        ("gclk,axon\n", "no stimulus follows"),
        ("0,3\n1,4\n", "row 1: it is '0,3', not the heading 'gclk,axon'; write that first"),
        ("gclk;axon\n0;3\n", "row 1: it is 'gclk;axon', not the heading"),
        ("time,axon\n0,1\n", "row 1: it is 'time,axon', not the heading"),
        ("", "it is empty"),
    ],
)
def test_a_bad_stimulus_is_named_by_file_row_and_column(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(HarnessError, match=says) as error:
        read_axons(path)
    assert str(error.value).startswith(str(path))


@given(st.text())
def test_any_text_is_read_or_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = written(tmp_path_factory.mktemp("any"), text.encode("utf-8", "surrogatepass"))
    for read in (lambda: read_weights(path, 2, 3), lambda: read_axons(path)):
        with pytest.raises(HarnessError) as error:
            read()
        assert len(str(error.value).splitlines()) == 1
