"""Drawing of the neuron."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw integrator, comparator and decision."""
    integrator = sheet.block(
        "integrator",
        "integrator",
        (3, 3),
        (6, 6),
        ["isyn", "vcm", "vbase"],
        ["vinteg"],
        down=["rst", "az", "azb", "swinteg"],
    )
    comparator = sheet.block(
        "comparator",
        "comparator",
        (15, 3),
        (6, 6),
        ["signal", "vth", "vcm"],
        ["above", "", ""],
        down=["rst", "az", "azb"],
    )
    decision = sheet.block("decision", "flip_flop", (26, 3), (5, 6), ["d", "clock", "clear"], ["q", "q_bar"])
    for pin in ("isyn", "vcm", "vbase"):
        sheet.pin(integrator[pin], pin, "left")
    for pin in ("rst", "az", "azb", "swinteg"):
        sheet.pin(integrator[pin], pin, "down")
    for pin in ("rst", "az", "azb"):
        sheet.net(comparator[pin], pin, "down")
    sheet.wire(integrator.vinteg, (12, 6), (12, 8), comparator.signal)
    sheet.wire((12, 8), (12, 10))
    sheet.pin((12, 10), "vinteg", "up")
    sheet.pin(comparator.vth, "vth", "left")
    sheet.net(comparator.vcm, "vcm", "left")
    sheet.wire(comparator.above, decision.d)
    sheet.net((23.5, 8), "above", "up")
    sheet.pin(decision.clock, "swcomp", "left")
    sheet.net(decision.clear, "rst", "left")
    sheet.pin(decision.q, "fire", "right")
    sheet.net(decision.q_bar, "fire_bar", "right")
