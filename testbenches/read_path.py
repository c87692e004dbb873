"""The read path: VBL in synapse mode, and ISYNAPSE of one column against its weight for one row and for sixteen."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.analysis import Analysis, Solver, Transient
from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import fit_line, settling_time
from harness.synapse import word
from harness.testbench import (
    Claim,
    Golden,
    Parameter,
    Reading,
    Results,
    Summary,
    Testbench,
    Values,
    nominal_silicon,
)
from testbenches.parameters import READ_HALF

T_AZ, T_WL = 0.25e-6, 0.4e-6  # s: end of auto-zero, rise of the word lines
SETTLED = 200e-9  # s after the word line, from when VBL must be right
SPAN = 0.7e-6  # s from the word line to the end
BITS = 3
WEIGHTS = range(2**BITS)
FEW_ROWS, ALL_ROWS = 1, 16
MTJ_SETS = ("10k20k", "5k30k")
# The trapezoidal rule rings on the mirrors' gates at the house's reltol: 0.1 alpha at sixteen rows with 5k/30k.
SOLVER = Solver(reltol=1e-4)
TRACES = tuple(f"{owner}.bl{bit}" for owner in ("xcolumn", "xpsp_reference") for bit in range(BITS))


class ReadPath(Testbench):
    """A column and its reference, fan-out 16, into an ideal virtual ground."""

    name = "read_path"
    question = "Is VBL held, and is ISYNAPSE (n - n_ref) alpha, for one row and for sixteen, with both MTJ sets?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *READ_HALF,
        Parameter("N_REF", "weight of the PSP reference word", default=2, low=0, high=7, whole=True),
        Parameter("N", "weight word of the column", default=7, low=0, high=7, whole=True),
        Parameter("ROWS", "active rows", default=1, low=1, high=16, whole=True),
        Parameter("COLUMNS", "columns that hang on the reference", default=16, low=1, high=64, whole=True),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("vbl_error", "VBL: largest distance from VREAD_AMP from 200 ns after WL on, 1..16 rows",
              "required; VBL fixed at VREAD_AMP: paper 2.1.3.2", (0, 0.5e-3), (0, 0.25e-3)),
        Claim("vread_amp", "VREAD_AMP", "paper 2.1.3.2: ideally below 50 mV", (0, 0.049)),
        Claim("deviation_1_row", "one row: largest |ISYNAPSE/alpha - (n - n_ref)|, both MTJ sets",
              "required; I = (n - n_ref) alpha: paper 2.1.4, Figure 5", (0, 0.1), (0, 0.05)),
        Claim("deviation_16_rows_10k20k", "sixteen rows at 10k/20k: largest deviation in alpha, of 80",
              "required", (0, 0.8), (0, 0.2)),
        Claim("deviation_16_rows_5k30k", "sixteen rows at 5k/30k: largest deviation in alpha, of 80",
              "required", (0, 2.0), (0, 0.4)),
        Claim("settling", "word line on to ISYNAPSE within 0.05 alpha, slowest case",
              "required: before SWRST opens at 600 ns", (0, 600e-9), (0, 400e-9)),
    )  # fmt: skip
    goldens: ClassVar[tuple[Golden, ...]] = (
        Golden({"MTJ": "10k20k", "ROWS": FEW_ROWS, "N": 7}, ("xcolumn.bl2", "i(visynapse)")),
        Golden({"MTJ": "10k20k", "ROWS": ALL_ROWS, "N": 0}, ("xcolumn.bl2", "i(visynapse)")),
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield every weight for one row and sixteen with both MTJ sets, and the full word for the rows between."""
        for mtj in MTJ_SETS:
            for rows in (FEW_ROWS, ALL_ROWS):
                for n in WEIGHTS:
                    yield {"MTJ": mtj, "ROWS": rows, "N": n}
        for rows in (2, 4, 8):
            yield {"MTJ": "10k20k", "ROWS": rows, "N": 7}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck: the same word in every active row."""
        rows = int(values["ROWS"])
        return "read_path.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            "bits": BITS,
            "rows": rows,
            "idle": ALL_ROWS - rows,
            "states": word([int(values["N"])] * rows, BITS),
            "reference": word([int(values["N_REF"])] * rows, BITS),
            "lumped_columns": int(values["COLUMNS"]) - 1,
            "t_az": T_AZ,
            "t_wl": T_WL,
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the event: auto-zero, word lines on, settle."""
        return Transient(T_WL + SPAN, 2.5e-9, SOLVER)

    def start(self, values: Values) -> Values:
        """Start from nominal silicon at the full word, which all weights and corners of a row count share."""
        return nominal_silicon({**values, "N": 2**BITS - 1})

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return every bit line, the three currents and the supply currents."""
        probes = ("icolumn", "ipsp_ref", "isynapse", "supply_column", "supply_reference")
        return (*TRACES, "wl", *(f"i(v{probe})" for probe in probes))

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield VBL's error and peak over the six bit lines, ISYNAPSE, and the power of a column."""
        vbl = waveforms.loc[waveforms.index > T_WL, list(TRACES)]
        held = vbl[vbl.index >= T_WL + SETTLED] - float(values["VREAD_AMP"])
        yield Reading("vbl_error", float(held.abs().to_numpy().max()), "V")
        yield Reading("vbl_peak", float(vbl.to_numpy().max()), "V")
        yield Reading("isynapse", float(waveforms["i(visynapse)"].iloc[-1]), "A")
        power = float(values["VDD"]) * float(waveforms["i(vsupply_column)"].iloc[-1])
        yield Reading("column_power", power, "W")

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield alpha, the deviations in alpha, VBL's error and peak, the settling and the power."""
        one_row = []
        n_ref = int(results.settings["N_REF"])
        for mtj in MTJ_SETS:
            alpha = one_row_alpha(results, MTJ=mtj)
            yield Summary(f"alpha_{mtj}", alpha, "A")
            one_row.append(float(np.abs(deviation(results, alpha, MTJ=mtj, ROWS=FEW_ROWS)).max()))
            many = deviation(results, alpha, MTJ=mtj, ROWS=ALL_ROWS)
            yield Summary(f"deviation_16_rows_{mtj}", float(np.abs(many).max()))
            zero = deviation(results, alpha, MTJ=mtj, ROWS=FEW_ROWS, N=n_ref)
            yield Summary(f"zero_weight_{mtj}", float(zero[0]))
        yield Summary("deviation_1_row", max(one_row))
        yield Summary("vbl_error", float(results.select("vbl_error")["value"].max()), "V")
        yield Summary("vbl_peak", float(results.select("vbl_peak")["value"].max()), "V")
        yield Summary("vread_amp", float(results.settings["VREAD_AMP"]), "V")
        yield Summary("settling", slowest_settling(results), "s")
        power = results.select("column_power", MTJ="10k20k", N=7)
        for rows in (FEW_ROWS, ALL_ROWS):
            yield Summary(f"column_power_{rows}_rows", float(power.loc[power["ROWS"] == rows, "value"].iloc[0]), "W")

    def draw(self, results: Results) -> Figure | None:
        """Draw VBL and ISYNAPSE after the word lines, and the deviation from (n - n_ref) alpha."""
        figure = new_figure(TWO_COLUMNS, 2.8)
        left, middle, right = figure.subplots(1, 3)
        for rows, colour in ((FEW_ROWS, "#1f5fa8"), (4, "#6a8f3c"), (ALL_ROWS, "#b3003b")):
            waves = results.waveform(MTJ="10k20k", ROWS=rows, N=7)
            waves = waves[waves.index > T_WL - 50e-9]
            time = (waves.index.to_numpy() - T_WL) * 1e9
            left.plot(time, waves["xcolumn.bl2"] * 1e3, color=colour, label=f"{rows} row{'s'[: rows - 1]}")
        left.set(xlabel="Time after WL (ns)", ylabel="VBL (mV)", xlim=(-50, 300))
        left.axhline(float(results.settings["VREAD_AMP"]) * 1e3, color="0.4", linestyle="--", linewidth=0.8)
        left.legend(title="n = 7, 10k/20k")
        self._draw_settling(results, middle)
        self._draw_deviation(results, right)
        return figure

    def _draw_settling(self, results: Results, axes: Axes) -> None:
        alpha = one_row_alpha(results, MTJ="10k20k")
        for n in WEIGHTS:
            waves = results.waveform(MTJ="10k20k", ROWS=FEW_ROWS, N=n)
            time = (waves.index.to_numpy() - T_WL) * 1e9
            axes.plot(time, waves["i(visynapse)"] / alpha, color=f"{0.75 - 0.1 * n:.2f}")
            axes.annotate(str(n), (640, float(waves["i(visynapse)"].iloc[-1]) / alpha), fontsize=6.5, va="bottom")
        axes.set(xlabel="Time after WL (ns)", ylabel="ISYNAPSE (alpha), one row", xlim=(-50, 700), ylim=(-4, 10))

    def _draw_deviation(self, results: Results, axes: Axes) -> None:
        for mtj, name, style in (("10k20k", "10k/20k", "o-"), ("5k30k", "5k/30k", "s--")):
            alpha = one_row_alpha(results, MTJ=mtj)
            for rows, colour in ((FEW_ROWS, "#1f5fa8"), (ALL_ROWS, "#b3003b")):
                values = deviation(results, alpha, MTJ=mtj, ROWS=rows)
                label = f"{name}, {rows} row{'s'[: rows - 1]}"
                axes.plot(WEIGHTS, values, style, color=colour, markersize=3, linewidth=0.8, label=label)
        axes.axhline(0, color="0.4", linewidth=0.6, zorder=0)
        axes.set(xlabel="Weight word n", ylabel="Deviation of ISYNAPSE (alpha)")
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.9 * (high - low))
        axes.legend(loc="upper left")


def one_row_alpha(results: Results, **where: object) -> float:
    """Return alpha (A): the slope of ISYNAPSE of one row against n."""
    rows = results.select("isynapse", ROWS=FEW_ROWS, **where)
    return fit_line(rows["N"], rows["value"]).slope


def deviation(results: Results, alpha: float, **where: object) -> np.ndarray:
    """Return ISYNAPSE / alpha - rows (n - n_ref) of the cases that match, in case order."""
    rows = results.select("isynapse", **where)
    ideal = rows["ROWS"] * (rows["N"] - float(results.settings["N_REF"]))
    return np.asarray(rows["value"] / alpha - ideal, dtype=float)


def slowest_settling(results: Results) -> float:
    """Return the longest time (s) from the word lines until ISYNAPSE stays within 0.05 alpha, over all cases."""
    times = []
    for case in results.cases:
        alpha = one_row_alpha(results, **{name: case.values[name] for name in case.varied if name not in ("ROWS", "N")})
        current = results.waveforms[case.id]["i(visynapse)"]
        times.append(settling_time(current, T_WL, T_WL + SPAN, float(current.iloc[-1]), 0.05 * alpha))
    return max(times)


TESTBENCH = ReadPath()
