"""Safe operating area: no pair of a transistor's terminals above its limit for longer than a moment."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.circuit import Device
from harness.errors import HarnessError
from harness.technology import Technology

LONGEST_EXCURSION = 1e-9  # s; shorter edges do not age an oxide


@dataclass(frozen=True)
class Stress:
    """The worst pair of terminals found: its device, the sustained voltage (V) and the limit (V)."""

    device: str
    volts: float
    limit: float


def worst_stress(frame: pd.DataFrame, devices: Iterable[Device], technology: Technology) -> dict[str, Stress]:
    """Return, for each oxide class (by its limit, as text), the largest sustained gate/drain/source pair voltage.

    Sustained means held for LONGEST_EXCURSION at least: the voltage that is exceeded for no longer than that. The
    frame has all node voltages, index time (s). Pairs at the same two nodes are looked at once.

    Raises:
        HarnessError: the frame lacks a node of a transistor.
    """
    limits = {facts.model.lower(): facts.v_max for facts in technology.transistors.values()}
    pairs: dict[tuple[str, str, float], str] = {}
    for device in devices:
        if device.model not in limits:
            continue
        drain, gate, source = device.nodes[:3]
        for first, second in ((gate, source), (gate, drain), (drain, source)):
            if first != second:
                low, high = sorted((first, second))
                pairs.setdefault((low, high, limits[device.model]), device.path)
    time = frame.index.to_numpy(dtype=float)
    worst: dict[str, Stress] = {}
    columns = {name: frame[name].to_numpy() for name in frame.columns}
    columns["0"] = np.zeros(len(frame))
    stretches = _stretches(time)
    for (low, high, limit), path in pairs.items():
        for node in (low, high):
            if node not in columns:
                raise HarnessError(f"node {node!r} of {path} is not in the answer, so its stress is unknown; save it.")
        volts = np.abs(columns[high] - columns[low])
        key = f"{limit:g}"
        known = worst[key].volts if key in worst else -1.0
        if volts.max() > known:
            padded = np.append(volts, np.inf)  # so that a stretch may end with the last point
            sustained = float(np.minimum.reduceat(padded, stretches)[::2].max())
            if sustained > known:
                worst[key] = Stress(path, sustained, limit)
    return worst


def _stretches(time: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return (begin, end) pairs for reduceat: from each point on, as many points as span the longest excursion."""
    reach = time + LONGEST_EXCURSION * (1 - 1e-6)  # a step of exactly that length counts
    begin = np.flatnonzero(reach <= time[-1])
    if not len(begin):  # the whole run is shorter
        return np.array([0, len(time)])
    end = np.searchsorted(time, reach[begin], side="left") + 1
    return np.column_stack([begin, end]).ravel()
