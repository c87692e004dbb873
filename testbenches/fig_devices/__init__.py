"""What the transistors of a technology do, against what their card was fitted to."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from harness.analysis import Solver, Sweep
from harness.technology import Technology, load_technology
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Testbench, Values
from testbenches.fig_devices.measures import figures_of_merit
from testbenches.fig_devices.picture import DeviceCurves, draw
from testbenches.fig_devices.targets import compare, read_targets

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEVICES = ("nmos", "pmos", "nmos_io", "pmos_io")
SHORT_STEPS = (1, 4 / 3, 2, 10 / 3)  # of the shortest length: 30, 40, 60, 100 nm
LONG = {"core": (200e-9, 500e-9, 1e-6), "io": (1e-6, 2e-6, 5e-6)}
COLDEST, HOTTEST = -40.0, 125.0  # C
LINEAR = 0.05  # V
DIFFERENCE = 0.02  # V, half the step that the output conductance is taken over
BACK_GATES = (0.5, -0.5, -1.0, -2.0)  # V, beside 0
GATES = (0.4, 0.55, 0.7, 0.85, 1.0)  # of the supply
WIDTH = 1e-6


class DevicesBench(Testbench):
    """Sweeps gate and drain of each device at its lengths, and the gate cold and hot."""

    name = "fig_devices"
    question = "How do the transistors behave, and do they meet the targets of their card?"
    parameters = (
        Parameter("DEVICE", "device (each in turn)", default="nmos", choices=DEVICES),
        Parameter("SWEEP", "swept terminal (both in turn)", default="gate", choices=("gate", "drain")),
    )
    claims = tuple(
        Claim(
            f"target_{device}",
            f"{device}: the target (tt, 27 C) that it fits worst, as a share of its tolerance",
            "required; targets.toml of the technology, assumptions",
            (0.0, 100.0),
        )
        for device in DEVICES
    )

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield a gate and a drain sweep of each device, and its gate sweep cold and hot."""
        temperatures = dict.fromkeys((settings["TEMP"], COLDEST, HOTTEST))
        for device in DEVICES:
            yield {"DEVICE": device, "SWEEP": "drain", "TEMP": settings["TEMP"]}
            for temperature in temperatures:
                yield {"DEVICE": device, "SWEEP": "gate", "TEMP": temperature}

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the template, the lengths, and one bias point a transistor."""
        technology = _technology(values)
        device, supply = str(values["DEVICE"]), _supply(technology, str(values["DEVICE"]))
        lengths = _lengths(technology, device)
        if values["SWEEP"] == "drain":
            lengths = lengths[:1]
            points = [{"fixed": share * supply, "back": 0.0} for share in GATES]
        else:
            drains = (LINEAR, supply / 2 - DIFFERENCE, supply / 2 + DIFFERENCE, supply)
            points = [{"fixed": drain, "back": 0.0} for drain in drains]
            points += [{"fixed": LINEAR, "back": back} for back in BACK_GATES]
        choice = {"device": device, "sweep": values["SWEEP"], "width": WIDTH}
        return "fig_devices/deck.cir.j2", {**choice, "lengths": lengths, "points": points}

    def analysis(self, values: Values) -> Sweep:
        """Sweep the gate from 0.3 V below the source, or the drain from it, to the supply."""
        technology, device = _technology(values), str(values["DEVICE"])
        sign = _sign(technology, device)
        start = 0.0 if values["SWEEP"] == "drain" else -0.3
        solver = Solver(reltol=1e-6, abstol=1e-16, gmin=1e-16)  # leakages of 1e-13 A are read here
        return Sweep("vsweep", sign * start, sign * _supply(technology, device), sign * 5e-3, solver)

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the ammeter of each length and bias point, then the gate's of each length."""
        deck = self.deck(values)[1]
        lengths, points = range(len(deck["lengths"])), range(len(deck["points"]))
        gates = [f"i(vleak{a})" for a in lengths] if values["SWEEP"] == "gate" else []
        return (*(f"i(vd{a}_{n})" for a in lengths for n in points), *gates)

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterator[Reading]:
        """Yield the figures of merit of each length of a gate sweep; a drain sweep is only drawn."""
        if values["SWEEP"] == "gate":
            supply = _supply(_technology(values), str(values["DEVICE"]))
            for length, table in currents(values, waveforms).items():
                yield from figures_of_merit(table, length, WIDTH, supply, LINEAR, DIFFERENCE)

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield, for each device, the worst of its targets as a share of its tolerance (%); NaN without targets."""
        rows = compare(results, read_targets(_technology(results.settings)))
        for device in DEVICES:
            worst = float(rows.loc[rows["device"] == device, "share"].max(skipna=False)) if len(rows) else float("nan")
            yield Summary(f"target_{device}", 100 * worst, "%")

    def draw(self, results: Results) -> "Figure":
        """Draw the characteristics and the table of targets."""
        technology = _technology(results.settings)
        devices = {device: _device_curves(results, technology, device) for device in DEVICES}
        return draw(devices, compare(results, read_targets(technology)))


def currents(values: Values, waveforms: pd.DataFrame) -> dict[float, pd.DataFrame]:
    """Return, for each length (m), the currents (A) against the swept voltage, both counted as for an NMOS.

    Index: swept voltage (V). Columns: 0, 1, ... into the drain at each bias point of the deck; of a gate sweep also
    ``gate``, into a gate with source and drain at 0.
    """
    technology, device = _technology(values), str(values["DEVICE"])
    sign, is_gate = _sign(technology, device), values["SWEEP"] == "gate"
    lengths = _lengths(technology, device) if is_gate else _lengths(technology, device)[:1]
    points = 4 + len(BACK_GATES) if is_gate else len(GATES)
    # A source at the drain carries what flows out of the transistor; an ammeter in series what flows in.
    direction = -sign if is_gate else sign
    voltage = sign * waveforms.index.to_numpy(dtype=float)
    tables = {}
    for a, length in enumerate(lengths):
        columns = {n: direction * waveforms[f"i(vd{a}_{n})"].to_numpy(dtype=float) for n in range(points)}
        tables[length] = pd.DataFrame(columns, index=voltage)
        if is_gate:
            tables[length]["gate"] = sign * waveforms[f"i(vleak{a})"].to_numpy(dtype=float)
    return tables


def _device_curves(results: Results, technology: Technology, device: str) -> DeviceCurves:
    def tables(sweep: str) -> dict[float, pd.DataFrame]:
        values = {**results.settings, "DEVICE": device, "SWEEP": sweep}
        where = {name: values[name] for name in ("DEVICE", "SWEEP", "TEMP")}
        return currents(values, results.waveform(**where))

    gate, drain, supply = tables("gate"), tables("drain"), _supply(technology, device)
    shortest = min(gate)
    place = {0.0: 0} | {back: 4 + n for n, back in enumerate(BACK_GATES)}
    return DeviceCurves(
        title=f"{technology.transistors[device].model}, {supply:.1f} V",
        sign="" if _sign(technology, device) > 0 else "−",
        by_length=gate,
        by_back={back: gate[shortest][place[back]] for back in sorted(place, reverse=True)},
        by_gate={share * supply: drain[shortest][n] for n, share in enumerate(GATES)},
        width=WIDTH,
        difference=DIFFERENCE,
    )


def _technology(values: Values) -> Technology:
    return load_technology(str(values["TECHNOLOGY"]))


def _lengths(technology: Technology, device: str) -> list[float]:
    shortest = technology.transistors[device].l_min
    return sorted({*(round(step * shortest, 10) for step in SHORT_STEPS), *LONG[_supply_name(device)]})


def _supply_name(device: str) -> str:
    return "io" if device.endswith("_io") else "core"


def _supply(technology: Technology, device: str) -> float:
    return technology.supply[_supply_name(device)]


def _sign(technology: Technology, device: str) -> int:
    return 1 if technology.transistors[device].polarity == "n" else -1


TESTBENCH = DevicesBench()
