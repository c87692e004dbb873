import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import render
from harness.errors import HarnessError
from harness.render import Conditions, DeckBuilder, block_interface, block_names, check_value, number

FRONT_MATTER = """{#
summary = "a block of a test"
how = "because"
[pins]
a = "one end"
"b[count]" = "the others"
[parameters]
count = [2, "how many others"]
#}
"""


@pytest.fixture
def deck(silicon: Conditions, tmp_path: Path) -> Callable[..., str]:
    """Render a deck whose body is the given text."""

    def build(body: str, **values: Any) -> str:
        (tmp_path / "body.cir.j2").write_text(body, encoding="utf-8")
        return DeckBuilder(silicon).deck("test", tmp_path / "body.cir.j2", values)

    return build


@pytest.fixture
def netlists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Replace netlists/ by a folder of one block."""
    folder = tmp_path / "netlists"
    folder.mkdir()
    monkeypatch.setattr(render, "NETLISTS", folder)
    block_interface.cache_clear()
    render._environment.cache_clear()

    def write(name: str, text: str) -> None:
        (folder / f"{name}.cir.j2").write_text(text, encoding="utf-8")

    yield write
    block_interface.cache_clear()
    render._environment.cache_clear()


def test_a_deck_has_title_temperature_corner_blocks_and_body(deck: Callable[..., str]) -> None:
    text = deck('X1 a b c 0 {{ use("cell") }}\nV1 a 0 {{ p.VDD }}\n', VDD=1.0)
    assert text.startswith("* test\n")
    assert ".temp 27\n" in text
    assert "fdsoi28.lib' tt\n" in text
    order = [text.index(part) for part in (".subckt mtj", ".subckt cell", "X1 a b c 0 cell", "V1 a 0 1")]
    assert order == sorted(order)


def test_a_block_is_added_once_for_each_distinct_set_of_parameters(deck: Callable[..., str]) -> None:
    text = deck('{{ use("cell") }} {{ use("cell") }} {{ use("cell", state=0) }} {{ use("cell", state=1) }}')
    assert text.splitlines()[-1] == "cell cell cell cell_2"
    assert text.count(".subckt cell ") == 1
    assert text.count(".subckt cell_2 ") == 1
    assert text.count(".subckt mtj ") == 1


def test_conditions_reach_the_netlist(silicon: Conditions, tmp_path: Path) -> None:
    (tmp_path / "body.cir.j2").write_text('{{ use("regulation_amplifier") }} {{ use("mtj") }}', encoding="utf-8")
    varied = Conditions(silicon.technology, silicon.mtj, "ss", 85.0, capacitance_scale=1.15, ra_scale=1.2)
    plain, changed = (DeckBuilder(c).deck("t", tmp_path / "body.cir.j2", {}) for c in (silicon, varied))
    assert "fdsoi28.lib' ss\n" in changed
    assert ".temp 85\n" in changed
    hold = silicon.technology.size("regulation_amplifier", "hold", "c").c or 0.0
    assert f"Chold hold vss {number(hold)}" in plain
    assert f"Chold hold vss {number(hold * 1.15)}" in changed
    assert f"rp={number(silicon.mtj.r_p * 1.2)}" in changed


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{{ p.VREAD }}", r"body\.cir\.j2: .*VREAD"),
        ("{{ nothing }}", r"body\.cir\.j2: 'nothing' is undefined"),
        ('{{ use("cell", width=1) }}', r"'cell' has no parameter 'width'; it has \['state', 'count', 'dynamic'\]"),
        ('{{ use("no_such_block") }}', r"no block 'no_such_block'; choose one of .*cell"),
        ('{{ use("../models/mtj/mtj") }}', "no block"),
        ("{% if %}", r"body\.cir\.j2, line 1"),
        ('{% from "other.j2" import x %}', r"no template .*other\.j2"),
        ("{{ p.VDD + none }}", r"body\.cir\.j2: unsupported operand"),
        ("{{ range(p.VDD) }}", r"body\.cir\.j2: .*integer"),
        ("{{ 1 / 0 }}", r"body\.cir\.j2: division by zero"),
        ('{{ use("bit_line", rows=2.0) }}', r"wl\[rows\].* whole number"),
    ],
)
def test_a_mistake_in_a_template_is_one_sentence(deck: Callable[..., str], body: str, message: str) -> None:
    with pytest.raises(HarnessError, match=message) as refused:
        deck(body, VDD=1.5)
    assert "\n" not in str(refused.value)


INJECTIONS = [
    "1\n.control\nshell ls\n.endc",
    "1\r.end",
    ".include",
    "a b",
    "1;x",
    "{x}",
    "'x'",
    "$(ls)",
    "1$c",
    "a\tb",
    "ß",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_value_that_could_be_more_than_a_name_is_refused(deck: Callable[..., str], text: str) -> None:
    for values in ({"VDD": text}, {"VDD": [1, text]}, {"VDD": {"a": text}}, {"VDD": {text: 1}}, {"VDD": ((text,),)}):
        with pytest.raises(HarnessError, match="refused"):
            deck("V1 a 0 {{ p.VDD }}", **values)


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_block_parameter_that_could_be_more_than_a_name_is_refused(silicon: Conditions, text: str) -> None:
    with pytest.raises(HarnessError, match="block 'cell', parameter 'state'"):
        DeckBuilder(silicon).use("cell", state=text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, 1j, b"x", {1}])
def test_a_value_that_is_no_finite_number_and_no_name_is_refused(value: Any) -> None:
    with pytest.raises(HarnessError, match="VDD: "):
        check_value(value, "VDD")


@pytest.mark.parametrize("value", [0, 1.5, "nmos", "fig09d", "10k20k", "-2", True, [[0, 1], [1, 1]], {"w": (1, "a_b")}])
def test_numbers_and_plain_names_are_accepted(value: Any) -> None:
    check_value(value, "VDD")


@pytest.mark.parametrize("value", [0.0, 1.0, -3, 1e-15, 0.1, 1 / 3, 1e300, 123456789.5, np.float64(2.5e-7)])
def test_a_number_is_written_as_the_same_double_without_a_suffix(value: float) -> None:
    assert float(number(value)) == value
    assert set(number(value)) <= set("0123456789.e+-")


def test_indexed_pins_expand_with_their_parameter(
    netlists: Callable[[str, str], None], silicon: Conditions, monkeypatch: pytest.MonkeyPatch
) -> None:
    netlists("fan", FRONT_MATTER + ".subckt {{ subckt }} {{ pins }}\n.ends")
    assert block_interface("fan").pin_list({"count": 3}) == ["a", "b0", "b1", "b2"]
    assert block_interface("fan").pin_list({"count": 0}) == ["a"]
    builder = DeckBuilder(silicon)
    builder.use("fan")
    builder.use("fan", count=1)
    assert builder._subcircuits == [".subckt fan a b0 b1\n.ends", ".subckt fan_2 a b0\n.ends"]


OPTIONAL = FRONT_MATTER.removesuffix("#}\n").replace("[par", '"c if more" = "c"\n"d[count] if more" = "d"\n[par')


def test_an_optional_pin_is_there_where_its_parameter_is_not_0(netlists: Callable[[str, str], None]) -> None:
    netlists("fan", OPTIONAL + 'more = [0, "c and d as well"]\n#}\n.subckt {{ subckt }} {{ pins }}\n.ends')
    interface = block_interface("fan")
    assert interface.pin_list({"count": 2, "more": 0}) == ["a", "b0", "b1"]
    assert interface.pin_list({"count": 2, "more": 1}) == ["a", "b0", "b1", "c", "d0", "d1"]


@pytest.mark.parametrize("pin", ["c if", "c if no_parameter", "c d", "c if more[count]"])
def test_a_pin_that_is_written_otherwise_is_refused(netlists: Callable[[str, str], None], pin: str) -> None:
    netlists("fan", FRONT_MATTER.replace("b[count]", pin) + ".subckt {{ subckt }} {{ pins }}\n.ends")
    with pytest.raises(HarnessError, match=f"pin '{re.escape(pin)}' is none of"):
        block_interface("fan").pin_list({"count": 2})


@pytest.mark.parametrize(
    "text",
    [
        ".subckt x\n.ends",
        FRONT_MATTER.replace("[parameters]", "[settings]"),
        FRONT_MATTER.replace("how =", "why ="),
        FRONT_MATTER.replace('"because"', "because"),
        FRONT_MATTER.replace('[2, "how many others"]', "2"),
        FRONT_MATTER.replace('[2, "how many others"]', "[2]"),
    ],
)
def test_front_matter_that_is_not_whole_is_refused(netlists: Callable[[str, str], None], text: str) -> None:
    netlists("fan", text)
    with pytest.raises(HarnessError, match=r"fan\.cir\.j2: its front matter"):
        block_interface("fan")


def test_a_value_from_python_or_toml_reaches_no_template_as_text_of_several_words(deck: Callable[..., str]) -> None:
    assert deck("{{ p.states[1][0] }}", states=[[0], [1]]).splitlines()[-1] == "1"


def test_the_blocks_are_those_of_netlists() -> None:
    assert {"cell", "column", "regulation_amplifier"} <= set(block_names())
    assert "mtj" not in block_names()
