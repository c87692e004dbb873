"""Drawing of the PSP reference."""

from drawings.column import control, lane
from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw two lanes for each bit, whose loads share the gate line to the columns, and the control of all."""
    for bit in range(3):
        _bit(sheet, bit, 24 - 11 * bit)
    control(sheet, -12.6, "to all channels")


def _bit(sheet: Sheet, bit: int, y: float) -> None:
    upper = lane(sheet, f"{bit}", y, first=not bit).gate
    lower = lane(sheet, f"{bit}_1", y - 5.2, first=False).gate
    lumped = sheet.block(f"lumped{bit}", "mirror_output", (22, lower.y - 1.2), (5, 2.4), ["gate"], ["out"])
    sheet.wire(lower, lumped.gate)
    sheet.wire((19, upper.y), (19, lower.y))
    sheet.wire(lumped.out, (28.6, lower.y), (28.6, lower.y - 1))
    sheet.ground((28.6, lower.y - 1))
    sheet.note(f"x{15 * 2**bit}: copies of fifteen columns", (22, lower.y + 1.8))
    sheet.wire(upper, (30, upper.y))
    sheet.pin((30, upper.y), f"reference_gate{bit}", "right")
