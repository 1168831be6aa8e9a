"""The sessions of a stretch of time: how many of each kind, and how long."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from store.sessions import KINDS, Session, list_sessions
from store.worked import sum_by_kind


def reckon_sessions(sessions: Sequence[Session], begin: float, until: float, as_of: float) -> dict[str, Any]:
    """``count`` of those that began from ``begin`` to before ``until``, ``seconds`` of all inside it, without sleep;
    ``kinds`` has both for each kind of which there was something. ``as_of`` is until when one counts that is open."""
    seconds = sum_by_kind(sessions, begin, until, as_of)
    begun = [one.kind for one in sessions if begin <= one.begun < until]
    kinds = {
        kind: {"count": begun.count(kind), "seconds": seconds.get(kind, 0.0)}
        for kind in KINDS
        if kind in begun or kind in seconds
    }
    return {"count": len(begun), "seconds": sum(seconds.values()), "kinds": kinds}


def read_sessions(
    connection: sqlite3.Connection, begin: float, until: float, as_of: float | None = None
) -> dict[str, Any]:
    """The sessions of a stretch of time; ``as_of`` is when one looks, ``until`` where it is not given."""
    return reckon_sessions(list_sessions(connection, begin, until), begin, until, until if as_of is None else as_of)
