"""Drawing of the cell."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw junction and access device between bit line and source line."""
    junction = sheet.mtj("junction", (4, 6))
    access = sheet.nmos("access", (4, 3.5), thick=True)
    sheet.wire(junction.free, (4, 8))
    sheet.wire(junction.pinned, access.drain)
    sheet.wire(access.source, (4, 1.5))
    sheet.pin((4, 8), "bl", "up")
    sheet.pin(access.gate, "wl", "left")
    sheet.pin((4, 1.5), "sl", "down")
    sheet.note("free layer above,\npinned layer below", (6.6, 6.6))
