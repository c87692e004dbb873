import numpy as np
import pandas as pd
import pytest

from harness.mtj import load_mtj_set
from harness.registry import find_testbench
from harness.switching import read_disturb
from testbenches.memory_read import AIM, MUST, right_from
from testbenches.read_disturb import disturb


def decisions(*rows: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame([{"measure": "right", "strobe": strobe, "value": right} for strobe, right in rows])


def test_a_later_wrong_bit_undoes_every_earlier_strobe() -> None:
    assert right_from(decisions((100e-9, 1), (AIM, 1), (MUST, 1))) == 100e-9
    assert right_from(decisions((100e-9, 1), (AIM, 1), (AIM, 0), (MUST, 1))) == MUST
    assert right_from(decisions((100e-9, 1), (MUST, 0))) == np.inf


@pytest.mark.parametrize("to_antiparallel", [True, False])
def test_disturb_of_a_constant_current_is_the_closed_form_and_backward_current_adds_nothing(
    to_antiparallel: bool,
) -> None:
    mtj = load_mtj_set("5k30k")
    time = np.linspace(0, 1e-6, 11)
    expected = read_disturb(mtj, 8e-6, 1e-6, to_antiparallel)
    assert disturb(mtj, pd.Series(8e-6, index=time), to_antiparallel) == pytest.approx(expected, rel=1e-9)
    backward, still = (disturb(mtj, pd.Series(current, index=time), to_antiparallel) for current in (-20e-6, 0.0))
    assert backward == still < 1e-3 * expected


def test_every_sampled_case_reads_both_states_at_both_ends() -> None:
    bench = find_testbench("memory_read")
    cases = bench.sampled_cases(bench.settings({}))
    assert {(case.values["MTJ"], case.values["ROW"]) for case in cases} == {
        (mtj, row) for mtj in ("10k20k", "5k30k") for row in (0, 15)
    }
    assert all(int(case.values["WORD"]) not in (0, 7) for case in cases)
