"""Drawing of the neuron with leak and baselines."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the selector before the integrator, the leak above it, comparator and decision behind."""
    selector = sheet.block(
        "selector",
        "baseline_selector",
        (2, 8),
        (6, 6),
        ["vrest", "vrfr", "vlat"],
        ["vbase"],
        down=["sw_rest", "sw_rfr", "sw_lat"],
    )
    integrator = sheet.block(
        "integrator", "integrator", (13, 6), (6, 6), ["vbase", "isyn", "vcm"], ["vinteg"], ["summing0"],
        ["rst", "az", "azb", "swinteg"],
    )  # fmt: skip
    leak = sheet.block("leak", "leak", (13, 15), (6, 4.5), ["vrest", "swleak", "vleak_p"], ["vinteg"], down=["sum"])
    comparator = sheet.block(
        "comparator",
        "comparator",
        (25, 6),
        (6, 6),
        ["signal", "vth", "vcm"],
        ["above", "", ""],
        down=["rst", "az", "azb"],
    )
    decision = sheet.block("decision", "flip_flop", (36, 6), (5, 6), ["d", "clock", "clear"], ["q", "q_bar"])
    for pin in ("vrest", "vrfr", "vlat"):
        sheet.pin(selector[pin], pin, "left")
    for name in ("sw_rest", "sw_rfr", "sw_lat"):
        sheet.pin(selector[name], name, "down")
    sheet.wire(selector.vbase, integrator.vbase)
    sheet.pin(integrator.isyn, "isyn", "left")
    sheet.pin(integrator.vcm, "vcm", "left")
    for pin in ("rst", "az", "azb", "swinteg"):
        sheet.pin(integrator[pin], pin, "down")
    for pin in ("rst", "az", "azb"):
        sheet.net(comparator[pin], pin, "down")
    sheet.wire(integrator.summing0, leak.sum)
    sheet.net(integrator.summing0, "sum", "right")
    sheet.net(leak.vrest, "vrest", "left")
    sheet.pin(leak.swleak, "swleak", "left")
    sheet.pin(leak.vleak_p, "vleak_p", "left")
    sheet.wire(leak.vinteg, (21.5, 17.25), (21.5, 9))
    sheet.wire(integrator.vinteg, (21.5, 9), (21.5, 11), comparator.signal)
    sheet.wire((21.5, 17.25), (23, 17.25))
    sheet.pin((23, 17.25), "vinteg", "right")
    sheet.pin(comparator.vth, "vth", "left")
    sheet.net(comparator.vcm, "vcm", "left")
    sheet.wire(comparator.above, decision.d)
    sheet.net((33.5, 11), "above", "up")
    sheet.pin(decision.clock, "swcomp", "left")
    sheet.pin(decision.clear, "fire_clear", "left")
    sheet.pin(decision.q, "fire", "right")
    sheet.net(decision.q_bar, "fire_bar", "right")
