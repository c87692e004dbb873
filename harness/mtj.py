"""The magnetic tunnel junction's static model, as data and as closed form.

Conductance is linear in cos(theta) (Slonczewski; see devices.md 1.4 for the survey): RP = RA / A,
RAP(V, T) = RP (1 + TMR(V, T)), TMR(V, T) = TMR0(T) / (1 + (V / Vh)^2). ``models/mtj/mtj.cir.j2`` is the same model
for ngspice; the closed forms here are what the tests hold it against.
"""

import math
import tomllib
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from scipy import constants

from harness.errors import HarnessError
from harness.quantities import quantity_field
from harness.technology import PROJECT, first_problem

Quantity = Annotated[float, BeforeValidator(quantity_field), Field(gt=0)]
MTJ_SETS = PROJECT / "models" / "mtj" / "sets.toml"
ROOM_KELVIN = 300.15
GYROMAGNETIC = constants.physical_constants["electron gyromag. ratio"][0] * constants.mu_0  # m/(A s)


class MtjSet(BaseModel):
    """One device: geometry, resistance and magnetics in SI. Sources stand in sets.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    diameter: Quantity  # m
    ra: Quantity  # Ohm m^2
    tmr0: Quantity  # at zero bias and 27 C
    v_half: Quantity  # V, bias at which TMR has halved
    polarization: Quantity  # at 27 C, for the temperature law and the torque
    thermal_stability: Quantity  # Delta at 27 C
    damping: Quantity
    torque_asymmetry: Quantity  # torque of one current on the antiparallel over that on the parallel state
    saturation_magnetization: Quantity  # A/m
    free_layer_thickness: Quantity  # m
    source: str

    @property
    def area(self) -> float:
        """Junction area, m^2."""
        return math.pi * self.diameter**2 / 4

    @property
    def r_p(self) -> float:
        """Parallel resistance, Ohm."""
        return self.ra / self.area

    @property
    def critical_current(self) -> float:
        """Current (A) that destabilises the parallel state of the perpendicular junction, at 27 C.

        Ic0 = 4 e damping Delta kT / (hbar P), the macrospin threshold with Delta kT the barrier at 27 C
        (Garcia-Redondo et al., SMACD 2021). Antiparallel to parallel takes 1 / ``torque_asymmetry`` of it.
        """
        return 4 * constants.e * self.damping * self.barrier / (constants.hbar * self.polarization)

    @property
    def barrier(self) -> float:
        """Energy (J) between the two states, at 27 C."""
        return self.thermal_stability * constants.k * ROOM_KELVIN

    @property
    def anisotropy_field(self) -> float:
        """Effective perpendicular anisotropy field Hk (A/m), at 27 C: barrier = mu0 Ms Hk volume / 2."""
        volume = self.area * self.free_layer_thickness
        return 2 * self.barrier / (constants.mu_0 * self.saturation_magnetization * volume)

    @property
    def relaxation_time(self) -> float:
        """Time (s) in which a small angle relaxes by a factor e: t_D = (1 + damping^2) / (damping gamma Hk)."""
        return (1 + self.damping**2) / (self.damping * GYROMAGNETIC * self.anisotropy_field)

    @property
    def minimum_angle(self) -> float:
        """Most likely angle (rad) from the axis at 27 C, 1 / sqrt(2 Delta); the dynamic junction rests there."""
        return 1 / math.sqrt(2 * self.thermal_stability)

    def tmr(self, voltage: ArrayLike = 0.0, temp_c: float = 27.0) -> NDArray[np.float64]:
        """Return TMR(V, T) as a ratio, same shape as ``voltage`` (V).

        The temperature law is P(T) = P0 (1 - 2e-5 T^1.5) and Julliere's TMR = 2 P^2 / (1 - P^2) (Kim 2015, UMN
        model), normalised so that TMR(0 V, 27 C) is ``tmr0``.
        """
        ratio = _julliere(self.polarization, temp_c + 273.15) / _julliere(self.polarization, ROOM_KELVIN)
        return np.asarray(self.tmr0 * ratio / (1 + (np.asarray(voltage, dtype=float) / self.v_half) ** 2))

    def resistance(self, cos_theta: float, voltage: ArrayLike = 0.0, temp_c: float = 27.0) -> NDArray[np.float64]:
        """Return the resistance (Ohm, shape of ``voltage``): cos_theta 1 is parallel, -1 antiparallel."""
        g_p = 1 / self.r_p
        g_ap = g_p / (1 + self.tmr(voltage, temp_c))
        return np.asarray(1 / ((g_p + g_ap) / 2 + (g_p - g_ap) / 2 * cos_theta))


def _julliere(polarization_at_room: float, kelvin: float) -> float:
    slope = 2e-5
    polarization = polarization_at_room * (1 - slope * kelvin**1.5) / (1 - slope * ROOM_KELVIN**1.5)
    return float(2 * polarization**2 / (1 - polarization**2))


def mtj_set_names() -> list[str]:
    """Return the names of the device sets in models/mtj/sets.toml."""
    return sorted(tomllib.loads(MTJ_SETS.read_text(encoding="utf-8")))


def load_mtj_set(name: str) -> MtjSet:
    """Read one device set.

    Raises:
        HarnessError: unknown name or malformed entry.
    """
    sets = tomllib.loads(MTJ_SETS.read_text(encoding="utf-8"))
    if name not in sets:
        raise HarnessError(
            f"unknown MTJ set {name!r}; choose one of {', '.join(sorted(sets))} or add it to {MTJ_SETS}."
        )
    try:
        return MtjSet(name=name, **sets[name])
    except ValidationError as error:
        raise HarnessError(f"MTJ set {name!r}: {first_problem(error)}; correct it in {MTJ_SETS}.") from error
