"""The measurement against a closed form."""

import numpy as np
import pandas as pd
import pytest

from testbenches import overshoot


def test_a_damped_cosine_overshoots_by_its_closed_form() -> None:
    """The envelope falls while the cosine turns, so the peak comes before half a period."""
    time = np.linspace(0.0, 10.0, 100_001)
    damping = 0.3
    signal = pd.Series(1 - np.exp(-damping * time) * np.cos(time), index=time)
    peak = np.pi - np.arctan(damping)  # where the derivative is zero for the first time
    assert overshoot.overshoot(signal, 1.0) == pytest.approx(-np.exp(-damping * peak) * np.cos(peak), rel=1e-6)


def test_what_stays_below_has_no_overshoot() -> None:
    """Nothing is subtracted."""
    assert overshoot.overshoot(pd.Series([0.0, 0.9, 0.8]), 1.0) == 0.0
