from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harness.analysis import Analysis, Transient
from harness.errors import HarnessError
from harness.golden import golden_case
from harness.job import prepare
from harness.render import Conditions
from harness.store import Store
from harness.technology import SEARCH_VARIABLE
from harness.testbench import (
    Case,
    Golden,
    Parameter,
    Reading,
    Results,
    Summary,
    Testbench,
    Values,
    conditions,
    nominal_silicon,
)


class Bench(Testbench):
    name = "bench"
    question = "Does the machinery hold?"
    parameters = (
        Parameter("VDD", "core supply", "V", supply="core", low=0.5, high=2.0),
        Parameter("VTH", "threshold", "V", 0.85, 0.6, 1.1),
        Parameter("ROWS", "active rows", default=2, low=1, high=16),
        Parameter("MODE", "mode", default="read", choices=("read", "synapse")),
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        for vth in (0.80, 0.85):
            yield {"VTH": vth}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        return "missing.cir.j2", {}

    def analysis(self, values: Values) -> Analysis:
        return Transient(1e-9, 1e-10)

    def signals(self, values: Values) -> tuple[str, ...]:
        return ("a",)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        return []

    def summarize(self, results: Results) -> Iterable[Summary]:
        return []


BENCH = Bench()


def test_defaults_hold_where_nothing_is_set() -> None:
    settings = BENCH.settings({})
    assert settings["VTH"] == 0.85
    assert settings["VDD"] == 1.0
    assert settings["MODE"] == "read"
    silicon = {"TECHNOLOGY": "fdsoi28", "CORNER": "tt", "TEMP": 27.0, "MTJ": "10k20k"}
    assert silicon.items() <= settings.items()


def test_assignments_are_read_as_designers_write_them() -> None:
    settings = BENCH.settings({"VTH": "800mV", "TEMP": 85, "CORNER": "ss", "MODE": "synapse", "cell.access.w": "2u"})
    assert (settings["VTH"], settings["TEMP"], settings["CORNER"], settings["MODE"]) == (0.8, 85.0, "ss", "synapse")
    assert settings["cell.access.w"] == 2e-6


def test_supplies_come_from_the_technology_unless_they_are_set(toy: Conditions) -> None:
    assert BENCH.settings({"TECHNOLOGY": "toy180"})["VDD"] == 1.8
    assert BENCH.settings({"TECHNOLOGY": "toy180", "VDD": "1.5"})["VDD"] == 1.5


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("VREAD", "45m", r"bench has no parameter 'VREAD'; it has .*VTH"),
        ("vth", "0.8", "no parameter 'vth'"),
        ("VTH", "2", r"VTH=2 is out of range; threshold may be 600 mV to 1.1 V"),
        ("VTH", "-0.85", "out of range"),
        ("VTH", "nan", "VTH: 'nan'"),
        ("VTH", "850mA", "VTH: '850mA' has the unit 'A' but 'V' is expected"),
        ("VTH", "high", "VTH: 'high' is not a number"),
        ("VTH", "0.8\n.control", "VTH: .* is not a number"),
        ("ROWS", "17", "ROWS=17 is out of range"),
        ("MODE", "write", r"MODE='write' is not known; choose one of read, synapse"),
        ("CORNER", "tt\n.control", "CORNER="),
        ("CORNER", "typ", "choose one of tt, ff, ss, fs, sf"),
        ("TECHNOLOGY", "sky130", "TECHNOLOGY='sky130' is not known; choose one of fdsoi28"),
        ("MTJ", "1k2k", "choose one of 10k20k, 5k30k"),
        ("TEMP", "1000", "TEMP=1000 is out of range"),
        ("TEMP", "85K", "unit"),
        ("cell.access.w", "wide", r"cell\.access\.w: 'wide' is not a number"),
        ("cell.access.w", "1uV", "unit"),
    ],
)
def test_a_bad_assignment_is_one_sentence(name: str, value: str, message: str) -> None:
    with pytest.raises(HarnessError, match=message) as refused:
        BENCH.settings({name: value})
    assert "\n" not in str(refused.value)


def test_an_unknown_size_is_refused_before_anything_runs() -> None:
    with pytest.raises(HarnessError, match=r"no size 'cell\.gate\.w'"):
        conditions(BENCH.settings({"cell.gate.w": "1u"}))


