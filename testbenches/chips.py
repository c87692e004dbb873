"""Chips: one draw of the process each, so that chip 3 is the same chip in every figure that takes its spreads here.

The sigmas of RP, TMR and capacitors are fitted: with the transistors' of technology.toml they make ten chips of
Figure 11 span the paper's "nearly 60 ns" (3.2). Published ones beside them: the capacitors of IHP's open SG13G2 have a
global sigma of 3.3 % (MIM, capacitors_stat.lib). None was found of RP or TMR from chip to chip; from cell to cell 4 to
6 % of RP is customary (an assumption).
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
