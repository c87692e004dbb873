"""Noise beside the offsets of Figure 8: what each capacitor samples in reset, and what devices add at the decision."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from harness.analysis import Analysis, Noise
from harness.figures import TWO_COLUMNS, new_figure
from harness.statistics import Interval
from harness.testbench import Claim, Parameter, Reading, Results, Samples, Summary, Testbench, Values, conditions
from testbenches.fig08f import HISTOGRAM_LEVEL
from testbenches.offsets import NAMES, OFF, ON
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

PICTURE: Sequence[tuple[str, str, Mapping[str, Any], Sequence[str]]] = (
    ("integrator and comparator", "fig08e", {}, DECISION),
    ("buffer", "fig08f", {"VIN": HISTOGRAM_LEVEL}, BUFFER),
)


@dataclass(frozen=True)
class Bar:
    """One bar of the picture, V."""

    label: str
    value: float
    colour: str
    spread: Interval | None = None

    @property
    def interval(self) -> Interval:
        """The interval, or the value alone."""
        return self.spread or (self.value, self.value)


class Figure8Noise(Testbench):
    """Rms noise of each place from the device noise at its frozen operating point, integrated from 10 kHz."""

    name = "fig08_noise"
    question = "How much noise stands beside the offsets that auto-zero leaves?"
    beside = ("fig08e", "fig08f")
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

    def draw_beside(self, results: Results, studies: Mapping[str, Samples]) -> Figure:
        """Draw each noise and the mismatch before and after auto-zero on one axis, for Figures 8E and 8F."""
        figure = new_figure(TWO_COLUMNS, 4.2)
        panels = figure.subplots(2, 1, sharex=True)
        for axes, (title, name, where, places) in zip(panels, PICTURE, strict=True):
            bars = [*noise_bars(results, places), *mismatch_bars(studies[name], title, where)]
            for row, bar in enumerate(bars):
                axes.barh(row, bar.value * 1e6, color=bar.colour, height=0.7)
                low, high = (1e6 * end for end in bar.interval)
                axes.plot([low, high], [row, row], color="0.2", linewidth=1.0)
                axes.annotate(_three_digits(bar.value * 1e6), (high * 1.04, row), va="center", fontsize=6.5)
            axes.set_yticks(range(len(bars)), [bar.label for bar in bars])
            axes.invert_yaxis()
            axes.set(xscale="log", xlim=(3, 1e4))
            axes.set_title(f"Figure 8{name[-1].upper()}: {title}, N = {studies[name].counts}", loc="left", fontsize=7.5)
        panels[-1].set_xlabel("rms noise of one event; sigma over chips, with its 95 % interval (uV)")
        return figure


def _three_digits(microvolts: float) -> str:
    return f"{microvolts:.3g}" if microvolts < 1000 else f"{microvolts:.0f}"


def noise_bars(results: Results, places: Sequence[str]) -> Iterable[Bar]:
    """Yield kT/C of each capacitor, the noise of each place, and their root of squares without kT/C alone."""
    noise = results.select("noise").set_index("PLACE")["value"].astype(float)
    stored = results.select("kt_c").set_index("PLACE")["value"].astype(float)
    for place in places:
        if place in stored:
            yield Bar(f"kT/C of the {PLACES[place].device}'s capacitor", stored[place], "0.75")
    for place in places:
        how = "sampled by the" if PLACES[place].reset else "in use, at the comparator's answer:"
        yield Bar(f"{how} {PLACES[place].device}", noise[place], "#d9902f")
    yield Bar("noise of one event, together", math.hypot(*noise[list(places)]), "#8a5a12")


def mismatch_bars(study: Samples, device: str, where: Mapping[str, Any]) -> Iterable[Bar]:
    """Yield sigma of the offset over chips, after auto-zero and before."""
    for state, colour in ((ON, "#1f5fa8"), (OFF, "#c62828")):
        found = study.spread("offset", AUTO_ZERO=state, **where)
        yield Bar(f"{device}: mismatch {NAMES[state]} auto-zero", found.sigma, colour, found.sigma_interval)


TESTBENCH = Figure8Noise()
