"""Charts of what machines did: seconds where they are, minutes beyond, what waits; no bucket over a gap."""

import contextlib
import math
import random
import sqlite3
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import history, samples
from store.buckets import Bucket
from store.database import open_journal, write

START = 1_800_000_000
GPU = "gpu:GPU-1"
QUIET = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
Known = dict[int, float]


def fill(journal: sqlite3.Connection, seconds: range, *, fold: bool = True, subject: str = GPU) -> Known:
    """Keep a figure ``load`` at those seconds, and fold them with what else waits; what was kept."""
    rng = random.Random(seconds.start)
    known = {}
    with write(journal):
        for second in seconds:
            known[second] = float(rng.randint(0, 1000))
            samples.keep(journal, second, [(subject, "load", known[second])])
        if fold:
            samples.fold(journal, seconds.stop + 1e6)
    return known


def read(journal: sqlite3.Connection, low: float, high: float, *, buckets: int = 300) -> list[Bucket]:
    """The history of that figure."""
    return history.read_history(journal, GPU, ["load"], low, high, buckets=buckets)["load"]


def check(found: list[Bucket], known: Known, buckets: int) -> None:
    """Seconds: all that are known in few enough buckets, in order, each with its extremes, first and last."""
    assert len(found) <= buckets
    seconds = sorted(known)
    assert sum(bucket.count for bucket in found) == len(seconds)
    place = 0
    for bucket in found:
        inside = [known[second] for second in seconds[place : place + bucket.count]]
        assert (bucket.x_low, bucket.x_high) == (seconds[place], seconds[place + bucket.count - 1])
        assert (bucket.minimum, bucket.maximum) == (min(inside), max(inside))
        assert (bucket.first, bucket.last) == (inside[0], inside[-1])
        place += bucket.count


@QUIET
@given(
    st.lists(st.tuples(st.sampled_from([1, 100, 1000, 40_000]), st.integers(1, 6000)), min_size=1, max_size=5),
    st.integers(0, 200),
    st.sampled_from([4, 20, 300]),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_seconds(parts: list[tuple[int, int]], fresh: int, buckets: int, window: tuple[float, float]) -> None:
    """Any stretches with any gaps, some of it still waiting, any window: every point in one bucket, none over a gap
    that the chart could show."""
    with contextlib.closing(open_journal(Path(":memory:"))) as journal:
        known: Known = {}
        now = START
        for gap, length in parts:
            known |= fill(journal, range(now + gap, now + gap + length))
            now += gap + length
        known |= fill(journal, range(now, now + fresh), fold=False)
        first, last = min(known), max(known)
        low, high = sorted(first + share * (last - first) for share in window)
        inside = {second: value for second, value in known.items() if low <= second <= high}
        found = read(journal, low, high, buckets=buckets)
        check(found, inside, buckets)
        seconds = sorted(inside)
        # What waits may have taken half of the buckets.
        widest = (high - low) / (buckets / 2 - 1)
        for before, after in pairwise(seconds):
            if after - before > max(150, widest + 1):
                assert not any(one.x_low <= before and after <= one.x_high for one in found), (before, after)


def test_minutes_beyond_the_seconds(journal: sqlite3.Connection) -> None:
    """Where the seconds are trimmed minutes take over, with the extremes of their seconds, up to the last sample."""
    known = fill(journal, range(START, START + 200_000))
    with write(journal):
        samples.trim(journal, START + 200_000)
    known |= fill(journal, range(START + 200_040, START + 200_100), fold=False)
    low, high = START + 30.5, START + 200_100
    for buckets in (7, 300, 10_000):
        found = read(journal, low, high, buckets=buckets)
        assert len(found) <= buckets
        assert found[0].x_low == START
        assert found[-1].x_high == START + 200_099
        assert all(before.x_high < after.x_low for before, after in pairwise(found))
        for bucket in found:
            inside = [known[second] for second in range(int(bucket.x_low), int(bucket.x_high) + 1) if second in known]
            assert (bucket.minimum, bucket.maximum) == (min(inside), max(inside))
    found = read(journal, low, high, buckets=10_000)
    mean = math.fsum(known[second] for second in range(START, START + 60)) / 60
    assert found[0].first == found[0].last == pytest.approx(mean, rel=1e-6)
    # A gap of 40 seconds between the last whole minute and what waits shows as the time between two buckets.
    assert [bucket.x_low - START for bucket in found[-3:]] == [199_920, 199_980, 200_040]


def test_a_day_is_of_seconds(journal: sqlite3.Connection) -> None:
    """What the seconds cover is read from them, though minutes reach further back."""
    known = fill(journal, range(START, START + 200_000))
    with write(journal):
        samples.trim(journal, START + 200_000)
    low = START + 200_000 - 86_400
    check(read(journal, low, START + 200_000), {second: known[second] for second in known if second >= low}, 300)


def test_a_short_range_long_ago(journal: sqlite3.Connection) -> None:
    """An hour of which only minutes are left has a bucket for each."""
    known = fill(journal, range(START, START + 7200))
    with write(journal):
        samples.trim(journal, START + 30 * 86_400)
    found = read(journal, START + 3600, START + 7199)
    assert [bucket.x_low for bucket in found] == [START + 3600 + 60 * n for n in range(60)]
    assert found[7].maximum == max(known[START + 3600 + 420 + n] for n in range(60))
    assert {bucket.count for bucket in found} == {1}


def test_a_stop_of_hours_in_the_minutes(journal: sqlite3.Connection) -> None:
    """No bucket of minutes bridges a night in which nothing was measured, sealed in one chunk as it may be."""
    for begin in (0, 90_000, 399_960):
        fill(journal, range(START + begin, START + begin + 36_000, 10))
    with write(journal):
        samples.trim(journal, START + 30 * 86_400)
    found = read(journal, START, START + 500_000)
    assert max(bucket.x_high - bucket.x_low for bucket in found) < 3 * 500_000 / 300
    ends = [START + end for end in (36_000, 126_000, 435_960)]
    assert all(any(bucket.x_high == end - 1 for bucket in found) for end in ends)


def test_runs_and_names(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """Subjects do not mix, a name that nobody measured has no bucket, and what only waits is there."""
    launched("r1")
    fill(journal, range(START, START + 100))
    known = fill(journal, range(START, START + 50), subject="run:r1", fold=False)
    found = history.read_history(journal, "run:r1", ["load", "cpu"], START, START + 99)
    check(found["load"], known, 300)
    assert found["cpu"] == []
    assert history.read_history(journal, "gpu:GPU-2", ["load"], START, START + 99) == {"load": []}
    assert history.read_history(journal, GPU, [], START, START + 99) == {}


def test_extent(journal: sqlite3.Connection) -> None:
    """From the first second that is still known, or the first minute, to the last sample."""
    assert history.extent(journal, GPU) is None
    fill(journal, range(START + 5, START + 10), fold=False)
    assert history.extent(journal, GPU) == (START + 5, START + 9)
    fill(journal, range(START + 10, START + 4000))
    assert history.extent(journal, GPU) == (START, START + 3999)
    fill(journal, range(START + 4000, START + 4010), fold=False)
    assert history.extent(journal, GPU) == (START, START + 4009)
    assert history.extent(journal, "gpu:GPU-2") is None
