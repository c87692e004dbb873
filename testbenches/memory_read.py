"""The memory read: VDATA against VREF with mismatch, and the bits that the sense latches decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.analysis import Analysis, Solver, Transient
from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import value_at
from harness.statistics import shared_bins
from harness.synapse import word
from harness.testbench import (
    Case,
    Claim,
    Parameter,
    Reading,
    Results,
    Samples,
    Summary,
    Testbench,
    Values,
)
from testbenches.parameters import IBIAS, VCLAMP, VCM_COL, VDD, VDDIO, VREAD_AMP

BITS = 3
T_WL = 20e-9  # s: the word line rises
STROBES = (75e-9, 100e-9, 125e-9, 150e-9, 200e-9)  # s after the word line
AIM, MUST = 150e-9, 200e-9
T_STROBE = 5e-9  # s, long enough to decide; VDATA has recovered from one strobe's kickback before the next
ROWS, COLUMNS = 16, 16
WORDS = (2, 5)  # AP P AP in the row beside the read channels, P AP P at the far end of the lines


@dataclass(frozen=True)
class Block:
    """What is read: its rows, its bit lines by the ends of their nodes' names in the order of its latches, and when."""

    rows: int
    lines: tuple[str, ...]
    equalize: float  # s after the word line; until then VREF settles
    within: tuple[str, ...] = ("",)  # subcircuits that have such lines

    def nodes(self, kind: str) -> list[str]:
        """Return the nodes of one kind, ``data`` or ``bl``, in the order of the latches."""
        return [f"xblock.{part}{kind}{line}" for part in self.within for line in self.lines]


ONE_WORD = tuple(str(bit) for bit in range(BITS))
BLOCKS = {
    "synapse": Block(ROWS, ONE_WORD, 60e-9),
    "psp_reference": Block(ROWS, (*ONE_WORD, *(f"{bit}_1" for bit in ONE_WORD)), 120e-9),  # sixteen columns hang on it
    "threshold": Block(2, ONE_WORD, 60e-9, ("xgeneration.", "xreference.")),
}
SETS = {"10k20k": "10k/20k", "5k30k": "5k/30k"}
CORNERS = ("ss", "ff", "fs", "sf")
STATES = {1: ("P", "#1f5fa8"), 0: ("AP", "#b3003b")}  # by the bit: a set bit is a P cell
# Decisions stand on 0.1 V and more; the strobes' edges set the step where a latch regenerates.
SOLVER = Solver(reltol=1e-3, chgtol=1e-14)


