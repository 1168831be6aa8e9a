"""Tasks as the journal keeps them: what there is to do, what it waits for, and what happened to it."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store import documents
from store.errors import TaskError
from store.projects import DOING_LIMIT
from store.task_lines import KINDS as KINDS

STATES = ("todo", "doing", "blocked", "done", "dropped")
OPEN = ("todo", "doing", "blocked")
ENDED = ("done", "dropped")
PRIORITIES = {-1: "low", 0: "normal", 1: "high", 2: "urgent"}
SORTS = {
    "place": "t.place, t.id",
    "priority": "t.priority DESC, t.place, t.id",
    "newest": "t.created DESC, t.id DESC",
    "changed": "t.changed DESC, t.id DESC",
    "ended": "t.ended DESC, t.id DESC",
}
RUN_MARK = "run:"
_SELECT = (
    "SELECT t.*, p.name AS project, r.name AS run FROM tasks t LEFT JOIN projects p ON p.id = t.project_id "
    "LEFT JOIN runs r ON r.id = t.blocked_run"
)


@dataclass(frozen=True)
class Task:
    """Something to do; times in epoch seconds UTC, ``estimate`` in seconds, ``priority`` as in ``PRIORITIES``.

    While it is blocked, one of ``blocked_run`` (``run`` is that run's name), ``blocked_text`` and ``blocked_until``
    says by what, and ``blocked_was`` to which state it wakes. ``woken`` is when it woke, ``woken_by`` ``run:ID``,
    ``date`` or ``gone`` (its run is no longer known), until somebody touches it. ``place`` orders lists. ``revision``
    counts changes to what is typed. ``origin`` is what it was made of, once: ``plan:RUN:success`` …
    """

    id: int
    project_id: int | None
    title: str
    kind: str
    state: str
    estimate: float | None
    priority: int
    notes: str
    place: float
    blocked_run: str | None
    blocked_text: str | None
    blocked_until: float | None
    blocked_was: str | None
    woken: float | None
    woken_by: str | None
    created: float
    changed: float
    ended: float | None
    origin: str | None
    revision: int
    project: str | None = None
    run: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to do, blocked or not."""
        return self.state in OPEN

    @property
    def woken_run(self) -> str | None:
        """The id of the run whose end woke it."""
        by = self.woken_by or ""
        return by.removeprefix(RUN_MARK) if by.startswith(RUN_MARK) else None


@dataclass(frozen=True)
class TaskEvent:
    """What happened to a task: created, changed ({field: [old, new]}), state, blocked, woken, noticed."""

    task_id: int
    time: float
    kind: str
    detail: dict[str, Any]


def get(connection: sqlite3.Connection, task_id: int) -> Task | None:
    """The task of that id."""
    row = connection.execute(f"{_SELECT} WHERE t.id = ?", (task_id,)).fetchone()
    return Task(**dict(row)) if row else None


def known(connection: sqlite3.Connection, task_id: int) -> Task:
    """The task of that id; TaskError where there is none."""
    task = get(connection, task_id)
    if task is None:
        raise TaskError("there is no task {number}; `machiai task ls --all` lists them", number=task_id)
    return task


def made_of(connection: sqlite3.Connection, origin: str) -> Task | None:
    """The task that was made of that, if one was."""
    row = connection.execute(f"{_SELECT} WHERE t.origin = ?", (origin,)).fetchone()
    return Task(**dict(row)) if row else None


def list_tasks(
    connection: sqlite3.Connection,
    project_id: int | None = None,
    states: Sequence[str] = OPEN,
    *,
    archived: bool = False,
    sort: str = "place",
    limit: int = -1,
    offset: int = 0,
) -> list[Task]:
    """The tasks in those states, of a project or (None) of all and of none; ``sort`` is one of ``SORTS``.

    Those of archived projects are among all of them only where ``archived`` says so.
    """
    conditions, values = [f"t.state IN ({', '.join('?' * len(states))})"], [*states]  # type: list[str], list[object]
    if project_id is not None:
        conditions.append("t.project_id = ?")
        values.append(project_id)
    elif not archived:
        conditions.append("p.archived IS NULL")
    return _select(
        connection, f"{' AND '.join(conditions)} ORDER BY {SORTS[sort]} LIMIT ? OFFSET ?", *values, limit, offset
    )


def waiting_on(connection: sqlite3.Connection, run_id: str) -> list[Task]:
    """The tasks that are blocked by a run, in their order."""
    return _select(connection, "t.blocked_run = ? AND t.state = 'blocked' ORDER BY t.place, t.id", run_id)


def woken(connection: sqlite3.Connection) -> list[Task]:
    """The tasks that woke by themselves and that nobody has touched since, the last one first."""
    return _select(connection, "t.woken IS NOT NULL ORDER BY t.woken DESC, t.place, t.id")


def due(connection: sqlite3.Connection, now: float) -> list[Task]:
    """The blocked tasks that nothing holds any longer: the date has come, or the run has ended or is gone."""
    return _select(
        connection,
        "t.state = 'blocked' AND (t.blocked_until <= ? OR r.state NOT IN ('queued', 'running') "
        "OR coalesce(t.blocked_run, t.blocked_text, t.blocked_until) IS NULL) ORDER BY t.place, t.id",
        now,
    )


def doing_count(connection: sqlite3.Connection, project_id: int | None) -> int:
    """How many tasks of a project (None: of no project) are in doing."""
    row = connection.execute("SELECT count(*) FROM tasks WHERE state = 'doing' AND project_id IS ?", (project_id,))
    return int(row.fetchone()[0])


def doing_limit(connection: sqlite3.Connection, project_id: int | None, default: int = DOING_LIMIT) -> int:
    """How many tasks of a project are well done side by side, as set for it or else ``default``; it blocks nothing."""
    row = connection.execute("SELECT doing_limit FROM projects WHERE id = ?", (project_id,)).fetchone()
    return int(row["doing_limit"]) if row and row["doing_limit"] is not None else default


def history(connection: sqlite3.Connection, task_id: int) -> list[TaskEvent]:
    """What happened to a task, in order."""
    rows = connection.execute(
        "SELECT task_id, time, kind, detail FROM task_events WHERE task_id = ? ORDER BY id", (task_id,)
    )
    return [TaskEvent(**{**dict(row), "detail": json.loads(row["detail"])}) for row in rows]


def record_event(
    connection: sqlite3.Connection, task_id: int, now: float, kind: str, detail: Mapping[str, Any]
) -> None:
    """Note what happened to a task; inside the caller's transaction."""
    connection.execute(
        "INSERT INTO task_events (task_id, time, kind, detail) VALUES (?, ?, ?, ?)",
        (task_id, now, kind, json.dumps(dict(detail), ensure_ascii=False)),
    )


def write_fields(connection: sqlite3.Connection, task_id: int, now: float, fields: Mapping[str, Any]) -> Task:
    """Set columns of a task that is known, and what the search knows of it; inside the caller's transaction."""
    names = ", ".join(f"{name} = ?" for name in fields)
    connection.execute(f"UPDATE tasks SET {names}, changed = ? WHERE id = ?", (*fields.values(), now, task_id))
    task = known(connection, task_id)
    index(connection, task)
    return task


def index(connection: sqlite3.Connection, task: Task) -> None:
    """Let the search know how a task is now; inside the caller's transaction."""
    text = "\n".join(part for part in (task.notes, task.blocked_text) if part)
    documents.put(
        connection, "task", str(task.id), title=task.title, text=text, time=task.changed, project_id=task.project_id
    )


def _select(connection: sqlite3.Connection, rest: str, *values: object) -> list[Task]:
    return [Task(**dict(row)) for row in connection.execute(f"{_SELECT} WHERE {rest}", values)]
