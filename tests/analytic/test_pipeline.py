"""From a declared testbench to measures, with ngspice itself: the store, start points, AC columns, the tight solver."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness import cli
from harness.analysis import Analysis, Frequency, Transient
from harness.measure import first_crossing, loop_gain
from harness.rawfile import read_raw
from harness.runner import run_cases, run_testbench, run_together
from harness.store import Store
from harness.testbench import Parameter, Reading, Results, Summary, Testbench, Values, nominal_silicon

BODY = """Vddio vddio 0 {{ p.VDDIO }}
Va a 0 dc 0 ac 1 pwl(0 0 1n 0 1.05n {{ p.VDDIO }})
X1 a b vddio 0 {{ use("inverter") }}
X2 b c vddio 0 {{ use("inverter", strength=2) }}
X3 c y vddio 0 {{ use("inverter", strength=4) }}
C1 y 0 20f
"""


class Chain(Testbench):
    """Three inverters in each corner."""

    name = "chain_of_inverters"
    question = "How late is the output in each corner?"
    parameters = (Parameter("VDDIO", "supply", "V", supply="io", low=1.0, high=4.0),)
    start_from_nominal = False

    def __init__(self, folder: Path) -> None:
        self.template = folder / "inverters.cir.j2"
        self.template.write_text(BODY, encoding="utf-8")

    def variations(self, settings: Values) -> Iterable[Values]:
        for corner in ("tt", "ff", "ss"):
            yield {"CORNER": corner}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        return str(self.template), {"VDDIO": values["VDDIO"]}

    def analysis(self, values: Values) -> Analysis:
        return Transient(3e-9, 20e-12)

    def signals(self, values: Values) -> tuple[str, ...]:
        return ("a", "y", "i(vddio)")

    def start(self, values: Values) -> Values | None:
        return nominal_silicon(values) if self.start_from_nominal else None

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        half = float(values["VDDIO"]) / 2
        delay = first_crossing(waveforms["y"], half, "fall") - first_crossing(waveforms["a"], half, "rise")
        yield Reading("delay", delay, "s")

    def summarize(self, results: Results) -> Iterable[Summary]:
        return []


class Loop(Chain):
    """The same as an AC question."""

    name = "gain_of_inverters"

    def analysis(self, values: Values) -> Analysis:
        return Frequency(1e6, 1e8, 5)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        yield Reading("gain", float(np.abs(loop_gain(waveforms, "y", "a")).iloc[0]), "")


@pytest.fixture
def bench(tmp_path: Path) -> Chain:
    return Chain(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


def delays(results: Results) -> dict[str, float]:
    return results.measures.set_index("CORNER")["value"].to_dict()


def test_corners_are_measured_and_the_second_time_read_from_the_store(bench: Chain, store: Store) -> None:
    stored: list[bool] = []
    first, again = (
        run_testbench(bench, jobs=2, store=store, progress=lambda run: stored.append(run.stored)) for _ in range(2)
    )
    assert stored == [False] * 3 + [True] * 3
    found = delays(first)
    assert 0 < found["ff"] < found["tt"] < found["ss"] < 1e-9
    pd.testing.assert_frame_equal(first.measures, again.measures, check_exact=True)
    assert list(first.waveforms["CORNER=tt"].columns) == ["a", "y", "i(vddio)"]


def test_testbenches_run_together_and_find_their_own_in_the_store(bench: Chain, store: Store, tmp_path: Path) -> None:
    class Broken(Chain):
        name = "broken"

        def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
            raise KeyError("gate")

    seen: list[bool] = []
    cases = bench.cases(bench.settings({}))
    ran = run_together([(Broken(tmp_path), cases), (bench, cases)], store, 2, lambda run: seen.append(run.stored))
    assert {name: [run.case for run in runs] for name, runs in ran.items()} == {bench.name: cases}
    assert seen == [False] * 3
    assert [run.stored for run in run_cases(bench, cases, store)] == [True] * 3


def test_every_transient_knows_its_worst_sustained_stress(bench: Chain, store: Store) -> None:
    (nominal, *_) = run_cases(bench, bench.cases(bench.settings({})), store)
    (again, *_) = run_cases(bench, bench.cases(bench.settings({})), store)
    assert nominal.stress == again.stress
    assert nominal.stress["1.98"].volts == pytest.approx(1.8, abs=0.02)
    assert nominal.stress["1.98"].device.startswith("m.x")


def test_a_start_point_is_made_once_and_moves_no_answer(bench: Chain, store: Store) -> None:
    plain = delays(run_testbench(bench, store=store))
    bench.start_from_nominal = True
    started = delays(run_testbench(bench, jobs=2, store=store))
    assert started == pytest.approx(plain, rel=1e-3)
    folders = [path.name for path in (store.root / bench.name).iterdir()]
    assert len([name for name in folders if name.startswith("start-")]) == 1
    assert len(folders) == 7


def test_the_tight_solver_is_another_run_of_nearly_the_same_answer(bench: Chain, store: Store) -> None:
    loose, tight = (delays(run_testbench(bench, store=store, tight=tight)) for tight in (False, True))
    assert tight != loose
    assert tight == pytest.approx(loose, rel=0.05)


def test_a_parameter_and_a_size_reach_the_silicon(bench: Chain, store: Store) -> None:
    plain = delays(run_testbench(bench, store=store))["tt"]
    assert delays(run_testbench(bench, {"VDDIO": "1.5"}, store=store))["tt"] > 1.1 * plain
    assert delays(run_testbench(bench, {"inverter.pull_down.l": "300n"}, store=store))["tt"] > 1.1 * plain


def test_the_same_testbench_answers_in_a_kit_of_subcircuits(bench: Chain, store: Store, toy: object) -> None:
    found = delays(run_testbench(bench, {"TECHNOLOGY": "toy180"}, store=store))
    assert 0 < found["ff"] < found["ss"] < 2e-9


def test_ac_answers_come_as_real_and_imaginary_columns(tmp_path: Path, store: Store) -> None:
    bench = Loop(tmp_path)
    first, again = (run_testbench(bench, store=store) for _ in range(2))
    assert list(first.waveforms["CORNER=tt"].columns) == ["a.re", "a.im", "y.re", "y.im", "i(vddio).re", "i(vddio).im"]
    pd.testing.assert_frame_equal(first.waveforms["CORNER=tt"], again.waveforms["CORNER=tt"], check_exact=True)
    assert (first.measures["value"] >= 0).all()


def test_an_export_is_read_by_ngspice_and_its_deck_gives_the_same_waveforms(
    bench: Chain, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "find_testbench", lambda _: bench)
    monkeypatch.setattr(cli, "RUNS", store.root)
    cli.export("chain", "CORNER=ss", tmp_path / "out")
    waves = run_testbench(bench, store=store).waveforms["CORNER=ss"]
    stem = tmp_path / "out" / "chain,CORNER=ss"
    pd.testing.assert_frame_equal(read_raw(Path(f"{stem}.raw"))[0].frame(), waves, check_exact=True)
    assert pd.read_csv(f"{stem}.csv", index_col="time")["y"].to_numpy() == pytest.approx(waves["y"].to_numpy())

    reload = f'* reload\n.control\nset filetype=binary\nload "{stem.name}.raw"\nwrite again.raw\nquit 0\n.endc\n.end\n'
    (stem.parent / "reload.cir").write_text(reload)
    for deck, answer in ((f"{stem.name}.cir", "run.raw"), ("reload.cir", "again.raw")):
        subprocess.run(["ngspice", "-n", "-b", deck], cwd=stem.parent, capture_output=True, check=False)
        found = read_raw(stem.parent / answer)[0].frame()
        pd.testing.assert_frame_equal(found[list(waves.columns)], waves, check_exact=True)
