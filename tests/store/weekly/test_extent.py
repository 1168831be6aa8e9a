"""Since when anything is known: the first trace of a run or of the person, whatever it is."""

import sqlite3
from collections.abc import Callable

import pytest

from store import entries, papers, sessions, tasks
from store.database import write
from store.weekly.extent import first_moment
from tests.fakes.papers import find

Make = Callable[[sqlite3.Connection, float], object]


def read_paper(connection: sqlite3.Connection, now: float) -> None:
    """A paper that was found long ago, and taken up then."""
    papers.take_up(connection, find(1), now, state="inbox")
    papers.set_state(connection, find(1).ref, "reading", now)


MAKERS: dict[str, Make] = {
    "session": lambda connection, now: sessions.begin(connection, "read", now),
    "task": lambda connection, now: tasks.add(connection, "write the table", now),
    "entry": lambda connection, now: entries.add(connection, "note", "it works", now),
    "paper": read_paper,
}


def test_an_empty_journal_knows_no_first_moment(journal: sqlite3.Connection) -> None:
    """Nothing is known at all."""
    assert first_moment(journal) is None


def test_a_run_that_was_begun_before_it_was_known(
    journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]
) -> None:
    """A process that ran already when it began to be watched: since it was started."""
    launched("r1", created=1000.0)
    assert first_moment(journal) == 1000.0
    judged("r1", "running", started=400.0)
    assert first_moment(journal) == 400.0


@pytest.mark.parametrize("kind", list(MAKERS))
def test_whatever_was_first(journal: sqlite3.Connection, launched: Callable[..., str], kind: str) -> None:
    """Each kind of trace counts, and the earliest of them all."""
    launched("r1", created=1000.0)
    with write(journal):
        MAKERS[kind](journal, 600.0)
    assert first_moment(journal) == 600.0
