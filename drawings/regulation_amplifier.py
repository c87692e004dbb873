"""Drawing of the regulation amplifier."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw input selection and pair, the folded branches, and the offset's store."""
    sheet.rail("vdd", (0, 16), 38)
    sheet.rail("vss", (0, 0), 38)
    _input(sheet)
    _fold(sheet)
    _branches(sheet)
    _store(sheet)
    for name, x, rail in (("bias_p", 2.4, 16), ("bias_n", 2.4, 0)):
        cap = sheet.cap(name, (x, 14 if rail else 2), "down" if rail else "up")
        sheet.wire(cap.minus, (x, rail))
        sheet.net(cap.plus, name, "down" if rail else "up")


def _input(sheet: Sheet) -> None:
    header = sheet.pmos("header", (11, 14))
    tail = sheet.pmos("tail", (11, 11.6))
    pair_sense = sheet.pmos("pair_sense", (8, 8))
    pair_reference = sheet.pmos("pair_reference", (14, 8), "right", label="left")
    sense = sheet.nmos("sense_switch", (4, 8), "up", "right")
    zero = sheet.nmos("zero_switch", (4, 5), "up", "right")
    sheet.wire(header.source, (11, 16))
    sheet.wire(header.drain, tail.source)
    sheet.pin(header.gate, "on_b", "left")
    sheet.pin(tail.gate, "bias_p", "left")
    sheet.wire(tail.drain, (11, 9.8), pair_sense.source)
    sheet.wire((11, 9.8), pair_reference.source)
    sheet.pin(sense.source, "sense", "left")
    sheet.pin(sense.gate, "zero_b", "up")
    sheet.pin(zero.source, "reference", "left")
    sheet.pin(zero.gate, "zero", "up")
    sheet.wire(sense.drain, pair_sense.gate)
    sheet.wire(zero.drain, (6, 5), (6, 8))
    sheet.net((6, 8), "inverting", "up")
    sheet.net(pair_reference.gate, "reference", "right")
    sheet.wire(pair_reference.drain, (14, 5.8), (20, 5.8))
    sheet.wire(pair_sense.drain, (8, 4.9), (33, 4.9))


def _fold(sheet: Sheet) -> None:
    for x, source, gate in ((20, "source_mirror", "left"), (33, "source_out", "left")):
        device = sheet.nmos(source, (x, 3), gate)  # type: ignore[arg-type]
        sheet.net(device.gate, "bias_n", "left")
        sheet.wire(device.source, (x, 1.8))
        sheet.wire(device.drain, (x, 6))
    for x, name, fold, line in ((26, "trim_fixed", 20, "bias_trim"), (38, "trim", 33, "trim_gate")):
        device = sheet.nmos(name, (x, 3), "right", thick=True)
        sheet.wire(device.drain, (fold, 4))
        sheet.wire(device.source, (x, 1.8))
        sheet.pin(device.gate, line, "right")
