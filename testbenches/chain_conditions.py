"""The chain in conditions far from nominal: the deck and the margins that PVT and sensitivity share."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from harness.testbench import Reading, Values
from testbenches.chain_event import ChainTestbench


class ChainConditions(ChainTestbench):
    """One event of the chain, by the house's solver; among its weights are n - 1 and n.

    The coarser solver of many samples is within 0.1 mV of it as a rule, but 1.5 mV off in single cases at -40 C.
    """

    is_figure = False
    check_solver = False  # the deck of Figures 9D and 9E, which tell its solver's error

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the chain's deck with large pivots; chain_conditions.cir.j2 says why."""
        return "chain_conditions.cir.j2", super().deck(values)[1]

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the chain's readings, how many columns decide wrongly, and how far n and n - 1 are from VTH."""
        threshold, vth, wrong = int(values["THRESHOLD"]), float(values["VTH"]), 0
        for reading in super().measure(values, waveforms):
            yield reading
            if reading.measure == "fire":
                wrong += (reading.value > 0.5) != (reading.at["weight"] >= threshold)
            if reading.measure == "vinteg" and reading.at["weight"] == threshold:
                yield Reading("margin_at_n", reading.value - vth, "V")
            if reading.measure == "vinteg" and reading.at["weight"] == threshold - 1:
                yield Reading("margin_below_n", vth - reading.value, "V")
        yield Reading("wrong", wrong)
