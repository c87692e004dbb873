"""The report's page of circuits: what each block says of itself, and its drawing where it has one."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.render import block_interface, block_names
from harness.technology import PROJECT

DRAWINGS = PROJECT / "docs" / "circuits"


@dataclass(frozen=True)
class Circuit:
    """A block of netlists/ as the page shows it; ``drawing`` is the name of its file, or empty."""

    name: str
    summary: str
    how: str
    pins: Mapping[str, str]
    drawing: str


def copy_drawings(target: Path) -> list[Circuit]:
    """Copy every drawing and return all blocks, those with a drawing first.

    Raises:
        HarnessError: a block whose front matter cannot be read.
    """
    target.mkdir(parents=True, exist_ok=True)
    circuits = []
    for name in block_names():
        interface, path = block_interface(name), DRAWINGS / f"{name}.svg"
        if path.is_file():
            shutil.copyfile(path, target / path.name)
        drawing = path.name if path.is_file() else ""
        circuits.append(Circuit(name, interface.summary, interface.how, interface.pins, drawing))
    return sorted(circuits, key=lambda circuit: not circuit.drawing)
