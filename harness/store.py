"""Finished runs on disk, found again by content: the cache, and the evidence of what failed.

A run's key is the hash of its whole deck, of the model files it reads, of ngspice's version and of what is kept. Its
folder appears by one rename, so it is whole or it is not there; a checksum guards the waveforms afterwards.
"""

import contextlib
import errno
import hashlib
import io
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from harness.errors import HarnessError
from harness.ngspice import write_advice
from harness.technology import PROJECT

SCHEMA = 1  # raise it when the meaning of a stored run changes
RECORD = "run.json"
WAVES = "waves.parquet"
KEY_LENGTH = 12
MODEL_MARK = "<project>"
WRITERS = 100  # at once, of one run
_OF_THIS_MACHINE = re.compile(rf"\.running-(\d+)-{re.escape(platform.node())}-\w+")
_INCLUDE = re.compile(r"^[ \t]*\.(?:include|inc|lib)[ \t]+[\"']?([^\"'\s]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class StoredRun:
    """One finished, good run: its waveforms (index time in s, columns node names, SI) and its record."""

    folder: Path
    waveforms: pd.DataFrame
    record: Mapping[str, Any]


def run_key(deck: str, model_files: list[Path], version: str, signals: tuple[str, ...]) -> str:
    """Return the content hash of a run, over the model files and what they include.

    The checkout's place on disk does not enter it.
    """
    digest = hashlib.sha256()
    digest.update(f"{SCHEMA}\n{version}\n{' '.join(signals)}\n".encode())
    digest.update(deck.replace(str(PROJECT), MODEL_MARK).encode())
    for path in sorted(_with_included(model_files)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _with_included(files: Iterable[Path]) -> set[Path]:
    """Return the files with everything that they read in turn, as kits of many files do."""
    found: set[Path] = set()
    waiting = [path.resolve() for path in files]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _included(path, path.stat().st_mtime_ns)
    return found


@lru_cache
def _included(path: Path, _changed_ns: int) -> list[Path]:
    names = _INCLUDE.findall(path.read_text(encoding="utf-8", errors="replace"))
    included = [path.parent / name for name in names]  # an absolute name stays one
    return [place.resolve() for place in included if place.is_file()]  # `.lib tt` opens a section and names no file


def case_folder(case_id: str) -> str:
    """Return a case's name as that of a folder; the case is then told from others by a key, or stands in a file."""
    return case_id[:120].replace("/", "_")


class Store:
    """The folder of runs. Safe for several writers: each writes beside, then renames."""

    def __init__(self, root: Path) -> None:
        """Use ``root``, made when it is missing."""
        self.root = root

    def folder(self, testbench: str, case_id: str, key: str) -> Path:
        """Return where a run with this key is or would be."""
        return self.root / testbench / f"{case_folder(case_id)}-{key[:KEY_LENGTH]}"

    def load(self, folder: Path, key: str) -> StoredRun | None:
        """Return the run of this key, or None where there is none that can be trusted.

        A folder whose record or checksum does not fit is set aside (``.foreign`` is added to its name), never used.
        """
        if not (folder / RECORD).is_file():
            return None
        try:
            record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            content = (folder / WAVES).read_bytes()
            whole = record["key"] == key and record["checksum"] == hashlib.sha256(content).hexdigest()
        except (OSError, ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            with contextlib.suppress(FileNotFoundError):  # another process was quicker
                _replace(folder, folder.with_name(folder.name + ".foreign"))
            return None
        return StoredRun(folder, pd.read_parquet(io.BytesIO(content)), record)

    @contextlib.contextmanager
    def workplace(self, folder: Path) -> Iterator[Path]:
        """Yield a fresh folder on the same disk as ``folder``; it is removed at the end unless it was moved.

        Raises:
            HarnessError: the disk is full or not writable.
        """
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            _sweep(folder.parent)
            place = Path(tempfile.mkdtemp(prefix=_own_prefix(), dir=folder.parent))
            try:
                yield place
            finally:
                shutil.rmtree(place, ignore_errors=True)
        except OSError as error:
            raise HarnessError(
                f"cannot write under {self.root}: {error.strerror or error}; {write_advice(error)}."
            ) from error

    def keep(self, place: Path, folder: Path, waveforms: pd.DataFrame, record: Mapping[str, Any]) -> StoredRun:
        """Move a finished run to its folder."""
        waveforms.to_parquet(place / WAVES)
        whole = {**record, "checksum": hashlib.sha256((place / WAVES).read_bytes()).hexdigest()}
        text = json.dumps(whole, indent=1, sort_keys=True, default=float)  # NumPy's numbers too
        (place / RECORD).write_text(text + "\n", encoding="utf-8")
        _replace(place, folder)
        return StoredRun(folder, waveforms, whole)

    def keep_failure(self, place: Path, folder: Path) -> Path:
        """Move a failed run's deck and log beside where the good one would be, and return that folder."""
        target = folder.with_name(folder.name + ".failed")
        _replace(place, target)
        return target


def _own_prefix() -> str:
    return f".running-{os.getpid()}-{platform.node()}-"


def _sweep(folder: Path) -> None:
    """Remove what processes of this machine that are gone left behind: killed hard, they could not."""
    for place in folder.glob(".running-*"):
        found = _OF_THIS_MACHINE.fullmatch(place.name)
        if found and not _runs(int(found[1])):
            shutil.rmtree(place, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True


def _replace(place: Path, folder: Path) -> None:
    """Move ``place`` to ``folder``; what is there goes, in one rename, whoever else writes there meanwhile."""
    place.chmod(0o755)  # mkdtemp makes it private
    for _ in range(WRITERS):
        try:
            place.rename(folder)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        with tempfile.TemporaryDirectory(prefix=_own_prefix(), dir=folder.parent) as grave:
            with contextlib.suppress(FileNotFoundError):
                folder.rename(Path(grave) / folder.name)
    raise HarnessError(f"{folder} is written by too many programs at once; run again.")
