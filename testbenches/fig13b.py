"""Figure 13B: leak of the membrane over GCLK periods, for each width of SWLEAK."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import pandas as pd
from matplotlib.figure import Figure

from harness.figures import ONE_COLUMN, level_line, new_figure
from harness.measure import value_at
from harness.testbench import Claim, Golden, Parameter, Reading, Results, Summary, Values
from testbenches.membrane import T_GCLK, MembraneTestbench, Stimulus, proportionality

PERIODS = 5
T_LEAK = 5e-6  # s into a period
T_AROUND = 0.5e-6  # s before and after a pulse, where the membrane is read
FAR = 0.15  # V above VREST, from where on steps are proportional
WIDTHS = (200e-9, 400e-9, 800e-9, 1600e-9)


class LeakSteps(MembraneTestbench):
    """A stimulus sets the membrane up; then one pulse of SWLEAK in each period of GCLK."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        *MembraneTestbench.parameters,
        Parameter("LEAK_WIDTH", "width of SWLEAK", "s", 400e-9, 10e-9, 10e-6),
    )

    def stimuli(self, values: Values) -> Sequence[Stimulus]:
        """Return the one that sets the membrane up."""
        return (Stimulus(0.0, float(values["STIMULUS"])),)

    def leaks(self, values: Values) -> Sequence[tuple[float, float]]:
        """Return one pulse a period."""
        return [(period * T_GCLK + T_LEAK, float(values["LEAK_WIDTH"])) for period in range(PERIODS)]

    def stop_time(self, values: Values) -> float:
        """Return the end of the last period (s)."""
        return PERIODS * T_GCLK

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield each step (V, positive toward lower VINTEG), and what VINTEG moves from its end to the next."""
        vinteg, width = waveforms["vinteg"], float(values["LEAK_WIDTH"])
        for period, (start, _) in enumerate(self.leaks(values)):
            before, after = value_at(vinteg, start - T_AROUND), value_at(vinteg, start + width + T_AROUND)
            yield Reading("before", before, "V", {"period": period})
            yield Reading("step", before - after, "V", {"period": period})

    def far_steps(self, results: Results, name: str) -> dict[float, float]:
        """Return the mean step (V) for each value of a parameter, of the pulses that end FAR above VREST."""
        steps, before = results.select("step").copy(), results.select("before")
        end = before["value"].to_numpy() - steps["value"].to_numpy()
        far = steps[end > float(results.settings["VREST"]) + FAR]
        return {float(value): float(rows["value"].mean()) for value, rows in far.groupby(name)}

    def draw_steps(self, results: Results, name: str, labels: dict[float, str], title: str) -> Figure:
        """Draw VINTEG over the periods for each value of a parameter."""
        figure = new_figure(ONE_COLUMN, 2.6)
        axes = figure.subplots()
        shades = [0.25 + 0.75 * i / (len(labels) - 1) for i in range(len(labels))]
        for (value, label), shade in zip(labels.items(), shades, strict=True):
            vinteg = results.waveform(**{name: value})["vinteg"]
            vinteg = vinteg[vinteg.index > 2.5e-6]
            axes.plot(vinteg.index.to_numpy() * 1e6, vinteg * 1e3, color="#1f5fa8", alpha=shade, label=label)
        rest = float(results.settings["VREST"])
        level_line(axes, rest, "VREST", edge="right")
        axes.set(xlabel="Time (µs)", ylabel="VINTEG (mV)", ylim=(rest * 1e3 - 20, None))
        axes.legend(title=title, loc="lower left", ncols=2, bbox_to_anchor=(0.0, 0.12))
        return figure


class Figure13B(LeakSteps):
    """One, two, four and eight periods of a 5-MHz LCLK."""

    name = "fig13b"
    question = "Is the leak step proportional to the width of SWLEAK?"
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("proportionality", "leak step against SWLEAK width, more than 150 mV above VREST: largest deviation",
              "required; adjustable: paper 3.2, Figure 13B", (0, 0.02), (0, 0.01)),
    )  # fmt: skip
    goldens: ClassVar[tuple[Golden, ...]] = (Golden({"LEAK_WIDTH": 800e-9}, ("vinteg",), ("swleak",), 0.9),)

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each width."""
        for width in WIDTHS:
            yield {"LEAK_WIDTH": width}

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the proportionality, and the step of the shortest pulse."""
        steps = self.far_steps(results, "LEAK_WIDTH")
        yield Summary("proportionality", proportionality(list(steps), steps.values()))
        yield Summary("step_at_200ns", steps[WIDTHS[0]], "V")

    def draw(self, results: Results) -> Figure:
        """Draw VINTEG for each width."""
        return self.draw_steps(results, "LEAK_WIDTH", {w: f"{w * 1e9:.0f} ns" for w in WIDTHS}, "SWLEAK")


TESTBENCH = Figure13B()
