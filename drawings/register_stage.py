"""Drawing of the register stage."""

from drawings.sheet import Sheet, Symbol


def draw(sheet: Sheet) -> None:
    """Draw the two latches, each a gate and an inverter around which a transmission gate closes."""
    sheet.pin((0.4, 6), "d", "left")
    half, half_bar = _latch(sheet, "master", 0, "clock_bar", "clock", (0.4, 6))
    q, q_bar = _latch(sheet, "slave", 17.5, "clock", "clock_bar", half)
    for net, place in (("half", half), ("half_bar", half_bar), ("q_bar", q_bar)):
        sheet.wire(place, (place[0], 9))
        sheet.pin((place[0], 9), net, "up")
    sheet.wire(q, (q[0] + 1, 6))
    sheet.pin((q[0] + 1, 6), "q", "right")


def _latch(
    sheet: Sheet, name: str, x: float, on: str, off: str, source: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Draw a latch that takes its input while ``on`` is high; return places on its output and on the complement."""
    enter = sheet.transmission_gate(f"{name}_pass", (x + 2.8, 6))
    gate = sheet.gate("nand", name, (x + 8.5, 6.5))
    back = sheet.gate("inverter", f"{name}_back", (x + 13, 6.5))
    hold = sheet.transmission_gate(f"{name}_hold", (x + 10, 2.4), "left")
    sheet.wire(source, enter.a)
    sheet.wire(enter.b, gate.b)
    _clock(sheet, enter, on, off)
    _clock(sheet, hold, off, on)
    (sheet.pin if name == "master" else sheet.net)(gate.a, "clear_bar", "left")
    sheet.wire(gate.y, back.a)
    sheet.wire(back.y, (x + 15.5, 6.5))
    sheet.wire((x + 15.5, 6.5), (x + 15.5, 2.4), hold.a)
    sheet.wire(hold.b, (x + 6.1, 2.4), (x + 6.1, 6))
    sheet.wire((x + 15.5, 6.5), (x + 16.4, 6.5), (x + 16.4, 6))
    return (x + 16.4, 6), (x + 10.7, 6.5)


def _clock(sheet: Sheet, gate: Symbol, on: str, off: str) -> None:
    sheet.net(gate.on, on, "down")
    sheet.net(gate.on_bar, off, "up")
