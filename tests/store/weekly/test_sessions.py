"""The sessions of a week."""

import sqlite3

from store import sessions
from store.database import write
from store.weekly.sessions import read_sessions, reckon_sessions
from tests.store.weekly.test_desk import block

BEGIN, UNTIL = 100_000.0, 200_000.0
NOON = 150_000.0
NOTHING = {"count": 0, "seconds": 0, "kinds": {}}


class TestReckoning:
    """How many and how long."""

    def test_nothing(self) -> None:
        """A week without sessions has no kinds."""
        assert reckon_sessions([], BEGIN, UNTIL, UNTIL) == NOTHING

    def test_kinds(self) -> None:
        """Sessions are counted where they began, and their time is counted where it was."""
        some = [
            block("read", BEGIN - 100, BEGIN + 300),
            block("read", NOON, NOON + 1000),
            block("break", NOON + 1000, NOON + 1600),
            block("task", UNTIL - 500, UNTIL + 500),
            block("plan", UNTIL, UNTIL + 60),
        ]
        assert reckon_sessions(some, BEGIN, UNTIL, UNTIL + 900) == {
            "count": 3,
            "seconds": 2400.0,
            "kinds": {
                "read": {"count": 1, "seconds": 1300.0},
                "task": {"count": 1, "seconds": 500.0},
                "break": {"count": 1, "seconds": 600.0},
            },
        }

    def test_one_that_goes_on(self) -> None:
        """An open session counts until now, one that was forgotten until it was meant to end."""
        session = block("task", UNTIL - 5000, None)
        assert reckon_sessions([session], BEGIN, UNTIL, UNTIL - 4000)["seconds"] == 1000.0
        assert reckon_sessions([session], BEGIN, UNTIL, UNTIL + 90_000)["seconds"] == 3600.0


class TestReading:
    """The sessions that the journal has."""

    def test_read(self, journal: sqlite3.Connection) -> None:
        """What was begun, went on, slept and ended is there; a week before and one after know nothing of it."""
        with write(journal):
            sessions.begin(journal, "read", BEGIN - 600)
            sessions.begin(journal, "task", BEGIN + 300, planned=7200)
            sessions.touch(journal, BEGIN + 2300, slept=200)
            last = sessions.begin(journal, "mail", BEGIN + 4300)
            sessions.end(journal, last, BEGIN + 4400)
        told = read_sessions(journal, BEGIN, UNTIL)
        assert told == {
            "count": 2,
            "seconds": 4200.0,
            "kinds": {
                "read": {"count": 0, "seconds": 300.0},
                "task": {"count": 1, "seconds": 3800.0},
                "mail": {"count": 1, "seconds": 100.0},
            },
        }
        assert list(told["kinds"]) == ["read", "task", "mail"]
        assert read_sessions(journal, UNTIL, 2 * UNTIL) == NOTHING
        assert read_sessions(journal, 0.0, BEGIN - 600) == NOTHING

    def test_what_is_open(self, journal: sqlite3.Connection) -> None:
        """One that goes on counts until one looks, also from a week on in which it began."""
        with write(journal):
            sessions.begin(journal, "plan", UNTIL - 300, planned=600)
        assert read_sessions(journal, BEGIN, UNTIL - 100)["seconds"] == 200.0
        assert read_sessions(journal, BEGIN, UNTIL, as_of=UNTIL + 100)["seconds"] == 300.0
        assert read_sessions(journal, UNTIL, 2 * UNTIL, as_of=UNTIL + 100)["seconds"] == 100.0
        assert read_sessions(journal, UNTIL, 2 * UNTIL, as_of=UNTIL + 9000)["seconds"] == 300.0
        assert read_sessions(journal, UNTIL, BEGIN) == NOTHING
