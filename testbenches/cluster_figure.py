"""The cluster's picture: stimuli and FIRE over periods of GCLK, and every membrane below."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from harness.figures import REST_COLOUR, THRESHOLD_COLOUR, TWO_COLUMNS, new_figure
from testbenches.cluster import FlatCluster
from testbenches.cluster_run import Emulation
from testbenches.living_event import T_DRAWN

RASTER, MEMBRANE = 1.6, 0.34  # inches
MOST_EVENTS = 8  # whose membranes are drawn
FIRED, SILENT = "#b3003b", "#1f5fa8"


def draw_raster(made: Emulation) -> Figure:
    """Draw AXON and FIRE by period, and each neuron's VINTEG in the first periods that have a stimulus."""
    task = made.task
    events = [period for period, axons in enumerate(task.stimuli) if axons][:MOST_EVENTS]
    figure = new_figure(TWO_COLUMNS, 2 * RASTER + MEMBRANE * task.columns)
    heights = [2 * RASTER, MEMBRANE * task.columns]
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=heights)[:, 0]
    axons, fires = above.subplots(2, 1, sharex=True)
    given = [(period, axon) for period, active in enumerate(task.stimuli) for axon in active]
    _marks(axons, given, task.rows, "Axon", "black")
    _marks(fires, sorted(made.fires), task.columns, "Neuron", FIRED)
    fires.set_xlabel("Period of GCLK")
    fires.set_xlim(-0.6, len(task.stimuli) - 0.4)
    fires.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    fires.xaxis.set_major_locator(MaxNLocator(integer=True))
    grid = below.subplots(task.columns, len(events), sharex="col", sharey=True, squeeze=False)
    for place, period in enumerate(events):
        _membranes(grid[:, place], made, period, first=place == 0)
        grid[-1, place].set_xlabel(f"{period}" if len(events) > 1 else "Time after GCLK (µs)")
    if len(events) > 1:
        below.supxlabel("Period of GCLK, 0 to 5.7 µs of each", fontsize=8)
    levels = ", ".join(f"{name} {float(made.values[name]) * 1e3:.0f} mV" for name in ("VTH", "VREST"))
    below.suptitle(f"VINTEG of each neuron (dashed: {levels})", fontsize=8)
    below.supylabel("Neuron", fontsize=8)
    return figure


def _marks(axes: Axes, places: Sequence[tuple[int, int]], count: int, label: str, colour: str) -> None:
    """Draw a mark at each (period, index)."""
    if places:
        axes.plot(*zip(*places, strict=True), "|", color=colour, markersize=5, markeredgewidth=1.6)
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_yticks(range(0, count, 5))
    axes.set_ylabel(label)
    axes.grid(axis="x", linewidth=0.3)


def _membranes(column: np.ndarray, made: Emulation, period: int, first: bool) -> None:
    """Draw every membrane of a period, neuron by neuron."""
    edge = FlatCluster(made.task, {}).edge_time(period, made.values)
    for neuron, axes in enumerate(column):
        whole = made.columns[neuron][f"vinteg{neuron}"]
        part = whole.loc[edge : edge + T_DRAWN]
        time = np.concatenate([[edge], part.index.to_numpy(dtype=float), [edge + T_DRAWN]])
        volts = np.interp(time, whole.index.to_numpy(dtype=float), whole.to_numpy(dtype=float))
        colour = FIRED if (period, neuron) in made.fires else SILENT
        axes.plot((time - edge) * 1e6, volts * 1e3, color=colour, linewidth=0.8)
        for name, line in (("VTH", THRESHOLD_COLOUR), ("VREST", REST_COLOUR)):
            axes.axhline(float(made.values[name]) * 1e3, color=line, linestyle=(0, (4, 3)), linewidth=0.5, zorder=0)
        axes.set_xlim(0, T_DRAWN * 1e6)
        axes.set_yticks([])
        axes.tick_params(labelbottom=neuron == len(column) - 1 and first, length=0)
        if first:
            axes.set_ylabel(f"{neuron}", rotation=0, ha="right", va="center", fontsize=6.5)
