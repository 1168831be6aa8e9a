"""How much training ran while the researcher was at the desk, and how much of that waiting had a session."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from store.sessions import Session, list_sessions
from store.weekly.desk import GAP_SECONDS, read_marks, reckon_desk
from store.weekly.runs import read_times
from store.weekly.spans import Span, clip, join, length, overlap
from store.worked import end_of


def reckon_waiting(
    marks: Iterable[float],
    sessions: Sequence[Session],
    training: Iterable[Span],
    begin: float,
    until: float,
    as_of: float,
) -> dict[str, Any]:
    """Lengths in seconds: ``desk_seconds``, ``training_seconds`` (when any run was at work), ``waiting_seconds`` (both
    at once), ``used_seconds`` (what of that is in a session of any kind)."""
    desk = reckon_desk(marks, sessions, begin, until, as_of)
    trained = join(clip(training, begin, until))
    waited = overlap(desk, trained)
    used = overlap(waited, clip(((one.begun, end_of(one, as_of)) for one in sessions), begin, until))
    return {
        "desk_seconds": length(desk),
        "training_seconds": length(trained),
        "waiting_seconds": length(waited),
        "used_seconds": length(used),
    }


def read_waiting(
    connection: sqlite3.Connection, begin: float, until: float, as_of: float | None = None
) -> dict[str, Any]:
    """The waiting of a stretch of time; ``as_of`` is when one looks, ``until`` where it is not given."""
    return reckon_waiting(
        read_marks(connection, begin, until),
        list_sessions(connection, begin - GAP_SECONDS, until),
        [span for spans in read_times(connection, begin, until).values() for span in spans],
        begin,
        until,
        until if as_of is None else as_of,
    )
