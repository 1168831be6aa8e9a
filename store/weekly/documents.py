"""Which weeks something is written of, and what the search knows of these: answers of the review, goals and notes."""

import json
import sqlite3
from datetime import UTC
from itertools import chain

from store import documents
from store.weekly.calendar import Week, parse_week

SEEN = "seen_"
"""Answers whose names begin so are no texts: they say what was gone through."""
_MIDDLE_SECONDS = 3.5 * 86400.0


def put_week(connection: sqlite3.Connection, week: Week) -> bool:
    """Let the search know what is written of a week; inside the caller's transaction. Whether that is new. One of which
    nothing is written is not in the search."""
    name = str(week)
    row = connection.execute("SELECT answers FROM week_reviews WHERE week = ?", (name,)).fetchone()
    answers = [text for key, text in json.loads(row["answers"]).items() if not key.startswith(SEEN)] if row else []
    goals = connection.execute("SELECT text FROM goals WHERE week = ? ORDER BY place, id", (name,))
    notes = connection.execute("SELECT text FROM week_notes WHERE week = ? ORDER BY written, id", (name,))
    texts = [str(text) for text in chain(answers, (one["text"] for one in goals), (one["text"] for one in notes))]
    if not texts:
        return documents.drop(connection, "week", name)
    middle = week.bounds(UTC)[0] + _MIDDLE_SECONDS  # in every zone a moment of that week
    return documents.put(connection, "week", name, title=name, text="\n".join(texts), time=middle)


def written_weeks(connection: sqlite3.Connection) -> list[Week]:
    """The weeks of which anything is written: a review, a goal, a note or a planned run; the first week first."""
    rows = connection.execute(
        "SELECT week FROM week_reviews UNION SELECT week FROM goals UNION SELECT week FROM week_notes "
        "UNION SELECT week FROM planned_runs ORDER BY week"
    )
    return [parse_week(row["week"]) for row in rows]
