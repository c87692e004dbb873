"""Drawing of the leaks' bias."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the cascoded mirror and the diode that it draws its current through."""
    sheet.rail("vddio", (1.5, 12), 15)
    sheet.rail("vss", (1.5, 0), 15)
    for name, y, joint in (("", 1.8, 3.4), ("_cascode", 5, 6.6)):
        reference = sheet.nmos(f"reference{name}", (4, y), "right", thick=True)
        sink = sheet.nmos(f"sink{name}", (10, y), thick=True)
        sheet.wire(reference.gate, sink.gate)
        sheet.wire((4, joint), (6, joint), (6, y))
        for device, x in ((reference, 4), (sink, 10)):
            sheet.wire((x, 0 if y < 2 else 3.4), device.source)
            sheet.wire(device.drain, (x, joint))
    sheet.wire((4, 6.6), (4, 9))
    sheet.pin((4, 9), "ileakage", "up")
    diode = sheet.pmos("diode", (10, 10), thick=True)
    sheet.wire(diode.source, (10, 12))
    sheet.wire((10, 6.6), diode.drain)
    sheet.wire(diode.gate, (8.6, 10), (8.6, 8), (10, 8))
    decoupling = sheet.cap("decoupling", (13, 10), "down")
    sheet.wire(decoupling.minus, (13, 12))
    sheet.wire(decoupling.plus, (13, 8))
    sheet.wire((10, 8), (15, 8))
    sheet.pin((15, 8), "vleak_p", "right")
