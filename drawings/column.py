"""Drawing of a column."""

from drawings.sheet import Sheet, Symbol


def draw(sheet: Sheet) -> None:
    """Draw a lane for each bit, from its bit line to the weighted copies, and the sink of their sum."""
    for bit in range(3):
        _lane(sheet, bit, 16 - 8 * bit)
    sheet.wire((27, 20.2), (27, -4.5), (29, -4.5))
    sheet.net((27, 20.2), "sum", "up")
    sheet.wire((29, 20.2), (29, -0.7))
    sheet.pin((29, 20.2), "ipsp_ref", "up")
    sink = sheet.block("sink", "current_sink", (30, -6), (5, 3), ["in"], ["out"], ["cascode_n"])
    sheet.pin(sink.out, "icolumn", "right")
    sheet.pin(sink.cascode_n, "cascode_n", "up")
    control(sheet, -7.6, "to all three channels")


def _lane(sheet: Sheet, bit: int, y: float) -> None:
    channel = lane(sheet, f"{bit}", y, first=not bit)
    output = sheet.block(f"output{bit}", "mirror_output", (20, y + 1.3), (5, 2.4), ["gate"], ["out"])
    reference = sheet.block(f"reference{bit}", "mirror_output", (20, y - 1.9), (5, 2.4), ["gate"], ["out"])
    sheet.wire(channel.gate, output.gate)
    sheet.wire(output.out, (27, output.out.y))
    sheet.pin(reference.gate, f"reference_gate{bit}", "left")
    sheet.wire(reference.out, (29, reference.out.y))
    sheet.note(f"x{2**bit}", (25.3, y + 3.7))
    sheet.note(f"x{2**bit}", (25.3, y + 0.8))


def lane(sheet: Sheet, name: str, y: float, first: bool) -> Symbol:
    """Draw a bit line and its channel, which is returned; the first lane of a drawing has the word line's pin."""
    line = sheet.block(f"bit_line{name}", "bit_line", (1, y), (4.4, 3), ["wl0"], ["bl"], down=["sl"])
    channel = sheet.block(f"channel{name}", "read_channel", (9, y - 0.5), (6, 4), ["bl", "sense"], ["gate", "data"])
    (sheet.pin if first else sheet.net)(line.wl0, "wl0", "left")
    sheet.ground(line.sl)
    sheet.wire(line.bl, (7.2, line.bl.y), (7.2, channel.bl.y), channel.bl)
    sheet.wire((7.2, line.bl.y), (7.2, channel.sense.y), channel.sense)
    sheet.net((7.2, channel.bl.y), f"bl{name}", "up")
    sheet.net(channel.data, f"data{name}", "right")
    return channel


def control(sheet: Sheet, y: float, reach: str) -> None:
    """Draw the control under the channels that it reaches."""
    lines = ["on", "on_b", "sample", "sample_b", "zero", "zero_b", "drive", "drive_b"]
    block = sheet.block("control", "read_control", (9, y), (6, 6), ["synapse_mode", "az"], lines)
    for pin in ("synapse_mode", "az"):
        sheet.pin(block[pin], pin, "left")
    for line in lines:
        sheet.net(block[line], line, "right")
    sheet.note(f"{reach}, which also have vread_amp, vclamp, vref, bias and cascode lines in common", (9, y - 0.8))