def test_a_supply_that_a_technology_lacks_must_be_set(
    toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one_supply").mkdir()
    for file in (toy_folder / "toy180").iterdir():
        text = file.read_text(encoding="utf-8").replace("core = 1.8\n", "")
        (tmp_path / "one_supply" / file.name).write_text(text, encoding="utf-8")
    monkeypatch.setenv(SEARCH_VARIABLE, str(tmp_path))
    with pytest.raises(HarnessError, match="technology 'one_supply' has no supply 'core'; set VDD"):
        BENCH.settings({"TECHNOLOGY": "one_supply"})
    assert BENCH.settings({"TECHNOLOGY": "one_supply", "VDD": "1.2"})["VDD"] == 1.2


def test_cases_carry_all_values_and_are_named_by_what_varies() -> None:
    cases = BENCH.cases(BENCH.settings({"ROWS": "4"}))
    assert [case.values["VTH"] for case in cases] == [0.80, 0.85]
    assert {case.values["ROWS"] for case in cases} == {4.0}
    assert [case.id for case in cases] == ["VTH=0.8", "VTH=0.85"]
    assert Case("bench", {"VTH": 0.8}).id == "nominal"


@pytest.mark.parametrize(
    "variations", [[{"VTH": 0.8}, {"VTH": 0.8}], [], [{"VREAD": 1.0}], [{"VTH": 0.8, "VREAD": 1.0}]]
)
def test_cases_that_are_the_same_or_none_or_vary_the_unknown_are_refused(
    variations: list[Values], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BENCH, "variations", lambda settings: variations)
    with pytest.raises(HarnessError, match="bench: "):
        BENCH.cases(BENCH.settings({}))


def test_a_golden_names_exactly_one_case() -> None:
    assert golden_case(BENCH, Golden({"VTH": 0.85}, ("a",))).id == "VTH=0.85"
    for case, count in (({}, 2), ({"VTH": 0.9}, 0), ({"VREAD": 1.0}, 0)):
        with pytest.raises(HarnessError, match=rf"names {count} cases"):
            golden_case(BENCH, Golden(case, ("a",)))


def test_the_silicon_of_a_case_has_its_sizes_and_spreads() -> None:
    spread = {"CORNER": "ff", "TEMP": "-40", "C_SCALE": "1.15", "RA_SCALE": "0.8", "cell.access.w": "2u"}
    silicon = conditions(BENCH.settings(spread))
    assert (silicon.corner, silicon.temp_c, silicon.capacitance_scale, silicon.ra_scale) == ("ff", -40.0, 1.15, 0.8)
    assert silicon.technology.size("cell", "access").w == 2e-6


def test_nominal_silicon_keeps_the_question_and_forgets_the_spread() -> None:
    values = BENCH.settings({"CORNER": "ff", "TEMP": "85", "MTJ": "5k30k", "VTH": "0.8", "C_SCALE": "1.15"})
    nominal = nominal_silicon(values)
    assert (nominal["CORNER"], nominal["TEMP"], nominal["C_SCALE"]) == ("tt", 27.0, 1.0)
    assert (nominal["VTH"], nominal["MTJ"]) == (0.8, "5k30k")


def test_a_deck_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"missing\.cir\.j2"):
        prepare(BENCH, BENCH.cases(BENCH.settings({}))[0], Store(tmp_path))


def test_results_are_selected_by_columns_and_nothing_found_is_an_error() -> None:
    cases = BENCH.cases(BENCH.settings({}))
    rows = [{"case": case.id, "VTH": case.values["VTH"], "measure": "t", "value": 1.0, "unit": "s"} for case in cases]
    waves = {case.id: pd.DataFrame({"a": [case.values["VTH"]]}) for case in cases}
    results = Results(cases, waves, pd.DataFrame(rows), {})
    assert results.select("t", VTH=0.85)["case"].tolist() == ["VTH=0.85"]
    assert results.waveform(VTH=0.85)["a"].tolist() == [0.85]
    with pytest.raises(HarnessError, match="the runs it needs are missing"):
        results.select("t", VTH=0.9)
    with pytest.raises(HarnessError, match="no 'u' was measured"):
        results.select("u")
    with pytest.raises(HarnessError, match="no case has"):
        results.waveform(VTH=0.9)
