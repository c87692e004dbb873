"""Datasheet, tornado and Table 1, from made-up readings."""

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pytest

from harness.circuit import Device
from harness.datasheet import datasheet, stress_measure
from harness.errors import HarnessError
from harness.render import Conditions
from harness.report_boards import datasheet_rows
from harness.testbench import DatasheetRow, Results, Testbench
from testbenches.pvt import TESTBENCH as PVT
from testbenches.sensitivity import MEASURES
from testbenches.sensitivity import TESTBENCH as SENSITIVITY
from testbenches.silicon import silicon
from testbenches.table1 import TESTBENCH as TABLE1
from testbenches.table1 import cluster_power, rest_error, synaptic_energy, whole, whole_energy

Readings = list[tuple[int, str, float]]


def readings(measure: str, values: Iterable[float]) -> Readings:
    return [(number, measure, value) for number, value in enumerate(values)]


def sheet(found: Readings) -> dict[str, Any]:
    settings = PVT.settings({})
    return {line.row.measure: line for line in datasheet(PVT, PVT.cases(settings), settings, found)}


def results_of(bench: Testbench, rows: list[dict[str, Any]]) -> Results:
    settings = bench.settings({})
    return Results(bench.cases(settings), {}, pd.DataFrame(rows), settings)


def test_pvt_has_every_corner_temperature_and_supply_once() -> None:
    cases = PVT.cases(PVT.settings({}))
    places = {(case.values["CORNER"], case.values["TEMP"], case.values["VDD"], case.values["VDDIO"]) for case in cases}
    assert len(cases) == len(places) == 45
    assert [vddio / vdd for _, _, vdd, vddio in places] == pytest.approx([1.8] * 45)


def test_a_datasheet_has_min_typ_and_max_with_their_cases() -> None:
    values = [60e-3 + 0.1e-3 * number for number in range(45)]
    line = sheet(readings("step", values))["step"]
    typical = PVT.cases(PVT.settings({}))[line.cases[1]].values
    assert (typical["CORNER"], typical["TEMP"], typical["VDD"]) == ("tt", 27.0, 1.0)
    assert line.cases[0] == 0 and line.cases[2] == 44
    assert line.values == (values[0], values[line.cases[1]], values[44])
    assert (line.status, line.misses) == ("PASS", 0)


def test_the_stress_of_each_oxide_is_a_row() -> None:
    settings = PVT.settings({})
    stress = [(number, limit, limit - 0.1 + 0.15 * (number == 7)) for number in range(45) for limit in (1.1, 1.98)]
    lines = {line.row.measure: line for line in datasheet(PVT, PVT.cases(settings), settings, [], stress)}
    assert (lines["stress_1.98"].status, lines["stress_1.98"].misses, lines["stress_1.98"].cases[2]) == ("FAIL", 1, 7)
    assert lines["stress_1.1"].values[0] == pytest.approx(1.0)


def test_one_case_out_of_bounds_fails_its_row_and_a_missing_one_is_missing() -> None:
    lines = sheet(readings("shift_at_0", [0.0] * 44 + [0.061]) + readings("margin_at_n", [1e-3] * 44))
    assert (lines["shift_at_0"].status, lines["shift_at_0"].misses) == ("FAIL", 1)
    assert (lines["margin_at_n"].status, lines["margin_at_n"].misses) == ("MISSING", 1)
    assert sheet([])["inl"].status == "MISSING"


@pytest.mark.parametrize("value", [-1e-12, math.nan])
def test_a_bound_is_kept_by_what_is_not_below_it(value: float) -> None:
    row = DatasheetRow("gain", "gain", 0.0, math.inf, "required", "V", 1e3, "mV")
    assert row.misses([0.0, 1.0, value]) == 1
    assert row.claim.statement == "gain: cases below 0 mV" and row.claim.must == (0, 0)
    assert (row.number(0.0631), row.number(math.inf)) == ("63.1", "")


def test_the_bounds_of_a_step_are_half_a_step_at_the_threshold() -> None:
    row = next(row for row in PVT.datasheet if row.measure == "step")
    threshold = PVT.settings({})["THRESHOLD"]
    assert threshold * (row.high - row.low) == pytest.approx((row.high + row.low) / 2)


def test_the_bounds_follow_threshold_levels_and_technology(toy: Conditions) -> None:
    settings = PVT.settings({"THRESHOLD": 7, "VTH": 0.8, "TECHNOLOGY": toy.technology.name})
    rows = {row.measure: row for row in PVT.datasheet_at(settings)}
    step = (0.8 - float(settings["VCM_TWG"])) / 7
    assert (rows["step"].low, rows["step"].high) == pytest.approx((step * (1 - 0.5 / 7), step * (1 + 0.5 / 7)))
    limits = {stress_measure(facts.v_max) for facts in toy.technology.transistors.values()}
    assert {name for name in rows if name.startswith("stress_")} == limits
    assert {claim.measure for claim in PVT.claims_at(settings)} == {"cases", *rows}
    assert PVT.claims_at(PVT.settings({})) == PVT.claims


def test_a_datasheet_without_a_typical_case_is_one_sentence() -> None:
    settings = PVT.settings({"TEMP": 50})
    with pytest.raises(HarnessError, match=r"pvt: no case has the settings' CORNER=tt, TEMP=50\.0, .* typical"):
        datasheet(PVT, PVT.cases(settings), settings, [])


