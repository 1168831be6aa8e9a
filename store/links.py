"""What belongs together: a task, an entry or a session, and the runs, papers, commits … it is about."""

import sqlite3
from dataclasses import dataclass

SOURCES = ("task", "entry", "session")
TARGETS = ("run", "project", "paper", "entry", "commit", "task")
_ORDER = "ORDER BY created, to_kind, to_id, from_kind, from_id"


@dataclass(frozen=True)
class Link:
    """From a task, entry or session to what it is about; ids are text. ``step`` is a step of a run, where one is meant.

    A commit's id is ``SHA`` or ``repository@SHA``, a paper's the arXiv id without version, the others' their row's id.
    """

    from_kind: str
    from_id: str
    to_kind: str
    to_id: str
    step: float | None
    created: float


def link(
    connection: sqlite3.Connection,
    from_kind: str,
    from_id: str | int,
    to_kind: str,
    to_id: str | int,
    now: float,
    step: float | None = None,
) -> bool:
    """Keep that one is about the other; inside the caller's transaction. Whether that is new: linking again changes
    nothing but the step, where one is given.

    Raises ValueError for kinds that cannot be linked so, and for a link to itself.
    """
    source, target = _check(SOURCES, from_kind, from_id), _check(TARGETS, to_kind, to_id)
    if source == target:
        raise ValueError(f"{from_kind} {from_id} cannot be linked to itself")
    cursor = connection.execute(
        "INSERT INTO links (from_kind, from_id, to_kind, to_id, step, created) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (*source, *target, step, now),
    )
    if not cursor.rowcount and step is not None:
        connection.execute(
            "UPDATE links SET step = ? WHERE from_kind = ? AND from_id = ? AND to_kind = ? AND to_id = ?",
            (step, *source, *target),
        )
    return bool(cursor.rowcount)


def unlink(connection: sqlite3.Connection, from_kind: str, from_id: str | int, to_kind: str, to_id: str | int) -> bool:
    """Forget that one is about the other; inside the caller's transaction. False where nobody said so."""
    cursor = connection.execute(
        "DELETE FROM links WHERE from_kind = ? AND from_id = ? AND to_kind = ? AND to_id = ?",
        (from_kind, str(from_id), to_kind, str(to_id)),
    )
    return bool(cursor.rowcount)


def links_of(connection: sqlite3.Connection, from_kind: str, from_id: str | int) -> list[Link]:
    """What that task, entry or session is about, oldest link first."""
    rows = connection.execute(
        f"SELECT * FROM links WHERE from_kind = ? AND from_id = ? {_ORDER}", (from_kind, str(from_id))
    )
    return [Link(**dict(row)) for row in rows]


def links_to(connection: sqlite3.Connection, to_kind: str, to_id: str | int) -> list[Link]:
    """What is about that run, paper, commit …, oldest link first."""
    rows = connection.execute(f"SELECT * FROM links WHERE to_kind = ? AND to_id = ? {_ORDER}", (to_kind, str(to_id)))
    return [Link(**dict(row)) for row in rows]


def _check(kinds: tuple[str, ...], kind: str, one: str | int) -> tuple[str, str]:
    if kind not in kinds or not str(one):
        raise ValueError(f"{kind!r} {one!r} cannot be linked here; it may be of {', '.join(kinds)}")
    return kind, str(one)
