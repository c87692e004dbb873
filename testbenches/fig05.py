"""Figure 5: why the reference is subtracted: levels, worked examples, and where states are confusable."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.analysis import Analysis, Transient
from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import value_at
from harness.mtj import load_mtj_set
from harness.synapse import ANTIPARALLEL, PARALLEL, word
from harness.testbench import Claim, Golden, Parameter, Reading, Results, Summary, Testbench, Values
from testbenches.parameters import READ_HALF

BITS, ROWS = 3, 16
RATIOS = (1.5, 2.0, 3.0, 4.0, 6.0, 10.0)
PAPER_RATIO = 2.0  # 10k/20k
T_AZ, T_WL = 0.25e-6, 0.4e-6  # s: end of auto-zero, first word line
T_PATTERN = 0.25e-6  # s, each pattern of the levels study
T_SECOND, T_END = 1.1e-6, 1.8e-6  # s: the second stimulus of Figure 5E, and the end
RESOLVED = 0.5  # alpha; states closer than half a step cannot be told apart by a threshold between them


def patterns() -> list[tuple[int, int]]:
    """Return every (active rows, P cells among them), ordered so that few word lines move at a time."""
    ordered = []
    for active in range(1, ROWS + 1):
        parallel = range(active + 1)
        ordered += [(active, count) for count in (parallel if active % 2 else reversed(parallel))]
    return ordered


class Figure5(Testbench):
    """Two studies: ``levels``, every pattern of one bit line at one R ratio; ``examples``, Figures 5C, D and E."""

    name = "fig05"
    question = "Which states does the raw column current confuse, and does subtraction tell them apart?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *READ_HALF,
        Parameter("STUDY", "which question", default="levels", choices=("levels", "examples")),
        Parameter("RATIO", "RAP / RP of the levels study", default=PAPER_RATIO, low=1.1, high=20.0),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("raw_gap", "1 P against 2 AP without subtraction, in alpha, R ratio 2",
              "required; cannot be differentiated: paper 2.1.4, Figure 5A", (0, 0.2)),
        Claim("subtracted_gap", "1 P against 2 AP after subtraction, in alpha, R ratio 2",
              "required; paper 2.1.4, Figure 5B", (0.95, 1.05)),
        Claim("example_c", "Figure 5C: threshold of 7 P against 2 P 5 AP, in alpha",
              "paper 2.1.4, Figure 5C", (4.9, 5.1)),
        Claim("example_d", "Figure 5D: 6 P 1 AP against 2 P 5 AP, in alpha",
              "paper 2.1.4, Figure 5D", (3.9, 4.1)),
        Claim("example_e", "Figure 5E: two stimuli, 4 alpha and -2 alpha, in alpha",
              "paper 2.1.4, Figure 5E", (1.9, 2.1)),
        Claim("raw_gap_ratio_10", "smallest raw gap of states of other weight in alpha, R ratio 10, up to 16 rows",
              "paper 2.1.4: persists at a higher ratio as the array grows", (0, 0.5)),
        Claim("subtracted_gap_worst", "smallest subtracted gap in alpha, all R ratios, up to 16 rows",
              "required: subtraction tells all states apart", (0.5, 1.05), (0.8, 1.05)),
    )  # fmt: skip
    goldens: ClassVar[tuple[Golden, ...]] = (Golden({"STUDY": "examples"}, ("i(visynapse)", "i(vith)")),)

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield the examples and one levels run for each R ratio (by TMR, RP unchanged)."""
        yield {"STUDY": "examples"}
        tmr0 = load_mtj_set(str(settings["MTJ"])).tmr0
        for ratio in RATIOS:
            yield {"STUDY": "levels", "RATIO": ratio, "TMR_SCALE": (ratio - 1) / tmr0}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck of the study."""
        common = {parameter.name: values[parameter.name] for parameter in self.parameters}
        common |= {"bits": BITS, "t_az": T_AZ, "t_wl": T_WL}
        if values["STUDY"] == "levels":
            return "fig05_levels.cir.j2", {
                **common,
                "rows": ROWS,
                "states": [PARALLEL] * ROWS + [ANTIPARALLEL] * ROWS,
                "reference": [ANTIPARALLEL] * ROWS,
                "word_lines": word_line_edges(),
            }
        return "fig05_examples.cir.j2", {
            **common,
            "t_second": T_SECOND,
            "threshold": word([7, 0]),
            "reference": word([2, 2]),
            "column": word([6, 0]),
            "contrast": word([0, 7]),
        }

    def analysis(self, values: Values) -> Analysis:
        """Return a transient through all patterns, or through the one and the two stimuli."""
        if values["STUDY"] == "levels":
            return Transient(T_WL + len(patterns()) * T_PATTERN, 20e-9)
        return Transient(T_END, 2.5e-9)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the probes."""
        if values["STUDY"] == "levels":
            return ("bl", "bl_ref", "i(vicolumn)", "i(vipsp_ref)", "i(visynapse)")
        return ("wl0", "wl1", "i(vith)", "i(visynapse)", "i(vicontrast)")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield raw and subtracted current of each pattern, or the examples' currents and their alpha."""
        if values["STUDY"] == "levels":
            for index, (active, parallel) in enumerate(patterns()):
                time, at = T_WL + (index + 1) * T_PATTERN - 2e-9, {"active": active, "parallel": parallel}
                yield Reading("raw", value_at(waveforms["i(vicolumn)"], time), "A", at)
                yield Reading("subtracted", value_at(waveforms["i(visynapse)"], time), "A", at)
            return
        single = T_SECOND - 5e-9
        six, none = (value_at(waveforms[f"i({probe})"], single) for probe in ("visynapse", "vicontrast"))
        yield Reading("example_alpha", (six - none) / 6, "A")
        yield Reading("example_c", value_at(waveforms["i(vith)"], single), "A")
        yield Reading("example_d", six, "A")
        yield Reading("example_e", float(waveforms["i(visynapse)"].iloc[-1]), "A")

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the gaps at the paper's ratio, the worst gaps of the map, and the examples in alpha."""
        alpha = cell_alpha(results, PAPER_RATIO)
        yield Summary("alpha_cell", alpha, "A")
        for measure in ("raw", "subtracted"):
            levels = currents(results, measure, PAPER_RATIO)
            gap = (levels[1, 1] - levels[2, 0]) / alpha
            yield Summary(f"{measure}_gap", abs(gap) if measure == "raw" else gap)
        yield Summary("raw_gap_ratio_10", gaps(results, "raw", 10.0)[-1])
        yield Summary("subtracted_gap_worst", min(gaps(results, "subtracted", ratio)[-1] for ratio in RATIOS))
        unit = float(results.select("example_alpha")["value"].iloc[0])
        for example in ("example_c", "example_d", "example_e"):
            yield Summary(example, float(results.select(example)["value"].iloc[0]) / unit)

    def draw(self, results: Results) -> Figure:
        """Draw levels, worked examples and the two maps."""
        figure = new_figure(TWO_COLUMNS, 5.0)
        (levels, examples), (raw, subtracted) = figure.subplots(2, 2)
        _draw_levels(results, levels)
        _draw_examples(results, examples)
        for axes, measure, title in (
            (raw, "raw", "ICOLUMN alone (line: 0.5 alpha)"),
            (subtracted, "subtracted", "ICOLUMN - IPSP_REF"),
        ):
            grid = np.array([gaps(results, measure, ratio) for ratio in RATIOS]).T
            image = axes.pcolormesh(grid, vmin=0, vmax=1, cmap="cividis", edgecolors="white", linewidth=0.3)
            axes.contour(np.arange(len(RATIOS)) + 0.5, np.arange(ROWS) + 0.5, grid, levels=[RESOLVED], colors="#b3003b")
            axes.set_xticks(np.arange(len(RATIOS)) + 0.5, [f"{ratio:g}" for ratio in RATIOS])
            axes.set_yticks(np.array([1, 4, 8, 12, 16]) - 0.5, ["1", "4", "8", "12", "16"])
            axes.set(xlabel="R ratio (RAP / RP)", ylabel="Active rows, up to", title=title)
        for letter, axes in zip("abcd", figure.axes, strict=True):
            axes.set_title(letter, loc="left", fontweight="bold")
        figure.colorbar(image, ax=[raw, subtracted], label="Smallest gap of two weights (alpha)")
        return figure


