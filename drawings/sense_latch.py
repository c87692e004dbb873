"""Drawing of the sense latch."""

from drawings.sheet import Sheet, Side, Symbol


def draw(sheet: Sheet) -> None:
    """Draw the latch with its precharge in the middle, equalization at the left, the outputs at the right."""
    sheet.rail("vdd", (0.5, 14), 54)
    sheet.rail("vss", (0.5, 0), 54)
    _equalization(sheet)
    _latch(sheet)
    _inverter(sheet, "apart", 2.6, "equalize", "apart")
    for name, source, x in (("dout", "side_vref", 45), ("dout_b", "side_data", 51.5)):
        out = _inverter(sheet, name, x, source, name)
        sheet.pin(out, name, "right")


def _inverter(sheet: Sheet, name: str, x: float, source: str, target: str) -> tuple[float, float]:
    """Draw an inverter between the rails and return a place on its output."""
    high = sheet.pmos(f"{name}_p", (x, 11.6))
    low = sheet.nmos(f"{name}_n", (x, 8.4 if name == "apart" else 2.4))
    sheet.wire(high.source, (x, 14))
    if name == "apart":
        sheet.ground(low.source)
    else:
        sheet.wire(low.source, (x, 0))
    sheet.wire(high.gate, low.gate)
    sheet.wire(high.drain, low.drain)
    middle = (high.drain.y + low.drain.y) / 2
    sheet.net((x - 1, middle), source, "left")
    sheet.wire((x, middle), (x + 1, middle))
    if name == target == "apart":
        sheet.net((x + 1, middle), target, "right")
    return x + 1, middle


def _equalization(sheet: Sheet) -> None:
    low, high = sheet.pass_gate("equalize_n", "equalize_p", (2.6, 3.6), "left")
    sheet.pin(low.gate, "equalize", "up")
    sheet.net(high.gate, "apart", "down")
    sheet.wire((0.4, 3.6), (1.6, 3.6))
    sheet.pin((0.4, 3.6), "data", "left")
    sheet.wire((3.6, 3.6), (4.8, 3.6))
    sheet.pin((4.8, 3.6), "vref", "right")


def _latch(sheet: Sheet) -> None:
    tail = sheet.nmos("tail", (24, 1.2))
    sheet.pin(tail.gate, "sense", "left")
    sheet.wire(tail.source, (24, 0))
    data = _side(sheet, "data", 21, 15, 9, "right")
    vref = _side(sheet, "vref", 27, 33, 39, "left")
    for pair, cross, cross_p in (data, vref):
        sheet.wire((24, 2.2), pair.source)
        sheet.wire(pair.drain, cross.source)
        sheet.wire(cross.drain, cross_p.drain)
        sheet.wire(cross.gate, cross_p.gate)
    sheet.wire((22, 8.7), (27, 8.7))
    sheet.wire((26, 9.5), (21, 9.5))


def _side(
    sheet: Sheet, name: str, x: float, side_x: float, inner_x: float, gate: Side
) -> tuple[Symbol, Symbol, Symbol]:
    """Draw one side of the latch; ``gate`` is where the cross-coupled gates are, towards the other side."""
    outward: Side = "left" if gate == "right" else "right"
    pair = sheet.nmos(f"pair_{name}", (x, 3.4), outward)
    cross = sheet.nmos(f"cross_{name}", (x, 6.6), gate)
    cross_p = sheet.pmos(f"cross_{name}_p", (x, 11.6), gate)
    sheet.net(pair.gate, name, outward)
    sheet.wire(cross_p.source, (x, 14))
    for node, at, y in ((f"side_{name}", side_x, 9.9 if gate == "right" else 9.1), (f"inner_{name}", inner_x, 5)):
        device = sheet.pmos(f"precharge_{node}", (at, 11.6), outward)
        sheet.net(device.gate, "sense", outward)
        sheet.wire(device.source, (at, 14))
        sheet.wire(device.drain, (at, y), (x, y))
        sheet.net(((at + x) / 2, y), node, "up")
    return pair, cross, cross_p
