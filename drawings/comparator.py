"""Drawing of the comparator."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the series capacitor with its switches, the cross-coupled pair, the output mirror, and what reads it."""
    _sampling(sheet)
    _pair(sheet)
    _output(sheet)
    sheet.rail("vddio", (7, 14.2), 39)
    sheet.rail("vss", (7, 0), 39)


def _sampling(sheet: Sheet) -> None:
    to_signal = sheet.nmos("to_signal", (3, 8), "up", "right", thick=True)
    to_vth = sheet.nmos("to_vth", (3, 4.6), "up", "right", thick=True)
    zero = sheet.cap("zero", (6.6, 8), "left")
    reset = sheet.nmos("reset", (9, 11), thick=True)
    sheet.pin(to_signal.source, "signal", "left")
    sheet.pin(to_signal.gate, "azb", "up")
    sheet.pin(to_vth.source, "vth", "left")
    sheet.pin(to_vth.gate, "az", "up")
    sheet.wire(to_signal.drain, zero.plus)
    sheet.wire((4.6, 8), (4.6, 4.6), to_vth.drain)
    sheet.net((4.6, 6.2), "plate", "right")
    sheet.wire(zero.minus, (11, 8))
    sheet.wire(reset.source, (9, 8))
    sheet.net((9, 8), "minus", "down")
    sheet.pin(reset.gate, "rst", "left")
    sheet.wire(reset.drain, (9, 13.2), (31, 13.2), (31, 6))  # the loop of auto-zero


def _pair(sheet: Sheet) -> None:
    tail = sheet.pmos("tail", (15, 11.6), thick=True)
    minus = sheet.pmos("pair_minus", (12, 8), thick=True)
    plus = sheet.pmos("pair_plus", (18, 8), "right", thick=True)
    sheet.wire(tail.source, (15, 14.2))
    sheet.pin(tail.gate, "vbias_p", "left")
    sheet.wire(tail.drain, (15, 9.6), minus.source)
    sheet.wire((15, 9.6), plus.source)
    sheet.pin(plus.gate, "vcm", "right")
    sheet.wire(minus.drain, (12, 5))
    sheet.wire(plus.drain, (18, 5))
    sheet.wire((8.8, 5), (13.6, 5))
    sheet.wire((14.6, 5), (21.2, 5))
    sheet.net((9.4, 5), "left", "up")
    sheet.net((20.4, 5), "right", "up")
    diode_left = sheet.nmos("diode_left", (8.8, 2.4), thick=True)
    diode_right = sheet.nmos("diode_right", (21.2, 2.4), "right", thick=True)
    cross_left = sheet.nmos("cross_left", (13.6, 2.4), "right", thick=True)
    cross_right = sheet.nmos("cross_right", (16.4, 2.4), thick=True)
    for device in (diode_left, cross_left, cross_right, diode_right):
        sheet.wire(device.drain, (device.drain.x, 5))
        sheet.wire(device.source, (device.source.x, 0))
    sheet.rise(diode_left.gate, (8.8, 3.8))
    sheet.rise(diode_right.gate, (21.2, 3.8))
    sheet.rise(cross_left.gate, (14.6, 5))
    sheet.rise(cross_right.gate, (13.6, 4.2))


def _output(sheet: Sheet) -> None:
    out_left = sheet.nmos("out_left", (25, 2.4), thick=True)
    out_right = sheet.nmos("out_right", (29, 2.4), thick=True)
    mirror = sheet.pmos("mirror", (25, 9), "right", thick=True)
    out = sheet.pmos("out", (29, 9), thick=True)
    for low, high in ((out_left, mirror), (out_right, out)):
        sheet.wire(low.source, (low.source.x, 0))
        sheet.wire(low.drain, high.drain)
        sheet.wire(high.source, (high.source.x, 14.2))
    sheet.net(out_left.gate, "left", "left")
    sheet.net(out_right.gate, "right", "left")
    sheet.wire(mirror.gate, out.gate)
    sheet.wire((25, 7), (27, 7), (27, 9))
    compensate = sheet.nmos("compensate", (33, 4.4), thick=True)
    compensation = sheet.cap("compensation", (33, 1.7))
    sheet.wire(compensate.drain, (33, 6))
    sheet.net(compensate.gate, "az", "left")
    sheet.wire(compensate.source, compensation.plus)
    sheet.wire(compensation.minus, (33, 0))
    read_high = sheet.pmos("read_high", (37, 8), thick=True)
    read_low = sheet.nmos("read_low", (37, 4), thick=True)
    sheet.wire((29, 6), (36, 6))
    sheet.wire(read_high.gate, read_low.gate)
    sheet.wire(read_high.source, (37, 14.2))
    sheet.wire(read_low.source, (37, 0))
    sheet.wire(read_high.drain, read_low.drain)
    first = sheet.gate("inverter", "above_bar", (40, 6))
    second = sheet.gate("inverter", "above", (43.4, 6))
    sheet.wire((37, 6), first.a)
    sheet.wire(first.y, second.a)
    sheet.pin(second.y, "above", "right")
    sheet.net((34.2, 6), "out", "up")
