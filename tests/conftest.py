"""What several test files share: silicon, a short simulation, a technology in the form of a kit."""

import importlib.util
import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harness.analysis import Analysis, complete_deck
from harness.mtj import load_mtj_set
from harness.ngspice import DECK_NAME, RunOutcome, ngspice_program, ngspice_version, run_deck
from harness.quantities import parse_quantity
from harness.render import Conditions, block_interface
from harness.technology import SEARCH_VARIABLE, TECHNOLOGIES, load_technology

TESTS = Path(__file__).parent
Simulate = Callable[[str, Analysis], pd.DataFrame]
Run = Callable[[str, Analysis], RunOutcome]


@pytest.fixture
def silicon() -> Conditions:
    """Nominal fdsoi28 with the 10k/20k junctions."""
    return Conditions(load_technology("fdsoi28"), load_mtj_set("10k20k"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a netlist through the project's own engine; every call in a folder of its own."""

    def start(circuit: str, analysis: Analysis, timeout_s: float = 60.0) -> RunOutcome:
        folder = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / DECK_NAME).write_text(complete_deck(circuit, analysis), encoding="utf-8")
        return run_deck(folder, analysis, timeout_s)

    return start


@pytest.fixture
def simulate(run: Run) -> Simulate:
    """Run a netlist that must work; return all nodes, index the scale, SI."""

    def answer(circuit: str, analysis: Analysis) -> pd.DataFrame:
        outcome = run(circuit, analysis)
        assert outcome.failure is None, outcome.failure
        assert outcome.frame is not None
        return outcome.frame

    return answer


@pytest.fixture
def fresh_ngspice_lookup() -> Any:
    """Forget which ngspice was found, before a test that changes the PATH and after it."""
    for cached in (ngspice_program, ngspice_version):
        cached.cache_clear()
    yield
    for cached in (ngspice_program, ngspice_version):
        cached.cache_clear()


def block_values(block: str, bits: int | None = None) -> dict[str, Any]:
    """Return parameters with which a block renders alone: its defaults, its state tables as long as ``bits``."""
    defaults = {name: default for name, (default, _) in block_interface(block).parameters.items()}
    if bits is None or "bits" not in defaults:
        return {}
    tables = {
        name: [value[min(bit, len(value) - 1)] for bit in range(bits)]
        for name, value in defaults.items()
        if isinstance(value, list) and len(value) == defaults["bits"]
    }
    return {"bits": bits, **tables}


@pytest.fixture(name="block_values")
def block_values_function() -> Callable[..., dict[str, Any]]:
    """Give test files the function above; they cannot import this one."""
    return block_values


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of technologies outside the project, with toy180 in it."""
    folder = tmp_path_factory.mktemp("technologies")
    shutil.copytree(TESTS / "toy_technologies" / "toy180", folder / "toy180")
    sizes = tomllib.loads((TECHNOLOGIES / "fdsoi28" / "sizing.toml").read_text(encoding="utf-8"))
    (folder / "toy180" / "sizing.toml").write_text(_to_toml(_scaled(sizes)), encoding="utf-8")
    return folder


@pytest.fixture
def toy(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Conditions:
    """Silicon of the toy technology, found by the search path."""
    monkeypatch.setenv(SEARCH_VARIABLE, str(toy_folder))
    return Conditions(load_technology("toy180"), load_mtj_set("10k20k"))


def _scaled(table: Mapping[str, Any]) -> dict[str, Any]:
    """Make 30 nm 180 nm and 1.0 V 1.8 V: gates six times as long and wide, everything else as it is."""
    scaled: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            scaled[name] = _scaled(value)
        elif name in ("w", "l"):
            scaled[name] = 6 * parse_quantity(value)
        else:
            scaled[name] = value
    return scaled


def _to_toml(table: Mapping[str, Any], path: str = "") -> str:
    """Write nested tables of texts and numbers."""
    lines = [f"{name} = {value!r}" for name, value in table.items() if not isinstance(value, Mapping)]
    lines = [f"[{path}]", *lines] if path and lines else lines
    for name, value in table.items():
        if isinstance(value, Mapping):
            lines.append(_to_toml(value, f"{path}.{name}" if path else name))
    return "\n".join(lines)


@pytest.fixture(scope="session")
def small() -> Any:
    """The module of small circuits to run studies on, tests/studies/small.py."""
    path = TESTS / "studies" / "small.py"
    spec = importlib.util.spec_from_file_location("small_studies", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["small_studies"] = module
    spec.loader.exec_module(module)
    return module
