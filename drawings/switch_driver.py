"""Drawing of the switch driver."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the ring of gates whose order keeps the phases apart."""
    idle = sheet.gate("nor", "idle", (6.5, 8))
    idle_bar = sheet.gate("inverter", "idle_bar", (10.5, 8))
    azb = sheet.gate("inverter", "azb", (14.5, 8))
    opened = sheet.gate("inverter", "opened", (12.5, 5.4), "left")
    reset = sheet.gate("nand", "reset", (9, 2.5))
    rst = sheet.gate("inverter", "rst", (13, 2.5))
    az_bar = sheet.gate("inverter", "az_bar", (19.5, 2.5))
    az = sheet.gate("inverter", "az", (23.5, 2.5))
    sheet.pin((2, 8.5), "swrst", "left")
    sheet.wire((2, 8.5), idle.a)
    sheet.wire(idle.y, idle_bar.a)
    sheet.wire(idle_bar.y, azb.a)
    sheet.wire(azb.y, (28, 8))
    sheet.pin((28, 8), "azb", "right")
    sheet.wire((17, 8), (17, 5.4), opened.a)
    sheet.wire(opened.y, (5, 5.4), (5, 2), reset.b)
    sheet.net((8, 5.4), "opened", "up")
    sheet.wire((3, 8.5), (3, 3), reset.a)
    sheet.wire(reset.y, rst.a)
    sheet.wire(rst.y, az_bar.a)
    sheet.wire((16.4, 2.5), (16.4, 4.2), (28, 4.2))
    sheet.pin((28, 4.2), "rst", "right")
    sheet.wire(az_bar.y, az.a)
    sheet.wire(az.y, (28, 2.5))
    sheet.pin((28, 2.5), "az", "right")
    sheet.wire((26.4, 2.5), (26.4, 0.6), (4, 0.6), (4, 7.5), idle.b)
