"""Drawing of the switch generation."""

from collections.abc import Sequence

from drawings.sheet import Sheet, Symbol

STEP = 5.2  # from gate to gate of a chain


def draw(sheet: Sheet) -> None:
    """Draw the ring that counts local clocks, and below it the gates that cut windows out of its outputs."""
    _clocks(sheet)
    _ring(sheet)
    _windows(sheet)
    _leak_window(sheet)
    _event_windows(sheet)


def _chain(
    sheet: Sheet, x: float, y: float, first: Sequence[str], *gates: tuple[str, str, str], pin: bool = True
) -> Symbol:
    """Draw gates one behind the other, the output of each the a of the next, and return the last.

    A gate is its name, its kind, and the net of its b, or "". ``first`` are the nets of the first one's inputs.
    """
    drawn: list[Symbol] = []
    for name, kind, second in gates:
        gate = sheet.gate(kind, name, (x, y if kind == "inverter" else y - 0.5))
        for terminal, net in zip("ab", first if not drawn else ("", second), strict=False):
            if net:
                _name(sheet, gate[terminal], net)
        if drawn:
            sheet.wire(drawn[-1].y, gate.a)
        drawn.append(gate)
        x, y = x + STEP, gate.y.y
    (sheet.pin if pin else sheet.net)(drawn[-1].y, gates[-1][0], "right")
    return drawn[-1]


def _name(sheet: Sheet, place: tuple[float, float], net: str) -> None:
    """Name an input: as a pin the first time that a pin of the block comes up."""
    pins = ("gclk", "lclk", "reset", "event", "swinteg", "width0", "width1")
    first = net in pins and net not in (name for name, _ in sheet.names)
    (sheet.pin if first else sheet.net)(place, net, "left")


def _clocks(sheet: Sheet) -> None:
    _chain(sheet, 5, 33, ("lclk",), ("clock_bar", "inverter", ""), ("clock", "inverter", ""), pin=False)
    sheet.net((7.6, 33), "clock_bar", "up")
    _chain(sheet, 20, 33, ("reset",), ("clear_bar", "inverter", ""), pin=False)
    sheet.note("clock, clock_bar and clear_bar go to every register stage", (25.6, 33.3))


def _ring(sheet: Sheet) -> None:
    stages = [_stage(sheet, f"gclk{k}", (5 + 9 * (k - 1), 26), f"gclk{k}", f"gclk{k}_half") for k in (1, 2)]
    _name(sheet, stages[0].d, "gclk")
    sheet.wire(stages[0].q, stages[1].d)
    sheet.net(stages[0].q, "gclk1", "up")
    sheet.net(stages[1].q, "gclk2", "right")
    _chain(
        sheet,
        28,
        29,
        ("gclk1", "gclk2_bar"),
        ("edge_bar", "nand", ""),
        ("go_on", "nand", "h2_bar"),
        ("turn", "inverter", ""),
        pin=False,
    )
    start = sheet.gate("nor", "h0", (5, 21.5))
    sheet.net(start.a, "h14", "left")
    sheet.net(start.b, "turn", "left")
    before = start.y
    for k in range(0, 14, 2):
        stage = _stage(sheet, f"ring{k + 2}", (10 + 4.5 * k, 18.5), f"h{k + 2}", f"h{k + 1}")
        sheet.wire(before, stage.d)
        if k:
            sheet.net(before, f"h{k}", "up")
        before = stage.q
    sheet.net((7.5, 21.5), "h0", "up")
    sheet.net(before, "h14", "right")


def _stage(sheet: Sheet, name: str, at: tuple[float, float], q: str, half: str) -> Symbol:
    stage = sheet.block(name, "register_stage", at, (5, 4), ["d", ""], ["q", "q_bar"], down=["half", "half_bar"])
    sheet.net(stage.q_bar, f"{q}_bar", "right")
    sheet.net(stage.half, half, "down")
    sheet.net(stage.half_bar, f"{half}_bar", "down")
    return stage


