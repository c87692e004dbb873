"""The programming of an array: retries, what is reported, and chances against the closed form."""

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.mtj import load_mtj_set
from harness.programming import program
from harness.switching import write_error

MTJ = load_mtj_set("10k20k")
WANTED = np.arange(48).reshape(16, 3) % 2


def test_every_cell_takes_its_state_at_the_first_pulse_of_three_critical_currents() -> None:
    report = program(WANTED, 3.0, 5.0, MTJ)
    assert report["ok"].all() and (report["attempts"] == 1).all()
    assert (report["state"].to_numpy().reshape(WANTED.shape) == WANTED).all()
    assert len(report) == WANTED.size


def test_a_weak_cell_is_tried_again_and_a_dead_one_is_reported() -> None:
    currents = np.full(WANTED.shape, 3.0)
    currents[1, 0], currents[3, 2] = 1.3, 0.5  # both are to be written AP
    report = program(WANTED, currents, 5.0, MTJ, pulses=(5e-9, 200e-9)).set_index(["row", "line"])
    assert report.loc[(1, 0), "attempts"] == 2 and report.loc[(1, 0), "ok"]
    dead = report.loc[(3, 2)]
    assert not dead["ok"] and dead["attempts"] == 2 and dead["state"] == 0 and dead["wanted"] == 1
    assert report["ok"].sum() == WANTED.size - 1


def test_failures_come_as_often_as_the_closed_form_says() -> None:
    wanted, pulse = np.ones((100, 100), dtype=int), 6e-9
    report = program(wanted, 2.0, 5.0, MTJ, pulses=(pulse,))
    expected = write_error(MTJ, 2.0 * MTJ.critical_current, pulse, to_antiparallel=True)
    assert 0.05 < expected < 0.95
    spread = np.sqrt(expected * (1 - expected) / wanted.size)
    assert (~report["ok"]).mean() == pytest.approx(expected, abs=4 * spread)


def test_a_cell_keeps_its_draw_in_a_larger_block() -> None:
    small, large = (program(np.ones((rows, 3), dtype=int), 1.8, 5.0, MTJ, pulses=(7e-9,)) for rows in (8, 16))
    assert (small["ok"].to_numpy() == large["ok"].to_numpy()[: len(small)]).all()
    assert 0 < small["ok"].sum() < len(small)


@pytest.mark.parametrize("wanted", [[[0, 2]], [0, 1], [[0.5]]])
def test_states_that_are_none_are_refused(wanted: list[object]) -> None:
    with pytest.raises(HarnessError, match="0 \\(P\\) and 1 \\(AP\\)"):
        program(wanted, 3.0, 3.0, MTJ)


def test_currents_of_another_shape_are_refused() -> None:
    with pytest.raises(HarnessError, match="do not fit"):
        program(WANTED, np.ones(5), 3.0, MTJ)
