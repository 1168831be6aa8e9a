"""Sums over sessions: how long was worked, read, rested."""

import sqlite3
from collections.abc import Iterable

from store.sessions import Session, forgotten, list_sessions

PAUSE_SECONDS = 900.0
_DAY = 86400.0


def seconds_by_kind(connection: sqlite3.Connection, begin: float, end: float, now: float) -> dict[str, float]:
    """How long each kind lasted from ``begin`` to ``end``, without sleep; kinds of which there was nothing are left
    out. What is open counts until now, one that was forgotten until its planned end."""
    return sum_by_kind(list_sessions(connection, begin, end), begin, end, now)


def sum_by_kind(sessions: Iterable[Session], begin: float, end: float, now: float) -> dict[str, float]:
    """How long each kind of those sessions lasted from ``begin`` to ``end``, as ``seconds_by_kind`` has it."""
    found: dict[str, float] = {}
    for session in sessions:
        until = end_of(session, now)
        whole = until - session.begun
        inside = min(until, end) - max(session.begun, begin)
        if whole > 0 and inside > 0:
            awake = max(0.0, whole - session.slept)
            found[session.kind] = found.get(session.kind, 0.0) + awake * inside / whole
    return found


def end_of(session: Session, now: float) -> float:
    """When a session ended; now where it goes on, its planned end where it was forgotten."""
    return session.ended if session.ended is not None else session.due if forgotten(session, now) else now


def read_stretch(connection: sqlite3.Connection, now: float) -> float:
    """Seconds read so far without a pause of a quarter of an hour, until now."""
    seconds, edge = 0.0, now
    for one in reversed(list_sessions(connection, now - _DAY, now)):
        ended = end_of(one, now)
        if one.kind != "read":
            continue
        if edge - ended >= PAUSE_SECONDS:
            break
        seconds += max(0.0, ended - one.begun - one.slept)
        edge = one.begun
    return seconds
