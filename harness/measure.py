"""Measurements: pure functions from waveforms to values. SI in and out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from harness.errors import HarnessError

Array = NDArray[np.float64]


def crossings(signal: pd.Series, level: float, direction: str = "both", after: float = -np.inf) -> Array:
    """Return the times (s) at which ``signal`` (index time) crosses ``level``, by linear interpolation.

    ``direction`` is ``rise``, ``fall`` or ``both``; crossings before ``after`` are left out. Shape (n,), n may be 0.
    """
    time, value = signal.index.to_numpy(dtype=float), signal.to_numpy(dtype=float)
    above = value >= level
    change = np.flatnonzero(above[1:] != above[:-1])
    if direction != "both":
        change = change[above[change + 1] == (direction == "rise")]
    span = value[change + 1] - value[change]
    times = time[change] + (level - value[change]) / span * (time[change + 1] - time[change])
    return np.asarray(times[times >= after])


def first_crossing(signal: pd.Series, level: float, direction: str = "both", after: float = -np.inf) -> float:
    """Return the first such crossing (s), or NaN where there is none."""
    times = crossings(signal, level, direction, after)
    return float(times[0]) if len(times) else float("nan")


def value_at(signal: pd.Series, time: float) -> float:
    """Return ``signal`` at ``time`` (s), linearly interpolated.

    Raises:
        HarnessError: the time lies outside the waveform.
    """
    index = signal.index.to_numpy(dtype=float)
    if not index[0] <= time <= index[-1]:
        raise HarnessError(f"t = {time:.4g} s lies outside {signal.name!r}, {index[0]:.4g} to {index[-1]:.4g} s.")
    return float(np.interp(time, index, signal.to_numpy(dtype=float)))


def settling_time(signal: pd.Series, start: float, stop: float, final: float, band: float) -> float:
    """Return how long after ``start`` (s) the signal stays within ``band`` of ``final`` to ``stop``; or inf.

    Raises:
        HarnessError: the signal has no point between ``start`` and ``stop``.
    """
    window = signal[(signal.index >= start) & (signal.index <= stop)]
    if window.empty:
        raise HarnessError(f"{signal.name!r} has no point from {start:.4g} to {stop:.4g} s, so nothing settles there.")
    outside = np.flatnonzero(~(np.abs(window.to_numpy(dtype=float) - final) <= band))  # NaN is outside
    if not len(outside):
        return 0.0
    if outside[-1] + 1 >= len(window):
        return float("inf")
    return float(window.index[outside[-1] + 1]) - start


@dataclass(frozen=True)
class LineFit:
    """Least-squares line: slope, intercept, coefficient of determination, residuals of shape (n,)."""

    slope: float
    intercept: float
    r_squared: float
    residuals: Array

    @property
    def inl(self) -> float:
        """Largest residual as a share of the slope: best-fit INL in steps."""
        return float(np.abs(self.residuals).max() / abs(self.slope)) if self.slope else float("inf")


def fit_line(x: ArrayLike, y: ArrayLike) -> LineFit:
    """Fit a line through the points.

    Raises:
        HarnessError: fewer than three points, or a value that is not finite.
    """
    abscissa, ordinate = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    finite = np.isfinite(abscissa).all() and np.isfinite(ordinate).all()
    if len(abscissa) < 3 or len(abscissa) != len(ordinate) or not finite:
        raise HarnessError(f"a line needs three finite points or more, got {len(abscissa)}: a measurement is missing.")
    slope, intercept = np.polyfit(abscissa, ordinate, 1)
    residuals = ordinate - (slope * abscissa + intercept)
    total = float(((ordinate - ordinate.mean()) ** 2).sum())
    r_squared = 1 - float((residuals**2).sum()) / total if total else 0.0
    return LineFit(float(slope), float(intercept), r_squared, residuals)


def loop_gain(waveforms: pd.DataFrame, returned: str, injected: str) -> pd.Series:
    """Return the complex loop gain -returned/injected, index frequency (Hz), from an AC run's ``.re`` and ``.im``."""
    numerator = waveforms[f"{returned}.re"] + 1j * waveforms[f"{returned}.im"]
    denominator = waveforms[f"{injected}.re"] + 1j * waveforms[f"{injected}.im"]
    return -numerator / denominator


def phase_margin(gain: pd.Series) -> tuple[float, float]:
    """Return (phase margin in degrees, unity-gain frequency in Hz) of a complex loop gain, index frequency.

    Positive loop gain at DC means phase 0 there; the margin is 180 degrees plus the phase at the last unity crossing.
    A loop that never reaches unity has no margin to lose: (inf, nan).

    Raises:
        HarnessError: the loop gain is still above unity at the highest frequency, so the margin is not known.
    """
    frequency = gain.index.to_numpy(dtype=float)
    magnitude = np.log(np.abs(gain.to_numpy()))
    if magnitude[-1] > 0:
        raise HarnessError(f"the loop gain is still above unity at {frequency[-1]:.4g} Hz; raise the last frequency.")
    below = np.flatnonzero((magnitude[:-1] > 0) & (magnitude[1:] <= 0))
    if not len(below):
        return float("inf"), float("nan")
    place = below[-1]
    share = magnitude[place] / (magnitude[place] - magnitude[place + 1])
    phase = np.degrees(np.unwrap(np.angle(gain.to_numpy())))
    phase -= 360 * np.round(phase[0] / 360)
    crossing = np.exp(np.log(frequency[place]) + share * np.log(frequency[place + 1] / frequency[place]))
    return float(180 + phase[place] + share * (phase[place + 1] - phase[place])), float(crossing)
