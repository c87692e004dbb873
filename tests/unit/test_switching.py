"""How a junction switches: closed forms against textbook limits, their own integrals, and cmtj."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid, quad, trapezoid

from harness.errors import HarnessError
from harness.mtj import MtjSet, load_mtj_set
from harness.switching import read_disturb, switching_rate, switching_time, threshold_current, write_error
from testbenches import fig03
from testbenches.fig03 import cmtj_reference

SETS = ("10k20k", "5k30k")
BOTH_WAYS = pytest.mark.parametrize("to_antiparallel", [True, False])


def device(**changes: float) -> MtjSet:
    """The textbook junction: 40 nm, 1.6 nm, mu0 Ms = 1.3 T, damping 0.01, P = 0.6, Delta 60, a symmetric torque."""
    values = {"polarization": 0.6, "torque_asymmetry": 1.0, "damping": 0.01, "thermal_stability": 60.0, **changes}
    return load_mtj_set("10k20k").model_copy(update=values)


def test_magnetics_follow_from_the_barrier() -> None:
    mtj = device()
    assert mtj.critical_current == pytest.approx(25.17e-6, rel=1e-3)
    assert mtj.anisotropy_field == pytest.approx(190e3, rel=2e-3)
    assert mtj.relaxation_time == pytest.approx(2.378e-9, rel=2e-3)
    assert mtj.minimum_angle == pytest.approx(1 / math.sqrt(120))


@pytest.mark.parametrize("name", SETS)
def test_the_antiparallel_state_is_left_at_two_thirds_of_the_current(name: str) -> None:
    mtj = load_mtj_set(name)
    assert threshold_current(mtj, True) == mtj.critical_current
    assert threshold_current(mtj, False) == pytest.approx(mtj.critical_current / 1.5)


@BOTH_WAYS
@pytest.mark.parametrize("name", SETS)
def test_a_junction_switches_from_its_threshold_on(name: str, to_antiparallel: bool) -> None:
    """From an angle the threshold is a little lower than from the pole: by 1 - cos and by the torque's asymmetry."""
    mtj = load_mtj_set(name)
    threshold = threshold_current(mtj, to_antiparallel)
    assert switching_time(mtj, 0.99 * threshold, to_antiparallel, 1e-3) == math.inf
    assert switching_time(mtj, 1.01 * threshold, to_antiparallel, 1e-3) < 2e-6


@BOTH_WAYS
@pytest.mark.parametrize("angle", [0.02, 0.1, 0.7])
@pytest.mark.parametrize("i", [1.05, 1.5, 2.0, 8.0])
def test_the_integral_of_a_symmetric_torque_has_a_closed_form(i: float, angle: float, to_antiparallel: bool) -> None:
    mtj = device()
    c = math.cos(angle)
    logarithms = math.log(i / (i - c)) / (1 - i**2) - math.log(1 - c) / (2 * (i - 1)) + math.log(1 + c) / (2 * (i + 1))
    time = switching_time(mtj, i * mtj.critical_current, to_antiparallel, angle)
    assert time / mtj.relaxation_time == pytest.approx(logarithms, rel=1e-8)


@BOTH_WAYS
@pytest.mark.parametrize("i", [1.1, 3.0])
def test_the_integral_over_theta_is_the_same(i: float, to_antiparallel: bool) -> None:
    """With asymmetry, from the equation as models/mtj/README.md writes it, theta from the parallel state."""
    mtj = load_mtj_set("5k30k")
    current = i * threshold_current(mtj, to_antiparallel)
    scaled, size = current / mtj.critical_current * (1 if to_antiparallel else -1), mtj.torque_asymmetry

    def slowness(theta: float) -> float:
        torque = 2 * size / (size + 1 + (size - 1) * math.cos(theta))
        return 1 / (math.sin(theta) * (scaled * torque - math.cos(theta)))

    start = 0.05 if to_antiparallel else math.pi - 0.05
    expected, _ = quad(slowness, start, math.pi / 2, epsrel=1e-10)
    assert switching_time(mtj, current, to_antiparallel, 0.05) == pytest.approx(
        mtj.relaxation_time * expected, rel=1e-7
    )


@pytest.mark.parametrize("i", [0.0, 0.2, 0.5, 0.9])
def test_the_rate_of_a_symmetric_torque_has_exponent_two(i: float) -> None:
    mtj = device()
    rate = switching_rate(mtj, i * mtj.critical_current, True)
    attempts = math.sqrt(60 / math.pi) / mtj.relaxation_time
    assert rate == pytest.approx(attempts * (1 - i**2) * (1 - i) * math.exp(-60 * (1 - i) ** 2), rel=1e-9)


