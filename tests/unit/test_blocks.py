"""Every block of netlists/, without being named here: what it is made of, what it says of itself, who uses it."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from harness.circuit import Device, leaf_devices
from harness.job import prepare
from harness.mtj import mtj_set_names
from harness.registry import all_testbenches
from harness.render import TESTBENCHES, Conditions, DeckBuilder, block_interface, block_names
from harness.store import Store
from harness.technology import Size, Technology, load_technology, technology_names
from harness.testbench import conditions

BlockValues = Callable[..., dict[str, Any]]
BLOCKS = block_names()
WITH_BITS = [block for block in BLOCKS if "bits" in block_interface(block).parameters]
RESISTANCE = (1.0, 10e6)  # Ohm, plausible on a chip
CAPACITANCE = (0.1e-15, 50e-12)  # F


def netlist(silicon: Conditions, block: str, values: dict[str, Any]) -> str:
    """Return a deck that holds one instance of a block, its pins on nodes of their own names."""
    builder = DeckBuilder(silicon)
    name = builder.use(block, **values)
    interface = block_interface(block)
    every = {name: default for name, (default, _) in interface.parameters.items()} | values
    instance = f"Xdut {' '.join(f'pin_{pin}' for pin in interface.pin_list(every))} {name}"
    return "\n".join(["* one block", *builder._subcircuits, instance])


def devices(silicon: Conditions, block: str, values: dict[str, Any]) -> list[Device]:
    return leaf_devices(netlist(silicon, block, values))


def foreign(leaves: list[Device], silicon: Conditions) -> list[str]:
    """Return the leaves that are neither M, C, R nor MTJ, nor a transistor subcircuit of the technology's kit."""
    models = {facts.model.lower() for facts in silicon.technology.transistors.values()}
    passive = ("c", "r", "mtj")
    return [
        leaf.path for leaf in leaves if leaf.kind not in passive and not (leaf.kind in "mx" and leaf.model in models)
    ]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_holds_transistors_junctions_capacitors_and_resistors_only(silicon: Conditions, block: str) -> None:
    leaves = devices(silicon, block, {})
    assert leaves
    assert foreign(leaves, silicon) == []


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_sets_no_start_and_runs_nothing(silicon: Conditions, block: str) -> None:
    text = netlist(silicon, block, {}).lower()
    directives = {line.split()[0] for line in text.splitlines() if line.startswith(".")}
    assert directives <= {".subckt", ".ends", ".param"}  # .param: the junction's own arithmetic
    assert not re.search(r"\b(ic|off)\s*=", text)


@pytest.mark.parametrize("block", BLOCKS)
def test_resistors_and_capacitors_are_of_plausible_size(silicon: Conditions, block: str) -> None:
    for leaf in devices(silicon, block, {}):
        if leaf.kind in "rc":
            low, high = RESISTANCE if leaf.kind == "r" else CAPACITANCE
            assert low <= float(leaf.model) <= high, leaf


@pytest.mark.parametrize("block", BLOCKS)
def test_every_pin_is_connected_and_no_inner_node_hangs_on_one_terminal(silicon: Conditions, block: str) -> None:
    leaves = devices(silicon, block, {})
    terminals = Counter(node for leaf in leaves for node in leaf.nodes if node != "0")  # 0: what wires couple to
    interface = block_interface(block)
    defaults = {name: default for name, (default, _) in interface.parameters.items()}
    assert [pin for pin in interface.pin_list(defaults) if f"pin_{pin}" not in terminals] == []
    assert [node for node, count in terminals.items() if count < 2 and not node.startswith("pin_")] == []


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_says_what_it_is_why_it_is_so_and_what_its_pins_are(block: str) -> None:
    interface = block_interface(block)
    assert 2 <= len(interface.summary.split()) <= 20
    assert len(interface.how.split()) >= 40
    assert interface.pins
    assert [pin for pin, meaning in interface.pins.items() if not meaning.strip()] == []
    assert [name for name, (_, meaning) in interface.parameters.items() if not meaning.strip()] == []


@pytest.mark.parametrize("block", WITH_BITS)
@pytest.mark.parametrize("bits", [2, 3, 4])
def test_a_block_with_bits_renders_with_two_three_and_four(
    silicon: Conditions, block: str, bits: int, block_values: BlockValues
) -> None:
    leaves = devices(silicon, block, block_values(block, bits))
    assert foreign(leaves, silicon) == []


