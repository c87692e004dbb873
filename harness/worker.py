"""The process that simulates: reads decks from its standard input, answers with vectors on its standard output.

A request and an answer are each a JSON header with its length before it; an answer's header is followed by the
vectors' doubles. It knows nothing of testbenches, judges nothing, and ends when its library can no longer be trusted or
the process that started it is gone.
"""

import json
import logging
import os
import signal
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

LENGTH = struct.Struct("<Q")
_LOOK_SECONDS = 1.0


def message(header: dict[str, Any], payload: bytes = b"") -> bytes:
    """Return one message as bytes."""
    text = json.dumps(header).encode()
    return LENGTH.pack(len(text)) + text + LENGTH.pack(len(payload)) + payload


def _read_message(stream: BinaryIO) -> dict[str, Any] | None:
    """Return the next request, or None when no more will come."""
    length = stream.read(LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    header: dict[str, Any] = json.loads(stream.read(LENGTH.unpack(length)[0]))
    stream.read(LENGTH.size)
    return header


def _memory() -> int:
    """Return this process's resident memory (B); getrusage's peak would begin at that of the process that forked it."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the library prints by itself must not reach the answers
    logging.getLogger("PySpice").setLevel(logging.CRITICAL)
    from harness.libngspice import Library  # after the redirection, for it prints

    library = Library()
    while not library.is_dead() and (request := _read_message(sys.stdin.buffer)):
        started = time.perf_counter()
        found, solver = library.simulate(request["deck"], request["command"], request["xtrtol"])
        header = {
            "plot": found.plot, "vectors": found.vectors, "points": found.data.shape[-1], "kind": found.data.dtype.str,
            "log": library.said(), "dead": library.is_dead(), "solver": solver, "busy": time.perf_counter() - started,
            "worker": os.getpid(), "memory": _memory(),
        }  # fmt: skip
        answers.write(message(header, found.data.tobytes()))
        answers.flush()


if __name__ == "__main__":
    main()
