"""The commits of the projects' repositories, as the journal knows them: who, when, which lines; which are reviewed."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

RECENT_SECONDS = 30 * 86400.0
"""A commit older than this no longer waits for a review."""
_SELECT = "SELECT c.*, p.name AS project FROM commits c JOIN projects p ON p.id = c.project_id"
_WAITING = "c.mine AND c.parents < 2 AND c.reviewed IS NULL AND c.gone IS NULL AND c.time >= ?"


@dataclass(frozen=True)
class Commit:
    """A commit; ``time`` is when it was written. ``files`` are (path, added, deleted), the lines None for binary files.

    ``parents`` is 2 or more for a merge. ``gone`` is when no branch was seen to have it any more (amended, rebased).
    """

    repository: str
    sha: str
    project_id: int
    author: str
    email: str
    time: float
    subject: str
    body: str
    parents: int
    added: int
    deleted: int
    files: tuple[tuple[str, int | None, int | None], ...]
    mine: bool
    reviewed: float | None = None
    gone: float | None = None
    project: str = ""

    @property
    def is_merge(self) -> bool:
        """Whether it joins branches."""
        return self.parents > 1


@dataclass(frozen=True)
class Repository:
    """A repository whose commits are read: the ``tips`` of its branches by name at the last look, or why it failed."""

    path: str
    project_id: int
    tips: dict[str, str]
    email: str | None
    read: float | None
    error: str | None


@dataclass(frozen=True)
class Pile:
    """The unreviewed commits of a project: how many, how many lines, and when the oldest was written."""

    project_id: int
    project: str
    count: int
    lines: int
    oldest: float


def candidate_roots(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """The folders that may be repositories, with their project: projects' own roots first, then those of runs that were
    given another project by name, newest first."""
    rows = connection.execute("SELECT root, id FROM projects WHERE root NOT LIKE 'name:%' ORDER BY id").fetchall()
    rows += connection.execute(
        "SELECT json_extract(git, '$.root') AS root, project_id AS id FROM runs WHERE git IS NOT NULL "
        "GROUP BY 1, 2 ORDER BY max(created) DESC"
    ).fetchall()
    roots: dict[str, int] = {}
    for row in rows:
        if row["root"]:
            roots.setdefault(str(row["root"]), int(row["id"]))
    return list(roots.items())


def list_repositories(connection: sqlite3.Connection) -> list[Repository]:
    """All repositories that were looked at, by path."""
    rows = connection.execute("SELECT * FROM repositories ORDER BY path")
    return [Repository(**{**dict(row), "tips": json.loads(row["tips"])}) for row in rows]


def record_repository(connection: sqlite3.Connection, repository: Repository) -> None:
    """Keep how far a repository was read; inside the caller's transaction."""
    connection.execute(
        "INSERT INTO repositories (path, project_id, tips, email, read, error) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (path) DO UPDATE SET project_id = excluded.project_id, tips = excluded.tips, "
        "email = excluded.email, read = excluded.read, error = excluded.error",
        (
            repository.path,
            repository.project_id,
            json.dumps(repository.tips),
            repository.email,
            repository.read,
            repository.error,
        ),
    )


def record(connection: sqlite3.Connection, found: Iterable[Commit]) -> int:
    """Enter commits, each once; inside the caller's transaction. How many were new.

    One that takes the place of another (same author, time and subject: rebased or amended) has its marks, and is
    reviewed where it changes the same lines of the same files.
    """
    count = 0
    for one in found:
        cursor = connection.execute(
            "INSERT INTO commits (repository, sha, project_id, author, email, time, subject, body, parents, added, "
            "deleted, files, mine) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                *(one.repository, one.sha, one.project_id, one.author, one.email, one.time, one.subject, one.body),
                *(one.parents, one.added, one.deleted, json.dumps(one.files, ensure_ascii=False), int(one.mine)),
            ),
        )
        count += cursor.rowcount
        if cursor.rowcount:
            _inherit(connection, one)
    return count


def _inherit(connection: sqlite3.Connection, new: Commit) -> None:
    row = connection.execute(
        "SELECT sha, files, reviewed FROM commits WHERE repository = ? AND time = ? AND email = ? AND subject = ? "
        "AND sha <> ? ORDER BY gone DESC NULLS FIRST, reviewed DESC LIMIT 1",
        (new.repository, new.time, new.email, new.subject, new.sha),
    ).fetchone()
    if row is None:
        return
    connection.execute(
        "INSERT INTO review_marks (repository, sha, hunk, ticked, comment, task_id, changed) "
        "SELECT repository, ?, hunk, ticked, comment, task_id, changed FROM review_marks "
        "WHERE repository = ? AND sha = ? ON CONFLICT DO NOTHING",
        (new.sha, new.repository, row["sha"]),
    )
    if row["reviewed"] is not None and row["files"] == json.dumps(new.files, ensure_ascii=False):
        connection.execute(
            "UPDATE commits SET reviewed = ? WHERE repository = ? AND sha = ?",
            (row["reviewed"], new.repository, new.sha),
        )


