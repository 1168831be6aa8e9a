"""Since when anything is known, so that no one looks for weeks before that."""

import sqlite3

_FIRST = (
    # each is the first of an index
    "SELECT min(created) FROM runs",
    "SELECT min(started) FROM runs",
    "SELECT min(begun) FROM sessions",
    "SELECT min(time) FROM task_events",
    "SELECT min(created) FROM entries",
    "SELECT min(time) FROM paper_events",
)


def first_moment(connection: sqlite3.Connection) -> float | None:
    """The first moment of which anything is known (epoch seconds): a run, a session, a task, an entry, a decision on a
    paper; None in an empty journal. Commits do not count: those of a project's whole past come in with it."""
    found = (connection.execute(query).fetchone()[0] for query in _FIRST)
    return min((moment for moment in found if moment is not None), default=None)