def test_each_number_of_the_datasheet_page_leads_to_its_case() -> None:
    rows = {row["name"]: row for row in datasheet_rows("pvt", sheet(readings("inl", [1e-3, *[2e-3] * 44])).values())}
    inl, missing = rows["INL, share of a step"], rows["V(n) above VTH"]
    assert (inl["min"], inl["min_link"]) == ("0.1", "bench/pvt.html#run=0")
    assert inl["max_link"] == "bench/pvt.html#run=1" and inl["lower"] == "" and inl["upper"] == "1"
    assert missing["min_link"] == "" and missing["status"] == "MISSING"


def test_each_thing_moves_from_its_own_nominal_case() -> None:
    rows = []
    for case in SENSITIVITY.cases(SENSITIVITY.settings({})):
        values = case.values
        level = 1.0 + 0.1 * (values["LINES"] == "array") + 2.0 * (values["VDD"] - 1.0) + 1e-3 * values["R_SCALE"]
        rows += [{"case": case.id, "measure": name, "value": level} for name in MEASURES]
    moves = SENSITIVITY.moves(results_of(SENSITIVITY, rows), "rise")
    assert moves.loc["VDD"].tolist() == pytest.approx([-0.1, 0.1])
    assert moves.loc["R_SCALE"].tolist() == pytest.approx([-0.5e-3, 1e-3])
    assert moves.drop(["VDD", "R_SCALE"]).abs().to_numpy().max() == 0
    assert {"VREAD_AMP", "IBIAS", "TEMP", "RA_SCALE", "TMR_SCALE", "VCM_TWG"} <= set(moves.index)


def test_silicon_is_counted_by_block(toy: Conditions) -> None:
    facts = toy.technology.transistors["nmos"]
    size = {"w": f"{2e-6 / facts.metres_per_unit}", "l": f"{1e-6 / facts.metres_per_unit}", "m": "3"}
    devices = [
        Device("m", "m.xcolumn0.m1", ("a",) * 4, facts.model.lower(), size),
        Device("m", "m.xcolumn11.m1", ("a",) * 4, facts.model.lower(), size),
        Device("c", "c.xdendrite3.cint", ("a", "0"), str(toy.technology.capacitor.density * 5e-12), {}),
        Device("c", "c.xdendrite3.cwire_out", ("a", "0"), "1e-12", {}),
        Device("v", "vdd", ("vdd", "0"), "1", {}),
        *(Device("mtj", f"x.xcolumn0.xcell{bit}", ("a", "b"), "mtj", {"state": "0"}) for bit in range(6)),
    ]
    made = silicon(devices, toy.technology, bits=3)
    active = 2 * 3 * 2e-6 * (1e-6 + 2 * (facts.diffusion_length or 0.0))
    assert (made.synapses, made.neurons) == (2, 1)
    assert made.blocks.loc["column", ["transistors", "junctions"]].tolist() == [2, 6]
    assert made.area(4.0).to_dict() == {"column": pytest.approx(4 * active), "dendrite": pytest.approx(5e-12)}
    with pytest.raises(HarnessError, match="no transistor model 'other'"):
        silicon([Device("m", "m.xcolumn0.m1", ("a",) * 4, "other", size)], toy.technology, bits=3)


def test_a_cluster_takes_what_its_second_column_adds_sixteen_times() -> None:
    one, two = pd.Series({"shared": 5.0, "columns": 2.0}), pd.Series({"shared": 5.0, "columns": 3.0})
    assert whole(one, two, 1).to_dict() == one.to_dict() and whole(one, two, 2).to_dict() == two.to_dict()
    assert whole(one, two, 16).to_dict() == {"shared": 5.0, "columns": 17.0}


def test_power_and_energies_of_table_1_are_those_of_sixteen_columns() -> None:
    rows = []
    for case in TABLE1.cases(TABLE1.settings({})):
        frequency, columns = float(case.values["F_GCLK"]), float(case.values["COLUMNS"])
        for block, each, shared in (("vdd_columns", 10e-6, 0.0), ("vdd_reference", 0.0, 50e-6)):
            where = {"case": case.id, "F_GCLK": frequency, "COLUMNS": columns, "block": block}
            rest = each * columns + shared
            for period, event in ((0, 1e-6), (1, 0.0)):
                rows.append({**where, "period": period, "measure": "rest", "value": rest})
                energy = rest / frequency + event * each * columns
                rows.append({**where, "period": period, "measure": "energy", "value": energy})
    results = results_of(TABLE1, rows)
    assert cluster_power(results, 1e3, 1).to_dict() == pytest.approx({"vdd_columns": 160e-6, "vdd_reference": 50e-6})
    assert cluster_power(results, 50e3, 0).sum() == pytest.approx(210e-6 + 50e3 * 160e-12)
    assert cluster_power(results, 10e3, 0).sum() == pytest.approx(210e-6 + 10e3 * 160e-12)
    assert rest_error(results) == pytest.approx(0, abs=1e-12)
    assert synaptic_energy(results) == pytest.approx(160e-12 / 256)
    assert whole_energy(results) == pytest.approx(210e-6 / 50e3 + 160e-12)
