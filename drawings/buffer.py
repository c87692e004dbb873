"""Drawing of the buffer."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the capacitor between the signal, or the output, and the inverting input."""
    amplifier = sheet.amplifier("amplifier", "operational_amplifier", (14, 5), plus="down")
    to_signal = sheet.nmos("to_signal", (5, 10.4), "up", "right", thick=True)
    zero = sheet.cap("zero", (7.6, 8.4), label="left")
    loop_low, loop_high = sheet.pass_gate("loop_low", "loop_high", (14, 10.4), "left", thick=True)
    reset = sheet.nmos("reset", (15.5, 1.4), "down", "right", thick=True)
    reset_dummy = sheet.nmos("reset_dummy", (10.6, 7.8), "up", "left", thick=True)
    sheet.pin((1, 4), "in", "left")
    sheet.wire((1, 4), amplifier.plus)
    sheet.wire((2.6, 4), (2.6, 10.4), to_signal.source)
    sheet.pin(to_signal.gate, "az", "up")
    sheet.wire(to_signal.drain, (13, 10.4))
    sheet.net((10, 10.4), "plate", "up")
    sheet.wire((7.6, 10.4), zero.plus)
    sheet.wire(zero.minus, (7.6, 6), amplifier.minus)
    sheet.wire(reset_dummy.drain, (9.1, 6))
    sheet.wire(reset_dummy.source, (12.1, 6))
    sheet.net(reset_dummy.gate, "azb", "up")
    sheet.pin(loop_low.gate, "azb", "up")
    sheet.net(loop_high.gate, "azb_bar", "down")
    sheet.wire((15, 10.4), (19.4, 10.4), (19.4, 1.4), reset.drain)
    sheet.wire(reset.source, (8.3, 1.4), (8.3, 6))
    sheet.pin(reset.gate, "rst", "down")
    sheet.wire(amplifier.out, (19.4, 5), (21, 5))
    sheet.pin((21, 5), "out", "right")
    inverter = sheet.gate("inverter", "azb_bar", (5, 14.4))
    sheet.net(inverter.a, "azb", "left")
    sheet.net(inverter.y, "azb_bar", "right")
