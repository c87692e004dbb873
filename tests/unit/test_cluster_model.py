"""The ideal cluster against decisions worked out by hand."""

from testbenches.cluster_model import Steps, ideal_decisions
from testbenches.state_table import GEN, REST, State

STEPS = Steps(threshold=5, vth=4.7, vrfr=-1.5, vlat=-2.0, leak=0.25, lowest=-8.0, highest=19.0)


def fires(*sums: list[int] | None, steps: Steps = STEPS) -> list[tuple[int, int]]:
    return [(d.period, d.neuron) for d in ideal_decisions(sums, steps) if d.fires]


def test_a_neuron_at_rest_fires_at_the_threshold_and_not_below() -> None:
    assert fires([4, 5, -2]) == [(0, 1)]


def test_only_starts_from_vrest_are_exact() -> None:
    first, second = ideal_decisions([[4], [1]], STEPS)
    assert (first.state, first.exact) == (REST, True)
    assert (second.state, second.exact) == (GEN, False)


def test_the_membrane_goes_on_from_where_the_leak_left_it() -> None:
    _, second = ideal_decisions([[4], [0]], STEPS)
    assert second.start == 3.75
    (_, after_ipsp) = ideal_decisions([[-2], [0]], STEPS)
    assert after_ipsp.start == -1.75
    assert ideal_decisions([[0], [0]], STEPS)[1].start == 0.0


def test_the_leak_goes_on_in_silence_and_ends_at_vrest() -> None:
    *_, last = ideal_decisions([[1], None, None, None, None, None, [5]], STEPS)
    assert last.start == 0.0


def test_fire_keeps_the_neuron_silent_then_starts_it_at_vrfr() -> None:
    decisions = ideal_decisions([[5], [9], [6], [9]], STEPS)
    assert [(d.period, d.state, d.fires) for d in decisions] == [
        (0, REST, True), (2, State("RFR", 2), False), (3, GEN, True),
    ]  # fmt: skip
    assert decisions[1].start == STEPS.vrfr


def test_fire_inhibits_both_neighbours_and_no_others() -> None:
    decisions = {(d.period, d.neuron): d for d in ideal_decisions([[0, 0, 5, 0, 0], [6, 6, 6, 6, 6]], STEPS)}
    assert [decisions[1, n].start for n in (1, 3)] == [STEPS.vlat, STEPS.vlat]
    assert [decisions[1, n].fires for n in (0, 1, 3, 4)] == [True, False, False, True]
    assert (1, 2) not in decisions


def test_inhibition_can_be_off() -> None:
    off = Steps(**{**STEPS.__dict__, "inhibit": False})
    assert fires([5, 0], [0, 5], steps=off) == [(0, 0), (1, 1)]


def test_the_membrane_ends_at_the_supply() -> None:
    *_, last = ideal_decisions([[-40], [0]], STEPS)
    assert last.start == STEPS.lowest + STEPS.leak


def test_no_stimulus_no_decision() -> None:
    assert ideal_decisions([None, None], STEPS) == []


def test_states_follow_what_was_observed() -> None:
    _, second = ideal_decisions([[4], None, [4]], STEPS, observed={(0, 0)})
    assert (second.state, second.start) == (State("RFR", 2), STEPS.vrfr)