def word_line_edges() -> dict[str, list[list[float]]]:
    """Return for each word line its edges, (time in s, 1 on or 0 off)."""
    edges: dict[str, list[list[float]]] = {}
    for name in ("wl_p", "wl_ap", "wl_ref"):
        for row in range(ROWS):
            line: list[list[float]] = []
            was = False
            for index, (active, parallel) in enumerate(patterns()):
                now = row < {"wl_p": parallel, "wl_ap": active - parallel, "wl_ref": active}[name]
                if now != was:
                    line.append([T_WL + index * T_PATTERN, int(now)])
                was = now
            edges[f"{name}{row}"] = line
    return edges


def currents(results: Results, measure: str, ratio: float) -> dict[tuple[int, int], float]:
    """Return the current (A) of each (active rows, P cells) at one R ratio."""
    rows = results.select(measure, STUDY="levels", RATIO=ratio)
    return {
        (int(active), int(parallel)): float(value)
        for active, parallel, value in zip(rows["active"], rows["parallel"], rows["value"], strict=True)
    }


def cell_alpha(results: Results, ratio: float) -> float:
    """Return alpha = IP - IAP of one cell (A), after subtraction, at one R ratio."""
    levels = currents(results, "subtracted", ratio)
    return levels[1, 1] - levels[1, 0]