def test_bits_reach_the_column_as_bit_lines_and_weights(silicon: Conditions, block_values: BlockValues) -> None:
    counts = [
        sum(leaf.kind == "mtj" for leaf in devices(silicon, "column", {**block_values("column", bits), "idle": 0}))
        for bits in (2, 3, 4)
    ]
    assert counts == [2, 3, 4]


@pytest.mark.parametrize("block", ["column", "psp_reference", "threshold_block"])
def test_in_the_array_every_bit_line_has_a_driver_and_cells_of_its_own(silicon: Conditions, block: str) -> None:
    leaves = devices(silicon, block, {"array": 1})
    assert foreign(leaves, silicon) == []
    lines = {"column": 3, "psp_reference": 6, "threshold_block": 6}[block]
    assert sum(leaf.path.endswith("xdriver.mread_low") for leaf in leaves) == lines
    rows = block_interface(block).parameters["rows"][0]
    assert sum(leaf.kind == "mtj" for leaf in leaves) == lines * rows
    nodes = {node for leaf in leaves for node in leaf.nodes}
    assert {"pin_read", "pin_vddio", "pin_write_p2", "pin_write_ap0"} <= nodes
    assert "pin_read" not in {node for leaf in devices(silicon, block, {}) for node in leaf.nodes}


@pytest.mark.parametrize("technology", technology_names())
def test_every_block_renders_in_every_technology_of_the_project(
    silicon: Conditions, technology: str, block_values: BlockValues
) -> None:
    conditions = Conditions(load_technology(technology), silicon.mtj)
    for block in BLOCKS:
        for bits in (2, 3, 4) if block in WITH_BITS else (None,):
            assert devices(conditions, block, block_values(block, bits))


def test_no_template_notices_a_kit_of_subcircuits(
    silicon: Conditions, toy: Conditions, block_values: BlockValues
) -> None:
    """The same leaves at the same nodes: only M becomes X, with the kit's own models, micrometres and sizes."""
    for block in BLOCKS:
        for bits in (2, 3, 4) if block in WITH_BITS else (None,):
            values = block_values(block, bits)
            ours, theirs = devices(silicon, block, values), devices(toy, block, values)
            assert foreign(theirs, toy) == []
            assert [leaf.nodes for leaf in ours] == [leaf.nodes for leaf in theirs]
            for our, their in zip(ours, theirs, strict=True):
                if our.kind == "m":
                    assert their.kind == "x"
                    assert their.model.startswith("toy_")
                    assert float(their.values["w"]) == pytest.approx(6 * float(our.values["w"]) * 1e6)
                    assert their.values["m"] == our.values["m"]
                    assert set(their.values) == {"w", "l", "m"}
                else:
                    assert their == our


@pytest.fixture(scope="module")
def used_blocks(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The blocks in the decks of all testbenches, with what they use in turn."""
    store = Store(tmp_path_factory.mktemp("runs"))
    used: set[str] = set()
    for bench in all_testbenches().values():
        for case in bench.cases(bench.settings({})):
            circuit = prepare(bench, case, store).circuit
            names = re.findall(r"^\.subckt (\w+)", circuit, re.MULTILINE)
            used |= {name if name in BLOCKS else re.sub(r"_\d+$", "", name) for name in names}
            if used >= set(BLOCKS):
                return used
    return used


@pytest.mark.parametrize("block", BLOCKS)
def test_some_testbench_uses_the_block(used_blocks: set[str], block: str) -> None:
    assert block in used_blocks, f"netlists/{block}.cir.j2 stands in no deck: give it a testbench or remove it"


@pytest.mark.parametrize("technology", technology_names())
def test_every_size_is_read_by_a_template(technology: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of sizing.toml that no deck reads is a mistake in its name, of the block or of the role."""
    read: set[tuple[str, str]] = set()
    size = Technology.size

    def noted(self: Technology, block: str, role: str, *fields: str) -> Size:
        read.add((block, role))
        return size(self, block, role, *fields)

    monkeypatch.setattr(Technology, "size", noted)
    for bench in all_testbenches().values():
        values = bench.cases(bench.settings({}))[0].values
        template, deck_values = bench.deck(values)
        DeckBuilder(conditions(values)).deck(bench.name, TESTBENCHES / template, deck_values)
    sizings = [load_technology(technology, mtj).sizing for mtj in mtj_set_names()]  # each may have a scaling
    assert {(block, role) for sizing in sizings for block, roles in sizing.items() for role in roles} - read == set()
