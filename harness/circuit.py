"""A deck seen as its leaf devices: what is in the circuit, where it is connected, what its path is.

Paths and node names are the ones ngspice uses after it has expanded the subcircuits: device ``m.xcolumn.xamp.mtail``,
node ``xcolumn.xamp.tail``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.errors import HarnessError

_TERMINALS = {"m": 4, "c": 2, "r": 2, "v": 2, "i": 2}
MTJ = "mtj"
_MTJ_NAME = re.compile(r"mtj(_\d+)?")  # as DeckBuilder names the junction's subcircuits


@dataclass(frozen=True)
class Device:
    """A leaf: kind is ``m``, ``c``, ``r``, ``v``, ``i``, ``mtj``, or ``x`` for a kit's transistor subcircuit."""

    kind: str
    path: str
    nodes: tuple[str, ...]
    model: str
    values: Mapping[str, str]


@dataclass
class _Subcircuit:
    pins: list[str]
    lines: list[list[str]] = field(default_factory=list)


def leaf_devices(deck: str) -> list[Device]:
    """Expand every subcircuit of a deck and return its leaf devices in netlist order.

    Elements of other kinds come as they are, by their first letter; whoever forbids them looks for them.

    Raises:
        HarnessError: an instance whose node count differs from its subcircuit's.
    """
    subcircuits, top = _parse(deck)
    return list(_expand(top, subcircuits, "", {}))


def _statements(deck: str) -> Iterator[list[str]]:
    """Yield lower-case token lists: continuation lines joined, comments, the title and the control block left out."""
    pending: list[str] = []
    in_control = False
    for line in deck.splitlines()[1:]:
        text = line.split(";")[0].split(" $ ")[0].strip().lower()
        if text.startswith(".control"):
            in_control = True
        if not text or text.startswith("*") or in_control:
            in_control = in_control and not text.startswith(".endc")
            continue
        if text.startswith("+"):
            pending += text[1:].split()
            continue
        if pending:
            yield pending
        pending = text.split()
    if pending:
        yield pending


def _parse(deck: str) -> tuple[dict[str, _Subcircuit], list[list[str]]]:
    subcircuits: dict[str, _Subcircuit] = {}
    top: list[list[str]] = []
    current = top
    for tokens in _statements(deck):
        if tokens[0] == ".subckt":
            pins = [token for token in tokens[2:] if "=" not in token]
            subcircuits[tokens[1]] = _Subcircuit(pins)
            current = subcircuits[tokens[1]].lines
        elif tokens[0] == ".ends":
            current = top
        elif not tokens[0].startswith("."):
            current.append(tokens)
    return subcircuits, top


def _expand(
    lines: list[list[str]], subcircuits: Mapping[str, _Subcircuit], prefix: str, pins: Mapping[str, str]
) -> Iterator[Device]:
    def node(name: str) -> str:
        if name in ("0", "gnd"):
            return "0"
        return pins.get(name, f"{prefix}{name}")

    for tokens in lines:
        name = tokens[0]
        kind = name[0]
        values = dict(token.split("=", 1) for token in tokens[1:] if "=" in token)
        plain = [token for token in tokens[1:] if "=" not in token]
        path = f"{kind}.{prefix}{name}" if prefix else name
        if kind == "x":
            target, nodes = plain[-1], tuple(node(item) for item in plain[:-1])
            inner = subcircuits.get(target)
            if _MTJ_NAME.fullmatch(target) or inner is None:
                yield Device(MTJ if _MTJ_NAME.fullmatch(target) else kind, path, nodes, target, values)
                continue
            if len(nodes) != len(inner.pins):
                raise HarnessError(f"{prefix}{name}: {len(nodes)} nodes for the {len(inner.pins)} pins of {target!r}.")
            yield from _expand(inner.lines, subcircuits, f"{prefix}{name}.", dict(zip(inner.pins, nodes, strict=True)))
        elif kind in _TERMINALS:
            count = _TERMINALS[kind]
            nodes = tuple(node(item) for item in plain[:count])
            yield Device(kind, path, nodes, " ".join(plain[count:]), values)
        else:
            yield Device(kind, path, tuple(plain), "", values)
