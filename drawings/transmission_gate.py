"""Drawing of the transmission gate."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the two devices in parallel."""
    low = sheet.nmos("pass_low", (4, 5), "up", "left", thick=True)
    high = sheet.pmos("pass_high", (4, 3), "down", "left", thick=True)
    for terminal, x in (("drain", 2.5), ("source", 5.5)):
        sheet.wire(low[terminal], (x, 3), high[terminal])
    sheet.wire((1, 4), (2.5, 4))
    sheet.pin((1, 4), "a", "left")
    sheet.wire((5.5, 4), (7, 4))
    sheet.pin((7, 4), "b", "right")
    sheet.pin(low.gate, "on", "up")
    sheet.pin(high.gate, "on_bar", "down")
