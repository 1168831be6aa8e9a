"""Reading again what was worth it."""

import sqlite3

import pytest

from store import papers, rereading
from store.database import write
from store.errors import PaperError
from store.paper_rows import known
from store.papers import Find

NOW = 1.7e9
DAY = 86400.0


@pytest.fixture(name="paper")
def _paper(journal: sqlite3.Connection) -> str:
    """The ref of a paper that was read."""
    with write(journal):
        return papers.take_up(journal, Find("2401.00001", "On waiting"), NOW, state="read").paper.ref


def test_intervals_grow_by_days(journal: sqlite3.Connection, paper: str) -> None:
    """Known well each time, it comes back after days, then weeks, then months, at most a year; never after minutes."""
    with write(journal):
        due = rereading.mark_worth(journal, paper, NOW).due
    gaps, now = [], NOW
    for _ in range(6):
        assert due is not None
        gaps.append((due - now) / DAY)
        now = due
        with write(journal):
            due = rereading.rate(journal, paper, "good", now).due
    assert gaps == sorted(gaps)
    assert [round(gap) for gap in gaps[:3]] == [2, 11, 46]
    assert max(gaps) <= 365


def test_what_was_forgotten_comes_back_sooner(journal: sqlite3.Connection, paper: str) -> None:
    """The better it was known, the later it comes back."""
    with write(journal):
        first = rereading.mark_worth(journal, paper, NOW).due
    assert first is not None
    found = []
    for rating in rereading.RATINGS:
        with write(journal):
            due = rereading.rate(journal, paper, rating, first).due
            assert due is not None
            found.append(due - first)
            journal.execute("UPDATE papers SET card = NULL, due = NULL")
            rereading.mark_worth(journal, paper, NOW)
    assert found == sorted(found)
    assert found[0] >= DAY
    assert found[-1] > 2 * found[0]


def test_what_is_due(journal: sqlite3.Connection, paper: str) -> None:
    """It is listed once it is due, and no longer when one does not want to read it again."""
    with write(journal):
        rereading.mark_worth(journal, paper, NOW)
        assert rereading.mark_worth(journal, paper, NOW + DAY).due == known(journal, paper).due
    assert rereading.due_papers(journal, NOW) == []
    assert [one.ref for one in rereading.due_papers(journal, NOW + 3 * DAY)] == [paper]
    with write(journal):
        papers.set_state(journal, paper, "dropped", NOW + 3 * DAY)
        assert rereading.due_papers(journal, NOW + 3 * DAY) == []
        papers.set_state(journal, paper, "read", NOW + 3 * DAY)
    assert [one.ref for one in rereading.due_papers(journal, NOW + 3 * DAY)] == [paper]
    with write(journal):
        assert rereading.forget(journal, paper, NOW + 3 * DAY).due is None
    assert rereading.due_papers(journal, NOW + 3 * DAY) == []


def test_what_cannot_be_rated(journal: sqlite3.Connection, paper: str) -> None:
    """A rating there is not, and a paper that is not to be read again, are refused."""
    with write(journal), pytest.raises(PaperError, match="mark it"):
        rereading.rate(journal, paper, "good", NOW)
    with write(journal), pytest.raises(PaperError, match="'superb'"):
        rereading.rate(journal, paper, "superb", NOW)


def test_a_clock_that_was_put_back(journal: sqlite3.Connection, paper: str) -> None:
    """A review that seems to be before the last one is taken to be at the same time."""
    with write(journal):
        rereading.mark_worth(journal, paper, NOW)
        due = rereading.rate(journal, paper, "good", NOW - 5 * DAY).due
    assert due is not None
    assert due > NOW
