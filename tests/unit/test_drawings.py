"""Every drawing against its netlist: the same devices, the same nets where a terminal is drawn, the stored SVG."""

import re
from dataclasses import dataclass, field

import pytest

from drawings import drawn_blocks, parameters_of, sheet_of
from drawings.__main__ import FOLDER
from drawings.sheet import Sheet
from harness.render import Conditions, DeckBuilder, block_names

TERMINALS = {"M": ("drain", "gate", "source", "back"), "C": ("plus", "minus"), "R": ("plus", "minus")}
BLOCKS = drawn_blocks()


@dataclass
class Netlist:
    """One subcircuit: its pins, the net by (instance, terminal), and the model or block by instance."""

    pins: list[str]
    nets: dict[tuple[str, str], str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


def netlist(silicon: Conditions, block: str) -> Netlist:
    """Read a block's own subcircuit, without what is inside its blocks and without wiring capacitances."""
    builder = DeckBuilder(silicon)
    name = builder.use(block, **parameters_of(block))
    texts = {text.split()[1]: text for text in builder._subcircuits}
    pins = {name: text.splitlines()[0].split()[2:] for name, text in texts.items()}
    found = Netlist(pins[name])
    for line in texts[name].splitlines()[1:]:
        instance, *words = line.split() or [""]
        words = [word for word in words if "=" not in word]
        if not instance or instance[0] in "*." or instance.startswith("Cwire_"):
            continue
        target = words[-1] if instance[0] == "X" else ""
        terminals = TERMINALS.get(instance[0]) or tuple(pin for pin in pins[target] if "=" not in pin)
        found.nets |= {(instance, terminal): net for terminal, net in zip(terminals, words, strict=False)}
        found.kinds[instance] = (
            re.sub(r"_\d+$", "", target) if target else words[len(terminals)] if instance[0] == "M" else ""
        )
    return found


def differences(sheet: Sheet, circuit: Netlist) -> list[str]:
    """Say in words where a drawing is not its netlist; nothing where it is."""
    drawn = {instance for instance, _ in sheet.terminals}
    faults = [f"{name} is not drawn" for name in sorted(circuit.kinds.keys() - drawn)]
    faults += [f"{name} is not in the netlist" for name in sorted(drawn - circuit.kinds.keys())]
    faults += [f"{name[0]} has no {name[1]}" for name in sorted(sheet.terminals.keys() - circuit.nets.keys())]
    faults += [
        f"{name} is drawn as {kind}, thick {sheet.oxide.get(name)}"
        for name, kind in sheet.kinds.items()
        if name in circuit.kinds and not is_kind(circuit.kinds[name], kind, sheet.oxide.get(name))
    ]
    places: dict[str, int] = {}
    for net in sheet.nets():
        names = {name if not instance else circuit.nets.get((instance, name), "nothing") for instance, name in net}
        if len(names) > 1:
            faults.append(f"joined in the drawing: {sorted(names)}, by {sorted(net)}")
        for name in names:
            places[name] = places.get(name, 0) + 1
            if name in circuit.pins and ("", name) not in net:
                faults.append(f"the pin {name} has no name at {sorted(net)}")
    faults += [f"the net {name} is in {count} pieces" for name, count in places.items() if count > 1]
    faults += [
        f"{instance}'s {terminal} is on {net} and not drawn"
        for (instance, terminal), net in circuit.nets.items()
        if instance in drawn
        and (instance, terminal) not in sheet.terminals
        and not goes_without(circuit, instance, terminal, net)
    ]
    return faults


def is_kind(model: str, kind: str, thick: bool | None) -> bool:
    """Compare a model such as pfet_io with pmos and thick oxide, or a block's name."""
    if thick is None:
        return model == kind
    return model.startswith(kind[0]) and model.endswith("_io") == thick


def goes_without(circuit: Netlist, instance: str, terminal: str, net: str) -> bool:
    """Say whether a terminal needs no drawing: a back gate at its rail, or a block's pin on the net of its own name."""
    if instance[0] == "M":
        return terminal == "back" and net in (("vss",) if circuit.kinds[instance][0] == "n" else ("vdd", "vddio"))
    return net == terminal


@pytest.mark.parametrize("block", BLOCKS)
def test_a_drawing_has_its_netlists_devices_and_nets(silicon: Conditions, block: str) -> None:
    assert differences(sheet_of(block), netlist(silicon, block)) == []


@pytest.mark.parametrize("block", BLOCKS)
def test_the_stored_drawing_is_what_its_module_draws(block: str) -> None:
    stored = FOLDER / f"{block}.svg"
    assert stored.is_file(), f"run make drawings: {stored.name} is missing"
    assert stored.read_bytes() == sheet_of(block).svg(), f"run make drawings: {stored.name} is not what is drawn now"


def test_every_block_is_drawn() -> None:
    assert block_names() == BLOCKS, "a block of netlists/ needs a module of drawings/, and then make drawings"


def test_no_stored_drawing_has_lost_its_module() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.svg")) == BLOCKS


@pytest.fixture
def sheet() -> Sheet:
    return sheet_of("operational_amplifier")


@pytest.fixture
def circuit(silicon: Conditions) -> Netlist:
    return netlist(silicon, "operational_amplifier")


def test_a_device_left_out_is_found(sheet: Sheet, circuit: Netlist) -> None:
    sheet.terminals = {name: place for name, place in sheet.terminals.items() if name[0] != "Mnulling"}
    assert "Mnulling is not drawn" in differences(sheet, circuit)


def test_a_device_too_many_is_found(sheet: Sheet, circuit: Netlist) -> None:
    sheet.nmos("extra", (40, 40))
    assert "Mextra is not in the netlist" in differences(sheet, circuit)


def test_a_wire_that_shorts_two_nets_is_found(sheet: Sheet, circuit: Netlist) -> None:
    sheet.wire(sheet.terminals["Mtail", "drain"], sheet.terminals["Mpair_plus", "drain"])
    assert any("joined" in fault for fault in differences(sheet, circuit))


def test_each_wire_left_out_is_found(sheet: Sheet, circuit: Netlist) -> None:
    whole = list(sheet.wires)
    for index in range(len(whole)):
        sheet.wires = whole[:index] + whole[index + 1 :]
        assert differences(sheet, circuit), whole[index]


def test_swapped_names_of_pins_are_found(sheet: Sheet, circuit: Netlist) -> None:
    swap = {"plus": "minus", "minus": "plus"}
    sheet.names = [(swap.get(name, name), place) for name, place in sheet.names]
    assert any("joined" in fault for fault in differences(sheet, circuit))


def test_a_transistor_of_the_other_kind_or_oxide_is_found(sheet: Sheet, circuit: Netlist) -> None:
    sheet.kinds["Mtail"], sheet.oxide["Mdriver"] = "nmos", False
    assert len(differences(sheet, circuit)) == 2


def test_a_block_inside_that_is_wired_elsewhere_is_found(silicon: Conditions) -> None:
    circuit = netlist(silicon, "buffer")
    circuit.nets["Xamplifier", "vbias_p"] = "vddio"  # drawn or not
    assert differences(sheet_of("buffer"), circuit)


def test_wires_that_cross_are_not_joined_and_wires_that_meet_are() -> None:
    sheet = Sheet()
    for name, place in (("a", (0, 0)), ("b", (2, 0)), ("c", (1, 1)), ("d", (1, -1))):
        sheet.net(place, name, "up")
    sheet.wire((0, 0), (2, 0))
    sheet.wire((1, 1), (1, -1))
    assert len(sheet.nets()) == 2
    sheet.wire((1, 0), (1, 1))
    assert len(sheet.nets()) == 1
