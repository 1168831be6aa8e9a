"""When the researcher was at the desk, by the traces that are left of it: what was typed, decided, looked through.

A trace stands for the five minutes before it, a session for its own length; less than half an hour between two is time
at the desk too. Without a trace nothing is said of it.
"""

import sqlite3
from collections.abc import Iterable

from store.sessions import Session
from store.weekly.spans import Span, clip, join
from store.worked import end_of

MARK_SECONDS = 300.0
GAP_SECONDS = 1800.0
AWAY = "break"
"""The kind of session that is no trace of work at the desk."""
# A plus before a column keeps SQLite from looking there, where far more is found than in a week.
_WITHIN = "{0} >= :since AND {0} < :until"
_MARKS = " UNION ALL ".join(
    f"SELECT {time} FROM {table} WHERE {_WITHIN.format(time)}{only}"
    for table, time, only in (
        ("task_events", "time", " AND +kind IN ('created', 'changed', 'state', 'blocked', 'noticed')"),
        ("paper_events", "time", " AND +kind IN ('state', 'changed', 'pass')"),
        ("entries", "created", ""),
        ("entry_versions", "saved", ""),
        ("commits", "time", " AND mine"),
        ("runs", "created", " AND engine = 'local'"),
        ("alerts", "acknowledged", ""),
        ("advice", "answered", ""),
        ("intents", "asked", ""),
        ("plan_versions", "saved", ""),
        ("review_marks", "changed", ""),
        ("resumes", "written", ""),
    )
)


def reckon_desk(
    marks: Iterable[float], sessions: Iterable[Session], begin: float, until: float, as_of: float
) -> list[Span]:
    """The time at the desk from ``begin`` to ``until``, by the moments of traces and by sessions of any kind.

    Those of before ``begin`` reach into it; what comes at ``until`` or later is not known yet. ``as_of`` is until when
    a session counts that is open.
    """
    traces = [(mark - MARK_SECONDS, mark) for mark in marks if mark < until]
    traces += [(one.begun, end_of(one, as_of)) for one in sessions if one.kind != AWAY and one.begun < until]
    return clip(join(traces, GAP_SECONDS), begin, until)


def read_marks(connection: sqlite3.Connection, begin: float, until: float) -> list[float]:
    """The moments of traces that tell of the time from ``begin`` to ``until``, those before it that reach into it
    too; in no order."""
    since = {"since": begin - GAP_SECONDS, "until": until}
    return [float(row[0]) for row in connection.execute(_MARKS, since)]
