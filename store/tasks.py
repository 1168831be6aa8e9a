"""Adding and changing tasks. Everything here is done inside the caller's transaction, and leaves its mark in the
history; reading them, and what they wait for, is in the modules beside this one and can be had from here too."""

import math
import sqlite3
from collections.abc import Iterable
from typing import Any

from store import links
from store.errors import Conflict, TaskError
from store.task_blocks import UNBLOCKED, UNTOUCHED
from store.task_blocks import block as block
from store.task_blocks import wake_due as wake_due
from store.task_blocks import wake_for_run as wake_for_run
from store.task_lines import MOST_SECONDS, clean
from store.task_lines import read_lines as read_lines
from store.task_rows import ENDED, KINDS, PRIORITIES, STATES, Task, index, known, record_event, write_fields
from store.task_rows import OPEN as OPEN
from store.task_rows import doing_count as doing_count
from store.task_rows import doing_limit as doing_limit
from store.task_rows import get as get
from store.task_rows import history as history
from store.task_rows import list_tasks as list_tasks
from store.task_rows import made_of as made_of
from store.task_rows import waiting_on as waiting_on
from store.task_rows import woken as woken

FIELDS = ("title", "kind", "project_id", "estimate", "priority", "notes")
"""What is typed of a task."""


def add(
    connection: sqlite3.Connection,
    title: str,
    now: float,
    *,
    project_id: int | None = None,
    kind: str = "code",
    estimate: float | None = None,
    priority: int = 0,
    notes: str = "",
    state: str = "todo",
    origin: str | None = None,
    about: Iterable[tuple[str, str | int]] = (),
) -> int:
    """Keep a new task, after all others; its id. ``estimate`` is in seconds, ``about`` holds (kind, id) to link it to.

    TaskError where a field cannot be kept so. Of one ``origin`` there is one task: see ``made_of``.
    """
    if state not in STATES or state == "blocked":
        raise TaskError("a task begins as todo, doing, done or dropped; block it when it is there")
    fields: dict[str, Any] = {
        "title": title, "kind": kind, "project_id": project_id, "estimate": estimate, "priority": priority,
        "notes": notes,
    }  # fmt: skip
    fields = {name: _check(connection, name, value) for name, value in fields.items()}
    cursor = connection.execute(
        "INSERT INTO tasks (title, kind, project_id, estimate, priority, notes, state, origin, place, created, "
        "changed, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(place), 0) + 1 FROM tasks), ?, ?, ?)",
        (*fields.values(), state, origin, now, now, now if state in ENDED else None),
    )
    task_id = int(cursor.lastrowid or 0)
    record_event(connection, task_id, now, "created", {**fields, "state": state})
    for to_kind, to_id in about:
        links.link(connection, "task", task_id, to_kind, to_id, now)
    index(connection, known(connection, task_id))
    return task_id


def change(
    connection: sqlite3.Connection, task_id: int, now: float, revision: int | None = None, **fields: Any
) -> Task:
    """Change what is typed of a task (any of ``FIELDS``); how it is then. ``revision`` is the one that was read.

    Conflict (its ``current`` is the task) where somebody typed something else meanwhile, TaskError where a field cannot
    be kept so. A change of state, as waking is one, is no conflict.
    """
    if unknown := set(fields) - set(FIELDS):
        raise TypeError(f"a task has no {', '.join(sorted(unknown))} to change here")
    task = known(connection, task_id)
    wanted = {name: _check(connection, name, value) for name, value in fields.items()}
    wanted = {name: value for name, value in wanted.items() if value != getattr(task, name)}
    if not wanted:
        return acknowledge(connection, task_id, now)
    if revision is not None and revision != task.revision:
        raise Conflict(
            "task {number} was changed elsewhere meanwhile, and nothing was written: see how it is now, then "
            "save yours again",
            task,
            number=task_id,
        )
    detail = {name: [getattr(task, name), value] for name, value in wanted.items()}
    record_event(connection, task_id, now, "changed", detail)
    return write_fields(connection, task_id, now, {**wanted, "revision": task.revision + 1, **UNTOUCHED})


def set_state(connection: sqlite3.Connection, task_id: int, state: str, now: float) -> Task:
    """Set a task to todo, doing, done or dropped, whatever it waited for; how it is then."""
    if state == "blocked":
        raise TaskError("say what the task waits for: a run, a date or a text")
    if state not in STATES:
        raise TaskError("a task is never {state}; it is one of {states}", state=repr(state), states=", ".join(STATES))
    task = known(connection, task_id)
    if task.state == state:
        return acknowledge(connection, task_id, now)
    detail = {"was": task.state, "now": state}
    if task.state == "blocked":
        detail |= {name: value for name in UNBLOCKED if (value := getattr(task, name)) is not None}
    record_event(connection, task_id, now, "state", detail)
    ended = (task.ended or now) if state in ENDED else None
    return write_fields(connection, task_id, now, {"state": state, "ended": ended, **UNBLOCKED, **UNTOUCHED})


