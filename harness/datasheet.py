"""A testbench's cases as a datasheet: min, typ and max of each row, where they are, and whether all cases keep it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.errors import HarnessError
from harness.testbench import Case, DatasheetRow, Testbench


@dataclass(frozen=True)
class Line:
    """One row of a datasheet, measured: min, typ and max (SI), the number of each one's case, cases out of bounds."""

    row: DatasheetRow
    values: tuple[float, float, float]
    cases: tuple[int, int, int]
    misses: int

    @property
    def status(self) -> str:
        """PASS where all cases keep the bounds; MISSING where one was not measured."""
        if math.isnan(self.values[0]):
            return "MISSING"
        return "FAIL" if self.misses else "PASS"


def stress_measure(limit: float) -> str:
    """Return the name under which a datasheet finds the largest voltage that an oxide of this limit (V) sustained."""
    return f"stress_{limit:.3g}"


def datasheet(
    bench: Testbench, cases: Sequence[Case], settings: Mapping[str, Any], readings: Iterable[tuple[int, str, float]],
    stress: Iterable[tuple[int, float, float]] = (),
) -> list[Line]:  # fmt: skip
    """Return the lines of a testbench's datasheet.

    ``readings`` are (number of the case, measure, value), ``stress`` (number of the case, limit, volts); typ is the
    case whose varied values are the settings' own.

    Raises:
        HarnessError: no case is typical: what the testbench varies is set to none of its values.
    """
    found = {(number, measure): value for number, measure, value in readings}
    found |= {(number, stress_measure(limit)): volts for number, limit, volts in stress}
    own = (i for i, case in enumerate(cases) if all(case.values[k] == settings[k] for k in case.varied))
    typical = next(own, None)
    if typical is None:
        given = ", ".join(f"{name}={settings[name]}" for name in cases[0].varied)
        raise HarnessError(f"{bench.name}: no case has the settings' {given}, so none is typical; set what a case has.")
    lines = []
    for row in bench.datasheet_at(settings):
        values = np.array([found.get((number, row.measure), math.nan) for number in range(len(cases))], dtype=float)
        places = int(values.argmin()), typical, int(values.argmax())  # NaN wins: nothing is known of min and max
        shown = float(values[places[0]]), float(values[typical]), float(values[places[2]])
        lines.append(Line(row, shown, places, row.misses(values)))
    return lines
