"""Drawing of the integrator."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the steering switches, the summing node with its dummies, and the three ways around the amplifier."""
    _steering(sheet)
    _loop(sheet)
    for name, net, y in (("azb_bar", "azb", 13.6), ("dump", "swinteg", 11)):
        inverter = sheet.gate("inverter", name, (4.5, y))
        sheet.net(inverter.a, net, "left")
        sheet.net(inverter.y, {"dump": "swdump"}.get(name, name), "right")


def _steering(sheet: Sheet) -> None:
    steer_sum = sheet.nmos("steer_sum", (5, 6), "up", "left", thick=True)
    steer_vcm = sheet.nmos("steer_vcm", (2.6, 3.6), thick=True)
    sheet.wire((1, 6), steer_sum.drain)
    sheet.pin((1, 6), "isyn", "left")
    sheet.pin(steer_sum.gate, "swinteg", "up")
    sheet.wire(steer_vcm.drain, (2.6, 6))
    sheet.net(steer_vcm.gate, "swdump", "left")
    sheet.pin(steer_vcm.source, "vcm", "down")
    sheet.wire(steer_sum.source, (16, 6))
    for name, gate, x in (("steer_dummy", "swdump", 8.4), ("reset_dummy", "azb", 12.8)):
        dummy = sheet.nmos(name, (x, 3.8), "down", "left", thick=True)
        sheet.wire(dummy.drain, (x - 1.5, 6))
        sheet.wire(dummy.source, (x + 1.5, 6))
        sheet.net(dummy.gate, gate, "down")
    sheet.net((10.6, 6), "sum", "up")


def _loop(sheet: Sheet) -> None:
    amplifier = sheet.amplifier("amplifier", "operational_amplifier", (17, 5), plus="down")
    reset = sheet.nmos("reset", (18.5, 8.4), "up", "right", thick=True)
    integrate = sheet.cap("integrate", (17.4, 12.6), "right")
    zero = sheet.nmos("zero", (19.4, 15), "left", "down", thick=True)
    loop_low, loop_high = sheet.pass_gate("loop_low", "loop_high", (22, 12.6), "left", thick=True)
    sheet.net(amplifier.plus, "vcm", "left")
    sheet.wire((15, 6), (15, 12.6), integrate.minus)
    sheet.wire((15, 8.4), reset.source)
    sheet.pin(reset.gate, "rst", "up")
    sheet.wire(reset.drain, (24.4, 8.4))
    sheet.wire(integrate.plus, (21, 12.6))
    sheet.net((18.8, 12.6), "plate", "down")
    sheet.wire(zero.drain, (19.4, 12.6))
    sheet.pin(zero.source, "vbase", "up")
    sheet.pin(zero.gate, "az", "left")
    sheet.pin(loop_low.gate, "azb", "up")
    sheet.net(loop_high.gate, "azb_bar", "down")
    sheet.wire((23, 12.6), (24.4, 12.6), (24.4, 5))
    sheet.wire(amplifier.out, (26, 5))
    sheet.pin((26, 5), "vinteg", "right")
