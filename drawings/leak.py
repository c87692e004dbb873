"""Drawing of the leak."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the pair with its mirror, the switches of its current, and the gates that keep these apart."""
    sheet.rail("vddio", (1.5, 12.4), 10)
    sheet.rail("vss", (1.5, 0), 10)
    tail = sheet.pmos("tail", (6, 10.4), thick=True)
    pair_vinteg = sheet.pmos("pair_vinteg", (3, 7), thick=True)
    pair_vrest = sheet.pmos("pair_vrest", (9, 7), "right", thick=True)
    diode = sheet.nmos("load_diode", (3, 2.4), "right", thick=True)
    load = sheet.nmos("load", (9, 2.4), thick=True)
    sheet.wire(tail.source, (6, 12.4))
    sheet.pin(tail.gate, "vleak_p", "left")
    sheet.wire(tail.drain, (6, 8.6), pair_vinteg.source)
    sheet.wire((6, 8.6), pair_vrest.source)
    sheet.pin(pair_vinteg.gate, "vinteg", "left")
    sheet.pin(pair_vrest.gate, "vrest", "right")
    sheet.wire(pair_vinteg.drain, diode.drain)
    sheet.wire(pair_vrest.drain, load.drain)
    sheet.wire(diode.gate, load.gate)
    sheet.wire((3, 4.6), (6, 4.6), (6, 2.4))
    sheet.wire(diode.source, (3, 0))
    sheet.wire(load.source, (9, 0))
    _switches(sheet)
    _gates(sheet)


def _switches(sheet: Sheet) -> None:
    steer_vcm = sheet.nmos("steer_vcm", (14, 2.4), "right", thick=True)
    steer_sum = sheet.nmos("steer_sum", (17, 4.6), "up", "left", thick=True)
    dummy = sheet.nmos("steer_dummy", (22, 2.6), "down", "left", thick=True)
    sheet.wire((9, 4.6), steer_sum.drain)
    sheet.net((11.5, 4.6), "leak", "up")
    sheet.wire(steer_vcm.drain, (14, 4.6))
    sheet.net(steer_vcm.gate, "idle", "right")
    sheet.pin(steer_vcm.source, "vcm", "down")
    sheet.net(steer_sum.gate, "on", "up")
    sheet.wire(steer_sum.source, (25, 4.6))
    sheet.pin((25, 4.6), "sum", "right")
    sheet.wire(dummy.drain, (20.5, 4.6))
    sheet.wire(dummy.source, (23.5, 4.6))
    sheet.net(dummy.gate, "idle", "down")


def _gates(sheet: Sheet) -> None:
    idle = sheet.gate("nor", "idle", (21, 12))
    on = sheet.gate("nor", "on", (21, 8.5))
    swleak_bar = sheet.gate("inverter", "swleak_bar", (17, 9))
    sheet.pin((13.6, 12.5), "swleak", "left")
    sheet.wire((13.6, 12.5), idle.a)
    sheet.wire((14.6, 12.5), (14.6, 9), swleak_bar.a)
    sheet.wire(swleak_bar.y, on.a)
    sheet.wire(idle.y, (24.6, 12))
    sheet.net((24.6, 12), "idle", "right")
    sheet.wire(on.y, (24.6, 8.5))
    sheet.net((24.6, 8.5), "on", "right")
    sheet.wire((23.2, 12), (23.2, 10.4), (18.9, 10.4), (18.9, 8), on.b)
    sheet.wire((23.8, 8.5), (23.8, 13.6), (18.7, 13.6), (18.7, 11.5), idle.b)
