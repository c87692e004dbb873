"""Which points of sampled lines a polyline needs, so that straight stretches between them give all others."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def thin(x: Floats, y: Floats, tolerance: ArrayLike) -> NDArray[np.bool_]:
    """Return which points are needed: the polyline through them passes every other within ``tolerance`` of y.

    ``y`` has shape (points,) or, for lines that keep the same points, (points, lines); ``tolerance`` broadcasts to it.
    Each round adds, in every stretch between kept points, the point that is furthest off, the first of several
    (Ramer, Douglas and Peucker).
    """
    lines = y.reshape(len(x), -1)
    allowed = np.maximum(np.broadcast_to(tolerance, y.shape).reshape(lines.shape), np.finfo(float).tiny)
    kept = np.zeros(len(x), dtype=bool)
    kept[[0, -1]] = True
    while True:
        at = np.flatnonzero(kept)
        off = np.zeros(len(x))
        for line, most in zip(lines.T, allowed.T, strict=True):
            off = np.maximum(off, np.abs(line - np.interp(x, x[at], line[at])) / most)
        off[at] = 0.0
        furthest = np.repeat(np.maximum.reduceat(off, at), np.diff(np.append(at, len(x))))
        added = np.flatnonzero((off > 1) & (off == furthest))
        if not len(added):
            return kept
        stretch = np.searchsorted(at, added)
        kept[added[np.unique(stretch, return_index=True)[1]]] = True
