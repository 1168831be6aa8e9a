"""Numbers as logs print them."""

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from workers.logs.numbers import NUMBER, is_whole, scaled, to_number


def test_numbers() -> None:
    """Exponents, separators, suffixes and percent signs are understood; what is no number gives none."""
    known = {
        "0.5": 0.5,
        "-3": -3,
        "+.5": 0.5,
        "5.": 5,
        "3.4e-05": 3.4e-05,
        "1E3": 1000,
        "2,400": 2400,
        "1,234,567.5": 1234567.5,
        "54.01K": 54010,
        "1.2k": 1200,
        "3M": 3e6,
        "85.3 %": 85.3,
        " 7 ": 7,
        "-inf": -math.inf,
        "Infinity": math.inf,
    }
    assert {text: to_number(text) for text in known} == known
    assert math.isnan(to_number("nan") or 0) and math.isnan(to_number("NaN") or 0)
    for text in ("", "loss", "1.2.3", "12:30", "3/10", "0x1f", "1 2", "5 apples", "info", "nanny", "1,23", "k", "%"):
        assert to_number(text) is None, text


def test_scaled() -> None:
    """Suffixes multiply; unknown ones and none do not."""
    assert scaled("1,000", "k") == 1e6
    assert scaled("2", "") == scaled("2", "%") == 2


def test_whole_numbers() -> None:
    """Infinities and NaN are not whole."""
    assert is_whole(3.0) and is_whole(-2.0)
    assert not any(map(is_whole, (0.5, math.inf, -math.inf, math.nan)))


@given(st.floats(allow_nan=False) | st.integers(-(10**15), 10**15))
def test_what_python_prints_is_read_back(number: float) -> None:
    """Any number in the shapes that Python prints is the same again."""
    for text in (str(number), f"{number:e}") if isinstance(number, float) else (str(number), f"{number:,}"):
        assert math.isclose(to_number(text) or 0.0, number, rel_tol=1e-6, abs_tol=1e-300)
        assert re.fullmatch(NUMBER, text) is not None


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    """Any text is a number or none."""
    to_number(text)
