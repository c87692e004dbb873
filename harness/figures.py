"""Figures fit for a paper: one style, engineering units, and the same file for the same data."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.table import Cell

mpl.use("Agg")

ONE_COLUMN, TWO_COLUMNS = 3.5, 7.2  # inches
STYLE = Path(__file__).with_name("paper.mplstyle")
_METADATA: dict[str, dict[str, None]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}
THRESHOLD_COLOUR, REST_COLOUR = "#b3003b", "#555555"
VISIBLE = 2e-3  # of a digital level: less is not seen in a strip


def paper_style() -> AbstractContextManager[None]:
    """Return the context in which figures are drawn and saved."""
    return mpl.rc_context(fname=STYLE)


def new_figure(width: float = TWO_COLUMNS, height: float = 3.2) -> Figure:
    """Return an empty figure (inches) in the house style, laid out without overlaps."""
    return Figure(figsize=(width, height), layout="constrained")


def weight_colours(weights: Sequence[int]) -> dict[int, tuple[float, float, float, float]]:
    """Return one colour a weight, ordered: cold for IPSP, grey for none, warm for EPSP."""
    span = max(1, max(abs(weight) for weight in weights))
    palette = mpl.colormaps["coolwarm"]
    colours = {weight: palette(0.5 + 0.5 * weight / span) for weight in weights}
    return {weight: (0.45, 0.45, 0.45, 1.0) if weight == 0 else colour for weight, colour in colours.items()}


def level_line(axes: Axes, volts: float, label: str, colour: str = REST_COLOUR, edge: str = "left") -> None:
    """Draw a reference level (V) on an axis in mV, dashed, name and value at the ``edge`` free of curves."""
    axes.axhline(volts * 1e3, color=colour, linestyle=(0, (4, 3)), linewidth=0.8, zorder=0)
    place = {"left": 0.01, "right": 0.99}[edge]
    axes.annotate(
        f"{label} = {volts * 1e3:.0f} mV", xy=(place, volts * 1e3), xycoords=("axes fraction", "data"), fontsize=6.5,
        color=colour, ha=edge, va="bottom",
    )  # fmt: skip


def digital_strip(axes: Axes, time: Sequence[float] | np.ndarray, volts: np.ndarray, name: str, high: float) -> None:
    """Draw a two-level signal as a thin strip: time in the axis' own unit, volts scaled by ``high``."""
    level = volts / high
    drawn = _seen(level)
    axes.plot(np.asarray(time)[drawn], level[drawn], color="black", linewidth=0.8)
    axes.fill_between(np.asarray(time)[drawn], level[drawn], color="black", alpha=0.08, linewidth=0)
    axes.set_ylim(-0.15, 1.25)
    axes.set_yticks([])
    axes.set_ylabel(name, rotation=0, ha="right", va="center")
    axes.tick_params(labelbottom=False, length=0)
    axes.spines["left"].set_visible(False)


def _seen(level: np.ndarray) -> np.ndarray:
    """Tell the points that a strip needs: the ends of its flat stretches, thousands less than there are."""
    drawn, last = np.zeros(len(level), dtype=bool), level[0]
    drawn[[0, -1]] = True
    for place in range(1, len(level)):
        if abs(level[place] - last) > VISIBLE:
            drawn[[place - 1, place]], last = True, level[place]
    return drawn


def share_bars(axes: Axes, shares: pd.DataFrame, title: str, most: int = 14) -> None:
    """Draw the largest shares of a variance as bars with their intervals, the rest as one.

    ``shares`` has the columns group, share, share_low, share_high, largest first (see harness.contributions).
    """
    top, rest = shares.head(most), shares.iloc[most:]
    place = np.arange(len(top))[::-1] + 1
    low, high = top["share"] - top["share_low"], top["share_high"] - top["share"]
    error = np.clip([low * 100, high * 100], 0, None)
    axes.barh(place, top["share"] * 100, xerr=error, ecolor="0.3", height=0.7, color="#1f5fa8", alpha=0.75)
    axes.set_yticks(place, top["group"].tolist())
    if len(rest):
        axes.barh(0, rest["share"].sum() * 100, height=0.7, color="0.7")
        axes.set_yticks([*place, 0], [*top["group"], f"{len(rest)} others"])
    axes.axvline(0, color="0.3", linewidth=0.6)
    axes.set_xlabel("Share of the variance (%)")
    axes.set_title(title)


def draw_table(
    axes: Axes, rows: Sequence[Sequence[str]], heads: Sequence[str], widths: Sequence[float]
) -> dict[tuple[int, int], Cell]:
    """Write a table in place of axes; ``widths`` are shares. Return its cells by (row, column), row 0 the heads."""
    axes.set_axis_off()
    table = axes.table(
        list(rows), colLabels=heads, loc="center", cellLoc="center", edges="horizontal", colWidths=widths
    )
    table.auto_set_font_size(False)
    table.set_fontsize(7)
    cells: dict[tuple[int, int], Cell] = table.get_celld()
    for (_, column), cell in cells.items():
        cell.set_linewidth(0.5)
        cell.PAD = 0.02
        if column == 0:
            cell.set_text_props(ha="left")
    return cells


def figure_files(stem: Path) -> list[Path]:
    """Return the files of a figure: PDF, SVG and PNG beside each other."""
    return [stem.with_name(f"{stem.name}.{suffix}") for suffix in _METADATA]


def save_figure(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure's files, without dates, and return their paths."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    for path, metadata in zip(figure_files(stem), _METADATA.values(), strict=True):
        figure.savefig(path, metadata=metadata)
    return figure_files(stem)
