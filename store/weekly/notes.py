"""What is noted of a week that was closed: its figures stay as they were, and what was wrong with them is said here."""

import sqlite3
from dataclasses import dataclass

from store.errors import ReviewError
from store.weekly.calendar import Week, parse_week
from store.weekly.documents import put_week
from store.weekly.texts import tidy_text


@dataclass(frozen=True)
class WeekNote:
    """A note on a week, ``written`` at that time (epoch seconds)."""

    id: int
    week: Week
    written: float
    text: str


def notes_of(connection: sqlite3.Connection, week: Week) -> list[WeekNote]:
    """The notes on a week, the first written first."""
    rows = connection.execute(
        "SELECT id, week, written, text FROM week_notes WHERE week = ? ORDER BY written, id", (str(week),)
    )
    return [WeekNote(**{**dict(row), "week": parse_week(row["week"])}) for row in rows]


def add_note(connection: sqlite3.Connection, week: Week, text: str, now: float) -> WeekNote:
    """Note something of a week, inside the caller's transaction; the same text twice in a row is noted once.
    ReviewError for an empty text, and one that is too long."""
    tidied = tidy_text(text)
    if not tidied:
        raise ReviewError("a note needs a text")
    known = notes_of(connection, week)
    if known and known[-1].text == tidied:
        return known[-1]
    cursor = connection.execute(
        "INSERT INTO week_notes (week, written, text) VALUES (?, ?, ?)", (str(week), now, tidied)
    )
    put_week(connection, week)
    return WeekNote(int(cursor.lastrowid or 0), week, now, tidied)