@BOTH_WAYS
@pytest.mark.parametrize("i", [0.1, 0.5])
def test_the_rate_of_an_asymmetric_torque_is_kramers_integral(i: float, to_antiparallel: bool) -> None:
    """The integrals over well and saddle without their Gaussian approximation, which a high barrier makes good."""
    mtj = load_mtj_set("10k20k").model_copy(update={"thermal_stability": 200.0})
    size, delta = mtj.torque_asymmetry if to_antiparallel else 1 / mtj.torque_asymmetry, mtj.thermal_stability
    c = np.linspace(-0.9, 1, 20001)
    force = i * 2 * size / (size + 1 + (size - 1) * c) - c
    potential = 2 * delta * cumulative_trapezoid(force, c, initial=0)
    potential -= potential[-1]
    well = trapezoid(np.exp(-potential[c > 0.7]), c[c > 0.7])
    saddle = trapezoid((np.exp(potential) / (1 - c**2 + 1e-12))[c < 0.95], c[c < 0.95])
    expected = 1 / (2 * delta * mtj.relaxation_time * well * saddle)
    assert switching_rate(mtj, i * threshold_current(mtj, to_antiparallel), to_antiparallel) == pytest.approx(
        expected, rel=0.03
    )


@pytest.mark.parametrize(
    ("delta", "damping", "current", "expected"),
    [(40, 0.01, 5e-6, 1.8e-6), (50, 0.02, 10e-6, 5.1e-10), (60, 0.01, 5e-6, 2.6e-14), (60, 0.02, 10e-6, 5.2e-14)],
)
def test_a_read_of_a_microsecond_disturbs_so_often(
    delta: float, damping: float, current: float, expected: float
) -> None:
    mtj = device(thermal_stability=delta, damping=damping)
    assert read_disturb(mtj, current, 1e-6, True) == pytest.approx(expected, rel=0.1)


@BOTH_WAYS
@pytest.mark.parametrize("name", SETS)
def test_a_read_at_48_mv_leaves_both_states_alone(name: str, to_antiparallel: bool) -> None:
    """The paper's "ideally below 50 mV" (2.1.3.2), with what sets.toml assumes, whichever way the read pushes."""
    mtj = load_mtj_set(name)
    current = 48e-3 / float(mtj.resistance(1.0 if to_antiparallel else -1.0, 48e-3))
    assert read_disturb(mtj, current, 1e-6, to_antiparallel) < 1e-12
    assert read_disturb(mtj, 0.99 * threshold_current(mtj, to_antiparallel), 1.0, to_antiparallel) == pytest.approx(1)


@pytest.mark.parametrize("i", [1.2, 2.0, 3.0, 8.0])
def test_the_write_error_of_a_symmetric_torque_is_butlers_form(i: float) -> None:
    mtj = device()
    time = 4 * mtj.relaxation_time
    equator = 2 * 2 ** ((i - 1) / (i + 1)) * ((i - 1) / i) ** (2 / (i + 1))
    exponent = 60 * equator * (i - 1) / (i * math.exp(8 * (i - 1)) - 1)
    assert write_error(mtj, i * mtj.critical_current, time, True) == pytest.approx(-math.expm1(-exponent), rel=1e-6)


def test_cmtj_switches_at_the_same_currents_and_as_fast() -> None:
    """Of the 0.2 % that is left in the times, 0.18 % is cmtj's gyromagnetic constant, 2.2088e5 m/(A s)."""
    for row in cmtj_reference("threshold").to_dict("records"):
        expected = threshold_current(load_mtj_set(row["MTJ"]), bool(row["to_antiparallel"]))
        assert row["value"] == pytest.approx(expected, rel=1e-3)
    times = cmtj_reference("switching_time").to_dict("records")
    assert len(times) == 2 * 2 * 3 * 8
    for row in times:
        mtj, to_antiparallel = load_mtj_set(row["MTJ"]), bool(row["to_antiparallel"])
        current = row["overdrive"] * threshold_current(mtj, to_antiparallel)
        assert row["current"] == pytest.approx(current, rel=1e-6), "models/mtj/sets.toml moved: run make cmtj"
        assert row["value"] == pytest.approx(
            switching_time(mtj, current, to_antiparallel, row["start_angle"]), rel=3e-3
        )


