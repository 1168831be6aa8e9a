"""Lengths of time in words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.durations import spell


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (-3, "0.0 s"),
        (0.31, "0.3 s"),
        (9.96, "10.0 s"),
        (59.6, "1 m"),
        (125, "2 m 5 s"),
        (720, "12 m"),
        (3599, "1 h"),
        (11520, "3 h 12 m"),
        (86399, "1 d"),
        (200_000, "2 d 8 h"),
    ],
)
def test_two_units_at_most(seconds: float | None, words: str) -> None:
    """The two largest units, rounded."""
    assert spell(seconds) == words


@given(st.floats(min_value=0, max_value=1e8))
def test_no_unit_overflows(seconds: float) -> None:
    """Never 60 seconds, 60 minutes or 24 hours."""
    words = spell(seconds)
    assert re.fullmatch(r"\d+(\.\d)? s|\d+ m( \d+ s)?|\d+ h( \d+ m)?|\d+ d( \d+ h)?", words)
    assert not re.search(r"\b(60 [sm]|24 h)\b", words)
