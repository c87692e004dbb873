"""One ngspice job, judged by its data and never by its exit code.

ngspice 39 exits 1 after good runs and 0 after dead ones, and its library returns success for a transient that died
half-way. A run is good when the expected plot is there, its last point reaches the end, every wanted vector is
there and finite, and the log names no singular matrix. Everything else is a named failure.
"""

import contextlib
import ctypes.util
import errno
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from harness.analysis import RAW_NAME, Analysis
from harness.errors import HarnessError, MissingToolError
from harness.rawfile import read_raw

OLDEST_VERSION = 39
LOG_NAME = "ngspice.log"
DECK_NAME = "deck.cir"
INSTALL_LINE = "install it with: sudo apt-get install ngspice"

_HOMOTOPY = re.compile(r"\b(gmin|source) stepping", re.IGNORECASE)
_NO_CONVERGENCE = re.compile(
    r"timestep too small|no convergence|singular matrix|iteration limit reached|op failed", re.I
)
_COMPLAINT = re.compile(r"error|undefined|unknown|could not", re.I)
_LAST_LINES = 12
LEAST_FREE_BYTES = 1e6


@dataclass(frozen=True)
class RunFailure:
    """Why a run does not count: a kind, one sentence, and the end of the log."""

    kind: str  # parse, no-convergence, timeout, truncated, not-finite, missing-vector, crash
    message: str
    log_tail: str


@dataclass(frozen=True)
class RunOutcome:
    """What one job gave: a frame (all nodes; complex for AC) or a failure, and what it cost."""

    frame: pd.DataFrame | None
    failure: RunFailure | None
    wall_seconds: float


@lru_cache
def ngspice_program() -> str:
    """Return the path of ngspice.

    Raises:
        MissingToolError: it is not installed, or it is another program or too old.
    """
    program = shutil.which("ngspice")
    if program is None:
        raise MissingToolError(f"ngspice is not on the PATH; {INSTALL_LINE}.")
    ngspice_version()
    return program


@lru_cache
def ngspice_version() -> str:
    """Return ngspice's version, for example ``"39"``.

    Raises:
        MissingToolError: what answers to the name ngspice is something else or older than 39.
    """
    program = shutil.which("ngspice") or "ngspice"
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingToolError(f"{program} does not run ({error}); {INSTALL_LINE}.") from error
    match = re.search(r"ngspice-(\d+)", answer)
    if match is None or int(match[1]) < OLDEST_VERSION:
        found = match[0] if match else "a program that does not say it is ngspice"
        raise MissingToolError(
            f"{program} is {found}, but ngspice-{OLDEST_VERSION} or later is needed; {INSTALL_LINE}."
        )
    return match[1]


def ngspice_library() -> str:
    """Return the name of ngspice as a shared library, which studies run on.

    Raises:
        MissingToolError: it is not installed.
    """
    name = ctypes.util.find_library("ngspice")
    if name is None:
        raise MissingToolError("libngspice is not found; install it with: sudo apt-get install libngspice0.")
    return name


