"""The work of a stretch of time that was written down: commits of one's own, their review, and entries."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from store.entry_rows import KINDS


@dataclass(frozen=True)
class Written:
    """A commit of one's own; ``added`` and ``deleted`` are lines."""

    time: float
    added: int = 0
    deleted: int = 0


def reckon_work(
    commits: Iterable[Written], reviewed: Iterable[float], entries: Iterable[tuple[str, float]], begin: float,
    until: float,
) -> dict[str, Any]:  # fmt: skip
    """``commits`` with the lines that they ``added`` and ``deleted``, how many were ``reviewed``, and the ``refactors``
    and ``reviews`` among the entries, (kind, when written); all from ``begin`` to before ``until``."""
    own = [one for one in commits if begin <= one.time < until]
    kinds = reckon_entries(entries, begin, until)["kinds"]
    return {
        "commits": len(own),
        "added": sum(one.added for one in own),
        "deleted": sum(one.deleted for one in own),
        "reviewed": sum(begin <= time < until for time in reviewed),
        "refactors": kinds.get("refactor", 0),
        "reviews": kinds.get("review", 0),
    }


def reckon_entries(entries: Iterable[tuple[str, float]], begin: float, until: float) -> dict[str, Any]:
    """How many entries, (kind, when written), were written from ``begin`` to before ``until``: ``count``, and ``kinds``
    by kind, without those of which there was none."""
    written = [kind for kind, time in entries if begin <= time < until]
    return {"count": len(written), "kinds": {kind: written.count(kind) for kind in KINDS if kind in written}}


def read_work(connection: sqlite3.Connection, begin: float, until: float, as_of: float | None = None) -> dict[str, Any]:
    """The work of a stretch of time, wherever ``as_of`` is.

    A commit that several clones have is one, and one that was reviewed and took the place of another (rebased,
    amended) was reviewed once.
    """
    within = {"begin": begin, "until": until}
    commits = connection.execute(
        "SELECT time, min(added) AS added, min(deleted) AS deleted FROM commits "
        "WHERE time >= :begin AND time < :until AND mine AND gone IS NULL GROUP BY sha",
        within,
    )
    reviewed = connection.execute(
        "SELECT min(reviewed) AS reviewed FROM commits WHERE reviewed >= :begin AND reviewed < :until "
        "GROUP BY email, time, subject",
        within,
    )
    return reckon_work(
        [Written(**dict(row)) for row in commits],
        [row["reviewed"] for row in reviewed],
        _entries(connection, begin, until),
        begin,
        until,
    )


def read_entries(
    connection: sqlite3.Connection, begin: float, until: float, as_of: float | None = None
) -> dict[str, Any]:
    """The entries that were written in a stretch of time and not removed, wherever ``as_of`` is."""
    return reckon_entries(_entries(connection, begin, until), begin, until)


def _entries(connection: sqlite3.Connection, begin: float, until: float) -> list[tuple[str, float]]:
    rows = connection.execute(
        "SELECT kind, created FROM entries WHERE created >= ? AND created < ? AND removed IS NULL", (begin, until)
    )
    return [(row["kind"], row["created"]) for row in rows]
