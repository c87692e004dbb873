"""What the testbenches of the generation look at: the state table, stated events, glitches, gaps, setup and hold."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness.testbench import Results
from testbenches import axon_async, generation_logic, state_table
from testbenches.axon_async import AxonAsync, events
from testbenches.generation_logic import SHORTEST_PULSE, GenerationLogic, smallest_gap, stage_limits, widest_glitch
from testbenches.state_table import EVENTS, GEN, REST, STATES, State, StateTable, events_of, next_state, tour

HIGH = 1.8


def wave(*edges: float, stop: float = 10e-6, first: float = 0.0) -> pd.Series:
    """Return a two-level signal that changes at each of the edges (s) within 10 ps."""
    level, points = first, [(0.0, first)]
    for edge in edges:
        points += [(edge - 5e-12, level), (edge + 5e-12, HIGH - level)]
        level = HIGH - level
    points.append((stop, level))
    return pd.Series([volts for _, volts in points], index=[time for time, _ in points])


@pytest.mark.parametrize("absolute", [1, 2, 3])
def test_the_tour_follows_the_table_and_leaves_no_pair_out(absolute: int) -> None:
    steps = tour(absolute)
    for (state, name), (then, _) in zip(steps, steps[1:], strict=False):
        assert next_state(state, EVENTS[name], absolute) == then
    assert set(steps) == {(state, name) for state in STATES for name in events_of(state, absolute)}


@pytest.mark.parametrize(
    ("state", "event", "then"),
    [
        (REST, "own and left FIRE", State("RFR", 1)),
        (State("LAT", 3), "own and left FIRE", State("RFR", 1)),
        (State("RFR", 1), "both neighbours' FIRE", State("RFR", 2)),
        (State("RFR", 2), "both neighbours' FIRE", State("LAT", 1)),
        (State("RFR", 2), "stimulus", GEN),
        (State("RFR", 4), "nothing", REST),
        (State("LAT", 4), "nothing", REST),
        (GEN, "nothing", GEN),
        (GEN, "neighbours' FIRE, inhibition off", GEN),
    ],
)
def test_who_wins_and_how_long_it_lasts(state: State, event: str, then: State) -> None:
    assert next_state(state, EVENTS[event], 1) == then


def played(absolute: int) -> pd.DataFrame:
    """Return waveforms that follow the table: levels held over each step."""
    lines = ("sw_rest", "sw_rfr", "sw_lat", "own_swrst", "own_swcomp", "own_swinteg", "absolute")
    rows: dict[float, list[float]] = {0.0: [0.0] * len(lines)}
    for step, (state, _) in enumerate(tour(absolute)):
        blocked = state_table.is_absolute(state, absolute)
        levels = [state.baseline == name for name in ("REST", "RFR", "LAT")] + [not blocked] * 3 + [blocked]
        start = state_table.T_RESET + step * state_table.T_STEP
        rows[start] = rows[start + state_table.T_UPDATE] = [HIGH * level for level in levels]
    return pd.DataFrame(rows.values(), index=list(rows), columns=list(lines))


def table_values() -> dict[str, Any]:
    return StateTable().settings({"ABSOLUTE": 2})


def test_a_netlist_that_follows_the_table_has_no_wrong_state() -> None:
    readings = {reading.measure: reading.value for reading in StateTable().measure(table_values(), played(2))}
    assert readings["wrong_states"] == 0
    assert readings["gated_peak"] == 0
    assert readings["selection_overlap"] == 0


@pytest.mark.parametrize("line", ["sw_rest", "sw_rfr", "sw_lat", "own_swrst", "own_swcomp", "own_swinteg", "absolute"])
def test_each_line_that_differs_from_the_table_is_seen(line: str) -> None:
    waves = played(2)
    waves[line] = HIGH - waves[line]
    readings = {reading.measure: reading.value for reading in StateTable().measure(table_values(), waves)}
    assert readings["wrong_states"] == len(tour(2))
    assert (readings["gated_peak"] > 0) == line.startswith("own")
    assert (readings["selection_overlap"] > 0) == line.startswith("sw")


def test_events_are_counted_as_stated() -> None:
    first, later = axon_async.T_FIRST, axon_async.T_FIRST + axon_async.T_PERIOD
    assert events([first - 1e-9]) == [True, False]
    assert events([first + 1e-9]) == [False, True]
    assert events([first - 2e-9, first - 1e-9]) == [True, False]
    assert events([first - 1e-9, first + axon_async.CLEARED - 1e-9]) == [True, False]
    assert events([first - 1e-9, first + axon_async.CLEARED + 1e-9]) == [True, True]
    assert events([later + 1e-9]) == [False, False]


def axon_waves(*pulses: tuple[float, float]) -> pd.DataFrame:
    """Return each axon's word line in the first period, from on to off within the window (s), and nothing pending."""
    columns = {}
    for axon, (on, off) in enumerate(pulses):
        columns[f"wl{axon}"] = wave(axon_async.T_FIRST + on, axon_async.T_FIRST + off, stop=13e-6)
        columns[f"xaxon{axon}.pending"] = wave(stop=13e-6)
    frame = pd.DataFrame(columns)
    return frame.interpolate(method="index")


