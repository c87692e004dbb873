"""What the testbenches of the living neuron compute by themselves: clocks, starts, leaks, energies."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

from harness.circuit import leaf_devices
from harness.render import TESTBENCHES, DeckBuilder
from harness.testbench import Results, conditions
from testbenches.absolute_refractory import TESTBENCH as ABSOLUTE
from testbenches.fig09f import TESTBENCH as REFRACTORY
from testbenches.fig13a import continuous
from testbenches.leak import HOLD
from testbenches.leak import TESTBENCH as LEAK
from testbenches.living_event import LCLK_PULSES, SUPPLIES, T_LCLK, energies, fired, start_error
from testbenches.membrane import proportionality


def test_proportional_steps_deviate_by_nothing_and_others_by_their_share() -> None:
    assert proportionality([1.0, 2.0, 4.0], [3.0, 6.0, 12.0]) == pytest.approx(0)
    assert proportionality([1.0, 2.0], [0.9, 2.2]) == pytest.approx(0.1)


@pytest.mark.parametrize("height", [0.3, 0.02, -0.1])
def test_the_continuous_leak_is_the_solution_of_its_own_rate(height: float) -> None:
    rate, knee, time = 2e3, 0.07, np.linspace(0, 200e-6, 21)
    exact = solve_ivp(
        lambda _, v: -rate * np.tanh(v / knee), (0, time[-1]), [height], t_eval=time, rtol=1e-9, atol=1e-12
    )
    assert continuous(time, height, rate, knee) == pytest.approx(exact.y[0], abs=1e-6)


def test_lclk_comes_in_bursts_of_enough_pulses_and_axons_before_their_edge() -> None:
    values = REFRACTORY.cases(REFRACTORY.settings({}))[0].values
    _, deck = REFRACTORY.deck(values)
    starts = np.array([start for start, _, _ in deck["lclk"]])
    for period, axons in enumerate(REFRACTORY.stimuli(values)):
        edge = REFRACTORY.edge_time(period, values)
        burst = starts[(starts > edge) & (starts < edge + LCLK_PULSES * T_LCLK)]
        assert len(burst) == LCLK_PULSES
        for axon in axons:
            assert any(edge - 1e-6 < on < off < burst[0] for on, off, _ in deck["axons"][axon])


def test_a_start_is_found_whatever_bends_vinteg_in_the_window() -> None:
    time = np.linspace(0, 5e-6, 5001)
    opened, closed, slope, virtual_ground = 2e-6, 2.5e-6, 6e5, 0.5
    cint = 0.45 - virtual_ground + slope * (np.clip(time, opened, closed) - opened)
    lag = np.where((time >= opened) & (time < closed), 6e-3 * (1 + cint), 0.0)  # at the summing node and in the gate
    waves = pd.DataFrame(
        {
            "xdendrite0.rst": np.where(time < opened, 1.8, 0.0),
            "xdendrite0.own_swinteg": np.where(time < closed, 1.8, 0.0),
            "xdendrite0.xneuron.xintegrator.plate": cint + virtual_ground - lag,
            "xdendrite0.xneuron.sum": virtual_ground - lag,
        },
        index=time,
    )
    held = float(cint[-1] + virtual_ground)
    assert REFRACTORY._start(waves, 0, held, 0.0, 0.9) == pytest.approx(0.45, abs=0.4e-3)  # half a sample
    assert np.isnan(REFRACTORY._start(waves.assign(**{"xdendrite0.rst": 0.0}), 0, held, 0.0, 0.9))


def test_energy_is_supply_times_charge() -> None:
    time = np.linspace(0, 1e-6, 11)
    waves = pd.DataFrame({f"i(v{block})": np.full(11, -1e-6) for block in SUPPLIES}, index=time)
    spent = dict(energies(waves, {"VDD": 1.0, "VDDIO": 1.8}, (0, 1e-6)))
    assert spent["vdd_columns"] == pytest.approx(1e-12)
    assert spent["vddio_dendrites"] == pytest.approx(1.8e-12)


def _results(rows: list[tuple[str, int, int, float]]) -> Results:
    settings = ABSOLUTE.settings({})
    table = pd.DataFrame(rows, columns=["measure", "period", "dendrite", "value"])
    return Results(ABSOLUTE.cases(settings), {}, table, settings)


def test_a_missing_start_is_the_worst() -> None:
    good = [("start", 0, 0, 0.551), ("start", 1, 0, 0.449)]
    assert start_error(_results(good), {(0, 0): "VREST", (1, 0): "VRFR"}) == pytest.approx(1e-3)
    lost = [*good[:1], ("start", 1, 0, float("nan"))]
    assert np.isnan(start_error(_results(lost), {(0, 0): "VREST", (1, 0): "VRFR"}))


def test_who_fired_is_named_by_period_and_dendrite() -> None:
    assert fired(_results([("fire", 0, 1, 1.0), ("fire", 1, 1, 0.0)])) == {(0, 1)}


def test_a_hold_leaks_through_every_gate_on_the_summing_node_and_a_step_through_none() -> None:
    values = LEAK.cases_of(LEAK.settings({}), [{"RUN": HOLD}])[0].values
    template, given = LEAK.deck(values)
    devices = leaf_devices(DeckBuilder(conditions(values)).deck("leak", TESTBENCHES / template, given))
    gates = [device.values for device in devices if device.kind == "m" and "xneuron.sum" in device.nodes]
    area = sum(float(size["w"]) * float(size["l"]) * float(size["m"]) for size in gates)
    assert LEAK.hold_leakage(values) == pytest.approx(2e-12 * area * 1e12)
    assert any(device.path == "ihold_leakage" for device in devices)
    assert LEAK.hold_leakage({**values, "RUN": "steps"}) == 0
