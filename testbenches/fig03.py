"""Figure 3: the 1T-1MTJ cell switches: hysteresis, trajectories, and switching time against current."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from harness.analysis import Analysis, Solver, Transient
from harness.errors import HarnessError
from harness.figures import TWO_COLUMNS, new_figure
from harness.measure import first_crossing
from harness.mtj import MTJ_SETS, MtjSet, load_mtj_set, mtj_set_names
from harness.switching import switching_time, threshold_current
from harness.testbench import Claim, Golden, Parameter, Reading, Results, Summary, Testbench, Values
from testbenches.parameters import VDDIO

CMTJ_REFERENCE = MTJ_SETS.with_name("cmtj_reference.csv")
HYSTERESIS, CURRENTS = "hysteresis", "currents"
OVERDRIVES = (1.05, 1.1, 1.2, 1.5, 2.0, 3.0, 5.0, 8.0)  # current over the threshold; cmtj_reference.csv has these
SHOWN = (1.2, 1.5, 2.0, 3.0)  # of them, as trajectories
SMALL_ANGLE, LARGE_ANGLE = 0.02, 0.3  # rad, beside the angle at which a junction rests
BESIDE = (0.95, 1.05)  # overdrives between which the threshold is read off
T_START, T_EDGE = 50e-12, 1e-12  # s: when the currents come
T_GROWTH = 1e-9  # s, how long a small angle's growth is watched
T_QUARTER = (
    1e-3  # s, one ramp of the sweep: so slow that a reversal, some 100 ns near the threshold, counts for nothing
)
AT_REST = 0.995  # |cos(theta)|: nearer to the axis a junction has not begun to switch
COLOURS = {"10k20k": "#1f5fa8", "5k30k": "#d9822b"}
NAMES = {"10k20k": "10 kΩ / 20 kΩ", "5k30k": "5 kΩ / 30 kΩ"}
TO_AP, TO_P = "P → AP", "AP → P"


@dataclass(frozen=True)
class Drive:
    """One junction under one constant current; ``start`` is its state parameter, ``rest`` its minimum angle (rad)."""

    name: str
    to_antiparallel: bool
    overdrive: float
    current: float
    angle: float
    rest: float

    @property
    def start(self) -> float:
        """The initial angle as the junction's state: 0 parallel, 1 antiparallel."""
        return self.angle / math.pi if self.to_antiparallel else 1 - self.angle / math.pi


def drives(mtj: MtjSet) -> Iterator[Drive]:
    """Yield the junctions that switch, from three angles; each rests where it starts."""
    for to_antiparallel in (True, False):
        threshold = threshold_current(mtj, to_antiparallel)
        for place, angle in enumerate((SMALL_ANGLE, mtj.minimum_angle, LARGE_ANGLE)):
            for index, overdrive in enumerate(OVERDRIVES):
                name = f"{'ap' if to_antiparallel else 'p'}_{place}_{index}"
                yield Drive(name, to_antiparallel, overdrive, overdrive * threshold, angle, angle)


def beside_threshold(mtj: MtjSet) -> Iterator[Drive]:
    """Yield the junctions on both sides of the threshold, whose small angle is free to grow and to decay."""
    for to_antiparallel in (True, False):
        threshold = threshold_current(mtj, to_antiparallel)
        for index, overdrive in enumerate(BESIDE):
            name = f"{'ap' if to_antiparallel else 'p'}_threshold_{index}"
            yield Drive(name, to_antiparallel, overdrive, overdrive * threshold, SMALL_ANGLE, SMALL_ANGLE / 4)


