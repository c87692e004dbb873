"""Drawing of a line of the array."""

from drawings.sheet import Sheet

PARAMETERS = {"rows": 3, "states": [0, 1, 1]}


def draw(sheet: Sheet) -> None:
    """Draw the cells between two resistive wires, isolation and taps at the left, the driver at the right."""
    for row, x in enumerate((10, 16, 22)):
        cell = sheet.block(f"cell{row}", "cell", (x - 1.5, 5), (3, 2.6), left=["wl"], up=["bl"], down=["sl"])
        sheet.pin(cell.wl, f"wl{row}", "left")
        sheet.wire(cell.bl, (x, 9.6))
        sheet.wire(cell.sl, (x, 3))
        if row:
            for line, y in (("bl", 9.6), ("sl", 3)):
                wire = sheet.resistor(f"{line}{row}", (x - 3, y))
                sheet.wire((x - 6, y), wire.plus)
                sheet.wire(wire.minus, (x, y))
        sheet.net((x - 0.6, 9.6), f"bl{row}", "up")
        sheet.net((x - 0.6, 3), f"sl{row}", "down")

    isolation = sheet.nmos("isolation", (5, 9.6), "up", "left", thick=True)
    sheet.wire((2, 9.6), isolation.drain)
    sheet.pin((2, 9.6), "clamp", "left")
    sheet.net(isolation.gate, "read", "up")
    sheet.wire(isolation.source, (10, 9.6))

    sense = sheet.nmos("sense", (7, 13), "up", "left", thick=True)
    sense_off = sheet.nmos("sense_off", (4, 11.8), thick=True)
    sheet.wire((2, 13), sense.drain)
    sheet.wire(sense_off.drain, (4, 13))
    sheet.pin((2, 13), "sense", "left")
    sheet.net(sense.gate, "read", "up")
    sheet.net(sense_off.gate, "read_b", "left")
    sheet.ground(sense_off.source)
    sheet.wire(sense.source, (22, 13), (22, 9.6))

    ground = sheet.nmos("ground", (6, 1.6), thick=True)
    sheet.wire(ground.drain, (6, 3), (10, 3))
    sheet.net(ground.gate, "read", "left")
    sheet.ground(ground.source)

    driver = sheet.block(
        "driver",
        "write_driver",
        (26, 2.34),
        (5, 7.92),
        left=["bl", "", "", "", "", "sl"],
        right=["read", "write_p", "write_ap"],
    )
    sheet.wire((22, 9.6), driver.bl)
    sheet.wire((22, 3), driver.sl)
    for name in ("write_p", "write_ap"):
        sheet.pin(driver[name], name, "right")
    inverter = sheet.gate("inverter", "read_b", (30, 13))
    sheet.pin(inverter.a, "read", "left")
    sheet.net(inverter.y, "read_b", "right")
    sheet.net(driver.read, "read", "right")
    sheet.note("drawn with three rows", (26, 1.6))
