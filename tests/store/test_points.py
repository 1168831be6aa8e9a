"""Points in the order of appending: what came since, and the last ones."""

import itertools
import math
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import points, series
from store.chunks import CHUNK, Form
from store.database import write
from store.series import list_series

QUIET = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
_subjects = map(str, itertools.count())


def append(journal: sqlite3.Connection, subject: str, legs: list[int], steps: list[float], times: list[float]) -> int:
    """Append points whose values are their times; the series' id."""
    with write(journal):
        series.append(
            journal, None, "loss", subject=subject, source="log", unit="step", legs=legs, steps=steps, times=times,
            values=times, form=Form(compressed=len(steps) % 2 == 0),
        )  # fmt: skip
    return list_series(journal, None, subject)[0].id


@QUIET
@given(st.lists(st.integers(1, 1500), min_size=1, max_size=6), st.lists(st.integers(0, 4), min_size=1), st.data())
def test_all_since_any_place(
    journal: sqlite3.Connection, sizes: list[int], backs: list[int], data: st.DataObject
) -> None:
    """Whatever was seen, the rest comes in the order of appending, over resumes, chunks and tail."""
    subject, legs, steps, at, leg, made = next(_subjects), [], [], 0.0, 0, 0
    for place, size in enumerate(sizes):
        if backs[place % len(backs)] == 1:
            leg, at = leg + 1, at // 2
        batch = [at + step for step in range(size)]
        legs += [leg] * size
        steps += batch
        at += size
        made = append(journal, subject, [leg] * size, batch, [float(len(steps) - size + n) for n in range(size)])
    seen = data.draw(st.integers(0, len(steps) + 2))
    found = points.points_since(journal, made, seen)
    assert found.times == [float(place) for place in range(seen, len(steps))]
    assert found.steps == steps[seen:]
    parts = list(points.legs_since(journal, made, seen))
    assert [leg for leg, part in parts for _ in part.steps] == legs[seen:]
    n = data.draw(st.integers(0, len(steps) + 2))
    assert points.last_points(journal, made, n).times == [
        float(place) for place in range(max(0, len(steps) - n), len(steps))
    ]


def test_steps_that_go_back_and_forth(journal: sqlite3.Connection) -> None:
    """Where steps do not rise, a sealed chunk gives its points in the order of their times."""
    steps = [float(place ^ 3) for place in range(CHUNK + 10)]
    made = append(journal, "jitter", [0] * len(steps), steps, [float(place) for place in range(len(steps))])
    assert points.points_since(journal, made, 1000).steps == steps[1000:]


def test_an_unknown_series(journal: sqlite3.Connection) -> None:
    """It has no points."""
    assert points.points_since(journal, 99, 0).steps == []
    assert points.last_points(journal, 99, 5).steps == []


def test_the_richest_source_of_a_name(journal: sqlite3.Connection) -> None:
    """Of two sources the one with more points is read; there is none of another name."""
    with write(journal):
        for source, n in (("log", 2), ("events", 5)):
            numbers = [float(one) for one in range(n)]
            series.append(
                journal, None, "loss", subject="two", source=source, unit="", legs=[0] * n, steps=numbers,
                times=numbers, values=[math.nan] * n,
            )  # fmt: skip
    known = list_series(journal, None, "two")
    found = points.series_named(known, "loss")
    assert found is not None and found.source == "events"
    assert points.series_named(known, "acc") is None


@pytest.mark.parametrize("seen", [0, 1, CHUNK - 1, CHUNK, 64 * CHUNK + 5])
def test_a_long_series(journal: sqlite3.Connection, seen: int) -> None:
    """A tail and many chunks, of which only those needed are read."""
    n = 66 * CHUNK + 7
    made = append(journal, "long", [0] * n, [float(one) for one in range(n)], [float(one) for one in range(n)])
    assert points.points_since(journal, made, seen).steps == [float(one) for one in range(seen, n)]
