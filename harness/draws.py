"""What is random in a circuit: the quantities of its devices and of its chip, and a deck with numbers drawn for them.

Mismatch is one draw a device: delvto and mulu0 of each transistor from the pair figures A / sqrt(2 W L m), each
capacitor from the pair matching over sqrt(2 area), RP and TMR of each junction. Process is one draw a chip.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from harness.circuit import MTJ, Device, FlatDeck
from harness.errors import HarnessError
from harness.quantities import parse_quantity
from harness.technology import Technology, Transistor

CHIP = "chip"  # path of the quantities that a whole chip shares
WIRE = "cwire_"  # the macros' name for wiring, which has no matching
_CHIP_SCALES = {"rp": "chip_rp", "tmr": "chip_tmr", "c": "chip_c"}


@dataclass(frozen=True)
class Spreads:
    """What varies. Relative sigmas; those of the junctions and the chip's are assumptions that a study states.

    ``mismatch`` and ``process`` are the two switches; a sigma of 0 leaves its quantity out.

    Raises:
        HarnessError: a sigma that is no number or below zero.
    """

    mismatch: bool = True
    process: bool = False
    mtj_rp: float = 0.04
    mtj_tmr: float = 0.04
    chip_rp: float = 0.0
    chip_tmr: float = 0.0
    chip_c: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, bool) and not (math.isfinite(value) and 0 <= value < 0.3):
                raise HarnessError(f"sigma {field.name} = {value} must be from 0 to below 0.3; write 0.04 or 4%.")
        if not (self.mismatch or self.process):
            raise HarnessError("neither mismatch nor process varies; switch one on.")


@dataclass(frozen=True)
class Quantity:
    """One random number of a circuit: where, what (delvto in V; mulu0, c, rp, tmr relative; a process parameter)."""

    path: str
    name: str
    sigma: float
    unit: str = ""

    @property
    def key(self) -> str:
        """The name that its draw belongs to."""
        return f"{self.path}:{self.name}"


def quantities(flat: FlatDeck, technology: Technology, spreads: Spreads) -> list[Quantity]:
    """Return every random quantity of a deck, sorted by key.

    Raises:
        HarnessError: a transistor that the technology writes as a subcircuit, or a size that is no number.
    """
    found: list[Quantity] = []
    if spreads.mismatch:
        models = {facts.model.lower(): facts for facts in technology.transistors.values()}
        for device in flat.devices:
            found += _mismatch(device, models, technology, spreads)
    if spreads.process:
        found += [Quantity(CHIP, name, sigma) for name, sigma in technology.process.items()]
        found += [Quantity(CHIP, name, getattr(spreads, name)) for name in _CHIP_SCALES.values()]
    found = [quantity for quantity in found if quantity.sigma > 0]
    if not found:
        raise HarnessError(f"nothing varies in {flat.title[2:]!r}: no device with a spread; check the switches.")
    return sorted(found, key=lambda quantity: quantity.key)


def varied_deck(flat: FlatDeck, varied: Sequence[Quantity], normals: ArrayLike) -> str:
    """Write the deck of one chip; ``normals`` has shape (quantities,), in units of each sigma."""
    drawn: dict[str, dict[str, float]] = {}
    for quantity, normal in zip(varied, np.asarray(normals, dtype=float).tolist(), strict=True):
        drawn.setdefault(quantity.path, {})[quantity.name] = quantity.sigma * normal
    chip = drawn.pop(CHIP, {})
    scales = {name: 1 + chip.pop(scale, 0.0) for name, scale in _CHIP_SCALES.items()}
    overrides: dict[str, dict[str, float]] = {}
    for device in flat.devices:
        changes = dict(_changes(device, drawn.get(device.path, {}), scales, flat.defaults))
        if changes:
            overrides[device.path] = changes
    return flat.text(overrides, chip)


def _mismatch(
    device: Device, models: Mapping[str, Transistor], technology: Technology, spreads: Spreads
) -> Iterator[Quantity]:
    if device.kind == "x" and device.model in models:
        raise HarnessError(f"{device.path}: {technology.name!r} writes transistors as subcircuits; mismatch needs M.")
    if device.kind == "m":
        facts = models.get(device.model)
        if facts is None:
            raise HarnessError(f"{device.path}: {technology.name!r} has no transistor model {device.model!r}.")
        area = _number(device, "w") * _number(device, "l") * facts.metres_per_unit**2 * _number(device, "m", 1.0)
        yield Quantity(device.path, "delvto", facts.a_vt / math.sqrt(2 * area), "V")
        yield Quantity(device.path, "mulu0", facts.a_beta / math.sqrt(2 * area))
    elif _is_capacitor(device):
        area = parse_quantity(device.model, "", device.path) / technology.capacitor.density
        yield Quantity(device.path, "c", technology.capacitor.matching / math.sqrt(2 * area))
    elif device.kind == MTJ:
        share = 1 / math.sqrt(_number(device, "count", 1.0))  # junctions in parallel average
        yield Quantity(device.path, "rp", spreads.mtj_rp * share)
        yield Quantity(device.path, "tmr", spreads.mtj_tmr * share)


def _changes(
    device: Device, drawn: Mapping[str, float], scales: Mapping[str, float], defaults: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, float]]:
    if device.kind == "m" and drawn:
        yield "delvto", drawn["delvto"]
        yield "mulu0", 1 + drawn["mulu0"]
    elif device.kind == MTJ:
        for name in ("rp", "tmr"):
            factor = (1 + drawn.get(name, 0.0)) * scales[name]
            if factor != 1:
                yield name, float(device.values.get(name, defaults[device.model][name])) * factor
    elif _is_capacitor(device):
        factor = (1 + drawn.get("c", 0.0)) * scales["c"]
        if factor != 1:
            yield "value", parse_quantity(device.model, "", device.path) * factor


def _is_capacitor(device: Device) -> bool:
    """Tell a capacitor of the chip from wiring and from a testbench's load, which stands at the top."""
    return device.kind == "c" and "." in device.path and not device.path.rpartition(".")[2].startswith(WIRE)


def _number(device: Device, name: str, default: float | None = None) -> float:
    text = device.values.get(name, default)
    return parse_quantity(text, "", f"{device.path}, {name}")
