"""Drawing of the current sink."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the two branches of the wide-swing mirror."""
    mirror_in = sheet.nmos("input", (3, 2), "right")
    mirror_out = sheet.nmos("output", (10, 2))
    cascode_in = sheet.nmos("input_cascode", (3, 4.6), "right")
    cascode_out = sheet.nmos("output_cascode", (10, 4.6))
    for mirror, cascode, name in ((mirror_in, cascode_in, "in"), (mirror_out, cascode_out, "out")):
        sheet.ground(mirror.source)
        sheet.wire(mirror.drain, cascode.source)
        sheet.wire(cascode.drain, (cascode.drain.x, 8))
        sheet.pin((cascode.drain.x, 8), name, "up")
    sheet.wire(mirror_in.gate, mirror_out.gate)
    sheet.wire(cascode_in.gate, cascode_out.gate)
    sheet.wire((3, 6.6), (5.2, 6.6), (5.2, 2))
    sheet.wire((7.5, 4.6), (7.5, 8))
    sheet.pin((7.5, 8), "cascode_n", "up")
