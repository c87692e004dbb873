"""Baseline selector: where each integration starts, and how far VGEN keeps the membrane, in corners."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import pandas as pd

from harness.measure import value_at
from harness.testbench import Claim, Reading, Results, Summary, Values
from testbenches.membrane import GEN, LAT, REST, RFR, MembraneTestbench, Stimulus
from testbenches.parameters import CORNERS

T_EVENT = 2.4e-6  # s, event to event
# Baseline and stimulus (share of STIMULUS) of each event; without a stimulus VINTEG shows where it starts.
EVENTS = (
    (REST, 0.0), (REST, 1.0), (GEN, 0.0), (GEN, 0.0), (RFR, 0.0), (GEN, 0.0), (LAT, 0.0), (GEN, 0.0), (REST, -0.5),
    (GEN, 0.0), (REST, 1.0), (LAT, 0.0), (REST, 1.0), (RFR, 0.0), (REST, 0.0), (GEN, 1.0), (GEN, 0.0),
)  # fmt: skip


class Baseline(MembraneTestbench):
    """A sequence of events in which every baseline follows a high, a low and a resting membrane."""

    name = "baseline"
    question = "Does each integration start at the selected level, and with none selected where the membrane was?"
    is_figure = False
    t_max = 100e-9
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("start_error", "start from VREST, VRFR, VLAT against the level, worst of five corners and 85 C",
              "required; paper 2.2.1.1: its output is the starting voltage", (0, 2e-3), (0, 0.5e-3)),
        Claim("vgen_move", "what an event without stimulus moves the membrane on VGEN, worst",
              "required; paper 2.2.1.1: VGEN when all selection bits are 0", (0, 2e-3), (0, 0.5e-3)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield the corners, and tt and ff at 85 C."""
        for corner in CORNERS:
            yield {"CORNER": corner, "TEMP": settings["TEMP"]}
        yield {"CORNER": "tt", "TEMP": 85.0}
        yield {"CORNER": "ff", "TEMP": 85.0}

    def stimuli(self, values: Values) -> Sequence[Stimulus]:
        """Return the events."""
        current = float(values["STIMULUS"])
        return [Stimulus(i * T_EVENT, share * current, level) for i, (level, share) in enumerate(EVENTS)]

    def leaks(self, values: Values) -> Sequence[tuple[float, float]]:
        """Return none."""
        return ()

    def stop_time(self, values: Values) -> float:
        """Return the end (s)."""
        return len(EVENTS) * T_EVENT

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield VINTEG in hold less where it should have started, of each event without a stimulus."""
        vinteg, before = waveforms["vinteg"], float(values["VREST"])
        levels = {name: float(values[f"V{name.upper()}"]) for name in (REST, RFR, LAT)}
        for index, (stimulus, (level, share)) in enumerate(zip(self.stimuli(values), EVENTS, strict=True)):
            held = value_at(vinteg, stimulus.held)
            if share == 0:
                start = levels.get(level, before)
                yield Reading("start_error", held - start, "V", {"event": index, "level": level, "from": before})
            before = held

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the worst start of the three levels and of VGEN."""
        errors = results.select("start_error")
        kept = errors["level"] == GEN
        yield Summary("start_error", float(errors.loc[~kept, "value"].abs().max()), "V")
        yield Summary("vgen_move", float(errors.loc[kept, "value"].abs().max()), "V")


TESTBENCH = Baseline()
