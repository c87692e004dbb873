"""The junction's dynamic view in ngspice against the exact integral, against its static view, and in the cell."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.analysis import Solver, Sweep, Transient
from harness.measure import crossings
from harness.mtj import MtjSet, load_mtj_set
from harness.render import Conditions, DeckBuilder
from harness.switching import switching_time, threshold_current
from harness.technology import load_technology

Simulate = Callable[..., pd.DataFrame]
SETS = pytest.mark.parametrize("name", ["10k20k", "5k30k"])
BOTH_WAYS = pytest.mark.parametrize("to_antiparallel", [True, False])
OVERDRIVES = (1.05, 1.2, 1.5, 2.0, 3.0, 5.0, 8.0)
ANGLES = (0.02, 0.09, 0.3)  # rad
CLOSE = Solver(reltol=1e-4)


def render(mtj: MtjSet, folder: Path, body: str, ra_scale: float = 1.0) -> str:
    (folder / "body.cir.j2").write_text(body, encoding="utf-8")
    silicon = Conditions(load_technology("fdsoi28"), mtj, ra_scale=ra_scale)
    return DeckBuilder(silicon).deck("analytic", folder / "body.cir.j2", {})


def driven(name: str, current: float, to_antiparallel: bool, angle: float) -> str:
    """Return a junction that rests at ``angle`` from its state and is driven by ``current`` (A) from 0.1 ns on."""
    pins = "0 p" if to_antiparallel else "p 0"  # a current from pinned to free layer writes AP
    return (
        f"I{name} 0 p{name} pwl(0 0 0.1n 0 0.101n {current!r})\nR{name} p{name} 0 1e9\n"
        f"X{name} {pins.replace('p', f'p{name}')} {{{{ use('mtj', dynamic=1) }}}} "
        f"state={0 if to_antiparallel else 1} theta_min={angle!r}\n"
    )


@SETS
@BOTH_WAYS
@pytest.mark.parametrize("angle", ANGLES)
def test_the_switching_time_is_the_exact_integral(
    simulate: Simulate, tmp_path: Path, name: str, to_antiparallel: bool, angle: float,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    mtj = load_mtj_set(name)
    worst = 0.0
    for overdrive in OVERDRIVES:
        current = overdrive * threshold_current(mtj, to_antiparallel)
        expected = switching_time(mtj, current, to_antiparallel, angle)
        deck = render(mtj, tmp_path, driven("1", current, to_antiparallel, angle))
        cosine = simulate(deck, Transient(1.2 * expected + 0.2e-9, expected / 100, CLOSE))["x1.cos_theta"]
        assert abs(cosine.iloc[0]) == pytest.approx(np.cos(angle), rel=1e-6)
        (time,) = crossings(cosine, 0.0)
        worst = max(worst, abs((time - 0.1005e-9) / expected - 1))
    record_property("largest relative error", float(worst))
    assert worst < 5e-3


@SETS
@BOTH_WAYS
def test_the_threshold_lies_where_a_small_angle_neither_grows_nor_decays(
    simulate: Simulate, tmp_path: Path, name: str, to_antiparallel: bool
) -> None:
    """The angle starts free of the wall, at 0.02 rad; that alone moves the threshold by 2e-4."""
    mtj = load_mtj_set(name)
    overdrives = (0.95, 0.99, 1.01, 1.05)
    body = "".join(
        driven(str(n), i * threshold_current(mtj, to_antiparallel), to_antiparallel, 0.005)
        for n, i in enumerate(overdrives)
    )
    start = 0.02 / np.pi if to_antiparallel else 1 - 0.02 / np.pi
    body = (
        body.replace("state=0", f"state={start!r}")
        .replace("state=1", f"state={start!r}")
        .replace("0.1n 0 0.101n", "1f")
    )
    frame = simulate(render(mtj, tmp_path, body), Transient(1e-9, 10e-12, CLOSE))
    growth = [abs(frame[f"x{n}.u"].iloc[0]) - abs(frame[f"x{n}.u"].iloc[-1]) for n in range(len(overdrives))]
    assert np.interp(0.0, growth, overdrives) == pytest.approx(1, abs=2e-3)


@SETS
@pytest.mark.parametrize("state", [0.0, 1.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_both_views_read_the_same(simulate: Simulate, tmp_path: Path, name: str, state: float, sign: int) -> None:
    """The static view stands on the axis, the dynamic one at its minimum angle: up to 1 % of the AP conductance.

    With the angle taken out the rest is the third-order expansion of TMR(V), 0.1 % at 0.1 V.
    """
    mtj = load_mtj_set(name)
    body = (
        f"Va a 0 0\nVs a s 0\nXs s 0 {{{{ use('mtj') }}}} state={state!r}\n"
        f"Vd a d 0\nXd d 0 {{{{ use('mtj', dynamic=1) }}}} state={state!r} theta_min=1e-3\n"
        f"Vr a r 0\nXr r 0 {{{{ use('mtj', dynamic=1) }}}} state={state!r}\n"
    )
    frame = simulate(render(mtj, tmp_path, body), Sweep("va", sign * 0.004, sign * 0.1, sign * 4e-3))
    static, dynamic, rests = (frame[f"i({source})"].to_numpy() for source in ("vs", "vd", "vr"))
    assert dynamic == pytest.approx(static, rel=1e-3)
    cosine = np.cos(mtj.minimum_angle) * (1 if state == 0 else -1)
    volts = frame.index.to_numpy()
    assert rests == pytest.approx(volts / mtj.resistance(cosine, volts), rel=1e-6)
    assert rests == pytest.approx(static, rel=0.01)


def test_counts_and_spreads_mean_the_same_in_both_views(simulate: Simulate, tmp_path: Path) -> None:
    mtj = load_mtj_set("10k20k")
    given = "state=1 count=4 rp=9000 tmr=0.8"
    views = ("use('mtj')", "use('mtj', dynamic=1)")
    body = "Va a 0 50m\n" + "".join(
        f"V{n} a n{n} 0\nX{n} n{n} 0 {{{{ {view} }}}} {given}{' theta_min=1e-3' * n}\n" for n, view in enumerate(views)
    )
    row = simulate(render(mtj, tmp_path, body), Sweep("va", 0.05, 0.05, 1.0)).iloc[0]
    assert row["i(v1)"] == pytest.approx(row["i(v0)"], rel=1e-3)


@SETS
def test_a_cell_is_written_again_and_again(simulate: Simulate, tmp_path: Path, name: str) -> None:
    """Four writes with pauses of up to 300 ns: the last two take as long as the first two, for no angle collapses."""
    mtj = load_mtj_set(name)
    body = (
        "Vwl wl 0 1.8\nVbl bl 0 pwl(0 0 30n 0 30.1n 1.6 50n 1.6 50.1n 0 430n 0 430.1n 1.6 450n 1.6 450.1n 0)\n"
        "Vsl sl 0 pwl(0 0 1n 0 1.1n 1.6 21n 1.6 21.1n 0 350n 0 350.1n 1.6 370n 1.6 370.1n 0)\n"
        "X1 bl sl wl 0 {{ use('cell', dynamic=1) }} \n"
    )
    cosine = simulate(render(mtj, tmp_path, body), Transient(500e-9, 0.5e-9))["x1.xjunction.cos_theta"]
    times = crossings(cosine, 0.0) - np.array([1e-9, 30e-9, 350e-9, 430e-9])
    assert (times > 0.5e-9).all() and (times < 15e-9).all()
    assert times[2:] == pytest.approx(times[:2], rel=5e-3)
    ends = np.interp([0.9e-9, 29e-9, 349e-9, 429e-9, 499e-9], cosine.index, cosine)
    assert ends == pytest.approx(np.cos(mtj.minimum_angle) * np.array([1, -1, 1, -1, 1]), abs=1e-4)


@SETS
def test_a_read_or_half_a_write_changes_nothing(simulate: Simulate, tmp_path: Path, name: str) -> None:
    """A current from free to pinned layer leaves P alone at any size; 0.9 of the threshold leaves AP alone."""
    mtj = load_mtj_set(name)
    body = driven("1", 0.9 * threshold_current(mtj, False), False, mtj.minimum_angle)
    body += driven("2", 5 * mtj.critical_current, False, mtj.minimum_angle).replace("state=1", "state=0")
    frame = simulate(render(mtj, tmp_path, body), Transient(1e-6, 5e-9))
    assert (frame["x1.cos_theta"] < -0.99).all()
    assert (frame["x2.cos_theta"] > 0.99).all()
