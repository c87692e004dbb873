"""Drawing of the threshold block."""

from drawings.sheet import Sheet


def draw(sheet: Sheet) -> None:
    """Draw the reference, whose gate lines go to the generation."""
    gates, lines = [f"reference_gate{bit}" for bit in range(3)], ["wl0", "wl1"]
    reference = sheet.block("reference", "psp_reference", (3, 5), (11, 5), lines, gates)
    generation = sheet.block(
        "generation", "column", (20, 1.6667), (11, 8.3333), [*gates, *lines], ["ipsp_ref", "icolumn"]
    )
    for gate in gates:
        sheet.wire(reference[gate], generation[gate])
        sheet.net((17, reference[gate].y), gate, "up")
    for line in lines:
        sheet.pin(reference[line], line, "left")
        sheet.net(generation[line], line, "left")
    sheet.pin(generation.ipsp_ref, "ith_ref", "right")
    sheet.pin(generation.icolumn, "ith_column", "right")
    sheet.note(
        "drawn with two rows\nvread_amp, vclamp, vref, synapse_mode, az, bias and cascode lines go to both", (3, 0.9)
    )