def test_half_an_event_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axon_async, "IN_CLUSTER", ((axon_async.EARLY,), (axon_async.EARLY,)))
    on, off = axon_async.WINDOW
    waves = axon_waves((on, off), (on, off - 0.1e-6))
    readings = list(AxonAsync().measure(AxonAsync().settings({}), waves))
    assert [reading.value for reading in readings if reading.measure == "half"] == [0, 1]
    assert [reading.value for reading in readings if reading.measure == "wrong"] == [0, 0]


def test_a_missing_event_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axon_async, "IN_CLUSTER", ((axon_async.EARLY,),))
    waves = axon_waves(axon_async.WINDOW) * 0
    readings = list(AxonAsync().measure(AxonAsync().settings({}), waves))
    assert [reading.value for reading in readings if reading.measure == "wrong"] == [1]


def test_a_glitch_is_a_pulse_too_short_for_a_phase_at_any_level() -> None:
    assert widest_glitch(wave(1e-6, 2e-6), HIGH) == 0
    assert widest_glitch(wave(1e-6, 2e-6, 3e-6, 3e-6 + 60e-12), HIGH) == pytest.approx(65e-12, abs=5e-12)
    dip = wave(1e-6, 2e-6, 2e-6 + 80e-12, 3e-6)
    assert widest_glitch(dip, HIGH) == pytest.approx(85e-12, abs=5e-12)
    assert widest_glitch(0.3 * wave(3e-6, 3e-6 + 60e-12), HIGH) > 50e-12  # reaches a quarter of the supply only
    assert widest_glitch(wave(1e-6, 1e-6 + 2 * SHORTEST_PULSE), HIGH) == 0


def test_a_gap_is_negative_where_phases_overlap() -> None:
    assert smallest_gap(wave(1e-6, 2e-6), HIGH / 2, wave(2.1e-6, 3e-6), HIGH / 2) == pytest.approx(0.1e-6)
    assert smallest_gap(wave(1e-6, 2e-6), HIGH / 2, wave(1.9e-6, 3e-6), HIGH / 2) == pytest.approx(-0.1e-6)
    assert np.isnan(smallest_gap(wave(), HIGH / 2, wave(1.9e-6, 3e-6), HIGH / 2))


def stage_waves(setup: float, hold: float) -> pd.DataFrame:
    """Return ideal stages that take data up to ``setup`` before the clock, late between, and none from ``hold`` on."""
    edge = generation_logic.T_CLOCK + 0.6e-9
    columns = {"clock": wave(edge, stop=8e-9)}
    for rising in (True, False):
        for k, offset in enumerate(generation_logic.OFFSETS):
            lag = offset + 1e-12
            name, first = generation_logic.stage_name(rising, k), 0.0 if rising else HIGH
            delay = 0.1e-9 if lag < -setup else 0.3e-9
            columns[name] = wave(edge + lag, stop=8e-9, first=first)
            taken = (edge + delay,) if lag < hold else ()
            columns[f"{name}_q"] = wave(*taken, stop=8e-9, first=first)
    return pd.DataFrame(columns).interpolate(method="index").bfill()


def test_setup_and_hold_lie_at_most_a_step_outside_of_what_the_stage_does() -> None:
    step = generation_logic.OFFSETS[1] - generation_logic.OFFSETS[0]
    for rising in (True, False):
        setup, hold = stage_limits(stage_waves(70e-12, 50e-12), rising, HIGH / 2)
        assert 70e-12 <= setup <= 70e-12 + step
        assert 50e-12 <= hold <= 50e-12 + step


def test_a_stage_that_takes_nothing_has_no_setup_time() -> None:
    waves = stage_waves(70e-12, -1e-9)
    assert np.isnan(stage_limits(waves, rising=True, half=HIGH / 2)).all()


def test_a_late_flip_flop_has_negative_slack() -> None:
    bench = GenerationLogic()
    table = pd.DataFrame(
        [
            {"CORNER": "tt", "TEMP": 27.0, "measure": "data_after_clock", "value": 30e-12},
            {"CORNER": "ss", "TEMP": 27.0, "measure": "data_after_clock", "value": 60e-12},
            {"CORNER": "tt", "TEMP": 27.0, "measure": "hold_time", "value": 40e-12},
            {"CORNER": "ss", "TEMP": 27.0, "measure": "hold_time", "value": 10e-12},
        ]
    )
    results = Results([], {}, table, bench.settings({}))
    assert generation_logic.slack(results, "data_after_clock", "hold_time") == pytest.approx(-10e-12)
