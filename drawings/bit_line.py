"""Drawing of the bit line."""

from drawings.sheet import Sheet

PARAMETERS = {"rows": 2, "states": [0, 1], "idle": 14}


def draw(sheet: Sheet) -> None:
    """Draw the driven rows and the lumped cell of the idle ones."""
    for name, x in (("cell0", 5), ("cell1", 11), ("idle", 17)):
        cell = sheet.block(name, "cell", (x - 1.5, 5), (3, 2.4), left=["wl"], up=["bl"], down=["sl"])
        sheet.wire(cell.bl, (x, 9.2))
        sheet.wire(cell.sl, (x, 3))
        if name == "idle":
            sheet.rise(cell.wl, (x, 3.4))
        else:
            sheet.pin(cell.wl, f"wl{name[-1]}", "left")
    sheet.wire((3, 9.2), (17, 9.2))
    sheet.wire((3, 3), (17, 3))
    sheet.pin((3, 9.2), "bl", "left")
    sheet.pin((3, 3), "sl", "left")
    sheet.note("drawn with two driven rows; the idle cell stands for all the others", (3, 2.2))
