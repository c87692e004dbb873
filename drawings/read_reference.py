"""Drawing of the read reference."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the P line and the AP line with their channels in memory read, all on VREF, and what turns them off."""
    _mode(sheet)
    for name, y in (("p", 11), ("ap", 1)):
        line = sheet.block(f"bit_line_{name}", "bit_line", (15, y + 0.5), (4.4, 3), ["wl0"], ["bl"], down=["sl"])
        channel = sheet.block(
            f"channel_{name}", "read_channel", (25, y), (11, 4), ["bl", "sense"], ["data", "vref", "gate"],
            ["on_b", "sample_b", "zero_b", "drive_b"], ["vclamp", "on", "sample", "zero", "drive", "vread_amp"],
        )  # fmt: skip
        (sheet.pin if name == "p" else sheet.net)(line.wl0, "wl0", "left")
        sheet.ground(line.sl)
        sheet.wire(line.bl, (22, y + 2), (22, channel.sense.y), channel.sense)
        sheet.wire((22, y + 2), (22, channel.bl.y), channel.bl)
        sheet.wire(channel.on_b, channel.drive_b)
        sheet.supply((30.5, y + 5.4), "vdd")
        sheet.wire((30.5, y + 5.4), (30.5, y + 5))
        sheet.wire(channel.on, channel.vread_amp)
        sheet.ground((31.4, y - 1.4))
        sheet.wire((31.4, y - 1.4), (31.4, y - 1))
        sheet.wire(channel.data, (38.5, channel.data.y))
        sheet.wire(channel.vref, (38.5, channel.vref.y))
        sheet.net(channel.gate, f"gate_{name}", "right")
        sheet.net(channel.vclamp, "clamp_line", "down")
    sheet.wire((38.5, 14.3333), (38.5, 13))
    sheet.wire((38.5, 13), (38.5, 3))
    sheet.wire((38.5, 4.3333), (38.5, 3))
    sheet.wire((38.5, 9), (40, 9))
    sheet.pin((40, 9), "vref", "right")


def _mode(sheet: Sheet) -> None:
    mode, memory_mode = sheet.complementary("mode_n", "mode_p", (3, 11))
    sheet.wire((1, 11), mode)
    sheet.pin((1, 11), "synapse_mode", "left")
    sheet.wire(memory_mode, (4.4, 11))
    sheet.net((4.4, 11), "memory_mode", "right")
    low, high = sheet.pass_gate("vclamp_n", "vclamp_p", (4, 3.6), "right")
    off = sheet.nmos("clamp_off", (9.6, 1.6))
    sheet.net(low.gate, "memory_mode", "up")
    sheet.net(high.gate, "synapse_mode", "down")
    sheet.wire((1, 3.6), (3, 3.6))
    sheet.pin((1, 3.6), "vclamp", "left")
    sheet.wire((5, 3.6), (11, 3.6))
    sheet.net((11, 3.6), "clamp_line", "right")
    sheet.wire(off.drain, (9.6, 3.6))
    sheet.net(off.gate, "synapse_mode", "left")
    sheet.ground(off.source)
