"""Ask cmtj, an independent macrospin solver, what our junctions do, and write models/mtj/cmtj_reference.csv.

It runs in an environment of its own (`make cmtj`): cmtj is GPL-2.0 and is never imported by the package, nor does this
script import the package. From sets.toml it takes physical quantities; times, thresholds and errors are cmtj's.

Columns: mtj (set), to_antiparallel (1: from P to AP), measure, overdrive (current over the macrospin's threshold),
current (A), start_angle (rad, from the state that is left), pulse (s), value, runs, cmtj (its version). Measures:

- switching_time (s): from the start angle to the equator at a constant current;
- threshold (A): the current at which the start angle neither grows nor decays;
- write_error: share of stochastic runs, from thermal equilibrium, that have not passed the equator by the pulse's end;
- thermal_switch: share of stochastic runs below the threshold that have reversed by the pulse's end, of a magnet whose
  barrier is lowered to 10 kT and whose damping is raised to 0.1, so that one need not wait for years.
"""

import csv
import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from cmtj import RK4, CVector, Heun, Junction, Layer, ScalarDriver

FOLDER = Path(__file__).parents[1] / "models" / "mtj"
OVERDRIVES = (1.05, 1.1, 1.2, 1.5, 2.0, 3.0, 5.0, 8.0)
WRITES = (1.5, 3.0)  # overdrives of the stochastic runs
RUNS, PATIENT_RUNS = 2000, 1000
HELP, WAIT = 0.25, 100.0  # overdrive of a thermal reversal, and its pulse in units of 1 / (damping gamma Hk)
LOW_BARRIER, HIGH_DAMPING = 10.0, 0.1
REVERSED = -0.8  # cos(theta) in the other well
SMALL_ANGLE = 0.02  # rad
STEP, NOISY_STEP, PATIENT_STEP = 1e-13, 1e-12, 5e-12  # s
ELECTRON, HBAR, BOLTZMANN, KELVIN = 1.602176634e-19, 1.054571817e-34, 1.380649e-23, 300.15
MU0, GYROMAGNETIC = 4e-7 * math.pi, 2.2e5  # the latter only to choose how long to wait
SUFFIXES = {"n": 1e-9, "p": 1e-12, "meg": 1e6}
COLUMNS = (
    "mtj", "to_antiparallel", "measure", "overdrive", "current", "start_angle", "pulse", "value", "runs", "cmtj",
)  # fmt: skip


