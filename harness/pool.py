"""A simulating process seen from outside: started afresh, given decks, watched by the clock, judged by its data."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from harness.analysis import Analysis
from harness.ngspice import RunFailure, RunOutcome, data_problem, log_tail, why_no_data
from harness.rawfile import Plot
from harness.worker import LENGTH, message

_TRIES = 3  # a process that something outside has killed is replaced; one deck that kills three is to blame


@dataclass(frozen=True)
class Answer:
    """What a worker found, before anyone has judged it."""

    plot: str
    vectors: tuple[str, ...]
    data: NDArray[Any]
    log: str
    dead: bool
    busy_seconds: float
    solver_seconds: float
    worker: int = 0
    memory: int = 0


@dataclass(frozen=True)
class Judged:
    """A run's outcome with the worker's own account of its time (s), its process id and memory (B)."""

    outcome: RunOutcome
    busy_seconds: float = 0.0
    solver_seconds: float = 0.0
    worker: int = 0
    memory: int = 0


class WorkerProcess:
    """One simulating process at a time, replaced whenever it dies, hangs or says that its library is done for."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The present process."""
        return self._process.pid if self._process else None

    def run(self, deck: str, analysis: Analysis, needed: tuple[str, ...], timeout_s: float) -> Judged:
        """Simulate a deck and judge it by harness.ngspice's rules; ``needed`` columns must be in the answer.

        A process that dies under it is replaced and the deck tried again.
        """
        started = time.monotonic()
        for _ in range(_TRIES):
            answer = self._ask(deck, analysis, timeout_s)
            if isinstance(answer, Answer) or answer.kind == "timeout" or self._closed:
                break
        wall = time.monotonic() - started
        if isinstance(answer, RunFailure):
            return Judged(RunOutcome(None, answer, wall))
        outcome = judge(answer, analysis, needed, wall)
        return Judged(outcome, answer.busy_seconds, answer.solver_seconds, answer.worker, answer.memory)

    def close(self) -> None:
        """End the process and start no other: what waits for it gets a failure."""
        self._closed = True
        self._end()

    def _ask(self, deck: str, analysis: Analysis, timeout_s: float) -> Answer | RunFailure:
        if self._closed:
            return RunFailure("crash", "stopped before it ran", "")
        deadline = time.monotonic() + timeout_s
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        try:
            request = {"deck": deck, "command": analysis.command(), "xtrtol": analysis.solver.xtrtol}
            _write(process.stdin, message(request), deadline)
            header, payload = json.loads(_part(process.stdout, deadline)), _part(process.stdout, deadline)
        except TimeoutError:
            self._end()
            return RunFailure("timeout", f"killed after the wall limit of {timeout_s:g} s", "")
        except (EOFError, OSError):
            return self._crash()
        if header["dead"]:
            self._end()
        vectors = tuple(header["vectors"])
        data = np.frombuffer(payload, dtype=header["kind"]).reshape(len(vectors), header["points"])
        return Answer(
            header["plot"], vectors, data, header["log"], header["dead"], header["busy"], header["solver"],
            header["worker"], header["memory"],
        )  # fmt: skip

    def _start(self) -> subprocess.Popen[bytes]:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # more threads busy-wait: up to 100x slower
        self._process = subprocess.Popen(
            [sys.executable, "-m", "harness.worker", str(os.getpid())], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._errors, start_new_session=True, bufsize=0,
        )  # fmt: skip
        return self._process

    def _crash(self) -> RunFailure:
        process, errors = self._process, self._errors
        with contextlib.suppress(subprocess.TimeoutExpired):
            if process:
                process.wait(timeout=10)
        code = process.returncode if process else None
        tail = ""
        if errors and not errors.closed:
            errors.seek(0)
            tail = log_tail(errors.read().decode("utf-8", "replace"))
        self._end()
        return RunFailure("crash", f"the simulating process ended with code {code} (negative: a signal)", tail)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its session is its own: this ends all that it started
        process.wait()
        for stream in (process.stdin, process.stdout, self._errors):
            with contextlib.suppress(OSError):
                if stream:
                    stream.close()


def judge(answer: Answer, analysis: Analysis, needed: tuple[str, ...], wall: float) -> RunOutcome:
    """Judge what a worker found by the same evidence as a run of the ngspice program."""

    def failed(kind: str, message: str) -> RunOutcome:
        return RunOutcome(None, RunFailure(kind, message, log_tail(answer.log)), wall)

    if not answer.plot.startswith(analysis.command().split()[0]) or not answer.data.size:
        return failed(*why_no_data(answer.log, 0))
    frame = Plot(analysis.plot, answer.vectors, answer.data.T).frame()
    problem = data_problem(frame, analysis, needed, answer.log)
    return failed(*problem) if problem else RunOutcome(frame, None, wall)


def _part(stream: IO[bytes], deadline: float) -> bytes:
    """Read one part of an answer: its length, then itself."""
    return _read(stream, LENGTH.unpack(_read(stream, LENGTH.size, deadline))[0], deadline)


def _write(stream: IO[bytes], content: bytes, deadline: float) -> None:
    """Write all of ``content`` to a pipe.

    Raises:
        TimeoutError: the other end did not take it in time.
        OSError: the other end is closed.
    """
    os.set_blocking(stream.fileno(), False)
    left = memoryview(content)
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_WRITE)
        while left:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            left = left[os.write(stream.fileno(), left) :]


def _read(stream: IO[bytes], size: int, deadline: float) -> bytes:
    """Read exactly ``size`` bytes from an unbuffered pipe.

    Raises:
        TimeoutError: they did not come in time.
        EOFError: the other end is closed.
    """
    parts: list[bytes] = []
    missing = size
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while missing:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            part = os.read(stream.fileno(), min(missing, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            missing -= len(part)
    return b"".join(parts)
