"""What the search knows of runs, their logs, commits and sessions: which it does not know yet, and what they say.

Entries and tasks put their documents themselves; who comments on a commit, or writes what came of a session and where
it was left, has its document put at once. Runs and commits are written by those who must not be kept waiting, so theirs
follow a moment later.
"""

import collections
import json
import re
import sqlite3
from collections.abc import Sequence

from store import documents
from store.runs import Run, get_run

_LOG_CHARACTERS = 16_384
_LINES_OF_A_SHAPE = 20
_LINE_CHARACTERS = 400
_NUMBER = re.compile(r"[0-9]+(?:[.,:][0-9]+)*(?:e[+-]?[0-9]+)?%?")
_COMMENTED = "commented"
_RUN_MARK = (
    "printf('%.3f %.3f', r.updated, coalesce(r.plan_changed, 0)) || "
    "CASE WHEN r.concluded IS NULL THEN '' ELSE printf(' %.3f', r.concluded) END"
)
_LOG_MARK = "coalesce((SELECT group_concat(e.attempt || ':' || e.taken) FROM log_excerpts e WHERE e.run_id = r.id), '')"
_STALE = (
    "FROM runs r LEFT JOIN documents d ON d.kind = 'run' AND d.ref = r.id "
    "LEFT JOIN documents l ON l.kind = 'log' AND l.ref = r.id WHERE "
    f"(d.mark IS NOT {_RUN_MARK} OR coalesce(l.mark, '') IS NOT {_LOG_MARK})"
)


def stale_runs(connection: sqlite3.Connection, since: float | None, limit: int) -> list[str]:
    """Ids of at most ``limit`` runs that the search knows wrongly or not at all: of those that changed at or after
    ``since``, of all where that is None."""
    if since is None:
        rows = connection.execute(f"SELECT r.id {_STALE} ORDER BY r.created DESC LIMIT ?", (limit,))
    else:
        rows = connection.execute(
            f"SELECT r.id {_STALE} AND r.updated >= ? UNION SELECT r.id {_STALE} AND r.plan_changed >= ? LIMIT ?",
            (since, since, limit),
        )
    return [row["id"] for row in rows]


def put_run(connection: sqlite3.Connection, run_id: str) -> bool:
    """Let the search know what a run and its kept log say now; inside the caller's transaction. Whether that is new."""
    run = get_run(connection, run_id)
    if run is None:
        return False
    row = connection.execute(f"SELECT {_RUN_MARK} AS run, {_LOG_MARK} AS log FROM runs r WHERE r.id = ?", (run_id,))
    marks = row.fetchone()
    changed = documents.put(
        connection,
        "run",
        run_id,
        title=run.name,
        text="\n".join(_run_lines(run)),
        time=run.created,
        project_id=run.project_id,
        mark=marks["run"],
    )
    if not marks["log"]:
        return documents.drop(connection, "log", run_id) or changed
    texts = connection.execute("SELECT text FROM log_excerpts WHERE run_id = ? ORDER BY attempt", (run_id,))
    lines = [line for text in texts for line in text["text"].split("\n")]
    put = documents.put(
        connection,
        "log",
        run_id,
        title=run.name,
        text="\n".join(telling_lines(lines)),
        time=run.ended or run.created,
        project_id=run.project_id,
        mark=marks["log"],
    )
    return changed or put


def unknown_commits(connection: sqlite3.Connection, limit: int) -> list[tuple[str, str]]:
    """(repository, sha) of at most ``limit`` commits that the search does not know, or not with the comments on them,
    newest first."""
    rows = connection.execute(
        "SELECT c.repository, c.sha FROM commits c LEFT JOIN documents d ON d.kind = 'commit' AND d.ref = c.sha "
        "WHERE d.id IS NULL OR (d.mark <> ? AND EXISTS (SELECT 1 FROM review_marks m "
        "WHERE m.repository = c.repository AND m.sha = c.sha AND m.comment <> '')) ORDER BY c.time DESC LIMIT ?",
        (_COMMENTED, limit),
    )
    return [(row["repository"], row["sha"]) for row in rows]


def count_commits(connection: sqlite3.Connection) -> int:
    """How many commits the journal holds: the same number again means that there is nothing new to look for."""
    return int(connection.execute("SELECT count(*) FROM commits").fetchone()[0])


