"""The whole chain, from MTJ states to FIRE, as the testbenches of Figures 9C-E share it.

Columns, PSP reference, threshold block, time-window generator and neurons stand in one flat deck (chain.cir.j2); only
supplies, references and clocks are ideal. What a subclass chooses is the threshold, the weights and the cases.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from harness.analysis import Analysis, Transient
from harness.errors import HarnessError
from harness.measure import first_crossing, fit_line, value_at
from harness.synapse import spread, word
from harness.testbench import Parameter, Reading, Results, Testbench, Values, nominal_silicon
from testbenches.parameters import IBIAS, VCLAMP, VCM_COL, VCM_TWG, VDD, VDDIO, VREAD_AMP, VREST, VTH

ARRAY_ROWS = 16
ARRAY_COLUMNS = 16
THRESHOLD_ROWS = 2

CHAIN_PARAMETERS: tuple[Parameter, ...] = (
    VDD,
    VDDIO,
    VREAD_AMP,
    VCLAMP,
    VCM_COL,
    VREST,
    VTH,
    VCM_TWG,
    IBIAS,
    Parameter("BITS", "bits of a weight", default=3, low=2, high=5, whole=True),
    Parameter(
        "N_REF", "P cells of the PSP and threshold references, in weight units", default=2, low=0, high=7, whole=True
    ),
    Parameter("THRESHOLD", "firing threshold in (P-AP)", default=5, low=1, high=12, whole=True),
    Parameter("T_SETTLE", "word line on to SWRST off", "s", 600e-9, 50e-9, 5e-6),
    Parameter("T_WINDOW", "SWRST off to SWCOMP, longer than the integration time", "s", 700e-9, 50e-9, 20e-6),
)

T_WL = 0.7e-6  # s, word lines rise; auto-zero of the regulation amplifiers comes before
T_END = 0.15e-6  # s, after SWCOMP
T_MAX = 15e-9  # s, maximum step; edges and slopes set their own


class ChainTestbench(Testbench):
    """One event of a cluster: auto-zero, word lines on, settle, integrate for the window, decide."""

    parameters: ClassVar[tuple[Parameter, ...]] = CHAIN_PARAMETERS

    @abstractmethod
    def weights(self, values: Values) -> Sequence[int]:
        """Return the total weight of each column, in units of (P-AP)."""

    def rows(self, values: Values) -> int:
        """Return the active rows: as many as the threshold and the weights need, the same for every block."""
        most = max([int(values["THRESHOLD"]), *self.weights(values)])
        span = 2 ** int(values["BITS"]) - 1 - int(values["N_REF"])  # largest weight of one row
        rows = -(-most // span) if span > 0 else THRESHOLD_ROWS + 1
        if rows > THRESHOLD_ROWS:
            raise HarnessError(
                f"weight {most} needs {rows} rows of {values['BITS']} bits above N_REF={values['N_REF']}, but the "
                f"threshold block has {THRESHOLD_ROWS}; set fewer N_REF, more BITS or a lower THRESHOLD."
            )
        return int(rows)

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the chain's deck with each word as MTJ states."""
        rows, n_ref, bits = self.rows(values), int(values["N_REF"]), int(values["BITS"])
        reference = [n_ref] * rows
        columns = [word(spread(weight + rows * n_ref, rows, bits), bits) for weight in self.weights(values)]
        quiet = [0] * (THRESHOLD_ROWS - rows)
        return "chain.cir.j2", {
            **{name: values[name] for name in (parameter.name for parameter in self.parameters)},
            "bits": bits,
            "rows": rows,
            "idle": ARRAY_ROWS - rows,
            "lumped_columns": ARRAY_COLUMNS - len(columns),
            "columns": columns,
            "reference": word(reference, bits),
            "threshold_rows": THRESHOLD_ROWS,
            "threshold": word(spread(int(values["THRESHOLD"]) + rows * n_ref, rows, bits) + quiet, bits),
            "threshold_reference": word(reference + quiet, bits),
            "t_wl": T_WL,
            "t_release": T_WL + float(values["T_SETTLE"]),
            "t_decide": self.decision_time(values),
            "t_stop": self.stop_time(values),
        }

    def decision_time(self, values: Values) -> float:
        """Return when SWCOMP rises (s)."""
        return T_WL + float(values["T_SETTLE"]) + float(values["T_WINDOW"])

    def stop_time(self, values: Values) -> float:
        """Return the end of the simulation (s)."""
        return self.decision_time(values) + T_END

    def analysis(self, values: Values) -> Analysis:
        """Return one event's transient."""
        return Transient(self.stop_time(values), T_MAX)

    def start(self, values: Values) -> Values:
        """Start from nominal silicon at the default VTH and bias, which all cases of one threshold share."""
        declared = self.all_parameters()
        return nominal_silicon({**values, "VTH": declared["VTH"].default, "IBIAS": declared["IBIAS"].default})

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the switches, VTWG, and each column's VINTEG, FIRE and ISYNAPSE probe."""
        columns = range(len(self.weights(values)))
        each = [name for c in columns for name in (f"vinteg{c}", f"fire{c}", f"i(visynapse{c})")]
        return ("swrst", "swinteg", "swcomp", "wl0", "vtwg", *each)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the integration time, and for each column VINTEG in hold, whether it fired, and ISYNAPSE."""
        release, decide = T_WL + float(values["T_SETTLE"]), self.decision_time(values)
        half = float(values["VDDIO"]) / 2
        opened = first_crossing(waveforms["swrst"], half, "fall", release - 50e-9)
        closed = first_crossing(waveforms["swinteg"], half, "fall", opened)
        yield Reading("integration_time", closed - opened, "s")
        vtwg = waveforms["vtwg"]
        yield Reading("vtwg_overshoot", value_at(vtwg, decide - 5e-9) - float(values["VTH"]), "V")
        yield Reading("vtwg_rise_in_reset", value_at(vtwg, release - 5e-9) - value_at(vtwg, release - 200e-9), "V")
        for column, weight in enumerate(self.weights(values)):
            at = {"weight": weight}
            held = value_at(waveforms[f"vinteg{column}"], decide - 5e-9)
            yield Reading("vinteg", held, "V", at)
            fired = waveforms[f"fire{column}"].iloc[-1] > half
            yield Reading("fire", float(fired), "", at)
            yield Reading("isynapse", value_at(waveforms[f"i(visynapse{column})"], release - 5e-9), "A", at)


def wrong_decisions(results: Results) -> int:
    """Return how many columns of all cases fired though below the threshold, or stayed silent at or above it."""
    fires = results.measures[results.measures["measure"] == "fire"]
    thresholds = {case.id: int(case.values["THRESHOLD"]) for case in results.cases}
    wanted = fires["weight"] >= fires["case"].map(thresholds)
    return int((wanted != (fires["value"] > 0.5)).sum())


def linearity(results: Results, case_id: str) -> tuple[float, float, float, float]:
    """Return (step in V, INL in steps, R^2, VINTEG(0) - VREST in steps) of VINTEG against weight in one case."""
    rows = results.measures[(results.measures["case"] == case_id) & (results.measures["measure"] == "vinteg")]
    fit = fit_line(rows["weight"], rows["value"])
    rest = float(next(case for case in results.cases if case.id == case_id).values["VREST"])
    at_zero = float(rows.loc[rows["weight"] == 0, "value"].iloc[0])
    return fit.slope, fit.inl, fit.r_squared, (at_zero - rest) / fit.slope


def worst(values: Iterable[float]) -> float:
    """Return the value of largest magnitude; NaN wins, for a missing value is the worst."""
    array = np.asarray(list(values), dtype=float)
    return float("nan") if np.isnan(array).any() else float(array[np.abs(array).argmax()])
