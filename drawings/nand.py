"""Drawing of the NAND."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the stack under one of the two devices in parallel, and the capacitor of its inner node."""
    sheet.rail("vddio", (1.5, 10), 11)
    sheet.rail("vss", (1.5, 0), 11)
    up_b = sheet.pmos("pull_up_b", (4, 8.4), thick=True)
    up_a = sheet.pmos("pull_up_a", (8.5, 8.4), thick=True)
    down_b = sheet.nmos("pull_down_b", (4, 4.8), thick=True)
    down_a = sheet.nmos("pull_down_a", (4, 1.6), thick=True)
    inner = sheet.cap("inner", (8.5, 1.6))
    for up, name in ((up_b, "b"), (up_a, "a")):
        sheet.wire(up.source, (up.source.x, 10))
        sheet.net(up.gate, name, "left")
    sheet.wire(up_b.drain, down_b.drain)
    sheet.wire(up_a.drain, (8.5, 6.6))
    sheet.wire((4, 6.6), (10.5, 6.6))
    sheet.pin((10.5, 6.6), "y", "right")
    sheet.pin(down_b.gate, "b", "left")
    sheet.pin(down_a.gate, "a", "left")
    sheet.wire(down_b.source, down_a.drain)
    sheet.wire((4, 3.2), (8.5, 3.2), inner.plus)
    sheet.net((6.25, 3.2), "stack", "up")
    sheet.wire(down_a.source, (4, 0))
    sheet.wire(inner.minus, (8.5, 0))
