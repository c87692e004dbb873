"""The designer's numbers of a chain study, from a made-up one whose answers are known."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from harness.render import Conditions
from harness.statistics import Spread, spread
from harness.testbench import Samples
from testbenches.chain import TESTBENCH
from testbenches.chain_points import composed, mirror_area, mirror_shares, points
from testbenches.chain_study import draw, summaries

STEP, VTH = 46e-3, 0.85
MIRROR, CELL = "m.xcolumn{}.xsink.minput:delvto", "x.xcolumn{}.xbit_line0.xcell0.xjunction:rp"
THRESHOLD = "m.xthreshold.xgeneration.xsink.minput:delvto"


class MadeUp:
    """Mirrors move 4 mV a column and 3 mV the threshold block, junctions 10 mV at 4 %; margins are half a step."""

    def __init__(self, chips: int = 400) -> None:
        names = [name.format(column) for name in (MIRROR, CELL) for column in range(3)] + [THRESHOLD]
        self._draws = pd.DataFrame(np.random.default_rng(1).normal(size=(chips, len(names))), columns=names)
        rows: list[dict[str, object]] = []
        for mtj, n, sigma in [("10k20k", 7, 0.0), ("10k20k", 7, 0.04), ("10k20k", 7, 0.08), ("5k30k", 5, 0.0)]:
            for chip in range(chips):
                for column, weight in enumerate((0, n - 1, n)):
                    rows += self._readings(chip, column, mtj, n, sigma, weight)
        self.table = pd.DataFrame(rows)
        self.counts = f"{chips} of {chips}"
        self.plan = SimpleNamespace(settings={"TECHNOLOGY": "fdsoi28"})

    def _readings(self, chip: int, column: int, mtj: str, n: int, sigma: float, weight: int) -> list[dict[str, object]]:
        drawn = self._draws.iloc[chip]
        error = 4e-3 * drawn[MIRROR.format(column)] + 10e-3 * sigma / 0.04 * drawn[CELL.format(column)]
        vinteg = VTH + (weight - n + 0.5) * STEP + error + 3e-3 * weight / n * drawn[THRESHOLD]
        margin = (vinteg - VTH) * (1 if weight >= n else -1)
        head = {"sample": chip, "MTJ": mtj, "THRESHOLD": n, "MTJ_SIGMA": sigma, "weight": weight}
        found = {"vinteg": vinteg, "margin": margin, "wrong": float(margin < 0)}
        return [{**head, "measure": name, "value": value} for name, value in found.items()]

    def values(self, measure: str, **where: object) -> pd.Series:
        rows = self.table[self.table["measure"] == measure]
        for name, value in where.items():
            rows = rows[rows[name] == value]
        return rows.set_index("sample")["value"].astype(float)

    def spread(self, measure: str, **where: object) -> Spread:
        return spread(self.values(measure, **where))

    def spread_of(self, values: pd.Series) -> Spread:
        return spread(values)

    def draws(self) -> pd.DataFrame:
        return self._draws


@pytest.fixture(scope="module")
def study() -> Samples:
    return MadeUp()


def test_margin_over_sigma_is_the_worst_without_spread_of_the_junctions(study: Samples) -> None:
    found = {summary.measure: summary.value for summary in summaries(study)}
    assert found["sigmas_at_n"] == pytest.approx(23 / 5, rel=0.1)
    assert found["sigmas_at_n_low"] < found["sigmas_at_n"]
    assert found["sigma_at_0"] == pytest.approx(4e-3, rel=0.1)
    assert {claim.measure for claim in TESTBENCH.sample_claims} <= set(found)


def test_a_chip_is_wrong_if_any_of_its_columns_is(study: Samples) -> None:
    worst = next(point for point in points(study) if point.sigma == 0.08)
    each = pd.concat([study.values("wrong", MTJ="10k20k", MTJ_SIGMA=0.08, weight=w) for w in (0, 6, 7)], axis=1)
    assert worst.wrong == int((each.sum(axis=1) > 0).sum()) > 0
    assert worst.wrong_share[1] < worst.wrong / 400 < worst.wrong_share[2]


def test_what_is_composed_meets_the_point_that_it_never_saw(study: Samples) -> None:
    none, some, twice = (point.margins[0] for point in points(study)[:3])
    mean, sigma = composed(none, some, 0.04, [0.0, 0.04, 0.08])
    assert sigma[:2] == pytest.approx([none.sigma, some.sigma])
    assert twice.sigma_interval[0] < sigma[2] < twice.sigma_interval[1]
    assert mean[2] == pytest.approx(twice.mu, abs=2e-3)


def test_mirrors_carry_what_they_were_given(study: Samples) -> None:
    found = mirror_shares(study, 0)
    assert found is not None
    shares = found.table.set_index("group")["share"]
    assert shares["column NMOS sink"] == pytest.approx(16 / 25, abs=0.1)
    assert shares["threshold block NMOS sink"] == pytest.approx(9 / 25, abs=0.1)


def test_the_area_is_that_of_the_sizes_of_the_study_s_technology(toy: Conditions) -> None:
    area = mirror_area("fdsoi28")
    assert 100e-12 < area < 1e-8
    assert mirror_area(toy.technology.name) != area


def test_the_picture_has_four_panels(study: Samples) -> None:
    assert len(draw(study).axes) == 4


def test_a_study_asks_for_fewer_samples_where_junctions_vary() -> None:
    cases = TESTBENCH.sampled_cases(TESTBENCH.settings({}))
    counts = {case.id: TESTBENCH.samples_of(case.values, 200) for case in cases}
    assert counts["MTJ=10k20k,THRESHOLD=7,MTJ_SIGMA=0"] == 200
    assert counts["MTJ=10k20k,THRESHOLD=7,MTJ_SIGMA=0.08"] < 200
