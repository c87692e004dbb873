import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import HarnessError, MissingToolError
from harness.mtj import load_mtj_set
from harness.technology import SEARCH_VARIABLE, load_technology, technology_names

Edit = Callable[[str, str], None]


@pytest.fixture
def edit(toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put a copy of toy180 named ``kit`` on the search path, with one text replaced in one of its files."""

    def change(file: str, before: str, after: str) -> None:
        folder = tmp_path / "kits" / "kit"
        folder.mkdir(parents=True)
        for source in (toy_folder / "toy180").iterdir():
            text = source.read_text(encoding="utf-8")
            if source.name == file:
                assert before in text
                text = text.replace(before, after, 1)
            (folder / source.name).write_text(text, encoding="utf-8")
        monkeypatch.setenv(SEARCH_VARIABLE, str(folder.parent))

    return change


def test_a_technology_is_read_with_its_sizes_in_si() -> None:
    technology = load_technology("fdsoi28")
    assert technology.supply["core"] == 1.0
    assert technology.size("cell", "access", "w", "l").device == "nmos_io"
    assert set(technology.corners) >= {"tt", "ff", "ss", "fs", "sf"}


@pytest.mark.parametrize("name", ["fdsoi", "", "../fdsoi28", "fdsoi28/../fdsoi28", "a b"])
def test_an_unknown_technology_is_refused_with_those_that_there_are(name: str) -> None:
    with pytest.raises(HarnessError, match=r"unknown technology .*fdsoi28"):
        load_technology(name)


@pytest.mark.parametrize(
    ("file", "before", "after", "place"),
    [
        ("technology.toml", "core = 1.8", "core = 1.8\n\n[surplus]\nx = 1", "surplus"),
        ("technology.toml", 'l_min = "180n"', 'l_min = "180q"', "transistors.nmos.l_min"),
        ("technology.toml", 'l_min = "180n"', 'l_min = "180M"', "transistors.nmos.l_min"),
        ("technology.toml", 'l_min = "180n"', "l_min = -1", "transistors.nmos.l_min"),
        ("technology.toml", 'l_min = "180n"', "l_min = [1]", "transistors.nmos.l_min"),
        ("technology.toml", 'l_min = "180n"', "l_max = 1", "transistors.nmos.l_min"),
        ("technology.toml", 'model = "TOY_NCH"', 'model = "x\\n.control"', "transistors.nmos.model"),
        ("technology.toml", 'section = "tt"', 'section = "tt shell"', "corners.tt.0.section"),
        ("technology.toml", "description =", 'name = "other"\ndescription =', "name"),
        ("sizing.toml", "[cell.access]", "[cell.access]\nwidth = 1", "sizing.cell.access.width"),
        ("sizing.toml", "[cell.access]", "[cell.access]\nr = 'nan'", "sizing.cell.access.r"),
    ],
)
def test_a_bad_entry_is_named_with_its_place(
    edit: Callable[..., None], file: str, before: str, after: str, place: str
) -> None:
    edit(file, before, after)
    with pytest.raises(HarnessError) as refused:
        load_technology("kit")
    assert f"technology 'kit': {place}: " in str(refused.value)
    assert "\n" not in str(refused.value)


def test_broken_toml_is_named_with_its_file(edit: Callable[..., None]) -> None:
    edit("sizing.toml", "[cell.access]", "[cell.access")
    with pytest.raises(HarnessError, match=r"sizing\.toml is not valid TOML"):
        load_technology("kit")


def test_a_scaling_that_is_no_table_of_sizes_is_refused(edit: Callable[..., None]) -> None:
    edit("sizing.toml", "[cell.access]", "[scaling.5k30k]\ncell = 3\n\n[cell.access]")
    with pytest.raises(HarnessError, match=r"scaling\.5k30k"):
        load_technology("kit", "5k30k")


def test_an_unknown_role_and_a_lacking_field_are_named() -> None:
    technology = load_technology("fdsoi28")
    with pytest.raises(HarnessError, match=r"no size for cell\.nothing; add it to .*sizing\.toml"):
        technology.size("cell", "nothing")
    with pytest.raises(HarnessError, match=r"cell\.access lacks 'c'"):
        technology.size("cell", "access", "c")


def test_an_override_replaces_one_field_of_one_size() -> None:
    plain = load_technology("fdsoi28")
    wide = load_technology("fdsoi28", overrides={"cell.access.w": 2e-6})
    assert wide.size("cell", "access").w == 2e-6
    assert wide.size("cell", "access").l == plain.size("cell", "access").l
    assert plain.size("cell", "access").w != 2e-6


@pytest.mark.parametrize(
    "path", ["cell.access", "cell.access.w.x", "cell.nothing.w", "nothing.access.w", "cell.access.width", "..", "a.b.c"]
)
def test_an_override_that_names_no_size_is_refused(path: str) -> None:
    with pytest.raises(HarnessError, match="no size"):
        load_technology("fdsoi28", overrides={path: 1e-6})


@pytest.mark.parametrize(("path", "value"), [("cell.access.w", -1e-6), ("cell.access.m", 2.5), ("cell.access.m", 0.0)])
def test_an_override_out_of_range_is_refused(path: str, value: float) -> None:
    with pytest.raises(HarnessError, match=path.replace(".", r"\.")):
        load_technology("fdsoi28", overrides={path: value})


def test_a_gate_shorter_than_the_technology_allows_is_refused() -> None:
    technology = load_technology("fdsoi28", overrides={"cell.access.l": 20e-9})
    with pytest.raises(HarnessError, match="shortest gate"):
        technology.transistor("cell", "access", "nmos")


def test_a_kind_of_transistor_that_a_technology_lacks_is_named() -> None:
    with pytest.raises(HarnessError, match=r"cell\.access is a .*nmos_io"):
        technology = load_technology("fdsoi28")
        lacking = technology.model_copy(update={"transistors": {"nmos": technology.transistors["nmos"]}})
        lacking.transistor("cell", "access", "nmos")


def test_an_unknown_corner_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(HarnessError, match=r"no corner 'typical'; choose one of tt"):
        load_technology("fdsoi28").library_files("typical")


def test_a_model_file_that_is_not_there_says_where_it_was_looked_for(edit: Callable[..., None]) -> None:
    edit("technology.toml", 'file = "toy180.lib", section = "tt"', 'file = "$NDA_KIT/all.lib", section = "tt"')
    with pytest.raises(MissingToolError, match=r"\$NDA_KIT/all\.lib is not there"):
        load_technology("kit").library_files("tt")


def test_a_model_file_is_found_by_an_environment_variable(
    edit: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("technology.toml", 'file = "toy180.lib", section = "tt"', 'file = "$NDA_KIT/all.lib", section = "tt"')
    (tmp_path / "all.lib").write_text("")
    monkeypatch.setenv("NDA_KIT", str(tmp_path))
    assert load_technology("kit").library_files("tt") == [(tmp_path / "all.lib", "tt")]


@pytest.mark.parametrize("folder", ["with space", "quote'd", "line\nbreak"])
def test_a_path_that_ngspice_cannot_read_is_refused(
    edit: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    edit("technology.toml", 'file = "toy180.lib", section = "tt"', 'file = "$NDA_KIT/all.lib", section = "tt"')
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "all.lib").write_text("")
    monkeypatch.setenv("NDA_KIT", str(tmp_path / folder))
    with pytest.raises(HarnessError, match="cannot read a model file with a space or a quote") as refused:
        load_technology("kit").library_files("tt")
    assert "\n" not in str(refused.value)


def test_technologies_outside_the_project_are_found(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "toy180" not in technology_names()
    monkeypatch.setenv(SEARCH_VARIABLE, f"{toy_folder}{os.pathsep}")
    assert {"toy180", "fdsoi28"} <= set(technology_names())
    assert load_technology("toy180").folder == toy_folder / "toy180"


def test_a_relative_folder_on_the_search_path_gives_whole_paths(
    toy_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(toy_folder.parent)
    monkeypatch.setenv(SEARCH_VARIABLE, toy_folder.name)
    files = load_technology("toy180").library_files("tt")
    assert files and all(path.is_absolute() for path, _ in files)  # ngspice reads them from a run's folder


def test_a_technology_may_have_a_name_that_is_no_identifier(
    toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(toy_folder / "toy180", tmp_path / "22-mine")
    monkeypatch.setenv(SEARCH_VARIABLE, str(tmp_path))
    assert load_technology("22-mine").supply == load_technology("22-mine", "5k30k").supply


def test_a_search_path_that_is_no_folder_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(MissingToolError, match=SEARCH_VARIABLE):
        technology_names()


def test_an_unknown_mtj_set_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(HarnessError, match=r"unknown MTJ set '1k2k'; choose one of 10k20k, 5k30k"):
        load_mtj_set("1k2k")


@pytest.mark.parametrize(("name", "r_p", "r_ap"), [("10k20k", 10e3, 20e3), ("5k30k", 5e3, 30e3)])
def test_both_mtj_sets_have_the_resistances_of_the_paper(name: str, r_p: float, r_ap: float) -> None:
    mtj = load_mtj_set(name)
    assert mtj.r_p == pytest.approx(r_p, rel=1e-3)
    assert float(mtj.resistance(-1.0)) == pytest.approx(r_ap, rel=1e-3)


def test_the_mtj_closed_form_keeps_its_laws() -> None:
    mtj = load_mtj_set("5k30k")
    assert float(mtj.tmr(mtj.v_half)) == pytest.approx(mtj.tmr0 / 2)
    g_p, g_ap = (1 / float(mtj.resistance(c, 0.1)) for c in (1.0, -1.0))
    assert 1 / float(mtj.resistance(0.0, 0.1)) == pytest.approx((g_p + g_ap) / 2)
    assert float(mtj.tmr(0.0, 85.0)) < mtj.tmr0 < float(mtj.tmr(0.0, -40.0))
    assert float(mtj.resistance(1.0, 0.1, 85.0)) == pytest.approx(mtj.r_p)
