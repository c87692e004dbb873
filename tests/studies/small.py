"""Small circuits to run studies on; as a script, runs one: ``small.py FOLDER N JOBS [LARGEST-FILE]``."""

import resource
import signal
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from harness.analysis import Analysis, OperatingPoint, Transient
from harness.errors import HarnessError
from harness.measure import value_at
from harness.montecarlo import run_study
from harness.store import Store
from harness.study import Plan, Study, make_plan
from harness.testbench import Reading, Results, Summary, Testbench, Values

HERE = Path(__file__).parent


class Small(Testbench):
    question = "What does a study of a small circuit give?"
    is_figure: ClassVar[bool] = False
    timeout_s: ClassVar[float] = 20.0

    def variations(self, settings: Values) -> Iterable[Values]:
        yield {}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        return str(HERE / f"{self.name}.cir.j2"), {}

    def analysis(self, values: Values) -> Analysis:
        return OperatingPoint()

    def summarize(self, results: Results) -> Iterable[Summary]:
        yield Summary("cases", len(results.cases))


class Divider(Small):
    """Two parallel junctions, which are linear: V = RP2 / (RP1 + RP2)."""

    name = "divider"

    def signals(self, values: Values) -> tuple[str, ...]:
        return ("middle",)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        yield Reading("middle", float(waveforms["middle"].iloc[0]), "V")


class Mirror(Small):
    """A current mirror of two large transistors."""

    name = "mirror"

    def signals(self, values: Values) -> tuple[str, ...]:
        return ("i(vout)",)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        yield Reading("current", -float(waveforms["i(vout)"].iloc[0]), "A")


class Charging(Small):
    """A capacitor that a mirror charges for 10 ns, at two temperatures."""

    name = "charging"

    def variations(self, settings: Values) -> Iterable[Values]:
        yield {"TEMP": 27.0}
        yield {"TEMP": 85.0}

    def analysis(self, values: Values) -> Analysis:
        return Transient(10e-9, 0.5e-9)

    def signals(self, values: Values) -> tuple[str, ...]:
        return ("ramp", "i(vdd)")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        for time in (5e-9, 9e-9):
            yield Reading("ramp", value_at(waveforms["ramp"], time), "V", {"at_ns": round(time * 1e9)})


def plan_of(bench: Testbench, study: Study, folder: Path) -> Plan:
    return make_plan(bench, bench.settings({}), study, Store(folder / "runs"))


def main() -> None:
    folder, n, jobs = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    plan = plan_of(Charging(), Study(n=n), folder)
    if len(sys.argv) > 4:  # as on a full disk, no file grows beyond this
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
    try:
        run_study(plan, folder, jobs).write()
    except HarnessError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
