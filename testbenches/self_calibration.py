"""Self-calibration: the window follows the silicon, so the decision and V(n) stay though the time moves (2.2.1.2)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from harness.testbench import Claim, Results, Summary, Values
from testbenches.chain_event import ChainTestbench, linearity, worst, wrong_decisions
from testbenches.parameters import CORNERS

THRESHOLDS = (5, 7)
SPREADS: tuple[Mapping[str, Any], ...] = (
    *({"CORNER": corner} for corner in CORNERS),
    {"C_SCALE": 1.15}, {"C_SCALE": 0.85}, {"RA_SCALE": 1.2}, {"RA_SCALE": 0.8},
    *({"CORNER": corner, **pair} for corner in ("ss", "ff")
      for pair in ({"C_SCALE": 1.15, "RA_SCALE": 1.2}, {"C_SCALE": 0.85, "RA_SCALE": 0.8})),
    {"IBIAS": 2.4e-6}, {"IBIAS": 1.6e-6},
)  # fmt: skip
TEMPERATURES: tuple[Mapping[str, Any], ...] = ({"TEMP": -40.0}, {"TEMP": 85.0})
REQUIRED = "required"


class SelfCalibration(ChainTestbench):
    """Every weight at both thresholds over corners, capacitors, RA, bias and temperature, with the same voltages."""

    name = "self_calibration"
    question = "Do the decision and V(n) hold when transistors, capacitors, RA and bias move?"
    is_figure = False
    check_solver = False  # the deck of Figures 9D and 9E, which tell its solver's error
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("wrong_decisions_spread", "wrong decisions over corners, C, RA, pairs and bias", REQUIRED, (0, 0)),
        Claim("wrong_decisions_temperature", "wrong decisions at -40 and 85 C", "aim of the requirement", (0, 0)),
        Claim("v5_spread", "V(5) - VREST at threshold 5: peak to peak over its mean", REQUIRED, (0, 0.05), (0, 0.025)),
        Claim("v7_spread", "V(7) - VREST at threshold 7: peak to peak over its mean", REQUIRED, (0, 0.05), (0, 0.025)),
        Claim("inl_corners", "worst INL over corners, in steps", REQUIRED, (0, 0.01), (0, 0.002)),
        Claim("r_squared_corners", "VINTEG against weight: worst R^2 over corners", REQUIRED, (0.9999, 1)),
        Claim("weight_0_corners", "VINTEG at weight 0 against its start, worst over corners, in steps", REQUIRED,
              (-0.06, 0.06), (-0.03, 0.03)),
        Claim("weight_0_85c", "the same at 85 C", "aim of the requirement", (-0.06, 0.06), (-0.03, 0.03)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield both thresholds over every spread; each case names all that can vary, so that columns are whole."""
        base = {name: settings[name] for name in ("CORNER", "C_SCALE", "RA_SCALE", "IBIAS", "TEMP")}
        for threshold in THRESHOLDS:
            for spread in (*SPREADS, *TEMPERATURES):
                yield {"THRESHOLD": threshold, **base, **spread}

    def weights(self, values: Values) -> Sequence[int]:
        """Return -N_REF .. THRESHOLD."""
        return range(-int(values["N_REF"]), int(values["THRESHOLD"]) + 1)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield decisions, the spreads of V(n) and of the time, and the linearity over the corners."""
        room = [case.id for case in results.cases if case.values["TEMP"] == results.settings["TEMP"]]
        plain = [
            case.id for case in results.cases
            if all(case.values[name] == results.settings[name] for name in ("C_SCALE", "RA_SCALE", "IBIAS", "TEMP"))
        ]  # fmt: skip
        hot = [case.id for case in results.cases if case.values["TEMP"] == TEMPERATURES[1]["TEMP"]]
        yield Summary("wrong_decisions_spread", wrong_decisions(_only(results, room)))
        others = [case.id for case in results.cases if case.id not in room]
        yield Summary("wrong_decisions_temperature", wrong_decisions(_only(results, others)))
        for n in THRESHOLDS:
            part = _only(results, room)
            top = part.select("vinteg", THRESHOLD=n, weight=n)["value"] - float(results.settings["VREST"])
            yield Summary(f"v{n}_spread", float((top.max() - top.min()) / top.mean()))
            times = part.select("integration_time", THRESHOLD=n)["value"]
            yield Summary(f"time_{n}_spread", float((times.max() - times.min()) / times.mean()))
        corners = [linearity(results, case) for case in plain]
        yield Summary("inl_corners", worst(inl for _, inl, _, _ in corners))
        yield Summary("r_squared_corners", min(r_squared for _, _, r_squared, _ in corners))
        yield Summary("weight_0_corners", worst(shift for _, _, _, shift in corners))
        yield Summary("weight_0_85c", worst(linearity(results, case)[3] for case in hot))


def _only(results: Results, cases: Sequence[str]) -> Results:
    """Return the results of some of the cases."""
    kept = [case for case in results.cases if case.id in cases]
    measures = results.measures[results.measures["case"].isin(cases)]
    return Results(kept, results.waveforms, measures, results.settings)


TESTBENCH = SelfCalibration()
