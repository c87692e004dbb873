"""AXON at any time: exactly one event, or a drop that is stated here; never a half one.

Stated: an AXON before the first LCLK edge of a period belongs to that period, a later one to the next. One that comes
while its latch has still to be cleared of the axon that was taken (until slot 3, 0.6 us after that edge) is the same
event, and two before one edge are one event. Within a nanosecond of either edge the latch may decide either way, but
it decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import pandas as pd

from harness.analysis import Analysis, Solver, Transient
from harness.measure import crossings, value_at
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Testbench, Values
from testbenches.living_event import T_LCLK
from testbenches.parameters import VDD, VDDIO

SOLVER = Solver(chgtol=3e-14)  # latches that decide in mid-change
CLUSTER, PHASES, SAMPLING, CLEARING = "cluster", "phases", "sampling", "clearing"
T_FIRST, T_PERIOD, PERIODS = (
    1.0e-6,
    8e-6,
    2,
)  # s: first LCLK edge of a period; GCLK faster than the chip's, its idle time is cut
T_GCLK, T_HIGH = 0.1e-6, 6.6e-6  # s, GCLK before that edge, and high
SLOT = T_LCLK / 2
PULSES = 15
WINDOW = (5 * SLOT, 13 * SLOT)  # of the word lines, after the first LCLK edge
CLEARED = 3 * SLOT
EITHER_WAY = 1e-9  # s
EARLY = T_FIRST - 0.4e-6  # s
T_PULSE = 50e-9
LATCHES = 12

# Times of AXON (s). With the real generation: at GCLK's edge, at LCLK's, between, twice, merged, in the clearing.
IN_CLUSTER = (
    (T_FIRST - T_GCLK,), (T_FIRST,), (T_FIRST + 1.5 * SLOT,), (EARLY, T_FIRST + 10 * SLOT), (EARLY, T_FIRST - 0.2e-6),
    (EARLY, T_FIRST + 2.5 * SLOT),
)  # fmt: skip


def events(axons: Sequence[float]) -> list[bool]:
    """Return, for each period, whether one axon's stimuli (s) make an event in it."""
    taken, pending = [], list(axons)
    for period in range(PERIODS):
        edge = T_FIRST + period * T_PERIOD
        taken.append(any(time < edge for time in pending))
        if taken[-1]:
            pending = [time for time in pending if time >= edge + CLEARED]
    return taken


