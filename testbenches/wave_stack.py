"""Waveforms as designers stack them: digital signals as thin strips on top, membranes with their levels below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from harness.figures import REST_COLOUR, THRESHOLD_COLOUR, TWO_COLUMNS, digital_strip, new_figure
from harness.testbench import Values

LEVELS = ("VTH", "VREST", "VRFR", "VLAT")
STRIP, PANEL = 0.2, 1.5  # inches
LEAST_SPAN = 0.35  # V of a panel's axis
LABEL_POINTS = 7.5  # between two labels

Span = tuple[float, float]


@dataclass(frozen=True)
class Strip:
    """A digital signal: the node, the name at its left, and its high level (V)."""

    node: str
    name: str
    high: float


@dataclass(frozen=True)
class Panel:
    """An analog panel: node -> label of each curve (an empty one stays out of the legend), and which levels it has."""

    curves: Mapping[str, str]
    levels: Sequence[str] = LEVELS
    label: str = "VINTEG (mV)"
    colours: Sequence[str] = ("#1f5fa8", "#d9822b", "#3a8f5c", "#7a4fa3", "#555555")
    share: float = 1.0  # of the ordinary height


def wave_stack(
    waves: pd.DataFrame, strips: Sequence[Strip], panels: Sequence[Panel], values: Values,
    span: Span | Sequence[Span] | None = None, width: float = TWO_COLUMNS,
) -> tuple[Figure, list[Axes]]:  # fmt: skip
    """Draw strips over panels on one time axis (µs); return the figure and the axes of the panels, row by row.

    ``waves`` has index time (s); ``values`` gives the levels by name; ``span`` is the part of the time to draw (s), or
    several parts, which stand side by side with what lies between them left out.
    """
    spans = _spans(span or (float(waves.index[0]), float(waves.index[-1])))
    heights = [STRIP] * len(strips) + [PANEL * panel.share for panel in panels]
    figure = new_figure(width, sum(heights) + 0.6)
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(h_pad=0.01, hspace=0.0, w_pad=0.02, wspace=0.0)
    widths = [stop - start for start, stop in spans]
    grid = figure.subplots(
        len(heights), len(spans), sharex="col", sharey="row", height_ratios=heights, width_ratios=widths, squeeze=False
    )
    for column, (start, stop) in enumerate(spans):
        part = waves[(waves.index >= start) & (waves.index <= stop)]
        time = part.index.to_numpy(dtype=float) * 1e6
        for axis, strip in zip(grid[:, column], strips, strict=False):
            digital_strip(
                axis, time, part[strip.node].to_numpy(dtype=float), strip.name if column == 0 else "", strip.high
            )
            axis.spines["bottom"].set_visible(False)
            axis.yaxis.label.set_size(6.5)
        for axis, panel in zip(grid[len(strips) :, column], panels, strict=True):
            _draw_panel(axis, time, part, panel, values)
            axis.tick_params(labelbottom=axis is grid[-1, column], left=column == 0)
            axis.spines["left"].set_visible(column == 0)
        grid[-1, column].set_xlim(start * 1e6, stop * 1e6)
    for row, panel in zip(grid[len(strips) :], panels, strict=True):
        _finish_panel(row, panel, values)
    figure.supxlabel("Time (µs)", fontsize=8)
    return figure, [axis for row in grid[len(strips) :] for axis in row]


def _spans(span: Span | Sequence[Span]) -> list[Span]:
    """Return one or several parts of the time as a list."""
    return list(cast(Sequence[Span], span) if isinstance(span[0], tuple) else [cast(Span, span)])


def _draw_panel(axis: Axes, time: np.ndarray, part: pd.DataFrame, panel: Panel, values: Values) -> None:
    for (node, label), colour in zip(panel.curves.items(), panel.colours, strict=False):
        axis.plot(time, part[node].to_numpy() * 1e3, color=colour, linewidth=1.0, label=label or None)
    for name in panel.levels:
        colour = THRESHOLD_COLOUR if name == "VTH" else REST_COLOUR
        axis.axhline(float(values[name]) * 1e3, color=colour, linestyle=(0, (4, 3)), linewidth=0.7, zorder=0)


def _finish_panel(row: Sequence[Axes], panel: Panel, values: Values) -> None:
    """Give a row of axes its range, its legend above the curves, and the levels' names at the right, outside."""
    low, high = row[0].get_ylim()
    high = max(high, low + LEAST_SPAN * 1e3)
    if any(panel.curves.values()):
        high += 0.12 * (high - low)
        legend = row[-1].legend(loc="upper right", ncols=len(panel.curves), fontsize=6.5, borderaxespad=0.1)
        legend.set_in_layout(False)  # wider than its axes, it would push the parts of the time asunder
    row[0].set_ylim(low, high)
    row[0].set_ylabel(panel.label)
    least, place = (high - low) * LABEL_POINTS / 72 / (PANEL * panel.share), -np.inf
    for name in sorted(panel.levels, key=lambda name: float(values[name])):
        volts = float(values[name]) * 1e3
        place = max(volts, place + least)
        row[-1].annotate(
            f"{name} {volts:.0f}", xy=(1.01, place), xycoords=("axes fraction", "data"), fontsize=6.5, va="center",
            color=THRESHOLD_COLOUR if name == "VTH" else REST_COLOUR, annotation_clip=False,
        )  # fmt: skip
