"""Resume notes: where one was, what comes next and what is open, written before leaving a project for something else.

Of each project the newest note counts; it is open until somebody has taken it up again.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store import document_sources
from store.errors import SessionError

_MOST_FILES, _MOST_COMMITS = 20, 10
_SELECT = "SELECT m.*, p.name AS project FROM resumes m LEFT JOIN projects p ON p.id = m.project_id"


@dataclass(frozen=True)
class Resume:
    """A resume note; ``facts`` is what was filled in by itself: ``{"commits": [{sha, subject}],
    "files": [path …], "differs": [path …]}``, see :func:`touched`."""

    id: int
    project_id: int | None
    session_id: int | None
    written: float
    place: str
    next_step: str
    question: str
    facts: dict[str, Any]
    closed: float | None
    project: str | None = None


def write_resume(
    connection: sqlite3.Connection,
    now: float,
    *,
    project_id: int | None,
    session_id: int | None = None,
    place: str = "",
    next_step: str = "",
    question: str = "",
    facts: Mapping[str, Any] | None = None,
) -> int:
    """Keep where one is; inside the caller's transaction. Its id. Older open notes of the project are closed by it.

    Raises SessionError where nothing was written and nothing was filled in.
    """
    typed = {"place": place.strip(), "next_step": next_step.strip(), "question": question.strip()}
    kept = dict(facts or {})
    if not any(typed.values()) and not any(kept.values()):
        raise SessionError("there is nothing in this resume note; write where you are, or what comes next")
    connection.execute("UPDATE resumes SET closed = ? WHERE project_id IS ? AND closed IS NULL", (now, project_id))
    cursor = connection.execute(
        "INSERT INTO resumes (project_id, session_id, written, place, next_step, question, facts) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (project_id, session_id, now, *typed.values(), json.dumps(kept, ensure_ascii=False)),
    )
    if session_id is not None:
        document_sources.put_session(connection, session_id)
    return int(cursor.lastrowid or 0)


def close_resume(connection: sqlite3.Connection, resume_id: int, now: float) -> bool:
    """The note was taken up again; inside the caller's transaction. False where it is closed already, or not there."""
    cursor = connection.execute("UPDATE resumes SET closed = ? WHERE id = ? AND closed IS NULL", (now, resume_id))
    return bool(cursor.rowcount)


def reopen_resume(connection: sqlite3.Connection, resume_id: int) -> bool:
    """Take back that it was closed; inside the caller's transaction. False where it was open, or is not there."""
    cursor = connection.execute("UPDATE resumes SET closed = NULL WHERE id = ? AND closed IS NOT NULL", (resume_id,))
    return bool(cursor.rowcount)


def latest_open(connection: sqlite3.Connection, project_id: int | None) -> Resume | None:
    """The newest note of a project (None: of no project) that is still open."""
    row = connection.execute(
        f"{_SELECT} WHERE m.closed IS NULL AND m.project_id IS ? ORDER BY m.written DESC, m.id DESC LIMIT 1",
        (project_id,),
    ).fetchone()
    return _resume(row) if row else None


def open_resumes(connection: sqlite3.Connection) -> list[Resume]:
    """The open notes, newest first: of each project the newest, archived projects left out."""
    rows = connection.execute(
        f"{_SELECT} WHERE m.closed IS NULL AND p.archived IS NULL ORDER BY m.written DESC, m.id DESC"
    )
    found: dict[int | None, Resume] = {}
    for row in rows:
        found.setdefault(row["project_id"], _resume(row))
    return list(found.values())


def list_resumes(connection: sqlite3.Connection, begin: float, end: float) -> list[Resume]:
    """The notes written from ``begin`` to before ``end``, oldest first."""
    rows = connection.execute(
        f"{_SELECT} WHERE m.written >= ? AND m.written < ? ORDER BY m.written, m.id", (begin, end)
    )
    return [_resume(row) for row in rows]


def touched(connection: sqlite3.Connection, project_id: int | None, begin: float, end: float) -> dict[str, Any]:
    """What a session left behind, to fill into its note: ``commits`` of one's own in the project between two times,
    newest first, the ``files`` they changed, and what ``differs`` from the code of the project's last run."""
    if project_id is None:
        return {"commits": [], "files": [], "differs": []}
    rows = connection.execute(
        "SELECT sha, subject, files FROM commits WHERE project_id = ? AND mine AND time >= ? AND time <= ? "
        "ORDER BY time DESC, sha LIMIT ?",
        (project_id, begin, end, _MOST_COMMITS),
    ).fetchall()
    paths = [path for row in rows for path in _paths(json.loads(row["files"]))]
    drift = connection.execute(
        "SELECT d.data FROM drifts d JOIN runs r ON r.id = d.run_id WHERE r.project_id = ? AND d.as_of >= ? "
        "ORDER BY r.created DESC LIMIT 1",
        (project_id, begin),
    ).fetchone()
    differing = _paths(json.loads(drift["data"]).get("files") or []) if drift else []
    return {
        "commits": [{"sha": row["sha"], "subject": row["subject"]} for row in rows],
        "files": list(dict.fromkeys(paths))[:_MOST_FILES],
        "differs": differing[:_MOST_FILES],
    }


def _paths(files: list[Any]) -> list[str]:
    """The paths of files that are given as text, or as lists or objects that name theirs."""
    found = []
    for one in files:
        path = one.get("path") if isinstance(one, dict) else one[0] if isinstance(one, list) and one else one
        if isinstance(path, str):
            found.append(path)
    return found


def _resume(row: sqlite3.Row) -> Resume:
    return Resume(**{**dict(row), "facts": json.loads(row["facts"])})
