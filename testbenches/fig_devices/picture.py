"""The figure of the devices: characteristics above, targets against achieved below."""

from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Bbox

from harness.figures import STYLE, TWO_COLUMNS, new_figure
from testbenches.fig_devices.measures import gm_over_id, intrinsic_gain

ROWS = {  # measure: (what the table calls it, factor from SI, format)
    "vth": ("Vth (mV)", 1e3, ".0f"),
    "vth_per_kelvin": ("dVth/dT (mV/K)", 1e3, ".2f"),
    "back_gate": ("back gate (mV/V)", 1e3, ".0f"),
    "swing": ("swing (mV/decade)", 1e3, ".1f"),
    "dibl": ("DIBL (mV/V)", 1e3, ".0f"),
    "on_current": ("Ion (µA/µm)", 1.0, ".0f"),
    "off_current": ("Ioff (nA/µm)", 1e3, ".3g"),
    "intrinsic_gain": ("gm/gds", 1.0, ".0f"),
    "gate_leakage": ("gate leakage (nA/µm²)", 1e-3, ".2g"),
}
MISSED, BAND = "#b3003b", "#9aa7b5"


@dataclass(frozen=True)
class DeviceCurves:
    """Everything drawn of one device; currents in A, counted as for an NMOS.

    ``by_length``: length (m) -> gate sweep, shortest first (columns as measures.figures_of_merit says). ``by_back``:
    back-gate voltage (V) -> gate sweep of the shortest length at a small drain voltage. ``by_gate``: gate voltage (V)
    -> drain sweep of the shortest length.
    """

    title: str
    sign: str  # "" or a minus: what turns this device's voltages into those of an NMOS
    by_length: Mapping[float, pd.DataFrame]
    by_back: Mapping[float, pd.Series]
    by_gate: Mapping[float, pd.Series]
    width: float
    difference: float


def draw(devices: Mapping[str, DeviceCurves], targets: pd.DataFrame) -> Figure:
    """Draw one column a device: Id-Vg (log, linear), Id-Vd, gm/ID and gm/gds; below, the table of targets."""
    with mpl.rc_context(fname=STYLE):
        figure = new_figure(TWO_COLUMNS, 9.2)
        figure.set_layout_engine("none")  # fixed margins: laying 20 panels out costs seconds
        margins = {"left": 0.075, "right": 0.985, "top": 0.975, "bottom": 0.01, "wspace": 0.32, "hspace": 0.42}
        grid = figure.add_gridspec(6, len(devices), height_ratios=[1, 1, 1, 1, 1, 1.9], **margins)
        columns = [
            _column(
                [figure.add_subplot(grid[row, column]) for row in range(5)], curves, targets[targets["device"] == name]
            )
            for column, (name, curves) in enumerate(devices.items())
        ]
        for panel, label in zip(columns[0], ("|ID| (µA/µm)",) * 3 + ("gm/ID (1/V)", "gm/gds"), strict=True):
            panel.set_ylabel(label)
        _table(figure.add_subplot(grid[5, :]), devices, targets)
    return figure


def _column(panels: list[Axes], curves: DeviceCurves, targets: pd.DataFrame) -> list[Axes]:
    panels[0].set_title(curves.title)
    _transfer(panels[0], curves, logarithmic=True)
    _transfer(panels[1], curves, logarithmic=False)
    _output(panels[2], curves)
    _efficiency(panels[3], curves)
    _gain(panels[4], curves, targets[targets["measure"] == "intrinsic_gain"])
    return panels


def _transfer(axes: Axes, curves: DeviceCurves, logarithmic: bool) -> None:
    colours = mpl.colormaps["viridis"](np.linspace(0.0, 0.85, len(curves.by_back)))
    for colour, (back, current) in zip(colours, curves.by_back.items(), strict=True):
        axes.plot(current.index, _per_micron(current, curves), color=colour, label=f"{back:g}", linewidth=0.9)
    axes.set_xlabel(f"{curves.sign}VGS (V)")
    axes.set_xlim(min(curves.by_back[0.0].index), max(curves.by_back[0.0].index))
    if logarithmic:
        axes.set_yscale("log")
        axes.set_ylim(1e-6, 1e3)
        axes.set_yticks([1e-6, 1e-3, 1, 1e3])
        axes.legend(title=f"{curves.sign}VBS (V)", labelspacing=0.15, borderpad=0.1, handlelength=1, fontsize=5.5,
                    title_fontsize=5.5, loc="lower right")  # fmt: skip
    else:
        axes.set_xlim(0, None)
        axes.set_ylim(0, None)
        _note(axes, f"L = {min(curves.by_length) * 1e9:.0f} nm\n|VDS| = 50 mV")