class MemoryRead(Testbench):
    """One row of a column of the array against the read reference; every strobe is a decision.

    The other rows hold the complement of the word.
    """

    name = "memory_read"
    question = "How soon does the memory read tell P from AP with mismatch and MTJ spread, and how far apart are they?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDD,
        VDDIO,
        VREAD_AMP,
        replace(VCLAMP, meaning="clamp gate in memory read", default=0.40),
        VCM_COL,
        IBIAS,
        Parameter("BLOCK", "what is read", default="synapse", choices=tuple(BLOCKS)),
        Parameter("WORD", "word in the cells that are read", default=2, low=0, high=2**BITS - 1, whole=True),
        Parameter("ROW", "row that is read; 0 is beside the read channels", low=0, high=ROWS - 1, whole=True),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("right_from", "word line to the strobe from which every bit is right, both MTJ sets, tt",
              "required", (0, MUST), (0, AIM)),
        Claim("right_from_corners", "the same in ss, ff, fs and sf with the same VCLAMP, 10k/20k",
              "required", (0, MUST), (0, AIM)),
        Claim("right_from_blocks", "the same in the PSP reference (VDATA released at 120 ns) and the threshold block",
              "required", (0, MUST), (0, AIM)),
    )  # fmt: skip
    samples = 100
    essential = ("margin",)
    sample_claims: ClassVar[tuple[Claim, ...]] = (
        Claim("right_from", "word line to the strobe from which every bit of every sample is right, both MTJ sets",
              "required: all correct by 200 ns", (0, MUST), (0, AIM)),
        Claim("decisions", "decisions on each state at each strobe, fewest of both MTJ sets",
              "required: N >= 100 of each state", (100, float("inf"))),
        Claim("least_margin", "smallest distance of VDATA from VREF on the right side at 150 ns, both MTJ sets",
              "required: above the latch's offset, 5 mV, many times", (0.05, 1.0), (0.1, 1.0)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield both ends of the lines: synapses with both MTJ sets and in the corners, and the other blocks."""
        places = [("10k20k", "tt", block) for block in BLOCKS] + [("5k30k", "tt", "synapse")]
        places += [("10k20k", corner, "synapse") for corner in CORNERS]
        for mtj, corner, block in places:
            for value, row in zip(WORDS, (0, BLOCKS[block].rows - 1), strict=True):
                yield {"MTJ": mtj, "CORNER": corner, "BLOCK": block, "WORD": value, "ROW": row}

    def sampled_cases(self, settings: Values) -> list[Case]:
        """Return the synapses' cases without the corners."""
        wanted = {"CORNER": "tt", "BLOCK": "synapse"}
        return [case for case in self.cases(settings) if wanted.items() <= case.values.items()]

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck: the word in its row, the complement in the others."""
        value, row, block = int(values["WORD"]), int(values["ROW"]), BLOCKS[str(values["BLOCK"])]
        column = [value if place == row else 2**BITS - 1 - value for place in range(block.rows)]
        return "memory_read.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            "bits": BITS,
            "rows": block.rows,
            "row": row,
            "latches": len(block.nodes("data")),
            "columns": COLUMNS,
            "states": word(column, BITS),
            "t_wl": T_WL,
            "t_equalize": T_WL + block.equalize,
            "strobes": [T_WL + strobe for strobe in STROBES],
            "t_strobe": T_STROBE,
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the read."""
        return Transient(T_WL + STROBES[-1] + 2 * T_STROBE, 5e-9, SOLVER)

    def start(self, values: Values) -> Values:
        """Start from the case's own operating point, found loosely; from nominal silicon fs finds none."""
        return values

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return VREF, and VDATA, VBL and the latch's outputs of each bit line."""
        block = BLOCKS[str(values["BLOCK"])]
        answers = [f"{pin}{line}" for line in range(len(block.nodes("data"))) for pin in ("dout", "dout_b")]
        return ("vref", *block.nodes("data"), *block.nodes("bl"), *answers)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield VDATA's margin just before each strobe, whether its bit is right, and VBL when VDATA is released."""
        half, block = float(values["VDD"]) / 2, BLOCKS[str(values["BLOCK"])]
        for line, (data, bl) in enumerate(zip(block.nodes("data"), block.nodes("bl"), strict=True)):
            parallel = int(values["WORD"]) >> line % BITS & 1
            right, other = (f"dout{line}", f"dout_b{line}") if parallel else (f"dout_b{line}", f"dout{line}")
            for strobe in STROBES:
                at = {"line": line, "parallel": parallel, "strobe": strobe}
                before, during = T_WL + strobe, T_WL + strobe + T_STROBE
                below = value_at(waveforms["vref"], before) - value_at(waveforms[data], before)
                yield Reading("margin", below if parallel else -below, "V", at)
                decided = value_at(waveforms[right], during) > half > value_at(waveforms[other], during)
                yield Reading("right", float(decided), "", at)
            vbl = value_at(waveforms[bl], T_WL + block.equalize)
            yield Reading("vbl", vbl, "V", {"line": line, "parallel": parallel})

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield from when all is right, the margin at the aim's strobe, and VBL of each state."""
        rows = results.measures
        nominal, synapse = rows["CORNER"] == "tt", rows["BLOCK"] == "synapse"
        yield Summary("right_from", right_from(rows[nominal & synapse]), "s")
        yield Summary("right_from_corners", right_from(rows[~nominal]), "s")
        yield Summary("right_from_blocks", right_from(rows[~synapse]), "s")
        for mtj in SETS:
            here = rows[nominal & synapse & (rows["MTJ"] == mtj)]
            yield Summary(f"margin_{mtj}", least_margin(here), "V")
            for parallel, (state, _) in STATES.items():
                vbl = here.loc[(here["measure"] == "vbl") & (here["parallel"] == parallel), "value"]
                yield Summary(f"vbl_{state.lower()}_{mtj}", float(vbl.max()), "V")

    def summarize_samples(self, study: Samples) -> Iterable[Summary]:
        """Yield from when every bit is right, of how many decisions, and the smallest margin."""
        table = study.table
        yield Summary("right_from", right_from(table), "s")
        decisions = table[table["measure"] == "right"].groupby(["MTJ", "parallel", "strobe"]).size()
        yield Summary("decisions", float(decisions.min()))
        yield Summary("least_margin", least_margin(table), "V")
        for strobe in (AIM, MUST):
            right = table.loc[(table["measure"] == "right") & np.isclose(table["strobe"], strobe), "value"]
            yield Summary(f"wrong_at_{strobe * 1e9:.0f}_ns", float((right == 0).sum()))

    def draw_samples(self, study: Samples) -> Figure:
        """Draw the margins at the aim's strobe, and the wrong decisions at each strobe."""
        figure = new_figure(TWO_COLUMNS, 2.8)
        figure.suptitle(f"Memory read, {study.counts} samples of a column, rows at both ends of the lines", fontsize=8)
        panels = figure.subplots(1, 3, width_ratios=(1, 1, 0.9))
        for axes, mtj in zip(panels, SETS, strict=False):
            _draw_margins(study, axes, mtj)
        _draw_strobes(study, panels[-1])
        return figure


def right_from(rows: pd.DataFrame) -> float:
    """Return the earliest strobe (s after the word line) from which on no bit of ``rows`` is wrong, or inf."""
    right = rows[rows["measure"] == "right"].groupby("strobe")["value"].min().sort_index()
    wrong = right.index[right < 1]
    later = right.index[right.index > wrong.max()] if len(wrong) else right.index
    return float(later[0]) if len(later) else float("inf")


def least_margin(rows: pd.DataFrame, strobe: float = AIM) -> float:
    """Return the smallest margin (V) of ``rows`` at a strobe (s after the word line)."""
    return float(rows.loc[(rows["measure"] == "margin") & np.isclose(rows["strobe"], strobe), "value"].min())


def _draw_margins(study: Samples, axes: Axes, mtj: str) -> None:
    rows = study.table[(study.table["MTJ"] == mtj) & (study.table["measure"] == "margin")]
    rows = rows[np.isclose(rows["strobe"], AIM)]
    sides = {bit: rows.loc[rows["parallel"] == bit, "value"] * (-1 if bit else 1) for bit in STATES}
    edges = shared_bins(*(side.to_numpy() for side in sides.values()), count=48)
    for bit, (state, colour) in STATES.items():
        axes.hist(sides[bit], bins=list(edges), color=colour, alpha=0.6, label=f"{state}, {len(sides[bit])} decisions")
    axes.axvline(0, color="0.4", linewidth=0.8, linestyle="--")
    axes.set(xlabel=f"VDATA - VREF {AIM * 1e9:.0f} ns after WL (V)", ylabel="Decisions", title=SETS[mtj])
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])
    axes.legend(loc="upper left", fontsize=6.5)


def _draw_strobes(study: Samples, axes: Axes) -> None:
    rows = study.table[study.table["measure"] == "margin"]
    for mtj, style in zip(SETS, ("o-", "s--"), strict=True):
        for bit, (state, colour) in STATES.items():
            least = rows[(rows["MTJ"] == mtj) & (rows["parallel"] == bit)].groupby("strobe")["value"].min()
            label = f"{state}, {SETS[mtj]}"
            axes.plot(least.index * 1e9, least * 1e3, style, color=colour, markersize=3, linewidth=0.8, label=label)
    axes.axhline(0, color="0.4", linewidth=0.8, linestyle="--")
    axes.set(xlabel="Strobe after WL (ns)", ylabel="Smallest margin (mV)")
    axes.set_ylim(top=1.45 * axes.get_ylim()[1])
    axes.legend(loc="upper left", fontsize=6.5, ncols=2)


TESTBENCH = MemoryRead()
