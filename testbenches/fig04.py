"""Figure 4: the conventional read circuit, and the dual-mode circuit in memory read and in synapse operation."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.analysis import Analysis, Transient
from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import value_at
from harness.synapse import ANTIPARALLEL, PARALLEL
from harness.testbench import (
    Claim,
    Golden,
    Parameter,
    Reading,
    Results,
    Summary,
    Testbench,
    Values,
    conditions,
    nominal_silicon,
)
from testbenches.parameters import READ_HALF, VCLAMP

CELLS = {"p": PARALLEL, "ap": ANTIPARALLEL}
COLOURS = {"p": "#1f5fa8", "ap": "#b3003b"}
T_AZ, T_WL = 0.1e-6, 0.2e-6  # s: end of auto-zero, rise of the word line
T_EQUALIZE, T_SENSE, T_READ = (
    60e-9,
    150e-9,
    200e-9,
)  # s after the word line: VDATA released, strobe, end of a memory read
T_SETTLED, T_SYNAPSE = 200e-9, 1e-6  # s after the word line: VBL is held from, end of a synapse read
BEFORE = {"conventional": 30e-9, "memory": 30e-9, "synapse": 120e-9}  # s before the word line, drawn
VCLAMP_READ = replace(VCLAMP, meaning="clamp gate: 0.40 V in memory read, 0.36 V in auto-zero", default=0.40)


class Figure4(Testbench):
    """Three circuits, a P and an AP cell side by side in each; the others of sixteen rows are idle."""

    name = "fig04"
    question = "Do VDATA and IDATA tell P from AP, and does the amplifier hold VBL at VREAD_AMP in synapse operation?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *(VCLAMP_READ if parameter is VCLAMP else parameter for parameter in READ_HALF),
        Parameter("CIRCUIT", "Figure 4A, 4B or 4C", default="memory", choices=("conventional", "memory", "synapse")),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_bits", "wrong bits of a P and an AP cell, conventional and memory read, 150 ns after WL",
              "required; paper 2.1.3.2, Figures 4A, 4B", (0, 0)),
        Claim("margin_conventional", "VDATA from VREF at 150 ns, conventional read, the smaller",
              "required; paper 2.1.3.2, Figure 4A", (0.05, 1.0), (0.1, 1.0)),
        Claim("margin_memory", "the same, dual-mode circuit with the amplifier off",
              "required; paper 2.1.3.2, Figure 4B", (0.05, 1.0), (0.1, 1.0)),
        Claim("vbl_error", "VBL of the P and the AP cell from VREAD_AMP in synapse operation, 200 ns after WL on",
              "required; VBL fixed at VREAD_AMP: paper 2.1.3.2, Figure 4C", (0, 0.5e-3), (0, 0.25e-3)),
        Claim("output_error", "current to the integrator over the cell's own, P minus AP, from 1",
              "required; paper 2.1.3.2", (0, 0.02), (0, 0.01)),
    )  # fmt: skip
    goldens: ClassVar[tuple[Golden, ...]] = (
        Golden({"CIRCUIT": "conventional"}, ("data_p", "data_ap", "vref")),
        Golden({"CIRCUIT": "memory"}, ("data_p", "data_ap", "vref", "i(vcell_ap)"), ("dout_p", "dout_b_ap")),
        Golden({"CIRCUIT": "synapse"}, ("bl_p", "bl_ap", "i(vout_p)")),
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield the three circuits; the clamp's level in auto-zero is its own."""
        yield {"CIRCUIT": "conventional"}
        yield {"CIRCUIT": "memory"}
        yield {"CIRCUIT": "synapse", "VCLAMP": VCLAMP.default}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck of one circuit."""
        declared = {parameter.name: values[parameter.name] for parameter in self.parameters}
        times = {"t_az": T_AZ, "t_wl": T_WL, "t_equalize": T_WL + T_EQUALIZE, "t_sense": T_WL + T_SENSE}
        deck = {**declared, **times, "cells": CELLS, "synapse": values["CIRCUIT"] == "synapse"}
        deck["t_off"] = T_WL + (T_SYNAPSE if deck["synapse"] else T_READ)
        return "fig04_conventional.cir.j2" if values["CIRCUIT"] == "conventional" else "dual_mode.cir.j2", deck

    def analysis(self, values: Values) -> Analysis:
        """Return one read."""
        return Transient(T_WL + (T_SYNAPSE if values["CIRCUIT"] == "synapse" else T_READ), 2.5e-9)

    def start(self, values: Values) -> Values:
        """Start from nominal silicon."""
        return nominal_silicon(values)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return bit line, VDATA, bit and current of both cells, VREF, the output currents, the clocks."""
        each = [f"{kind}_{name}" for name in CELLS for kind in ("bl", "data", "dout", "dout_b")]
        cells = [f"i(vcell_{name})" for name in CELLS]
        if values["CIRCUIT"] == "conventional":
            return (*each, *cells, "vref", "wl", "sense", "equalize", *(f"i(vcell_ref_{name})" for name in CELLS))
        inner = [f"xread_reference.{node}" for name in CELLS for node in reference_nodes(name)]
        return (*each, *cells, "vref", "wl", "sense", "equalize", "az", *inner, *(f"i(vout_{name})" for name in CELLS))

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield margin, bit and currents of a memory read; VBL's error and both currents of a synapse read."""
        for name, state in CELLS.items():
            at, end = {"state": state}, T_WL + T_SYNAPSE
            if values["CIRCUIT"] == "synapse":
                held = waveforms.loc[waveforms.index >= T_WL + T_SETTLED, f"bl_{name}"] - float(values["VREAD_AMP"])
                yield Reading("vbl_error", float(held.abs().max()), "V", at)
                yield Reading("icell", value_at(waveforms[f"i(vcell_{name})"], end), "A", at)
                yield Reading("iout", value_at(waveforms[f"i(vout_{name})"], end), "A", at)
                continue
            strobe, half = T_WL + T_SENSE, float(values["VDD"]) / 2
            below = value_at(waveforms["vref"], strobe) - value_at(waveforms[f"data_{name}"], strobe)
            yield Reading("margin", below if state == PARALLEL else -below, "V", at)
            dout, dout_b = (value_at(waveforms[f"{pin}_{name}"], T_WL + T_READ) > half for pin in ("dout", "dout_b"))
            yield Reading("wrong", float((dout, dout_b) != (state == PARALLEL, state == ANTIPARALLEL)), "", at)
            yield Reading("idata", value_at(waveforms[f"i(vcell_{name})"], T_WL + T_EQUALIZE), "A", at)
            yield Reading("iref", value_at(reference_current(values, waveforms), T_WL + T_EQUALIZE), "A", at)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield wrong bits, margins, and how well the synapse read holds and copies."""
        yield Summary("wrong_bits", float(results.select("wrong")["value"].sum()))
        for circuit in ("conventional", "memory"):
            yield Summary(f"margin_{circuit}", float(results.select("margin", CIRCUIT=circuit)["value"].min()), "V")
        yield Summary("vbl_error", float(results.select("vbl_error")["value"].max()), "V")
        alpha = [float(np.diff(results.select(measure)["value"])[0]) for measure in ("icell", "iout")]
        yield Summary("output_error", abs(alpha[1] / alpha[0] - 1))
        yield Summary("alpha", -alpha[0], "A")

    def draw(self, results: Results) -> Figure:
        """Draw voltages, currents and clocks of the three circuits."""
        figure = new_figure(TWO_COLUMNS, 4.8)
        panels = figure.subplots(3, 3, height_ratios=(1.5, 1.2, 0.9), sharex="col")
        titles = ("(A) Conventional read", "(B) Memory read, amplifier off", "(C) Synapse, amplifier on")
        for column, (circuit, title) in enumerate(zip(("conventional", "memory", "synapse"), titles, strict=True)):
            waves = results.waveform(CIRCUIT=circuit)
            case = next(case for case in results.cases if case.values["CIRCUIT"] == circuit)
            waves = waves[waves.index >= T_WL - BEFORE[circuit]]
            waves.index = (waves.index - T_WL) * 1e9
            volts, currents, clocks = panels[:, column]
            volts.set_title(title, fontsize=8)
            _draw_voltages(volts, waves, circuit, float(results.settings["VREAD_AMP"]))
            _draw_currents(currents, waves, case.values)
            _draw_clocks(clocks, waves, circuit, case.values)
        return figure


def reference_nodes(name: str) -> tuple[str, str]:
    """Return the nodes of the read reference on both sides of its driven junction on the P or the AP line."""
    return f"bl_{name}", f"xbit_line_{name}.xcell0.pinned_layer"


def reference_current(values: Values, waveforms: pd.DataFrame) -> pd.Series:
    """Return IREF (A): half the sum of the two reference cells' currents.

    The conventional circuit has probes; in the read reference the current follows from the junctions' voltages.
    """
    if values["CIRCUIT"] == "conventional":
        return (waveforms["i(vcell_ref_p)"] + waveforms["i(vcell_ref_ap)"]) / 2
    silicon = conditions(values)
    scaled = {"ra": silicon.mtj.ra * silicon.ra_scale, "tmr0": silicon.mtj.tmr0 * silicon.tmr_scale}
    total = pd.Series(0.0, index=waveforms.index)
    for name, cosine in (("p", 1.0), ("ap", -1.0)):
        line, pinned = (waveforms[f"xread_reference.{node}"] for node in reference_nodes(name))
        total += (line - pinned) / silicon.mtj.model_copy(update=scaled).resistance(
            cosine, line - pinned, silicon.temp_c
        )
    return total / 2


def _draw_voltages(axes: Axes, waves: pd.DataFrame, circuit: str, vread_amp: float) -> None:
    if circuit == "synapse":
        for name, colour in COLOURS.items():
            axes.plot(waves.index, waves[f"bl_{name}"] * 1e3, color=colour, label=f"VBL, {name.upper()} cell")
        axes.axhline(vread_amp * 1e3, color="0.4", linestyle="--", linewidth=0.8, label="VREAD_AMP", zorder=0)
        axes.set(ylabel="VBL (mV)", ylim=(0, 80), xlim=(-120, 300))
    else:
        for name, colour in COLOURS.items():
            axes.plot(waves.index, waves[f"data_{name}"], color=colour, label=f"VDATA, {name.upper()} cell")
        axes.plot(waves.index, waves["vref"], color="black", linestyle="--", linewidth=1.0, label="VREF")
        axes.set(ylabel="Voltage (V)", ylim=(0, 1.45), xlim=(-30, 200), yticks=(0, 0.5, 1.0))
    axes.legend(loc="upper left", fontsize=6.5)


def _draw_currents(axes: Axes, waves: pd.DataFrame, values: Values) -> None:
    synapse = values["CIRCUIT"] == "synapse"
    for name, colour in COLOURS.items():
        label = f"{'ICELL' if synapse else 'IDATA'}, {name.upper()} cell"
        axes.plot(waves.index, waves[f"i(vcell_{name})"] * 1e6, color=colour, label=label)
        if synapse:
            output = waves[f"i(vout_{name})"] * 1e6
            axes.plot(
                waves.index,
                output,
                color=colour,
                linestyle="--",
                linewidth=1.0,
                label=f"output and keep-alive, {name.upper()} cell",
            )
    if not synapse:
        iref = reference_current(values, waves) * 1e6
        axes.plot(waves.index, iref, color="black", linestyle="--", linewidth=1.0, label="IREF")
    axes.set(ylabel="Current (uA)", ylim=(0, 12 if synapse else 9))
    axes.legend(loc="upper left", fontsize=6.5, ncols=1)


def _draw_clocks(axes: Axes, waves: pd.DataFrame, circuit: str, values: Values) -> None:
    """Stack the clocks and the latches' answers, the first on top."""
    core, io = float(values["VDD"]), float(values["VDDIO"])
    shown = {"WL": ("wl", io, "black")}
    if circuit == "memory":
        shown["EQUALIZE"] = ("equalize", core, "black")
    if circuit == "synapse":
        shown["AZ"] = ("az", core, "black")
    else:
        shown["SENSE"] = ("sense", core, "black")
        shown["DOUT (P)"] = ("dout_p", core, COLOURS["p"])
        shown["DOUT (AP)"] = ("dout_ap", core, COLOURS["ap"])
    for place, (node, high, colour) in enumerate(shown.values()):
        axes.plot(waves.index, 0.65 * waves[node] / high - place, color=colour, linewidth=0.9)
    axes.set_yticks(0.3 - np.arange(len(shown)), list(shown), fontsize=6.5)
    axes.tick_params(axis="y", length=0)
    axes.set(xlabel="Time after WL (ns)", ylim=(-4.3, 1.0))


TESTBENCH = Figure4()
