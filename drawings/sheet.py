"""A sheet on which a block is drawn: symbols at points of a grid, joined by wires.

Conventions of the drawings: a transistor's arrow is at its source; a heavy gate is thick oxide. Not drawn are wiring
capacitances, back gates that stand on vss (NMOS) or the supply (PMOS), and those pins of a block inside that are on the
net of their own name.
"""

import re
from collections.abc import Sequence
from typing import Literal

import schemdraw
from schemdraw import logic
from schemdraw.elements import Element, Ground
from schemdraw.segments import Segment, SegmentCircle, SegmentPoly, SegmentText
from schemdraw.util import Point

from drawings.connections import Connections, Place, key

Side = Literal["up", "down", "left", "right"]
_Align = tuple[Literal["left", "center", "right"], Literal["top", "center", "bottom"]]

DIRECTIONS: dict[Side, Point] = {
    "up": Point((0, 1)),
    "down": Point((0, -1)),
    "left": Point((-1, 0)),
    "right": Point((1, 0)),
}
_ALIGN: dict[Side, _Align] = {
    "up": ("center", "bottom"),
    "down": ("center", "top"),
    "left": ("right", "center"),
    "right": ("left", "center"),
}
BLACK, PIN, INNER = "black", "#0b4f9c", "#666666"
THIN, THICK = 1.2, 3.2
SMALL, NORMAL = 8.0, 9.0
_POINTS_PER_UNIT = 72 * 0.3


class Symbol:
    """A device or block on the sheet: where its terminals are, by name: ``tail.drain`` or ``cell["bl"]``."""

    def __init__(self, terminals: dict[str, Point]) -> None:
        self._terminals = terminals

    def __getattr__(self, terminal: str) -> Point:
        return self._terminals[terminal]

    def __getitem__(self, terminal: str) -> Point:
        return self._terminals[terminal]


