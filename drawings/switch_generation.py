"""Drawing of the switch generation."""

from drawings.logic import label, row
from drawings.sheet import Sheet, Symbol
from harness.render import block_interface

PINS = block_interface("switch_generation").pins


def draw(sheet: Sheet) -> None:
    """Draw the ring that counts local clocks, and below it the gates that cut windows out of its outputs."""
    _clocks(sheet)
    _ring(sheet)
    _windows(sheet)
    _leak_window(sheet)
    _event_windows(sheet)


def _clocks(sheet: Sheet) -> None:
    row(sheet, PINS, (5, 33), ("clock_bar", "inverter", "lclk"), ("clock", "inverter", ""))
    sheet.net((7.6, 33), "clock_bar", "up")
    row(sheet, PINS, (20, 33), ("clear_bar", "inverter", "reset"))
    sheet.note("clock, clock_bar and clear_bar go to every register stage", (25.6, 33.3))


def _ring(sheet: Sheet) -> None:
    stages = [_stage(sheet, f"gclk{k}", (5 + 9 * (k - 1), 26), f"gclk{k}", f"gclk{k}_half") for k in (1, 2)]
    label(sheet, PINS, stages[0].d, "gclk", "left")
    sheet.wire(stages[0].q, stages[1].d)
    sheet.net(stages[0].q, "gclk1", "up")
    sheet.net(stages[1].q, "gclk2", "right")
    row(
        sheet, PINS, (28, 29), ("edge_bar", "nand", "gclk1", "gclk2_bar"), ("go_on", "nand", "", "h2_bar"),
        ("turn", "inverter", ""),
    )  # fmt: skip
    before = (6.5, 21.5)
    row(sheet, PINS, (5, 22), ("h0", "nor", "h14", "turn"), to=before)
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
    for y, *gates in (
        (13, ("load_bar", "inverter", "h1"), ("axon_load", "inverter", "")),
        (10, ("axon_clear_bar", "nand", "h2", "h3_bar"), ("axon_clear", "inverter", "")),
        (7, ("fire_clear_bar", "nand", "h1", "h2_bar"), ("fire_clear", "nand", "", "clear_bar")),
        (4, ("word_line_bar", "nand", "h5", "h13_bar"), ("word_line_window", "inverter", "")),
        (1, ("update_bar", "nand", "h14", "h2_bar"), ("update", "inverter", "")),
        (-2, ("swhold", "nand", "word_line_window", "event")),
    ):
        row(sheet, PINS, (5, y), *gates)
    bounded = sheet.block("bounded", "flip_flop", (6, -9), (5, 4), ["d", "clock", "clear"], ["q", "q_bar"])
    label(sheet, PINS, bounded.d, "swinteg", "left")
    sheet.net(bounded.clock, "h13", "left")
    sheet.net(bounded.clear, "fire_clear", "left")
    sheet.pin(bounded.q, "bounded", "right")
    sheet.net(bounded.q_bar, "bounded_bar", "right")


def _event_windows(sheet: Sheet) -> None:
    _event_window(sheet, 13, ("h2", "h9_bar"), ("swrst", "nand", "", "clear_bar"))
    _event_window(sheet, 10, ("h14", "h1"), ("swcomp", "inverter", ""))
    read = _event_window(sheet, 7, ("h2", "h4_bar"), ("read", "nand", "", "clear_bar"))
    x, y = read.y.x + 4.4, read.y.y
    read_low = sheet.block("read_low", "inverter", (x, y - 1.4), (3, 2.8), ["a"], ["y"], ["vddio"])
    az_read = sheet.block("az_read", "inverter", (x + 6, y - 1.4), (3, 2.8), ["a"], ["y"], ["vddio"])
    sheet.net(read_low.a, "read", "left")
    sheet.wire(read_low.y, az_read.a)
    sheet.pin(az_read.y, "az_read", "right")
    for inverter in (read_low, az_read):
        sheet.supply(inverter.vddio, "vdd")


def _event_window(sheet: Sheet, y: float, bounds: tuple[str, str], last: tuple[str, ...]) -> Symbol:
    name = last[0]
    gates = row(
        sheet, PINS, (28, y), (f"{name}_window_bar", "nand", *bounds), (f"{name}_window", "inverter", ""),
        (f"{name}_bar", "nand", "", "event"), last,
    )  # fmt: skip
    return gates[-1]


def _leak_window(sheet: Sheet) -> None:
    for bit, height in ((0, 2), (1, -1)):
        row(sheet, PINS, (28, height), (f"width{bit}_bar", "inverter", f"width{bit}"))
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
    swleak_bar, _ = row(
        sheet, PINS, (53, -3.2), ("swleak_bar", "nand", None, "h3_bar"), ("swleak", "inverter", ""), step=4.6
    )  # fmt: skip
    sheet.wire(ends["leak_end"], swleak_bar.a)
