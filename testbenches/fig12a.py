"""Figure 12A: VINTEG against weight as it was measured, one neuron stimulated and reset over and over, threshold 3."""

from testbenches.stimulated import StimulatedAndReset, measured_claims


class Figure12A(StimulatedAndReset):
    """Threshold 3, weights -2 to 3."""

    name = "fig12a"
    threshold = 3
    runs = ((-2, 3),)
    beside = ("fig12a",)
    claims, sample_claims = measured_claims(3, "paper 3.2, Figure 12A")


TESTBENCH = Figure12A()
