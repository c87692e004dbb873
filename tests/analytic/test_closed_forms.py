"""ngspice, as the harness runs it, against closed forms."""

import ctypes.util
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness.analysis import Frequency, OperatingPoint, Solver, Sweep, Transient
from harness.measure import fit_line, phase_margin, settling_time
from harness.mtj import load_mtj_set
from harness.ngspice import RunOutcome
from harness.render import Conditions, DeckBuilder
from harness.technology import load_technology

Simulate = Callable[..., pd.DataFrame]
R, C, TAU = 10e3, 1e-12, 10e-9
RC_STEP = f"""* RC low pass, a step with an edge of 1 ps
V1 in 0 pwl(0 0 1n 0 1.001n 1)
R1 in out {R!r}
C1 out 0 {C!r}
"""
TRANSIENT = Transient(100e-9, 0.2e-9, Solver(reltol=1e-5))


def rc_step(time: np.ndarray) -> np.ndarray:
    return np.where(time < 1e-9, 0.0, 1 - np.exp(-(time - 1e-9) / TAU))


def render(silicon: Conditions, folder: Path, body: str, **values: Any) -> str:
    (folder / "body.cir.j2").write_text(body, encoding="utf-8")
    return DeckBuilder(silicon).deck("analytic", folder / "body.cir.j2", values)


def test_an_rc_step_is_an_exponential(simulate: Simulate) -> None:
    out = simulate(RC_STEP, TRANSIENT)["out"]
    assert out.to_numpy() == pytest.approx(rc_step(out.index.to_numpy()), abs=2e-4)
    assert settling_time(out, 1e-9, 100e-9, 1.0, 0.01) == pytest.approx(TAU * np.log(100), abs=0.2e-9)


def test_a_constant_current_into_a_capacitor_is_a_straight_line(simulate: Simulate) -> None:
    deck = "* ideal integrator\nI1 0 out dc 0 pwl(0 0 10n 0 10.001n 1u)\nC1 out 0 4p\nR1 out 0 1e12\n"
    out = simulate(deck, Transient(810e-9, 4e-9))["out"]
    ramp = out[out.index > 12e-9]
    fit = fit_line(ramp.index, ramp)
    assert fit.slope == pytest.approx(1e-6 / 4e-12, rel=1e-5)
    assert np.abs(fit.residuals).max() < 1e-6
    assert out.iloc[-1] == pytest.approx(0.2, rel=1e-5)


def test_an_rc_low_pass_has_its_gain_and_phase(simulate: Simulate) -> None:
    deck = RC_STEP.replace("V1 in 0", "V1 in 0 dc 0 ac 1")
    out = simulate(deck, Frequency(1e4, 3.3e9))["out"]
    closed_form = 1 / (1 + 2j * np.pi * out.index.to_numpy() * TAU)
    assert np.abs(out.to_numpy() - closed_form).max() < 1e-9


def test_a_loop_of_known_poles_has_its_phase_margin(simulate: Simulate) -> None:
    """Two RC poles with ideal gain between them: the way that stability is measured, from netlist to degrees."""
    deck = f"* loop\nV1 a 0 ac 1\nE1 b 0 a 0 1000\nR1 b c {R}\nC1 c 0 1n\nE2 d 0 c 0 1\nR2 d e {R}\nC2 e 0 {C}\n"
    gain = simulate(deck, Frequency(1e2, 1e9))["e"]
    first, second = 1 / (2 * np.pi * R * 1e-9), 1 / (2 * np.pi * R * C)
    margin, crossing = phase_margin(gain)
    closed_form = 180 - np.degrees(np.arctan(crossing / first) + np.arctan(crossing / second))
    assert margin == pytest.approx(closed_form, abs=0.1)


@pytest.mark.parametrize(("start", "stop", "step"), [(-1.0, 0.0, 0.1), (0.0, 1.0, 0.3), (0.3, -0.9, -5e-3)])
def test_a_sweep_is_whole_also_when_it_ends_at_zero_or_off_its_grid(
    simulate: Simulate, start: float, stop: float, step: float
) -> None:
    frame = simulate("* divider\nV1 a 0 0\nR1 a b 1k\nR2 b 0 3k\n", Sweep("v1", start, stop, step))
    assert frame["b"].to_numpy() == pytest.approx(0.75 * frame.index.to_numpy(), rel=1e-9, abs=1e-15)
    assert frame.index.name == "v-sweep"


def test_the_same_deck_gives_the_same_bits(simulate: Simulate, silicon: Conditions, tmp_path: Path) -> None:
    body = 'V1 vddio 0 1.8\nV2 a 0 pwl(0 0 1n 0 1.1n 1.8)\nX1 a y vddio 0 {{ use("inverter") }}\nC1 y 0 10f\n'
    deck = render(silicon, tmp_path, body)
    first, again = (simulate(deck, Transient(3e-9, 20e-12)) for _ in range(2))
    pd.testing.assert_frame_equal(first, again, check_exact=True)