@dataclass(frozen=True)
class Magnet:
    """A set's magnetics, SI."""

    name: str
    diameter: float
    thickness: float
    saturation: float
    damping: float
    polarization: float
    asymmetry: float
    delta: float

    @property
    def area(self) -> float:
        """Return the area, m^2."""
        return math.pi * self.diameter**2 / 4

    @property
    def anisotropy(self) -> float:
        """Return the anisotropy constant, J/m^3: the barrier over the volume."""
        return self.delta * BOLTZMANN * KELVIN / (self.area * self.thickness)

    @property
    def rest_angle(self) -> float:
        """Return the most likely angle at KELVIN, rad."""
        return 1 / math.sqrt(2 * self.delta)

    def threshold(self, to_antiparallel: bool) -> float:
        """Return the macrospin's threshold, A: only the unit in which currents are chosen."""
        energy = self.delta * BOLTZMANN * KELVIN
        current = 4 * ELECTRON * self.damping * energy / (HBAR * self.polarization)
        return current if to_antiparallel else current / self.asymmetry

    def run(
        self, to_antiparallel: bool, current: float, angle: float, stop: float, step: float, seed: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return time (s) and cos(theta) as seen from the state that is left, with thermal noise if there is a seed."""
        theta = angle if to_antiparallel else math.pi - angle
        none = CVector(0, 0, 0)
        layer = Layer.createSTTLayer(
            "free", CVector(math.sin(theta), 0, math.cos(theta)), CVector(0, 0, 1), MU0 * self.saturation,
            self.thickness, self.area, [none, none, none], self.damping, math.sqrt(self.asymmetry), 0.0,
            self.polarization,
        )  # fmt: skip
        layer.setReferenceLayer(CVector(0, 0, 1))
        junction = Junction([layer], 1e4, 2e4)
        density = (-1 if to_antiparallel else 1) * current / self.area  # a negative one switches to AP
        junction.setLayerAnisotropyDriver("free", ScalarDriver.getConstantDriver(self.anisotropy))
        junction.setLayerCurrentDriver("free", ScalarDriver.getConstantDriver(density))
        if seed is None:
            junction.runSimulation(stop, step, step, solverMode=RK4)
        else:
            junction.setLayerTemperatureDriver("free", ScalarDriver.getConstantDriver(KELVIN))
            junction.setLayerSeed("free", seed)
            junction.runSimulation(stop, step, 20 * step, solverMode=Heun)
        log = junction.getLog()
        return np.array(log["time"]), np.array(log["free_mz"]) * (1 if to_antiparallel else -1)


def load(name: str, values: dict[str, object]) -> Magnet:
    """Return a set's magnetics from its row of sets.toml."""

    def number(key: str) -> float:
        text = str(values[key])
        suffix = next((suffix for suffix in SUFFIXES if text.endswith(suffix)), "")
        return float(text.removesuffix(suffix)) * SUFFIXES.get(suffix, 1.0)

    return Magnet(
        name, number("diameter"), number("free_layer_thickness"), number("saturation_magnetization"),
        number("damping"), number("polarization"), number("torque_asymmetry"), number("thermal_stability"),
    )  # fmt: skip


def switching_time(magnet: Magnet, to_antiparallel: bool, current: float, angle: float) -> float:
    """Return when the equator is passed (s); the run is made longer until it is."""
    stop = 4e-9
    while True:
        time, cosine = magnet.run(to_antiparallel, current, angle, stop, STEP)
        if cosine[-1] < 0:
            after = int(np.argmax(cosine < 0))
            share = cosine[after - 1] / (cosine[after - 1] - cosine[after])
            return float(time[after - 1] + share * (time[after] - time[after - 1]))
        stop *= 3


def threshold(magnet: Magnet, to_antiparallel: bool) -> float:
    """Return the current (A) at which a small angle keeps its size, from its growth on both sides."""
    currents = magnet.threshold(to_antiparallel) * np.array([0.95, 1.05])
    ends = [magnet.run(to_antiparallel, current, SMALL_ANGLE, 1e-9, STEP)[1][-1] for current in currents]
    return float(np.interp(0.0, np.log(np.arccos(ends) / SMALL_ANGLE), currents))


def lowest(magnet: Magnet, to_antiparallel: bool, current: float, pulse: float, step: float, count: int) -> np.ndarray:
    """Return the lowest cos(theta) of each stochastic run, which start at angles drawn from equilibrium."""
    angles = np.sqrt(np.random.default_rng(1).exponential(1 / magnet.delta, count))
    starts = enumerate(angles, start=1)
    runs = (magnet.run(to_antiparallel, current, angle, pulse, step, seed)[1] for seed, angle in starts)
    return np.array([cosine.min() for cosine in runs])


def rows(magnet: Magnet, to_antiparallel: bool) -> Iterator[dict[str, object]]:
    """Yield every row of one set and direction."""
    unit = magnet.threshold(to_antiparallel)
    head = {"mtj": magnet.name, "to_antiparallel": int(to_antiparallel), "cmtj": version("cmtj")}
    value = threshold(magnet, to_antiparallel)
    yield {**head, "measure": "threshold", "start_angle": SMALL_ANGLE, "value": value}
    for angle in (SMALL_ANGLE, magnet.rest_angle, 0.3):
        for overdrive in OVERDRIVES:
            at = {"overdrive": overdrive, "current": overdrive * unit, "start_angle": angle}
            time = switching_time(magnet, to_antiparallel, overdrive * unit, angle)
            yield {**head, **at, "measure": "switching_time", "value": time}
    for overdrive in WRITES:
        pulse = switching_time(magnet, to_antiparallel, overdrive * unit, magnet.rest_angle)
        at = {"overdrive": overdrive, "current": overdrive * unit, "pulse": pulse, "runs": RUNS}
        ends = lowest(magnet, to_antiparallel, overdrive * unit, pulse, NOISY_STEP, RUNS)
        yield {**head, **at, "measure": "write_error", "value": float(np.mean(ends > 0))}
    yield {**head, **thermal_switch(replace(magnet, delta=LOW_BARRIER, damping=HIGH_DAMPING), to_antiparallel)}


def thermal_switch(magnet: Magnet, to_antiparallel: bool) -> dict[str, object]:
    """Return the row of a magnet that reverses by its agitation, helped by a current."""
    current = HELP * magnet.threshold(to_antiparallel)
    pulse = WAIT * magnet.saturation * MU0 / (2 * magnet.damping * GYROMAGNETIC * magnet.anisotropy)
    ends = lowest(magnet, to_antiparallel, current, pulse, PATIENT_STEP, PATIENT_RUNS)
    return {
        "measure": "thermal_switch", "overdrive": HELP, "current": current, "pulse": pulse, "runs": PATIENT_RUNS,
        "value": float(np.mean(ends < REVERSED)),
    }  # fmt: skip


def main() -> None:
    """Ask everything, then write the table: an interrupted call leaves the old one whole."""
    sets = tomllib.loads((FOLDER / "sets.toml").read_text(encoding="utf-8"))
    found = [
        {key: f"{value:.8g}" if isinstance(value, float) else value for key, value in row.items()}
        for name, values in sorted(sets.items())
        for to_antiparallel in (True, False)
        for row in rows(load(name, values), to_antiparallel)
    ]
    with (FOLDER / "cmtj_reference.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(found)


if __name__ == "__main__":
    main()
