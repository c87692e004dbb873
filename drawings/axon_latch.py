"""Drawing of the axon latch."""

from drawings.sheet import Sheet, Symbol


def draw(sheet: Sheet) -> None:
    """Draw the three flip-flops in a row, before them what clears the first, at the end the OR of the events."""
    stages = [
        sheet.block(name, "flip_flop", (x, 6), (5, 5), ["d", "clock", "clear"], ["q", "", "q_bar"])
        for name, x in (("pending", 14), ("sample", 25.5), ("take", 37))
    ]
    pending, sample, take = stages
    sheet.wire(pending.d, (12.4, pending.d.y), (12.4, 11))
    sheet.supply((12.4, 11), "vddio")
    for stage, clock in zip(stages, ("axon", "lclk", "axon_load"), strict=True):
        sheet.pin(stage.clock, clock, "left")
    for stage, following, name in ((pending, sample, "pending"), (sample, take, "sample")):
        sheet.wire(stage.q, following.d)
        sheet.net((stage.q.x + 1, stage.q.y), name, "up")
        sheet.net(stage.q_bar, f"{name}_bar", "right")
        sheet.net(following.clear, "reset", "left")
    _clear(sheet, pending, take)
    _event(sheet, take)


def _clear(sheet: Sheet, pending: Symbol, take: Symbol) -> None:
    taken_bar = sheet.gate("nand", "taken_bar", (4.5, 7.333))
    reset_bar = sheet.gate("inverter", "reset_bar", (4.5, 4.6))
    forget = sheet.gate("nand", "forget", (10, 6.833))
    sheet.wire(take.q, (55, take.q.y))
    sheet.pin((55, take.q.y), "axon_q", "right")
    sheet.wire((44, take.q.y), (44, 12.6), (1.8, 12.6), (1.8, 7.833), taken_bar.a)
    sheet.pin(taken_bar.b, "axon_clear", "left")
    sheet.pin(reset_bar.a, "reset", "left")
    sheet.wire(taken_bar.y, forget.a)
    sheet.wire(reset_bar.y, (7.2, 4.6), (7.2, 6.333), forget.b)
    sheet.wire(forget.y, pending.clear)


def _event(sheet: Sheet, take: Symbol) -> None:
    none_before = sheet.gate("inverter", "none_before", (48, 7))
    event = sheet.gate("nand", "event", (52.5, 5.9))
    sheet.pin(none_before.a, "event_in", "left")
    sheet.wire(none_before.y, (50.2, 7), (50.2, 6.4), event.a)
    sheet.wire(take.q_bar, (43.6, take.q_bar.y), (43.6, 5.4), event.b)
    sheet.net((46, 5.4), "axon_q_bar", "down")
    sheet.wire(event.y, (55, 5.9))
    sheet.pin((55, 5.9), "event_out", "right")
    sheet.note("x3", (52.1, 7))
