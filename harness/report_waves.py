"""A run's waveforms as a page loads them: thinned to a stated tolerance, sorted into strips."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.errors import HarnessError
from harness.polyline import Floats, thin

SHARE = 2e-4  # of a signal's own span: how far what is shown may be from what was simulated
TIME_CODES, CODES = 2**32, round(2 / SHARE)  # into which a span is divided; of a signal, half the share each
EXACT_TIME, EXACT = 15, 7  # digits of a number that is kept as it is
FLOORS = {"V": 1e-6, "A": 1e-12}  # less than that is numerical noise
LOGIC_SWING = 0.7  # V; no analog node of the circuits rests on two levels as far apart
RESTING = 0.95  # share of the time that a two-level signal spends within a tenth of its swing of either level
STILL = 0.1  # V; a node that moves less is at rest
STRIPS, DIGITAL = 3, 16  # analog strips and digital signals shown at first
AXES = {"time": "s", "frequency": "Hz", "v-sweep": "V", "i-sweep": "A", "temp-sweep": "°C"}
KINDS = {"dB": "magnitude", "deg": "phase", "V/√Hz": "noise"}
TOLERANCE_NOTE = (
    f"Waveforms are thinned: points are left out where straight lines stay within {SHARE:.2%} of each signal's own "
    f"span (or {FLOORS['V'] * 1e6:g} µV, {FLOORS['A'] * 1e12:g} pA), and rounded by at most a quarter of {SHARE:.2%}. "
    f"Spectra keep every point, with {EXACT} digits. The stored run has everything."
)


def packed_waves(waves: pd.DataFrame) -> dict[str, Any]:
    """Return what the page's viewer draws a run from, ready for JSON.

    ``x`` and each signal's ``y`` are numbers as ``coded`` or ``exact`` returns them; ``kept`` has the steps from each
    point of x that a signal has to its next, from 0 on, and is absent where it has all. A signal has a strip, or is
    digital and has levels.

    Raises:
        HarnessError: a run without points or columns.
    """
    if waves.empty:
        raise HarnessError("a run without waveforms cannot be shown; it needs at least one point of one signal.")
    axis, frame = _ascending(waves)
    x = frame.index.to_numpy(dtype=float)
    values = {str(name): frame[name].to_numpy(dtype=float) for name in frame.columns}
    units = {name: unit_of(name, axis) for name in values}
    kept = {name: _kept(x, y, units[name], axis) for name, y in values.items()}
    used = np.logical_or.reduce(list(kept.values()))
    levels = digital_levels(x, {name: y for name, y in values.items() if axis == "time" and units[name] == "V"})
    signals = []
    for name, y in values.items():
        place = {"levels": levels[name]} if name in levels else {"strip": strip_of(name, units[name])}
        own = kept[name][used]
        chosen = {} if own.all() else {"kept": _steps(np.flatnonzero(own))}
        as_is = axis == "frequency" or not np.isfinite(y).all()
        numbers = exact(y[kept[name]], EXACT) if as_is else coded(y[kept[name]], CODES)
        signals.append({"name": name, "unit": units[name], **place, **chosen, "y": numbers})
    return {
        "axis": {"name": axis, "unit": AXES.get(axis, ""), "log": axis == "frequency"},
        "points": len(x),
        "x": coded(x[used], TIME_CODES) if axis == "time" else exact(x[used], EXACT_TIME),
        "signals": signals,
        "shown": shown_at_first(signals),
    }


def coded(values: Floats, codes: int) -> dict[str, Any]:
    """Return numbers as ``low + step * code``, of each code the difference from the one before: those deflate well."""
    low, span = float(values.min()), float(np.ptp(values))
    step = span / codes if span else 1.0
    return {"low": low, "step": step, "steps": _steps(np.rint((values - low) / step))}


def exact(values: Floats, digits: int) -> dict[str, Any]:
    """Return numbers as they are, to some digits; None where one is not finite."""
    return {"values": [float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in values]}


def _steps(codes: NDArray[Any]) -> list[int]:
    steps: list[int] = np.diff(codes.astype(np.int64), prepend=0).tolist()
    return steps


def _ascending(waves: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Return the axis' name, and the frame with an index that never falls."""
    axis = str(waves.index.name or "point")
    frame = as_phasors(waves) if axis == "frequency" else waves
    if frame.index[0] > frame.index[-1]:
        frame = frame.iloc[::-1]
    if not frame.index.is_monotonic_increasing:  # a nested sweep
        return "point", frame.reset_index(drop=True)
    return axis, frame


