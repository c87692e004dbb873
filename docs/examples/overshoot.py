"""How far VINTEG goes beyond where it settles: a new measurement, taken of every column of Figure 9D."""

from collections.abc import Iterable

import pandas as pd

from harness.measure import crossings
from harness.testbench import Reading, Results, Summary, Values
from testbenches.fig09d import LinearIntegration


def overshoot(signal: pd.Series, final: float) -> float:
    """Return how far ``signal`` goes beyond ``final``, in the signal's unit; 0 where it never does."""
    return max(0.0, float(signal.max()) - final)


class Overshoot(LinearIntegration):
    """The columns of Figure 9D, looked at from where SWINTEG has opened."""

    name = "overshoot"
    question = "How far does VINTEG go beyond where it settles, once its window has closed?"
    is_figure = False

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield what Figure 9D measures, and the overshoot of each column."""
        yield from super().measure(values, waveforms)
        closed = crossings(waveforms["swinteg"], float(values["VDDIO"]) / 2, "fall")[-1]
        for column, weight in enumerate(self.weights(values)):
            vinteg = waveforms[f"vinteg{column}"].loc[closed:]
            yield Reading("overshoot", overshoot(vinteg, vinteg.iloc[-1]), "V", {"weight": weight})

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the largest."""
        yield Summary("overshoot", float(results.select("overshoot")["value"].max()), "V")


TESTBENCH = Overshoot()
