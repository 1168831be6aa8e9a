"""How long was worked, by kind, and read without a pause."""

import sqlite3

from store import sessions
from store.database import write
from store.worked import read_stretch, seconds_by_kind

NOW = 1_000_000.0


def spend(journal: sqlite3.Connection, kind: str, begun: float, ended: float | None, slept: float = 0.0) -> None:
    """A session from then to then, counted from NOW."""
    with write(journal):
        number = sessions.begin(journal, kind, NOW + begun)
        if slept and ended is not None:
            sessions.touch(journal, NOW + begun + slept + 1, slept)
        if ended is not None:
            sessions.end(journal, number, NOW + ended)


def test_by_kind(journal: sqlite3.Connection) -> None:
    """Sessions count as far as they lie in the span, without sleep; the open one until now."""
    spend(journal, "read", -600, 600)
    spend(journal, "task", 600, 1600, slept=400)
    spend(journal, "read", 2000, None)
    assert seconds_by_kind(journal, NOW, NOW + 9999, NOW + 2300) == {"read": 900, "task": 600}
    assert seconds_by_kind(journal, NOW, NOW + 1100, NOW + 2300) == {"read": 600, "task": 300}
    assert seconds_by_kind(journal, NOW - 9999, NOW - 700, NOW + 2300) == {}


def test_a_forgotten_one(journal: sqlite3.Connection) -> None:
    """What nobody ended counts as long as it was meant to be."""
    spend(journal, "read", 0, None)
    assert seconds_by_kind(journal, NOW, NOW + 90_000, NOW + 50_000) == {"read": sessions.USUAL_SECONDS["read"]}


def test_stretch(journal: sqlite3.Connection) -> None:
    """Reading adds up over short pauses, whatever one did in them, and begins anew after a quarter of an hour."""
    spend(journal, "read", 0, 600)
    spend(journal, "read", 2000, 2600)
    spend(journal, "mail", 2600, 2900)
    spend(journal, "read", 3000, None)
    assert read_stretch(journal, NOW + 3300) == 900
    spend(journal, "break", 3300, None)
    assert read_stretch(journal, NOW + 3300 + 899) == 900
    assert read_stretch(journal, NOW + 3300 + 900) == 0