def acknowledge(connection: sqlite3.Connection, task_id: int, now: float) -> Task:
    """Note that somebody has seen that a task woke; how it is then. One that did not wake stays as it is."""
    task = known(connection, task_id)
    if task.woken is None:
        return task
    record_event(connection, task_id, now, "noticed", {"by": task.woken_by})
    return write_fields(connection, task_id, now, UNTOUCHED)


def move(connection: sqlite3.Connection, task_id: int, where: str, other: int | None = None) -> bool:
    """Put a task ``before`` or ``after`` an ``other``, or ``up``, ``down``, to the ``top`` or ``bottom`` among those of
    its project and state. Whether it moved. Only its place changes."""
    task = known(connection, task_id)
    if where in ("before", "after"):
        if other is None:
            raise ValueError(f"{where} which task?")
        target: Task | None = known(connection, other)
    else:
        target, where = _neighbour(connection, task, where)
    if target is None or target.id == task.id:
        return False
    place = _place_beside(connection, task, target.place, where)
    if place is None:  # the numbers between the two are used up
        connection.execute(
            "UPDATE tasks SET place = r.n FROM (SELECT id, row_number() OVER (ORDER BY place, id) AS n FROM tasks) r "
            "WHERE r.id = tasks.id"
        )
        place = _place_beside(connection, task, known(connection, target.id).place, where)
    connection.execute("UPDATE tasks SET place = ? WHERE id = ?", (place, task_id))
    return True


def paste(
    connection: sqlite3.Connection, text: str, now: float, project_id: int | None = None, kind: str = "code"
) -> list[int]:
    """Keep a list of tasks, a line each as ``read_lines`` reads them; the ids in order. ``kind`` is for lines that say
    none; a ticked line is a task that is done."""
    return [
        add(
            connection,
            draft.title,
            now,
            project_id=project_id,
            kind=draft.kind or kind,
            estimate=draft.estimate,
            priority=draft.priority,
            state="done" if draft.done else "todo",
        )
        for draft in read_lines(text)
    ]


def _check(connection: sqlite3.Connection, name: str, value: Any) -> Any:
    """A field as it is kept; TaskError where it cannot be."""
    if name == "title":
        if not (title := clean(value)):
            raise TaskError("a task needs a title")
        return title
    if name == "notes":
        return str(value).encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    if name == "kind" and value not in KINDS:
        raise TaskError("{value} is no kind of task; it is one of {kinds}", value=repr(value), kinds=", ".join(KINDS))
    if name == "priority" and value not in PRIORITIES:
        raise TaskError(
            "{value} is no priority; it is a whole number from {least} to {most}",
            value=repr(value),
            least=min(PRIORITIES),
            most=max(PRIORITIES),
        )
    if name == "estimate" and value is not None and not (math.isfinite(value) and 0 < value <= MOST_SECONDS):
        raise TaskError(
            "an estimate is more than nothing and at most {hours} hours", hours=f"{MOST_SECONDS / 3600:.0f}"
        )
    if name == "project_id" and value is not None and not _has_project(connection, value):
        raise TaskError("there is no project {number}", number=value)
    return value


def _has_project(connection: sqlite3.Connection, project_id: int) -> bool:
    return connection.execute("SELECT 1 FROM projects WHERE id = ?", (project_id,)).fetchone() is not None


def _neighbour(connection: sqlite3.Connection, task: Task, where: str) -> tuple[Task | None, str]:
    """The task beside which it goes, and on which side."""
    if where not in ("up", "down", "top", "bottom"):
        raise ValueError(f"a task goes up, down, top, bottom, before or after, not {where!r}")
    back = where in ("up", "top")
    near = where in ("up", "down")
    compared = "<" if back else ">"
    order = "DESC" if back == near else ""
    row = connection.execute(
        f"SELECT id FROM tasks WHERE state = ? AND project_id IS ? AND place {compared} ? "
        f"ORDER BY place {order} LIMIT 1",
        (task.state, task.project_id, task.place),
    ).fetchone()
    return (known(connection, row["id"]) if row else None), ("before" if back else "after")


def _place_beside(connection: sqlite3.Connection, task: Task, place: float, where: str) -> float | None:
    """A place between that of another task and the next one on that side; None where there is no number between."""
    compared, which, step = ("<", "max", -1.0) if where == "before" else (">", "min", 1.0)
    row = connection.execute(
        f"SELECT {which}(place) AS next FROM tasks WHERE place {compared} ? AND id != ?", (place, task.id)
    ).fetchone()
    if row["next"] is None:
        return place + step
    middle = (place + float(row["next"])) / 2
    return middle if min(place, row["next"]) < middle < max(place, row["next"]) else None
