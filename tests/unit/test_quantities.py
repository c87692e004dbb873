import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.quantities import engineering, parse_quantity, quantity_field

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SUFFIXES = {"a": 1e-18, "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "%": 1e-2, "k": 1e3, "meg": 1e6}


@given(FINITE)
@example(-0.0)
@example(5e-324)
def test_a_float_comes_back_from_its_own_text(value: float) -> None:
    assert parse_quantity(repr(value)) == value
    assert parse_quantity(value) == value


@given(st.integers(-999, 999), st.sampled_from(sorted(SUFFIXES)))
def test_a_suffix_scales_to_the_nearest_double(mantissa: int, suffix: str) -> None:
    assert parse_quantity(f"{mantissa}{suffix}") == pytest.approx(mantissa * SUFFIXES[suffix], rel=1e-15)
    exponent = round(math.log10(SUFFIXES[suffix]))
    assert parse_quantity(f"{mantissa}{suffix}") == float(f"{mantissa}e{exponent}")


@given(st.floats(1e-17, 9e14) | st.floats(-9e14, -1e-17))
def test_what_engineering_writes_reads_back_to_its_digits(value: float) -> None:
    text = engineering(value, "V", digits=12).replace("M", "meg")
    assert parse_quantity(text, "V") == pytest.approx(value, rel=1e-11)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("45m", "V", 0.045),
        ("850mV", "V", 0.85),
        (" 850 mV ", "V", 0.85),
        ("2.2p", "F", 2.2e-12),
        ("10k", "", 1e4),
        ("1meg", "Ohm", 1e6),
        ("3G", "Hz", 3e9),
        ("85", "C", 85.0),
        ("-40C", "C", -40.0),
        (".5u", "A", 0.5e-6),
        ("5%", "", 0.05),
        ("30n", "m", 3e-8),
        ("1e-3k", "", 1.0),
        (np.float64(0.25), "V", 0.25),
        (np.int64(3), "", 3.0),
    ],
)
def test_quantities_as_designers_write_them(text: object, unit: str, value: float) -> None:
    assert parse_quantity(text, unit) == value


@pytest.mark.parametrize(
    "text", ["", "V", "1 2", "1..2", "--1", "0x10", "1e", "1q", "12x", "1,5", "1/2", "٣", "1\n.control"]
)
def test_a_text_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(HarnessError, match="ROWS: "):
        parse_quantity(text, "", "ROWS")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", math.nan, math.inf, "1e400", "9e308k", 10**400])
def test_what_is_not_finite_is_refused(value: object) -> None:
    with pytest.raises(HarnessError):
        parse_quantity(value)


@pytest.mark.parametrize("value", [True, None, [1], {"w": 1}, 1j])
def test_what_is_neither_text_nor_number_is_refused(value: object) -> None:
    with pytest.raises(HarnessError, match="expected a number"):
        parse_quantity(value)


@pytest.mark.parametrize("text", ["5M", "1.5M", "2MV"])
def test_a_bare_capital_m_is_refused_because_spice_reads_milli(text: str) -> None:
    with pytest.raises(HarnessError, match="meg"):
        parse_quantity(text, "V")


def test_a_foreign_unit_is_named() -> None:
    with pytest.raises(HarnessError, match=r"VTH: '850mA' has the unit 'A' but 'V' is expected"):
        parse_quantity("850mA", "V", "VTH")


@given(st.text(max_size=12))
def test_any_text_is_a_finite_number_or_one_sentence(text: str) -> None:
    try:
        assert math.isfinite(parse_quantity(text, "V"))
    except HarnessError as error:
        assert str(error)


def test_a_field_of_a_file_is_refused_as_pydantic_wants_it() -> None:
    with pytest.raises(ValueError, match="'1q'"):
        quantity_field("1q")
    assert quantity_field("1u") == 1e-6


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.2e-12, "2.2 pF"), (0.0, "0 F"), (-45e-3, "-45 mF"), (1e6, "1 MF"), (1e-21, "0.001 aF"), (math.nan, "nan F")],
)
def test_engineering_notation(value: float, text: str) -> None:
    assert engineering(value, "F") == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.9996, 3, "1 V"), (-0.9996, 3, "-1 V"), (0.9996, 4, "999.6 mV"), (999.99e-6, 4, "1 mV"), (1e15, 3, "1e+03 TV")],
)
def test_the_prefix_is_that_of_the_rounded_number(value: float, digits: int, text: str) -> None:
    assert engineering(value, "V", digits) == text
