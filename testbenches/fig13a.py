"""Figure 13A: a membrane potential that leaks in steps over periods of GCLK at 50 kHz, with its continuous trend."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from harness.figures import TWO_COLUMNS
from harness.testbench import Claim, Parameter, Results, Summary, Values
from testbenches.living_event import LIVING_PARAMETERS, T_SEEN, LivingTestbench
from testbenches.wave_stack import Panel, Strip, wave_stack

PERIODS = 5
DEFAULTS = {"LEAK_LCLK": 4, "ILEAKAGE": 100e-9}
Array = NDArray[np.float64]


def continuous(time: Array, height: float, rate: float, knee: float) -> Array:
    """Return the height above VREST (V) of a membrane that leaks all the time, ``time`` (s) after it had ``height``.

    A pair in weak inversion takes ``rate`` tanh(v / knee) from v (V/s): constant far from VREST, exponential near it.
    """
    return np.asarray(knee * np.arcsinh(np.sinh(height / knee) * np.exp(-rate * time / knee)))


class Figure13A(LivingTestbench):
    """One stimulus below the threshold, then silent periods in which SWLEAK alone is on."""

    name = "fig13a"
    question = "Does the membrane leak in one step a period toward VREST?"
    parameters: ClassVar[tuple[Parameter, ...]] = tuple(
        replace(parameter, default=DEFAULTS.get(parameter.name, parameter.default)) for parameter in LIVING_PARAMETERS
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("falls", "smallest step of a period toward VREST", "paper 3.2, Figure 13A: discrete leakage steps",
              (0.1e-3, 0.1)),
        Claim("from_trend", "held membrane against the continuous trend, worst", "required; paper 3.2, Figure 13A",
              (0, 5e-3), (0, 2e-3)),
    )  # fmt: skip

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return one synapse, one below the threshold."""
        return ((int(values["THRESHOLD"]) - 1,),)

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return one stimulus and silence."""
        return [[0], *[[] for _ in range(PERIODS - 1)]]

    def _trend(self, results: Results) -> tuple[Array, Array, Array]:
        """Return period starts (s), held membrane (V) and the trend (rate, knee) fitted to it from the first on."""
        rest, values = float(results.settings["VREST"]), results.settings
        held = results.select("vinteg")["value"].to_numpy(dtype=float)
        time = np.array([self.edge_time(k, values) for k in range(PERIODS)])

        def model(t: Array, rate: float, knee: float) -> Array:
            return rest + continuous(t - time[0], held[0] - rest, rate, knee)

        found, _ = curve_fit(model, time, held, p0=((held[0] - held[1]) / (time[1] - time[0]), 0.07))
        return time, held, np.asarray(found)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the steps and the distance from the trend."""
        time, held, (rate, knee) = self._trend(results)
        rest = float(results.settings["VREST"])
        yield Summary("falls", float(-np.diff(held).max()), "V")
        trend = rest + continuous(time - time[0], held[0] - rest, rate, knee)
        yield Summary("from_trend", float(np.abs(held - trend).max()), "V")
        yield Summary("first_step", float(held[0] - held[1]), "V")
        yield Summary("trend_rate", float(rate), "V/s")

    def draw(self, results: Results) -> Figure:
        """Draw GCLK, AXON, SWLEAK and the membrane with its trend."""
        (case,) = results.cases
        high, waves = float(case.values["VDDIO"]), results.waveforms[case.id]
        strips = [Strip("gclk", "GCLK", high), Strip("axon0", "AXON", high), Strip("swleak", "SWLEAK", high)]
        panel = Panel({"vinteg0": ""}, ("VTH", "VREST"), share=1.4)
        span = self.edge_time(0, case.values) - 1e-6, self.stop_time(case.values)
        figure, (axis,) = wave_stack(waves, strips, [panel], case.values, span)
        time, held, (rate, knee) = self._trend(results)
        fine, rest = np.linspace(time[0], self.stop_time(case.values), 200), float(case.values["VREST"])
        trend = rest + continuous(fine - time[0], held[0] - rest, rate, knee)
        axis.plot((fine + T_SEEN) * 1e6, trend * 1e3, color="#b3003b", linewidth=0.8, label="continuous leak")
        axis.legend(loc="upper right", bbox_to_anchor=(1.0, 0.93))
        figure.set_figwidth(TWO_COLUMNS)
        return figure


TESTBENCH = Figure13A()
