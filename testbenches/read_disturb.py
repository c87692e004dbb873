"""Read disturb: how likely a read switches the cell that it reads, against VREAD."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from harness.analysis import Analysis, Transient
from harness.figures import ONE_COLUMN, new_figure
from harness.measure import value_at
from harness.mtj import MtjSet, load_mtj_set
from harness.switching import switching_rate
from harness.synapse import PARALLEL
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Testbench, Values, nominal_silicon
from testbenches.fig04 import CELLS, T_AZ, T_EQUALIZE, T_READ, T_SENSE, T_SYNAPSE, T_WL, VCLAMP_READ
from testbenches.parameters import READ_HALF, VCLAMP

LEVELS = (0.02, 0.03, 0.04, 0.044, 0.048, 0.052, 0.06, 0.07)  # V
SETS = {"10k20k": ("10k/20k", "#1f5fa8"), "5k30k": ("5k/30k", "#b3003b")}
ALLOWED = 1e-12  # a read
TEMPERATURE = 26.85  # C, 300 K


def stability(mtj: str) -> str:
    """Return Delta of an MTJ set, an assumption that the probabilities rest on, for a text."""
    return f"{load_mtj_set(mtj).thermal_stability:g}"


class ReadDisturb(Testbench):
    """The dual-mode circuit reads a P and an AP cell; the cells' simulated currents drive the closed form.

    The bit line is read from the free to the pinned layer, which pushes towards P: an AP cell can be lost. The other
    polarity of the same currents pushes a P cell, with its larger one, to AP. Both are given, and the worse counts.
    The line is lumped and without resistance, so that the cell has all of VREAD_AMP.
    """

    name = "read_disturb"
    question = "How likely does a read switch the cell that it reads, in either polarity, and up to which VREAD?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *(VCLAMP_READ if parameter is VCLAMP else parameter for parameter in READ_HALF),
        Parameter("MODE", "operation", default="synapse", choices=("synapse", "memory")),
    )
    claims: ClassVar[tuple[Claim, ...]] = tuple(
        Claim(f"{measure}_{mtj}", f"read disturb of a {what}, worse polarity, 300 K, {label}, Delta {stability(mtj)}",
              source, (0, ALLOWED))
        for measure, what, source in (
            ("disturb", "1-us synapse read at VREAD_AMP", "required; ideally below 50 mV: paper 2.1.3.2"),
            ("disturb_memory", "200-ns memory read, tt and ff", "required"),
        )
        for mtj, (label, _) in SETS.items()
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield synapse reads at each level, and memory reads, whose VBL is highest in ff; both MTJ sets at 300 K."""
        for mtj in SETS:
            common = {"MTJ": mtj, "TEMP": TEMPERATURE}
            for level in sorted({*LEVELS, float(settings["VREAD_AMP"])}):
                yield common | {"MODE": "synapse", "VREAD_AMP": level, "VCLAMP": VCLAMP.default, "CORNER": "tt"}
            for corner in ("tt", "ff"):
                yield common | {"MODE": "memory", "CORNER": corner}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck of one read."""
        synapse = values["MODE"] == "synapse"
        return "dual_mode.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            "cells": CELLS,
            "synapse": synapse,
            "t_az": T_AZ,
            "t_wl": T_WL,
            "t_equalize": T_WL + T_EQUALIZE,
            "t_sense": T_WL + T_SENSE,
            "t_off": T_WL + (T_SYNAPSE if synapse else T_READ),
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the read and what follows the word line's fall."""
        return Transient(T_WL + (T_SYNAPSE if values["MODE"] == "synapse" else T_READ) + 50e-9, 10e-9)

    def start(self, values: Values) -> Values:
        """Start from nominal silicon."""
        return nominal_silicon(values)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return VBL and the current of both cells."""
        return tuple(signal for name in CELLS for signal in (f"bl_{name}", f"i(vcell_{name})"))

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield each cell's current, VBL and probability of being lost, in the polarity that pushes its state."""
        mtj = load_mtj_set(str(values["MTJ"]))
        time = T_WL + (T_SYNAPSE if values["MODE"] == "synapse" else T_EQUALIZE)
        for name, state in CELLS.items():
            current = waveforms[f"i(vcell_{name})"]
            at = {"state": state}
            yield Reading("icell", value_at(current, time), "A", at)
            yield Reading("vbl", value_at(waveforms[f"bl_{name}"], time), "V", at)
            yield Reading("disturb", disturb(mtj, current, to_antiparallel=state == PARALLEL), "", at)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the probabilities and what they rest on, and the largest VREAD that keeps the bound."""
        for mtj in SETS:
            silicon, level = load_mtj_set(mtj), float(results.settings["VREAD_AMP"])
            at_level = {"MTJ": mtj, "MODE": "synapse", "VREAD_AMP": level}
            worse = results.select("disturb", **at_level)
            yield Summary(f"disturb_{mtj}", float(worse["value"].max()))
            yield Summary(f"disturb_{mtj}_read_polarity", float(worse.loc[worse["state"] != PARALLEL, "value"].iloc[0]))
            yield Summary(
                f"disturb_memory_{mtj}", float(results.select("disturb", MTJ=mtj, MODE="memory")["value"].max())
            )
            yield Summary(f"vread_limit_{mtj}", vread_limit(results, mtj), "V")
            yield Summary(
                f"icell_p_{mtj}", float(results.select("icell", state=PARALLEL, **at_level)["value"].iloc[0]), "A"
            )
            yield Summary(f"critical_current_{mtj}", silicon.critical_current, "A")
            yield Summary(f"thermal_stability_{mtj}", silicon.thermal_stability)
            yield Summary(f"vbl_memory_{mtj}", float(results.select("vbl", MTJ=mtj, MODE="memory")["value"].max()), "V")

    def draw(self, results: Results) -> Figure:
        """Draw the probability a read against VREAD, both polarities."""
        figure = new_figure(ONE_COLUMN, 3.2)
        axes = figure.subplots()
        for mtj, (label, colour) in SETS.items():
            for state, style, name in ((0, "o-", "P to AP"), (1, "s--", "AP to P, as read")):
                rows = results.select("disturb", MTJ=mtj, MODE="synapse", state=state)
                text = f"{label}, Delta {stability(mtj)}: {name}"
                axes.semilogy(
                    rows["VREAD_AMP"] * 1e3, rows["value"], style, color=colour, markersize=3, linewidth=0.9, label=text
                )
        axes.axhline(ALLOWED, color="0.3", linestyle=(0, (4, 3)), linewidth=0.8)
        axes.text(20, ALLOWED * 2, "required: 1e-12 a read", fontsize=6.5, va="bottom")
        level = float(results.settings["VREAD_AMP"]) * 1e3
        axes.axvline(level, ymax=0.74, color="0.3", linestyle=":", linewidth=0.8)
        axes.text(level + 0.6, 1e-20, "VREAD_AMP", fontsize=6.5, rotation=90, va="top")
        axes.set(xlabel="VREAD (mV)", ylabel="Probability to be switched by a 1-us read", ylim=(1e-30, 1e-4))
        axes.legend(loc="upper left", fontsize=6.5)
        return figure


def disturb(mtj: MtjSet, current: pd.Series, to_antiparallel: bool) -> float:
    """Return the probability that a current (A, index time) switches a cell: 1 - exp(-integral of the rate).

    What flows backwards, when a word line falls, pushes nowhere and counts as no current.
    """
    rate = [switching_rate(mtj, max(float(value), 0.0), to_antiparallel) for value in current]
    return -math.expm1(-float(np.trapezoid(rate, current.index)))


def vread_limit(results: Results, mtj: str) -> float:
    """Return the VREAD (V) at which the worse polarity reaches the bound, between the simulated levels."""
    rows = results.select("disturb", MTJ=mtj, MODE="synapse").groupby("VREAD_AMP")["value"].max().sort_index()
    return float(np.interp(math.log(ALLOWED), np.log(rows.to_numpy(dtype=float)), rows.index.to_numpy(dtype=float)))


TESTBENCH = ReadDisturb()
