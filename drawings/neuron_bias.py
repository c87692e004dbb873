"""Drawing of the bias of neurons and time-window generator."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the mirror and the diode that it draws its current through."""
    sheet.rail("vddio", (1.5, 8.8), 15)
    sheet.rail("vss", (1.5, 0), 15)
    reference = sheet.nmos("reference", (4, 1.8), "right", thick=True)
    sink = sheet.nmos("sink", (10, 1.8), thick=True)
    sheet.wire(reference.gate, sink.gate)
    sheet.wire((4, 3.4), (6, 3.4), (6, 1.8))
    sheet.wire(reference.source, (4, 0))
    sheet.wire(sink.source, (10, 0))
    sheet.wire(reference.drain, (4, 5))
    sheet.pin((4, 5), "ibias", "up")
    diode = sheet.pmos("diode", (10, 6.8), thick=True)
    sheet.wire(diode.source, (10, 8.8))
    sheet.wire(sink.drain, diode.drain)
    sheet.wire(diode.gate, (8.6, 6.8), (8.6, 4.8), (10, 4.8))
    decoupling = sheet.cap("decoupling", (13, 6.8), "down")
    sheet.wire(decoupling.minus, (13, 8.8))
    sheet.wire(decoupling.plus, (13, 4.8))
    sheet.wire((10, 4.8), (15, 4.8))
    sheet.pin((15, 4.8), "vbias_p", "right")
