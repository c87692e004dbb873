"""Drawing of the baseline selector."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the three switches on one line, and the dummy of the integrator's switch."""
    for name, y in (("rest", 9), ("rfr", 6), ("lat", 3)):
        switch = sheet.nmos(name, (4, y), "up", "left", thick=True)
        sheet.pin(switch.drain, f"v{name}", "left")
        sheet.pin(switch.gate, f"sw_{name}", "up")
        sheet.wire(switch.source, (6.5, y))
    sheet.wire((6.5, 9), (6.5, 6))
    sheet.wire((6.5, 6), (6.5, 3))
    sheet.wire((6.5, 6), (13, 6))
    sheet.pin((13, 6), "vbase", "right")
    dummy = sheet.nmos("zero_dummy", (9.5, 4), "down", "left", thick=True)
    sheet.wire(dummy.drain, (8, 6))
    sheet.wire(dummy.source, (11, 6))
    sheet.pin(dummy.gate, "azb", "down")
