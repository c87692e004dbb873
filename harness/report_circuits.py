"""The report's page of circuits: what each block says of itself, and its drawing where it has one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.render import block_interface, block_names
from harness.report_scripts import Picture, write_picture
from harness.technology import PROJECT

DRAWINGS = PROJECT / "docs" / "circuits"


@dataclass(frozen=True)
class Circuit:
    """A block of netlists/ as the page shows it; ``drawing`` is None where it has none."""

    name: str
    summary: str
    how: str
    pins: Mapping[str, str]
    drawing: Picture | None


def write_drawings(target: Path) -> list[Circuit]:
    """Write every drawing for the page and return all blocks, those with a drawing first.

    Raises:
        HarnessError: a block whose front matter cannot be read, or a drawing that is no SVG.
    """
    circuits = []
    for name in block_names():
        interface, path = block_interface(name), DRAWINGS / f"{name}.svg"
        drawing = write_picture(path, target) if path.is_file() else None
        circuits.append(Circuit(name, interface.summary, interface.how, interface.pins, drawing))
    return sorted(circuits, key=lambda circuit: circuit.drawing is None)
