"""Figures of merit of a transistor from its gate sweeps."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.testbench import Reading

Array = NDArray[np.float64]
VTH_CURRENT = 100e-9  # A, times W/L: the constant current that defines Vth
SWING_CURRENTS = (0.1e-9, 1e-9)  # A, times W/L
BENCH_GM_ID = 15.0  # 1/V, where gm/gds is read


def voltage_at(current: pd.Series, target: float) -> float:
    """Return the gate voltage (V) at which a rising current reaches ``target`` (A), interpolated on a log scale."""
    positive = current[current > 0]
    return float(
        np.interp(np.log(target), np.log(positive.to_numpy(dtype=float)), positive.index.to_numpy(dtype=float))
    )


def gm_over_id(current: pd.Series) -> Array:
    """Return gm/ID (1/V) at each point of a gate sweep, shape (points,)."""
    gate, amperes = current.index.to_numpy(dtype=float), current.to_numpy(dtype=float)
    return np.asarray(np.gradient(amperes, gate) / amperes)


def intrinsic_gain(low: pd.Series, high: pd.Series, difference: float) -> tuple[Array, Array]:
    """Return (gm/ID, gm/gds) of a gate sweep from its currents at two drain voltages 2 x ``difference`` (V) apart."""
    middle = (low + high) / 2
    efficiency = gm_over_id(middle)
    conductance = (high - low).to_numpy(dtype=float) / (2 * difference)
    return efficiency, np.asarray(efficiency * middle.to_numpy(dtype=float) / conductance)


def figures_of_merit(
    currents: pd.DataFrame, length: float, width: float, supply: float, linear: float, difference: float
) -> list[Reading]:
    """Return what one gate sweep shows.

    ``currents`` (A) has the columns 0 (drain at ``linear``), 1 and 2 (half the supply -+ ``difference``), 3 (supply),
    6 (as 0, back gate at -1 V) and ``gate``; index gate voltage (V).
    """
    shape = width / length
    vth, saturated, reverse = (voltage_at(currents[n], VTH_CURRENT * shape) for n in (0, 3, 6))
    low, high = (voltage_at(currents[0], level * shape) for level in SWING_CURRENTS)
    efficiency, gain = intrinsic_gain(currents[1], currents[2], difference)
    strong = np.flatnonzero(efficiency >= BENCH_GM_ID)[-1]
    pair = slice(strong, strong + 2)
    bench_gain = float(np.interp(-BENCH_GM_ID, -efficiency[pair], gain[pair]))
    at = {"LENGTH": length}
    return [
        Reading("vth", vth, "V", at),
        Reading("back_gate", reverse - vth, "V/V", at),
        Reading("swing", high - low, "V/decade", at),
        Reading("dibl", (vth - saturated) / (supply - linear), "V/V", at),
        Reading("on_current", float(currents[3].iloc[-1]) / width, "A/m", at),
        Reading("off_current", float(np.interp(0.0, currents.index, currents[3])) / width, "A/m", at),
        Reading("intrinsic_gain", bench_gain, "", at),
        Reading("gate_leakage", float(currents["gate"].iloc[-1]) / (width * length), "A/m^2", at),
    ]
