"""What this machine has of what the project needs."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.errors import HarnessError
from harness.ngspice import ngspice_library, ngspice_program, ngspice_version
from harness.technology import PROJECT, load_technology, technology_names

FREE_BYTES = 2e9
TESTED_VERSION = "39"


@dataclass(frozen=True)
class Finding:
    """One thing looked at, whether it is good, and what to do if not."""

    subject: str
    good: bool
    text: str


def examine() -> Iterator[Finding]:
    """Yield a finding for each need, without stopping at the first that is missing."""
    for subject, look in _LOOKS.items():
        try:
            yield Finding(subject, True, look())
        except HarnessError as error:
            yield Finding(subject, False, str(error))


def _python() -> str:
    return f"{platform.python_version()} at {sys.executable}"


def _ngspice() -> str:
    program, version = ngspice_program(), ngspice_version()
    note = "" if version == TESTED_VERSION else f" (results were made with {TESTED_VERSION}; goldens may drift)"
    return f"version {version} at {program}{note}"


def _technologies() -> str:
    for name in technology_names():
        technology = load_technology(name)
        for corner in technology.corners:
            technology.library_files(corner)
    return ", ".join(technology_names())


def _disk() -> str:
    free = shutil.disk_usage(PROJECT).free
    if free < FREE_BYTES or not os.access(PROJECT / "results", os.W_OK):
        raise HarnessError(
            f"{free / 1e9:.1f} GB free at {PROJECT}/results; {FREE_BYTES / 1e9:.0f} GB, writable, are needed."
        )
    return f"{free / 1e9:.0f} GB free"


_LOOKS: dict[str, Callable[[], str]] = {
    "python": _python,
    "ngspice": _ngspice,
    "libngspice": ngspice_library,
    "technologies": _technologies,
    "disk": _disk,
    "cores": lambda: f"{os.cpu_count()}, one ngspice of one thread on each",
}
