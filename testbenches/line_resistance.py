"""The array's lines: what the resistance of bit and source line does to ISYNAPSE, and what the far taps bring.

Rows come on one after the other (1, 2, 4, 8, 16), so one run gives every row count. Three kinds of line: ``lumped``
without resistance; ``near_taps``, sensed beside the read channel, the source line on ground at its other end;
``far_taps``, as in the array (netlists/array_line). Words are all 7, the largest current, or random ones whose weights
add up to the same sum at each row count: the sum where the threshold decides.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.analysis import Analysis, Solver, Transient
from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import value_at
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

BITS, ROWS = 3, 16
MOST: int = 2**BITS - 1  # the largest word
N_REF = 2
SUM = MOST - N_REF  # of the random words' weights, at every row count: the threshold 5 of Figure 9
GROUPS = (1, 1, 2, 4, 8)  # rows that come on together
ACTIVE = tuple(np.cumsum(GROUPS).tolist())
T_AZ, T_WL = 0.25e-6, 0.4e-6  # s: end of auto-zero, first word line
T_FIRST, T_NEXT = 0.6e-6, 0.3e-6  # s to settle: from an idle line, from the row count before
SEEDS = (0, 1)
MTJ_SETS = ("10k20k", "5k30k")
LINES = {"lumped": 0, "far_taps": 1, "near_taps": 2}  # as the parameter `array` of the blocks has it
SOLVER = Solver(method="gear")  # the trapezoidal rule rings on the mirrors' gates


class LineResistance(Testbench):
    """A column and its reference, fan-out 16, into an ideal virtual ground; every cell of both on its place."""

    name = "line_resistance"
    question = "What does the resistance of the lines cost in ISYNAPSE and in decisions, and do the far taps cure it?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *READ_HALF,
        Parameter("LINE", "how the lines are", default="far_taps", choices=tuple(LINES)),
        Parameter("WORDS", "words of the column", default="random", choices=("random", "full")),
        Parameter("SEED", "of the random words and the order of the rows", default=0, low=0, high=999, whole=True),
        Parameter("ROWS", "1: row count after row count; 16: all at once", default=1, low=1, high=16, whole=True),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        *(
            Claim(f"far_taps_at_threshold_{mtj}",
                  f"far taps: largest effect of the lines at sums of 5, 1..16 rows, in alpha, {mtj}",
                  "required, issue 5: decisions right at 1..16 rows", (0, 0.3), (0, 0.1))
            for mtj in MTJ_SETS
        ),
        Claim("sum_error", "far taps: largest error of a sum of 5, 1..16 rows, in alpha, both MTJ sets",
              "required, issue 5: no wrong decision one weight off", (0, 0.4), (0, 0.3)),
        *(
            Claim(f"far_taps_loss_{mtj}", f"far taps: share of ISYNAPSE lost at 16 rows of 7, {mtj}",
                  "required; a lumped 50 Ohm cost 9 %", (-0.01, 0.01), (-0.003, 0.003))
            for mtj in MTJ_SETS
        ),
    )  # fmt: skip
    goldens: ClassVar[tuple[Golden, ...]] = (
        Golden({"MTJ": "10k20k", "LINE": "far_taps", "WORDS": "full"}, ("i(visynapse)", "xcolumn.xarray_line2.bl0")),
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each kind of line with both MTJ sets: the full words, and the random ones of each seed."""
        for mtj in MTJ_SETS:
            for line in LINES:
                yield {"MTJ": mtj, "LINE": line, "WORDS": "full", "SEED": 0}
                for seed in SEEDS:
                    yield {"MTJ": mtj, "LINE": line, "WORDS": "random", "SEED": seed}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck; which row comes on when is random where the words are."""
        generator = np.random.default_rng(int(values["SEED"]))
        words, order = [MOST] * ROWS, np.arange(ROWS)
        if values["WORDS"] == "random":
            order = generator.permutation(ROWS)
            words = np.array(random_words(generator))[np.argsort(order)].tolist()
        starts = [start for start, size in zip(self.starts(values), GROUPS, strict=True) for _ in range(size)]
        return "line_resistance.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in READ_HALF},
            "bits": BITS,
            "states": word(words, BITS),
            "reference": word([N_REF] * ROWS, BITS),
            "turns": np.array(starts)[np.argsort(order)].tolist(),
            "array": LINES[str(values["LINE"])],
            "t_az": T_AZ,
        }

    def starts(self, values: Values) -> list[float]:
        """Return when the rows of each group come on (s)."""
        if int(values["ROWS"]) == ROWS:
            return [T_WL] * len(GROUPS)
        return [T_WL, *(T_WL + T_FIRST + index * T_NEXT for index in range(len(GROUPS) - 1))]

    def analysis(self, values: Values) -> Analysis:
        """Return the transient from auto-zero until the last rows have settled."""
        last = self.starts(values)[-1]
        return Transient(last + (T_FIRST if last == T_WL else T_NEXT), 10e-9, SOLVER)

    def start(self, values: Values) -> Values:
        """Start from nominal silicon, which all words of one line share."""
        return nominal_silicon({**values, "WORDS": "full", "SEED": 0, "ROWS": 1})

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return ISYNAPSE, and both lines of the most significant bit at each cell."""
        line = f"xcolumn.xarray_line{BITS - 1}"
        cells = [f"{line}.{wire}{row}" for wire in ("bl", "sl") for row in range(ROWS)]
        return ("i(visynapse)", *(cells if values["LINE"] != "lumped" else ()))

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield ISYNAPSE at each row count, and at the last how far each cell's voltage is off VREAD_AMP."""
        current = waveforms["i(visynapse)"]
        ends = [*self.starts(values)[1:], float(current.index[-1])]
        for active, end in zip(ACTIVE, ends, strict=True):
            if end > T_WL:
                yield Reading("isynapse", value_at(current, end), "A", {"active": active})
        last = waveforms.iloc[-1]
        for row in range(ROWS if values["LINE"] != "lumped" else 0):
            line = f"xcolumn.xarray_line{BITS - 1}"
            off = float(last[f"{line}.bl{row}"] - last[f"{line}.sl{row}"]) - float(values["VREAD_AMP"])
            yield Reading("cell_error", off, "V", {"row": row})

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield alpha, what the lines do at the threshold and at full current, and the error of the sums."""
        errors = []
        for mtj in MTJ_SETS:
            yield Summary(f"alpha_{mtj}", alpha_of(results, MTJ=mtj), "A")
            for line in ("far_taps", "near_taps"):
                yield Summary(f"{line}_at_threshold_{mtj}", float(np.abs(line_effect(results, line, MTJ=mtj)).max()))
                yield Summary(f"{line}_loss_{mtj}", float(lost(results, line, mtj)[-1]))
            errors.append(float(np.abs(sum_errors(results, "far_taps", MTJ=mtj)).max()))
        yield Summary("sum_error", max(errors))
        yield Summary("sum_error_lumped", max(float(np.abs(sum_errors(results, "lumped", MTJ=m)).max())
                                              for m in MTJ_SETS))  # fmt: skip

    def draw(self, results: Results) -> Figure | None:
        """Draw the cells' voltages along the line, the share of current lost, and the error of the sums."""
        figure = new_figure(TWO_COLUMNS, 2.6)
        profile, loss, sums = figure.subplots(1, 3)
        for mtj, style in zip(MTJ_SETS, ("-", "--"), strict=True):
            for line, colour in (("near_taps", "#b3003b"), ("far_taps", "#1f5fa8")):
                name = f"{line.replace('_', ' ')}, {mtj.replace('k', 'k/', 1)}"
                look = {"color": colour, "linestyle": style, "linewidth": 1.0}
                cells = results.select("cell_error", MTJ=mtj, LINE=line, WORDS="full")
                profile.plot(cells["row"] + 1, cells["value"] * 1e3, **look)
                loss.plot(ACTIVE, lost(results, line, mtj) * 100, "o", markersize=2.5, label=name, **look)
                _draw_sums(sums, sum_errors(results, line, MTJ=mtj), look)
        profile.set(xlabel="Cell, 16 rows of 7", ylabel="VBL - VSL - VREAD_AMP (mV)", xticks=(1, 4, 8, 12, 16))
        loss.set(xlabel="Active rows, all 7", ylabel="ISYNAPSE lost in the lines (%)")
        sums.set(xlabel="Active rows, random words", ylabel=f"Error of a sum of {SUM} (alpha)", ylim=(-0.6, 0.6))
        for level in (-0.5, 0.5):
            sums.axhline(level, color="0.4", linestyle=(0, (4, 3)), linewidth=0.8)
        sums.annotate("half a weight", (1.05, 0.5), fontsize=6.5, color="0.3", va="bottom")
        for axes in (loss, sums):
            axes.set_xscale("log", base=2)
            axes.set_xticks(ACTIVE, [str(active) for active in ACTIVE])
        for axes in figure.axes:
            axes.axhline(0, color="0.4", linewidth=0.6, zorder=0)
        figure.legend(*loss.get_legend_handles_labels(), loc="outside upper center", ncols=4)
        return figure


