"""What testbenches of loop gains share: the margins of each loop in five corners, and the bias after a supply ramp."""

import math
from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from harness.analysis import Analysis, Frequency, Transient
from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import loop_gain, phase_margin, settling_time
from harness.testbench import Claim, Reading, Results, Summary, Testbench, Values
from testbenches.parameters import CORNERS

START_UP, GAIN_MARGIN = "start_up", "gain_margin"
T_RAMP, T_END = 1e-6, 40e-6  # s
SETTLED = 5e-3  # V


def _words(name: str) -> str:
    return name.replace("_", " ")


def degrees_of(gain: pd.Series) -> np.ndarray:
    """Return a loop gain's phase (degrees), without jumps, near 0 where the gain is largest."""
    degrees = np.degrees(np.unwrap(np.angle(gain.to_numpy())))
    return np.asarray(degrees - 360 * np.round(degrees[np.abs(gain.to_numpy()).argmax()] / 360))


def gain_margin(gain: pd.Series) -> float:
    """Return how far (dB) a complex loop gain is below unity where its phase is -180 degrees, or a turn away from it.

    Of several such frequencies the worst counts; inf where there is none.
    """
    half_turns, decibels = (degrees_of(gain) + 180) / 360, 20 * np.log10(np.abs(gain.to_numpy()))
    margin = math.inf
    for place in np.flatnonzero(np.diff(np.floor(half_turns))):
        ends = half_turns[place : place + 2]
        share = (np.ceil(ends.min()) - ends[0]) / (ends[1] - ends[0])
        margin = min(margin, -float(decibels[place] + share * (decibels[place + 1] - decibels[place])))
    return margin


def loop_claims(loops: Iterable[str]) -> tuple[Claim, ...]:
    """Return the required margins of each loop, and of the start-up."""
    margins = tuple(
        Claim(f"{loop}_{place}", f"phase margin, {_words(loop)}, {where} (degrees)", "required", must, (60, 180))
        for loop in loops
        for place, where, must in (("tt", "tt", (55, 180)), ("corners", "worst corner", (45, 180)))
    )
    gain = Claim(GAIN_MARGIN, "gain margin where the phase is -180 degrees, every loop, worst corner (dB)", "required",
                 (6, math.inf), (10, math.inf))  # fmt: skip
    return (
        *margins,
        gain,
        Claim(START_UP, "supply ramp of 1 us to every bias line within 5 mV", "required", (0, 20e-6)),
    )


class LoopTestbench(Testbench):
    """Each loop of a half opened in turn by a 0-V probe, in each corner. LOOP is a declared parameter."""

    loops: ClassVar[tuple[str, ...]]
    bias_lines: ClassVar[tuple[str, ...]]

    @abstractmethod
    def probe(self, loop: str) -> tuple[str, str]:
        """Return the nodes (returned, injected) on either side of the loop's probe."""

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each loop, and the start-up, in each corner."""
        for loop in (*self.loops, START_UP):
            for corner in CORNERS:
                yield {"LOOP": loop, "CORNER": corner}

    def analysis(self, values: Values) -> Analysis:
        """Return the loop's frequency response, or the ramp's transient."""
        return Transient(T_END, 0.1e-6) if values["LOOP"] == START_UP else Frequency(1e3, 1e9, 40)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return both sides of the probe, or the bias lines."""
        return self.bias_lines if values["LOOP"] == START_UP else self.probe(str(values["LOOP"]))

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield margins, crossover and low-frequency gain, or the slowest bias line's settling."""
        if values["LOOP"] == START_UP:
            lines = (waveforms[line] for line in self.bias_lines)
            times = [settling_time(line, T_RAMP, T_END, float(line.iloc[-1]), SETTLED) for line in lines]
            yield Reading(START_UP, max(times), "s")
            return
        gain = loop_gain(waveforms, *self.probe(str(values["LOOP"])))
        margin, crossover = phase_margin(gain)
        yield Reading("phase_margin", margin, "deg")
        yield Reading("crossover", crossover, "Hz")
        if math.isfinite(found := gain_margin(gain)):
            yield Reading(GAIN_MARGIN, found, "dB")
        yield Reading("gain", 20 * float(np.log10(abs(gain).max())), "dB")

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the margins at tt and in the worst corner, gain and crossover at tt, and the slowest start."""
        for loop in self.loops:
            rows = results.select("phase_margin", LOOP=loop)
            yield Summary(f"{loop}_tt", float(rows.loc[rows["CORNER"] == "tt", "value"].iloc[0]))
            yield Summary(f"{loop}_corners", float(rows["value"].min()))
        for loop in self.loops:
            for measure in ("gain", "crossover"):
                row = results.select(measure, LOOP=loop, CORNER="tt").iloc[0]
                yield Summary(f"{loop}_{measure}_tt", float(row["value"]), str(row["unit"]))
        yield Summary(GAIN_MARGIN, float(results.select(GAIN_MARGIN)["value"].min()))
        yield Summary(START_UP, float(results.select(START_UP)["value"].max()), "s")

    def draw(self, results: Results) -> Figure:
        """Draw magnitude and phase of every loop at tt in colour, corners grey."""
        figure = new_figure(TWO_COLUMNS, 3.4)
        magnitude, phase = figure.subplots(1, 2)
        for loop, colour in zip(self.loops, mpl.color_sequences["tab10"], strict=False):
            for corner in reversed(CORNERS):
                gain = loop_gain(results.waveform(LOOP=loop, CORNER=corner), *self.probe(loop))
                degrees, decibels = degrees_of(gain), 20 * np.log10(np.abs(gain.to_numpy()))
                frequency = gain.index.to_numpy(dtype=float)
                main = corner == "tt"
                look = {
                    "color": colour if main else "0.75",
                    "linewidth": 1.3 if main else 0.4,
                    "zorder": 2 if main else 1,
                }
                magnitude.semilogx(frequency, decibels, label=_words(loop) if main else None, **look)
                # from where it first falls below -20 dB, what returns is mostly the probe's own way through the gate
                seen = np.logical_and.accumulate(decibels > -20)
                phase.semilogx(frequency[seen], degrees[seen], **look)
        for axes in (magnitude, phase):
            axes.set(xlabel="Frequency (Hz)", xlim=(1e3, 3e8))
        magnitude.axhline(0, color="0.4", linewidth=0.6)
        magnitude.set(ylabel="Loop gain (dB)", ylim=(-20, 80))
        phase.axhline(-180, color="0.4", linewidth=0.6)
        phase.set(ylabel="Phase (degrees)", ylim=(min(-200, phase.get_ylim()[0]), 10))
        phase.yaxis.set_major_locator(MultipleLocator(45))
        figure.legend(*magnitude.get_legend_handles_labels(), loc="outside upper center", ncols=4)
        return figure