def _windows(sheet: Sheet) -> None:
    _chain(sheet, 5, 13, ("h1",), ("load_bar", "inverter", ""), ("axon_load", "inverter", ""))
    _chain(sheet, 5, 10, ("h2", "h3_bar"), ("axon_clear_bar", "nand", ""), ("axon_clear", "inverter", ""))
    _chain(sheet, 5, 7, ("h1", "h2_bar"), ("fire_clear_bar", "nand", ""), ("fire_clear", "nand", "clear_bar"))
    _chain(sheet, 5, 4, ("h5", "h13_bar"), ("word_line_bar", "nand", ""), ("word_line_window", "inverter", ""))
    _chain(sheet, 5, 1, ("h14", "h2_bar"), ("update_bar", "nand", ""), ("update", "inverter", ""))
    _chain(sheet, 5, -2, ("word_line_window", "event"), ("swhold", "nand", ""))
    bounded = sheet.block("bounded", "flip_flop", (6, -9), (5, 4), ["d", "clock", "clear"], ["q", "q_bar"])
    _name(sheet, bounded.d, "swinteg")
    sheet.net(bounded.clock, "h13", "left")
    sheet.net(bounded.clear, "fire_clear", "left")
    sheet.pin(bounded.q, "bounded", "right")
    sheet.net(bounded.q_bar, "bounded_bar", "right")


def _event_windows(sheet: Sheet) -> None:
    _event_window(sheet, 13, ("h2", "h9_bar"), ("swrst", "nand", "clear_bar"))
    _event_window(sheet, 10, ("h14", "h1"), ("swcomp", "inverter", ""))
    read = _event_window(sheet, 7, ("h2", "h4_bar"), ("read", "nand", "clear_bar"), pin=False)
    x, y = read.y.x + 4.4, read.y.y
    read_low = sheet.block("read_low", "inverter", (x, y - 1.4), (3, 2.8), ["a"], ["y"], ["vddio"])
    az_read = sheet.block("az_read", "inverter", (x + 6, y - 1.4), (3, 2.8), ["a"], ["y"], ["vddio"])
    sheet.net(read_low.a, "read", "left")
    sheet.wire(read_low.y, az_read.a)
    sheet.pin(az_read.y, "az_read", "right")
    for inverter in (read_low, az_read):
        sheet.supply(inverter.vddio, "vdd")


def _event_window(
    sheet: Sheet, y: float, bounds: Sequence[str], last: tuple[str, str, str], pin: bool = True
) -> Symbol:
    name = last[0]
    window = (f"{name}_window_bar", "nand", ""), (f"{name}_window", "inverter", "")
    return _chain(sheet, 28, y, bounds, *window, (f"{name}_bar", "nand", "event"), last, pin=pin)


def _leak_window(sheet: Sheet) -> None:
    for bit, height in ((0, 2), (1, -1)):
        _chain(sheet, 28, height, (f"width{bit}",), (f"width{bit}_bar", "inverter", ""), pin=False)
    ends: dict[str, tuple[float, float]] = {}
    for name, x, y, low, high, bit in (
        ("short", 37, 1, "h5", "h7", 0), ("long", 37, -7.4, "h9", "h11", 0), ("leak_end", 46, -3.2, "short", "long", 1)
    ):  # fmt: skip
        upper = sheet.transmission_gate(f"{name}_low", (x, y + 1.8))
        lower = sheet.transmission_gate(f"{name}_high", (x, y - 1.8))
        for gate, on, off in ((upper, f"width{bit}_bar", f"width{bit}"), (lower, f"width{bit}", f"width{bit}_bar")):
            sheet.net(gate.on, on, "down")
            sheet.net(gate.on_bar, off, "up")
        sheet.wire(upper.b, (x + 3, y + 1.8), (x + 3, y - 1.8), lower.b)
        if name == "leak_end":
            sheet.wire(ends["short"], upper.a)
            sheet.wire(ends["long"], lower.a)
        else:
            sheet.net(upper.a, low, "left")
            sheet.net(lower.a, high, "left")
        ends[name] = (x + 3, y)
    swleak_bar = sheet.gate("nand", "swleak_bar", (53, -3.7))
    swleak = sheet.gate("inverter", "swleak", (57.6, -3.7))
    sheet.wire(ends["leak_end"], swleak_bar.a)
    sheet.net(swleak_bar.b, "h3_bar", "left")
    sheet.wire(swleak_bar.y, swleak.a)
    sheet.pin(swleak.y, "swleak", "right")