class Sheet(Connections):
    """What a block's ``draw`` draws on.

    Attributes:
        oxide: thick or not, by transistor.
        kinds: ``nmos``, ``pmos``, or the block's name, by instance.
    """

    def __init__(self) -> None:
        super().__init__()
        schemdraw.use("svg")
        self.oxide: dict[str, bool] = {}
        self.kinds: dict[str, str] = {}
        self._drawing = schemdraw.Drawing(show=False)
        self._drawing.config(
            inches_per_unit=_POINTS_PER_UNIT / 72, fontsize=NORMAL, lw=THIN, bgcolor="white", margin=0.3
        )

    def nmos(
        self,
        name: str,
        at: Place,
        gate: Side = "left",
        drain: Side = "up",
        thick: bool = False,
        label: Side | None = None,
    ) -> Symbol:
        """Draw an NMOS with its channel around ``at``; terminals drain, gate, source, each one unit away."""
        return self._transistor("nmos", name, at, gate, drain, thick, label)

    def pmos(
        self, name: str, at: Place, gate: Side = "left", drain: Side = "down", thick: bool = False,
        label: Side | None = None,
    ) -> Symbol:  # fmt: skip
        """Draw a PMOS; as ``nmos``."""
        return self._transistor("pmos", name, at, gate, drain, thick, label)

    def pass_gate(
        self, nmos: str, pmos: str, at: Place, drain: Side, thick: bool = False
    ) -> tuple[Symbol, Symbol]:  # fmt: skip
        """Draw an NMOS above a PMOS, channels joined one unit left and right of ``at``; return both."""
        x, y = at
        low = self.nmos(nmos, (x, y + 1), "up", drain, thick)
        high = self.pmos(pmos, (x, y - 1), "down", drain, thick)
        self.wire(low.drain, high.drain)
        self.wire(low.source, high.source)
        return low, high

    def complementary(
        self, nmos: str, pmos: str, at: Place, supply: str = "vdd", thick: bool = False
    ) -> tuple[Point, Point]:  # fmt: skip
        """Draw an inverter of an NMOS under a PMOS, between ground and supply; return its input and its output.

        These are one unit left of ``at``, and ``at``.
        """
        x, y = at
        high = self.pmos(pmos, (x, y + 1.4), thick=thick)
        low = self.nmos(nmos, (x, y - 1.4), thick=thick)
        self.supply(high.source, supply)
        self.ground(low.source)
        self.wire(high.gate, low.gate)
        self.wire(high.drain, low.drain)
        return Point((x - 1, y)), Point((x, y))

    def _transistor(
        self, kind: str, name: str, at: Place, gate: Side, drain: Side, thick: bool, label: Side | None
    ) -> Symbol:
        centre, along, across = Point(at), DIRECTIONS[drain], DIRECTIONS[gate]

        def place(a: float, b: float) -> Point:
            return Point((centre.x + along.x * a + across.x * b, centre.y + along.y * a + across.y * b))

        inward = kind == "pmos"
        arrow = [place(-0.42, 0.0), place(-0.42, 0.36)] if inward else [place(-0.42, 0.36), place(-0.42, 0.0)]
        self._add(
            Segment([place(1, 0), place(0.42, 0), place(0.42, 0.36)]),
            Segment([place(-1, 0), place(-0.42, 0)]),
            Segment(arrow, arrow="->", arrowlength=0.22, arrowwidth=0.18),
            Segment([place(0.6, 0.36), place(-0.6, 0.36)], lw=1.8),
            Segment([place(0.5, 0.54), place(-0.5, 0.54)], lw=THICK if thick else 1.4),
            Segment([place(0, 0.54), place(0, 1)]),
        )
        side = label or _opposite(gate)
        gap = 0.13 if side == _opposite(gate) else 0.68
        text = name if len(name) <= 18 else name.replace("_", "_\n", 1)
        self._text(text, centre + DIRECTIONS[side] * gap, side)
        self.oxide[f"M{name}"] = thick
        self.kinds[f"M{name}"] = kind
        return self._symbol(f"M{name}", drain=place(1, 0), gate=place(0, 1), source=place(-1, 0))

    def cap(self, name: str, at: Place, plus: Side = "up", label: Side | None = None) -> Symbol:
        """Draw a capacitor; terminals plus, minus, each one unit from ``at``."""
        centre, along = Point(at), DIRECTIONS[plus]
        across = Point((-along.y, along.x))
        ends = {}
        for terminal, sign in (("plus", 1), ("minus", -1)):
            plate = centre + along * (0.14 * sign)
            self._add(
                Segment([centre + along * sign, plate]), Segment([plate - across * 0.5, plate + across * 0.5], lw=1.8)
            )
            ends[terminal] = centre + along * sign
        side: Side = label or ("right" if plus in ("up", "down") else "up")
        self._text(name, centre + DIRECTIONS[side] * 0.62, side)
        return self._symbol(f"C{name}", **ends)

    def resistor(self, name: str, at: Place, plus: Side = "left") -> Symbol:
        """Draw a resistor; terminals plus, minus, each one unit from ``at``."""
        centre, along = Point(at), DIRECTIONS[plus]
        across = Point((-along.y, along.x)) * 0.22
        steps = [-0.42, *(-0.35 + 0.14 * step for step in range(6)), 0.42]
        signs = [0, 1, -1, 1, -1, 1, -1, 0]
        zigzag = [centre - along * step + across * sign for step, sign in zip(steps, signs, strict=True)]
        self._add(Segment([centre + along, *zigzag, centre - along]))
        side: Side = "right" if plus in ("up", "down") else "up"
        self._text(name, centre + DIRECTIONS[side] * 0.4, side)
        return self._symbol(f"R{name}", plus=centre + along, minus=centre - along)

    def mtj(self, name: str, at: Place) -> Symbol:
        """Draw a junction; terminals free (one unit up, the open layer) and pinned (down, the filled one)."""
        x, y = at

        def layer(low: float, high: float, fill: str) -> SegmentPoly:
            corners = [(x - 0.45, y + low), (x + 0.45, y + low), (x + 0.45, y + high), (x - 0.45, y + high)]
            return SegmentPoly(corners, fill=fill)

        self._add(
            Segment([(x, y + 1), (x, y + 0.36)]), layer(0.06, 0.36, "white"), layer(-0.06, 0.06, "#bbbbbb"),
            layer(-0.36, -0.06, "#555555"), Segment([(x, y - 0.36), (x, y - 1)]),
        )  # fmt: skip
        self._text(name, Point((x + 0.6, y)), "right")
        return self._symbol(f"X{name}", free=Point((x, y + 1)), pinned=Point((x, y - 1)))

    def gate(self, kind: str, name: str, at: Place, flow: Side = "right") -> Symbol:
        """Draw a block that is a logic gate (inverter, nand, nor), its output leaving towards ``flow``.

        The middle of the gate is at ``at``. Terminals are a, b (not of an inverter) and y, 1.5 units from it; of two
        inputs a is 0.5 above, b 0.5 below.
        """
        centre, along = Point(at), DIRECTIONS[flow]
        ends = {"y": centre + along * 1.5}
        if kind == "inverter":
            tip, back = centre + along * 0.45, centre - along * 0.5
            self._add(SegmentPoly([back + Point((0, 0.5)), back - Point((0, 0.5)), tip], closed=True))
            self._add(SegmentCircle(tip + along * 0.12, 0.12), Segment([tip + along * 0.24, ends["y"]]))
            ends["a"] = centre - along * 1.5
            self._add(Segment([ends["a"], back]))
        else:
            element = logic.Nand() if kind == "nand" else logic.Nor()
            half = element.anchors["out"][0] / 2
            self._drawing.add(element.at(centre - along * half).theta(0 if flow == "right" else 180))
            self._add(Segment([centre + along * half, ends["y"]]))
            for pin, sign in (("a", 1), ("b", -1)):  # a is the upper input in both directions
                near = Point((centre.x - along.x * half, centre.y + 0.25 * sign))
                ends[pin] = Point((centre.x - along.x * 1.5, centre.y + 0.5 * sign))
                bend = centre.x - along.x * 1.2
                self._add(Segment([near, (bend, near.y), (bend, ends[pin].y), ends[pin]]))
        self._text(name, centre - Point((0, 0.62 if kind == "inverter" else 0.82)), "down")
        self.kinds[f"X{name}"] = kind
        return self._symbol(f"X{name}", **ends)

    def transmission_gate(self, name: str, at: Place, flow: Side = "right") -> Symbol:
        """Draw a block that is a transmission gate, from a to b towards ``flow``.

        Terminals are a and b, 1.5 units from the middle, on_bar above (at the circle) and on below, 1.2 units from it.
        """
        centre, along = Point(at), DIRECTIONS[flow]
        ends = {
            "a": centre - along * 1.5,
            "b": centre + along * 1.5,
            "on_bar": centre + Point((0, 1.2)),
            "on": centre - Point((0, 1.2)),
        }
        for side in (-0.7, 0.7):
            base = centre + Point((side, 0))
            self._add(
                SegmentPoly([base + Point((0, 0.45)), base - Point((0, 0.45)), centre]),
                Segment([base, centre + Point((side / 0.7 * 1.5, 0))]),
            )
        self._add(
            SegmentCircle(centre + Point((0, 0.14)), 0.13, fill="white"),
            Segment([centre + Point((0, 0.27)), ends["on_bar"]]),
            Segment([centre, ends["on"]]),
        )
        self._text(name, centre + Point((0.3, -0.8)), "right")
        self.kinds[f"X{name}"] = "transmission_gate"
        return self._symbol(f"X{name}", **ends)

    def amplifier(self, name: str, block: str, at: Place, plus: Side = "up", size: float = 3) -> Symbol:
        """Draw a block with the pins plus, minus and out as a triangle whose left edge has its middle at ``at``.

        ``plus`` says whether the non-inverting input is the upper one. Inputs are one unit above and below the middle
        and one unit left of the edge.
        """
        x, y = at
        self._add(SegmentPoly([(x, y + size * 0.6), (x, y - size * 0.6), (x + size, y)]))
        sign = 1 if plus == "up" else -1
        ends = {"plus": Point((x - 1, y + sign)), "minus": Point((x - 1, y - sign)), "out": Point((x + size + 1, y))}
        for pin, mark in (("plus", "+"), ("minus", "–")):
            self._add(Segment([ends[pin], ends[pin] + Point((1, 0))]))
            self._text(mark, ends[pin] + Point((1.15, 0)), "right", size=NORMAL + 2)
        self._add(Segment([Point((x + size, y)), ends["out"]]))
        self._text(name, Point((x + size * 0.36, y)), "up", size=SMALL, middle=True)
        self.kinds[f"X{name}"] = block
        return self._symbol(f"X{name}", **ends)

    def block(
        self, name: str, block: str, at: Place, size: Place,
        left: Sequence[str] = (), right: Sequence[str] = (), up: Sequence[str] = (), down: Sequence[str] = (),
    ) -> Symbol:  # fmt: skip
        """Draw a block as a box with its lower left corner at ``at`` and some of its pins, evenly along its sides.

        A pin written "" leaves a place free. Pins reach one unit out; left and right ones go from top to bottom.
        """
        (x, y), (width, height) = at, size
        self._add(SegmentPoly([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], fill="#f6f6f6"))
        ends: dict[str, Point] = {}
        rows: tuple[tuple[Side, Sequence[str]], ...] = (("left", left), ("right", right), ("up", up), ("down", down))
        for side, pins in rows:
            for index, pin in enumerate(pins):
                if not pin:
                    continue
                share = (index + 0.5) / len(pins)
                edge = {
                    "left": Point((x, y + height * (1 - share))),
                    "right": Point((x + width, y + height * (1 - share))),
                    "up": Point((x + width * share, y + height)),
                    "down": Point((x + width * share, y)),
                }[side]
                ends[pin] = edge + DIRECTIONS[side]
                self._add(Segment([edge, ends[pin]]))
                self._text(pin, edge - DIRECTIONS[side] * 0.12, _opposite(side), size=SMALL - 1, color=INNER)
        middle = Point((x + width / 2, y + height / 2))
        lift = Point((0, 0 if name == block else 0.28))
        self._text(name, middle + lift, "up", middle=True)
        if name != block:
            self._text(block, middle - lift, "up", size=SMALL - 1, color=INNER, middle=True)
        self.kinds[f"X{name}"] = block
        return self._symbol(f"X{name}", **ends)

    def wire(self, *points: Point | Place) -> None:
        """Join points by straight pieces; two that are not in line by a horizontal piece, then a vertical one."""
        places = [Point(point) for point in points]
        for start, end in zip(places, places[1:], strict=False):
            corner = Point((end.x, start.y))
            for piece in ((start, corner), (corner, end)):
                if key(piece[0]) != key(piece[1]):
                    self.wires.append(piece)
                    self._add(Segment(list(piece)))

    def rise(self, *points: Point | Place) -> None:
        """Join points as ``wire`` does, by a vertical piece first."""
        for start, end in zip(points, points[1:], strict=False):
            self.wire(end, start)

    def pin(self, point: Point | Place, net: str, side: Side) -> None:
        """End a net at a pin of the block: a small circle and the pin's name."""
        place = Point(point)
        self.names.append((net, place))
        self._add(SegmentCircle(place, 0.11, fill="white", color=PIN, zorder=5))
        self._text(net, place + DIRECTIONS[side] * 0.24, side, color=PIN, size=NORMAL)

    def net(self, point: Point | Place, net: str, side: Side) -> None:
        """Write the name of a net at a point of it, mostly one that goes on elsewhere."""
        place = Point(point)
        self.names.append((net, place))
        self._text(net, place + DIRECTIONS[side] * 0.14, side, color=INNER)

    def rail(self, net: str, start: Place, end: float) -> None:
        """Draw a supply or ground line from ``start`` to the x ``end``, with its name at the left."""
        self.wires.append((Point(start), Point((end, start[1]))))
        self._add(Segment([start, (end, start[1])], lw=2.2))
        self.names.append((net, Point(start)))
        self._text(net, Point(start) + DIRECTIONS["left"] * 0.2, "left", color=PIN, size=NORMAL)

    def supply(self, point: Point | Place, net: str) -> None:
        """End a net at a supply: a bar with its name above."""
        place = Point(point)
        self.names.append((net, place))
        self._add(Segment([place - Point((0.4, 0)), place + Point((0.4, 0))], lw=2.2))
        self._text(net, place + Point((0, 0.1)), "up", color=PIN)

    def ground(self, point: Point | Place, net: str = "vss") -> None:
        """End a net at ground, which is the pin vss."""
        self.names.append((net, Point(point)))
        self._drawing.add(Ground().at(point).theta(0))

    def note(self, text: str, at: Place) -> None:
        """Write a remark, its upper left corner at ``at``."""
        self._text(text, Point(at), "right", color=INNER, top=True)

    def svg(self) -> bytes:
        """Return the drawing, with a dot wherever three or more ends meet; its numbers rounded, the same everywhere."""
        for place in self.junctions():
            self._add(SegmentCircle(place, 0.085, fill="black", zorder=4))
        text = self._drawing.get_imagedata("svg").decode()
        return (
            re.sub(r"-?\d+\.\d{3,}(e-\d+)?", lambda match: f"{round(float(match[0]), 2) + 0.0:g}", text).encode()
            + b"\n"
        )

    def _symbol(self, instance: str, **terminals: Point) -> Symbol:
        if any(known == instance for known, _ in self.terminals):
            raise ValueError(f"{instance} is drawn twice; an instance has one name.")
        self.terminals |= {(instance, terminal): place for terminal, place in terminals.items()}
        return Symbol(terminals)

    def _add(self, *segments: Segment | SegmentCircle | SegmentPoly | SegmentText) -> None:
        element = Element()
        element.segments.extend(segments)
        self._drawing.add(element.at((0, 0)).theta(0))

    def _text(
        self, text: str, place: Point, side: Side, color: str = BLACK, size: float = SMALL, middle: bool = False,
        top: bool = False,
    ) -> None:  # fmt: skip
        align: _Align = ("center", "center") if middle else (_ALIGN[side][0], "top") if top else _ALIGN[side]
        # The width in a wide font, so that no viewer's font puts text beyond the edge.
        width = max(len(line) for line in text.splitlines()) * size * 0.64 / _POINTS_PER_UNIT
        left = place.x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[align[0]]
        box = Segment([(left, place.y), (left + width, place.y)], visible=False)
        self._add(SegmentText(place, text, align=align, fontsize=size, color=color), box)


def _opposite(side: Side) -> Side:
    opposites: dict[Side, Side] = {"up": "down", "down": "up", "left": "right", "right": "left"}
    return opposites[side]
