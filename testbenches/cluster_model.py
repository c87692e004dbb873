"""The ideal cluster: what it would answer if a unit of weight were one step of the membrane, and nothing else happened.

A neuron that starts at VREST fires when the sum of its active weights reaches the threshold: that answer is exact, and
the circuit has to give it. One that starts elsewhere is modelled in steps: VRFR and VLAT are so many steps below VREST,
and in the general state the membrane goes on from where the last period's leak has left it. Such answers move with
VTH and the leak; they predict, and do not judge.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from testbenches.state_table import REST, Event, State, is_absolute, next_state


@dataclass(frozen=True)
class Steps:
    """Levels in steps of the membrane above VREST, the threshold in units of weight, and what rules the states."""

    threshold: int
    vth: float
    vrfr: float
    vlat: float
    leak: float  # toward VREST in each period
    lowest: float  # ground, where the membrane ends
    highest: float  # the supply
    absolute: int = 1  # periods of GCLK
    inhibit: bool = True


@dataclass(frozen=True)
class Decision:
    """One neuron at one SWCOMP: state, start (steps above VREST), sum of active weights, and whether it fires."""

    period: int
    neuron: int
    state: State
    start: float
    sum: int
    fires: bool

    @property
    def exact(self) -> bool:
        """Whether the answer is one of whole numbers, which the circuit has to give."""
        return self.state == REST


def ideal_decisions(
    sums: Sequence[Sequence[int] | None], steps: Steps, observed: Set[tuple[int, int]] | None = None
) -> list[Decision]:
    """Return every decision of a row of neurons, in order of period and neuron.

    ``sums`` has for each period the sum of active weights of each neuron, or None without a stimulus. A neuron in its
    absolute phase decides nothing. States follow the FIREs decided here, or those ``observed``, (period, neuron): then
    each decision is the one to expect after what the circuit has done before it.
    """
    neurons = len(next((given for given in sums if given is not None), ()))
    states, membranes = [REST] * neurons, [0.0] * neurons
    decisions: list[Decision] = []
    for period, given in enumerate(sums):
        fired = [False] * neurons
        for neuron in range(neurons if given is not None else 0):
            if is_absolute(states[neuron], steps.absolute):
                continue
            assert given is not None
            decision = _decide(period, neuron, states[neuron], membranes[neuron], given[neuron], steps)
            decisions.append(decision)
            fired[neuron] = decision.fires if observed is None else (period, neuron) in observed
            membranes[neuron] = min(max(decision.start + decision.sum, steps.lowest), steps.highest)
        states = [_move(states, fired, neuron, given is not None, steps) for neuron in range(neurons)]
        membranes = [max(abs(level) - steps.leak, 0.0) * (1 if level > 0 else -1) for level in membranes]
    return decisions


def _decide(period: int, neuron: int, state: State, membrane: float, total: int, steps: Steps) -> Decision:
    """Return a decision; from VREST it is one of whole numbers."""
    start = {"REST": 0.0, "RFR": steps.vrfr, "LAT": steps.vlat}.get(state.baseline, membrane)
    fires = total >= steps.threshold if state == REST else start + total >= steps.vth
    return Decision(period, neuron, state, start, total, fires)


def _move(states: Sequence[State], fired: Sequence[bool], neuron: int, stimulus: bool, steps: Steps) -> State:
    """Return a neuron's next state; the ends of the row have no neighbour."""
    event = Event(
        stimulus=stimulus,
        fire=fired[neuron],
        left=neuron > 0 and fired[neuron - 1],
        right=neuron + 1 < len(fired) and fired[neuron + 1],
        inhibit=steps.inhibit,
    )
    return next_state(states[neuron], event, steps.absolute)
