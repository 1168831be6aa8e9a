"""One timeline of everything: runs, sessions, commits, entries and tasks done, between two moments.

What an item says is for the reader to phrase, in their language: ``detail`` holds plain facts.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.entry_rows import entry_from

KINDS = ("run", "session", "commit", "entry", "task")
_EXCERPT = 280
_Chosen = tuple[float, float, bool, int | None]


@dataclass(frozen=True)
class Item:
    """Something that happened at ``time`` (epoch seconds). ``ref`` is the id of the run, session, entry …, or a sha.

    ``detail`` by kind — run: ``event`` (launched, ended), state, cause, seconds; session: kind, ended, seconds,
    outcome, notes (what its resume notes say); commit: author, added, deleted, mine, repository; entry:
    kind, text, attachments; task: kind, state.
    """

    time: float
    kind: str
    ref: str
    title: str
    project_id: int | None
    detail: Mapping[str, Any] = field(default_factory=dict)


def day_items(
    connection: sqlite3.Connection,
    begin: float,
    end: float,
    *,
    project_id: int | None = None,
    kinds: Sequence[str] | None = None,
) -> list[Item]:
    """What happened from ``begin`` to before ``end``, oldest first; of one project, of some kinds."""
    chosen = (begin, end, project_id is None, project_id)
    items = [
        item for kind, read in _READERS.items() if kinds is None or kind in kinds for item in read(connection, chosen)
    ]
    return sorted(items, key=lambda item: (item.time, KINDS.index(item.kind), item.ref))


def neighbour_times(
    connection: sqlite3.Connection,
    begin: float,
    end: float,
    *,
    project_id: int | None = None,
    kinds: Sequence[str] | None = None,
) -> tuple[float | None, float | None]:
    """When something last happened before ``begin``, and first at or after ``end``: where the pages before and after
    are. None where nothing did."""
    before: list[float] = []
    after: list[float] = []
    for kind, sources in _MOMENTS.items():
        if kinds is not None and kind not in kinds:
            continue
        for column, table in sources:
            whose = (project_id is None, project_id)
            last = connection.execute(
                f"SELECT max({column}) FROM {table} AND {column} < ? AND (? OR project_id = ?)", (begin, *whose)
            ).fetchone()[0]
            first = connection.execute(
                f"SELECT min({column}) FROM {table} AND {column} >= ? AND (? OR project_id = ?)", (end, *whose)
            ).fetchone()[0]
            before += [last] if last is not None else []
            after += [first] if first is not None else []
    return max(before, default=None), min(after, default=None)


def _runs(connection: sqlite3.Connection, chosen: _Chosen) -> list[Item]:
    items = []
    for event, column in (("launched", "created"), ("ended", "ended")):
        rows = connection.execute(
            f"SELECT id, name, project_id, state, cause, seconds, {column} AS time FROM runs "
            f"WHERE {column} >= ? AND {column} < ? AND (? OR project_id = ?)",
            chosen,
        )
        for row in rows:
            detail: dict[str, Any] = {"event": event}
            if event == "ended":
                detail |= {"state": row["state"], "cause": row["cause"], "seconds": row["seconds"]}
            items.append(Item(row["time"], "run", row["id"], row["name"], row["project_id"], detail))
    return items


def _sessions(connection: sqlite3.Connection, chosen: _Chosen) -> list[Item]:
    rows = connection.execute(
        "SELECT s.*, coalesce(t.title, w.title) AS title FROM sessions s "
        "LEFT JOIN tasks t ON t.id = s.task_id LEFT JOIN papers w ON w.ref = s.paper "
        "WHERE s.begun >= ? AND s.begun < ? AND (? OR s.project_id = ?)",
        chosen,
    )
    items = []
    for row in rows:
        seconds = max(0.0, row["ended"] - row["begun"] - row["slept"]) if row["ended"] is not None else None
        notes = connection.execute(
            "SELECT place, next_step, question FROM resumes WHERE session_id = ? ORDER BY id", (row["id"],)
        )
        detail = {
            "kind": row["kind"],
            "ended": row["ended"],
            "seconds": seconds,
            "outcome": row["outcome"] or "",
            "notes": [text for note in notes for text in note if text],
            "run_id": row["run_id"],
            "task_id": row["task_id"],
            "paper": row["paper"],
        }
        items.append(Item(row["begun"], "session", str(row["id"]), row["title"] or "", row["project_id"], detail))
    return items


def _commits(connection: sqlite3.Connection, chosen: _Chosen) -> list[Item]:
    rows = connection.execute(
        "SELECT repository, sha, project_id, author, time, subject, added, deleted, files, mine, parents, reviewed "
        "FROM commits WHERE gone IS NULL AND time >= ? AND time < ? AND (? OR project_id = ?)",
        chosen,
    )
    items: dict[str, Item] = {}  # clones of one repository hold the same commit
    for row in rows:
        detail = {name: row[name] for name in ("repository", "author", "added", "deleted", "parents", "reviewed")}
        detail |= {"mine": bool(row["mine"]), "files": len(json.loads(row["files"]))}
        item = Item(row["time"], "commit", row["sha"], row["subject"], row["project_id"], detail)
        items.setdefault(row["sha"], item)
    return list(items.values())


def _entries(connection: sqlite3.Connection, chosen: _Chosen) -> list[Item]:
    rows = connection.execute(
        "SELECT e.*, NULL AS project FROM entries e "
        "WHERE e.created >= ? AND e.created < ? AND (? OR e.project_id = ?) AND e.removed IS NULL",
        chosen,
    ).fetchall()
    items = []
    for row in rows:
        entry = entry_from(row)
        attached = connection.execute(
            "SELECT count(*) FROM attachments WHERE entry_id = ? AND removed IS NULL", (entry.id,)
        ).fetchone()[0]
        text = entry.body if len(entry.body) <= _EXCERPT else entry.body[:_EXCERPT].rstrip() + "…"
        detail = {"kind": entry.kind, "text": text, "attachments": attached, "changed": entry.changed}
        items.append(Item(entry.created, "entry", str(entry.id), entry.heading, entry.project_id, detail))
    return items


def _tasks(connection: sqlite3.Connection, chosen: _Chosen) -> list[Item]:
    rows = connection.execute(
        "SELECT id, title, kind, state, ended, project_id FROM tasks "
        "WHERE ended >= ? AND ended < ? AND (? OR project_id = ?) AND state = 'done'",
        chosen,
    )
    return [
        Item(
            row["ended"], "task", str(row["id"]), row["title"], row["project_id"],
            {"kind": row["kind"], "state": row["state"]},
        )
        for row in rows
    ]  # fmt: skip


_READERS: dict[str, Callable[[sqlite3.Connection, _Chosen], list[Item]]] = {
    "run": _runs,
    "session": _sessions,
    "commit": _commits,
    "entry": _entries,
    "task": _tasks,
}
_MOMENTS = {
    "run": (("created", "runs WHERE 1"), ("ended", "runs WHERE 1")),
    "session": (("begun", "sessions WHERE 1"),),
    "commit": (("time", "commits WHERE gone IS NULL"),),
    "entry": (("created", "entries WHERE removed IS NULL"),),
    "task": (("ended", "tasks WHERE state = 'done'"),),
}
