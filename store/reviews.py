"""The review of one's own commits, hunk by hunk: ticks, comments, tasks. A hunk is known by what it changes, so that
marks outlive a rebase. Git is asked by the daemon only: it keeps the hunks here, ahead or when asked."""

import json
import sqlite3
import zlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from store import commits, document_sources, intents
from store.errors import Conflict

SHOW_COMMIT = intents.SHOW_COMMIT
"""An intent: keep the hunks of a commit; detail ``{"repository", "sha"}``."""
KEPT_PATCHES = 300


@dataclass(frozen=True)
class Hunk:
    """A part of a file that a commit changed; ``lines`` begin with a space, ``+`` or ``-``. ``key`` stays the same in
    a rebase. One without lines is a change of name, mode or binary content: its ``header`` says so."""

    file: str
    header: str
    lines: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Patch:
    """The hunks of a commit; ``cut`` where there were more than can be shown."""

    hunks: tuple[Hunk, ...]
    cut: bool = False


@dataclass(frozen=True)
class Mark:
    """What was noted of a hunk."""

    hunk: str
    ticked: bool
    comment: str
    task_id: int | None
    changed: float


def ask_patch(connection: sqlite3.Connection, repository: str, sha: str, now: float) -> int:
    """Ask the daemon for the hunks of a commit; the intent's id. ``read_patch`` has them when it is done."""
    return intents.ask(connection, SHOW_COMMIT, None, now, {"repository": repository, "sha": sha})


def keep_patch(connection: sqlite3.Connection, repository: str, sha: str, patch: Patch, now: float) -> None:
    """Keep the hunks of a commit; inside the caller's transaction. The oldest are dropped, for git has them."""
    data = zlib.compress(json.dumps(asdict(patch), ensure_ascii=False).encode("utf-8", "replace"))
    connection.execute(
        "INSERT INTO commit_patches (repository, sha, data, kept) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (repository, sha) DO UPDATE SET data = excluded.data, kept = excluded.kept",
        (repository, sha, data, now),
    )
    connection.execute(
        "DELETE FROM commit_patches WHERE kept < (SELECT kept FROM commit_patches ORDER BY kept DESC LIMIT 1 OFFSET ?)",
        (KEPT_PATCHES - 1,),
    )


def read_patch(connection: sqlite3.Connection, repository: str, sha: str) -> Patch | None:
    """The hunks of a commit; None where the daemon has not kept them (any more): ask for them."""
    row = connection.execute(
        "SELECT data FROM commit_patches WHERE repository = ? AND sha = ?", (repository, sha)
    ).fetchone()
    if row is None:
        return None
    data = json.loads(zlib.decompress(row["data"]))
    hunks = tuple(Hunk(**{**one, "lines": tuple(one["lines"])}) for one in data["hunks"])
    return Patch(hunks, bool(data["cut"]))


def kept_shas(connection: sqlite3.Connection, repository: str) -> set[str]:
    """The commits of a repository whose hunks are kept."""
    rows = connection.execute("SELECT sha FROM commit_patches WHERE repository = ?", (repository,))
    return {row["sha"] for row in rows}


def marks_of(connection: sqlite3.Connection, repository: str, sha: str) -> dict[str, Mark]:
    """What was noted of the hunks of a commit, by the hunk's key."""
    rows = connection.execute(
        "SELECT hunk, ticked, comment, task_id, changed FROM review_marks WHERE repository = ? AND sha = ?",
        (repository, sha),
    )
    return {row["hunk"]: Mark(**{**dict(row), "ticked": bool(row["ticked"])}) for row in rows}


def reviewed_commits(connection: sqlite3.Connection) -> list[commits.Commit]:
    """The commits that were reviewed, or of whose hunks something was noted, oldest first; also those that are gone."""
    rows = connection.execute(
        "SELECT repository, sha FROM commits c WHERE reviewed IS NOT NULL OR EXISTS (SELECT 1 FROM review_marks m "
        "WHERE m.repository = c.repository AND m.sha = c.sha) ORDER BY time, repository, sha"
    ).fetchall()
    found = (commits.get_commit(connection, row["repository"], row["sha"]) for row in rows)
    return [commit for commit in found if commit is not None]


def tick(connection: sqlite3.Connection, repository: str, sha: str, hunk: str, now: float, *, on: bool = True) -> bool:
    """A hunk was looked at, or was not after all; inside the caller's transaction.

    The commit is reviewed when all its hunks are; whether it is now.
    """
    _set(connection, repository, sha, hunk, now, "ticked", int(on))
    patch = read_patch(connection, repository, sha)
    if not on:
        commits.set_reviewed(connection, repository, [sha], None)
    elif patch is not None and not patch.cut:
        marks = marks_of(connection, repository, sha)
        if _are_ticked([one.key for one in patch.hunks], {key for key, mark in marks.items() if mark.ticked}):
            commits.set_reviewed(connection, repository, [sha], now)
    found = commits.get_commit(connection, repository, sha)
    return found is not None and found.reviewed is not None


def comment(
    connection: sqlite3.Connection, repository: str, sha: str, hunk: str, text: str, now: float, *, was: str = ""
) -> None:
    """Note something about a hunk; inside the caller's transaction.

    ``was`` is the comment that the user changed: where another one is kept meanwhile, Conflict is raised with it, and
    nothing is written.
    """
    current = marks_of(connection, repository, sha).get(hunk)
    if current is not None and current.comment not in (was, text):
        raise Conflict("this comment was changed in another tab meanwhile; here it is as it is kept now", current)
    _set(connection, repository, sha, hunk, now, "comment", text)
    document_sources.put_commit(connection, repository, sha)


def set_task(
    connection: sqlite3.Connection, repository: str, sha: str, hunk: str, task_id: int | None, now: float
) -> None:
    """The task that was made of a hunk; inside the caller's transaction."""
    _set(connection, repository, sha, hunk, now, "task_id", task_id)


def review_all(connection: sqlite3.Connection, repository: str, shas: Sequence[str], now: float) -> int:
    """Whole commits are reviewed; inside the caller's transaction. How many were not before."""
    return commits.set_reviewed(connection, repository, shas, now)


def _are_ticked(keys: Collection[str], ticked: Collection[str]) -> bool:
    return bool(keys) and all(key in ticked for key in keys)


def _set(
    connection: sqlite3.Connection, repository: str, sha: str, hunk: str, now: float, column: str, value: object
) -> None:
    connection.execute(
        f"INSERT INTO review_marks (repository, sha, hunk, {column}, changed) VALUES (?, ?, ?, ?, ?) "
        f"ON CONFLICT (repository, sha, hunk) DO UPDATE SET {column} = excluded.{column}, changed = excluded.changed",
        (repository, sha, hunk, value, now),
    )
