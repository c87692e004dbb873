"""Drawing of the read channels' control."""

from drawings.sheet import Sheet

STEP = 6.6  # from inverter to inverter


def draw(sheet: Sheet) -> None:
    """Draw auto-zero's chain, whose slow pair comes between the two edges, and below it what the mode decides."""
    _chain(sheet, 14, "az", [
        ("sample_b", "sample_b"), ("sample", "sample"), ("delay_in", ""), ("delay_out", ""),
        ("zero_b", "zero_b"), ("zero", "zero"),
    ])  # fmt: skip
    sheet.note("slow pair", (2.8 + 2.5 * STEP, 13.6))
    _chain(sheet, 4, "synapse_mode", [("off", "on_b"), ("on", "on")])
    _nand(sheet)


def _chain(sheet: Sheet, y: float, start: str, inverters: list[tuple[str, str]]) -> None:
    """Draw inverters one behind the other: each one's name, and the pin at its output or ""."""
    sheet.pin((1.5, y), start, "left")
    before, x = (1.5, y), 4.0
    for name, pin in inverters:
        into, output = sheet.complementary(f"{name}_n", f"{name}_p", (x, y))
        sheet.wire(before, into)
        before = (x + STEP - 2.4, y)
        sheet.wire(output, before)
        if pin:
            sheet.wire(before, (before[0], y + 3))
            sheet.pin((before[0], y + 3), pin, "up")
        x += STEP


def _nand(sheet: Sheet) -> None:
    """Draw drive_b, which is low while the amplifier is on and not at its zero, and its inverter."""
    on_p, zero_b_p = sheet.pmos("nand_on_p", (19, 7)), sheet.pmos("nand_zero_b_p", (24.4, 7))
    on, zero_b = sheet.nmos("nand_on", (19, 3.4)), sheet.nmos("nand_zero_b", (19, 0.6))
    sheet.wire(on_p.gate, on.gate)
    sheet.wire((14.8, 4), (18, 4))
    sheet.net(zero_b_p.gate, "zero_b", "left")
    sheet.net(zero_b.gate, "zero_b", "left")
    sheet.wire(on_p.drain, on.drain)
    sheet.wire(on.source, zero_b.drain)
    sheet.wire(zero_b_p.drain, (24.4, 5.2))
    for high in (on_p, zero_b_p):
        sheet.supply(high.source, "vdd")
    sheet.ground(zero_b.source)
    into, output = sheet.complementary("drive_n", "drive_p", (31, 5.2))
    sheet.wire((19, 5.2), into)
    sheet.wire((28.2, 5.2), (28.2, 8.2))
    sheet.pin((28.2, 8.2), "drive_b", "up")
    sheet.wire(output, (34, 5.2))
    sheet.pin((34, 5.2), "drive", "right")
