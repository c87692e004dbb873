"""The neuron's state table: every state and event through the netlist, against the table as it is written here.

Baselines are REST, GEN, RFR and LAT; RFR k and LAT k are the k-th period of GCLK since the FIRE that led there. A
neuron in RFR k with k not above ABSOLUTE (1 to 3) is in its absolute phase. What a period brings decides the next
state, at UPDATE:

| state                 | nothing | stimulus, no FIRE | own FIRE  | neighbour's FIRE, inhibition on |
|-----------------------|---------|-------------------|-----------|---------------------------------|
| REST                  | REST    | GEN               | RFR 1     | LAT 1                           |
| GEN                   | GEN     | GEN               | RFR 1     | LAT 1                           |
| RFR k, absolute       | RFR k+1 | RFR k+1           | cannot be | RFR k+1                         |
| RFR k or LAT k, k < 4 | k+1     | GEN               | RFR 1     | LAT 1                           |
| RFR 4 or LAT 4        | REST    | GEN               | RFR 1     | LAT 1                           |

So RFR lasts four periods without a stimulus, the absolute phase included, and so does LAT; with inhibition off a
neighbour's FIRE is a stimulus only. Own FIRE counts before a neighbour's: when both fire together, both go to RFR.
Reset leads to REST. The ends of a row have ground for a neighbour.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd

from harness.analysis import Analysis, Solver, Transient
from harness.measure import value_at
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Testbench, Values
from testbenches.parameters import VDDIO


class State(NamedTuple):
    """Where the next stimulus starts, and the periods since the FIRE that led there (0 for REST and GEN)."""

    baseline: str
    since: int = 0


class Event(NamedTuple):
    """What one period of GCLK brings to a neuron."""

    stimulus: bool = False
    fire: bool = False
    left: bool = False
    right: bool = False
    inhibit: bool = True


REST, GEN = State("REST"), State("GEN")
LAST = 4  # periods that RFR and LAT last without a stimulus
STATES = (REST, GEN, *(State(baseline, k) for baseline in ("RFR", "LAT") for k in range(1, LAST + 1)))
EVENTS = {
    "nothing": Event(),
    "stimulus": Event(stimulus=True),
    "own FIRE": Event(stimulus=True, fire=True),
    "left FIRE": Event(stimulus=True, left=True),
    "right FIRE": Event(stimulus=True, right=True),
    "both neighbours' FIRE": Event(stimulus=True, left=True, right=True),
    "own and left FIRE": Event(stimulus=True, fire=True, left=True),
    "neighbours' FIRE, inhibition off": Event(stimulus=True, left=True, right=True, inhibit=False),
}


def is_absolute(state: State, absolute: int) -> bool:
    """Return whether a neuron hears nothing in this state."""
    return state.baseline == "RFR" and state.since <= absolute


def next_state(state: State, event: Event, absolute: int) -> State:
    """Return the table's answer; ``absolute`` is the absolute phase in periods of GCLK, 1 to 3."""
    if is_absolute(state, absolute):
        return State("RFR", state.since + 1)
    if event.fire:
        return State("RFR", 1)
    if event.inhibit and (event.left or event.right):
        return State("LAT", 1)
    if event.stimulus:
        return GEN
    if state.since == LAST:
        return REST
    return State(state.baseline, state.since + 1) if state.since else state


def events_of(state: State, absolute: int) -> list[str]:
    """Return what can happen in a state: a neuron in its absolute phase does not fire."""
    return [name for name, event in EVENTS.items() if not (event.fire and is_absolute(state, absolute))]


def tour(absolute: int) -> list[tuple[State, str]]:
    """Return (state, event) pairs, each following from the one before, from REST on, with every pair at least once."""
    left = {(state, name) for state in STATES for name in events_of(state, absolute)}
    state, steps = REST, []
    while left:
        for name in _shortest_way(state, left, absolute):
            steps.append((state, name))
            left.discard((state, name))
            state = next_state(state, EVENTS[name], absolute)
    return [*steps, (state, "nothing")]


def _shortest_way(state: State, left: set[tuple[State, str]], absolute: int) -> list[str]:
    """Return the events from ``state`` up to and with the nearest pair that is left."""
    ways: deque[tuple[State, list[str]]] = deque([(state, [])])
    seen = {state}
    while ways:
        here, way = ways.popleft()
        for name in events_of(here, absolute):
            there = next_state(here, EVENTS[name], absolute)
            if (here, name) in left:
                return [*way, name]
            if there not in seen:
                seen.add(there)
                ways.append((there, [*way, name]))
    return []


PAIRS = sum(len(events_of(state, absolute)) for absolute in (1, 2, 3) for state in STATES)

# One step, s: UPDATE falls and the inputs change, they are looked at, UPDATE rises. It is faster here than GCLK.
T_RESET, T_STEP, T_EDGE = 6e-9, 8e-9, 0.3e-9
T_LOOK, T_UPDATE = 4.5e-9, 5e-9
SELECTED = {"REST": "sw_rest", "RFR": "sw_rfr", "LAT": "sw_lat"}
OWN = ("own_swrst", "own_swcomp", "own_swinteg")


