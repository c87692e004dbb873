from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harness.errors import HarnessError
from harness.report_waves import (
    CODES,
    SHARE,
    TIME_CODES,
    as_phasors,
    coded,
    digital_levels,
    exact,
    is_digital,
    packed_waves,
    thin,
)


def frame(columns: dict[str, Any], x: Any, name: str = "time") -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.Index(np.asarray(x, dtype=float), name=name))


def unpacked(numbers: dict[str, Any]) -> Any:
    if "values" in numbers:
        return np.array(numbers["values"], dtype=float)
    return numbers["low"] + numbers["step"] * np.cumsum(numbers["steps"])


def read_back(content: dict[str, Any], name: str) -> tuple[Any, Any]:
    x = unpacked(content["x"])
    (signal,) = [each for each in content["signals"] if each["name"] == name]
    if "kept" in signal:
        x = x[np.cumsum(signal["kept"])]
    return x, unpacked(signal["y"])


@given(
    hnp.arrays(float, st.integers(2, 60), elements=st.floats(-2, 2)),
    st.sampled_from([1e-3, 0.05, 0.5]),
)
def test_the_kept_points_pass_every_other_within_the_tolerance(y: Any, tolerance: float) -> None:
    x = np.cumsum(np.abs(np.sin(np.arange(len(y)))) + 1e-3)
    kept = thin(x, y, tolerance)
    assert kept[0] and kept[-1]
    assert np.abs(np.interp(x, x[kept], y[kept]) - y).max() <= tolerance * (1 + 1e-9)


def test_a_line_needs_its_ends_and_noise_all_its_points() -> None:
    x = np.linspace(0.0, 1.0, 1000)
    assert thin(x, 2 * x, 1e-9).sum() == 2
    assert thin(x, np.random.default_rng(1).normal(size=1000), 1e-6).all()


def test_two_values_at_one_time_end() -> None:
    assert thin(np.array([0.0, 1.0, 1.0, 2.0]), np.array([0.0, 0.0, 1.0, 1.0]), 1e-3).all()


def test_a_run_is_read_back_within_what_is_stated() -> None:
    time = np.sort(np.random.default_rng(2).uniform(0, 2e-6, 3000))
    waves = frame({"vinteg3": np.exp(-time / 3e-7) * np.sin(time * 4e7), "i(vdd)": 1e-6 * np.cos(time * 1e7)}, time)
    content = packed_waves(waves)
    assert content["points"] == 3000
    for name in waves.columns:
        x, y = read_back(content, name)
        assert len(x) < 1500
        bound = SHARE * np.ptp(waves[name].to_numpy()) * (1 + 1 / 4)
        assert np.abs(np.interp(time, x, y) - waves[name].to_numpy()).max() <= bound


def test_times_keep_a_billionth_of_the_span() -> None:
    time = np.array([1e-3, 1e-3 + 1e-12, 1.1e-3])
    assert np.abs(unpacked(coded(time, TIME_CODES)) - time).max() <= 1e-4 / 2**32
    assert unpacked(coded(np.full(3, 0.55), CODES)) == pytest.approx(0.55)


def test_numbers_that_are_kept_as_they_are_may_be_missing() -> None:
    assert exact(np.array([1 / 3, np.nan, -np.inf, 1e-12]), 7) == {"values": [0.3333333, None, None, 1e-12]}


def test_two_levels_are_digital_and_a_ramp_is_not() -> None:
    time = np.linspace(0, 1e-6, 200)
    assert is_digital(time, np.where(time > 5e-7, 1.8, 0.0))
    assert not is_digital(time, time * 1e6)
    assert not is_digital(time, np.where(time > 5e-7, 0.3, 0.0))


def test_a_silent_fire_is_drawn_to_the_scale_of_the_one_that_fired() -> None:
    time = np.linspace(0, 1e-6, 200)
    volts = {"fire0": 1e-3 * np.sin(time * 1e8), "fire1": np.where(time > 5e-7, 1.8, 0.0), "vtwg": 0.5 + time * 1e5}
    levels = digital_levels(time, volts)
    assert set(levels) == {"fire0", "fire1"}
    assert levels["fire0"] == levels["fire1"] == [pytest.approx(-1e-3, rel=0.1), 1.8]


def test_a_complex_signal_is_shown_as_decibels_and_degrees() -> None:
    loop = 10 * np.exp(-1j * np.linspace(0, 3 * np.pi, 50))
    waves = frame({"out.re": loop.real, "out.im": loop.imag}, np.logspace(3, 9, 50), "frequency")
    shown = as_phasors(waves)
    assert shown["out"].to_numpy() == pytest.approx(20.0)
    assert shown["phase out"].iloc[-1] == pytest.approx(-540)
    content = packed_waves(waves)
    assert content["axis"] == {"name": "frequency", "unit": "Hz", "log": True}
    assert [signal["strip"] for signal in content["signals"]] == ["magnitude (dB)", "phase (deg)"]
    assert read_back(content, "out")[0] == pytest.approx(np.logspace(3, 9, 50))


def test_a_falling_sweep_is_turned_and_a_nested_one_is_counted() -> None:
    x, y = read_back(packed_waves(frame({"i(vd)": [3.0, 1.0, 0.0]}, [2, 1, 0], "v-sweep")), "i(vd)")
    assert list(x) == [0, 1, 2] and y == pytest.approx([0.0, 1.0, 3.0], abs=3 * SHARE / 4)
    assert packed_waves(frame({"i(vd)": [0.0, 1.0, 0.0]}, [0, 1, 0], "v-sweep"))["axis"]["name"] == "point"


def test_an_operating_point_is_one_point_and_nothing_is_an_error() -> None:
    assert packed_waves(frame({"out": [0.5]}, [0]))["points"] == 1
    with pytest.raises(HarnessError, match="without waveforms"):
        packed_waves(frame({}, []))
