"""A measurement with its test: what goes into harness/measure.py, and what into tests/unit/test_measure.py."""

import numpy as np
import pandas as pd
import pytest


def overshoot(signal: pd.Series, final: float) -> float:
    """Return how far ``signal`` goes beyond ``final``, in the signal's unit; 0 where it never does."""
    return max(0.0, float(signal.max()) - final)


def test_a_damped_cosine_overshoots_by_its_closed_form() -> None:
    """The envelope falls while the cosine turns, so the peak comes before half a period."""
    time = np.linspace(0.0, 10.0, 100_001)
    damping = 0.3
    signal = pd.Series(1 - np.exp(-damping * time) * np.cos(time), index=time)
    peak = np.pi - np.arctan(damping)  # where the derivative is zero for the first time
    assert overshoot(signal, 1.0) == pytest.approx(-np.exp(-damping * peak) * np.cos(peak), rel=1e-6)
