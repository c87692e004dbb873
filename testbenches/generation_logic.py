"""The generation's logic in five corners: glitches, order of phases, setup and hold of every flip-flop.

Two decks: a cluster's logic in one event, and register stages with data about the clock's edge, whose setup and hold
time the flip-flops of the first are held against, corner by corner. A flip-flop's clock is its inner one, behind its
inverters, in both.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from harness.analysis import Analysis, Solver, Transient
from harness.measure import crossings, first_crossing
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Testbench, Values
from testbenches.chain_event import worst
from testbenches.living_event import T_LCLK
from testbenches.parameters import IBIAS, VCM_COL, VCM_TWG, VDD, VDDIO, VTH

SOLVER = Solver(chgtol=3e-14)  # a glitch of 50 ps spans several steps
CLUSTER, STAGE = "cluster", "stage"
THRESHOLD_CURRENT = 2.7e-6  # A, five times alpha
SILICON = (("tt", 27.0), ("ff", 27.0), ("ss", 27.0), ("fs", 27.0), ("sf", 27.0), ("ff", -40.0), ("ss", 85.0))
NO_CROSSING = SILICON[5:]  # there the window is left to the bound

T_FIRST, T_BURST, PULSES = 0.9e-6, 1.0e-6, 15  # s: GCLK, first pulse of LCLK
T_STOP = T_BURST + PULSES * T_LCLK
LINES = (
    "fire_clear", "swrst", "az_read", "wl", "swhold", "swinteg", "swcomp", "update", "swleak", "fire",
    "own_swrst", "own_swcomp", "own_swinteg", "rst", "az", "azb", "own_rst", "own_az", "own_azb",
    "sw_rest", "sw_rfr", "sw_lat",
)  # fmt: skip
SHORTEST_PULSE = 20e-9  # s: what is shorter is no phase but a glitch
LEVELS = (0.25, 0.5, 0.75)  # of the supply; the first turns an analog switch on
APART = (("az_read", "wl"), ("swinteg", "swcomp"), ("swcomp", "update"), ("swcomp", "swleak"))  # first off, then on
# RST and AZ open before AZB closes, and AZB before RST closes: else charge leaves the summing node or the plate.
DRIVEN = (
    ("rst", "azb"),
    ("az", "azb"),
    ("azb", "rst"),
    ("own_rst", "own_azb"),
    ("own_az", "own_azb"),
    ("own_azb", "own_rst"),
)
RING = "xgeneration.clock"
FLIP_FLOPS = {  # data and inner clock; those that sample what is asynchronous by nature (GCLK, AXON) are not here
    "gclk2": ("xgeneration.gclk1", RING),
    **{f"h{k + 2}": (f"xgeneration.h{k}", RING) for k in range(0, 14, 2)},
    "bounded": ("swinteg", "xgeneration.xbounded.clock_in"),
    "axon_q": ("xaxon.sample", "xaxon.xtake.clock_in"),
    **{
        name: (f"xstate.{data}", "xstate.clock")
        for name, data in (("rfr", "rfr_next"), ("lat", "lat_next"), ("gen", "gen_next"), ("token1", "marked"),
                           ("token2", "token1"), ("token3", "token2"))
    },
}  # fmt: skip
OFFSETS = tuple(np.round(np.arange(-160e-12, 340e-12, 20e-12), 15))  # s, data against the middle of LCLK's edge
T_CLOCK = 3e-9  # s, LCLK begins to rise, for 1 ns


class GenerationLogic(Testbench):
    """An event in each corner, and the timing of a register stage in each."""

    name = "generation_logic"
    question = "Do the generation's gates keep their order, without glitches, in every corner?"
    is_figure = False
    check_solver = False  # minutes; flip-flops are timed at steps of 50 ps, windows differ by whole nanoseconds
    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDD,
        VDDIO,
        VCM_COL,
        VCM_TWG,
        VTH,
        IBIAS,
        Parameter("ITH", "threshold current", "A", THRESHOLD_CURRENT, 0.0, 20e-6),
        Parameter(
            "RUN", "an event of the cluster's logic, or register stages", default=CLUSTER, choices=(CLUSTER, STAGE)
        ),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("glitch", "widest pulse that is no phase, on any switch line, any corner, at 25, 50 and 75 % of VDDIO",
              "required, issue 4: none wider than 50 ps", (0, 50e-12), (0, 0)),
        Claim("setup_slack", "setup slack of every flip-flop, smallest", "required, issue 4: met, measured",
              (0, float("inf")), (1e-9, float("inf"))),
        Claim("hold_slack", "hold slack of every flip-flop, smallest", "required, issue 4: met, measured",
              (0, float("inf")), (50e-12, float("inf"))),
        Claim("phases_apart", "gap: auto-zero to word line, window to decision, decision to state and leak, smallest",
              "required: gate delays never make them overlap", (50e-9, 1e-6)),
        Claim("driver_gap", "RST, AZ and AZB: gap where charge matters, smallest", "required: non-overlapping",
              (0, 10e-9), (20e-12, 10e-9)),
        Claim("bound_flag", "corners in which `bounded` is wrong: high where nothing crossed, else low",
              "required, issue 4: says when the bound acted", (0, 0)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield both decks at each corner and temperature."""
        for corner, temp in SILICON:
            current = 0.0 if (corner, temp) in NO_CROSSING else settings["ITH"]
            yield {"RUN": CLUSTER, "CORNER": corner, "TEMP": temp, "ITH": current}
            yield {"RUN": STAGE, "CORNER": corner, "TEMP": temp, "ITH": current}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck of the run."""
        high = float(values["VDDIO"])
        if values["RUN"] == STAGE:
            stages = [
                {"name": stage_name(rising, k), "time": T_CLOCK + 0.5e-9 + offset, "before": high if rising else 0.0}
                for rising in (True, False)
                for k, offset in enumerate(OFFSETS)
            ]
            clock = [(0.2e-9, 1.6e-9, high), (T_CLOCK, 2 * T_CLOCK, high)]
            return "flip_flop_timing.cir.j2", {"VDDIO": high, "lclk": clock, "stages": stages}
        starts = [T_BURST + k * T_LCLK for k in range(PULSES)]
        return "generation_logic.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            "reset": [(0.0, 0.5e-6, high)],
            "axon": [(0.6e-6, 0.7e-6, high)],
            "gclk": [(T_FIRST, T_STOP + 1e-6, high)],
            "lclk": [(start, start + T_LCLK / 2, high) for start in starts],
        }

    def analysis(self, values: Values) -> Analysis:
        """Return the transient of the event, or of two clock edges."""
        if values["RUN"] == STAGE:
            return Transient(T_CLOCK + 3e-9, 50e-12, SOLVER)
        return Transient(T_STOP, 100e-9, SOLVER)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the lines and the flip-flops' data and clocks, or each stage's data and output."""
        if values["RUN"] == STAGE:
            names = [stage_name(rising, k) for rising in (True, False) for k in range(len(OFFSETS))]
            return ("clock", *names, *(f"{name}_q" for name in names))
        nodes = [node for pair in FLIP_FLOPS.values() for node in pair]
        return (*LINES, "bounded", "xtwg.steer", *sorted(set(nodes) - set(LINES)))

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield glitches, gaps and data-to-clock times of the event; or setup and hold time of a stage."""
        high = float(values["VDDIO"])
        if values["RUN"] == STAGE:
            setup, hold = zip(*(stage_limits(waveforms, rising, high / 2) for rising in (True, False)), strict=True)
            yield Reading("setup_time", max(setup), "s")
            yield Reading("hold_time", max(hold), "s")
            return
        supply = {line: high for line in LINES} | {"az_read": float(values["VDD"])}
        for line in LINES:
            yield Reading("glitch", widest_glitch(waveforms[line], supply[line]), "s", {"line": line})
        for measure, pairs in (("phases_apart", APART), ("driver_gap", DRIVEN)):
            for first, then in pairs:
                gap = smallest_gap(waveforms[first], supply[first] / 2, waveforms[then], supply[then] / 2)
                yield Reading(measure, gap, "s", {"line": f"{first} to {then}"})
        for name, (data, clock) in FLIP_FLOPS.items():
            before, after = _data_about_clock(waveforms[data], waveforms[clock], high / 2)
            yield Reading("data_before_clock", before, "s", {"line": name})
            yield Reading("data_after_clock", after, "s", {"line": name})
        if float(values["ITH"]):
            lines = ("own_swinteg", "xtwg.steer")
            own, window = (first_crossing(waveforms[line], high / 2, "fall", T_BURST + T_LCLK) for line in lines)
            yield Reading("steer_skew", own - window, "s")
        yield Reading("bounded", float(waveforms["bounded"].iloc[-1] > high / 2))

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the worst over corners, slacks against the setup and hold time of the same corner."""
        yield Summary("glitch", float(results.select("glitch")["value"].max()), "s")
        yield Summary("setup_slack", slack(results, "data_before_clock", "setup_time"), "s")
        yield Summary("hold_slack", slack(results, "data_after_clock", "hold_time"), "s")
        for measure in ("phases_apart", "driver_gap"):
            yield Summary(measure, float(results.select(measure)["value"].min(skipna=False)), "s")
        flags = results.select("bounded")
        yield Summary("bound_flag", int(((flags["value"] > 0) != (flags["ITH"] == 0.0)).sum()))
        for measure in ("setup_time", "hold_time"):
            yield Summary(measure, float(results.select(measure)["value"].max()), "s")
        yield Summary("steer_skew", worst(results.select("steer_skew")["value"]), "s")


