from pathlib import Path

import pytest

from harness.doctor import examine
from harness.technology import SEARCH_VARIABLE


def findings() -> dict[str, tuple[bool, str]]:
    return {finding.subject: (finding.good, finding.text) for finding in examine()}


def test_the_doctor_looks_at_everything_that_is_needed() -> None:
    assert {"python", "ngspice", "libngspice", "technologies", "disk"} <= set(findings())


def test_one_missing_thing_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_ngspice_lookup: None
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(SEARCH_VARIABLE, str(tmp_path / "gone"))
    found = findings()
    assert found["python"][0]
    assert not found["ngspice"][0]
    assert "apt-get install ngspice" in found["ngspice"][1]
    assert not found["technologies"][0]
    assert str(tmp_path / "gone") in found["technologies"][1]


def test_a_model_file_that_is_missing_shows(toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kit").mkdir()
    for name in ("technology.toml", "sizing.toml"):
        (tmp_path / "kit" / name).write_text((toy_folder / "toy180" / name).read_text())
    monkeypatch.setenv(SEARCH_VARIABLE, str(tmp_path))
    good, text = findings()["technologies"]
    assert not good
    assert "toy180.lib is not there" in text
