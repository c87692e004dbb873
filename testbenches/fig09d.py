"""Figure 9D: linear integration against synaptic weight, threshold 5 (P-AP)."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from matplotlib.figure import Figure

from harness.figures import TWO_COLUMNS, digital_strip, level_line, new_figure, weight_colours
from harness.testbench import Claim, Golden, Parameter, Results, Summary, Values
from testbenches.chain_event import CHAIN_PARAMETERS, ChainTestbench, linearity, wrong_decisions


class LinearIntegration(ChainTestbench):
    """One column a weight, from -N_REF to the threshold, all in one deck with their window generator."""

    parameters: ClassVar[tuple[Parameter, ...]] = CHAIN_PARAMETERS
    question = "Does VINTEG rise linearly with the synaptic weight, and does exactly the threshold's weight fire?"

    def weights(self, values: Values) -> Sequence[int]:
        """Return -N_REF .. THRESHOLD."""
        return range(-int(values["N_REF"]), int(values["THRESHOLD"]) + 1)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the wrong decisions and the linearity."""
        (case,) = results.cases
        step, inl, r_squared, at_zero = linearity(results, case.id)
        yield Summary("wrong_decisions", wrong_decisions(results))
        margins = results.select("vinteg")
        margins = margins.assign(margin=margins["value"] - float(case.values["VTH"]))
        threshold = int(case.values["THRESHOLD"])
        fired = results.select("fire")
        yield Summary("fires_one_below", float(fired.loc[fired["weight"] == threshold - 1, "value"].iloc[0]))
        yield Summary("step", step, "V")
        yield Summary("margin_at_n", float(margins.loc[margins["weight"] == threshold, "margin"].iloc[0]), "V")
        yield Summary(
            "margin_at_n_minus_1", -float(margins.loc[margins["weight"] == threshold - 1, "margin"].iloc[0]), "V"
        )
        yield Summary("loop_delay", float(results.select("vtwg_overshoot")["value"].iloc[0]) / step)
        yield Summary("inl", inl)
        yield Summary("r_squared", r_squared)
        yield Summary("weight_0_shift", at_zero)
        yield Summary("integration_time", float(results.select("integration_time")["value"].iloc[0]), "s")

    def draw(self, results: Results) -> Figure:
        """Draw SWRST, SWINTEG, FIRE as strips above VINTEG of every weight, and VINTEG against weight beside it."""
        (case,) = results.cases
        waves, weights = results.waveforms[case.id], list(self.weights(case.values))
        start = 0.55e-6
        waves = waves[waves.index >= start]
        time = waves.index.to_numpy() * 1e6
        colours = weight_colours(weights)
        figure = new_figure(TWO_COLUMNS, 3.9)
        left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(2.4, 1.0))[0]
        strips = ("swrst", "swinteg", "swcomp")
        axes = left.subplots(5, 1, sharex=True, height_ratios=(1, 1, 1, 1, 9))
        high = float(case.values["VDDIO"])
        for axis, name in zip(axes, strips, strict=False):
            digital_strip(axis, time, waves[name].to_numpy(), name.upper(), high)
        fired = [c for c, w in enumerate(weights) if waves[f"fire{c}"].iloc[-1] > high / 2]
        digital_strip(
            axes[3], time, waves[[f"fire{c}" for c in range(len(weights))]].max(axis=1).to_numpy(), "FIRE", high
        )
        axes[3].annotate(
            f"weight {', '.join(str(weights[c]) for c in fired)} ",
            (0.84, 0.5),
            xycoords="axes fraction",
            ha="right",
            va="center",
        )
        for column, weight in enumerate(weights):
            label = f"{weight:+d} (P-AP)" if weight else "0 (P-AP)"
            axes[4].plot(time, waves[f"vinteg{column}"] * 1e3, color=colours[weight], label=label)
        level_line(axes[4], float(case.values["VTH"]), "VTH", "#b3003b")
        level_line(axes[4], float(case.values["VREST"]), "VREST")
        axes[4].set(xlabel="Time (µs)", ylabel="VINTEG (mV)")
        axis = right.subplots()
        rows = results.select("vinteg")
        step, inl, r_squared, _ = linearity(results, case.id)
        rest = float(rows.loc[rows["weight"] == 0, "value"].iloc[0])
        axis.plot(weights, [(rest + step * w) * 1e3 for w in weights], color="0.6", linewidth=0.8)
        for _, row in rows.iterrows():
            axis.plot(row["weight"], row["value"] * 1e3, "o", markersize=4, color=colours[int(row["weight"])])
        level_line(axis, float(case.values["VTH"]), "VTH", "#b3003b")
        axis.set(xlabel="Synaptic weight (P-AP)", ylabel="VINTEG at SWCOMP (mV)")
        text = f"{step * 1e3:.1f} mV a step\nINL {inl:.2%}\n1 - R2 = {1 - r_squared:.0e}"
        axis.annotate(text, (0.96, 0.04), xycoords="axes fraction", va="bottom", ha="right")
        left.legend(*axes[4].get_legend_handles_labels(), loc="outside upper center", ncols=5, fontsize=6.5)
        return figure


def linearity_claims(place: str, step_name: str) -> tuple[Claim, ...]:
    """Return the claims of 9D or 9E."""
    return (
        Claim("wrong_decisions", f"FIRE exactly at weights >= {step_name}", place, (0, 0)),
        Claim("inl", "VINTEG against weight: INL, in steps", "required; linear: " + place, (0, 0.01), (0, 0.002)),
        Claim("r_squared", "VINTEG against weight: R^2", "required; linear: " + place, (0.9999, 1)),
        Claim("loop_delay", "VTWG past VTH when the window has closed, in steps", "required: n alpha t_delay / C",
              (-0.3, 0.3)),
        Claim("weight_0_shift", "VINTEG at weight 0 against its start, in steps", place + ": remains unchanged at 0",
              (-0.06, 0.06), (-0.03, 0.03)),
    )  # fmt: skip


FOUR_EXCEEDS_FIVE = Claim(
    "fires_one_below", "a stimulus of 4 alpha exceeds a threshold of 5 alpha and fires", "paper 2.1.4, 5C-D", (1, 1),
    known="the paper contradicts itself: by its own 2.2.2 and Figure 9D only 5 (P-AP) fires, and so it is here",
)  # fmt: skip


class Figure9D(LinearIntegration):
    """Threshold 5: eight columns, weights -2..5."""

    name = "fig09d"
    claims = (*linearity_claims("paper 2.2.2, Figure 9D", "5 (P-AP)"), FOUR_EXCEEDS_FIVE)
    goldens: ClassVar[tuple[Golden, ...]] = (
        Golden({}, ("vtwg", "vinteg0", "vinteg2", "vinteg7"), ("swrst", "swinteg", "fire6", "fire7"), 0.9),
    )


TESTBENCH = Figure9D()
