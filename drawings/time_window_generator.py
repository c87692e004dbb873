"""Drawing of the time-window generator."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the analog chain above, and below the gates: blanking, latch, window, steering."""
    _chain(sheet)
    _blanking(sheet)
    _latch(sheet)
    _window(sheet)
    _steering(sheet)


def _chain(sheet: Sheet) -> None:
    integrator = sheet.block(
        "integrator",
        "integrator",
        (7, 16),
        (6, 6),
        ["isyn", "vcm", "vbase"],
        ["vinteg"],
        down=["swinteg", "rst", "az", "azb"],
    )
    buffer = sheet.block("buffer", "buffer", (20, 17.5), (5, 3), ["in"], ["out"], down=["rst", "az", "azb"])
    comparator = sheet.block(
        "comparator", "comparator", (32, 16), (6, 6), ["vth", "signal", "vcm"], ["above"], down=["rst", "az", "azb"]
    )
    sheet.pin(integrator.isyn, "ith", "left")
    sheet.pin(integrator.vcm, "vcm", "left")
    sheet.pin(integrator.vbase, "vcm_twg", "left")
    sheet.net(integrator.swinteg, "steer", "down")
    for name in ("rst", "az", "azb"):
        sheet.pin(integrator[name], name, "down")
        for block in (buffer, comparator):
            sheet.net(block[name], name, "down")
    sheet.wire(integrator.vinteg, buffer["in"])
    sheet.wire((16.5, 19), (16.5, 21))
    sheet.pin((16.5, 21), "vtwg", "up")
    sheet.wire(buffer.out, comparator.signal)
    sheet.net((28.5, 19), "buffered", "up")
    sheet.pin(comparator.vth, "vth", "left")
    sheet.net(comparator.vcm, "vcm", "left")
    sheet.net(comparator.above, "above", "right")


def _blanking(sheet: Sheet) -> None:
    azb_bar = sheet.gate("inverter", "azb_bar", (4.5, 11.6))
    into, output = sheet.complementary("blank_low", "blank_high", (6, 7), "vddio", thick=True)
    cap = sheet.cap("blank", (9.6, 6))
    enable = sheet.gate("nor", "enable", (15, 9.5))
    sheet.net((1.6, 7), "azb", "left")
    sheet.wire((1.6, 7), into)
    sheet.wire((2.4, 7), (2.4, 11.6), azb_bar.a)
    sheet.ground(cap.minus)
    sheet.wire(output, (12.6, 7), (12.6, 9), enable.b)
    sheet.wire(azb_bar.y, (12, 11.6), (12, 10), enable.a)
    cross = sheet.gate("nand", "cross", (20, 9))
    sheet.wire(enable.y, cross.a)
    sheet.net(cross.b, "above", "left")
    sheet.wire(cross.y, (24.5, 9))


def _latch(sheet: Sheet) -> None:
    crossed = sheet.gate("nand", "crossed", (26, 9.5))
    opened = sheet.gate("nand", "open", (26, 5.5))
    rst_bar = sheet.gate("inverter", "rst_bar", (20, 6))
    sheet.net(rst_bar.a, "rst", "left")
    sheet.wire(rst_bar.y, opened.a)
    sheet.wire((28.4, 9.5), (28.4, 7.4), (23.6, 7.4), (23.6, 5), opened.b)
    sheet.wire(opened.y, (29.2, 5.5), (29.2, 11.4), (23.6, 11.4), (23.6, 10), crossed.a)
    sheet.wire(crossed.y, (34.5, 9.5))
    sheet.net((31.5, 9.5), "crossed", "up")


def _window(sheet: Sheet) -> None:
    swrst_bar = sheet.gate("inverter", "swrst_bar", (20, 2))
    idle_bar = sheet.gate("nand", "idle_bar", (26, 2.5))
    idle = sheet.gate("inverter", "idle", (30.5, 2.5))
    window = sheet.gate("nor", "window", (36, 9))
    window_bar = sheet.gate("inverter", "window_bar", (40.5, 9))
    swinteg = sheet.gate("inverter", "swinteg", (45, 9))
    sheet.pin(swrst_bar.a, "swrst", "left")
    sheet.wire(swrst_bar.y, idle_bar.b)
    sheet.wire((23.2, 0), (23.2, 3), idle_bar.a)
    sheet.wire(idle_bar.y, idle.a)
    sheet.wire(idle.y, (33.4, 2.5), (33.4, 8.5), window.b)
    sheet.wire(window.y, window_bar.a)
    sheet.wire(window_bar.y, swinteg.a)
    sheet.wire(swinteg.y, (49, 9))
    sheet.pin((49, 9), "swinteg", "right")


def _steering(sheet: Sheet) -> None:
    swhold_bar = sheet.gate("inverter", "swhold_bar", (35.5, 0))
    steer_bar = sheet.gate("nand", "steer_bar", (41, 0.5))
    steer = sheet.gate("inverter", "steer", (45.5, 0.5))
    sheet.pin((18.5, 0), "swhold", "left")
    sheet.wire((18.5, 0), swhold_bar.a)
    sheet.wire(swhold_bar.y, steer_bar.b)
    sheet.wire((47.6, 9), (47.6, 4.5), (38.4, 4.5), (38.4, 1), steer_bar.a)
    sheet.wire(steer_bar.y, steer.a)
    sheet.net(steer.y, "steer", "right")
