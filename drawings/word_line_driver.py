"""Drawing of the word-line driver."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the gate of axon and window, and the large inverter behind it."""
    bar = sheet.gate("nand", "wl_bar", (4, 3))
    line = sheet.gate("inverter", "wl", (8, 3))
    sheet.pin(bar.a, "axon_q", "left")
    sheet.pin(bar.b, "word_line_window", "left")
    sheet.wire(bar.y, line.a)
    sheet.pin(line.y, "wl", "right")
    sheet.note("x4", (3.6, 4.1))
    sheet.note("x16", (7.4, 4.1))
