"""Studies of small circuits against closed forms, and that nothing but the study decides what comes out."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness.analysis import Solver, Transient
from harness.circuit import flatten
from harness.draws import Spreads
from harness.errors import HarnessError
from harness.job import execute, prepare
from harness.montecarlo import run_study
from harness.ngspice import Stop
from harness.pool import WorkerProcess
from harness.registry import find_testbench
from harness.samples import StudyResult
from harness.show import show_sample
from harness.statistics import samples_for, spread
from harness.store import Store
from harness.study import Study
from harness.technology import load_technology

JUNCTION = 0.04


def study_of(small: Any, bench: Any, study: Study, place: Path, jobs: int = 1) -> StudyResult:
    return run_study(small.plan_of(bench, study, place), place / "study", jobs)


def within(found: Any, mu: float, sigma: float) -> bool:
    low, high = found.mu_interval
    return bool(low <= mu <= high and found.sigma_interval[0] <= sigma <= found.sigma_interval[1])


def test_a_divider_of_junctions_has_its_closed_form_sigma(small: Any, tmp_path: Path) -> None:
    study = Study(n=400, seed=2, spreads=Spreads(mtj_rp=JUNCTION, mtj_tmr=0.0))
    result = study_of(small, small.Divider(), study, tmp_path)
    first, second = result.draws().to_numpy().T
    ratio = (1 + JUNCTION * first) / (2 + JUNCTION * (first + second))  # lower over both, names sorted
    values = result.values("middle")
    assert values.to_numpy() == pytest.approx(ratio, rel=1e-9)
    assert within(spread(values, confidence=0.99), 0.5, 0.5 * JUNCTION / math.sqrt(2))
    assert result.counts == "400 of 400"


def test_a_mirror_has_the_sigma_of_its_area(small: Any, tmp_path: Path) -> None:
    """Pair figures: sigma(dI)/I = hypot(gm/I A_VT, A_beta) / sqrt(W L), gm from two runs with a shifted pair."""
    plan = small.plan_of(small.Mirror(), Study(n=400, seed=3), tmp_path)
    (case,) = plan.cases
    worker = WorkerProcess()

    def current(shift: float) -> float:
        deck = case.deck(case.flat.text({"mout": {"delvto": shift, "mulu0": 1.0}}))
        frame = worker.run(deck, case.analysis, case.signals, 30.0).outcome.frame
        assert frame is not None
        return float(-frame["i(vout)"].iloc[0])

    nominal, conductance = current(0.0), (current(-1e-4) - current(1e-4)) / 2e-4
    worker.close()
    facts = load_technology("fdsoi28").transistors["nmos"]
    share = math.hypot(conductance / nominal * facts.a_vt, facts.a_beta) / math.sqrt(20e-6 * 1e-6)
    found = spread(run_study(plan, tmp_path / "study", 1).values("current"), confidence=0.99)
    assert within(found, nominal, nominal * share)


@pytest.mark.parametrize("sampler", ["lhs", "sobol"])
def test_balanced_sampling_agrees_with_the_closed_form(small: Any, tmp_path: Path, sampler: Any) -> None:
    study = Study(n=256, seed=2, sampler=sampler, spreads=Spreads(mtj_tmr=0.0))
    found = study_of(small, small.Divider(), study, tmp_path).spread("middle")
    assert found.mu == pytest.approx(0.5, abs=2e-4)
    assert found.sigma == pytest.approx(0.5 * JUNCTION / math.sqrt(2), rel=0.02)
    assert found.counts == "256 of 256"


def test_process_is_one_draw_a_chip(small: Any, tmp_path: Path) -> None:
    spreads = Spreads(mismatch=False, process=True)
    plan = small.plan_of(small.Mirror(), Study(n=8, spreads=spreads), tmp_path)
    assert plan.names == ("chip:chip_dmu_n", "chip:chip_dmu_p", "chip:chip_dvth_n", "chip:chip_dvth_p")
    values = run_study(plan, tmp_path / "study", 1).values("current")
    assert 0 < values.std() < 1e-3 * values.mean()  # both transistors move together, and the mirror copies


def test_switches_and_sigmas_change_what_is_drawn_but_no_draw(small: Any, tmp_path: Path) -> None:
    both = small.plan_of(small.Charging(), Study(n=4, spreads=Spreads(process=True)), tmp_path)
    mismatch = small.plan_of(small.Charging(), Study(n=4), tmp_path)
    assert both.key != mismatch.key
    assert "c.xcell.cload:c" in mismatch.names and not any("cwire" in name for name in mismatch.names)
    together = both.named_normals(3)
    assert {name: together[name] for name in mismatch.names} == mismatch.named_normals(3)


def test_a_flat_nominal_deck_gives_the_hierarchy_s_waveforms(tmp_path: Path) -> None:
    bench = find_testbench("neuron")
    case = bench.cases(bench.settings({}))[0]
    store = Store(tmp_path)
    job = prepare(bench, case, store)
    flat = replace(
        job, name="flat", circuit=flatten(job.circuit).text(), key="flat", folder=tmp_path / "neuron" / "flat"
    )
    (nested, levelled) = (execute(case, one, store, Stop()).waveforms for one in (job, flat))
    assert nested is not None and levelled is not None
    pd.testing.assert_frame_equal(nested, levelled, rtol=0, atol=1e-9)


def test_the_table_does_not_depend_on_workers_or_interruptions(small: Any, tmp_path: Path) -> None:
    tables = []
    for jobs in (1, 2, 4):
        place = tmp_path / str(jobs)
        plan = small.plan_of(small.Charging(), Study(n=12), place)
        if jobs == 2:  # begun as a smaller study, which is then continued
            run_study(small.plan_of(small.Charging(), Study(n=5), place), place / "study", 1)
        tables.append([path.read_bytes() for path in run_study(plan, place / "study", jobs).write()])
    assert tables[0] == tables[1] == tables[2]


def test_one_sample_alone_is_the_study_s_to_the_last_bit(small: Any, tmp_path: Path) -> None:
    plan = small.plan_of(small.Charging(), Study(n=5), tmp_path)
    result = run_study(plan, tmp_path / "study", 2)
    for shown in show_sample(plan, 3, tmp_path / "study"):
        assert shown.compared == "identical to the study's values"
        rows = result.table[(result.table["sample"] == 3) & (result.table["case"] == shown.case)]
        assert [reading[1] for reading in shown.readings] == rows["value"].tolist()
        waves = pd.read_parquet(shown.paths[1])
        assert {"gate", "ramp", "i(vdd)"} <= set(waves.columns)
    with pytest.raises(HarnessError, match="no sample 5"):
        next(show_sample(plan, 5, tmp_path / "study"))


def test_the_stop_rule_ends_the_study_where_it_holds(small: Any, tmp_path: Path) -> None:
    study = Study(n=100, spreads=Spreads(), sigma_share=0.3)
    few = study_of(small, small.Divider(), study, tmp_path / "a", 1)
    many = study_of(small, small.Divider(), study, tmp_path / "b", 4)
    assert few.samples == many.samples == samples_for(0.3) < 30
    assert few.spread("middle").sigma_share <= 0.3
    pd.testing.assert_frame_equal(few.table, many.table, check_exact=True)


def test_statistics_count_what_is_there(small: Any, tmp_path: Path) -> None:
    table = study_of(small, small.Charging(), Study(n=6), tmp_path).statistics()
    assert len(table) == 4 and set(table["n"]) == {"6 of 6"} and set(table["at_ns"]) == {5, 9}
    assert (table["three_sigma"] == 3 * table["sigma"]).all()


def test_a_worker_s_memory_stays_flat(small: Any, tmp_path: Path) -> None:
    plan = small.plan_of(small.Charging(), Study(n=2), tmp_path)
    case = plan.cases[0]
    deck = case.deck(case.circuit(plan.named_normals(0)))
    worker = WorkerProcess()

    def resident(runs: int) -> int:
        for _ in range(runs):
            assert worker.run(deck, case.analysis, case.signals, 30.0).outcome.failure is None
        status = Path(f"/proc/{worker.pid}/status").read_text(encoding="utf-8")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    if not Path("/proc/self/status").is_file():
        pytest.skip("memory is read from /proc")
    before = resident(100)
    growth = resident(400) - before
    worker.close()
    assert growth < 400 * 10  # kB; at this rate 2000 samples stay below 20 MB


def test_draws_are_written_with_the_results(small: Any, tmp_path: Path) -> None:
    result = study_of(small, small.Divider(), Study(n=4), tmp_path)
    result.write()
    stored = pd.read_parquet(tmp_path / "study" / "draws.parquet").set_index("sample")
    assert stored.shape == (4, 4)
    assert np.array_equal(stored.to_numpy(), result.draws().to_numpy())


def test_a_case_may_need_fewer_samples_and_other_spreads(small: Any, tmp_path: Path, monkeypatch: Any) -> None:
    bench = small.Charging()
    hot = "TEMP=85"
    monkeypatch.setattr(bench, "samples_of", lambda values, n: n // 2 if values["TEMP"] == 85 else n)
    monkeypatch.setattr(
        bench, "spreads_of", lambda values, spreads: replace(spreads, mismatch=False, process=True)
        if values["TEMP"] == 85 else spreads,
    )  # fmt: skip
    result = study_of(small, bench, Study(n=6), tmp_path)
    counts = result.statistics().groupby("case")["n"].unique()
    assert [list(counts[case]) for case in ("TEMP=27", hot)] == [["6 of 6"], ["3 of 3"]]
    assert not result.failed
    drawn = result.quantities().groupby("case")["path"].unique()
    assert "chip" in drawn[hot] and "chip" not in drawn["TEMP=27"]
    fewer = study_of(small, bench, Study(n=4), tmp_path)  # the same journal: nothing beyond what is asked for
    assert fewer.table.groupby("case")["sample"].max().to_dict() == {"TEMP=27": 3, hot: 1}


def test_a_worker_takes_the_solver_s_xtrtol_for_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pulse = "Vin in 0 pulse(0 1 0 1u 1u 5u 20u)\nRin in out 1k\nCout out 0 1n"
    deck = f"* with a code model, as every junction is one\n{pulse}\nGload out 0 poly(1) out 0 0 1e-4"
    worker, another = WorkerProcess(), WorkerProcess()

    def points(xtrtol: float, worker: WorkerProcess = worker) -> int:
        solver = Solver(reltol=1e-6, xtrtol=xtrtol)
        found = worker.run(f"{deck}\n{solver.line()}\n.end", Transient(40e-6, 10e-6, solver), ("out",), 60.0)
        assert found.outcome.frame is not None
        return len(found.outcome.frame)

    try:
        plain, coarse = points(1.0), points(300.0)
        assert coarse < plain / 3
        assert points(1.0) == plain  # nothing remains of it
        (tmp_path / ".spiceinit").write_text("set xtrtol=300\n")
        monkeypatch.chdir(tmp_path)
        assert points(1.0, another) == plain  # and nothing of the user's is read
    finally:
        worker.close()
        another.close()