def as_phasors(waves: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose ``name.re`` and ``name.im`` have become ``name`` in dB and ``phase name`` in degrees."""
    columns = {}
    for name in map(str, waves.columns):
        stem, _, part = name.rpartition(".")
        if part == "re" and f"{stem}.im" in waves.columns:
            phasor = waves[name].to_numpy() + 1j * waves[f"{stem}.im"].to_numpy()
            columns[stem] = 20 * np.log10(np.maximum(np.abs(phasor), 1e-30))
            columns[f"phase {stem}"] = np.rad2deg(np.unwrap(np.angle(phasor)))
        elif not (part == "im" and f"{stem}.re" in waves.columns):
            columns[name] = waves[name].to_numpy()
    return pd.DataFrame(columns, index=waves.index)


def unit_of(name: str, axis: str) -> str:
    """Return the unit of a kept column, from its name and the axis that it stands on."""
    if name.endswith("noise_spectrum"):
        return "V/√Hz"
    if axis == "frequency":
        return "deg" if name.startswith("phase ") else "dB"
    return "A" if name.startswith("i(") else "V"


def _kept(x: Floats, y: Floats, unit: str, axis: str) -> NDArray[np.bool_]:
    if axis == "frequency" or len(x) < 3 or not np.isfinite(y).all():
        return np.ones(len(x), dtype=bool)
    return thin(x, y, max(SHARE * float(np.ptp(y)), FLOORS.get(unit, 0.0)))


def is_digital(time: Floats, volts: Floats) -> bool:
    """Return whether a signal swings between two levels and rests on them nearly all the time."""
    low, swing = float(volts.min()), float(np.ptp(volts))
    if swing < LOGIC_SWING:
        return False
    resting = np.abs(volts - low - swing / 2) > 0.4 * swing
    steps = np.diff(time)
    return float(steps[resting[1:] & resting[:-1]].sum()) >= RESTING * float(steps.sum())


def digital_levels(time: Floats, volts: Mapping[str, Floats]) -> dict[str, list[float]]:
    """Return low and high of each signal that is digital, or has the name of one, as a FIRE that stays silent has."""
    families = {stem_of(name) for name, y in volts.items() if is_digital(time, y)}
    members = {family: [name for name in volts if stem_of(name) == family] for family in families}
    return {
        name: [min(float(volts[other].min()) for other in names), max(float(volts[other].max()) for other in names)]
        for names in members.values()
        for name in names
    }


def stem_of(name: str) -> str:
    """Return a signal's name without numbers, which columns of one kind share."""
    return re.sub(r"\d+", "", name)


def strip_of(name: str, unit: str) -> str:
    """Return the strip that an analog signal is drawn in: ``vinteg0`` .. ``vinteg7`` share one."""
    return f"{KINDS.get(unit) or stem_of(name)} ({unit})"


def shown_at_first(signals: list[dict[str, Any]]) -> list[str]:
    """Return the names that a page shows before anything is chosen: digital signals, then whole strips, volts first."""
    digital = [signal["name"] for signal in signals if "levels" in signal][:DIGITAL]
    analog = sorted((signal for signal in signals if "strip" in signal), key=_rank)
    strips = list(dict.fromkeys(signal["strip"] for signal in analog))[:STRIPS]
    return digital + [signal["name"] for signal in analog if signal["strip"] in strips]


def _rank(signal: dict[str, Any]) -> int:
    if signal["unit"] == "A":
        return 2
    return int(signal["unit"] == "V" and signal["y"].get("step", 1.0) * CODES < STILL)  # what moves comes first