class AxonAsync(Testbench):
    """Axons with the real generation, at twelve phases of a period, and in fine steps about both edges that matter."""

    name = "axon_async"
    question = "Does an AXON at any time make exactly one event?"
    is_figure = False
    check_solver = False  # events are counted
    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDD,
        VDDIO,
        Parameter("RUN", "which times of AXON", default=CLUSTER, choices=(CLUSTER, PHASES, SAMPLING, CLEARING)),
        Parameter("STEP", "fine step of AXON's time", "s", 50e-12, 1e-12, 1e-9),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_events", "axons whose events are not the stated ones",
              "required, issue 4: exactly one event, or a stated drop", (0, 0)),
        Claim("half_events", "word-line pulses more than 1 % off the window's width",
              "required, issue 4: never a half one", (0, 0)),
        Claim("left_over", "axons still held after the last period", "required: none is lost or doubled", (0, 0)),
        Claim("axons", "axons tried",
              "required: GCLK's and LCLK's edges, all phases, fine steps, twice in a period", (40, 1000)),
        Claim("sampling_split", "axons on the rarer side of the sampling edge in fine steps",
              "required: the steps cross it", (1, LATCHES)),
        Claim("clearing_split", "axons on the rarer side of the clearing's end in fine steps",
              "required: the steps cross it", (1, LATCHES)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each set of times."""
        for run in (CLUSTER, PHASES, SAMPLING, CLEARING):
            yield {"RUN": run}

    def axons(self, values: Values) -> Sequence[Sequence[float]]:
        """Return the times of each axon's stimuli (s)."""
        step = float(values["STEP"])
        fine = [(k - LATCHES / 2) * step for k in range(LATCHES)]
        if values["RUN"] == CLUSTER:
            return IN_CLUSTER
        if values["RUN"] == PHASES:
            return [(T_FIRST - 0.5e-6 + k * T_PERIOD / LATCHES,) for k in range(LATCHES)]
        if values["RUN"] == SAMPLING:  # AXON's edge and the first flip-flop take half a nanosecond
            return [(T_FIRST - 0.2e-9 + offset,) for offset in fine]
        return [(EARLY, T_FIRST + CLEARED + offset) for offset in fine]

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the latches, with the generation or with its lines."""
        high, real = float(values["VDDIO"]), values["RUN"] == CLUSTER
        edges = [T_FIRST + period * T_PERIOD for period in range(PERIODS)]

        def every(*intervals: tuple[float, float]) -> list[tuple[float, float, float]]:
            return [(edge + on, edge + off, high) for edge in edges for on, off in intervals]

        lclk = [(k * T_LCLK, k * T_LCLK + SLOT) for k in range(PULSES if real else 2)]
        lines = {"reset": [(0.0, 0.3e-6, high)]}
        if real:
            low = (T_HIGH, T_HIGH + SLOT)
            lines |= {"gclk": every((-T_GCLK, T_HIGH - 2 * T_GCLK)), "lclk": every(*lclk, low)}
        else:
            windows = {"axon_load": (SLOT, 5 * SLOT), "axon_clear": (2 * SLOT, CLEARED), "word_line_window": WINDOW}
            lines |= {"lclk": every(*lclk), **{line: every(window) for line, window in windows.items()}}
        axons = [[(time, time + T_PULSE, high) for time in times] for times in self.axons(values)]
        return "axon_async.cir.j2", {
            "VDD": values["VDD"],
            "VDDIO": high,
            "lines": lines,
            "axons": axons,
            "generation": real,
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the transient to the end of the last word-line window, or of the generation's slots."""
        return Transient(T_FIRST + (PERIODS - 1) * T_PERIOD + WINDOW[1] + SLOT, 200e-9, SOLVER)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return each axon's word line and first flip-flop."""
        latches = range(len(self.axons(values)))
        return tuple(name for a in latches for name in (f"wl{a}", f"xaxon{a}.pending"))

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield for each axon whether its events are the stated ones, half events, and whether one is left over."""
        half = float(values["VDDIO"]) / 2
        width, last = WINDOW[1] - WINDOW[0], float(waveforms.index[-1])
        middles = [T_FIRST + period * T_PERIOD + sum(WINDOW) / 2 for period in range(PERIODS)]
        for axon, times in enumerate(self.axons(values)):
            line, at = waveforms[f"wl{axon}"], {"axon": axon}
            seen = [value_at(line, middle) > half for middle in middles]
            stated = [events([time + shift for time in times]) for shift in (-EITHER_WAY, EITHER_WAY)]
            rises, falls = crossings(line, half, "rise"), crossings(line, half, "fall")
            whole = len(rises) == len(falls) == sum(seen)
            halves = 0 if whole else abs(len(rises) - sum(seen)) + abs(len(falls) - sum(seen))
            if whole:
                halves += int((abs(falls - rises - width) > 0.01 * width).sum())
            yield Reading("wrong", float(seen not in stated), "", at)
            yield Reading("half", halves, "", at)
            yield Reading("events", sum(seen), "", at)
            yield Reading("first", float(seen[0]), "", at)
            left = value_at(waveforms[f"xaxon{axon}.pending"], last) > half
            late = max(times) >= T_FIRST + (PERIODS - 1) * T_PERIOD - EITHER_WAY  # for the period after the last
            yield Reading("left", float(left and not late), "", at)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the sums over all axons."""
        names = {"wrong": "wrong_events", "half": "half_events", "left": "left_over"}
        for measure, summary in names.items():
            yield Summary(summary, float(results.select(measure)["value"].sum()))
        yield Summary("axons", len(results.select("wrong")))
        sampling = results.select("first", RUN=SAMPLING)["value"].to_numpy()
        yield Summary("sampling_split", float(min(sampling.sum(), (1 - sampling).sum())))
        clearing = results.select("events", RUN=CLEARING)["value"].to_numpy()
        yield Summary("clearing_split", float(min((clearing == 1).sum(), (clearing == PERIODS).sum())))


TESTBENCH = AxonAsync()
