"""Numbers as designers write them: ``45m``, ``2.2p``, ``10k``, ``850mV``, ``85``."""

import math
import numbers
import re

from harness.errors import HarnessError

_EXPONENTS = {
    "a": -18,
    "f": -15,
    "p": -12,
    "n": -9,
    "u": -6,
    "m": -3,
    "%": -2,
    "": 0,
    "k": 3,
    "meg": 6,
    "G": 9,
    "T": 12,
}
_PATTERN = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?)\s*(meg|[afpnumkGTM%]?)([A-Za-z]*)", re.ASCII)
_ENGINEERING = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}


def parse_quantity(text: object, unit: str = "", where: str = "value") -> float:
    """Return the SI value of a number with an optional scale suffix and an optional unit.

    ``unit`` is the unit that the quantity must have when one is written ("" accepts none). SPICE reads ``M`` as
    milli and everybody else as mega, so a bare ``M`` is refused rather than guessed.

    Raises:
        HarnessError: the text is no finite number, has an unknown suffix, or carries another unit.
    """
    if isinstance(text, str):
        value = _parse_text(text.strip(), unit, where)
    elif isinstance(text, bool) or not isinstance(text, numbers.Real):
        raise HarnessError(f"{where}: expected a number, got {text!r}; write for example 45m or 0.045.")
    else:
        value = _as_float(text)
    if not math.isfinite(value):
        raise HarnessError(f"{where}: {text!r} is not a finite number; write for example 45m or 0.045.")
    return value


def quantity_field(value: object) -> float:
    """Parse a field of a pydantic model, which takes ValueError and names the place itself.

    Raises:
        ValueError: the text is not a quantity without a unit.
    """
    try:
        return parse_quantity(value)
    except HarnessError as error:
        raise ValueError(str(error).removeprefix("value: ")) from error


def _as_float(value: numbers.Real) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer beyond the largest double
        return math.inf


def _parse_text(text: str, unit: str, where: str) -> float:
    mantissa, suffix, written_unit = _split(text, where)
    if written_unit and written_unit.lower() != unit.lower():
        raise HarnessError(f"{where}: {text!r} has the unit {written_unit!r} but {unit or 'no unit'!r} is expected.")
    # Decimal digits and exponent go to float() together: 30n is then 3e-08 to the last bit.
    digits, _, exponent = mantissa.lower().partition("e")
    return float(f"{digits}e{int(exponent or 0) + _EXPONENTS[suffix]}")


def _split(text: str, where: str) -> tuple[str, str, str]:
    """Split ``850mV`` into ("850", "m", "V")."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise HarnessError(f"{where}: {text!r} is not a number; write for example 45m or 0.045.")
    mantissa, suffix, written_unit = match[1], match[2], match[3]
    if suffix == "M":
        raise HarnessError(f"{where}: {text!r} is ambiguous (SPICE reads M as milli); write m or meg.")
    return mantissa, suffix, written_unit


def engineering(value: float, unit: str = "", digits: int = 4) -> str:
    """Write an SI value with an engineering prefix: ``engineering(2.2e-12, "F")`` is ``"2.2 pF"``."""
    if value == 0 or not unit or not math.isfinite(value):
        return f"{value:g} {unit}".rstrip()
    rounded = float(f"{value:.{digits}g}")  # first, so that 0.9996 V in three digits is 1 V and not 1e+03 mV
    exponent = min(max(3 * math.floor(math.log10(abs(rounded)) / 3), -18), 12)
    return f"{rounded / 10.0**exponent:.{digits}g} {_ENGINEERING[exponent]}{unit}".rstrip()