class StateTable(Testbench):
    """A tour through all states and events for each length of the absolute phase."""

    name = "state_table"
    question = "Does the state logic do what its table says?"
    is_figure = False
    check_solver = False  # gates' states are counted
    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDDIO,
        Parameter("ABSOLUTE", "absolute phase in periods of GCLK", default=1, low=1, high=3, whole=True),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_states", "baselines, absolute phases and gated switches that differ from the state table",
              "required, issue 4: tested against the netlist; states: paper 2.2.1.1", (0, 0)),
        Claim("pairs", "pairs of state and event gone through, three lengths of the absolute phase",
              "required: all of them", (PAIRS, PAIRS)),
        Claim("selection_overlap", "two baselines selected at once, longest", "required: non-overlapping", (0, 0)),
        Claim("gated_peak", "highest level on a switch line gated by the absolute phase", "required: unresponsive, "
              "paper 2.2.1.1", (0, 0.5), (0, 0.2)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each length of the absolute phase."""
        for absolute in (1, 2, 3):
            yield {"ABSOLUTE": absolute}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck with the tour as sources."""
        high, absolute = float(values["VDDIO"]), int(values["ABSOLUTE"])
        steps = tour(absolute)
        events = [EVENTS[name] for _, name in steps]
        levels = {
            "event": [event.stimulus for event in events],
            "fire": [event.fire for event in events],
            "fire_left": [event.left for event in events],
            "fire_right": [event.right for event in events],
            "inhibit": [event.inhibit for event in events],
        }
        starts = [T_RESET + step * T_STEP for step in range(len(steps))]
        inputs = {name: list(_points(zip(starts, level, strict=True), high)) for name, level in levels.items()}
        inputs["update"] = list(_points(_pulses(starts), high))
        inputs["reset"] = [0, high, T_RESET / 2, high, T_RESET / 2 + T_EDGE, 0]
        return "state_table.cir.j2", {"VDDIO": high, "absolute": absolute, "inputs": inputs}

    def analysis(self, values: Values) -> Analysis:
        """Return the tour's transient; logic alone, so no finer than its edges need."""
        steps = len(tour(int(values["ABSOLUTE"])))
        return Transient(T_RESET + steps * T_STEP, T_STEP, Solver(reltol=3e-3, vntol=1e-4, abstol=1e-9))

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the selection bits, the gated switches and the absolute phase."""
        return (*SELECTED.values(), *OWN, "absolute")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield how often the netlist differs from the table, the pairs, the overlap, and the gated lines' peak."""
        absolute, half = int(values["ABSOLUTE"]), float(values["VDDIO"]) / 2
        steps, wrong, peak = tour(absolute), 0, 0.0
        for step, (state, _) in enumerate(steps):
            start = T_RESET + step * T_STEP
            blocked = is_absolute(state, absolute)
            wanted = {line: state.baseline == baseline for baseline, line in SELECTED.items()}
            wanted |= {"absolute": blocked} | dict.fromkeys(OWN, not blocked)
            wrong += any((value_at(waveforms[line], start + T_LOOK) > half) != level for line, level in wanted.items())
            if blocked:
                own = waveforms.loc[start + T_LOOK / 2 : start + T_UPDATE, list(OWN)]
                peak = max(peak, float(own.to_numpy().max()))
        yield Reading("wrong_states", wrong)
        yield Reading("pairs", len(set(steps)))
        yield Reading("selection_overlap", _overlap(waveforms, half), "s")
        yield Reading("gated_peak", peak, "V")

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the sum of errors and pairs, and the worst of the rest."""
        for measure in ("wrong_states", "pairs"):
            yield Summary(measure, float(results.select(measure)["value"].sum()))
        yield Summary("selection_overlap", float(results.select("selection_overlap")["value"].max()), "s")
        yield Summary("gated_peak", float(results.select("gated_peak")["value"].max()), "V")


def _pulses(starts: Iterable[float]) -> Iterator[tuple[float, bool]]:
    for start in starts:
        yield start + T_UPDATE, True
        yield start + T_STEP, False


def _points(levels: Iterable[tuple[float, bool]], high: float) -> Iterator[float]:
    """Yield time, volts, ... of a source that is low at first and takes each level from its time on."""
    before = 0.0
    yield from (0.0, before)
    for time, level in levels:
        after = high if level else 0.0
        if after != before:
            yield from (time, before, time + T_EDGE, after)
        before = after


def _overlap(waveforms: pd.DataFrame, half: float) -> float:
    """Return the longest time for which two selection bits are above ``half`` (s)."""
    time = waveforms.index.to_numpy(dtype=float)
    both = (waveforms[list(SELECTED.values())].to_numpy() > half).sum(axis=1) > 1
    edges = np.flatnonzero(np.diff(np.concatenate([[False], both, [False]]).astype(int)))
    ends = np.minimum(edges[1::2], len(time) - 1)
    return float(max(time[ends] - time[edges[::2]], default=0.0))


TESTBENCH = StateTable()
