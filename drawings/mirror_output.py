"""Drawing of a mirror's weighted output."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the output device, its cascode, and the decoupling that comes with it."""
    output = sheet.pmos("output", (5, 7))
    cascode = sheet.pmos("cascode", (5, 4.4))
    decoupling = sheet.cap("cascode", (0.6, 6.2), "down", "left")
    sheet.supply((5, 8.6), "vdd")
    sheet.wire((5, 8.6), output.source)
    sheet.pin(output.gate, "gate", "left")
    sheet.wire(output.drain, cascode.source)
    sheet.wire((-0.6, 4.4), cascode.gate)
    sheet.wire(decoupling.plus, (0.6, 4.4))
    sheet.supply((0.6, 8.6), "vdd")
    sheet.wire((0.6, 8.6), decoupling.minus)
    sheet.pin((-0.6, 4.4), "cascode_p", "left")
    sheet.wire(cascode.drain, (5, 2.4))
    sheet.pin((5, 2.4), "out", "down")
