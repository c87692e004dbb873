"""The residual of Figure 8E: which variant of the same circuits ends where the paper does, and why.

After auto-zero the paper has mu 8.03 and sigma 0.97 mV; auto-zero itself reaches a tenth of that. What it leaves are two things.
Charge of the reset switch, divided by the capacitor, moves mu alone: 10 mV come with a sigma of 0.1 mV, since a
switch's threshold is a small part of its gate drive. The distance between the level at which the comparator answers and the level
of auto-zero, divided by the gain, moves mu and sigma both when the gain is low, because mismatch of short loads moves
the gain itself, and that of a small inverter the level. Only a comparator that is small in every respect has both.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from harness.measure import value_at  # noqa: F401
from harness.testbench import Case, Claim, Parameter, Results, Summary, Values
from testbenches.fig08e import Figure8E
from testbenches.offsets import OFF, ON

_SHORT = {
    "comparator.diode.l": 150e-9,
    "comparator.cross.l": 150e-9,
    "comparator.out_n.l": 150e-9,
    "comparator.out_p.l": 150e-9,
    "comparator.read_n.w": 400e-9,
    "comparator.read_p.w": 300e-9,
}
VARIANTS: Mapping[str, Mapping[str, float]] = {
    "as_designed": {},
    "small_capacitor": {"comparator.zero.c": 30e-15},
    "wide_switch": {"comparator.zero.c": 30e-15, "comparator.reset.w": 1e-6},
    "low_gain": _SHORT,
    "all_small": {**_SHORT, "comparator.zero.c": 30e-15, "comparator.reset.w": 600e-9},
}
