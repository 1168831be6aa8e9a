"""How far each log has been read, and the last lines of ended runs."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

EXCERPT_LINES = 200
_CURSOR = "path, file_id, offset, lines, partial, last_line, last_output, parser"


@dataclass(frozen=True)
class Cursor:
    """How far a log file has been read.

    ``offset`` bytes are consumed and ``lines`` complete lines counted in them; ``partial`` is the beginning of
    the line that is not yet complete (its end only, where it is very long). ``file_id`` tells a replaced file
    from the same one. ``last_output`` is when it last grew. ``parser`` is
    the state of the reader of its lines, as JSON: what it must remember to go on at ``offset``.
    """

    path: str
    file_id: str | None = None
    offset: int = 0
    lines: int = 0
    partial: bytes = b""
    last_line: str | None = None
    last_output: float | None = None
    parser: str | None = None


@dataclass(frozen=True)
class Excerpt:
    """The last lines of an ended run, kept even when the log is deleted; ``first_line`` counts from 1."""

    first_line: int
    lines: list[str]
    taken: float


def read_cursor(connection: sqlite3.Connection, run_id: str, attempt: int, path: str) -> Cursor:
    """Where reading of that log stands; a fresh cursor when it has not begun."""
    row = connection.execute(
        f"SELECT {_CURSOR} FROM log_files WHERE run_id = ? AND attempt = ? AND path = ?",
        (run_id, attempt, path),
    ).fetchone()
    return Cursor(**dict(row)) if row else Cursor(path)


def cursors_of(connection: sqlite3.Connection, run_id: str, attempt: int) -> list[Cursor]:
    """Where reading stands in every file of an attempt: its log, and the metric files beside it."""
    rows = connection.execute(
        f"SELECT {_CURSOR} FROM log_files WHERE run_id = ? AND attempt = ? ORDER BY id",
        (run_id, attempt),
    )
    return [Cursor(**dict(row)) for row in rows]


def advance_cursor(connection: sqlite3.Connection, run_id: str, attempt: int, before: Cursor, after: Cursor) -> bool:
    """Move a cursor, if it still stands where we read it; inside the caller's transaction.

    False when another reader has moved it meanwhile: then nothing that was read may be recorded.
    """
    connection.execute(
        "INSERT INTO log_files (run_id, attempt, path, file_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (run_id, attempt, before.path, before.file_id),
    )
    cursor = connection.execute(
        "UPDATE log_files SET file_id = ?, offset = ?, lines = ?, partial = ?, last_line = ?, last_output = ?, "
        "parser = ? WHERE run_id = ? AND attempt = ? AND path = ? AND offset = ? AND file_id IS ?",
        (
            after.file_id,
            after.offset,
            after.lines,
            after.partial,
            after.last_line,
            after.last_output,
            after.parser,
            run_id,
            attempt,
            before.path,
            before.offset,
            before.file_id,
        ),
    )
    return bool(cursor.rowcount)


def keep_excerpt(
    connection: sqlite3.Connection,
    run_id: str,
    attempt: int,
    first_line: int,
    lines: Sequence[str],
    now: float,
) -> None:
    """Keep the last lines of an ended run; inside the caller's transaction."""
    connection.execute(
        "INSERT INTO log_excerpts (run_id, attempt, taken, first_line, text) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (run_id, attempt) DO UPDATE SET taken = excluded.taken, first_line = excluded.first_line, "
        "text = excluded.text",
        (run_id, attempt, now, first_line, "\n".join(lines)),
    )


def read_excerpt(connection: sqlite3.Connection, run_id: str, attempt: int) -> Excerpt | None:
    """The kept last lines of a run, if it has ended."""
    row = connection.execute(
        "SELECT taken, first_line, text FROM log_excerpts WHERE run_id = ? AND attempt = ?", (run_id, attempt)
    ).fetchone()
    if row is None:
        return None
    return Excerpt(row["first_line"], row["text"].split("\n") if row["text"] else [], row["taken"])
