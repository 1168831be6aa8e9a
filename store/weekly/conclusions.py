"""What a run showed, in one line of the user's own words: written when it has ended, found by the search ever after."""

import sqlite3

from store import document_sources
from store.errors import Conflict, ReviewError
from store.runs import COLUMNS, Run, get_run, run_from

MOST_CHARACTERS = 500
ANY = -1.0
"""Whatever was written before, it may be overwritten."""


def conclude(
    connection: sqlite3.Connection, run_id: str, text: str, now: float, *, read: float | None = ANY
) -> str | None:
    """Write what a run showed, inside the caller's transaction; an empty text takes it away. What is kept then.

    Line breaks become spaces. ``read`` is the ``Run.concluded`` that was read, None where there was no conclusion:
    Conflict (its ``current`` is the run) where another one was written meanwhile. ReviewError where there is no such
    run, or the line is longer than ``MOST_CHARACTERS``.
    """
    run = get_run(connection, run_id)
    if run is None:
        raise ReviewError("no run has the id {run}; `machiai ls` lists them", run=repr(run_id))
    line = tidy(text)
    if line == run.conclusion:
        return line
    if len(line or "") > MOST_CHARACTERS:
        raise ReviewError(
            "a conclusion is one line of at most {most} characters, and this one has {count}; write the rest as a note",
            most=MOST_CHARACTERS,
            count=len(line or ""),
        )
    if read != ANY and read != run.concluded:
        raise Conflict(
            "the conclusion was changed elsewhere meanwhile, and nothing was written: see how it is now, then save "
            "again",
            run,
        )
    concluded = None if line is None else now
    connection.execute("UPDATE runs SET conclusion = ?, concluded = ? WHERE id = ?", (line, concluded, run_id))
    document_sources.put_run(connection, run_id)
    return line


def without_conclusion(
    connection: sqlite3.Connection, begin: float, until: float, limit: int | None = None
) -> list[Run]:
    """The runs that ended in that time, however they did, and of which nobody has written what they showed; the one
    that ended last is first."""
    return _ended(connection, "r.conclusion IS NULL", begin, until, limit)


def with_conclusion(connection: sqlite3.Connection, begin: float, until: float) -> list[Run]:
    """The runs that ended in that time and of which it is written, the one that ended last first."""
    return _ended(connection, "r.conclusion IS NOT NULL", begin, until, None)


def tidy(text: str) -> str | None:
    """The text as it is kept: one line; None for an empty one."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").split()) or None


def _ended(connection: sqlite3.Connection, condition: str, begin: float, until: float, limit: int | None) -> list[Run]:
    rows = connection.execute(
        f"SELECT {COLUMNS} WHERE r.ended >= ? AND r.ended < ? AND +r.state NOT IN ('queued', 'running') "
        f"AND {condition} ORDER BY r.ended DESC, r.id DESC LIMIT ?",
        (begin, until, -1 if limit is None else limit),
    )
    return [run_from(row) for row in rows]
