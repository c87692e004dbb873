"""Drawing of the regulation amplifier."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw input selection and pair, the folded branches, and the offset's store."""
    sheet.rail("vdd", (0, 16), 40)
    sheet.rail("vss", (0, 0), 40)
    _input(sheet)
    _fold(sheet)
    _branches(sheet)
    _store(sheet)
    bias_p = sheet.cap("bias_p", (3, 14), "down")
    bias_n = sheet.cap("bias_n", (3, 2), "up")
    sheet.wire(bias_p.minus, (3, 16))
    sheet.net(bias_p.plus, "bias_p", "down")
    sheet.wire(bias_n.minus, (3, 0))
    sheet.net(bias_n.plus, "bias_n", "up")


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
    sheet.wire(pair_reference.drain, (14, 5.6), (20, 5.6))
    sheet.wire(pair_sense.drain, (8, 4.8), (33, 4.8))


def _fold(sheet: Sheet) -> None:
    source_mirror = sheet.nmos("source_mirror", (20, 3))
    source_out = sheet.nmos("source_out", (33, 3))
    sheet.pin(source_mirror.gate, "bias_n", "left")
    sheet.net(source_out.gate, "bias_n", "left")
    for name, x, fold, line in (("trim_fixed", 26, source_mirror, "bias_trim"), ("trim", 38, source_out, "trim_gate")):
        trim = sheet.nmos(name, (x, 3), "right", thick=True)
        sheet.wire(fold.drain, trim.drain)
        sheet.pin(trim.gate, line, "right")
    footer = sheet.nmos("footer", (29.5, 1))
    sheet.wire((20, 2), (38, 2))
    sheet.wire(footer.drain, (29.5, 2))
    sheet.pin(footer.gate, "on", "left")


def _branches(sheet: Sheet) -> None:
    mirror_n, out_n = sheet.nmos("cascode_mirror", (20, 7), "right"), sheet.nmos("cascode_out", (33, 7))
    mirror_p = sheet.pmos("mirror_cascode_in", (20, 10.4), "right")
    out_p = sheet.pmos("mirror_cascode_out", (33, 10.4))
    mirror, output = sheet.pmos("mirror_in", (20, 13.4), "right"), sheet.pmos("mirror_out", (33, 13.4))
    for low, middle, high in ((mirror_n, mirror_p, mirror), (out_n, out_p, output)):
        x = low.source.x
        sheet.wire((x, 4), low.source)
        sheet.wire(low.drain, middle.drain)
        sheet.wire(middle.source, high.drain)
        sheet.wire(high.source, (x, 16))
    for left, right in ((mirror_n, out_n), (mirror_p, out_p), (mirror, output)):
        sheet.wire(left.gate, right.gate)
    sheet.wire((20, 8.8), (23, 8.8), (23, 13.4))
    sheet.wire((26.5, 7), (26.5, 7.8))
    sheet.pin((26.5, 7.8), "cascode_n", "up")
    sheet.wire((26.5, 10.4), (26.5, 11.2))
    sheet.pin((26.5, 11.2), "cascode_p", "up")


def _store(sheet: Sheet) -> None:
    sample_n, sample_p = sheet.pass_gate("sample_n", "sample_p", (39, 12.6), "right")
    hold = sheet.cap("hold", (42, 11.6))
    sheet.wire((33, 8.8), (44, 8.8))
    sheet.pin((44, 8.8), "out", "right")
    sheet.wire((37, 8.8), (37, 12.6), (38, 12.6))
    sheet.pin(sample_n.gate, "sample", "up")
    sheet.pin(sample_p.gate, "sample_b", "down")
    sheet.wire((40, 12.6), (44, 12.6))
    sheet.pin((44, 12.6), "hold", "right")
    sheet.ground(hold.minus)
