"""A circuit simulated in parts: what a line does in one part, repeated by a source in another.

A line with edges becomes a piecewise-linear source, whose corners are breakpoints to the simulator: it starts each with
a small step, so a few corners that all such lines share are what costs. A line that moves smoothly, but counts by the
microvolt, becomes a table looked up at the simulator's own time points, and costs none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness import polyline


@dataclass(frozen=True)
class Tolerance:
    """How far off a repeated line may be: ``volts``, and more where it moves, by what it moves in ``seconds``."""

    volts: float
    seconds: float


@dataclass(frozen=True)
class Drive:
    """The lines of one part as others see them: time, volts, time, volts, ... of each."""

    edges: Mapping[str, list[float]]
    tables: Mapping[str, list[float]]

    @property
    def corners(self) -> int:
        """Breakpoints that the edges give the simulator."""
        return len({time for points in self.edges.values() for time in points[::2]})


def make_drive(
    frame: pd.DataFrame, edges: Iterable[str], near: Tolerance, smooth: Iterable[str], close: Tolerance
) -> Drive:
    """Return the drive that repeats recorded lines (index time, s): edges within ``near``, smooth ones ``close``."""
    thinned = thin(frame[list(edges)], near)
    return Drive(
        {name: source_points(thinned[name]) for name in thinned.columns},
        {name: source_points(thin(frame[[name]], close)[name]) for name in smooth},
    )


def thin(frame: pd.DataFrame, tolerance: Tolerance) -> pd.DataFrame:
    """Return nearly the fewest rows between which straight lines give every column (index time, s).

    All columns keep the same rows.
    """
    time = frame.index.to_numpy(dtype=float)
    values = frame.to_numpy(dtype=float)
    slopes = np.abs(np.gradient(values, time, axis=0))
    return frame[polyline.thin(time, values, tolerance.volts + slopes * tolerance.seconds)]


def source_points(line: pd.Series) -> list[float]:
    """Return time, volts, ... of a source that repeats a line (index time, s); level stretches keep their ends."""
    time, level = line.index.to_numpy(dtype=float), line.to_numpy(dtype=float)
    still = np.concatenate([[False], (level[1:-1] == level[:-2]) & (level[1:-1] == level[2:]), [False]])
    return [float(value) for pair in zip(time[~still], level[~still], strict=True) for value in pair]


def together(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return every column of several frames (index time, s) at all their time points."""
    frames = list(frames)
    time = np.unique(np.concatenate([frame.index.to_numpy(dtype=float) for frame in frames]))
    columns = {
        name: np.interp(time, frame.index.to_numpy(dtype=float), frame[name].to_numpy(dtype=float))
        for frame in frames
        for name in frame.columns
    }
    return pd.DataFrame(columns, index=pd.Index(time, name="time"))


def rms_difference(one: pd.Series, other: pd.Series, start: float, stop: float) -> float:
    """Return the RMS over time of the difference of two waveforms (index time, s) from ``start`` to ``stop`` (s)."""
    time = other.index.to_numpy(dtype=float)
    inside = (time >= start) & (time <= stop)
    near = np.interp(time[inside], one.index.to_numpy(dtype=float), one.to_numpy(dtype=float))
    gap = near - other.to_numpy(dtype=float)[inside]
    return float(np.sqrt(np.trapezoid(gap**2, time[inside]) / (time[inside][-1] - time[inside][0])))
