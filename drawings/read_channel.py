"""Drawing of the read channel."""

from drawings.sheet import Sheet, Side


def draw(sheet: Sheet) -> None:
    """Draw the regulation loop, then clamp and load, then where the load's gate goes."""
    amplifier = sheet.block(
        "amplifier", "regulation_amplifier", (1, 3), (6, 5), ["sense", "reference"], ["out"], ["hold", "trim_gate"]
    )
    sheet.pin(amplifier.sense, "sense", "left")
    sheet.pin(amplifier.reference, "vread_amp", "left")
    sheet.wire(amplifier.hold, amplifier.trim_gate)
    sheet.wire(amplifier.out, (10, 5.5))
    _switch(sheet, "drive", 11, 5.5, "drive", "drive_b", "right")
    sheet.wire((12, 5.5), (19, 5.5))
    sheet.net((8.4, 5.5), "amplifier_out", "up")
    _switch(sheet, "vclamp", 11, -0.6, "drive_b", "drive", "right")
    sheet.pin((9.4, -0.6), "vclamp", "left")
    sheet.wire((9.4, -0.6), (10, -0.6))
    sheet.wire((12, -0.6), (13, -0.6), (13, 5.5))
    compensation = sheet.cap("compensation", (15.4, 3.8))
    sheet.wire(compensation.plus, (15.4, 5.5))
    sheet.ground(compensation.minus)
    sheet.net((15.4, 5.5), "clamp_gate", "up")
    _stack(sheet)
    _gate_line(sheet)
    sheet.note("the amplifier's other pins:\nlines of the same names", (1, 2.7))


def _switch(sheet: Sheet, name: str, x: float, y: float, on: str, off: str, drain: Side) -> None:
    """Draw a transmission gate between (x - 1, y) and (x + 1, y)."""
    low, high = sheet.pass_gate(f"{name}_n", f"{name}_p", (x, y), drain)
    sheet.pin(low.gate, on, "up")
    sheet.pin(high.gate, off, "down")


def _stack(sheet: Sheet) -> None:
    clamp = sheet.nmos("clamp", (20, 5.5))
    keep_alive = sheet.nmos("keep_alive", (23, 1.6), "right", label="left")
    load = sheet.pmos("load", (20, 14), "right")
    cascode = sheet.pmos("load_cascode", (20, 11.6))
    decoupling = sheet.cap("cascode", (16.4, 13), "down", "left")
    sheet.wire(clamp.source, (20, 1.6))
    sheet.pin((20, 1.6), "bl", "down")
    sheet.wire((20, 3.2), (23, 3.2), keep_alive.drain)
    sheet.pin(keep_alive.gate, "bias_n", "right")
    sheet.ground(keep_alive.source)
    sheet.wire(clamp.drain, cascode.drain)
    sheet.wire(cascode.source, load.drain)
    sheet.supply((20, 15.6), "vdd")
    sheet.wire(load.source, (20, 15.6))
    sheet.wire((15, 11.6), cascode.gate)
    sheet.pin((15, 11.6), "cascode_p", "left")
    sheet.wire((16.4, 11.6), decoupling.plus)
    sheet.wire(decoupling.minus, (16.4, 15.6))
    sheet.supply((16.4, 15.6), "vdd")
    sheet.wire((18.2, 9), (20, 9))
    sheet.pin((18.2, 9), "data", "left")


def _gate_line(sheet: Sheet) -> None:
    _switch(sheet, "diode", 24.4, 9, "on", "on_b", "right")
    _switch(sheet, "vref", 29.8, 9, "on_b", "on", "left")
    sheet.wire((20, 9), (23.4, 9))
    sheet.wire((25.4, 9), (28.8, 9))
    sheet.wire((30.8, 9), (32, 9))
    sheet.pin((32, 9), "vref", "right")
    sheet.wire((21, 14), (27.1, 14), (27.1, 9))
    sheet.wire((27.1, 14), (32, 14))
    sheet.pin((32, 14), "gate", "right")
