"""The documentation: every command it shows, and the examples that a reader is told to copy."""

import importlib.util
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.core import TyperCommand
from typer.testing import CliRunner

from harness.arguments import parse_assignments
from harness.cli import app
from harness.errors import HarnessError
from harness.job import prepare
from harness.registry import all_testbenches
from harness.render import block_names
from harness.store import Store
from harness.testbench import Testbench, conditions

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"


def shown_on_the_pages() -> list[str]:
    """Return every line of the console blocks, without its prompt."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))]
    blocks = [
        block for text in texts for block in re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ]
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


def shown_in_the_readme() -> list[str]:
    """Return the README's commands."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^    ((?:make|\.venv/bin/spintegrate) .*)$", text, re.MULTILINE)


def example(name: str) -> ModuleType:
    """Import a module of docs/examples."""
    spec = importlib.util.spec_from_file_location(name, DOCS / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLES = ("threshold4", "switching_threshold", "overshoot")


@cache
def benches() -> dict[str, Testbench]:
    """Return the testbenches, with the examples'."""
    return all_testbenches() | {name: example(name).TESTBENCH for name in EXAMPLES}


def check_settings(names: Iterable[str], settings: Iterable[str]) -> None:
    """Fail where a testbench is none, or does not take one of these settings."""
    assignments = {
        name: value for name, value in parse_assignments(settings).items() if value != "mine"
    }  # the reader's
    for name in names:
        assert name in benches()
        conditions(benches()[name].settings(assignments))


def check_make(words: Sequence[str]) -> None:
    """Fail where make has no such target or variable, or a variable's value is refused."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    variables = dict(word.split("=", 1) for word in words if "=" in word)
    assert [name for name in variables if f"$({name})" not in makefile] == []
    (target,) = [word for word in words if "=" not in word]
    own = [] if target in re.findall(r"^([a-z_-]+):", makefile, re.MULTILINE) else [target]
    named = [name for variable in ("TB", "BENCH") for name in variables.get(variable, "").split()]
    check_settings(own + named, [variables.get("SET", "")])


def check_spintegrate(words: Sequence[str]) -> None:
    """Fail where the program does not understand these words, which it reads without doing anything."""
    read: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TyperCommand, "invoke", lambda _, context: read.update(context.params))
        answer = CliRunner().invoke(app, list(words))
    assert answer.exit_code == 0, answer.output
    names = [read["name"]] if "name" in read else read.get("names") or []
    check_settings(names, read.get("settings") or [])
    if "case" in read:
        assert read["case"] in [case.id for case in benches()[read["name"]].cases(benches()[read["name"]].settings({}))]


def check_command(command: str) -> None:
    """Fail where a command cannot be given as it is shown."""
    program, *words = shlex.split(command, comments=True)
    if program == "make":
        check_make(words)
    elif program.endswith("spintegrate"):
        check_spintegrate(words)
    else:
        assert program == "cp"
        *sources, target = [PROJECT / word for word in words if word != "-r"]
        assert sources and all(source.exists() for source in sources) and target.parent.exists()


def test_pages_and_readme_show_commands() -> None:
    assert shown_on_the_pages() and shown_in_the_readme()


@pytest.mark.parametrize("command", [*shown_on_the_pages(), *shown_in_the_readme()])
def test_a_command_that_is_shown_exists(command: str) -> None:
    check_command(command)


@pytest.mark.parametrize(
    "command",
    [
        "make nosuch",
        "make mc BENCH=nosuch",
        "make golden TB=nosuch",
        "make mc BENCHES=neuron",
        "make fig09d SET=NOSUCH=1",
        "make fig09d SET=integrator.nosuch.c=3p",
        ".venv/bin/spintegrate nosuch",
        ".venv/bin/spintegrate list --nosuch",
        ".venv/bin/spintegrate mc show fig08e",
        ".venv/bin/spintegrate mc show nosuch 137",
        ".venv/bin/spintegrate export fig09d nosuch waves/",
        ".venv/bin/spintegrate export fig09d nominal waves/ --set NOSUCH=1",
        "cp docs/examples/nosuch.py testbenches/",
    ],
)
def test_a_command_that_does_not_exist_is_noticed(command: str) -> None:
    with pytest.raises((AssertionError, HarnessError)):
        check_command(command)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of_a_testbench_renders_its_decks_in_place(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = example(name).TESTBENCH
    assert bench.name == name  # the file's, so that it is a target
    for template in (DOCS / "examples").glob("*.cir.j2"):
        (tmp_path / template.name).write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    if (tmp_path / f"{name}.cir.j2").is_file():
        monkeypatch.setattr("harness.job.TESTBENCHES", tmp_path)
    for case in bench.cases(bench.settings({})):
        assert prepare(bench, case, Store(tmp_path / "runs")).circuit


def test_the_example_of_a_measurement_passes_its_own_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "testbenches.overshoot", example("overshoot"))
    tests = [test for name, test in vars(example("test_overshoot")).items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()


def test_every_block_that_the_pages_show_has_its_drawing() -> None:
    shown = re.findall(r"^```\{block\} (\w+)$", (DOCS / "circuits.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert shown and set(shown) <= set(block_names())
    assert sorted(shown) == sorted(path.stem for path in (DOCS / "circuits").glob("*.svg"))