def gaps(results: Results, measure: str, ratio: float) -> list[float]:
    """Return, for at most 1..16 active rows, the smallest distance (alpha) of two states whose numbers of P differ."""
    levels, alpha = currents(results, measure, ratio), cell_alpha(results, ratio)
    found = []
    for most in range(1, ROWS + 1):
        states = [(parallel, value) for (active, parallel), value in levels.items() if active <= most]
        count, current = (np.array(column) for column in zip(*states, strict=True))
        distance = np.abs(current[:, None] - current[None, :]) / alpha
        found.append(float(distance[count[:, None] != count[None, :]].min()))
    return found


def _draw_levels(results: Results, axes: Axes) -> None:
    alpha = cell_alpha(results, PAPER_RATIO)
    shown = [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1)]
    names = ["AP", "P", "2 AP", "P + AP", "2 P", "3 AP", "P + 2 AP"]
    place = np.arange(len(shown))
    for measure, label, colour, shift in (
        ("raw", "ICOLUMN alone", "#b3003b", -0.2),
        ("subtracted", "ICOLUMN - IPSP_REF", "#1f5fa8", 0.2),
    ):
        levels = currents(results, measure, PAPER_RATIO)
        axes.bar(place + shift, [levels[state] / alpha for state in shown], 0.38, color=colour, label=label)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_xticks(place, names, fontsize=6.5)
    axes.set(xlabel="Active cells of one bit line, 10k/20k", ylabel="Current (alpha of a cell)", ylim=(-0.3, 6.8))
    axes.legend(loc="upper left")


def _draw_examples(results: Results, axes: Axes) -> None:
    waves = results.waveform(STUDY="examples")
    waves = waves[waves.index > T_WL - 50e-9]
    unit = float(results.select("example_alpha")["value"].iloc[0])
    time = (waves.index.to_numpy() - T_WL) * 1e9
    axes.plot(time, waves["i(vith)"] / unit, color="#b3003b", label="ITH (5C)")
    axes.plot(time, waves["i(visynapse)"] / unit, color="#1f5fa8", label="ISYNAPSE (5D, then 5E)")
    second = (T_SECOND - T_WL) * 1e9
    axes.axvline(second, color="0.6", linewidth=0.6, linestyle=":")
    for name, level, place in (("C", 5, 330), ("D", 4, 330), ("E", 2, 1010)):
        measured = float(results.select(f"example_{name.lower()}")["value"].iloc[0]) / unit
        axes.annotate(
            f"5{name}: {measured:.2f} alpha", (place, level), (0, 3), textcoords="offset points", fontsize=6.5
        )
    axes.set(xlabel="Time after the first WL (ns)", ylabel="Current (alpha)", xlim=(-50, 1400), ylim=(-4, 11))
    axes.legend(loc="upper right")


TESTBENCH = Figure5()
