import math

import numpy as np
import pandas as pd
import pytest

from testbenches.loops import degrees_of, gain_margin


def loop(gain: float, poles: int, delay: float = 0.0) -> pd.Series:
    """Return a loop of equal poles at 1 rad/s, index frequency (Hz)."""
    omega = np.logspace(-3, 3, 2001)
    return pd.Series(gain / (1 + 1j * omega) ** poles * np.exp(-1j * omega * delay), index=omega / (2 * math.pi))


@pytest.mark.parametrize("gain", [4.0, 16.0])
def test_three_poles_turn_by_half_where_an_eighth_is_left(gain: float) -> None:
    assert gain_margin(loop(gain, 3)) == pytest.approx(20 * math.log10(8 / gain), abs=0.01)


def test_two_poles_never_turn_by_half_and_a_delay_does_so_again_and_again() -> None:
    assert gain_margin(loop(100.0, 2)) == math.inf
    first = loop(100.0, 1, delay=0.01)  # a delay turns on and on, at ever less gain: the first crossing counts
    omega = 2 * math.pi * float(first.index[np.flatnonzero(degrees_of(first) < -180)[0]])
    assert gain_margin(first) == pytest.approx(20 * math.log10(omega / 100), abs=0.2)
