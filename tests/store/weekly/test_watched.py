"""When a daemon watched, as it noted, and the gaps between."""

import itertools
import random
import sqlite3

import pytest

from store.database import write
from store.weekly.watched import keep_noted, note, read_watched, reckon_watched

START = 1_800_000_000.0


def spans(journal: sqlite3.Connection) -> list[tuple[float, float]]:
    """All that was noted, from the beginning."""
    rows = journal.execute("SELECT begun, until FROM watched_spans ORDER BY begun")
    return [(row["begun"] - START, row["until"] - START) for row in rows]


def notes(journal: sqlite3.Connection, first: float, last: float, every: float = 60.0) -> None:
    """The daemon is there from then to then."""
    with write(journal):
        while first <= last:
            note(journal, START + first)
            first += every


def test_a_daemon_that_stays(journal: sqlite3.Connection) -> None:
    """All its notes are one span, which a late one does not break; a later one than that begins another."""
    notes(journal, 0, 600)
    notes(journal, 750, 750)
    notes(journal, 900.5, 1000)
    assert spans(journal) == [(0, 750), (900.5, 960.5)]


def test_once_a_minute(journal: sqlite3.Connection) -> None:
    """However often it is told: the first moment is noted, then one a minute; after a gap at once."""
    noted = [second for second in [*range(0, 200, 5), *range(600, 640, 5)] if keep_noted(journal, START + second)]
    assert noted == [0, 60, 120, 180, 600]
    assert spans(journal) == [(0, 180), (600, 600)]


def test_a_clock_that_was_set_back(journal: sqlite3.Connection) -> None:
    """Nothing overlaps, and nothing is lost."""
    notes(journal, 0, 600)
    notes(journal, 5000, 5600)
    notes(journal, 300, 5300)
    assert spans(journal) == [(0, 4980), (5000, 5600)]
    notes(journal, -1000, -700)
    assert spans(journal)[0] == (-1000, -700)


@pytest.mark.parametrize("seed", range(5))
def test_never_overlapping(journal: sqlite3.Connection, seed: int) -> None:
    """Whatever the clock does."""
    rng = random.Random(seed)
    now = 0.0
    with write(journal):
        for _ in range(500):
            now += rng.choice([60, 60, 60, 61, 149, 151, 700, -30, -400, -5000])
            note(journal, START + now)
    found = spans(journal)
    assert all(begun <= until for begun, until in found)
    assert all(one[1] <= following[0] for one, following in itertools.pairwise(found))


def test_a_week(journal: sqlite3.Connection) -> None:
    """Spans are cut to the week; gaps of five minutes and more are told, shorter ones are not."""
    notes(journal, -6000, -3000)
    notes(journal, -600, 1200)
    notes(journal, 1440, 3000)
    notes(journal, 3300, 9000)
    notes(journal, 20_000, 26_000)
    found = read_watched(journal, START, START + 10_000)
    assert found == {
        "seconds": 1200 + 1560 + 5700,
        "gaps": [{"begin": START + 3000, "end": START + 3300}, {"begin": START + 9000, "end": START + 10_000}],
    }
    assert read_watched(journal, START + 10_000, START + 25_000)["gaps"] == [
        {"begin": START + 10_000, "end": START + 20_000}
    ]
    assert read_watched(journal, START + 22_000, START + 25_000) == {"seconds": 3000.0, "gaps": []}


def test_before_the_first(journal: sqlite3.Connection) -> None:
    """Before anybody ever watched nothing is missing, nor in a week that has not begun; after it all is."""
    empty = {"seconds": 0, "gaps": []}
    assert read_watched(journal, START, START + 604_800) == empty
    notes(journal, 100_000, 200_020)
    assert read_watched(journal, START - 604_800, START) == empty
    assert read_watched(journal, START + 604_800, START) == empty
    assert read_watched(journal, START, START + 200_000) == {"seconds": 100_000.0, "gaps": []}
    later = read_watched(journal, START + 604_800, START + 700_000)
    assert later == {"seconds": 0, "gaps": [{"begin": START + 604_800, "end": START + 700_000}]}


def test_pure() -> None:
    """Spans that overlap count once for the gaps."""
    found = reckon_watched([(0.0, 50.0), (400.0, 500.0)], 0.0, 10.0, 1000.0)
    assert found == {"seconds": 140.0, "gaps": [{"begin": 50.0, "end": 400.0}, {"begin": 500.0, "end": 1000.0}]}
