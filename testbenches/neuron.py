"""The neuron half alone: start, linearity, decision, delay and hold with ideal n alpha currents."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from harness.analysis import Analysis, Solver, Transient
from harness.figures import TWO_COLUMNS, level_line, new_figure, weight_colours
from harness.measure import first_crossing, fit_line, value_at
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Testbench, Values
from testbenches.parameters import CORNERS, IBIAS, VCM_COL, VCM_TWG, VDDIO, VREST, VTH

T_RELEASE, T_WINDOW, T_END = 0.6e-6, 0.7e-6, 0.15e-6  # s
T_HOLD = 20e-6  # s, one period of GCLK
T_KICK = 50e-9  # s, after which the virtual ground has settled from the release
T_EDGE = 5e-9  # s, before the half-way point of SWINTEG's fall, whose edge couples into the node
EVENT, HOLD = "event", "hold"

# At the house's reltol the trapezoidal rule rings after edges here: 1.3 V on a gate's inner node, 0.13 mV in VINTEG.
SOLVER = Solver(reltol=3e-5)


class Neuron(Testbench):
    """Five columns at the ends, the zero and the threshold's edge, in five corners; and a hold of one GCLK period."""

    name = "neuron"
    question = "What do integrator, comparator and window add to ideal synapse currents?"
    is_figure = False
    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDDIO,
        VCM_COL,
        VREST,
        VTH,
        VCM_TWG,
        IBIAS,
        Parameter("ALPHA", "current of one (P-AP)", "A", 0.54e-6, 10e-9, 10e-6),
        Parameter("COLUMN_LOAD", "capacitance of a column's current output", "F", 150e-15, 1e-15, 10e-12),
        Parameter("THRESHOLD", "firing threshold in (P-AP)", default=7, low=3, high=12),
        Parameter("RUN", "one event, or one and a hold of a GCLK period", default=EVENT, choices=(EVENT, HOLD)),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions", "wrong decisions, thresholds 5 and 7, five corners", "required", (0, 0)),
        Claim("start_error", "VINTEG of weight 0 against VREST, worst", "paper 2.2.1.1: starts at the baseline",
              (0, 0.5e-3), (0, 0.1e-3)),
        Claim("inl", "VINTEG against weight: best-fit INL in steps, worst", "required, of the neuron's share",
              (0, 0.002), (0, 0.0005)),
        Claim("overdrive", "VINTEG gained by the loop's delay at threshold 7, in steps, worst",
              "required: n alpha t / C under 0.3 of a step", (-0.3, 0.3), (-0.15, 0.15)),
        Claim("sag", "virtual ground below VCM_COL during the window at 7 (P-AP), worst", "required: linear currents",
              (0, 10e-3), (0, 5e-3)),
        Claim("droop", "change of VINTEG in a hold of 20 us, worst column, tt at 27 C and ff at 85 C", "required",
              (0, 0.5e-3), (0, 0.1e-3)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield an event for each threshold and corner, and a hold at tt 27 C and at ff 85 C."""
        for threshold in (5, 7):
            for corner in CORNERS:
                yield {"RUN": EVENT, "THRESHOLD": threshold, "CORNER": corner, "TEMP": settings["TEMP"]}
        for corner, temp in (("tt", 27.0), ("ff", 85.0)):
            yield {"RUN": HOLD, "THRESHOLD": 7, "CORNER": corner, "TEMP": temp}

    def weights(self, values: Values) -> Sequence[int]:
        """Return the weights of the columns: the lowest, 0, 2, and both sides of the threshold."""
        return (-2, 0, 2, int(values["THRESHOLD"]) - 1, int(values["THRESHOLD"]))

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the neurons' deck."""
        return "neuron.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            "weights": self.weights(values),
            "t_release": T_RELEASE,
            "t_decide": T_RELEASE + T_WINDOW,
        }

    def analysis(self, values: Values) -> Analysis:
        """Return one event's transient, or one with its hold."""
        if values["RUN"] == HOLD:
            return Transient(T_RELEASE + T_WINDOW + T_END + T_HOLD, 200e-9, SOLVER)
        return Transient(T_RELEASE + T_WINDOW + T_END, 5e-9, SOLVER)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return switches, VTWG, each VINTEG and FIRE, and the summing node of the strongest column."""
        columns = range(len(self.weights(values)))
        each = [name for c in columns for name in (f"vinteg{c}", f"fire{c}")]
        return ("swrst", "swinteg", "swcomp", "vtwg", *each, f"xneuron{columns[-1]}.xintegrator.sum")

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the integration time, VINTEG and FIRE of each column, and the sag; or the droop of each column."""
        half, decide = float(values["VDDIO"]) / 2, T_RELEASE + T_WINDOW
        held = [waveforms[f"vinteg{c}"] for c in range(len(self.weights(values)))]
        start = [value_at(vinteg, decide + T_END) for vinteg in held]
        if values["RUN"] == HOLD:
            for weight, vinteg, before in zip(self.weights(values), held, start, strict=True):
                yield Reading("droop", value_at(vinteg, decide + T_END + T_HOLD) - before, "V", {"weight": weight})
            return
        opened = first_crossing(waveforms["swrst"], half, "fall")
        closed = first_crossing(waveforms["swinteg"], half, "fall", opened)
        yield Reading("integration_time", closed - opened, "s")
        node = waveforms[f"xneuron{len(held) - 1}.xintegrator.sum"]
        sag = float(values["VCM_COL"]) - node[(node.index > opened + T_KICK) & (node.index < closed - T_EDGE)]
        yield Reading("sag", float(sag.max()), "V")
        for c, (weight, before) in enumerate(zip(self.weights(values), start, strict=True)):
            yield Reading("vinteg", before, "V", {"weight": weight})
            yield Reading("fire", float(waveforms[f"fire{c}"].iloc[-1] > half), "", {"weight": weight})

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the worst of each over thresholds and corners, and the loop's delay and the leakage at tt."""
        fires = results.select("fire")
        wanted = fires["weight"] >= fires["THRESHOLD"]
        yield Summary("wrong_decisions", int((wanted != (fires["value"] > 0.5)).sum()))
        zero = results.select("vinteg", weight=0)["value"] - float(results.settings["VREST"])
        yield Summary("start_error", float(zero.abs().max()), "V")
        fits = {
            key: fit_line(rows["weight"], rows["value"])
            for key, rows in results.select("vinteg").groupby(["THRESHOLD", "CORNER"])
        }
        yield Summary("inl", max(fit.inl for fit in fits.values()))
        yield Summary("overdrive", max((self._overdrive(results, corner, fits) for corner in CORNERS), key=abs))
        yield Summary("sag", float(results.select("sag", THRESHOLD=7)["value"].max()), "V")
        droop = float(results.select("droop")["value"].abs().max())
        yield Summary("droop", droop, "V")
        times = {n: _time(results, n, "tt") for n in (5, 7)}
        yield Summary("loop_delay_tt", (7 * times[7] - 5 * times[5]) / 2, "s")  # what is left of T(n) = delay + K / n
        capacitance = float(results.settings["ALPHA"]) * times[7] / fits[7, "tt"].slope
        yield Summary("leakage", capacitance * droop / T_HOLD, "A")

    def _overdrive(self, results: Results, corner: str, fits: Mapping[Any, Any]) -> float:
        settings, reached = results.settings, results.select("vinteg", THRESHOLD=7, CORNER=corner, weight=7)
        ramp = float(settings["VTH"]) - float(settings["VCM_TWG"])
        gained = float(reached["value"].iloc[0]) - float(settings["VREST"]) - ramp
        return gained / float(fits[7, corner].slope)

    def draw(self, results: Results) -> Figure:
        """Draw VTWG and VINTEG of the event at threshold 7, and how far VINTEG is from the line, for every corner."""
        figure = new_figure(TWO_COLUMNS, 3.2)
        left, right = figure.subplots(1, 2, width_ratios=(1.6, 1.0))
        case = next(case for case in results.cases if case.values["THRESHOLD"] == 7 and case.values["RUN"] == EVENT)
        waves, weights = results.waveforms[case.id], self.weights(case.values)
        waves = waves[waves.index > T_RELEASE - 0.3e-6]
        time, colours = waves.index.to_numpy(dtype=float) * 1e6, weight_colours(weights)
        for c, weight in enumerate(weights):
            left.plot(time, waves[f"vinteg{c}"] * 1e3, color=colours[weight], label=f"weight {weight}")
        left.plot(time, waves["vtwg"] * 1e3, color="black", linewidth=0.8, label="VTWG")
        for name in ("VTH", "VREST"):
            level_line(left, float(results.settings[name]), name)
        left.set(xlabel="Time (µs)", ylabel="VINTEG, VTWG (mV)")
        for corner in CORNERS:
            rows = results.select("vinteg", THRESHOLD=7, CORNER=corner)
            fit = fit_line(rows["weight"], rows["value"])
            share = 100 * np.asarray(fit.residuals) / fit.slope
            right.plot(rows["weight"].to_numpy(), share, "o-", markersize=3, linewidth=0.8, label=corner)
        right.set(xlabel="Weight (P-AP)", ylabel="VINTEG from its line (% of a step)")
        right.legend(ncols=2)
        figure.legend(*left.get_legend_handles_labels(), loc="outside upper left", ncols=6)
        return figure


def _time(results: Results, threshold: int, corner: str) -> float:
    row = results.select("integration_time", THRESHOLD=threshold, CORNER=corner)
    return float(row["value"].iloc[0])


TESTBENCH = Neuron()
