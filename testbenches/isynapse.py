"""ISYNAPSE of one column under mismatch: how far it strays with one row and with sixteen, and what carries it."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pandas as pd

from harness.analysis import Analysis, Solver, Transient
from harness.measure import value_at
from harness.synapse import word
from harness.testbench import Breakdown, Parameter, Reading, Results, Samples, Summary, Testbench, Values
from testbenches.parameters import READ_HALF

T_AZ, T_FIRST, T_ALL, T_END = 20e-9, 50e-9, 600e-9, 1e-6  # s: auto-zero ends; one row on; all rows on; end
# The currents are read where all has settled: few points suffice, and move them by less than 0.5 % of each sigma.
SOLVER = Solver(reltol=1e-3, chgtol=1e-14, xmu=0.45, trtol=30.0)
BITS, ROWS = 3, (1, 16)
BALANCED, FULL = 2, 7  # the reference's own weight, which should give no current; every cell parallel
FAMILIES = {
    "junctions": r".*junction",
    "access devices": r".*access",
    "mirror loads": r".*\.channel\.load$",
    "column's mirror outputs": r"column\.output\.output",
    "reference's copies": r"column\.reference\.output",
    "column's sink": r"column\.sink",
    "regulation amplifiers": r".*\.amplifier",
    "bias": r"bias",
    "cascodes of the PMOS mirrors": r".*cascode",
    "clamps and keep-alive": r".*\.(clamp|keep_alive)",
}


class Isynapse(Testbench):
    """One run reads one row, then all sixteen: the word line of the others rises when the first has settled."""

    name = "isynapse"
    question = "How far does mismatch move ISYNAPSE of one column, and which devices carry it?"
    is_figure = False
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *READ_HALF,
        Parameter("N_REF", "weight of the PSP reference word", default=BALANCED, low=0, high=7, whole=True),
        Parameter("N", "weight word of the column", default=FULL, low=0, high=7, whole=True),
        Parameter("COLUMNS", "columns that hang on the reference", default=16, low=1, high=64, whole=True),
    )
    samples = 200
    essential = ("isynapse",)
    breakdowns: ClassVar[tuple[Breakdown, ...]] = tuple(
        Breakdown(f"word {FULL}, {rows} row{'s'[: rows - 1]}", "isynapse", {"N": FULL, "rows": rows}, FAMILIES)
        for rows in ROWS
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield a column that should give no current, and the full word."""
        for n in (BALANCED, FULL):
            yield {"N": n}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck: the same word in every row."""
        rows = ROWS[-1]
        return "isynapse.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            "bits": BITS,
            "rows": rows,
            "states": word([int(values["N"])] * rows, BITS),
            "reference": word([int(values["N_REF"])] * rows, BITS),
            "lumped_columns": int(values["COLUMNS"]) - 1,
            "t_az": T_AZ,
            "t_first": T_FIRST,
            "t_all": T_ALL,
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the event."""
        return Transient(T_END, 50e-9, SOLVER)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return ISYNAPSE."""
        return ("i(visynapse)",)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield ISYNAPSE of one row and of sixteen."""
        for rows, time in zip(ROWS, (T_ALL, T_END), strict=True):
            yield Reading("isynapse", value_at(waveforms["i(visynapse)"], time), "A", {"rows": rows})

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield alpha and what a balanced column is off, in alpha, without mismatch."""
        for rows in ROWS:
            full, balanced = (
                float(results.select("isynapse", N=n, rows=rows)["value"].iloc[0]) for n in (FULL, BALANCED)
            )
            alpha = (full - balanced) / (FULL - BALANCED)
            yield Summary(f"alpha_{rows}_rows", alpha, "A")
            yield Summary(f"balanced_{rows}_rows", balanced / alpha)

    def summarize_samples(self, study: Samples) -> Iterable[Summary]:
        """Yield sigma of ISYNAPSE in alpha of the same number of rows."""
        for rows in ROWS:
            found = {n: study.spread("isynapse", N=n, rows=rows) for n in (BALANCED, FULL)}
            alpha = (found[FULL].mu - found[BALANCED].mu) / (FULL - BALANCED)
            for n, spread in found.items():
                yield Summary(f"sigma_word_{n}_{rows}_rows", spread.sigma / alpha)


TESTBENCH = Isynapse()