@pytest.mark.parametrize("temp_c", [27.0, 85.0])
@pytest.mark.parametrize("name", ["10k20k", "5k30k"])
def test_a_junction_conducts_as_its_closed_form_up_to_a_tenth_of_a_volt(
    simulate: Simulate, tmp_path: Path, name: str, temp_c: float, record_property: Callable[[str, object], None]
) -> None:
    """All states share one sweep; 0.1 % is what the cubic may differ from the whole expression by."""
    mtj = load_mtj_set(name)
    states = (0.0, 0.25, 0.5, 0.75, 1.0)
    body = "".join(f'V{n} bl p{n} 0\nX{n} p{n} 0 {{{{ use("mtj") }}}} state={s!r}\n' for n, s in enumerate(states))
    silicon = Conditions(load_technology("fdsoi28"), mtj, temp_c=temp_c)
    deck = render(silicon, tmp_path, "Vbl bl 0 0\n" + body)
    frame = simulate(deck, Sweep("vbl", -0.1, 0.1, 4e-3))
    volts = frame.index.to_numpy()
    biased = np.abs(volts) > 1e-6
    worst = 0.0
    for n, state in enumerate(states):
        current = frame[f"i(v{n})"].to_numpy()[biased]
        expected = volts[biased] / mtj.resistance(np.cos(np.pi * state), volts[biased], temp_c)
        worst = max(worst, float(np.abs(current / expected - 1).max()))
    record_property("largest relative error", worst)
    assert worst <= 1e-3


def test_spreads_and_counts_of_junctions_are_factors(simulate: Simulate, tmp_path: Path) -> None:
    mtj = load_mtj_set("10k20k")
    body = 'V1 a 0 1m\nX1 a 0 {{ use("mtj") }} state=0 count=15\nV2 b 0 1m\nX2 b 0 {{ use("mtj") }} state=1\n'
    silicon = Conditions(load_technology("fdsoi28"), mtj, ra_scale=1.2, tmr_scale=0.8)
    row = simulate(render(silicon, tmp_path, body), OperatingPoint()).iloc[0]
    assert -1e-3 / row["i(v1)"] == pytest.approx(1.2 * mtj.r_p / 15, rel=1e-5)
    assert -1e-3 / row["i(v2)"] == pytest.approx(1.2 * mtj.r_p * (1 + 0.8 * mtj.tmr0), rel=1e-5)


BOTH_DEVICES = "V1 d 0 1\nMn d d 0 0 nfet w=1u l=30n\nV2 s 0 1\nMp 0 0 s s pfet w=1u l=30n\n"


def test_corners_move_nmos_and_pmos_as_their_letters_say(
    simulate: Simulate, silicon: Conditions, tmp_path: Path
) -> None:
    nmos, pmos = {}, {}
    for corner in ("tt", "ff", "ss", "fs", "sf"):
        row = simulate(render(replace(silicon, corner=corner), tmp_path, BOTH_DEVICES), OperatingPoint()).iloc[0]
        nmos[corner], pmos[corner] = -row["i(v1)"], -row["i(v2)"]
    assert nmos["ss"] < 0.97 * nmos["tt"] < nmos["tt"] < 0.97 * nmos["ff"]
    assert pmos["ss"] < 0.97 * pmos["tt"] < pmos["tt"] < 0.97 * pmos["ff"]
    assert (nmos["fs"], pmos["fs"]) == pytest.approx((nmos["ff"], pmos["ss"]), rel=1e-6)
    assert (nmos["sf"], pmos["sf"]) == pytest.approx((nmos["ss"], pmos["ff"]), rel=1e-6)


def test_the_process_parameters_reach_the_cards(simulate: Simulate, silicon: Conditions, tmp_path: Path) -> None:
    shifted = replace(silicon, process={"chip_dvth_n": 0.012})
    rows = [simulate(render(s, tmp_path, BOTH_DEVICES), OperatingPoint()).iloc[0] for s in (silicon, shifted)]
    assert abs(rows[1]["i(v1)"]) < 0.99 * abs(rows[0]["i(v1)"])
    assert rows[1]["i(v2)"] == pytest.approx(rows[0]["i(v2)"], rel=1e-9)


def test_a_mirror_copies_by_the_count_of_equal_units(simulate: Simulate, silicon: Conditions, tmp_path: Path) -> None:
    body = "Vg g 0 0.45\n" + "".join(f"V{m} d{m} g 0\nM2{m} d{m} g 0 0 nfet w=1u l=1u m={m}\n" for m in (1, 2, 4, 8))
    row = simulate(render(silicon, tmp_path, body), OperatingPoint()).iloc[0]
    copies = {m: row[f"i(v{m})"] for m in (1, 2, 4, 8)}
    for m in (1, 4, 8):
        assert copies[m] == pytest.approx(copies[2] * m / 2, rel=1e-6)