def stage_name(rising: bool, index: int) -> str:
    """Return the node and instance name of a stage whose data rise, or fall, at one of OFFSETS."""
    return f"{'rising' if rising else 'falling'}{index}"


def widest_glitch(signal: pd.Series, supply: float) -> float:
    """Return the widest pulse, up or down, that is too short for a phase (s), at any of the levels; 0 for none."""
    widths = np.concatenate([np.diff(crossings(signal, level * supply)) for level in LEVELS])
    return float(max(widths[widths < SHORTEST_PULSE], default=0.0))


def smallest_gap(first: pd.Series, first_level: float, then: pd.Series, then_level: float) -> float:
    """Return the smallest time (s) from a fall of ``first`` to the next rise of ``then``; negative in an overlap."""
    falls, rises = crossings(first, first_level, "fall"), crossings(then, then_level, "rise")
    gaps = [rise - falls[np.abs(falls - rise).argmin()] for rise in rises if len(falls)]
    return float(min(gaps, default=float("nan")))


def _data_about_clock(data: pd.Series, clock: pd.Series, half: float) -> tuple[float, float]:
    """Return the smallest times (s) from a change of data to the clock's rise, and from it to a change; inf: none."""
    changes, edges = crossings(data, half), crossings(clock, half, "rise")
    before = [edge - changes[changes <= edge][-1] for edge in edges if (changes <= edge).any()]
    after = [changes[changes > edge][0] - edge for edge in edges if (changes > edge).any()]
    return float(min(before, default=np.inf)), float(min(after, default=np.inf))


