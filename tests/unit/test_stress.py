import numpy as np
import pandas as pd
import pytest

from harness.circuit import Device
from harness.errors import HarnessError
from harness.render import Conditions
from harness.stress import Stress, worst_stress
from harness.technology import load_technology

TECHNOLOGY = load_technology("fdsoi28")
THIN, THICK = f"{TECHNOLOGY.transistors['nmos'].v_max:g}", f"{TECHNOLOGY.transistors['nmos_io'].v_max:g}"


def transistor(name: str = "m1", nodes: tuple[str, ...] = ("d", "g", "s", "b"), kind: str = "nmos") -> Device:
    return Device("m", name, nodes, TECHNOLOGY.transistors[kind].model, {})


def frame(time: np.ndarray, **volts: np.ndarray | float) -> pd.DataFrame:
    nodes = {"d": 0.0, "g": 0.0, "s": 0.0, "b": 0.0} | volts
    return pd.DataFrame({name: np.broadcast_to(v, time.shape) for name, v in nodes.items()}, index=time)


TIME = np.arange(0, 20e-9, 0.1e-9)


def sustained(time: np.ndarray, devices: list[Device], limit: str = THIN, **volts: np.ndarray | float) -> float:
    return worst_stress(frame(time, **volts), devices, TECHNOLOGY)[limit].volts


@pytest.mark.parametrize(("node", "other"), [("g", "s"), ("g", "d"), ("d", "s")])
def test_a_constant_voltage_between_any_pair_is_found(node: str, other: str) -> None:
    nodes = {"d": 0.5, "g": 0.5, "s": 0.5, node: 1.2, other: 0.1}
    assert sustained(TIME, [transistor()], **nodes) == pytest.approx(1.1)


def test_the_sign_does_not_matter_and_the_back_gate_is_not_looked_at() -> None:
    assert sustained(TIME, [transistor()], g=-0.7, b=-3.0) == pytest.approx(0.7)


@pytest.mark.parametrize("start", [0.0, 7e-9, 19.5e-9])
def test_an_excursion_shorter_than_a_nanosecond_does_not_count(start: float) -> None:
    spike = np.where((start <= TIME) & (start + 0.8e-9 > TIME), 1.5, 0.9)
    assert sustained(TIME, [transistor()], g=spike) == pytest.approx(0.9)


@pytest.mark.parametrize("start", [0.0, 7e-9, 18e-9])
def test_an_excursion_of_more_than_a_nanosecond_counts_wherever_it_is(start: float) -> None:
    pulse = np.where((start - 1e-12 <= TIME) & (start + 1.35e-9 > TIME), 1.5, 0.9)
    assert sustained(TIME, [transistor()], g=pulse) == pytest.approx(1.5)


def test_a_triangle_is_sustained_at_the_level_that_it_exceeds_for_a_nanosecond() -> None:
    time = np.arange(0, 10e-9, 0.01e-9)
    triangle = np.clip(1.4 - np.abs(time - 5e-9) * 0.2e9, 0, None)  # 0.2 V/ns each way
    assert sustained(time, [transistor()], g=triangle) == pytest.approx(1.4 - 0.2 * 0.5, abs=0.005)


def test_uneven_steps_are_measured_in_time_and_not_in_points() -> None:
    time = np.array([0, 1e-9, 2e-9, 2.001e-9, 2.002e-9, 2.003e-9, 2.1e-9, 4e-9, 6e-9])
    spike = np.array([0.5, 0.5, 0.5, 1.4, 1.4, 1.4, 0.5, 0.5, 0.5])
    assert sustained(time, [transistor()], g=spike) == pytest.approx(0.5)


def test_each_oxide_has_its_own_worst_device() -> None:
    devices = [transistor("thin"), transistor("thick", ("g", "s", "d", "b"), "nmos_io")]
    found = worst_stress(frame(TIME, g=1.0, d=0.4), devices, TECHNOLOGY)
    assert found == {THIN: Stress("thin", pytest.approx(1.0), 1.1), THICK: Stress("thick", pytest.approx(1.0), 1.98)}


def test_ground_is_a_node_and_other_devices_are_left_out() -> None:
    devices = [transistor("m1", ("d", "g", "0", "0")), Device("r", "r1", ("g", "b"), "1k", {})]
    assert sustained(TIME, devices, g=0.6, d=0.6, b=9.0) == pytest.approx(0.6)


def test_a_kit_that_writes_its_models_in_capitals_is_looked_at_too(toy: Conditions) -> None:
    device = Device("x", "x1", ("d", "g", "s", "b"), "toy_nch", {})
    assert worst_stress(frame(TIME, g=1.7), [device], toy.technology)["1.98"].volts == pytest.approx(1.7)


def test_a_node_that_was_not_saved_is_an_error() -> None:
    with pytest.raises(HarnessError, match="node 'd' of m1 is not in the answer"):
        worst_stress(frame(TIME).drop(columns="d"), [transistor()], TECHNOLOGY)
