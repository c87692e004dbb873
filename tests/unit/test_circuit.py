import pytest

from harness.circuit import Device, leaf_devices
from harness.errors import HarnessError

DECK = """* title: not a device
.subckt inner a b vss
* a comment
Mx a b vss
+ vss nfet w=1u l=30n ; trailing
Cload b 0 1f
Xj a mid mtj_2 state=1 count=2
.ends inner
.subckt outer in out vss
Xone in n1 vss inner
Xtwo n1 out gnd inner
.ends outer
Vdd vdd 0 1
X1 vdd y 0 outer
Rout y 0 10k $ comment
Xkit d g s b NCH_KIT w=1 l=0.18 m=2
.control
tran 1n 1u
Rnot a b 1
.endc
.end
"""


def by_path(deck: str) -> dict[str, Device]:
    return {device.path: device for device in leaf_devices(deck)}


def test_subcircuits_expand_to_leaves_with_the_names_that_ngspice_uses() -> None:
    devices = by_path(DECK)
    assert set(devices) == {
        "vdd", "rout", "xkit",
        "m.x1.xone.mx", "c.x1.xone.cload", "x.x1.xone.xj",
        "m.x1.xtwo.mx", "c.x1.xtwo.cload", "x.x1.xtwo.xj",
    }  # fmt: skip


def test_pins_connect_through_the_levels_and_inner_nodes_carry_their_path() -> None:
    devices = by_path(DECK)
    assert devices["m.x1.xone.mx"].nodes == ("vdd", "x1.n1", "0", "0")
    assert devices["m.x1.xtwo.mx"].nodes == ("x1.n1", "y", "0", "0")
    assert devices["x.x1.xone.xj"].nodes == ("vdd", "x1.xone.mid")


def test_a_leaf_knows_its_kind_model_and_values() -> None:
    devices = by_path(DECK)
    assert devices["m.x1.xone.mx"].model == "nfet"
    assert devices["m.x1.xone.mx"].values == {"w": "1u", "l": "30n"}
    assert devices["rout"].kind == "r"
    assert devices["rout"].model == "10k"
    assert devices["x.x1.xone.xj"].kind == "mtj"
    assert devices["xkit"] == Device("x", "xkit", ("d", "g", "s", "b"), "nch_kit", {"w": "1", "l": "0.18", "m": "2"})


def test_control_blocks_and_the_title_hold_no_devices() -> None:
    assert "rnot" not in by_path(DECK)
    assert leaf_devices("R1 a b 1\n.end") == []


def test_a_foreign_element_is_shown_as_what_it_is() -> None:
    kinds = {device.kind for device in leaf_devices("* t\nE1 a 0 b 0 10\nG1 a 0 b 0 1m\nB1 a 0 v=1\nS1 a 0 c 0 sw\n")}
    assert kinds == {"e", "g", "b", "s"}


def test_only_the_junction_itself_is_a_junction() -> None:
    assert leaf_devices("* t\nX1 a b mtj_array\n")[0].kind == "x"
    assert leaf_devices("* t\nX1 a b mtj\n")[0].kind == "mtj"


@pytest.mark.parametrize("nodes", ["a b", "a b c d"])
def test_a_wrong_number_of_pins_is_refused_with_the_instance(nodes: str) -> None:
    with pytest.raises(HarnessError, match=rf"x1: {len(nodes.split())} nodes for the 3 pins of 'inner'"):
        leaf_devices(DECK.replace("X1 vdd y 0 outer", f"X1 {nodes} inner"))
