"""What the testbenches of Figure 8 share: the nominal conditions, both states of auto-zero, and their cases."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from harness.analysis import Solver
from harness.measure import value_at
from harness.testbench import Parameter, Samples, Summary, Testbench, Values
from testbenches.parameters import IBIAS, VCM_COL, VDDIO, VTH

OFF, ON = "off", "on"  # Figures 8A and 8C; 8B and 8D
NAMES = {OFF: "before", ON: "after"}
# Exact at every point (reltol), few points (trtol), and a trapezoidal rule that damps its ringing (xmu): what an offset
# needs, for it is read where all has settled. TRTOL, a testbench's own, is as large as its repeatability allows.
SOLVER = Solver(reltol=1e-5, chgtol=1e-14, xmu=0.45)


def settled(signal: pd.Series, start: float, stop: float) -> float:
    """Return the mean of ``signal`` (index time) from ``start`` to ``stop`` (s), in which what rings about it cancels.

    Raises:
        HarnessError: the times lie outside the waveform.
    """
    first, last = value_at(signal, start), value_at(signal, stop)
    time, value = signal.index.to_numpy(dtype=float), signal.to_numpy(dtype=float)
    inner = (time > start) & (time < stop)
    value, time = np.r_[first, value[inner], last], np.r_[start, time[inner], stop]
    return float(np.trapezoid(value, time) / (stop - start))


def offset_summaries(study: Samples, places: Sequence[Mapping[str, Any]] = ({},)) -> Iterable[Summary]:
    """Yield mu and sigma of the offset before and after auto-zero, and the improvement: the worst of the places.

    The paper's own figures are held against the same numbers under names of their own.
    """
    before = [study.spread("offset", AUTO_ZERO=OFF, **place) for place in places]
    after = [study.spread("offset", AUTO_ZERO=ON, **place) for place in places]
    sigma_after, mu_after = max(spread.sigma for spread in after), max((spread.mu for spread in after), key=abs)
    yield Summary("mu_before", max((spread.mu for spread in before), key=abs), "V")
    yield Summary("smallest_sigma_before", min(spread.sigma for spread in before), "V")
    yield Summary("sigma_before", max(spread.sigma for spread in before), "V")
    yield Summary("improvement", min(old.sigma / new.sigma for old, new in zip(before, after, strict=True)))
    for name in ("", "_paper"):
        yield Summary(f"sigma_after{name}", sigma_after, "V")
        yield Summary(f"mu_after{name}", mu_after, "V")


class OffsetTestbench(Testbench):
    """One or two blocks of the neuron half with bias and switch driver; AUTO_ZERO is a declared parameter.

    Every instance has the same name in both states, so a chip keeps its draws and before and after are pairs.
    """

    essential = ("offset",)
    common: ClassVar[tuple[Parameter, ...]] = (
        VDDIO,
        VCM_COL,
        VTH,
        IBIAS,
        Parameter("AUTO_ZERO", "whether offsets are stored in reset", default=ON, choices=(OFF, ON)),
        Parameter("DELAY", "of all that happens, which must not matter", "s", 0.0, 0.0, 1e-6),
    )

    def plain(self, values: Values) -> dict[str, Any]:
        """Return the declared parameters for a deck, AUTO_ZERO as a truth value."""
        declared = {parameter.name: values[parameter.name] for parameter in self.parameters}
        return {**declared, "auto_zero": declared.pop("AUTO_ZERO") == ON}
