"""The documentation: every command it shows, and the examples that a reader is told to copy."""

import importlib.util
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from harness.cli import app
from harness.job import prepare
from harness.registry import all_testbenches
from harness.render import block_names
from harness.store import Store
from harness.testbench import Testbench

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"


def shown_commands() -> list[str]:
    """Return every line of the console blocks, without its prompt, and the README's commands."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))]
    blocks = [
        block for text in texts for block in re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ]
    readme = re.findall(
        r"^    ((?:make|\.venv/bin/spintegrate) .*)$", (PROJECT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()] + readme


def example(name: str) -> ModuleType:
    """Import a module of docs/examples."""
    spec = importlib.util.spec_from_file_location(name, DOCS / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLES = ("threshold4", "switching_threshold", "overshoot")


def benches() -> dict[str, Testbench]:
    """Return the testbenches, with the examples'."""
    return all_testbenches() | {name: example(name).TESTBENCH for name in EXAMPLES}


@pytest.mark.parametrize("command", shown_commands())
def test_a_command_that_is_shown_exists(command: str) -> None:
    program, *words = shlex.split(command, comments=True)
    variables = dict(word.split("=", 1) for word in words if re.match(r"[A-Z]+=", word))
    if program == "make":
        targets = re.findall(r"^([a-z_-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        (target,) = [word for word in words if "=" not in word]
        assert target in targets or target in benches()
        assignments = dict(word.split("=", 1) for word in variables.get("SET", "").split())
        if assignments.get("TECHNOLOGY") != "mine":  # the reader's own
            assert not assignments or benches()[target].settings(assignments)
        assert variables.get("TB", "threshold4") in benches()
    elif program.endswith("spintegrate"):
        answer = CliRunner().invoke(app, [*words, "--help"])
        assert answer.exit_code == 0, answer.output
    else:
        assert program == "cp"
        *sources, target = [PROJECT / word for word in words if word != "-r"]
        assert sources and all(source.exists() for source in sources) and target.parent.exists()


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
