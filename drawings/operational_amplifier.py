"""Drawing of the operational amplifier."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw tail, pair and mirror, then the second stage with its nulled Miller capacitor."""
    sheet.rail("vddio", (1.5, 10), 17)
    sheet.rail("vss", (1.5, 0), 17)
    tail = sheet.pmos("tail", (6, 8), thick=True)
    sheet.wire(tail.source, (6, 10))
    sheet.pin(tail.gate, "vbias_p", "left")

    pair_minus = sheet.pmos("pair_minus", (3, 5), thick=True)
    pair_plus = sheet.pmos("pair_plus", (9, 5), "right", thick=True)
    sheet.wire(tail.drain, (6, 6.4))
    sheet.wire((6, 6.4), pair_minus.source)
    sheet.wire((6, 6.4), pair_plus.source)
    sheet.pin(pair_minus.gate, "minus", "left")
    sheet.pin(pair_plus.gate, "plus", "right")

    load_minus = sheet.nmos("load_minus", (3, 2), "right", thick=True)
    load_plus = sheet.nmos("load_plus", (9, 2), thick=True)
    sheet.wire(pair_minus.drain, load_minus.drain)
    sheet.wire(pair_plus.drain, load_plus.drain)
    sheet.wire(load_minus.gate, load_plus.gate)
    sheet.wire((3, 3.5), (6, 3.5), (6, 2))
    sheet.wire(load_minus.source, (3, 0))
    sheet.wire(load_plus.source, (9, 0))

    nulling = sheet.nmos("nulling", (12.5, 3.5), "up", "left", thick=True)
    miller = sheet.cap("miller", (14.5, 3.5), "left")
    driver = sheet.nmos("driver", (16, 2), thick=True)
    source = sheet.pmos("source", (16, 8), thick=True)
    sheet.supply(nulling.gate, "vddio")
    sheet.wire((9, 3.5), nulling.drain)
    sheet.wire(nulling.source, miller.plus)
    sheet.wire(miller.minus, (16, 3.5))
    sheet.wire((11.5, 3.5), (11.5, 2), driver.gate)
    sheet.wire(driver.source, (16, 0))
    sheet.wire(driver.drain, source.drain)
    sheet.wire(source.source, (16, 10))
    sheet.net(source.gate, "vbias_p", "left")
    sheet.wire((16, 5), (17.5, 5))
    sheet.pin((17.5, 5), "out", "right")
    sheet.net((10.4, 3.5), "first", "up")
