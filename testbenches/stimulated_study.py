"""Figures 12A and 12B from their samples: how linear and how right chips are, and the picture beside nominal waves."""

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.figures import (
    THRESHOLD_COLOUR,
    TWO_COLUMNS,
    digital_strip,
    level_line,
    new_figure,
    weight_colours,
)
from harness.measure import fit_line
from harness.statistics import proportion_interval
from harness.testbench import Results, Samples, Summary, Values
from testbenches.by_weight import by_weight
from testbenches.stimulated import JUNCTIONS, MISMATCH, T_SEEN, StimulatedAndReset

T_DRAWN = (0.4e-6, T_SEEN)  # s, from the edge of GCLK
JUNCTION_CHIPS = 3  # an event costs 15 s, and the chain's study has the rate with spread from fifty chips
NAMES = {MISMATCH: "alike", JUNCTIONS: "spread"}
COLOURS = {MISMATCH: "#1f5fa8", JUNCTIONS: "#c98a1b"}


def samples_of(values: Values, n: int) -> int:
    """Return how many samples a case needs: all, or the first few with spread of the junctions."""
    return min(n, JUNCTION_CHIPS) if values["DRAWN"] == JUNCTIONS else n


def summaries(study: Samples) -> Iterable[Summary]:
    """Yield the worst chip's R^2, the steps, and wrong decisions with their share of chips and its exact interval."""
    for drawn, name in NAMES.items():
        levels, wrong = by_weight(study, drawn, "level"), by_weight(study, drawn, "wrong")
        fits = [fit_line(chip.index, chip) for _, chip in levels.iterrows()]
        yield Summary(f"chips_{name}", float(len(levels)))
        yield Summary(f"r_squared_{name}", float(np.min([fit.r_squared for fit in fits])))
        yield Summary(f"inl_{name}", float(np.max([fit.inl for fit in fits])))
        yield Summary(f"step_{name}", float(np.mean([fit.slope for fit in fits])), "V")
        yield Summary(f"sigma_of_step_{name}", float(np.std([fit.slope for fit in fits], ddof=1)), "V")
        yield Summary(f"wrong_{name}", float(wrong.to_numpy().sum()))
        yield Summary(f"bounded_{name}", float(by_weight(study, drawn, "bounded").to_numpy().sum()))
        yield Summary(f"wrong_rate_{name}", float(wrong.to_numpy().mean()))
        chips = int(wrong.any(axis=1).sum())
        low, high = proportion_interval(chips, len(wrong), "exact")
        yield Summary(f"wrong_chips_{name}", chips / len(wrong))
        yield Summary(f"wrong_chips_{name}_low", low)
        yield Summary(f"wrong_chips_{name}_high", high)


def draw(bench: StimulatedAndReset, results: Results, study: Samples) -> Figure:
    """Draw every period of the nominal chip over each other, and beside it VINTEG against weight on the chips."""
    figure = new_figure(TWO_COLUMNS, 3.6)
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(1.5, 1.0))[0]
    _draw_periods(bench, results, left.subplots(5, 1, sharex=True, height_ratios=(1, 1, 1, 1, 9)))
    axis = right.subplots()
    sigma = float(results.settings["MTJ_SIGMA"])
    for offset, (drawn, colour) in zip((-0.12, 0.12), COLOURS.items(), strict=True):
        levels = by_weight(study, drawn, "level") * 1e3
        fit = fit_line(levels.columns, levels.mean())
        name = f"junctions {100 * sigma:g} %" if drawn == JUNCTIONS else "junctions alike"
        weights = np.array(levels.columns, dtype=float)
        for _, chip in levels.iterrows():
            axis.plot(weights + offset, chip, "o", color=colour, markersize=2.0, alpha=0.6, markeredgewidth=0)
        axis.plot([], [], "o", color=colour, markersize=3, label=f"{len(levels)} chips, {name}")
        if drawn == MISMATCH:
            label = f"line: {fit.slope:.1f} mV a weight"
            axis.plot(weights, fit.intercept + fit.slope * weights, color="0.3", linewidth=0.8, label=label, zorder=0)
    level_line(axis, float(results.settings["VTH"]), "VTH", THRESHOLD_COLOUR)
    axis.set(xlabel="Weight (P-AP)", ylabel="VINTEG (mV)", xticks=levels.columns)
    axis.legend(loc="lower right", fontsize=6.5)
    return figure


def _draw_periods(bench: StimulatedAndReset, results: Results, axes: Sequence[Axes]) -> None:
    """Draw SWRST, SWINTEG, FIRE on either side of the threshold, and VINTEG, all from each edge of GCLK on."""
    high, strips = float(results.settings["VDDIO"]), {bench.threshold - 1: axes[2], bench.threshold: axes[3]}
    colours = weight_colours([weight for case in results.cases for weight in bench.weights(case.values)])
    for case in results.cases:
        for period, weight in enumerate(bench.weights(case.values)):
            edge, waves = bench.edge_time(period, case.values), results.waveforms[case.id]
            waves = waves[(waves.index >= edge + T_DRAWN[0]) & (waves.index <= edge + T_DRAWN[1])]
            time = (waves.index.to_numpy(dtype=float) - edge) * 1e6
            axes[4].plot(time, waves["vinteg0"] * 1e3, color=colours[weight], linewidth=0.9, label=f"{weight}")
            if weight in strips:
                digital_strip(strips[weight], time, waves["fire0"].to_numpy(), f"FIRE, weight {weight}", high)
    for axis, name in zip(axes, ("swrst", "swinteg"), strict=False):
        digital_strip(axis, time, waves[name].to_numpy(), name.upper(), high)
    vth, vrest = (float(results.settings[name]) for name in ("VTH", "VREST"))
    level_line(axes[4], vth, "VTH", THRESHOLD_COLOUR)
    level_line(axes[4], vrest, "VREST")
    axes[4].set(xlabel="Time from the edge of GCLK (µs)", ylabel="VINTEG (mV)")
    axes[4].legend(  # between the levels, where no curve is before the window
        title="Weight (P-AP)", fontsize=6, title_fontsize=6.5, ncols=3, loc="center left",
        bbox_to_anchor=(0.0, (vth + vrest) / 2 * 1e3), bbox_transform=axes[4].get_yaxis_transform(),
    )  # fmt: skip
