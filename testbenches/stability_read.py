"""Stability of the read half: regulation loop (idle, 1 and 16 rows), auto-zero loop, and the bias start-up."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from harness.analysis import Analysis, Frequency, Transient
from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import loop_gain, phase_margin, settling_time
from harness.synapse import ANTIPARALLEL, PARALLEL
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Testbench, Values

CORNERS = ("tt", "ff", "ss", "fs", "sf")
BIAS_LINES = ("bias_p", "bias_n", "bias_trim", "cascode_p", "cascode_n")
T_RAMP, T_END = 1e-6, 40e-6  # s
# loop -> (active rows, their state); the one row is AP, the least conductance and so the slowest bit line
REGULATION = {"idle": (1, ANTIPARALLEL), "one_row": (1, ANTIPARALLEL), "sixteen_rows": (16, PARALLEL)}
LOOPS = (*REGULATION, "auto_zero")


class StabilityRead(Testbench):
    """One read channel: each loop opened in turn, and the bias after a supply ramp."""

    name = "stability_read"
    question = "What phase margin has each loop of the read half, and does its bias start?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("VDD", "core supply", "V", supply="core", low=0.5, high=1.3),
        Parameter("VDDIO", "word-line level", "V", supply="io", low=1.0, high=2.2),
        Parameter("VREAD_AMP", "bit-line voltage in synapse mode", "V", 0.048, 0.01, 0.1),
        Parameter("VCLAMP", "clamp gate during auto-zero", "V", 0.36, 0.0, 1.0),
        Parameter("IBIAS", "reference current", "A", 2e-6, 0.2e-6, 20e-6),
        Parameter("LOOP", "which loop", default="one_row", choices=(*LOOPS, "start_up")),
    )
    claims: ClassVar[tuple[Claim, ...]] = tuple(
        claim
        for loop in LOOPS
        for claim in (
            Claim(f"{loop}_tt", f"phase margin, {loop}, tt (degrees)", "required", (55, 180), (60, 180)),
            Claim(f"{loop}_corners", f"phase margin, {loop}, worst corner (degrees)", "required", (45, 180), (60, 180)),
        )
    ) + (Claim("start_up", "supply ramp of 1 us to every bias line within 5 mV", "required: bias starts", (0, 20e-6)),)

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each loop, and the start-up, in each corner."""
        for loop in (*LOOPS, "start_up"):
            for corner in CORNERS:
                yield {"LOOP": loop, "CORNER": corner}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck with the loop open at its probe."""
        loop = str(values["LOOP"])
        rows, state = REGULATION.get(loop, REGULATION["one_row"])
        return "stability_read.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            "auto_zero": loop == "auto_zero",
            "start_up": loop == "start_up",
            "active": loop in ("one_row", "sixteen_rows"),
            "rows": rows,
            "states": [state] * rows,
            "t_ramp": T_RAMP,
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the loop's frequency response, or the ramp's transient."""
        return Transient(T_END, 0.1e-6) if values["LOOP"] == "start_up" else Frequency(1e3, 1e10, 40)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return both sides of the probe, or the bias lines."""
        if values["LOOP"] == "start_up":
            return ("vdd", *BIAS_LINES)
        return ("returned", "injected")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield margin, crossover and low-frequency gain, or the slowest bias line's settling."""
        if values["LOOP"] == "start_up":
            lines = (waveforms[line] for line in BIAS_LINES)
            times = [settling_time(line, T_RAMP, T_END, float(line.iloc[-1]), 5e-3) for line in lines]
            yield Reading("start_up", max(times), "s")
            return
        gain = loop_gain(waveforms, "returned", "injected")
        margin, crossover = phase_margin(gain)
        yield Reading("phase_margin", margin, "deg")
        yield Reading("crossover", crossover, "Hz")
        yield Reading("gain", 20 * float(np.log10(abs(gain.iloc[0]))), "dB")

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the margins at tt and in the worst corner, and the slowest start."""
        for loop in LOOPS:
            rows = results.select("phase_margin", LOOP=loop)
            yield Summary(f"{loop}_tt", float(rows.loc[rows["CORNER"] == "tt", "value"].iloc[0]))
            yield Summary(f"{loop}_corners", float(rows["value"].min()))
        gain = results.select("gain", CORNER="tt")
        for loop in LOOPS:
            yield Summary(f"{loop}_gain_tt", float(gain.loc[gain["LOOP"] == loop, "value"].iloc[0]))
        yield Summary("start_up", float(results.select("start_up")["value"].max()), "s")

    def draw(self, results: Results) -> Figure:
        """Draw magnitude and phase of every loop at tt, corners thin."""
        figure = new_figure(TWO_COLUMNS, 3.2)
        magnitude, phase = figure.subplots(1, 2)
        for loop, colour in zip(LOOPS, ("#888888", "#1f5fa8", "#b3003b", "#6a8f3c"), strict=True):
            for corner in reversed(CORNERS):
                gain = loop_gain(results.waveform(LOOP=loop, CORNER=corner), "returned", "injected")
                style = {"color": colour, "linewidth": 1.3 if corner == "tt" else 0.4}
                frequency = gain.index.to_numpy(dtype=float)
                label = loop.replace("_", " ") if corner == "tt" else None
                magnitude.semilogx(frequency, 20 * np.log10(np.abs(gain.to_numpy())), label=label, **style)
                phase.semilogx(frequency, np.degrees(np.unwrap(np.angle(gain.to_numpy()))), **style)
        for axes in (magnitude, phase):
            axes.set(xlabel="Frequency (Hz)", xlim=(1e3, 1e9))
        magnitude.axhline(0, color="0.4", linewidth=0.6)
        magnitude.set(ylabel="Loop gain (dB)", ylim=(-40, 80))
        phase.axhline(-180, color="0.4", linewidth=0.6)
        phase.set(ylabel="Phase (degrees)", ylim=(-270, 20))
        magnitude.legend(loc="lower left")
        return figure


TESTBENCH = StabilityRead()
