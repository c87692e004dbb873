"""Which numbers of a circuit are random, how much, and that a drawn deck says exactly that."""

import math

import pytest

from harness.circuit import FlatDeck, flatten, leaf_devices
from harness.draws import Quantity, Spreads, quantities, varied_deck
from harness.errors import HarnessError
from harness.render import Conditions

DECK = """* one of each
.temp 27
.param chip_dvth_n=0
.param chip_dvth_p=0
.param chip_dmu_n=0
.param chip_dmu_p=0
.lib '/Some/Path/Cards.lib' tt

.subckt mtj free pinned state=0 count=1 rp=10000 tmr=1.0
.param g_p={count/rp}
Gjunction free pinned poly(1) free pinned 0 {g_p} 0 0
.ends mtj

.subckt cell a b
Mpass a b inner 0 nfet w=2e-06 l=5e-07 m=2
Xjunction inner 0 mtj state=1 count=4
Cstore inner 0 4e-13
Cwire_inner inner 0 1e-15
.ends cell

Vdd vdd 0 1
Vstep b 0 pwl(0 0 1e-9 1)
Cload vdd 0 1e-12
Xfirst vdd b cell
Xsecond vdd b cell
.nodeset v(xfirst.inner)=0.5
"""
AREA = 2e-6 * 5e-7 * 2


@pytest.fixture
def flat() -> FlatDeck:
    return flatten(DECK)


def sigma(found: list[Quantity], key: str) -> float:
    return next(quantity.sigma for quantity in found if quantity.key == key)


def test_a_flat_deck_has_the_hierarchy_s_devices(flat: FlatDeck) -> None:
    text = flat.text()
    again = {device.path: device for device in leaf_devices(text)}
    for device in leaf_devices(DECK):
        name = device.path.removeprefix("x.") if device.kind == "mtj" else device.path
        assert (again[name].nodes, again[name].model, again[name].values) == (device.nodes, device.model, device.values)
    assert ".lib '/Some/Path/Cards.lib' tt" in text and ".nodeset v(xfirst.inner)=0.5" in text
    assert text.count(".subckt") == 1 and "vstep b 0 pwl(0 0 1e-9 1)" in text


def test_sigmas_are_the_pair_figures_over_twice_the_area(flat: FlatDeck, silicon: Conditions) -> None:
    found = quantities(flat, silicon.technology, Spreads(mtj_rp=0.04, mtj_tmr=0.06))
    facts = silicon.technology.transistors["nmos"]
    assert sigma(found, "m.xfirst.mpass:delvto") == pytest.approx(facts.a_vt / math.sqrt(2 * AREA))
    assert sigma(found, "m.xfirst.mpass:mulu0") == pytest.approx(facts.a_beta / math.sqrt(2 * AREA))
    capacitor = silicon.technology.capacitor
    area = 4e-13 / capacitor.density
    assert sigma(found, "c.xsecond.cstore:c") == pytest.approx(capacitor.matching / math.sqrt(2 * area))
    assert sigma(found, "x.xsecond.xjunction:rp") == pytest.approx(0.04 / 2)  # four in parallel
    assert sigma(found, "x.xsecond.xjunction:tmr") == pytest.approx(0.06 / 2)
    assert len(found) == 2 * (2 + 1 + 2)  # neither wiring nor the testbench's load


def test_a_kit_in_micrometres_has_the_same_sigma(flat: FlatDeck, silicon: Conditions) -> None:
    facts = silicon.technology.transistors
    microns = {name: kind.model_copy(update={"metres_per_unit": 1e-6}) for name, kind in facts.items()}
    kit = silicon.technology.model_copy(update={"transistors": microns})
    deck = flatten(DECK.replace("w=2e-06 l=5e-07", "w=2 l=0.5"))
    found = quantities(deck, kit, Spreads())
    assert sigma(found, "m.xfirst.mpass:delvto") == pytest.approx(facts["nmos"].a_vt / math.sqrt(2 * AREA))


def test_a_drawn_deck_says_what_was_drawn(flat: FlatDeck, silicon: Conditions) -> None:
    spreads = Spreads(process=True, chip_rp=0.05, chip_c=0.1)
    found = quantities(flat, silicon.technology, spreads)
    text = varied_deck(flat, found, [1.0] * len(found))
    devices = {device.path: device for device in leaf_devices(text)}
    values = devices["m.xfirst.mpass"].values
    assert float(values["delvto"]) == sigma(found, "m.xfirst.mpass:delvto")
    assert float(values["mulu0"]) == 1 + sigma(found, "m.xfirst.mpass:mulu0")
    assert float(devices["xfirst.xjunction"].values["rp"]) == pytest.approx(10000 * 1.02 * 1.05)
    assert float(devices["xfirst.xjunction"].values["tmr"]) == pytest.approx(1.02)
    share = sigma(found, "c.xfirst.cstore:c")
    assert float(devices["c.xfirst.cstore"].model) == pytest.approx(4e-13 * (1 + share) * 1.1)
    assert devices["cload"].model == "1e-12" and devices["c.xfirst.cwire_inner"].model == "1e-15"
    assert f".param chip_dvth_n={silicon.technology.process['chip_dvth_n']!r}" in text


def test_switches_leave_the_other_kind_out(flat: FlatDeck, silicon: Conditions) -> None:
    process = quantities(flat, silicon.technology, Spreads(mismatch=False, process=True))
    assert {quantity.path for quantity in process} == {"chip"}
    mismatch = quantities(flat, silicon.technology, Spreads(mtj_rp=0.0, mtj_tmr=0.0))
    assert {quantity.name for quantity in mismatch} == {"delvto", "mulu0", "c"}


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.01, 0.5])
def test_a_sigma_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(HarnessError, match="sigma mtj_rp"):
        Spreads(mtj_rp=value)


def test_nothing_to_vary_is_an_error(silicon: Conditions) -> None:
    with pytest.raises(HarnessError, match="neither"):
        Spreads(mismatch=False)
    with pytest.raises(HarnessError, match="nothing varies"):
        quantities(flatten("* empty\nR1 a 0 1k\nV1 a 0 1\n"), silicon.technology, Spreads())


def test_unknown_devices_and_parameters_are_refused(flat: FlatDeck) -> None:
    with pytest.raises(HarnessError, match="no device 'm.xthird.mpass'"):
        flat.text({"m.xthird.mpass": {"delvto": 0.0}})
    with pytest.raises(HarnessError, match="no parameter 'chip_other'"):
        flat.text({}, {"chip_other": 0.0})


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (".param size=2", "parameters of its own"),
        ("Egain inner 0 a b 10", "cannot hold"),
    ],
)
def test_what_cannot_stand_flat_is_refused(line: str, wrong: str) -> None:
    with pytest.raises(HarnessError, match=wrong):
        flatten(DECK.replace("Cstore", f"{line}\nCstore"))
