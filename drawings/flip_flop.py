"""Drawing of the flip-flop."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the register stage with clock and clear as it wants them."""
    stage = sheet.block(
        "stage",
        "register_stage",
        (12, 1),
        (7, 8),
        ["d", "clock", "clock_bar", "clear_bar"],
        ["q", "q_bar", "half", "half_bar"],
    )
    clock_bar = sheet.gate("inverter", "clock_bar", (3.5, 4))
    clock_in = sheet.gate("inverter", "clock_in", (8.3, 6))
    clear_bar = sheet.gate("inverter", "clear_bar", (3.5, 2))
    sheet.wire((2, 8), stage.d)
    sheet.pin((2, 8), "d", "left")
    sheet.pin(clock_bar.a, "clock", "left")
    sheet.pin(clear_bar.a, "clear", "left")
    sheet.wire(clock_bar.y, stage.clock_bar)
    sheet.wire((6, 4), (6, 6), clock_in.a)
    sheet.wire(clock_in.y, stage.clock)
    sheet.wire(clear_bar.y, stage.clear_bar)
    sheet.pin(stage.q, "q", "right")
    sheet.pin(stage.q_bar, "q_bar", "right")
    sheet.net(stage.half, "half", "right")
    sheet.net(stage.half_bar, "half_bar", "right")