def waiting_shas(connection: sqlite3.Connection, repository: str, since: float) -> dict[str, bool]:
    """The commits of a repository written since then, and whether they are marked as gone."""
    rows = connection.execute(
        "SELECT sha, gone FROM commits WHERE repository = ? AND time >= ?", (repository, since)
    ).fetchall()
    return {row["sha"]: row["gone"] is not None for row in rows}


def mark_gone(connection: sqlite3.Connection, repository: str, shas: Mapping[str, bool], now: float) -> None:
    """Note that no branch has these commits (True), or one has them again; inside the caller's transaction."""
    connection.executemany(
        "UPDATE commits SET gone = ? WHERE repository = ? AND sha = ?",
        [(now if gone else None, repository, sha) for sha, gone in shas.items()],
    )


def set_mine(connection: sqlite3.Connection, repository: str, email: str | None) -> None:
    """The user's address in a repository is another one now; inside the caller's transaction."""
    connection.execute(
        "UPDATE commits SET mine = (lower(email) = lower(?)) WHERE repository = ?", (email or "", repository)
    )


def get_commit(connection: sqlite3.Connection, repository: str, sha: str) -> Commit | None:
    """One commit, by its whole name."""
    row = connection.execute(f"{_SELECT} WHERE c.repository = ? AND c.sha = ?", (repository, sha)).fetchone()
    return _commit(row) if row else None


def find_commits(connection: sqlite3.Connection, prefix: str) -> list[Commit]:
    """The commits whose name begins like that, in all repositories; at most ten."""
    rows = connection.execute(
        f"{_SELECT} WHERE c.sha >= ? AND c.sha < ? ORDER BY c.time DESC LIMIT 10", (prefix, prefix + "g")
    )
    return [_commit(row) for row in rows]


def list_commits(
    connection: sqlite3.Connection,
    project_id: int | None = None,
    *,
    since: float | None = None,
    until: float | None = None,
    mine: bool | None = None,
    gone: bool = False,
    limit: int = 200,
    offset: int = 0,
) -> list[Commit]:
    """Commits, newest first: of a project or of all, written in that time; those that are gone only if asked for."""
    conditions, values = ["1"], []  # type: tuple[list[str], list[object]]
    for condition, value in (
        ("c.project_id = ?", project_id),
        ("c.time >= ?", since),
        ("c.time < ?", until),
        ("c.mine = ?", None if mine is None else int(mine)),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    if not gone:
        conditions.append("c.gone IS NULL")
    rows = connection.execute(
        f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY c.time DESC, c.sha LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    return [_commit(row) for row in rows]


def unreviewed(
    connection: sqlite3.Connection, now: float, project_id: int | None = None, limit: int = 200
) -> list[Commit]:
    """The user's own commits of the last 30 days that wait for a review, oldest first; no merges, none gone."""
    rows = connection.execute(
        f"{_SELECT} WHERE {_WAITING} AND (? IS NULL OR c.project_id = ?) ORDER BY c.time, c.sha LIMIT ?",
        (now - RECENT_SECONDS, project_id, project_id, limit),
    )
    return [_commit(row) for row in rows]


def pile(connection: sqlite3.Connection, now: float) -> list[Pile]:
    """How much waits for a review, a row a project, the most lines first."""
    rows = connection.execute(
        "SELECT c.project_id, p.name AS project, count(*) AS count, sum(c.added + c.deleted) AS lines, "
        f"min(c.time) AS oldest FROM commits c JOIN projects p ON p.id = c.project_id WHERE {_WAITING} "
        "AND p.archived IS NULL GROUP BY c.project_id ORDER BY lines DESC, c.project_id",
        (now - RECENT_SECONDS,),
    )
    return [Pile(**dict(row)) for row in rows]


def set_reviewed(connection: sqlite3.Connection, repository: str, shas: Sequence[str], now: float | None) -> int:
    """Commits are reviewed as of ``now``, with None not any more; inside the caller's transaction. How many changed."""
    condition = "reviewed IS NULL" if now is not None else "reviewed IS NOT NULL"
    marks = ",".join("?" * len(shas))
    cursor = connection.execute(
        f"UPDATE commits SET reviewed = ? WHERE repository = ? AND {condition} AND sha IN ({marks})",
        (now, repository, *shas),
    )
    return cursor.rowcount


def _commit(row: sqlite3.Row) -> Commit:
    values = dict(row)
    files = tuple((str(one[0]), one[1], one[2]) for one in json.loads(values["files"]))
    return Commit(**{**values, "files": files, "mine": bool(values["mine"])})
