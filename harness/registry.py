"""Find testbenches by name: every module of testbenches/ that has a TESTBENCH."""

import importlib
import pkgutil
from functools import lru_cache

import testbenches
from harness.errors import HarnessError
from harness.runner import run_testbench
from harness.testbench import Results, Testbench


@lru_cache
def all_testbenches() -> dict[str, Testbench]:
    """Return every testbench by name, in the order of the names."""
    found: dict[str, Testbench] = {}
    for module_info in sorted(pkgutil.iter_modules(testbenches.__path__), key=lambda info: info.name):
        bench = getattr(importlib.import_module(f"testbenches.{module_info.name}"), "TESTBENCH", None)
        if isinstance(bench, Testbench):
            found[bench.name] = bench
    return found


def find_testbench(name: str) -> Testbench:
    """Return the testbench of this name.

    Raises:
        HarnessError: there is none.
    """
    benches = all_testbenches()
    if name not in benches:
        raise HarnessError(f"there is no testbench {name!r}; choose one of {', '.join(benches)}.")
    return benches[name]


def simulate(name: str, jobs: int | None = None, **assignments: str | float) -> Results:
    """Run a testbench from Python and return what ``spintegrate run`` measures and draws from.

    ``simulate("fig09d", VREAD_AMP="45m", TEMP=85)`` gives ``results.measures``, a tidy frame, and
    ``results.waveforms``, a frame a case (index time in s, columns node names, SI units). Finished
    runs are taken from results/runs.

    Raises:
        HarnessError: bad input, or a run failed.
    """
    return run_testbench(find_testbench(name), assignments, jobs)
