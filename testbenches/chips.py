"""Chips: one draw of the process each, the same chip 3 in every figure that takes its spreads from here.

The sigmas of RA, TMR and capacitors are fitted: they make ten chips of Figure 11 spread over "nearly 60 ns" (3.2).
Customary figures are larger, and no published one was found: RP 4 to 6 %, metal capacitors 5 % (15 % at three sigma).
"""

from dataclasses import replace

from harness.draws import Spreads
from harness.testbench import Parameter, Values

CHIPS = 10  # drawn in the figures; the paper does not say how many it measured

CHIP_PARAMETERS = (
    Parameter("CHIP_RP", "chip-to-chip sigma of RP (fitted to Figure 11)", default=0.025, low=0.0, high=0.2),
    Parameter("CHIP_TMR", "chip-to-chip sigma of TMR (fitted to Figure 11)", default=0.025, low=0.0, high=0.2),
    Parameter("CHIP_C", "chip-to-chip sigma of capacitors (fitted to Figure 11)", default=0.023, low=0.0, high=0.2),
)


def chip_spreads(values: Values, spreads: Spreads, mismatch: bool, junctions: float = 0.0) -> Spreads:
    """Return the process at the settings' sigmas, with transistors' mismatch and the junctions' sigma as asked."""
    chip = {parameter.name.lower(): float(values[parameter.name]) for parameter in CHIP_PARAMETERS}
    return replace(spreads, mismatch=mismatch, process=True, mtj_rp=junctions, mtj_tmr=junctions, **chip)