def test_delvto_acts_as_a_shift_of_the_gate(simulate: Simulate, silicon: Conditions, tmp_path: Path) -> None:
    """A mirror's ratio under a threshold difference d is I(Vg - d) / I(Vg): exp(-d / n Ut) in weak inversion.

    The half percent that is left is BSIM's mobility, which follows the threshold voltage too.
    """
    body = (
        "Vg g 0 0\nVs h g -5m\nVd d 0 0.5\n"
        "V1 d a 0\nM1 a g 0 0 nfet w=2u l=1u delvto=5m\nV2 d b 0\nM2 b h 0 0 nfet w=2u l=1u\n"
        "V3 d c 0\nM3 c g 0 0 nfet w=2u l=1u\n"
    )
    frame = simulate(render(silicon, tmp_path, body), Sweep("vg", 0.16, 0.9, 0.02))
    by_threshold, by_gate, nominal = (frame[f"i(v{n})"].to_numpy() for n in (1, 2, 3))
    assert np.abs(by_threshold / by_gate - 1).max() < 6e-3
    slope = np.gradient(np.log(nominal), frame.index.to_numpy())
    weak = frame.index < 0.26
    assert (by_threshold / nominal)[weak] == pytest.approx(np.exp(-5e-3 * slope[weak]), rel=0.01)


@pytest.fixture(scope="module")
def pyspice() -> Any:
    """PySpice's own front to the ngspice library, which asks for a name that only the -dev package has."""
    name = ctypes.util.find_library("ngspice")
    if name is None:
        pytest.skip("libngspice is not installed; see `make doctor`")
    os.environ.setdefault("NGSPICE_LIBRARY_PATH", name)
    from PySpice.Spice.NgSpice.Shared import NgSpiceShared

    return NgSpiceShared.new_instance()


def test_pyspice_as_an_independent_front_agrees_with_our_engine(pyspice: Any, simulate: Simulate) -> None:
    ours = simulate(RC_STEP, TRANSIENT)
    command = TRANSIENT.command().removeprefix("tran ")
    pyspice.load_circuit(f"{RC_STEP}{TRANSIENT.solver.line()}\n.tran {command}\n.end\n")
    pyspice.run()
    plot = pyspice.plot(None, pyspice.last_plot)
    time, out = (np.asarray(plot[name].to_waveform()) for name in ("time", "out"))
    assert len(time) == len(ours)
    assert time == pytest.approx(ours.index.to_numpy(), rel=1e-12)
    assert out == pytest.approx(ours["out"].to_numpy(), abs=1e-12)
    assert out == pytest.approx(rc_step(time), abs=2e-4)
    pyspice.destroy()
    pyspice.remove_circuit()


def failure(outcome: RunOutcome) -> tuple[str, str]:
    assert outcome.frame is None
    assert outcome.failure is not None
    assert "\n" not in outcome.failure.message
    return outcome.failure.kind, outcome.failure.message


DIVIDER = "* divider\nV1 a 0 1\nR1 a b 1k\nR2 b 0 1k\n"


@pytest.mark.parametrize(
    ("extra", "kind", "message"),
    [
        ("X9 a b nosuch", "parse", "unknown subckt"),
        ("R9 a 0 {nonsuch}", "parse", "Undefined parameter"),
        ("M9 a b 0 0 nomodel w=1u l=1u", "parse", "Error"),
        (".lib '/no/such/file.lib' tt", "parse", "/no/such/file.lib"),
        (".include '/no/such/file.lib'", "parse", "/no/such/file.lib"),
        ("V9 a 0 2", "no-convergence", ""),
        (
            "Bdie x 0 i=(v(x)>0.5 ? 1 : -1)*(time>5e-8 ? 1 : 0)\nR9 x a 1k",
            "no-convergence",
            "stops at time = 5e-08 of 1e-07",
        ),
        ("C9 b z 1p\nC8 z y 1p\nL9 y x 1n\nR9 x y 1e3", None, ""),
    ],
)
def test_ngspice_itself_fails_with_a_name(
    run: Callable[..., RunOutcome], extra: str, kind: str | None, message: str
) -> None:
    outcome = run(f"{DIVIDER}{extra}\n", Transient(1e-7, 1e-9))
    if kind is None:  # a floating node that gmin stepping rescues is an answer; a singular matrix is not
        assert outcome.frame is not None or failure(outcome)[0] == "no-convergence"
    else:
        found = failure(outcome)
        assert found[0] == kind
        assert message in found[1]


def test_a_transient_that_never_ends_is_killed(run: Callable[..., RunOutcome]) -> None:
    outcome = run(DIVIDER, Transient(1.0, 1e-9), 0.5)
    assert failure(outcome) == ("timeout", "killed after the wall limit of 0.5 s")
    assert outcome.wall_seconds < 5