def random_words(generator: np.random.Generator) -> list[int]:
    """Return ROWS words whose weights add up to SUM after each of GROUPS."""
    words: list[int] = []
    for size in GROUPS:
        total = size * N_REF + (0 if words else SUM)
        group = generator.integers(0, MOST + 1, size)
        while group.sum() != total:
            place, step = generator.integers(size), np.sign(total - group.sum())
            group[place] = np.clip(group[place] + step, 0, MOST)
        words += group.tolist()
    return words


def alpha_of(results: Results, **where: object) -> float:
    """Return alpha (A): what one row of 7 gives without line resistance, by its weight."""
    row = results.select("isynapse", LINE="lumped", WORDS="full", active=1, **where)
    return float(row["value"].iloc[0]) / SUM


def line_effect(results: Results, line: str, **where: object) -> np.ndarray:
    """Return what the lines change in ISYNAPSE of the random words, in alpha; shape (seeds, row counts)."""
    with_lines, without = (results.select("isynapse", LINE=kind, WORDS="random", **where) for kind in (line, "lumped"))
    change = with_lines["value"].to_numpy(dtype=float) - without["value"].to_numpy(dtype=float)
    return np.asarray(change / alpha_of(results, **where)).reshape(-1, len(ACTIVE))


def sum_errors(results: Results, line: str, **where: object) -> np.ndarray:
    """Return ISYNAPSE / alpha - SUM of the random words; shape (seeds, row counts)."""
    currents = results.select("isynapse", LINE=line, WORDS="random", **where)["value"].to_numpy(dtype=float)
    return np.asarray(currents / alpha_of(results, **where) - SUM).reshape(-1, len(ACTIVE))


def lost(results: Results, line: str, mtj: str) -> np.ndarray:
    """Return the share of ISYNAPSE of the full words that the lines cost, shape (row counts,)."""
    with_lines, without = (results.select("isynapse", MTJ=mtj, LINE=kind, WORDS="full") for kind in (line, "lumped"))
    return np.asarray(1 - with_lines["value"].to_numpy(dtype=float) / without["value"].to_numpy(dtype=float))


def _draw_sums(axes: Axes, errors: np.ndarray, look: Mapping[str, Any]) -> None:
    axes.fill_between(ACTIVE, errors.min(axis=0), errors.max(axis=0), color=look["color"], alpha=0.15, linewidth=0)
    axes.plot(ACTIVE, errors[np.abs(errors).max(axis=1).argmax()], **look)


TESTBENCH = LineResistance()