def write_advice(error: OSError) -> str:
    """Return what helps where a folder or file could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "free space there"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "change its permissions or choose another folder"
    return "choose another folder"


class Stop:
    """Ends the runs that it was given to: those that run, at once, and those that come later, before they begin."""

    def __init__(self) -> None:
        """Let runs go on until ``now``."""
        self.asked = threading.Event()
        self.running: set[subprocess.Popen[bytes]] = set()

    def now(self) -> None:
        """End them; their ``run_deck`` raises HarnessError."""
        self.asked.set()
        for process in tuple(self.running):
            _kill(process)


def run_deck(
    folder: Path, analysis: Analysis, timeout_s: float, needed: tuple[str, ...] = (), stop: Stop | None = None
) -> RunOutcome:
    """Run ``folder/deck.cir`` and judge it.

    ``needed`` are column names (see rawfile.node_name) that must be in the answer. The log stays in the folder; the
    raw file is the caller's to remove.

    Raises:
        HarnessError: the disk is full or the folder cannot be written; ngspice missing; stopped from outside.
    """
    started = time.monotonic()
    timed_out, exit_code = _execute(folder, timeout_s, stop or Stop())
    wall = time.monotonic() - started
    log = (folder / LOG_NAME).read_text(encoding="utf-8", errors="replace")
    frame, failure = _judge(folder, analysis, needed, log, exit_code)
    if timed_out:
        failure = RunFailure("timeout", f"killed after the wall limit of {timeout_s:g} s", log_tail(log))
    if failure and shutil.disk_usage(folder).free < LEAST_FREE_BYTES:  # ngspice itself does not notice
        raise HarnessError(f"the disk of {folder.parent} is full; free space there and run again.")
    return RunOutcome(None if failure else frame, failure, wall)


def _execute(folder: Path, timeout_s: float, stop: Stop) -> tuple[bool, int]:
    """Run in a session of its own, so that what ends it ends all of it; return (timed out, exit code)."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # more threads busy-wait: up to 100x slower
    timed_out = False
    try:
        with (folder / LOG_NAME).open("wb") as log:
            process = subprocess.Popen(
                [ngspice_program(), "-n", "-b", DECK_NAME],
                cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
            stop.running.add(process)
            try:
                # The stop is looked at after the process is listed, so that it is either killed from outside or here.
                process.wait(timeout=0 if stop.asked.is_set() else timeout_s)
            except subprocess.TimeoutExpired:
                timed_out = True
            finally:
                _kill(process)
                stop.running.discard(process)
        if stop.asked.is_set():
            raise HarnessError(f"the run in {folder} was stopped before it finished.")
        return timed_out, process.returncode
    except OSError as error:
        raise HarnessError(
            f"cannot run ngspice in {folder}: {error.strerror} ({error.filename or folder}); {write_advice(error)}."
        ) from error


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a job with all that it started, and wait for it."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _judge(
    folder: Path, analysis: Analysis, needed: tuple[str, ...], log: str, exit_code: int
) -> tuple[pd.DataFrame | None, RunFailure | None]:
    def failed(kind: str, message: str) -> tuple[None, RunFailure]:
        return None, RunFailure(kind, message, log_tail(log))

    raw = folder / RAW_NAME
    if not raw.is_file():
        return failed(*why_no_data(log, exit_code))
    try:
        plots = [plot for plot in read_raw(raw) if plot.name == analysis.plot]
    except HarnessError as error:
        return failed("truncated", str(error))
    if not plots or not len(plots[-1].data):
        kind = "no-convergence" if _NO_CONVERGENCE.search(log) else "parse"
        return failed(kind, f"the raw file has no points of a plot named {analysis.plot!r}")
    frame = plots[-1].frame()
    problem = data_problem(frame, analysis, needed, log)
    return failed(*problem) if problem else (frame, None)


def why_no_data(log: str, exit_code: int) -> tuple[str, str]:
    """Return (kind, message) of a run that left no data."""
    if exit_code < 0:
        return "crash", f"ngspice was ended by signal {-exit_code}"
    if _NO_CONVERGENCE.search(log):
        return "no-convergence", "ngspice found no solution and wrote no data"
    complaint = next((line.strip() for line in log.splitlines() if _COMPLAINT.search(line)), "")
    return "parse", "ngspice could not read the netlist and wrote no data" + (complaint and f"; it says {complaint!r}")


def data_problem(frame: pd.DataFrame, analysis: Analysis, needed: tuple[str, ...], log: str) -> tuple[str, str] | None:
    """Return (kind, message) of what is wrong with a run's data, or None for a good run."""
    if analysis.solver.bypass and _HOMOTOPY.search(log):
        return "no-convergence", (
            "its operating point took gmin or source stepping, which under bypass ends at no solution; "
            "start it at a known point"
        )
    last = float(frame.index[-1])
    if abs(last - analysis.last) > 1e-6 * max(abs(analysis.last), abs(float(frame.index[0]))):
        kind = "no-convergence" if _NO_CONVERGENCE.search(log) else "truncated"
        return kind, f"it stops at {analysis.scale} = {last:.6g} of {analysis.last:.6g}"
    if "singular matrix" in log.lower():
        return "no-convergence", "ngspice met a singular matrix: a floating node or a loop of sources"
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        return "missing-vector", f"no node or branch {missing[0]!r} in the answer"
    if not np.isfinite(frame.to_numpy()).all():
        return "not-finite", "a value in the answer is not finite"
    return None


def log_tail(log: str) -> str:
    """Return the end of a log, which says why."""
    return "\n".join(log.strip().splitlines()[-_LAST_LINES:])
