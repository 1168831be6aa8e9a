"""What a task waits for — the end of a run, a date, something in words — and how it wakes by itself."""

import contextlib
import math
import sqlite3
from typing import Any

from store.database import write
from store.errors import TaskError
from store.runs import ACTIVE
from store.symptoms import Phrase
from store.task_lines import clean
from store.task_rows import ENDED, RUN_MARK, Task, due, known, record_event, waiting_on, write_fields

UNBLOCKED: dict[str, Any] = dict.fromkeys(("blocked_run", "blocked_text", "blocked_until", "blocked_was"))
UNTOUCHED: dict[str, Any] = dict.fromkeys(("woken", "woken_by"))


def block(
    connection: sqlite3.Connection,
    task_id: int,
    now: float,
    *,
    run_id: str | None = None,
    text: str | None = None,
    until: float | None = None,
) -> Task:
    """Let a task wait for the end of a run, for what ``text`` says, or until a moment (epoch seconds): for one of them,
    in place of what it waited for before; inside the caller's transaction. How the task is then.

    TaskError where it is done or dropped, the run has ended or is not known, the moment is past, the text is empty.
    """
    if (run_id is not None) + (text is not None) + (until is not None) != 1:
        raise ValueError("a task waits for a run, a text or a date: give one of them")
    task = known(connection, task_id)
    if task.state in ENDED:
        raise TaskError(
            "task {number} is {state}; take it up first: machiai task todo {number}",
            number=task_id,
            state=Phrase(task.state),
        )
    if run_id is not None:
        run_id = _check_run(connection, run_id)
    if text is not None and not (text := clean(text)):
        raise TaskError("say what the task waits for: the text is empty")
    if until is not None and not (math.isfinite(until) and until > now):
        raise TaskError("the date is past, so nothing would wake the task; give one to come")
    was = task.blocked_was if task.state == "blocked" else task.state
    fields = {"blocked_run": run_id, "blocked_text": text, "blocked_until": until}
    if task.state == "blocked" and all(getattr(task, name) == value for name, value in fields.items()):
        return task
    record_event(connection, task_id, now, "blocked", {"was": task.state, "run": run_id, "text": text, "until": until})
    return write_fields(
        connection, task_id, now, {**fields, "blocked_was": was, "state": "blocked", "ended": None, **UNTOUCHED}
    )


def wake_for_run(connection: sqlite3.Connection, run_id: str, now: float) -> list[Task]:
    """Wake what waits for a run that has ended, once; inside the transaction that records its end.

    A task goes back to where it was, todo or doing. The tasks that woke, in their order.
    """
    return [_wake(connection, task, now, f"{RUN_MARK}{run_id}") for task in waiting_on(connection, run_id)]


def wake_due(connection: sqlite3.Connection, now: float) -> list[Task]:
    """Wake what waits for a date that has come, or for a run that has ended or is no longer known; the tasks that woke.

    In a transaction of its own, begun only where there is something to wake, or inside the caller's.
    """
    if not due(connection, now):
        return []
    with contextlib.nullcontext() if connection.in_transaction else write(connection):
        return [_wake(connection, task, now, _waker(task, now)) for task in due(connection, now)]


def _waker(task: Task, now: float) -> str:
    if task.blocked_until is not None and task.blocked_until <= now:
        return "date"
    return f"{RUN_MARK}{task.blocked_run}" if task.blocked_run else "gone"


def _wake(connection: sqlite3.Connection, task: Task, now: float, by: str) -> Task:
    state = task.blocked_was or "todo"
    record_event(connection, task.id, now, "woken", {"by": by, "state": state})
    return write_fields(connection, task.id, now, {**UNBLOCKED, "state": state, "woken": now, "woken_by": by})


def _check_run(connection: sqlite3.Connection, run_id: str) -> str:
    row = connection.execute("SELECT name, state FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        raise TaskError("no run has the id {run}; `machiai ls` lists them", run=repr(run_id))
    if row["state"] not in ACTIVE:
        raise TaskError(
            "{name} ({run}) has ended already: it is {state}, so nothing would wake the task",
            name=row["name"],
            run=run_id,
            state=Phrase(row["state"]),
        )
    return run_id
