"""Waveforms as designers stack them: digital signals as thin strips on top, membranes with their levels below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from harness.figures import TWO_COLUMNS, digital_strip, level_line, new_figure
from harness.testbench import Values

VTH_COLOUR = "#b3003b"
LEVELS = ("VTH", "VREST", "VRFR", "VLAT")
STRIP, PANEL = 0.2, 1.5  # inches


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
    span: tuple[float, float] | None = None, width: float = TWO_COLUMNS,
) -> tuple[Figure, list[Axes]]:  # fmt: skip
    """Draw strips over panels on one time axis (µs); return the figure and the axes of the panels.

    ``waves`` has index time (s); ``values`` gives the levels by name; ``span`` is the part of the time to draw (s).
    """
    start, stop = span or (float(waves.index[0]), float(waves.index[-1]))
    waves = waves[(waves.index >= start) & (waves.index <= stop)]
    time = waves.index.to_numpy(dtype=float) * 1e6
    heights = [STRIP] * len(strips) + [PANEL * panel.share for panel in panels]
    figure = new_figure(width, sum(heights) + 0.6)
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(h_pad=0.01, hspace=0.0)
    axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    for axis, strip in zip(axes, strips, strict=False):
        digital_strip(axis, time, waves[strip.node].to_numpy(dtype=float), strip.name, strip.high)
        axis.spines["bottom"].set_visible(False)
        axis.yaxis.label.set_size(6.5)
    for axis, panel in zip(axes[len(strips) :], panels, strict=True):
        _draw_panel(axis, time, waves, panel, values)
    for axis in axes[len(strips) : -1]:
        axis.tick_params(labelbottom=False)
    axes[-1].set(xlabel="Time (µs)", xlim=(start * 1e6, stop * 1e6))
    return figure, list(axes[len(strips) :])


def _draw_panel(axis: Axes, time: np.ndarray, waves: pd.DataFrame, panel: Panel, values: Values) -> None:
    for (node, label), colour in zip(panel.curves.items(), panel.colours, strict=False):
        axis.plot(time, waves[node].to_numpy() * 1e3, color=colour, linewidth=1.0, label=label or None)
    for name in panel.levels:
        level_line(axis, float(values[name]), name, VTH_COLOUR if name == "VTH" else "#555555")
    if any(panel.curves.values()):
        low, high = axis.get_ylim()
        axis.set_ylim(low, high + 0.15 * (high - low))  # room for the legend above the curves
        axis.legend(loc="upper right", ncols=len(panel.curves), fontsize=6.5)
    axis.set_ylabel(panel.label)
