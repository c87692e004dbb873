"""Figure 8F: offset of the analog buffer, before and after auto-zero."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pandas as pd

from harness.analysis import Analysis, Transient
from harness.measure import value_at
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Values
from testbenches.offsets import NAMES, OFF, ON, OffsetTestbench

LEVELS = (0.55, 0.70, 0.85)  # V
T_RELEASE, T_END = 0.5e-6, 0.9e-6  # s


class Figure8F(OffsetTestbench):
    """VOUT - VIN at a constant input, 0.4 us after the release."""

    name = "fig08f"
    question = "What offset has the analog buffer, before and after auto-zero?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *OffsetTestbench.common,
        Parameter("VIN", "input of the buffer", "V", 0.70, 0.2, 1.2),
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield both states of auto-zero at each input."""
        for state in (OFF, ON):
            for level in LEVELS:
                yield {"AUTO_ZERO": state, "VIN": level}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck of one buffer."""
        return "fig08f.cir.j2", {**self.plain(values), "t_release": T_RELEASE}

    def analysis(self, values: Values) -> Analysis:
        """Return one transient over reset and use."""
        return Transient(T_END, 10e-9)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the output."""
        return ("vout",)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the offset."""
        yield Reading("offset", value_at(waveforms["vout"], T_END) - float(values["VIN"]), "V")

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the nominal offset of both states, the largest of the inputs."""
        for state, name in NAMES.items():
            rows = results.select("offset", AUTO_ZERO=state)["value"]
            yield Summary(f"offset_{name}", float(max(rows, key=abs)), "V")


TESTBENCH = Figure8F()
