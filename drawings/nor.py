"""Drawing of the NOR."""

from drawings.sheet import Sheet

PARAMETERS = {"inner": 1}


def draw(sheet: Sheet) -> None:
    """Draw the stack over one of the two devices in parallel, and the capacitor that its inner node may have."""
    sheet.rail("vddio", (1.5, 10), 11)
    sheet.rail("vss", (1.5, 0), 11)
    up_a = sheet.pmos("pull_up_a", (4, 8.4), thick=True)
    up_b = sheet.pmos("pull_up_b", (4, 5.2), thick=True)
    down_b = sheet.nmos("pull_down_b", (4, 1.6), thick=True)
    down_a = sheet.nmos("pull_down_a", (8.5, 1.6), thick=True)
    inner = sheet.cap("inner", (8.5, 5.8))
    sheet.wire(up_a.source, (4, 10))
    sheet.wire(up_a.drain, up_b.source)
    sheet.wire((4, 6.8), inner.plus)
    sheet.net((6.25, 6.8), "stack", "up")
    sheet.ground(inner.minus)
    sheet.pin(up_a.gate, "a", "left")
    sheet.pin(up_b.gate, "b", "left")
    sheet.wire(up_b.drain, down_b.drain)
    sheet.wire((4, 3.4), (10.5, 3.4))
    sheet.pin((10.5, 3.4), "y", "right")
    sheet.wire((8.5, 3.4), down_a.drain)
    for down, name in ((down_b, "b"), (down_a, "a")):
        sheet.net(down.gate, name, "left")
        sheet.wire(down.source, (down.source.x, 0))
    sheet.note("with inner = 1", (8.2, 9.3))
