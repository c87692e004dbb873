import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.measure import crossings, first_crossing, fit_line, loop_gain, phase_margin, settling_time, value_at

TIME = np.linspace(0.0, 1e-6, 2001)
PERIOD = 0.2e-6
SINE = pd.Series(np.sin(2 * np.pi * TIME / PERIOD + 0.1), index=TIME, name="out")
FREQUENCY = np.logspace(0, 10, 201)  # 20 points a decade


def loop(gain: float, *poles: float) -> pd.Series:
    response = np.full(FREQUENCY.shape, gain, dtype=complex)
    for pole in poles:
        response /= 1 + 1j * FREQUENCY / pole
    return pd.Series(response, index=FREQUENCY)


def test_a_sine_crosses_at_its_closed_form_times() -> None:
    rising = (np.arange(6) - 0.1 / (2 * np.pi)) * PERIOD
    assert crossings(SINE, 0.0, "rise") == pytest.approx(rising[1:], abs=1e-12)
    assert crossings(SINE, 0.0, "fall") == pytest.approx(rising[:5] + PERIOD / 2, abs=1e-12)
    assert len(crossings(SINE, 0.0)) == 10


def test_crossings_can_begin_later_and_may_be_none() -> None:
    assert first_crossing(SINE, 0.0, "rise", after=0.5e-6) == pytest.approx(0.6e-6 - 0.1 / (2 * np.pi) * PERIOD)
    assert len(crossings(SINE, 1.5)) == 0
    assert np.isnan(first_crossing(SINE, 1.5))


@given(st.floats(0.01, 0.99), st.floats(-5, 5), st.floats(0.1, 10))
def test_a_ramp_crosses_exactly_where_the_line_says(share: float, offset: float, slope: float) -> None:
    ramp = pd.Series(offset + slope * np.array([0.0, 0.3, 1.0]), index=[0.0, 0.3, 1.0])
    assert first_crossing(ramp, offset + slope * share, "rise") == pytest.approx(share, abs=1e-9)
    assert np.isnan(first_crossing(ramp, offset + slope * share, "fall"))


def test_a_value_between_points_is_on_the_line_and_outside_is_an_error() -> None:
    ramp = pd.Series([0.0, 2.0], index=[0.0, 1e-6], name="vinteg")
    assert value_at(ramp, 0.25e-6) == pytest.approx(0.5)
    for time in (-1e-9, 1.1e-6, float("nan")):
        with pytest.raises(HarnessError, match="outside 'vinteg'"):
            value_at(ramp, time)


@pytest.mark.parametrize("band", [0.1, 0.01, 1e-3])
def test_an_exponential_settles_after_tau_times_the_logarithm(band: float) -> None:
    tau = 20e-9
    signal = pd.Series(1 - np.exp(-np.clip(TIME - 100e-9, 0, None) / tau), index=TIME)
    settled = settling_time(signal, 100e-9, 1e-6, 1.0, band)
    assert settled == pytest.approx(tau * np.log(1 / band), abs=1.01 * (TIME[1] - TIME[0]))


def test_settling_looks_at_the_last_time_outside_the_band() -> None:
    bounce = pd.Series(np.where((TIME > 0.3e-6) & (TIME < 0.4e-6), 2.0, 1.0), index=TIME)
    assert settling_time(bounce, 0.0, 1e-6, 1.0, 0.1) == pytest.approx(0.4e-6, abs=1e-9)
    assert settling_time(bounce, 0.5e-6, 1e-6, 1.0, 0.1) == 0.0
    assert settling_time(bounce, 0.0, 0.35e-6, 1.0, 0.1) == float("inf")


def test_nothing_settles_on_no_points_or_on_nan() -> None:
    with pytest.raises(HarnessError, match="no point"):
        settling_time(SINE, 2e-6, 3e-6, 0.0, 0.1)
    missing = pd.Series(np.full(TIME.shape, np.nan), index=TIME)
    assert settling_time(missing, 0.0, 1e-6, 0.0, 0.1) == float("inf")