def test_a_missing_or_foreign_reference_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fig03, "CMTJ_REFERENCE", tmp_path / "cmtj_reference.csv")
    with pytest.raises(HarnessError, match="is missing.*make cmtj"):
        fig03.cmtj_reference("threshold")
    (tmp_path / "cmtj_reference.csv").write_text(
        "mtj,measure,value,cmtj\n10k20k,threshold,1,1.15.0\n", encoding="utf-8"
    )
    with pytest.raises(HarnessError, match="no measure 'switching_time'"):
        fig03.cmtj_reference("switching_time")


def test_the_package_never_imports_cmtj() -> None:
    """It is GPL-2.0, and only scripts/cmtj_reference.py runs it, in an environment of its own."""
    project = Path(fig03.__file__).parents[1]
    sources = [*project.glob("harness/**/*.py"), *project.glob("testbenches/**/*.py")]
    assert len(sources) > 50
    found = [
        path.name for path in sources if re.search(r"^\s*(import|from) cmtj", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert found == []


def test_stochastic_runs_of_cmtj_fail_as_often() -> None:
    """Within three and a half standard errors of 2000 runs each; between 14 and 30 % of them fail."""
    rows = cmtj_reference("write_error").to_dict("records")
    assert len(rows) == 8
    for row in rows:
        expected = write_error(load_mtj_set(row["MTJ"]), row["current"], row["pulse"], bool(row["to_antiparallel"]))
        assert 0.05 < expected < 0.5
        assert row["value"] == pytest.approx(expected, abs=3.5 * math.sqrt(expected * (1 - expected) / row["runs"]))


def test_agitated_runs_of_cmtj_reverse_as_often() -> None:
    """At 10 kT and a quarter of the threshold: exponent 2, with the finite barrier within counting error.

    The exact mean first passage of the Fokker-Planck equation is what they are held against; the closed form, for high
    barriers, is a fifth to a quarter faster there, and an exponent of 1 would be seven times slower.
    """
    rows = cmtj_reference("thermal_switch").to_dict("records")
    assert len(rows) == 4
    for row in rows:
        to_antiparallel = bool(row["to_antiparallel"])
        mtj = load_mtj_set(row["MTJ"]).model_copy(update={"thermal_stability": 10.0, "damping": 0.1})
        assert row["current"] == pytest.approx(0.25 * threshold_current(mtj, to_antiparallel), rel=1e-6)
        passage = first_passage(mtj, 0.25, to_antiparallel, -0.8)
        share = -math.expm1(-row["pulse"] / passage)
        assert row["value"] == pytest.approx(share, abs=3.5 * math.sqrt(share * (1 - share) / row["runs"]))
        assert 1.1 < switching_rate(mtj, row["current"], to_antiparallel) * passage < 1.3


def first_passage(mtj: MtjSet, i: float, to_antiparallel: bool, end: float) -> float:
    """Return the mean time (s) from the pole to cos(theta) = ``end``, by the double integral over the potential."""
    size, delta = mtj.torque_asymmetry if to_antiparallel else 1 / mtj.torque_asymmetry, mtj.thermal_stability
    c = np.linspace(end, 1, 40001)
    potential = 2 * delta * cumulative_trapezoid(i * 2 * size / (size + 1 + (size - 1) * c) - c, c, initial=0)
    beyond = -cumulative_trapezoid(np.exp(-potential[::-1]), c[::-1], initial=0)[::-1]
    slowness = np.exp(potential[:-1]) * beyond[:-1] / (1 - c[:-1] ** 2)
    return float(2 * delta * mtj.relaxation_time * trapezoid(slowness, c[:-1]))


@BOTH_WAYS
def test_probabilities_fall_with_time_and_stay_in_bounds(to_antiparallel: bool) -> None:
    mtj = load_mtj_set("5k30k")
    current = 2 * threshold_current(mtj, to_antiparallel)
    errors = [write_error(mtj, current, time, to_antiparallel) for time in (1e-9, 10e-9, 30e-9, 1e-3)]
    assert 1 >= errors[0] > errors[1] > errors[2] >= errors[3] >= 0
    assert errors[0] > 0.99 and errors[2] < 1e-7


def test_a_question_without_an_answer_is_one_sentence() -> None:
    mtj = load_mtj_set("10k20k")
    with pytest.raises(HarnessError, match="does not lie between"):
        switching_time(mtj, 1e-3, True, 0.0)
    with pytest.raises(HarnessError, match="no barrier is left"):
        read_disturb(mtj, 1.01 * mtj.critical_current, 1e-6, True)
    with pytest.raises(HarnessError, match="needs more than 1"):
        write_error(mtj, 0.99 * mtj.critical_current, 1e-6, True)
    with pytest.raises(HarnessError, match="give its size"):
        switching_time(mtj, -1e-6, True)
