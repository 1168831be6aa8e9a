"""Memory that leaks is foreseen in time; what looks like it, is not."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.alerts.rules.memory_curves import LEAKS, LOOK_ALIKES, STEP, first_told
from workers.alerts.rules.growth import REACH_SECONDS, foresee_limit, grown

HOUR = 3600.0
NOW = 1_795_230_000.0
PLACES = [NOW - REACH_SECONDS + STEP * place for place in range(int(REACH_SECONDS / STEP) + 1)]
QUIET = settings(deadline=None, max_examples=60)


@pytest.mark.parametrize("name", sorted(LOOK_ALIKES))
def test_what_looks_like_a_leak(name: str) -> None:
    """Caches that level off, allocators that grow in steps, loading, noise: ten hours of each, and never an alert."""
    rng = random.Random(name)
    told = [first_told(LOOK_ALIKES[name](rng)) for _ in range(12)]
    assert [one for one in told if one is not None] == []


@pytest.mark.parametrize("name", sorted(LEAKS))
def test_a_leak(name: str) -> None:
    """Each kind of leak is told before it hits the limit, most of them over half an hour before."""
    rng = random.Random(name)
    leads = []
    for _ in range(10):
        values, full = LEAKS[name](rng)
        told = first_told(values[:full])
        assert told is not None
        leads.append((full - told[0]) * STEP)
    assert sorted(leads)[2] >= HOUR / 2


@QUIET
@given(st.floats(5.0, 80.0), st.floats(0.4, 1.9), st.floats(1.0, 1000.0))
def test_an_even_leak_is_foreseen_to_the_minute(level: float, left: float, unit: float) -> None:
    """Whatever its size: slope and time left are right within a tenth."""
    slope = (100.0 - level) / (left * HOUR)
    points = [(at, unit * max(0.0, level - slope * (NOW - at))) for at in PLACES if level - slope * (NOW - at) > 0]
    found = foresee_limit(points, NOW, 100.0 * unit)
    seen = points[-1][0] - points[0][0]
    if seen < 1.05 * left * HOUR or seen < (0.75 if left < 0.7 else 1.5) * HOUR:
        return  # not seen for long enough to look so far ahead
    assert found is not None
    assert math.isclose(found.slope, unit * slope, rel_tol=0.1)
    assert math.isclose(found.left, left * HOUR, rel_tol=0.15, abs_tol=600.0)


@QUIET
@given(st.lists(st.floats(0.0, 100.0), min_size=0, max_size=241), st.floats(1.0, 200.0))
def test_any_figures(values: list[float], limit: float) -> None:
    """Nothing raises, and what is told grows, and has a time that is not negative."""
    points = list(zip(PLACES[-len(values) :] if values else [], values, strict=True))
    found = foresee_limit(points, NOW, limit)
    assert found is None or (found.slope > 0 and found.left >= 0 and found.grew > 0)


def test_a_gap_in_what_is_known() -> None:
    """A stretch in which nothing was read is no growth."""
    points = [(at, 50.0 + (at - NOW) / 400) for at in PLACES if not NOW - 6000 < at < NOW - 1200]
    assert foresee_limit(points, NOW, 60.0) is None


def test_growth_of_what_began_later() -> None:
    """A run that began within the stretch has grown from nothing."""
    assert grown([(NOW - 1200 + 10 * place, 5.0) for place in range(100)], NOW - 3600) == 5.0
    assert grown([(NOW - 3600 + 10 * place, 5.0) for place in range(360)], NOW - 3600) == 0.0
    assert grown([], NOW) == 0.0
