"""Lines repeated by sources: thinned within their tolerance, and not beyond."""

import numpy as np
import pandas as pd
import pytest

from harness.partition import Tolerance, make_drive, rms_difference, source_points, thin, together

TIME = np.linspace(0.0, 1e-6, 1001)


def frame(**columns: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.Index(TIME, name="time"))


def settling(seconds: float = 1e-7) -> np.ndarray:
    return np.asarray(1 - np.exp(-TIME / seconds))


@pytest.mark.parametrize("volts", [1e-2, 1e-3, 1e-5])
def test_thinned_lines_stay_within_the_tolerance(volts: float) -> None:
    whole = frame(a=settling(), b=-settling(3e-7))
    kept = thin(whole, Tolerance(volts, 0.0))
    for name in whole:
        off = np.interp(TIME, kept.index, kept[name]) - whole[name].to_numpy()
        assert np.abs(off).max() <= volts
    assert 2 < len(kept) < len(whole)


def test_a_straight_line_keeps_its_ends() -> None:
    assert list(thin(frame(a=2 * TIME), Tolerance(1e-6, 0.0)).index) == [TIME[0], TIME[-1]]


def test_an_edge_may_be_off_by_a_time() -> None:
    edge = np.clip((TIME - 0.5e-6) / 20e-9, 0, 1)
    smooth = edge * edge * (3 - 2 * edge)
    loose, tight = (thin(frame(a=smooth), Tolerance(1e-4, seconds)) for seconds in (2e-9, 0.0))
    assert len(loose) < len(tight)


def test_a_source_keeps_the_ends_of_level_stretches() -> None:
    line = pd.Series([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0], index=[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert source_points(line) == [0.0, 0.0, 2.0, 0.0, 3.0, 1.0, 6.0, 1.0]


def test_edges_share_their_corners_and_smooth_lines_have_their_own() -> None:
    whole = frame(a=np.clip((TIME - 0.2e-6) / 1e-8, 0, 1), b=np.clip((TIME - 0.6e-6) / 1e-8, 0, 1), c=settling())
    drive = make_drive(whole, ["a", "b"], Tolerance(1e-2, 0.0), ["c"], Tolerance(1e-5, 0.0))
    assert set(drive.edges) == {"a", "b"} and set(drive.tables) == {"c"}
    assert drive.corners <= 6
    assert len(drive.tables["c"]) > 40


def test_rms_difference_weighs_time_not_points() -> None:
    uneven = pd.Series(0.0, index=np.concatenate([np.linspace(0, 0.1, 1000), np.linspace(0.11, 1.0, 10)]))
    stepped = pd.Series(np.where(uneven.index < 0.105, 1.0, 0.0), index=uneven.index)
    assert rms_difference(stepped, uneven, 0.0, 1.0) == pytest.approx(np.sqrt(0.105), rel=0.02)
    assert rms_difference(uneven, uneven, 0.0, 1.0) == 0.0


def test_frames_together_have_every_time_point() -> None:
    one = pd.DataFrame({"a": [0.0, 2.0]}, index=[0.0, 2.0])
    other = pd.DataFrame({"b": [1.0, 1.0, 3.0]}, index=[0.0, 1.0, 2.0])
    joined = together([one, other])
    assert joined.index.tolist() == [0.0, 1.0, 2.0]
    assert joined["a"].tolist() == [0.0, 1.0, 2.0] and joined["b"].tolist() == [1.0, 1.0, 3.0]
