"""Find testbenches by name: every module of testbenches/ that has a TESTBENCH."""

import importlib
import pkgutil
from functools import lru_cache

import testbenches
from harness.errors import HarnessError
from harness.testbench import Testbench


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
