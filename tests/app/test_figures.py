"""Numbers as a person reads them."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures import count, figure


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.287123, "0.2871"),
        (1e-5, "0.00001"),
        (3e-4, "0.0003"),
        (0.000123456, "0.0001235"),
        (2.5e-7, "2.5×10⁻⁷"),
        (9.9999e-6, "0.00001"),
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.99999, "1"),
        (999.96, "1,000"),
        (1234.56, "1,234.6"),
        (31_415.9, "31,416"),
        (2_000_000.0, "2,000,000"),
        (1.5e12, "1.5×10¹²"),
        (-11.2, "−11.2"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (None, "–"),
    ],
)
def test_four_digits_and_no_surprises(value: float | None, text: str) -> None:
    """Small numbers in full as far as they are readable, then as a power of ten."""
    assert figure(value) == text


def test_per_cent_where_the_name_says_so() -> None:
    """The sign follows the number."""
    assert figure(85.31, percent=True) == "85.31 %"
    assert figure(math.nan, percent=True) == "NaN"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_float_is_shown_in_a_programmers_way(value: float) -> None:
    """Never ``1e-05``; what is shown is the value, to four digits."""
    text = figure(value)
    assert not re.search(r"[eE]", text) and len(text) <= 16
    if "×" in text or abs(value) < 1e-5:
        return
    shown = float(text.replace(",", "").replace("−", "-"))
    assert shown == pytest.approx(value, rel=6e-4)


def test_steps_are_whole_where_they_are() -> None:
    """Thousands set apart; an epoch keeps its fraction."""
    assert [count(x) for x in (12_400.0, 3.25, 0.5, None, math.nan)] == ["12,400", "3.25", "0.5", "–", "–"]
