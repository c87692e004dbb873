"""The golden comparison itself: each way to break a waveform must fail. Stored goldens: tests/golden."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.errors import HarnessError
from harness.golden import compare, failures, golden_stem, read_golden, sample, write_golden
from harness.testbench import Golden

GOLDEN = Golden({"VTH": 0.85}, analog=("vinteg0", "i(visynapse0)", "vcm"), digital=("fire0", "fire1", "swrst"))
T_STOP = 2.1357e-6
EDGES = [edge + np.linspace(-1e-9, 1e-9, 201) for edge in (0.5e-6, 1e-6, 1.8e-6)]
TIME = np.unique(np.concatenate([np.linspace(0, T_STOP, 3000), *EDGES]))


def edge(at: float, time: np.ndarray = TIME) -> np.ndarray:
    return 1.8 / (1 + np.exp(-np.clip((time - at) / 0.1e-9, -50, 50)))


def waveforms(time: np.ndarray = TIME, shift: float = 0.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "vinteg0": 0.55 + 0.3 * np.clip((time - 0.5e-6) / 1e-6, 0, 1),
            "i(visynapse0)": 5e-6 * np.sin(2e6 * time),
            "vcm": 0.5,
            "fire0": edge(1e-6 + shift, time) - edge(1.8e-6 + shift, time),
            "fire1": 0.0,
            "swrst": 1.8 - edge(0.5e-6, time),
        },
        index=pd.Index(time, name="time"),
    )


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., set[str]]:
    """Compare a run with the golden of the whole waveforms, written and read back; return the signals that fail."""
    write_golden(tmp_path / "g" / "case", sample(GOLDEN, waveforms(), {"reason": "a test"}))
    stored = read_golden(tmp_path / "g" / "case")

    def fails(run: pd.DataFrame, golden: Golden = GOLDEN) -> set[str]:
        return {verdict.signal for verdict in compare(golden, stored, run) if not verdict.passed}

    return fails


EVERY = {*GOLDEN.analog, *GOLDEN.digital}


def test_the_same_run_passes(broken: Callable[..., set[str]]) -> None:
    assert broken(waveforms()) == set()


def test_an_honest_rerun_with_other_time_points_passes(broken: Callable[..., set[str]]) -> None:
    other = np.unique(np.concatenate([np.linspace(0, T_STOP, 4111), TIME + 3e-12]))
    assert broken(waveforms(other[other <= T_STOP])) == set()


def test_an_edge_within_its_bound_passes_and_at_twice_the_bound_fails(broken: Callable[..., set[str]]) -> None:
    assert broken(waveforms(shift=0.4 * GOLDEN.edge)) == set()
    assert broken(waveforms(shift=2 * GOLDEN.edge)) == {"fire0"}


@pytest.mark.parametrize("signal", GOLDEN.analog)
@pytest.mark.parametrize("gain", [1.01, 0.99])
def test_a_gain_of_one_percent_fails(broken: Callable[..., set[str]], signal: str, gain: float) -> None:
    run = waveforms()
    run[signal] *= gain
    assert broken(run) == {signal}


@pytest.mark.parametrize("signal", GOLDEN.analog)
def test_an_offset_of_a_hundredth_of_the_swing_fails(broken: Callable[..., set[str]], signal: str) -> None:
    run = waveforms()
    run[signal] += 0.01 * max(np.ptp(run[signal]), 0.1)
    assert broken(run) == {signal}


def test_a_short_glitch_on_an_analog_signal_fails(broken: Callable[..., set[str]]) -> None:
    run = waveforms()
    run.loc[(run.index > 1.2e-6) & (run.index < 1.22e-6), "vinteg0"] += 5e-3
    assert broken(run) == {"vinteg0"}


def test_a_dropped_edge_fails(broken: Callable[..., set[str]]) -> None:
    run = waveforms()
    run["fire0"] = edge(1e-6)
    assert broken(run) == {"fire0"}


def test_an_edge_too_many_fails(broken: Callable[..., set[str]]) -> None:
    run = waveforms()
    run["fire1"] = edge(2e-6)
    assert broken(run) == {"fire1"}


def test_a_signal_stuck_at_the_other_level_fails(broken: Callable[..., set[str]]) -> None:
    run = waveforms()
    run["fire1"] = 1.8
    run["fire0"] = 1.8 - run["fire0"]
    assert broken(run) == {"fire0", "fire1"}


@pytest.mark.parametrize("share", [0.5, 0.99, 0.9999])
def test_a_cut_tail_fails_in_every_signal(broken: Callable[..., set[str]], share: float) -> None:
    run = waveforms()
    assert broken(run[run.index <= share * T_STOP]) == EVERY


def test_a_longer_run_fails_because_it_is_another_question(broken: Callable[..., set[str]]) -> None:
    assert broken(waveforms(np.append(TIME, 1.1 * T_STOP))) == EVERY


@pytest.mark.parametrize("signal", sorted(EVERY))
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_one_value_that_is_not_finite_fails(broken: Callable[..., set[str]], signal: str, value: float) -> None:
    run = waveforms()
    run.iloc[1234, run.columns.get_loc(signal)] = value
    assert broken(run) == {signal}


def test_empty_frames_fail_in_every_signal(broken: Callable[..., set[str]]) -> None:
    assert broken(waveforms().iloc[:0]) == EVERY
    assert broken(waveforms().iloc[:1]) == EVERY
    assert broken(pd.DataFrame()) == EVERY


def test_time_that_runs_backwards_fails(broken: Callable[..., set[str]]) -> None:
    assert broken(waveforms().iloc[::-1]) == EVERY


@pytest.mark.parametrize("signal", sorted(EVERY))
def test_a_missing_column_fails(broken: Callable[..., set[str]], signal: str) -> None:
    assert broken(waveforms().drop(columns=signal)) == {signal}


def test_a_signal_that_the_golden_never_stored_fails(broken: Callable[..., set[str]]) -> None:
    run = waveforms().assign(extra=0.0, fire2=0.0)
    wider = replace(GOLDEN, analog=(*GOLDEN.analog, "extra"), digital=(*GOLDEN.digital, "fire2"))
    assert broken(run, wider) == {"extra", "fire2"}


@pytest.mark.parametrize("rows", [slice(0, 0), slice(0, 1), slice(0, 400), slice(0, 500)])
def test_a_golden_that_lost_its_own_tail_fails(tmp_path: Path, rows: slice) -> None:
    stored = sample(GOLDEN, waveforms(), {})
    shortened = replace(stored, analog=stored.analog.iloc[rows])
    assert len(failures(compare(GOLDEN, shortened, waveforms()))) == len(EVERY)


def test_a_golden_that_holds_a_nan_fails() -> None:
    stored = sample(GOLDEN, waveforms(), {})
    stored.analog.iloc[250, 0] = np.nan
    stored.edges.loc[stored.edges["signal"] == "swrst", "time"] = np.nan
    wrong = compare(GOLDEN, stored, waveforms())
    assert {verdict.signal for verdict in wrong if not verdict.passed} == {"vinteg0", "swrst"}


def test_a_golden_without_signals_is_an_error() -> None:
    stored = sample(GOLDEN, waveforms(), {})
    with pytest.raises(HarnessError, match="compares nothing"):
        compare(Golden({}, analog=()), stored, waveforms())


def test_every_signal_has_a_verdict_with_its_numbers() -> None:
    verdicts = compare(GOLDEN, sample(GOLDEN, waveforms(), {}), waveforms())
    assert [verdict.signal for verdict in verdicts] == [*GOLDEN.analog, *GOLDEN.digital]
    assert all("at most" in verdict.message for verdict in verdicts)


def test_a_missing_or_damaged_golden_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="make golden-update"):
        read_golden(tmp_path / "case")
    assert list(tmp_path.iterdir()) == []
    write_golden(tmp_path / "case", sample(GOLDEN, waveforms(), {"reason": "a test"}))
    assert read_golden(tmp_path / "case").origin == {"reason": "a test"}
    for suffix, content in ((".csv", "x,y\n1,2\n"), (".edges.csv", "signal,time\n"), (".json", "{")):
        write_golden(tmp_path / "case", sample(GOLDEN, waveforms(), {}))
        Path(f"{tmp_path / 'case'}{suffix}").write_text(content)
        with pytest.raises(HarnessError, match="no golden can be read"):
            read_golden(tmp_path / "case")


def test_a_golden_has_its_place_below_the_testbench() -> None:
    assert golden_stem("fig09d", "VTH=0.85").parts[-4:] == ("golden", "waveforms", "fig09d", "VTH=0.85")
