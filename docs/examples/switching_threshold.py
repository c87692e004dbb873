"""The input at which an inverter switches, in each corner: a testbench from nothing, with a deck of its own."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from harness.analysis import Analysis, Sweep
from harness.figures import new_figure
from harness.measure import first_crossing
from harness.testbench import Claim, Reading, Results, Summary, Testbench, Values
from testbenches.parameters import VDDIO

CORNERS = ("tt", "ff", "ss", "fs", "sf")


class SwitchingThreshold(Testbench):
    """Sweeps the input of one inverter; a run a corner."""

    name = "switching_threshold"
    question = "At which input does an inverter switch?"
    parameters = (VDDIO,)
    claims = (Claim("off_centre", "threshold off half the supply, worst corner", "required", (0, 0.15)),)
    is_figure = False  # no part of `make figures`

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each corner."""
        for corner in CORNERS:
            yield {"CORNER": corner}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the template, and what it reads as ``p``."""
        return "switching_threshold.cir.j2", values

    def analysis(self, values: Values) -> Analysis:
        """Sweep the input from ground to the supply."""
        supply = float(values["VDDIO"])
        return Sweep("va", 0.0, supply, supply / 200)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Keep the output."""
        return ("y",)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the input at which the output crosses half the supply."""
        yield Reading("threshold", first_crossing(waveforms["y"], float(values["VDDIO"]) / 2, "fall"), "V")

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the worst, as a share of the supply."""
        supply = float(results.settings["VDDIO"])
        yield Summary("off_centre", float((results.select("threshold")["value"] / supply - 0.5).abs().max()))

    def draw(self, results: Results) -> Figure:
        """Draw output against input."""
        figure = new_figure(3.5, 2.6)
        axes = figure.subplots()
        for case in results.cases:
            output = results.waveforms[case.id]["y"]
            axes.plot(output.index, output, label=case.values["CORNER"])
        axes.set(xlabel="a (V)", ylabel="y (V)")
        axes.legend()
        return figure


TESTBENCH = SwitchingThreshold()