def stage_limits(waveforms: pd.DataFrame, rising: bool, half: float) -> tuple[float, float]:
    """Return (setup, hold) in s: data that change setup before the clock are taken, hold after it ignored.

    Taken means with at most a tenth more delay than data that came long before.
    """
    edge = first_crossing(waveforms["clock"], half, "rise", T_CLOCK - 0.2e-9)
    lags, delays = [], []
    for k in range(len(OFFSETS)):
        name, direction = stage_name(rising, k), "rise" if rising else "fall"
        lags.append(first_crossing(waveforms[name], half, direction) - edge)
        delays.append(first_crossing(waveforms[f"{name}_q"], half, direction, edge) - edge)
    late = np.array(delays) > 1.1 * delays[0]
    taken = ~(np.isnan(delays) | late)
    ignored = np.isnan(delays)
    if not taken[0] or not ignored[-1]:
        return float("nan"), float("nan")
    return -lags[int(np.argmin(taken)) - 1], lags[len(ignored) - int(np.argmin(ignored[::-1]))]


def slack(results: Results, measure: str, limit: str) -> float:
    """Return the smallest of a data-to-clock time over the limit of its corner (s)."""
    limits = results.select(limit).set_index(["CORNER", "TEMP"])["value"]
    rows = results.select(measure)
    slacks = [row["value"] - limits[row["CORNER"], row["TEMP"]] for _, row in rows.iterrows()]
    return float(np.min(slacks))


TESTBENCH = GenerationLogic()
