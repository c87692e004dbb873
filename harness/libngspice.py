"""libngspice in this process, through PySpice, judged by what it leaves behind and not by what it says.

PySpice 1.5 raises for every note on stderr (gmin stepping among them: good samples would be lost), keeps each circuit,
and goes on with a library that has asked to be detached. This subclass keeps its front, its callbacks and its way to
the vectors, and replaces those three. Only a worker process imports it: one library serves one process.
"""

import contextlib
import ctypes.util
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySpice.Spice.NgSpice.Shared import NgSpiceShared, ffi

from harness.errors import MissingToolError

SCALES = ("time", "frequency", "v-sweep", "i-sweep")
LOG_LIMIT = 200_000  # characters of ngspice's talk kept of one run: the last ones


@dataclass(frozen=True)
class PlotData:
    """What one command left: the plot's name, its vectors' names, and the data, axes (vector, point)."""

    plot: str
    vectors: tuple[str, ...]
    data: NDArray[Any]


_NO_PLOT = PlotData("", (), np.empty((0, 0)))


class Library(NgSpiceShared):  # type: ignore[misc] # PySpice carries no types
    """The one libngspice of this process."""

    def __init__(self) -> None:
        """Load it.

        Raises:
            MissingToolError: it is not installed.
        """
        name = ctypes.util.find_library("ngspice")
        if name is None:
            raise MissingToolError("libngspice is not found; install it with: sudo apt-get install libngspice0.")
        type(self).LIBRARY_PATH = name
        self.log: list[str] = []
        self.exits: list[int] = []
        # The library has no `-n`: as it starts, it sources the first .spiceinit of the working folder and the home.
        os.environ.pop("SPICE_USERINIT_DIR", None)  # where newer ones look before
        with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
            Path(".spiceinit").write_text("* nothing of the user's is read\n", encoding="ascii")
            super().__init__()
        self.exec_command("set num_threads=1")

    @staticmethod
    def _send_char(message: Any, ngspice_id: int, user_data: Any) -> int:
        library = ffi.from_handle(user_data)
        text = ffi.string(message).decode("utf-8", "replace").partition(" ")[2]
        library.log.append(text)
        library._stdout.append(text)  # PySpice reads ngspice's version from here
        return 0

    @staticmethod
    def _send_stat(message: Any, ngspice_id: int, user_data: Any) -> int:
        return 0

    @staticmethod
    def _send_init_data(data: Any, ngspice_id: int, user_data: Any) -> int:
        return 0

    @staticmethod
    def _exit(status: int, immediate: bool, quitting: bool, ngspice_id: int, user_data: Any) -> int:
        ffi.from_handle(user_data).exits.append(status)
        return status

    def is_dead(self) -> bool:
        """Tell whether the library has asked to be detached: every later circuit would fail."""
        return bool(self.exits)

    def exec_command(self, command: str, join_lines: bool = True) -> Any:
        """Execute a command and return what it said; whether it worked is seen in the data."""
        self.clear_output()
        self._ngspice_shared.ngSpice_Command(command.encode())
        return self.stdout if join_lines else self._stdout

    def load_circuit(self, circuit: str) -> None:
        """Read a deck; whether it was understood is seen in the data."""
        lines = [ffi.new("char[]", line.encode()) for line in circuit.splitlines() if line.strip()]
        self._ngspice_shared.ngSpice_Circ(ffi.new("char *[]", [*lines, ffi.new("char[]", b""), ffi.NULL]))

    def simulate(self, deck: str, command: str, xtrtol: float = 1.0) -> tuple[PlotData, float]:
        """Read a deck, run one analysis, and return the plot it made (empty: none) and the analysis's seconds.

        ``xtrtol`` is the solver's, which no option of a deck can set. Nothing of an earlier run remains: its plots,
        circuit and settings are gone before this returns.
        """
        self.log.clear()
        self.load_circuit(deck)
        if self.is_dead():
            return _NO_PLOT, 0.0
        if xtrtol != 1.0:
            self.exec_command(f"set xtrtol={xtrtol!r}")
        started = time.perf_counter()
        self.exec_command(command)
        spent = time.perf_counter() - started
        if self.is_dead():
            return _NO_PLOT, spent
        if xtrtol != 1.0:
            self.exec_command("unset xtrtol")
        found = self._newest()
        self.exec_command("destroy all")
        self.exec_command("remcirc")
        self._ngspice_shared.ngSpice_Command(ffi.NULL)  # frees the history of commands
        return found, spent

    def said(self) -> str:
        """Return what ngspice said during the last run."""
        return "\n".join(self.log)[-LOG_LIMIT:]

    def _newest(self) -> PlotData:
        name = self.last_plot
        columns = {key: vector._data for key, vector in self.plot(None, name).items()}
        names = sorted(columns, key=lambda key: key not in SCALES)  # the scale first, as in a raw file
        length = max((len(data) for data in columns.values()), default=0)
        names = [key for key in names if len(columns[key]) == length]
        return PlotData(name, tuple(names), np.array([columns[key] for key in names]) if length else _NO_PLOT.data)
