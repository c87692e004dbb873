"""Circuit drawings: one module a block of netlists/, whose ``draw`` puts it on a sheet; a test holds it to its netlist.

A module may say with PARAMETERS for which of the block's parameters it is drawn.
"""

import importlib
import pkgutil
from types import ModuleType

from drawings.sheet import Sheet
from harness.render import Value

_OTHERS = ("__main__", "connections", "logic", "sheet")


def drawn_blocks() -> list[str]:
    """Return the blocks that have a drawing, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _OTHERS)


def parameters_of(block: str) -> dict[str, Value]:
    """Return the parameters for which a block is drawn."""
    parameters: dict[str, Value] = getattr(_module(block), "PARAMETERS", {})
    return parameters


def sheet_of(block: str) -> Sheet:
    """Draw a block."""
    sheet = Sheet()
    _module(block).draw(sheet)
    return sheet


def _module(block: str) -> ModuleType:
    return importlib.import_module(f"drawings.{block}")