@given(st.floats(-100, 100), st.floats(0.01, 100), st.integers(3, 12))
def test_points_on_a_line_give_the_line_back(intercept: float, slope: float, count: int) -> None:
    x = np.arange(count)
    fit = fit_line(x, intercept + slope * x)
    assert fit.slope == pytest.approx(slope, rel=1e-6)
    assert fit.intercept == pytest.approx(intercept, abs=1e-6 * (1 + abs(intercept) + slope))
    assert fit.r_squared == pytest.approx(1.0, abs=1e-9)
    assert fit.inl == pytest.approx(0.0, abs=1e-6 * (1 + abs(intercept) / slope))


def test_a_known_bow_gives_its_closed_form_inl_and_r_squared() -> None:
    fit = fit_line([0, 1, 2], [0.0, 2.5, 4.0])  # least squares: slope 2, intercept 1/6, residuals -1/6, 1/3, -1/6
    assert fit.slope == pytest.approx(2.0)
    assert fit.residuals == pytest.approx([-1 / 6, 1 / 3, -1 / 6])
    assert fit.inl == pytest.approx(1 / 6)
    assert fit.r_squared == pytest.approx(1 - (1 / 6) / (49 / 6))


@pytest.mark.parametrize(
    ("x", "y"), [([0, 1], [0, 1]), ([0, 1, 2], [0, np.nan, 2]), ([0, np.inf, 2], [0, 1, 2]), ([0, 1, 2], [0, 1])]
)
def test_too_few_or_missing_points_make_no_line(x: list[float], y: list[float]) -> None:
    with pytest.raises(HarnessError, match="a measurement is missing"):
        fit_line(x, y)


def test_a_flat_line_has_no_steps_to_be_linear_in() -> None:
    assert fit_line([0, 1, 2], [1.0, 1.0, 1.0]).inl >= 0
    assert fit_line([0, 1, 2], [0.0, 0.0, 0.0]).inl == float("inf")


@pytest.mark.parametrize("gain", [10.0, 1e3, 1e5])
def test_one_pole_has_its_closed_form_margin(gain: float) -> None:
    margin, crossing = phase_margin(loop(gain, 1e3))
    expected = 1e3 * np.sqrt(gain**2 - 1)
    assert crossing == pytest.approx(expected, rel=1e-3)
    assert margin == pytest.approx(180 - np.degrees(np.arctan(expected / 1e3)), abs=0.05)


@pytest.mark.parametrize("second", [1e6, 1e7, 1e8])
def test_two_poles_have_their_closed_form_margin(second: float) -> None:
    gain, first = 1e4, 1e3
    # |L| = 1: (1 + (f/p1)^2) (1 + (f/p2)^2) = A^2, a quadratic in f^2
    a, b, c = 1 / (first * second) ** 2, 1 / first**2 + 1 / second**2, 1 - gain**2
    expected = np.sqrt((-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a))
    margin, crossing = phase_margin(loop(gain, first, second))
    assert crossing == pytest.approx(expected, rel=1e-3)
    closed_form = 180 - np.degrees(np.arctan(expected / first) + np.arctan(expected / second))
    assert margin == pytest.approx(closed_form, abs=0.1)


def test_three_poles_may_have_a_negative_margin() -> None:
    margin, _ = phase_margin(loop(1e5, 1e3, 1e4, 1e5))
    assert -90 < margin < 0


def test_the_phase_at_dc_may_be_a_whole_turn_away() -> None:
    turned = loop(1e3, 1e3) * np.exp(1j * 1e-9)
    assert phase_margin(turned)[0] == pytest.approx(phase_margin(loop(1e3, 1e3))[0], abs=1e-3)


def test_a_loop_below_unity_has_no_margin_to_lose() -> None:
    margin, crossing = phase_margin(loop(0.5, 1e3))
    assert margin == float("inf")
    assert np.isnan(crossing)


def test_a_loop_that_is_never_seen_below_unity_is_an_error() -> None:
    with pytest.raises(HarnessError, match="still above unity"):
        phase_margin(loop(1e9, 1e3))


def test_loop_gain_is_what_comes_back_over_what_went_in() -> None:
    response = loop(100.0, 1e3)
    waves = pd.DataFrame(
        {"back.re": -response.to_numpy().real, "back.im": -response.to_numpy().imag, "in.re": 1.0, "in.im": 0.0},
        index=FREQUENCY,
    )
    assert loop_gain(waves, "back", "in").to_numpy() == pytest.approx(response.to_numpy())
