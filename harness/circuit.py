"""A deck seen as its leaf devices: what is in the circuit, where it is connected, what its path is.

Paths and node names are the ones ngspice uses after it has expanded the subcircuits: device ``m.xcolumn.xamp.mtail``,
node ``xcolumn.xamp.tail``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from harness.errors import HarnessError

_TERMINALS = {"m": 4, "c": 2, "r": 2, "v": 2, "i": 2}
_WRITTEN = ("m", "c", "r", "x")  # what a flat deck writes from its devices; the rest of the top stays as it is
_FILES = (".lib", ".include")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
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
    header: list[str]
    lines: list[list[str]] = field(default_factory=list)
    directives: list[list[str]] = field(default_factory=list)

    @property
    def pins(self) -> list[str]:
        return [token for token in self.header[2:] if "=" not in token]

    @property
    def defaults(self) -> dict[str, str]:
        return _assignments(self.header[2:])


def leaf_devices(deck: str) -> list[Device]:
    """Expand every subcircuit of a deck and return its leaf devices in netlist order.

    Elements of other kinds come as they are, by their first letter; whoever forbids them looks for them.

    Raises:
        HarnessError: an instance whose node count differs from its subcircuit's.
    """
    subcircuits, top, _ = _parse(deck)
    return list(_expand(top, subcircuits, "", {}))


@dataclass(frozen=True)
class FlatDeck:
    """A deck without hierarchy, whose devices keep the paths and node names that ngspice's own expansion gives them.

    ``defaults`` are the parameters that each kind of junction takes where its instance names none.
    """

    title: str
    directives: tuple[str, ...]
    sources: tuple[str, ...]
    devices: tuple[Device, ...]
    defaults: Mapping[str, Mapping[str, str]]

    def text(
        self, overrides: Mapping[str, Mapping[str, float]] = _NOTHING, parameters: Mapping[str, float] = _NOTHING
    ) -> str:
        """Write the deck.

        ``overrides`` maps a device's path to its parameters (``value`` is a capacitor's or resistor's), ``parameters``
        the names of the deck's own ``.param`` lines to values.

        Raises:
            HarnessError: an override of a device or parameter that is not in the deck.
        """
        directives = list(self.directives)
        for name, value in parameters.items():
            place = next((i for i, line in enumerate(directives) if line.startswith(f".param {name}=")), None)
            if place is None:
                raise HarnessError(f"the deck defines no parameter {name!r}, so no chip can have its own.")
            directives[place] = f".param {name}={value!r}"
        unknown = overrides.keys() - {device.path for device in self.devices}
        if unknown:
            raise HarnessError(f"there is no device {min(unknown)!r} in the circuit; a path is as ngspice expands it.")
        lines = [_line(device, overrides.get(device.path, _NOTHING)) for device in self.devices]
        return "\n".join([self.title, *directives, *self.sources, *lines, ""])


def flatten(deck: str) -> FlatDeck:
    """Expand every subcircuit of a deck but the junctions' and the kit's.

    Raises:
        HarnessError: a subcircuit with parameters, directives or elements that cannot stand in a flat deck.
    """
    subcircuits, top, directives = _parse(deck)
    kept = [" ".join(tokens) if tokens[0] not in _FILES else _verbatim(deck, tokens) for tokens in directives]
    for name, subcircuit in subcircuits.items():
        if _MTJ_NAME.fullmatch(name):
            body = [*subcircuit.directives, *subcircuit.lines]
            kept += [" ".join(tokens) for tokens in [subcircuit.header, *body, [".ends"]]]
        elif subcircuit.directives or subcircuit.defaults:
            raise HarnessError(
                f"subcircuit {name!r} has parameters of its own, so it cannot be written flat; use none."
            )
    sources = [" ".join(tokens) for tokens in top if tokens[0][0] not in _WRITTEN]
    placed = [tokens for tokens in top if tokens[0][0] in _WRITTEN]
    devices = tuple(_expand(placed, subcircuits, "", {}))
    for device in devices:
        if device.kind not in (*_WRITTEN, MTJ):
            raise HarnessError(f"{device.path} is a {device.kind!r}, which a circuit to be varied cannot hold.")
    junctions = {name: subcircuit.defaults for name, subcircuit in subcircuits.items() if _MTJ_NAME.fullmatch(name)}
    title = deck.splitlines()[0]
    return FlatDeck(title, tuple(kept), tuple(sources), devices, junctions)


def _line(device: Device, changes: Mapping[str, float]) -> str:
    name = device.path.partition(".")[2] if device.kind in ("x", MTJ) and "." in device.path else device.path
    values = {**device.values, **{key: repr(value) for key, value in changes.items() if key != "value"}}
    model = repr(changes["value"]) if "value" in changes else device.model
    return " ".join([name, *device.nodes, model, *(f"{key}={text}" for key, text in values.items())])


def _verbatim(deck: str, tokens: list[str]) -> str:
    """Return a directive as it was written: a file's name keeps its case."""
    return next(line.strip() for line in deck.splitlines() if line.strip().lower().split() == tokens)


def _assignments(tokens: Iterable[str]) -> dict[str, str]:
    return {name: text for name, equals, text in (token.partition("=") for token in tokens) if equals}


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


def _parse(deck: str) -> tuple[dict[str, _Subcircuit], list[list[str]], list[list[str]]]:
    """Return the subcircuits, the top's elements, and the top's directives."""
    subcircuits: dict[str, _Subcircuit] = {}
    top = current = _Subcircuit([])
    for tokens in _statements(deck):
        if tokens[0] == ".subckt":
            current = subcircuits[tokens[1]] = _Subcircuit(tokens)
        elif tokens[0] == ".ends":
            current = top
        elif tokens[0].startswith("."):
            current.directives.append(tokens)
        else:
            current.lines.append(tokens)
    return subcircuits, top.lines, top.directives


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
        values = _assignments(tokens[1:])
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
