"""Sliding windows against the same figures taken anew for each."""

import math
import statistics
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.windows import Window

PLAIN: dict[str, Callable[[list[float]], float]] = {
    "mean": statistics.fmean,
    "min": min,
    "max": max,
    "median": statistics.median,
    "std": statistics.pstdev,
}
VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), max_size=60)


def figure(window: list[float], size: int, statistic: str) -> float:
    """The figure of one window, by the standard library."""
    numbers = [value for value in window if value == value]
    return PLAIN[statistic](numbers) if len(window) == size and numbers else math.nan


@given(VALUES, st.integers(2, 9), st.sampled_from(sorted(PLAIN)))
def test_figures(values: list[float], size: int, statistic: str) -> None:
    """Each figure is that of the last values without NaNs, and NaN before the window is full."""
    wanted = [figure(values[max(0, end - size) : end], size, statistic) for end in range(1, len(values) + 1)]
    assert Window(size, statistic).feed(values) == pytest.approx(wanted, rel=1e-6, abs=0.05, nan_ok=True)


@given(VALUES, st.integers(2, 9), st.sampled_from(sorted(PLAIN)), st.lists(st.integers(1, 7), min_size=1))
def test_pieces(values: list[float], size: int, statistic: str, cuts: list[int]) -> None:
    """Pieces, with the window made anew from its state before each, give the very same figures."""
    whole = Window(size, statistic).feed(values)
    window, found, at = Window(size, statistic), [], 0
    while at < len(values):
        window = Window(size, statistic, window.held, window.phase)
        length = cuts[at % len(cuts)]
        found += window.feed(values[at : at + length])
        at += length
    assert list(map(repr, found)) == list(map(repr, whole))


@pytest.mark.parametrize("odd", [1e300, math.inf, -math.inf])
def test_what_a_giant_spoils_is_right_again(odd: float) -> None:
    """When it has left the window, the figures are those of what is left, to the last digits."""
    values = [0.1, 0.2, 0.3, odd, *([0.1, 0.2, 0.3] * 4)]
    for statistic in ("mean", "std", "max", "min", "median"):
        found = Window(3, statistic).feed(values)
        assert found[6:] == pytest.approx([figure(values[at - 2 : at + 1], 3, statistic) for at in range(6, 16)])


def test_small_deviations_far_from_zero() -> None:
    """A deviation of a thousandth at a million is told."""
    values = [1e6 + 0.001 * (place % 2) for place in range(100)]
    assert Window(50, "std").feed(values)[-1] == pytest.approx(0.0005, rel=1e-3)
