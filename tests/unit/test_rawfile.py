from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harness.errors import HarnessError
from harness.rawfile import node_name, read_raw, write_raw

NODES = st.from_regex(r"[a-z][a-z0-9_.#]{0,8}", fullmatch=True).filter(lambda name: not name.endswith("#branch"))
COLUMNS = st.lists(NODES | NODES.map(lambda name: f"i({name})"), min_size=1, max_size=5, unique=True)


def raw(name: str, vectors: list[str], data: np.ndarray) -> bytes:
    """Write a plot as ngspice 39 does."""
    flags = "complex" if np.iscomplexobj(data) else "real"
    listing = "".join(f"\t{place}\t{vector}\tvoltage\n" for place, vector in enumerate(vectors))
    return (
        f"Title: * a deck: with colons\nDate: Sun Nov 22 04:25:54  2026\nPlotname: {name}\nFlags: {flags}\n"
        f"No. Variables: {len(vectors)}\nNo. Points: {len(data)}\nVariables:\n{listing}Binary:\n"
    ).encode() + data.tobytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(COLUMNS, st.integers(0, 7), st.data())
def test_what_is_written_reads_back_to_the_last_bit(
    tmp_path: Path, columns: list[str], points: int, data: st.DataObject
) -> None:
    values = data.draw(hnp.arrays(float, (points, len(columns)), elements=st.floats(width=64)))
    index = pd.Index(np.arange(points) * 1e-9, name="time")
    frame = pd.DataFrame(values, index=index, columns=columns)
    write_raw(tmp_path / "run.raw", frame, "any title: with a colon")
    (plot,) = read_raw(tmp_path / "run.raw")
    pd.testing.assert_frame_equal(plot.frame(), frame, check_exact=True)


@pytest.mark.parametrize(
    ("vector", "column"),
    [("v(out)", "out"), ("v(x1.x2.n)", "x1.x2.n"), ("i(vdd)", "i(vdd)"), ("vdd#branch", "i(vdd)"), ("time", "time")],
)
def test_vectors_become_node_and_branch_names(vector: str, column: str) -> None:
    assert node_name(vector) == column


def test_several_plots_follow_each_other(tmp_path: Path) -> None:
    first, second = np.arange(6.0).reshape(3, 2), np.arange(8.0).reshape(2, 4)
    (tmp_path / "run.raw").write_bytes(
        raw("AC Analysis", ["frequency", "v(a)"], first.astype(complex) * (1 + 2j))
        + raw("Transient Analysis", ["time", "v(a)", "v(b)", "i(v1)"], second)
    )
    ac, transient = read_raw(tmp_path / "run.raw")
    assert (ac.name, transient.name) == ("AC Analysis", "Transient Analysis")
    assert ac.frame()["a"].tolist() == [1 + 2j, 3 + 6j, 5 + 10j]
    assert ac.frame().index.tolist() == [0.0, 2.0, 4.0]
    assert list(transient.frame().columns) == ["a", "b", "i(v1)"]
    assert transient.frame()["i(v1)"].tolist() == [3.0, 7.0]


def test_data_that_look_like_a_header_are_data(tmp_path: Path) -> None:
    trap = np.frombuffer(b"\nBinary:\nBinary:\n".ljust(24, b"\n"), dtype=float).reshape(1, 3)
    (tmp_path / "run.raw").write_bytes(raw("Transient Analysis", ["time", "v(a)", "v(b)"], trap))
    (plot,) = read_raw(tmp_path / "run.raw")
    assert plot.data.tobytes() == trap.tobytes()


def test_an_operating_point_is_one_row_at_zero(tmp_path: Path) -> None:
    (tmp_path / "run.raw").write_bytes(raw("Operating Point", ["v(a)", "i(v1)"], np.array([[0.5, -1e-3]])))
    frame = read_raw(tmp_path / "run.raw")[0].frame()
    assert frame.to_dict("list") == {"a": [0.5], "i(v1)": [-1e-3]}
    assert frame.index.tolist() == [0.0]


@pytest.mark.parametrize("lost", [1, 8, 16, 17, 47])
def test_a_file_that_ends_early_says_how_many_points_it_has(tmp_path: Path, lost: int) -> None:
    whole = raw("Transient Analysis", ["time", "v(a)"], np.arange(6.0).reshape(3, 2))
    (tmp_path / "run.raw").write_bytes(whole[:-lost])
    with pytest.raises(HarnessError, match=rf"truncated: {(48 - lost) // 16} of 3 points"):
        read_raw(tmp_path / "run.raw")


WHOLE = raw("Transient Analysis", ["time", "v(a)"], np.arange(4.0).reshape(2, 2))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n not a raw file",
        WHOLE.replace(b"Binary:", b"Values:"),
        WHOLE[:60],
        WHOLE + b"\n\nrest",
        WHOLE.replace(b"No. Points: 2", b"No. Points: two"),
        WHOLE.replace(b"No. Points: 2", b"No. Points: -2"),
        WHOLE.replace(b"No. Variables: 2", b"No. Variables: 0"),
        WHOLE.replace(b"No. Variables: 2", b"No. Variables: 9"),
        WHOLE.replace(b"Plotname: Transient Analysis\n", b""),
        WHOLE.replace(b"Variables:\n\t0", b"Vectors:\n\t0"),
        WHOLE.replace(b"\t1\tv(a)\tvoltage\n", b"\t1\n"),
    ],
)
def test_a_foreign_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.raw").write_bytes(content)
    with pytest.raises(HarnessError, match=r"run\.raw") as refused:
        read_raw(tmp_path / "run.raw")
    assert "\n" not in str(refused.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=3))
def test_a_damaged_file_is_refused_or_read_but_never_a_traceback(tmp_path: Path, place: int, damage: bytes) -> None:
    (tmp_path / "run.raw").write_bytes(WHOLE[:place] + damage + WHOLE[place + len(damage) :])
    try:
        plots: list[Any] = read_raw(tmp_path / "run.raw")
    except HarnessError:
        return
    assert plots
