"""What a drawing connects, read back from its geometry, so that it can be compared with a netlist.

As on paper: what touches is connected. The end of a wire or a terminal that lies on a wire joins it, wires that only
cross do not, and a net may go on elsewhere under its name.
"""

from collections.abc import Iterable

from schemdraw.util import Point

Place = tuple[float, float]


class Connections:
    """Terminals, wires and names of nets, each with its place.

    Attributes:
        terminals: place of each terminal drawn, by instance name as in the netlist (``Mtail``) and terminal.
        wires: straight pieces, horizontal or vertical, each with its two ends.
        names: net names, each with its place.
    """

    def __init__(self) -> None:
        self.terminals: dict[tuple[str, str], Point] = {}
        self.wires: list[tuple[Point, Point]] = []
        self.names: list[tuple[str, Point]] = []

    def nets(self) -> list[set[tuple[str, str]]]:
        """Return what the drawing connects: sets of (instance, terminal), and of ("", name) for a net's name."""
        places = [*self.terminals.values(), *(end for wire in self.wires for end in wire)]
        places += [place for _, place in self.names]
        parent = {key(place): key(place) for place in places}

        def find(place: tuple[float, float]) -> tuple[float, float]:
            while parent[place] != place:
                place = parent[place]
            return place

        for start, end in self.wires:
            for place in parent:
                if on_wire(place, key(start), key(end)):
                    parent[find(place)] = find(key(start))
        found: dict[str | tuple[float, float], set[tuple[str, str]]] = {}
        known = [(terminal, place) for terminal, place in self.terminals.items()]
        named: dict[tuple[float, float], str] = {}
        for name, place in self.names:
            named[find(key(place))] = name
            known.append((("", name), place))
        for terminal, place in known:
            root = find(key(place))
            found.setdefault(named.get(root, root), set()).add(terminal)
        return list(found.values())

    def junctions(self) -> list[tuple[float, float]]:
        """Return the places where three or more ends meet."""
        ends = [key(end) for wire in self.wires for end in wire] + [key(place) for place in self.terminals.values()]
        through = [(key(start), key(end)) for start, end in self.wires]
        junctions = []
        for place in dict.fromkeys(ends):
            inside = sum(on_wire(place, *wire) and place not in wire for wire in through)
            if ends.count(place) + 2 * inside >= 3:
                junctions.append(place)
        return junctions


def key(place: Iterable[float]) -> tuple[float, float]:
    """Return a place as numbers that are equal where two places are."""
    x, y = place
    return round(x, 3) + 0.0, round(y, 3) + 0.0


def on_wire(place: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> bool:
    """Say whether a place lies on a horizontal or vertical piece, its ends among it."""
    return all(min(a, b) <= p <= max(a, b) for p, a, b in zip(place, start, end, strict=True))