def _output(axes: Axes, curves: DeviceCurves) -> None:
    for gate, current in curves.by_gate.items():
        axes.plot(current.index, _per_micron(current, curves), color="black", linewidth=0.9)
        axes.annotate(f"{gate:.2f} V", (current.index[-1], float(_per_micron(current, curves)[-1])), fontsize=5.5,
                      ha="right", va="bottom")  # fmt: skip
    axes.set_xlabel(f"{curves.sign}VDS (V)")
    axes.set_xlim(0, None)
    axes.set_ylim(0, 1.15 * max(float(current.max()) for current in curves.by_gate.values()) / curves.width)
    _note(axes, f"L = {min(curves.by_length) * 1e9:.0f} nm")


def _efficiency(axes: Axes, curves: DeviceCurves) -> None:
    lengths = list(curves.by_length)
    for length in (lengths[0], lengths[len(lengths) // 2], lengths[-1]):
        middle = (curves.by_length[length][1] + curves.by_length[length][2]) / 2
        forward = middle.index > 0.02
        axes.plot(
            middle[forward] * length / curves.width,
            gm_over_id(middle)[forward],
            label=f"{length * 1e9:.0f} nm",
            linewidth=0.9,
        )
    axes.set_xscale("log")
    axes.set_xlim(1e-11, 1e-4)
    axes.set_ylim(0, 40)
    axes.set_xticks([1e-10, 1e-8, 1e-6, 1e-4])
    axes.set_xlabel("|ID| L/W (A)")
    axes.legend(fontsize=6, handlelength=1, loc="lower left")


def _gain(axes: Axes, curves: DeviceCurves, targets: pd.DataFrame) -> None:
    for level, marker in ((20.0, "^"), (15.0, "o"), (10.0, "v")):
        points = {}
        for length, sweep in curves.by_length.items():
            efficiency, gain = intrinsic_gain(sweep[1], sweep[2], curves.difference)
            points[length * 1e9] = gain[np.flatnonzero(efficiency >= level)[-1]]
        axes.plot(
            list(points), list(points.values()), marker=marker, markersize=2.5, linewidth=0.8, label=f"{level:.0f}"
        )
    for _, row in targets.iterrows():
        axes.plot([row["length"] * 1e9] * 2, [row["low"], row["high"]], color=BAND, linewidth=5, alpha=0.5, zorder=0)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(4, 500)
    lengths = [length * 1e9 for length in (min(curves.by_length), 3e-7, 1e-6)]
    axes.set_xticks(lengths, [f"{length:.0f}" for length in lengths])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("L (nm)")
    axes.legend(title="gm/ID (1/V)", title_fontsize=6, fontsize=6, handlelength=1.2, loc="lower right")


def _table(axes: Axes, devices: Mapping[str, DeviceCurves], targets: pd.DataFrame) -> None:
    axes.axis("off")
    if targets.empty:
        axes.text(0.5, 0.5, "This technology states no targets.", ha="center")
        return
    shortest = targets["device"].map({device: min(curves.by_length) for device, curves in devices.items()})
    labels = (
        targets["length"].map(lambda length: f"{length * 1e9:.0f} nm").where(targets["length"] != shortest, "shortest")
    )
    lines = targets.assign(line=targets["measure"].map(lambda measure: ROWS[measure][0]) + ", L = " + labels)
    texts, colours = [], []
    for line, rows in lines.groupby("line", sort=False):
        found = {row["device"]: row for _, row in rows.iterrows()}
        texts.append([str(line), *(_cell(found[device]) if device in found else "" for device in devices)])
        missed = [device in found and not found[device]["share"] <= 1 for device in devices]
        colours.append(["black", *(MISSED if miss else "black" for miss in missed)])
    heads = ["achieved (target)", *(curves.title for curves in devices.values())]
    widths = [0.28] + [0.18] * len(devices)
    table = axes.table(texts, colLabels=heads, colWidths=widths, cellLoc="center", bbox=Bbox.unit())
    table.auto_set_font_size(False)
    for (line, column), cell in table.get_celld().items():
        cell.set_linewidth(0.3)
        cell.set_fontsize(6)
        cell.set_text_props(color=colours[line - 1][column] if line else "black", weight="normal" if line else "bold")


def _cell(row: pd.Series) -> str:
    _, factor, style = ROWS[row["measure"]]
    achieved, low, high = (format(row[name] * factor + 0.0, style) for name in ("achieved", "low", "high"))
    return f"{achieved} (<= {high})" if row["low"] == 0 else f"{achieved} ({low} to {high})"


def _per_micron(current: pd.Series, curves: DeviceCurves) -> np.ndarray:
    return current.to_numpy(dtype=float) / curves.width  # A/m is uA/um


def _note(axes: Axes, text: str) -> None:
    axes.annotate(text, (0.04, 0.96), xycoords="axes fraction", ha="left", va="top", fontsize=6)
