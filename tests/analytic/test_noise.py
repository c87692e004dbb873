import math
from pathlib import Path

import numpy as np
import pytest

from harness.analysis import Noise, complete_deck
from harness.ngspice import DECK_NAME, run_deck

BOLTZMANN = 1.380649e-23


def test_a_resistor_and_a_capacitor_have_their_kt_over_c(tmp_path: Path) -> None:
    """1 kOhm and 1 pF: 159 MHz, far inside the span; two decades above the corner 0.6 % of the power are missing."""
    capacitance, kelvin = 1e-12, 300.15
    circuit = f"* kt/c\n.temp 27\nVin in 0 0 ac 1\nRon in out 1k\nCstore out 0 {capacitance}\n"
    analysis = Noise("out", "0", "vin", 1e3, 100e9, 40)
    (tmp_path / DECK_NAME).write_text(complete_deck(circuit, analysis))
    outcome = run_deck(tmp_path, analysis, 60, ("onoise_spectrum", "inoise_spectrum"))
    assert outcome.frame is not None, outcome.failure
    density = outcome.frame["onoise_spectrum"].to_numpy()
    assert density[0] == pytest.approx(math.sqrt(4 * BOLTZMANN * kelvin * 1e3), rel=1e-4)
    rms = math.sqrt(float(np.trapezoid(density**2, outcome.frame.index.to_numpy())))
    assert rms == pytest.approx(math.sqrt(BOLTZMANN * kelvin / capacitance), rel=2e-3)
    gain = density / outcome.frame["inoise_spectrum"].to_numpy()
    assert gain[0] == pytest.approx(1.0, rel=1e-6)
