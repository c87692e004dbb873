"""The residual of Figure 8E: which variant of the same circuits ends where the paper does, and by which mechanism.

After auto-zero the paper has mu 8.03 and sigma 0.97 mV (section 2.2.1.3); the design has a tenth of both. Two things
are left over, and each variant is one of them or both.

Charge of the comparator's reset switch, over the capacitor that it leaves (`small_capacitor`, `wider_switch`,
`wide_switch`): mu goes anywhere, but the threshold of a switch varies by a small part of its gate drive, so sigma stays
near 0.1 mV.

The distance from the level of auto-zero to the level at which the comparator answers, over its gain (`low_gain`: loads
and output of the shortest gates, a small inverter that reads them): mismatch of short loads moves the gain itself and
that of the inverter the level, so sigma is a large part of mu, whose sign is the other.

`all_small` is both: a comparator drawn for area, 30 fF and an NMOS alone of 0.6 um. Its mu is the switch's
(`wider_switch`, the same without the low gain) less the gain's; its sigma is the gain's, which the small capacitor in
front of the amplifier's input lowers further: contributions_fig08_variants shows the pair's loads carrying most of the
variance, and the inverter most of the rest. Plausible, not proven: its sigma before auto-zero is larger than the
paper's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import ClassVar

from matplotlib.figure import Figure

from harness.figures import TWO_COLUMNS, new_figure
from harness.testbench import Breakdown, Case, Claim, Parameter, Results, Samples, Summary, Values
from testbenches.fig08e import FAMILIES, Figure8E
from testbenches.offsets import OFF, ON

_LOW_GAIN = {
    **{f"comparator.{role}.l": 150e-9 for role in ("diode", "cross", "out_n", "out_p")},
    "comparator.read_n.w": 400e-9,
    "comparator.read_p.w": 300e-9,
}
VARIANTS: Mapping[str, Mapping[str, float]] = {
    "as_designed": {},
    "small_capacitor": {"comparator.zero.c": 30e-15},
    "wider_switch": {"comparator.zero.c": 30e-15, "comparator.reset.w": 600e-9},
    "wide_switch": {"comparator.zero.c": 30e-15, "comparator.reset.w": 1e-6},
    "low_gain": _LOW_GAIN,
    "all_small": {**_LOW_GAIN, "comparator.zero.c": 30e-15, "comparator.reset.w": 600e-9},
}
PAPER = (8.03e-3, 0.97e-3)  # V, mu and sigma of Figure 8E after auto-zero
SPAN, RATE = 40e-3, 60e3  # V either side of VTH, V/s


class Figure8Variants(Figure8E):
    """Figure 8E after auto-zero for each variant, and before for the one that ends like the paper's circuit."""

    name = "fig08_variants"
    question = "Which variant of integrator and comparator leaves the paper's residual after auto-zero, and why?"
    is_figure = False
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *Figure8E.parameters,
        Parameter("VARIANT", "sizes that differ from the design", default="as_designed", choices=tuple(VARIANTS)),
    )
    samples = 100
    sample_claims: ClassVar[tuple[Claim, ...]] = (
        Claim("mu_all_small", "all_small after auto-zero: mean (paper: 8.03 mV)", "paper Figure 8E", (6e-3, 10e-3)),
        Claim("sigma_all_small", "all_small after auto-zero: sigma (the paper's: 0.97 mV)", "paper Figure 8E",
              (0.7e-3, 1.3e-3)),
    )  # fmt: skip
    breakdowns: ClassVar[tuple[Breakdown, ...]] = (
        Breakdown("all_small after auto-zero", "offset", {"VARIANT": "all_small", "AUTO_ZERO": ON}, FAMILIES, (
            Claim("comparator: loads of the pair", "half of the variance or more", "required: the mechanism", (0.5, 1)),
        )),
    )  # fmt: skip
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("offset_all_small", "offset of nominal silicon, all_small (the paper's mu is 8.03 mV)",
              "paper 2.2.1.3, Figure 8E", (6e-3, 10e-3)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield each variant after auto-zero, and the last before it."""
        for variant in VARIANTS:
            yield {"VARIANT": variant, "AUTO_ZERO": ON}
        yield {"VARIANT": "all_small", "AUTO_ZERO": OFF}

    def cases(self, settings: Values) -> list[Case]:
        """Return the cases, each with its variant's sizes; what the user set stands above them."""
        sized = {name: value for name, value in settings.items() if "." in name}
        return [
            replace(case, values={**case.values, **VARIANTS[str(case.values["VARIANT"])], **sized})
            for case in super().cases(settings)
        ]

    def span(self, values: Values) -> float:
        """Return a span that holds every variant."""
        return SPAN * float(values["SEARCH"])

    def rate(self, values: Values) -> float:
        """Return one rate for all."""
        return RATE

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the nominal offset of each variant after auto-zero."""
        for variant in VARIANTS:
            row = results.select("offset", VARIANT=variant, AUTO_ZERO=ON)
            yield Summary(f"offset_{variant}", float(row["value"].iloc[0]), "V")

    def summarize_samples(self, study: Samples) -> Iterable[Summary]:
        """Yield mu and sigma of each variant after auto-zero."""
        for variant in VARIANTS:
            found = study.spread("offset", VARIANT=variant, AUTO_ZERO=ON)
            yield Summary(f"mu_{variant}", found.mu, "V")
            yield Summary(f"sigma_{variant}", found.sigma, "V")

    def draw_samples(self, study: Samples) -> Figure:
        """Draw mu and sigma of each variant with their intervals, and where the paper's circuit ends."""
        figure = new_figure(TWO_COLUMNS, 2.6)
        left, right = figure.subplots(1, 2, sharey=True)
        for place, variant in enumerate(VARIANTS):
            found = study.spread("offset", VARIANT=variant, AUTO_ZERO=ON)
            for axes, value, interval in (
                (left, found.mu, found.mu_interval),
                (right, found.sigma, found.sigma_interval),
            ):
                reach = [[(value - interval[0]) * 1e3], [(interval[1] - value) * 1e3]]
                axes.errorbar([value * 1e3], [place], xerr=reach, fmt="o", color="#1f5fa8", markersize=3.5)
        left.set_yticks(range(len(VARIANTS)), [name.replace("_", " ") for name in VARIANTS])
        left.invert_yaxis()
        for axes, claim, paper, name in zip(
            (left, right), self.sample_claims, PAPER, (r"$\mu$", r"$\sigma$"), strict=True
        ):
            low, high = claim.must
            axes.axvspan(low * 1e3, high * 1e3, color="#b3003b", alpha=0.12, linewidth=0)
            axes.axvline(paper * 1e3, color="#b3003b", linewidth=0.8, label=f"paper: {paper * 1e3:.2f} mV")
            axes.set_xlabel(f"{name} of the offset after auto-zero (mV)")
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16))
        right.set_xscale("log")
        right.set_title(f"N = {study.counts}", loc="right", fontsize=7)
        return figure


TESTBENCH = Figure8Variants()
