"""The corners, supplies, levels and currents that testbenches share, so that one name has one default and one range."""

from harness.testbench import Parameter

CORNERS = ("tt", "ff", "ss", "fs", "sf")

VDD = Parameter("VDD", "core supply", "V", supply="core", low=0.5, high=1.3)
VDDIO = Parameter("VDDIO", "thick-oxide supply, also the word lines' level", "V", supply="io", low=1.0, high=2.2)
VREAD_AMP = Parameter("VREAD_AMP", "bit-line voltage in synapse mode", "V", 0.048, 0.01, 0.1)
VCLAMP = Parameter("VCLAMP", "clamp gate in memory read and during auto-zero", "V", 0.36, 0.0, 1.0)
VCM_COL = Parameter("VCM_COL", "virtual ground of the integrators", "V", 0.5, 0.3, 0.9)
VREST = Parameter("VREST", "resting level, start of the integration", "V", 0.55, 0.3, 1.0)
VTH = Parameter("VTH", "firing threshold", "V", 0.85, 0.6, 1.1)
VCM_TWG = Parameter("VCM_TWG", "start of the time-window generator", "V", 0.532, 0.3, 1.0)
IBIAS = Parameter("IBIAS", "each reference current", "A", 2e-6, 0.2e-6, 20e-6)
VRFR = Parameter("VRFR", "start in the relative refractory period", "V", 0.45, 0.2, 1.0)
VLAT = Parameter("VLAT", "start under lateral inhibition", "V", 0.42, 0.2, 1.0)
ILEAKAGE = Parameter("ILEAKAGE", "leak current", "A", 50e-9, 5e-9, 1e-6)

READ_HALF = (VDD, VDDIO, VREAD_AMP, VCLAMP, VCM_COL, IBIAS)  # of a deck that ends at the columns' currents