def cmtj_reference(measure: str) -> pd.DataFrame:
    """Return one measure of models/mtj/cmtj_reference.csv: MTJ, to_antiparallel, overdrive, start_angle, value, ...

    scripts/cmtj_reference.py describes the columns.

    Raises:
        HarnessError: the table is not there, or has no such measure.
    """
    if not CMTJ_REFERENCE.is_file():
        raise HarnessError(f"{CMTJ_REFERENCE} is missing, with what cmtj computed; restore it, or run `make cmtj`.")
    table = pd.read_csv(CMTJ_REFERENCE).drop(columns="cmtj").rename(columns={"mtj": "MTJ"})
    found = table[table["measure"] == measure]
    if found.empty:
        raise HarnessError(f"{CMTJ_REFERENCE} has no measure {measure!r}; run `make cmtj`.")
    return found


class Figure3(Testbench):
    """Two studies: ``hysteresis``, a cell under a slow voltage; ``currents``, junctions under constant currents.

    The reference for the second is the exact integral of the same equation (harness/switching.py) and cmtj, which
    integrates the vector equation with precession (scripts/cmtj_reference.py).
    """

    name = "fig03"
    question = "At which current, in which direction and how fast does a cell switch, and do references agree?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        VDDIO,
        Parameter("STUDY", "which question", default=HYSTERESIS, choices=(HYSTERESIS, CURRENTS)),
    )
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("time_error_integral", "switching time against the exact integral: 8 currents to 8 Ic0, 3 angles, both "
              "directions and MTJ sets", "required", (0, 0.02), (0, 0.005)),
        Claim("time_error_cmtj", "the same against cmtj", "required", (0, 0.02), (0, 0.005)),
        Claim("threshold_error", "threshold against 4 e damping Delta kT / (hbar P), both directions and MTJ sets",
              "required", (0, 0.02), (0, 0.005)),
        Claim("threshold_error_cmtj", "the same against cmtj", "required", (0, 0.02), (0, 0.005)),
        Claim("sweep_error", "current at which a cell switches in a slow sweep, against the threshold", "required",
              (0, 0.02)),
        Claim("current_to_ap", "least current from pinned to free layer that writes AP",
              "paper 2.1.3.1: it writes AP", (1e-6, math.inf)),
        Claim("current_to_p", "least current from pinned to free layer that writes P",
              "paper 2.1.3.1: the other direction writes P", (-math.inf, -1e-6)),
    )  # fmt: skip
    goldens: ClassVar[tuple[Golden, ...]] = (
        Golden({"STUDY": CURRENTS, "MTJ": "10k20k"}, ("xap_1_3.cos_theta", "xp_1_4.cos_theta")),
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield both studies for every MTJ set."""
        for study in (HYSTERESIS, CURRENTS):
            for mtj in mtj_set_names():
                yield {"STUDY": study, "MTJ": mtj}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck of the study."""
        if values["STUDY"] == HYSTERESIS:
            return "fig03_hysteresis.cir.j2", {"VDDIO": values["VDDIO"], "quarter": T_QUARTER}
        mtj = load_mtj_set(str(values["MTJ"]))
        every = [
            (d.name, d.to_antiparallel, d.current, d.start, d.rest) for d in (*drives(mtj), *beside_threshold(mtj))
        ]
        return "fig03_currents.cir.j2", {"drives": every, "t_start": T_START, "t_edge": T_EDGE}

    def analysis(self, values: Values) -> Analysis:
        """Return the sweep, or a transient in which the slowest junction switches."""
        if values["STUDY"] == HYSTERESIS:
            return Transient(4 * T_QUARTER, T_QUARTER / 2000, Solver(reltol=1e-5, method="gear"))
        mtj = load_mtj_set(str(values["MTJ"]))
        slowest = max(switching_time(mtj, d.current, d.to_antiparallel, d.angle) for d in drives(mtj))
        return Transient(1.05 * slowest + T_START, 0.2e-9, Solver(reltol=1e-5))

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return what the cell shows at its pins and cos(theta), or the angles of all junctions."""
        if values["STUDY"] == HYSTERESIS:
            return ("bl", "sl", "i(vbl)", "xcell.pinned_layer", "xcell.xjunction.cos_theta")
        mtj = load_mtj_set(str(values["MTJ"]))
        small = tuple(f"x{drive.name}.u" for drive in beside_threshold(mtj))
        return (*(f"x{drive.name}.cos_theta" for drive in drives(mtj)), *small)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield where the cell switches, or when each junction does and the thresholds."""
        mtj = load_mtj_set(str(values["MTJ"]))
        if values["STUDY"] == HYSTERESIS:
            yield from _switching_points(waveforms)
            return
        for drive in drives(mtj):
            at = {"to_antiparallel": drive.to_antiparallel, "overdrive": drive.overdrive, "start_angle": drive.angle}
            time = first_crossing(waveforms[f"x{drive.name}.cos_theta"], 0.0) - T_START - T_EDGE / 2
            yield Reading("switching_time", time, "s", at)
        for to_antiparallel in (True, False):
            pair = [drive for drive in beside_threshold(mtj) if drive.to_antiparallel == to_antiparallel]
            grown = [_growth(waveforms[f"x{drive.name}.u"]) for drive in pair]
            threshold = float(np.interp(0.0, grown, [drive.current for drive in pair]))
            yield Reading("threshold", threshold, "A", {"to_antiparallel": to_antiparallel})

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the largest errors, and the sweep's switching voltages and currents."""
        times = compared_times(results)
        yield Summary("time_error_integral", float(times["error_integral"].abs().max()))
        yield Summary("time_error_cmtj", float(times["error_cmtj"].abs().max()))
        found = with_thresholds(results.select("threshold"))
        yield Summary("threshold_error", float((found["value"] / found["closed_form"] - 1).abs().max()))
        yield Summary("threshold_error_cmtj", float((found["value"] / found["cmtj"] - 1).abs().max()))
        swept = with_thresholds(results.select("sweep_current"))
        yield Summary("sweep_error", float((swept["value"].abs() / swept["closed_form"] - 1).abs().max()))
        yield Summary("current_to_ap", float(swept["value"][swept["to_antiparallel"]].min()), "A")
        yield Summary("current_to_p", float(swept["value"][~swept["to_antiparallel"]].max()), "A")
        for row in results.select("sweep_voltage").to_dict("records"):
            yield Summary(f"sweep_voltage_{row['MTJ']}_to_{'ap' if row['to_antiparallel'] else 'p'}", row["value"], "V")

    def draw(self, results: Results) -> Figure:
        """Draw hysteresis, trajectories, switching times and their errors."""
        figure = new_figure(TWO_COLUMNS, 5.0)
        panels = figure.subplots(2, 2)
        times = compared_times(results)
        _draw_hysteresis(results, panels[0, 0])
        _draw_trajectories(results, panels[0, 1])
        _draw_times(times, panels[1, 0])
        _draw_errors(times, panels[1, 1])
        for letter, axes in zip("abcd", panels.flat, strict=True):
            axes.set_title(letter, loc="left", fontweight="bold")
        return figure


def compared_times(results: Results) -> pd.DataFrame:
    """Return the switching times with columns current (A), integral and cmtj (s) beside value, and relative errors.

    Raises:
        HarnessError: cmtj's table lacks one of the points.
    """
    times = results.select("switching_time").astype({"to_antiparallel": bool})
    sets = {name: load_mtj_set(name) for name in times["MTJ"].unique()}
    reference = {_point(row): row["value"] for row in cmtj_reference("switching_time").to_dict("records")}
    added = []
    for row in times.to_dict("records"):
        mtj, to_antiparallel = sets[row["MTJ"]], row["to_antiparallel"]
        current = row["overdrive"] * threshold_current(mtj, to_antiparallel)
        integral = switching_time(mtj, current, to_antiparallel, row["start_angle"])
        if _point(row) not in reference:
            raise HarnessError(f"{CMTJ_REFERENCE} is not of these MTJ sets, it lacks {_point(row)}; run `make cmtj`.")
        added.append({"current": current, "integral": integral, "cmtj": reference[_point(row)]})
    times = times.join(pd.DataFrame(added, index=times.index))
    for name in ("integral", "cmtj"):
        times[f"error_{name}"] = times["value"] / times[name] - 1
    return times


def with_thresholds(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of currents (MTJ, to_antiparallel) with the closed form's and cmtj's thresholds (A) beside them."""
    reference = cmtj_reference("threshold").rename(columns={"value": "cmtj"})
    keys = ["MTJ", "to_antiparallel"]
    reference = reference[[*keys, "cmtj"]].astype({"to_antiparallel": bool})
    reference["closed_form"] = [
        threshold_current(load_mtj_set(row["MTJ"]), row["to_antiparallel"]) for row in reference.to_dict("records")
    ]
    return rows.astype({"to_antiparallel": bool}).merge(reference, on=keys, validate="one_to_one")


def _point(row: Mapping[Any, Any]) -> tuple[str, bool, float, float]:
    return row["MTJ"], bool(row["to_antiparallel"]), round(row["overdrive"], 6), round(row["start_angle"], 6)


def _growth(u: pd.Series) -> float:
    """Return by how much ln tan(theta / 2) from the state that is left grows; ``u`` is that from the parallel state."""
    before, after = np.abs(np.interp([T_START, T_START + T_GROWTH], u.index, u))
    return float(before - after)


def _switching_points(waves: pd.DataFrame) -> Iterator[Reading]:
    """Yield voltage and current (pinned to free layer) at the last point at rest before each reversal."""
    cosine = waves["xcell.xjunction.cos_theta"].to_numpy()
    at_rest = np.flatnonzero(np.abs(cosine) > AT_REST)
    last = at_rest[:-1][cosine[at_rest[:-1]] * cosine[at_rest[1:]] < 0]
    for to_antiparallel in (True, False):
        found = last[(cosine[last] > 0) == to_antiparallel]
        point = waves.iloc[found[0]] if len(found) else None
        at = {"to_antiparallel": to_antiparallel}
        yield Reading("sweep_voltage", math.nan if point is None else point["bl"] - point["sl"], "V", at)
        yield Reading("sweep_current", math.nan if point is None else point["i(vbl)"], "A", at)


def _draw_hysteresis(results: Results, axes: Axes) -> None:
    for mtj, colour in COLOURS.items():
        waves = results.waveform(STUDY=HYSTERESIS, MTJ=mtj)
        waves = waves[waves["i(vbl)"].abs() > 0.2e-6]  # a ratio of two small numbers says nothing
        volts = (waves["bl"] - waves["sl"]).to_numpy()
        ohms = ((waves["bl"] - waves["xcell.pinned_layer"]) / -waves["i(vbl)"]).to_numpy()
        axes.plot(volts, ohms / 1e3, color=colour, label=NAMES[mtj])
        for jump, marker in ((np.argmax(np.diff(ohms)), "^"), (np.argmin(np.diff(ohms)), "v")):
            middle = (ohms[jump] + ohms[jump + 1]) / 2e3
            axes.plot(volts[jump], middle, marker, color=colour, markersize=4)
    style: dict[str, Any] = {"xycoords": "axes fraction", "fontsize": 6.5}
    axes.annotate("SL high writes AP", (0.01, 0.62), ha="left", **style)
    axes.annotate("BL high writes P", (0.99, 0.62), ha="right", **style)
    axes.set(xlabel="Voltage of the cell, BL - SL (V)", ylabel="Junction resistance (kΩ)", ylim=(0, 33))
    axes.legend(loc="upper right")


def _draw_trajectories(results: Results, axes: Axes) -> None:
    waves, mtj = results.waveform(STUDY=CURRENTS, MTJ="10k20k"), load_mtj_set("10k20k")
    shown = [drive for drive in drives(mtj) if drive.overdrive in SHOWN and drive.angle == mtj.minimum_angle]
    for drive in shown:
        shade = 0.95 - 0.5 * SHOWN.index(drive.overdrive) / (len(SHOWN) - 1)
        colour = mpl.colormaps["Blues" if drive.to_antiparallel else "Oranges"](shade)
        cosine = waves[f"x{drive.name}.cos_theta"]
        time = (cosine.index.to_numpy() - T_START) * 1e9
        label = {True: TO_AP, False: TO_P}[drive.to_antiparallel] if drive.overdrive == SHOWN[0] else None
        axes.plot(time, cosine, "-" if drive.to_antiparallel else "--", color=colour, label=label)
        if drive.to_antiparallel:
            place = first_crossing(pd.Series(cosine.to_numpy(), index=time), 0.62)
            axes.annotate(f"{drive.overdrive:g}", (place, 0.62), (2, 0), textcoords="offset points", fontsize=6.5)
    axes.set(xlabel="Time (ns)", ylabel="cos θ", xlim=(0, 38))
    axes.legend(loc="center right", title=f"{NAMES['10k20k']}\nnumbers: I / Ic0", title_fontsize=7)


def _draw_times(times: pd.DataFrame, axes: Axes) -> None:
    dense = np.geomspace(1.02, max(OVERDRIVES), 80)
    for name, colour in COLOURS.items():
        mtj = load_mtj_set(name)
        for to_antiparallel, style, way in ((True, "-", TO_AP), (False, "--", TO_P)):
            currents = dense * threshold_current(mtj, to_antiparallel)
            integral = np.array([switching_time(mtj, current, to_antiparallel) for current in currents])
            label = f"{NAMES[name]}, {way}"
            axes.plot(currents * 1e6, integral * 1e9, style, color=colour, linewidth=0.8, label=label)
            rows = times[(times["MTJ"] == name) & (times["to_antiparallel"] == to_antiparallel)]
            rows = rows[~rows["start_angle"].isin((SMALL_ANGLE, LARGE_ANGLE))]
            axes.plot(rows["current"] * 1e6, rows["value"] * 1e9, "o", color=colour, markersize=3.5)
            axes.plot(rows["current"] * 1e6, rows["cmtj"] * 1e9, "x", color="black", markersize=4, markeredgewidth=0.6)
    for marker, label in (("o", "ngspice (lines: exact integral)"), ("x", "cmtj")):
        axes.plot([], [], marker, color="0.3" if marker == "o" else "black", markersize=3.5, label=label)
    axes.set(xlabel="Current (µA)", ylabel="Switching time (ns)", xscale="log", yscale="log", ylim=(0.7, 300))
    axes.set_xticks([20, 50, 100, 200], ["20", "50", "100", "200"])
    axes.set_yticks([1, 10, 100], ["1", "10", "100"])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.legend(loc="upper right", fontsize=6.5)


def _draw_errors(times: pd.DataFrame, axes: Axes) -> None:
    axes.axhspan(-0.5, 0.5, color="0.93", zorder=0)
    for name, marker, colour, label in (
        ("integral", "o", "#1f5fa8", "exact integral"),
        ("cmtj", "x", "black", "cmtj"),
    ):
        axes.plot(times["overdrive"], times[f"error_{name}"] * 100, marker, color=colour, markersize=3, label=label)
    axes.set(xlabel="I / Ic0", ylabel="Time, ngspice against reference (%)", xscale="log", ylim=(-0.7, 0.7))
    axes.set_xticks([1, 1.5, 2, 3, 5, 8], ["1", "1.5", "2", "3", "5", "8"])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.annotate("aim: 0.5 %", (0.99, 0.5), (0, 2), xycoords=("axes fraction", "data"), textcoords="offset points",
                  ha="right", fontsize=6.5)  # fmt: skip
    axes.annotate(
        "γ of cmtj is 0.18 % smaller", (0.99, -0.34), xycoords=("axes fraction", "data"), ha="right", fontsize=6.5
    )
    axes.legend(loc="lower right", ncols=2)


TESTBENCH = Figure3()
