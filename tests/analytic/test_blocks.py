"""Blocks of netlists/ in ngspice: names, and a technology in the form of a kit."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harness.analysis import OperatingPoint, Sweep
from harness.circuit import leaf_devices
from harness.measure import first_crossing
from harness.render import Conditions, DeckBuilder

Simulate = Callable[..., pd.DataFrame]
CONTROL = "synapse_mode az on on_b sample sample_b zero zero_b drive drive_b vdd"


@pytest.fixture
def deck(tmp_path: Path) -> Callable[..., str]:
    def render(silicon: Conditions, body: str, **values: Any) -> str:
        (tmp_path / "body.cir.j2").write_text(body, encoding="utf-8")
        return DeckBuilder(silicon).deck("blocks", tmp_path / "body.cir.j2", values)

    return render


@pytest.fixture(params=["fdsoi28", "toy180"])
def any_silicon(request: pytest.FixtureRequest, silicon: Conditions, toy: Conditions) -> Conditions:
    """Each technology: cards of our own, and a kit of subcircuits in micrometres."""
    return silicon if request.param == "fdsoi28" else toy


def test_nodes_have_the_names_that_ngspice_gives_them(
    simulate: Simulate, silicon: Conditions, deck: Callable[..., str]
) -> None:
    body = f'Vdd vdd 0 1\nV1 synapse_mode 0 1\nV2 az 0 0\nXcontrol {CONTROL} 0 {{{{ use("read_control") }}}}\n'
    body += 'Xcell bl 0 vdd 0 {{ use("cell") }}\nV3 bl 0 48m\n'
    text = deck(silicon, body)
    nodes = {node for leaf in leaf_devices(text) for node in leaf.nodes} - {"0"}
    assert any("." in node for node in nodes)
    assert nodes <= set(simulate(text, OperatingPoint()).columns)


def test_logic_works_in_every_form_of_technology(
    simulate: Simulate, any_silicon: Conditions, deck: Callable[..., str]
) -> None:
    body = "Vdd vdd 0 {{ p.VDD }}\nV1 synapse_mode 0 {{ p.mode }}\nV2 az 0 {{ p.az }}\n"
    body += f'Xcontrol {CONTROL} 0 {{{{ use("read_control") }}}}\n'
    supply = any_silicon.technology.supply["core"]
    for mode, az in ((1, 0), (0, 0), (1, 1)):
        text = deck(any_silicon, body, VDD=supply, mode=mode * supply, az=az * supply)
        row = simulate(text, OperatingPoint()).iloc[0] / supply
        expected = {
            "on": mode,
            "on_b": 1 - mode,
            "sample": az,
            "sample_b": 1 - az,
            "zero": az,
            "drive": mode * (1 - az),
        }
        assert {name: row[name] for name in expected} == pytest.approx(expected, abs=0.02)


INVERTER = 'Vddio vddio 0 {{ p.VDDIO }}\nVa a 0 0\nX1 a y vddio 0 {{ use("inverter") }}\n'


def test_an_inverter_switches_near_half_its_supply(
    simulate: Simulate, any_silicon: Conditions, deck: Callable[..., str]
) -> None:
    supply = any_silicon.technology.supply["io"]
    y = simulate(deck(any_silicon, INVERTER, VDDIO=supply), Sweep("va", 0.0, supply, supply / 100))["y"]
    assert y.iloc[0] == pytest.approx(supply, rel=0.01)
    assert y.iloc[-1] == pytest.approx(0.0, abs=0.01 * supply)
    assert 0.3 * supply < first_crossing(y, supply / 2, "fall") < 0.7 * supply


def test_corner_sections_of_a_kit_take_effect(simulate: Simulate, toy: Conditions, deck: Callable[..., str]) -> None:
    trips = {}
    for corner in ("fs", "tt", "sf"):
        text = deck(replace(toy, corner=corner), INVERTER, VDDIO=3.3)
        trips[corner] = first_crossing(simulate(text, Sweep("va", 0.0, 3.3, 0.01))["y"], 1.65, "fall")
    assert trips["fs"] < trips["tt"] - 0.02
    assert trips["sf"] > trips["tt"] + 0.02


def test_a_kit_reads_its_sizes_in_micrometres(simulate: Simulate, toy: Conditions, deck: Callable[..., str]) -> None:
    """The kit's own closed form, I = kp/2 W/L (Vgs - Vt)^2 (1 + lambda Vds), at the size that the block asked for."""
    body = 'Vio wl 0 3.3\nVbl bl 0 48m\nV1 bl cell 0\nXcell cell 0 wl 0 {{ use("cell", state=0) }}\n'
    row = simulate(deck(toy, body), OperatingPoint()).iloc[0]
    size = toy.technology.size("cell", "access", "w", "l")
    assert size.w is not None
    assert size.l is not None
    access = 150e-6 * size.w / size.l * (3.3 - 0.65)  # S, deep in the linear region
    assert row["i(v1)"] == pytest.approx(48e-3 / (toy.mtj.r_p + 1 / access), rel=0.01)
