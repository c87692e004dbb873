"""The memory read: VDATA against VREF with mismatch, and the bits that the sense latches decide."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
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
from harness.testbench import Case, Claim, Parameter, Reading, Results, Samples, Summary, Testbench, Values
from testbenches.parameters import IBIAS, VCLAMP, VDD, VDDIO, VREAD_AMP

BITS = 3
T_WL, T_EQUALIZE = 20e-9, 60e-9  # s: the word line rises; VDATA is released so long after it
STROBES = (75e-9, 100e-9, 125e-9, 150e-9, 200e-9)  # s after the word line
AIM, MUST = 150e-9, 200e-9
T_STROBE = 5e-9  # s, long enough to decide; VDATA has recovered from one strobe's kickback before the next
WORDS = (2, 5)  # AP P AP and P AP P: every bit line holds both states
SETS = {"10k20k": "10k/20k", "5k30k": "5k/30k"}
CORNERS = ("ss", "ff", "fs", "sf")
STATES = {1: ("P", "#1f5fa8"), 0: ("AP", "#b3003b")}  # by the bit: a set bit is a P cell
# Decisions stand on 0.1 V and more; the strobes' edges set the step where a latch regenerates.
SOLVER = Solver(reltol=1e-3, chgtol=1e-14)


class MemoryRead(Testbench):
    """One column, three bit lines with fifteen idle rows each, and the read reference; every strobe is a decision."""

    name = "memory_read"
    question = "How soon does the memory read tell P from AP with mismatch and MTJ spread, and how far apart are they?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDD,
        VDDIO,
        VREAD_AMP,
        replace(VCLAMP, meaning="clamp gate in memory read", default=0.40),
        IBIAS,
        Parameter("WORD", "word in the cells that are read", default=WORDS[0], low=0, high=2**BITS - 1, whole=True),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("right_from", "word line to the strobe from which every bit is right, both MTJ sets, tt",
              "required", (0, MUST), (0, AIM)),
        Claim("right_from_corners", "the same in ss, ff, fs and sf with the same VCLAMP, 10k/20k",
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
        """Yield both words with both MTJ sets, and in the corners."""
        for mtj in SETS:
            for value in WORDS:
                yield {"MTJ": mtj, "CORNER": "tt", "WORD": value}
        for corner in CORNERS:
            for value in WORDS:
                yield {"MTJ": "10k20k", "CORNER": corner, "WORD": value}

    def sampled_cases(self, settings: Values) -> list[Case]:
        """Return the cases without the corners."""
        return [case for case in self.cases(settings) if case.values["CORNER"] == "tt"]

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck: the word of one row."""
        return "memory_read.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            "bits": BITS,
            "states": word([int(values["WORD"])], BITS),
            "t_wl": T_WL,
            "t_equalize": T_WL + T_EQUALIZE,
            "strobes": [T_WL + strobe for strobe in STROBES],
            "t_strobe": T_STROBE,
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the read."""
        return Transient(T_WL + STROBES[-1] + 2 * T_STROBE, 5e-9, SOLVER)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return VREF, and VDATA, VBL and the latch's outputs of each bit."""
        return ("vref", *(f"{name}{bit}" for bit in range(BITS) for name in ("data", "bl", "dout", "dout_b")))

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield VDATA's margin just before each strobe, whether the strobe's bit is right, and VBL at the last."""
        for bit in range(BITS):
            parallel = int(values["WORD"]) >> bit & 1
            for strobe in STROBES:
                at = {"bit": bit, "parallel": parallel, "strobe": strobe}
                before, during = T_WL + strobe, T_WL + strobe + T_STROBE
                below = value_at(waveforms["vref"], before) - value_at(waveforms[f"data{bit}"], before)
                yield Reading("margin", below if parallel else -below, "V", at)
                high, low = ("dout", "dout_b") if parallel else ("dout_b", "dout")
                half = float(values["VDD"]) / 2
                decided = (
                    value_at(waveforms[f"{high}{bit}"], during) > half > value_at(waveforms[f"{low}{bit}"], during)
                )
                yield Reading("right", float(decided), "", at)
            vbl = value_at(waveforms[f"bl{bit}"], T_WL + MUST)
            yield Reading("vbl", vbl, "V", {"bit": bit, "parallel": parallel})

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield from when all is right, the margin at the aim's strobe, and VBL of each state."""
        rows, corner = results.measures, results.measures["CORNER"] != "tt"
        yield Summary("right_from", right_from(rows[~corner]), "s")
        yield Summary("right_from_corners", right_from(rows[corner]), "s")
        for mtj in SETS:
            here = rows[~corner & (rows["MTJ"] == mtj)]
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
        figure = new_figure(TWO_COLUMNS, 2.6)
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
    axes.set_ylim(0, 1.3 * axes.get_ylim()[1])
    axes.legend(loc="upper center", title=f"{study.counts} samples", ncols=2)


def _draw_strobes(study: Samples, axes: Axes) -> None:
    rows = study.table[study.table["measure"] == "margin"]
    for mtj, style in zip(SETS, ("o-", "s--"), strict=True):
        for bit, (state, colour) in STATES.items():
            least = rows[(rows["MTJ"] == mtj) & (rows["parallel"] == bit)].groupby("strobe")["value"].min()
            label = f"{state}, {SETS[mtj]}"
            axes.plot(least.index * 1e9, least * 1e3, style, color=colour, markersize=3, linewidth=0.8, label=label)
    axes.axhline(0, color="0.4", linewidth=0.8, linestyle="--")
    axes.set(xlabel="Strobe after WL (ns)", ylabel="Smallest margin (mV)")
    axes.legend(loc="best", fontsize=6)


TESTBENCH = MemoryRead()
