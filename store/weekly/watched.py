"""When a daemon watched: what happened on the machine at another time, nobody saw."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from store.database import write
from store.weekly.spans import Span, clip, length, without

NOTE_SECONDS = 60.0
"""How often the daemon notes that it is there."""
_GAP_SECONDS = 150.0
"""Notes further apart than this leave a gap between them."""
_LEAST_SECONDS = 300.0
"""A shorter gap is not told: a restart, or a moment of sleep."""


def keep_noted(connection: sqlite3.Connection, now: float) -> bool:
    """Note that the daemon is there, if the last note is a minute old; whether it was."""
    row = _span_before(connection, now)
    if row is not None and now - row["until"] < NOTE_SECONDS:
        return False
    with write(connection):
        note(connection, now)
    return True


def note(connection: sqlite3.Connection, now: float) -> None:
    """The daemon is there at ``now`` (epoch seconds); inside the caller's transaction.

    The spans never overlap: where a clock was set back, the time that it passes again is noted already.
    """
    row = _span_before(connection, now)
    if row is None or now - row["until"] > _GAP_SECONDS:
        connection.execute("INSERT INTO watched_spans (begun, until) VALUES (?, ?)", (now, now))
    elif now > row["until"]:
        connection.execute("UPDATE watched_spans SET until = ? WHERE begun = ?", (now, row["begun"]))


def reckon_watched(spans: Iterable[Span], since: float | None, begin: float, until: float) -> dict[str, Any]:
    """For how long there was a daemon between ``begin`` and ``until``, and when there was none.

    ``since`` is when one watched for the first time: what was before that is no gap; None where there never was one.
    """
    watched = clip(spans, begin, until)
    looked = [] if since is None else [(max(begin, since), until)]
    gaps = [(first, last) for first, last in without(looked, watched) if last - first >= _LEAST_SECONDS]
    return {
        "seconds": length(watched),
        "gaps": [{"begin": first, "end": last} for first, last in gaps],
    }


def read_watched(connection: sqlite3.Connection, begin: float, until: float) -> dict[str, Any]:
    """The same from the journal; see :func:`reckon_watched`."""
    rows = connection.execute(
        "SELECT begun, until FROM watched_spans WHERE begun < :until AND "
        "begun >= coalesce((SELECT max(begun) FROM watched_spans WHERE begun <= :begin), :begin)",
        {"begin": begin, "until": until},
    )
    since = connection.execute("SELECT min(begun) FROM watched_spans").fetchone()[0]
    return reckon_watched([tuple(row) for row in rows], since, begin, until)


def _span_before(connection: sqlite3.Connection, now: float) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT begun, until FROM watched_spans WHERE begun <= ? ORDER BY begun DESC LIMIT 1", (now,)
    ).fetchone()
    return row
