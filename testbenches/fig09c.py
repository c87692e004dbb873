"""Figure 9C: the time-window generator, VTWG and the integration time against VTH, thresholds 5 and 7 (P-AP)."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure

from harness.figures import TWO_COLUMNS, digital_strip, level_line, new_figure
from harness.measure import fit_line
from harness.testbench import Claim, Golden, Results, Summary, Values
from testbenches.chain_event import T_WL, ChainTestbench, worst

THRESHOLDS = (5, 7)
VTH_LEVELS = tuple(round(0.80 + 0.01 * step, 3) for step in range(6))
COLOURS = {5: "#1f5fa8", 7: "#b3003b"}


class Figure9C(ChainTestbench):
    """The threshold block and its window generator alone: no column hangs on SWINTEG but its lumped load."""

    name = "fig09c"
    question = "How long is the integration window for each VTH and threshold weight?"
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("time_deviation", "integration time against VTH: largest distance from a line",
              "required; a line: paper 2.2.2, Figure 9C", (0, 0.5e-9), (0, 0.1e-9)),
        Claim("time_ratio", "integration time for 5 (P-AP) over that for 7, mean over VTH (ideal 1.4)",
              "required; faster for 7: paper 2.2.2, Figure 9C", (1.35, 1.42)),
        Claim("rises_with_vth", "smallest change of the integration time for 10 mV more VTH",
              "paper 2.2.2: higher VTH extends the integration time", (1e-9, float("inf"))),
        Claim("rise_in_reset", "VTWG rises with SWRST on and SWHOLD off, in the last 195 ns before SWRST opens",
              "paper 2.2.1.2", (10e-3, float("inf")),
              known="SWRST shorts the amplifier; by the paper's own 3.2 the integration time starts at its fall"),
    )  # fmt: skip
    goldens: ClassVar[tuple[Golden, ...]] = (
        Golden({"THRESHOLD": 5, "VTH": 0.85}, ("vtwg",), ("swrst", "swinteg"), 0.9),
        Golden({"THRESHOLD": 7, "VTH": 0.80}, ("vtwg",), ("swrst", "swinteg"), 0.9),
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each threshold at each VTH."""
        for threshold in THRESHOLDS:
            for vth in VTH_LEVELS:
                yield {"THRESHOLD": threshold, "VTH": vth}

    def weights(self, values: Values) -> Sequence[int]:
        """Return no columns."""
        return ()

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the line's quality, the ratio of the two thresholds, and the times at the highest VTH."""
        times = {n: results.select("integration_time", THRESHOLD=n)["value"].to_numpy() for n in THRESHOLDS}
        fits = {n: fit_line(VTH_LEVELS, times[n]) for n in THRESHOLDS}
        yield Summary("time_deviation", max(float(np.abs(fit.residuals).max()) for fit in fits.values()), "s")
        yield Summary("time_ratio", float(np.mean(times[5] / times[7])))
        yield Summary("rises_with_vth", min(float(np.diff(times[n]).min()) for n in THRESHOLDS), "s")
        yield Summary("rise_in_reset", worst(results.select("vtwg_rise_in_reset")["value"]), "V")
        for n in THRESHOLDS:
            yield Summary(f"time_{n}_at_850mV", float(times[n][-1]), "s")
            yield Summary(f"slope_{n}", fits[n].slope, "s/V")

    def draw(self, results: Results) -> Figure:
        """Draw SWRST, SWINTEG and VTWG for both thresholds, and the integration time against VTH beside them."""
        figure = new_figure(TWO_COLUMNS, 3.6)
        left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(2.2, 1.0))[0]
        axes = left.subplots(4, 1, sharex=True, height_ratios=(1, 1, 1, 7))
        self._draw_waves(results, axes)
        left.legend(*axes[3].get_legend_handles_labels(), loc="outside upper center", ncols=2)
        axis = right.subplots()
        for n in THRESHOLDS:
            times = results.select("integration_time", THRESHOLD=n)["value"].to_numpy() * 1e9
            fit = fit_line(VTH_LEVELS, times)
            axis.plot([v * 1e3 for v in VTH_LEVELS], times, "o", color=COLOURS[n], markersize=3.5)
            line = [fit.slope * v + fit.intercept for v in VTH_LEVELS]
            axis.plot([v * 1e3 for v in VTH_LEVELS], line, color=COLOURS[n], linewidth=0.8)
            axis.annotate(f"{n} (P-AP)\n{fit.slope / 1e3:.3f} ns/mV", (VTH_LEVELS[2] * 1e3, line[2]), (0, -26),
                          textcoords="offset points", color=COLOURS[n])  # fmt: skip
        axis.set(xlabel="VTH (mV)", ylabel="Integration time (ns)")
        return figure

    def _draw_waves(self, results: Results, axes: Sequence) -> None:  # type: ignore[type-arg]
        high = float(results.settings["VDDIO"])
        for n in THRESHOLDS:
            for vth in VTH_LEVELS:
                waves = results.waveform(THRESHOLD=n, VTH=vth)
                waves = waves[(waves.index > T_WL + 0.4e-6)]
                time = waves.index.to_numpy() * 1e6
                share = 0.25 + 0.75 * (vth - VTH_LEVELS[0]) / (VTH_LEVELS[-1] - VTH_LEVELS[0])
                label = f"{n} (P-AP), VTH {vth * 1e3:.0f} mV" if vth in (VTH_LEVELS[0], VTH_LEVELS[-1]) else None
                axes[3].plot(time, waves["vtwg"] * 1e3, color=COLOURS[n], alpha=share, label=label)
            digital_strip(axes[THRESHOLDS.index(n) + 1], time, waves["swinteg"].to_numpy(), f"SWINTEG, {n}", high)
        digital_strip(axes[0], time, waves["swrst"].to_numpy(), "SWRST", high)
        level_line(axes[3], VTH_LEVELS[0], "VTH", "#b3003b")
        level_line(axes[3], VTH_LEVELS[-1], "VTH", "#b3003b")
        level_line(axes[3], float(results.settings["VCM_TWG"]), "VCM_TWG", edge="right")
        axes[3].set(xlabel="Time (µs)", ylabel="VTWG (mV)")


TESTBENCH = Figure9C()
