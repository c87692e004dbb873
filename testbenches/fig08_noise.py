"""Noise beside the offsets of Figure 8: what each capacitor samples in reset, and what devices add at the decision."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from harness.analysis import Analysis, Noise
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Testbench, Values, conditions
from testbenches.parameters import IBIAS, VCM_COL, VDDIO, VREST, VTH

BOLTZMANN = 1.380649e-23  # J/K
ZERO_CELSIUS = 273.15
ANSWER = 0.2  # V, the comparator's output at its answer above its level of auto-zero
F_START, F_STOP = 10e3, 10e9  # Hz; what is slower than an event is the same in reset and in use, and subtracted


@dataclass(frozen=True)
class Place:
    """A block in one phase: its capacitor in reset, or in use with the comparator that answers to it.

    What a block adds at its output in use is told apart by the comparator's bandwidth, so that noise is the
    comparator's output over its gain.
    """

    device: str
    reset: bool
    level: float = 0.5  # V at the block's input; the integrator's is VCM_COL
    stored: str = ""  # role of the capacitor that samples


PLACES = {
    "integrator_sampled": Place("integrator", True, stored="integrate"),
    "comparator_sampled": Place("comparator", True, 0.85, "zero"),
    "buffer_sampled": Place("buffer", True, 0.7, "zero"),
    "integrator_answered": Place("integrator", False),
    "comparator_answered": Place("comparator", False, 0.85),
    "buffer_answered": Place("buffer", False, 0.85),
}
SUMMING = {"integrator": "xdevice.sum", "comparator": "xdevice.minus", "buffer": "xdevice.minus"}
DECISION = ("integrator_sampled", "comparator_sampled", "integrator_answered")  # answered: its comparator's too
BUFFER = ("buffer_sampled", "comparator_sampled", "buffer_answered")


class Figure8Noise(Testbench):
    """Rms noise of each place from the device noise at its frozen operating point, integrated from 10 kHz."""

    name = "fig08_noise"
    question = "How much noise stands beside the offsets that auto-zero leaves?"
    is_figure = False
    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDDIO,
        VCM_COL,
        VREST,
        VTH,
        IBIAS,
        Parameter("PLACE", "block and phase", default="integrator_sampled", choices=tuple(PLACES)),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("decision", "rms noise of one decision: both sampled, and both in use",
              "required: a tenth of half a step", (0, 3.2e-3), (0, 1e-3)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each place."""
        for place in PLACES:
            yield {"PLACE": place}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck of one block."""
        place = PLACES[str(values["PLACE"])]
        level = float(values["VCM_COL"]) if place.device == "integrator" else place.level
        output = "xdevice.out" if place.device == "comparator" else "out"
        return "fig08_noise.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            **vars(place),
            "level": level,
            "output": output,
            "summing": SUMMING[place.device],
            "comparator": "xdevice" if place.device == "comparator" else "xcomparator",
            "shift": float(values["VTH"]) - level if place.device == "integrator" else 0.0,
            "answer": ANSWER,
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the noise between the place's nodes."""
        place = PLACES[str(values["PLACE"])]
        if place.reset:
            return Noise("xdevice.plate", SUMMING[place.device], "vlevel", F_START, F_STOP)
        comparator = "xdevice" if place.device == "comparator" else "xcomparator"
        return Noise(f"{comparator}.out", "0", "vlevel", F_START, F_STOP)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return both densities."""
        return ("onoise_spectrum", "inoise_spectrum")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the rms noise, and in reset what kT/C alone gives."""
        place = PLACES[str(values["PLACE"])]
        frequency = waveforms.index.to_numpy(dtype=float)
        output = waveforms["onoise_spectrum"].to_numpy(dtype=float)
        rms = math.sqrt(float(np.trapezoid(output**2, frequency)))
        if not place.reset:
            rms *= float(waveforms["inoise_spectrum"].iloc[0] / output[0])
        yield Reading("noise", rms, "V")
        if place.reset:
            silicon = conditions(values)
            size = silicon.technology.size(place.device, place.stored, "c").c or math.nan
            kelvin = silicon.temp_c + ZERO_CELSIUS
            yield Reading("kt_c", math.sqrt(BOLTZMANN * kelvin / (size * silicon.capacitance_scale)), "V")

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield each place's noise, kT/C alone, and the sums that stand beside Figures 8E and 8F."""
        noise = results.select("noise").set_index("PLACE")["value"].astype(float)
        for place, value in noise.items():
            yield Summary(str(place), float(value), "V")
        for _, row in results.select("kt_c").iterrows():
            yield Summary(f"kt_c_{row['PLACE']}", float(row["value"]), "V")
        yield Summary("decision", math.hypot(*noise[list(DECISION)]), "V")
        yield Summary("buffer", math.hypot(*noise[list(BUFFER)]), "V")


TESTBENCH = Figure8Noise()
