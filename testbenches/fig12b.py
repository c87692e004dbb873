"""Figure 12B: the same as Figure 12A at threshold 7; an axon takes two rows, so the memory is written twice."""

from testbenches.stimulated import StimulatedAndReset, measured_claims


class Figure12B(StimulatedAndReset):
    """Threshold 7, weights -2 to 7."""

    name = "fig12b"
    threshold = 7
    runs = ((-2, 2), (3, 7))
    beside = ("fig12b",)
    claims, sample_claims = measured_claims(7, "paper 3.2, Figure 12B (there called 13B)")


TESTBENCH = Figure12B()
