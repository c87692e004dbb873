"""Finished samples on disk, one line each as they come: what a kill at any moment leaves behind.

A line is a checksum and a JSON record; the checksum covers the study's key too, so a line of another study is as
foreign as a torn one. What cannot be trusted is moved to a file beside the journal and never read again.
"""

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd

from harness.errors import HarnessError
from harness.ngspice import write_advice

JOURNAL = "journal.jsonl"
SET_ASIDE = "journal.set-aside"
LOCK = "lock"
_CHECKSUM_LENGTH = 32


class Journal:
    """The records of one study; open it as a context manager, which keeps every other run out of the folder."""

    def __init__(self, folder: Path, key: str) -> None:
        """Use ``folder`` (made when missing) for the study with this key."""
        self.folder = folder
        self.records: list[dict[str, Any]] = []
        self.set_aside = 0
        self._key = key
        self._file: int | None = None
        self._lock: int | None = None

    def __enter__(self) -> "Journal":
        """Lock the folder and read what is there.

        Raises:
            HarnessError: another run works in this folder, or it cannot be written.
        """
        try:
            with _writable(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
                self._lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
                self._take_lock(self._lock)
                self._file = os.open(self.folder / JOURNAL, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
                self._read()
        except HarnessError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Unlock the folder."""
        for descriptor in (self._file, self._lock):
            if descriptor is not None:
                os.close(descriptor)
        self._file = self._lock = None

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record; when this returns, it is on the disk.

        Raises:
            HarnessError: it cannot be written; what was there before stays whole.
        """
        assert self._file is not None, "a journal is written inside its context"
        line = self._line(record)
        with _writable(self.folder):
            size = os.fstat(self._file).st_size
            try:
                if os.write(self._file, line) != len(line):
                    raise OSError(28, "no room for the whole line")
                os.fsync(self._file)
            except OSError:
                os.ftruncate(self._file, size)
                raise
        self.records.append(json.loads(line.split(b" ", 1)[1]))

    def _take_lock(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 100).decode("utf-8", "replace").strip() or "unknown"
            raise HarnessError(
                f"another run (process {holder}) works in {self.folder}; wait for it, or choose another --results."
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)

    def _line(self, record: Mapping[str, Any]) -> bytes:
        text = json.dumps(record, sort_keys=True).encode()
        return _checksum(text, self._key) + b" " + text + b"\n"

    def _read(self) -> None:
        """Read the records; a journal with anything else in it is written anew without that."""
        path = self.folder / JOURNAL
        good, bad = _sort_lines(path, self._key)
        self.records = [json.loads(line.split(b" ", 1)[1]) for line in good]
        self.set_aside = len(bad)
        if path.read_bytes() != b"".join(good):
            with (self.folder / SET_ASIDE).open("ab") as aside:
                aside.write(b"".join(bad))
            write_atomically(path, b"".join(good))
            assert self._file is not None
            os.close(self._file)
            self._file = os.open(path, os.O_RDWR | os.O_APPEND)


def read_records(path: Path, key: str) -> list[dict[str, Any]]:
    """Return the records of a journal that belong to the study with this key, without touching it."""
    return [json.loads(line.split(b" ", 1)[1]) for line in _sort_lines(path, key)[0]]


def _sort_lines(path: Path, key: str) -> tuple[list[bytes], list[bytes]]:
    """Return (the lines to be trusted, the others)."""
    good: list[bytes] = []
    bad: list[bytes] = []
    for line in path.read_bytes().split(b"\n"):
        checksum, _, text = line.partition(b" ")
        if line:
            (good if checksum == _checksum(text, key) else bad).append(line + b"\n")
    return good, bad


def _checksum(text: bytes, key: str) -> bytes:
    return hashlib.sha256(key.encode() + b"\n" + text).hexdigest()[:_CHECKSUM_LENGTH].encode()


@contextlib.contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HarnessError(
            f"cannot write in {folder}: {error.strerror}; {write_advice(error)}, then run the same command to go on."
        ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is either the old one or whole.

    Raises:
        HarnessError: the disk is full or not writable.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with _writable(path.parent):
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        finally:
            beside.unlink(missing_ok=True)


def write_table(table: pd.DataFrame, stem: Path) -> list[Path]:
    """Write a table as parquet, for programs, and as CSV, for people, each atomically; return their paths."""
    content = {
        ".parquet": table.to_parquet(index=False),
        ".csv": table.to_csv(index=False, float_format="%.17g").encode(),
    }
    for suffix, data in content.items():
        write_atomically(stem.with_name(stem.name + suffix), data)
    return [stem.with_name(stem.name + suffix) for suffix in content]
