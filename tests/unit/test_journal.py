"""The journal: what was written is there after any end, and what was not is never believed."""

import json
from pathlib import Path

import pandas as pd
import pytest

from harness.errors import HarnessError
from harness.journal import JOURNAL, SET_ASIDE, Journal, write_atomically, write_table

RECORDS = [{"sample": number, "value": 0.1 + number / 3} for number in range(4)]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    with Journal(tmp_path, "key") as journal:
        for record in RECORDS:
            journal.append(record)
    return tmp_path


def records(folder: Path, key: str = "key") -> list[dict[str, float]]:
    with Journal(folder, key) as journal:
        return journal.records


def test_records_come_back_to_the_last_bit(written: Path) -> None:
    assert records(written) == RECORDS


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_torn_line_is_set_aside_and_the_next_one_stands_alone(written: Path, cut: int) -> None:
    path = written / JOURNAL
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal(written, "key") as journal:
        kept = journal.records[:]
        assert kept in (RECORDS[:3], RECORDS)  # without its line end alone, a record is whole
        journal.append({"sample": 9})
    assert records(written) == [*kept, {"sample": 9}]


def test_a_changed_value_is_set_aside(written: Path) -> None:
    path = written / JOURNAL
    path.write_bytes(path.read_bytes().replace(b'"sample": 2', b'"sample": 7'))
    assert records(written) == [RECORDS[0], RECORDS[1], RECORDS[3]]
    assert b'"sample": 7' in (written / SET_ASIDE).read_bytes()
    assert b'"sample": 7' not in path.read_bytes()


@pytest.mark.parametrize("foreign", [b"\x00\xff garbage\n", b"{}\n", json.dumps(RECORDS[0]).encode() + b"\n", b"\n\n"])
def test_a_foreign_line_is_never_trusted(written: Path, foreign: bytes) -> None:
    path = written / JOURNAL
    path.write_bytes(foreign + path.read_bytes())
    assert records(written) == RECORDS


def test_another_study_s_lines_are_foreign(written: Path, tmp_path: Path) -> None:
    assert records(written, "other key") == []


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    with Journal(tmp_path, "key"):
        with pytest.raises(HarnessError, match="another run .process .* works in"):
            Journal(tmp_path, "key").__enter__()
    with Journal(tmp_path, "key"):
        pass


def test_a_failed_write_leaves_the_journal_whole(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(descriptor: int, data: bytes) -> int:
        real(descriptor, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    import os

    real = os.write
    with Journal(written, "key") as journal:
        monkeypatch.setattr("os.write", half)
        with pytest.raises(HarnessError, match="No space left.*free space"):
            journal.append({"sample": 5})
        monkeypatch.undo()
        journal.append({"sample": 6})
    assert records(written) == [*RECORDS, {"sample": 6}]


def test_a_table_is_whole_or_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    write_atomically(path, b"old")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(HarnessError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_a_table_is_written_twice_alike(tmp_path: Path) -> None:
    table = pd.DataFrame({"sample": [0, 1], "value": [0.1, 1 / 3]})
    first = [path.read_bytes() for path in write_table(table, tmp_path / "a")]
    assert first == [path.read_bytes() for path in write_table(table, tmp_path / "b")]
    assert pd.read_csv(tmp_path / "a.csv")["value"].tolist() == [0.1, 1 / 3]
