"""What the testbenches of Figure 8 share: the nominal conditions, both states of auto-zero, and their cases."""

from typing import Any, ClassVar

from harness.analysis import Solver
from harness.testbench import Parameter, Testbench, Values

OFF, ON = "off", "on"  # Figures 8A and 8C; 8B and 8D
NAMES = {OFF: "before", ON: "after"}
# A chip at other steps repeats within 3 uV (Figure 8E) and 0.1 uV (8F), a twentieth of the sigmas after auto-zero.
SOLVER = Solver(reltol=1e-4, chgtol=3e-16)


class OffsetTestbench(Testbench):
    """One or two blocks of the neuron half with bias and switch driver; AUTO_ZERO is a declared parameter.

    Every instance has the same name in both states, so a chip keeps its draws and before and after are pairs.
    """

    common: ClassVar[tuple[Parameter, ...]] = (
        Parameter("VDDIO", "thick-oxide supply", "V", supply="io", low=1.0, high=2.2),
        Parameter("VCM_COL", "virtual ground of the integrators", "V", 0.5, 0.3, 0.9),
        Parameter("VTH", "firing threshold", "V", 0.85, 0.6, 1.1),
        Parameter("IBIAS", "reference current", "A", 2e-6, 0.2e-6, 20e-6),
        Parameter("AUTO_ZERO", "whether offsets are stored in reset", default=ON, choices=(OFF, ON)),
    )

    def plain(self, values: Values) -> dict[str, Any]:
        """Return the declared parameters for a deck, AUTO_ZERO as a truth value."""
        declared = {parameter.name: values[parameter.name] for parameter in self.parameters}
        return {**declared, "auto_zero": declared.pop("AUTO_ZERO") == ON}