def put_commit(connection: sqlite3.Connection, repository: str, sha: str) -> bool:
    """Let the search know a commit and the comments on it, in whichever clone they were made; inside the caller's
    transaction. Whether that is new."""
    row = connection.execute(
        "SELECT project_id, author, time, subject, body, files FROM commits WHERE repository = ? AND sha = ?",
        (repository, sha),
    ).fetchone()
    if row is None:
        return False
    comments = connection.execute(
        "SELECT DISTINCT comment FROM review_marks WHERE repository IN (SELECT path FROM repositories UNION SELECT ?) "
        "AND sha = ? AND comment <> ''",
        (repository, sha),
    )
    noted = [str(one["comment"]) for one in comments]
    lines = [*noted, row["body"], row["author"], sha, *_paths(json.loads(row["files"]))]
    return documents.put(
        connection,
        "commit",
        sha,
        title=row["subject"],
        text="\n".join(line for line in lines if line),
        time=row["time"],
        project_id=row["project_id"],
        mark=_COMMENTED if noted else "",
    )


def unknown_sessions(connection: sqlite3.Connection, limit: int) -> list[int]:
    """Ids of at most ``limit`` sessions of which something was written that the search does not know, newest first."""
    rows = connection.execute(
        "SELECT s.id FROM sessions s LEFT JOIN documents d ON d.kind = 'session' AND d.ref = CAST(s.id AS TEXT) "
        "WHERE d.id IS NULL AND (s.outcome IS NOT NULL OR s.id IN (SELECT session_id FROM resumes "
        "WHERE place <> '' OR next_step <> '' OR question <> '')) ORDER BY s.begun DESC LIMIT ?",
        (limit,),
    )
    return [row["id"] for row in rows]


def put_session(connection: sqlite3.Connection, session_id: int) -> bool:
    """Let the search know what came of a session and where it was left; inside the caller's transaction. Whether that
    is new. One of which nothing was written is not in the search."""
    row = connection.execute("SELECT project_id, begun, outcome FROM sessions WHERE id = ?", (session_id,)).fetchone()
    if row is None:
        return False
    notes = connection.execute(
        "SELECT place, next_step, question FROM resumes WHERE session_id = ? ORDER BY id", (session_id,)
    )
    texts = [row["outcome"] or "", *(text for note in notes for text in note)]
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    if not lines:
        return documents.drop(connection, "session", str(session_id))
    return documents.put(
        connection,
        "session",
        str(session_id),
        title=lines[0][:_LINE_CHARACTERS],
        text="\n".join(lines),
        time=row["begun"],
        project_id=row["project_id"],
    )


def drop_gone(connection: sqlite3.Connection) -> int:
    """Forget the documents of runs and commits that the journal holds no longer; inside the caller's transaction."""
    rows = connection.execute(
        "SELECT kind, ref FROM documents WHERE (kind IN ('run', 'log') AND ref NOT IN (SELECT id FROM runs)) "
        "OR (kind = 'commit' AND ref NOT IN (SELECT sha FROM commits))"
    ).fetchall()
    for row in rows:
        documents.drop(connection, row["kind"], row["ref"])
    return len(rows)


def telling_lines(lines: Sequence[str]) -> list[str]:
    """The lines of a log worth finding, in order: of those that differ only in their numbers the last twenty."""
    seen: collections.Counter[str] = collections.Counter()
    kept: list[str] = []
    room = _LOG_CHARACTERS
    for line in reversed(lines):
        line = line.strip()[:_LINE_CHARACTERS]
        shape = _NUMBER.sub("0", line)
        seen[shape] += 1
        if not line or seen[shape] > _LINES_OF_A_SHAPE:
            continue
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept[::-1]


def _run_lines(run: Run) -> list[str]:
    git = run.git or {}
    lines = [
        run.conclusion,
        run.hypothesis,
        run.expected,
        run.if_success,
        run.if_failure,
        run.cause,
        run.hint,
        run.command,
        "  ".join(f"{name}={value}" for name, value in run.params.items()),
        " ".join(run.tags),
        run.project,
        run.id,
        run.state,
        run.host,
        git.get("branch"),
        git.get("commit"),
    ]
    return [str(line) for line in lines if line]


def _paths(files: object) -> list[str]:
    """The paths of a commit's files, each kept as a path or as a row that holds or begins with one."""
    found = []
    for one in files if isinstance(files, list) else []:
        path = one.get("path") if isinstance(one, dict) else one[0] if isinstance(one, list) and one else one
        if isinstance(path, str):
            found.append(path)
    return found
