"""Drawing of the inverter."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the two devices between input and output."""
    a, y = sheet.complementary("pull_down", "pull_up", (4, 4), "vddio", thick=True)
    sheet.wire((2, 4), a)
    sheet.pin((2, 4), "a", "left")
    sheet.wire(y, (6, 4))
    sheet.pin((6, 4), "y", "right")
