"""Rows of gates, for the drawings of blocks that are logic."""

from collections.abc import Container

from drawings.connections import Place
from drawings.sheet import Sheet, Side, Symbol

STEP = 5.2  # from gate to gate of a row, with room for a name


def row(
    sheet: Sheet,
    pins: Container[str],
    at: Place,
    *gates: tuple[str | None, ...],
    to: Place | None = None,
    step: float = STEP,
) -> list[Symbol]:
    """Draw gates one behind the other and return them; ``at`` has the x of the first and the y of its input a.

    A gate is its name, its kind, and the nets of its inputs: "" for the output of the gate before, None for one that
    the caller joins. The last output is named as the gate, or goes on ``to`` a place.

    Args:
        sheet: what is drawn on.
        pins: the block's pins; a net among them is drawn as a pin where it first comes up.
        at: where the row starts.
        gates: from left to right.
        to: where the last output ends.
        step: from gate to gate.
    """
    drawn: list[Symbol] = []
    (x, y), last = at, ""
    for gate, kind, *inputs in gates:
        last = str(gate)
        height = y if len(inputs) == 1 else y + 0.5 if drawn and inputs[0] else y - 0.5
        symbol = sheet.gate(str(kind), last, (x, height))
        for terminal, net in zip("ab", inputs, strict=False):
            if net:
                label(sheet, pins, symbol[terminal], net, "left")
            elif net is not None:
                sheet.wire(drawn[-1].y, symbol[terminal])
        drawn.append(symbol)
        x, y = x + step, symbol.y.y
    if to:
        sheet.wire(drawn[-1].y, to)
    else:
        label(sheet, pins, drawn[-1].y, last, "right")
    return drawn


def label(sheet: Sheet, pins: Container[str], place: Place, net: str, side: Side) -> None:
    """Name a net: as a pin the first time that a pin of the block comes up."""
    first = net in pins and net not in (known for known, _ in sheet.names)
    (sheet.pin if first else sheet.net)(place, net, side)
