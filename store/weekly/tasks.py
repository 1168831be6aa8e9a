"""The tasks of a stretch of time: new, done, dropped, and those that are still to do at its end."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from store.task_rows import ENDED, OPEN

MOST_CARRIED = 20
"""How many of those that are carried over are named."""
CHANGES = ("created", "state", "blocked", "woken")
"""The events that tell in which state a task is from then on."""


@dataclass(frozen=True)
class Change:
    """From ``time`` (epoch seconds) on a task was in a state; ``created`` where it was made then."""

    task_id: int
    time: float
    state: str
    created: bool = False


@dataclass(frozen=True)
class Candidate:
    """A task that may be still to do, and the state that it was in."""

    id: int
    title: str
    state: str


def reckon_tasks(changes: Iterable[Change], tasks: Sequence[Candidate], begin: float, until: float) -> dict[str, Any]:
    """``new``, ``done`` and ``dropped`` by the changes from ``begin`` to before ``until``, in the order that they were
    made in; the last one of a task counts. ``carried`` of ``tasks``, as they were at ``until``, are neither done nor
    dropped; ``carried_list`` names the first of them."""
    within = [one for one in changes if begin <= one.time < until]
    last = {one.task_id: one.state for one in within}
    carried = [one for one in tasks if one.state not in ENDED]
    return {
        "new": sum(one.created for one in within),
        "done": sum(state == "done" for state in last.values()),
        "dropped": sum(state == "dropped" for state in last.values()),
        "carried": len(carried),
        "carried_list": [{"id": one.id, "title": one.title} for one in carried[:MOST_CARRIED]],
    }


def read_tasks(
    connection: sqlite3.Connection, begin: float, until: float, as_of: float | None = None
) -> dict[str, Any]:
    """The tasks of a stretch of time, wherever ``as_of`` is."""
    return reckon_tasks(read_changes(connection, begin, until), _candidates(connection, until), begin, until)


def read_changes(connection: sqlite3.Connection, begin: float, until: float) -> list[Change]:
    """What happened to the states of tasks from ``begin`` to before ``until``, in order."""
    rows = connection.execute(
        f"SELECT task_id, time, kind, detail FROM task_events WHERE time >= ? AND time < ? AND kind IN {CHANGES} "
        "ORDER BY id",
        (begin, until),
    )
    return [
        Change(row["task_id"], row["time"], _state(row["kind"], row["detail"]), row["kind"] == "created")
        for row in rows
    ]


def _candidates(connection: sqlite3.Connection, until: float) -> list[Candidate]:
    """The tasks that there were at a moment, as they were then, in the order of lists; none that had ended by then and
    was not taken up again."""
    rows = connection.execute(
        "SELECT t.id, t.title, t.state, (SELECT e.kind || ' ' || e.detail FROM task_events e WHERE e.task_id = t.id "
        f"AND e.time < :until AND e.kind IN {CHANGES} ORDER BY e.id DESC LIMIT 1) AS told FROM tasks t WHERE t.id IN "
        f"(SELECT id FROM tasks WHERE state IN {OPEN} UNION ALL SELECT id FROM tasks WHERE ended >= :until) "
        "AND t.created < :until ORDER BY t.place, t.id",
        {"until": until},
    )
    found = []
    for row in rows:
        kind, _, detail = (row["told"] or "").partition(" ")
        found.append(Candidate(row["id"], row["title"], _state(kind, detail) if kind else row["state"]))
    return found


def _state(kind: str, detail: str) -> str:
    """The state that a task is in since an event of ``CHANGES``."""
    if kind == "blocked":
        return "blocked"
    told = json.loads(detail)
    return str(told.get("now") or told.get("state") or "todo")
