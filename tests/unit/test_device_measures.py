"""Figures of merit of fig_devices on currents with a closed form."""

import numpy as np
import pandas as pd
import pytest

from harness.technology import load_technology
from testbenches.fig_devices.measures import VTH_CURRENT, figures_of_merit, gm_over_id, intrinsic_gain, voltage_at
from testbenches.fig_devices.targets import read_targets

GATE = np.linspace(-0.3, 1.0, 1301)
SCALE = 0.04  # V: currents grow as exp(VG / SCALE)
WIDTH, LENGTH, SUPPLY, LINEAR, DIFFERENCE = 1e-6, 100e-9, 1.0, 0.05, 0.02


def exponential(threshold: float) -> pd.Series:
    return pd.Series(VTH_CURRENT * WIDTH / LENGTH * np.exp((GATE - threshold) / SCALE), index=GATE)


def test_exponential_current_has_its_threshold_swing_and_efficiency() -> None:
    current = exponential(0.4)
    assert voltage_at(current, VTH_CURRENT * WIDTH / LENGTH) == pytest.approx(0.4, abs=1e-9)
    assert gm_over_id(current)[1:-1] == pytest.approx(1 / SCALE, rel=1e-3)


def test_gain_is_transconductance_over_the_slope_between_two_drain_voltages() -> None:
    early = 2.0  # V
    low, high = exponential(0.4) * (1 - DIFFERENCE / early), exponential(0.4) * (1 + DIFFERENCE / early)
    _, gain = intrinsic_gain(low, high, DIFFERENCE)
    assert gain[1:-1] == pytest.approx(early / SCALE, rel=1e-3)


def test_one_gate_sweep_gives_every_figure_of_merit() -> None:
    lowering, slope = 0.08, 0.1  # V/V: of the drain, of the back gate
    table = pd.DataFrame({n: exponential(0.4) for n in range(8)})
    table[3] = exponential(0.4 - lowering * (SUPPLY - LINEAR))
    table[6] = exponential(0.4 + slope)
    # Above 0.6 V the current grows in a straight line, so that gm/ID falls through 15/V.
    for n, drain in ((1, -DIFFERENCE), (2, DIFFERENCE)):
        table[n] = np.where(GATE < 0.6, table[n], table.loc[0.6:, n].iloc[0] * (1 + (GATE - 0.6) / SCALE))
        table[n] *= 1 + drain / 2.0
    table["gate"] = 2e-10
    found = {reading.measure: reading for reading in figures_of_merit(table, LENGTH, WIDTH, SUPPLY, LINEAR, DIFFERENCE)}
    assert {reading.at["LENGTH"] for reading in found.values()} == {LENGTH}
    assert found["vth"].value == pytest.approx(0.4, abs=1e-6)
    assert found["back_gate"].value == pytest.approx(slope, abs=1e-6)
    assert found["swing"].value == pytest.approx(SCALE * np.log(10), rel=1e-6)
    assert found["dibl"].value == pytest.approx(lowering, abs=1e-6)
    assert found["on_current"].value == pytest.approx(table[3].iloc[-1] / WIDTH)
    assert found["off_current"].value == pytest.approx(exponential(0.4 - lowering * 0.95).loc[0.0] / WIDTH, rel=1e-6)
    assert found["intrinsic_gain"].value == pytest.approx(15 * 2.0, rel=1e-2)
    assert found["gate_leakage"].value == pytest.approx(2e-10 / (WIDTH * LENGTH))


def test_every_target_names_its_source_and_a_range() -> None:
    targets = read_targets(load_technology("fdsoi28"))
    assert set(targets["device"]) == {"nmos", "pmos", "nmos_io", "pmos_io"}
    assert (targets["low"] < targets["high"]).all()
    assert targets["source"].str.match("assumption|derived").all()
