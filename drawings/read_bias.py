"""Drawing of the read half's bias lines."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw a column for each line, from the reference at the left, and the lines' capacitors at the right."""
    sheet.rail("vdd", (1, 14), 44.5)
    sheet.rail("vss", (1, 0), 44.5)
    _lines_of_nmos(sheet)
    _lines_of_pmos(sheet)
    _feet(sheet)
    for x, line in ((10.0, "cascode_p"), (16.0, "bias_p"), (22.0, "bias_trim"), (28.0, "cascode_n")):
        _line(sheet, line, x)
    for x, line in ((33.6, "bias_p"), (37.6, "cascode_p")):
        cap = sheet.cap(line, (x, 12), "down")
        sheet.wire(cap.minus, (x, 14))
        sheet.net(cap.plus, line, "down")
    for x, line in ((33.6, "bias_n"), (37.6, "bias_trim"), (41.6, "cascode_n")):
        cap = sheet.cap(line, (x, 2))
        sheet.wire(cap.minus, (x, 0))
        sheet.net(cap.plus, line, "up")


def _lines_of_nmos(sheet: Sheet) -> None:
    """Draw the three devices whose gates are on the NMOS line, and the diode of the PMOS cascodes."""
    reference = sheet.nmos("reference", (4, 4), "right")
    to_cascode = sheet.nmos("to_cascode_p", (10, 4))
    to_p = sheet.nmos("to_p", (16, 4))
    for device, copies, x in ((reference, 2, 2.2), (to_cascode, 8, 10.2), (to_p, 2, 16.2)):
        sheet.wire(device.source, (device.source.x, 2))
        sheet.note(f"x{copies}", (x, 3.6))
    sheet.wire(reference.gate, to_cascode.gate)
    sheet.wire((4, 6), (6, 6), (6, 4))
    sheet.net(to_p.gate, "bias_n", "left")
    sheet.wire(reference.drain, (4, 8))
    sheet.pin((4, 8), "bias_n", "up")
    diode = sheet.pmos("cascode_p", (10, 10))
    sheet.wire(diode.source, (10, 14))
    sheet.wire(diode.gate, (8.4, 10), (8.4, 8), (10, 8))


def _lines_of_pmos(sheet: Sheet) -> None:
    """Draw the three devices whose gates are on the PMOS line, and the diodes of trim and NMOS cascodes."""
    reference = sheet.pmos("reference_p", (16, 10), "right")
    to_trim = sheet.pmos("to_trim", (22, 10))
    to_cascode = sheet.pmos("to_cascode_n", (28, 10))
    sheet.note("x2", (15.1, 9.6))
    sheet.note("x8", (28.2, 9.6))
    for device in (reference, to_trim, to_cascode):
        sheet.wire(device.source, (device.source.x, 12))
    sheet.wire(reference.gate, to_trim.gate)
    sheet.wire((16, 8), (18, 8), (18, 10))
    sheet.net(to_cascode.gate, "bias_p", "left")
    trim = sheet.nmos("trim", (22, 4), "right", thick=True)
    cascode = sheet.nmos("cascode_n", (28, 4), "right")
    for diode, foot in ((trim, 2), (cascode, 0)):
        x = diode.source.x
        sheet.wire(diode.source, (x, foot))
        sheet.wire(diode.gate, (x + 1.6, 4), (x + 1.6, 6), (x, 6))


def _line(sheet: Sheet, name: str, x: float) -> None:
    """Draw a line between the device that feeds it, or its diode, below and above."""
    sheet.wire((x, 5), (x, 9))
    sheet.wire((x, 7), (x + 1.4, 7))
    sheet.pin((x + 1.4, 7), name, "right")


def _feet(sheet: Sheet) -> None:
    """Draw the two devices, always on, that stand for the amplifiers' switches."""
    footer, header = sheet.nmos("footer", (13, 1)), sheet.pmos("header", (19, 13))
    sheet.wire((4, 2), (22, 2))
    sheet.wire((16, 12), (28, 12))
    sheet.net(footer.gate, "vdd", "left")
    sheet.net(header.gate, "vss", "left")
