"""Lengths of time in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.durations import spell


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0, "0.0 s"),
        (-5, "0.0 s"),
        (0.31, "0.3 s"),
        (9.96, "10 s"),
        (42, "42 s"),
        (59.6, "1 m"),
        (60, "1 m"),
        (61, "1 m 1 s"),
        (599.6, "10 m"),
        (3599, "1 h"),
        (11520, "3 h 12 m"),
        (86399, "1 d"),
        (200_000, "2 d 8 h"),
    ],
)
def test_spelled(seconds: float | None, words: str) -> None:
    """The two largest units, rounded, and never sixty of the smaller."""
    assert spell(seconds) == words


@given(st.floats(0, 1e9))
def test_never_sixty(seconds: float) -> None:
    """No length is spelled with 60 seconds, 60 minutes or 24 hours."""
    assert not {"60 s", "60 m", "24 h", "10.0 s"} & {spell(seconds), " ".join(spell(seconds).split()[-2:])}
