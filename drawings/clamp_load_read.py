"""Drawing of the conventional read branch."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the load over the clamp."""
    load = sheet.pmos("load", (4, 6))
    clamp = sheet.nmos("clamp", (4, 2.6))
    sheet.supply(load.source, "vdd")
    sheet.pin(load.gate, "gate", "left")
    sheet.wire(load.drain, clamp.drain)
    sheet.wire((4, 4.3), (6, 4.3))
    sheet.pin((6, 4.3), "data", "right")
    sheet.pin(clamp.gate, "vclamp", "left")
    sheet.pin(clamp.source, "bl", "down")
