"""The goals of a week, three at most: what they are, what they are about, and what came of them."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from store.errors import ReviewError
from store.weekly.calendar import Week, parse_week
from store.weekly.documents import put_week
from store.weekly.texts import tidy_line

MOST = 3
OPEN = "open"
STATES = (OPEN, "reached", "missed", "dropped")
KINDS = ("task", "paper", "run")
Link = tuple[str, str]
"""What a goal is about: a kind of ``KINDS`` and its id as text."""
Wanted = tuple[str, int | None, Iterable[Link]]
"""A goal as it is written: its text, its project's id, what it is about."""


@dataclass(frozen=True)
class Goal:
    """A goal of a week, at ``place`` from 0. ``created``, ``changed`` and ``ended`` are epoch seconds, ``ended`` when
    it was reached, missed or dropped."""

    id: int
    week: Week
    place: int
    text: str
    project_id: int | None
    project: str | None
    state: str
    created: float
    changed: float
    ended: float | None
    links: tuple[Link, ...] = ()


def goals_of(connection: sqlite3.Connection, week: Week) -> list[Goal]:
    """The goals of a week, in their order."""
    rows = connection.execute(f"{_SELECT} WHERE g.week = ? ORDER BY g.place, g.id", (str(week),)).fetchall()
    return [_goal_from(connection, row) for row in rows]


def open_goals(connection: sqlite3.Connection, week: Week) -> list[Goal]:
    """Those goals of a week of which nothing is said yet to have come."""
    return [goal for goal in goals_of(connection, week) if goal.state == OPEN]


def get_goal(connection: sqlite3.Connection, goal_id: int) -> Goal:
    """A goal; ReviewError where there is none of that id."""
    row = connection.execute(f"{_SELECT} WHERE g.id = ?", (goal_id,)).fetchone()
    if row is None:
        raise ReviewError("there is no goal {id} any more; load the page again", id=goal_id)
    return _goal_from(connection, row)


def set_goals(connection: sqlite3.Connection, week: Week, wanted: Sequence[Wanted], now: float) -> list[Goal]:
    """Make these the goals of a week, inside the caller's transaction; without text one is left out.

    A goal of the same text stays the one it was, with what came of it; one at the same place is rewritten, others go.
    ReviewError for more than three, a text that is too long, a project or a kind of link that there is not.
    """
    fresh = [(tidy_line(text), project, _check_links(links)) for text, project, links in wanted]
    fresh = [one for one in fresh if one[0]]
    if len(fresh) > MOST:
        raise ReviewError("a week has {most} goals at most: what matters most of it?", most=MOST)
    known = goals_of(connection, week)
    kept: dict[int, Goal] = {}
    for place, (text, _, _) in enumerate(fresh):
        same = next((one for one in known if one.text == text and one not in kept.values()), None)
        if same is not None:
            kept[place] = same
    for place in range(len(fresh)):
        there = next((one for one in known if one.place == place and one not in kept.values()), None)
        if place not in kept and there is not None:
            kept[place] = there
    for goal in known:
        if goal not in kept.values():
            connection.execute("DELETE FROM goals WHERE id = ?", (goal.id,))
    for place, (text, project_id, links) in enumerate(fresh):
        _check_project(connection, project_id)
        _write(connection, week, place, text, project_id, links, kept.get(place), now)
    put_week(connection, week)
    return goals_of(connection, week)


def set_state(connection: sqlite3.Connection, goal_id: int, state: str, now: float) -> Goal:
    """Say what came of a goal (one of ``STATES``), inside the caller's transaction. ReviewError where there is no such
    goal or state."""
    if state not in STATES:
        raise ReviewError("{value} is none of {known}", value=repr(state), known=", ".join(STATES))
    goal = get_goal(connection, goal_id)
    if goal.state != state:
        connection.execute(
            "UPDATE goals SET state = ?, changed = ?, ended = ? WHERE id = ?",
            (state, now, None if state == OPEN else now, goal_id),
        )
        put_week(connection, goal.week)
    return get_goal(connection, goal_id)


def reckon_goals(goals: Iterable[Goal], until: float) -> dict[str, Any]:
    """How many goals a week has, how many are in each state, and each of them; ``until`` is up to when is looked."""
    found = [
        {
            "text": goal.text,
            "project": goal.project,
            "state": OPEN if goal.ended is None or goal.ended > until else goal.state,
        }
        for goal in goals
    ]
    counts = {state: sum(one["state"] == state for one in found) for state in STATES}
    return {"count": len(found), **counts, "list": found}


_SELECT = (
    "SELECT g.id, g.week, g.place, g.text, g.project_id, p.name AS project, g.state, g.created, g.changed, g.ended "
    "FROM goals g LEFT JOIN projects p ON p.id = g.project_id"
)


def _write(
    connection: sqlite3.Connection,
    week: Week,
    place: int,
    text: str,
    project_id: int | None,
    links: tuple[Link, ...],
    known: Goal | None,
    now: float,
) -> None:
    if known is not None and (known.place, known.text, known.project_id, known.links) == (
        place, text, project_id, links,
    ):  # fmt: skip
        return
    if known is None:
        cursor = connection.execute(
            "INSERT INTO goals (week, place, text, project_id, created, changed) VALUES (?, ?, ?, ?, ?, ?)",
            (str(week), place, text, project_id, now, now),
        )
        goal_id = int(cursor.lastrowid or 0)
    else:
        goal_id = known.id
        connection.execute(
            "UPDATE goals SET place = ?, text = ?, project_id = ?, changed = ? WHERE id = ?",
            (place, text, project_id, now, goal_id),
        )
        connection.execute("DELETE FROM goal_links WHERE goal_id = ?", (goal_id,))
    connection.executemany(
        "INSERT INTO goal_links (goal_id, kind, ref) VALUES (?, ?, ?)", [(goal_id, *link) for link in links]
    )


def _check_links(links: Iterable[Link]) -> tuple[Link, ...]:
    checked = set()
    for kind, ref in links:
        if kind not in KINDS or not str(ref).strip():
            raise ReviewError("a goal cannot be about {value}; it may be of {known}", value=repr(f"{kind}:{ref}"),
                              known=", ".join(KINDS))  # fmt: skip
        checked.add((kind, str(ref).strip()))
    return tuple(sorted(checked))


def _check_project(connection: sqlite3.Connection, project_id: int | None) -> None:
    if project_id is None:
        return
    if connection.execute("SELECT 1 FROM projects WHERE id = ?", (project_id,)).fetchone() is None:
        raise ReviewError("there is no project {id} any more; load the page again", id=project_id)


def _goal_from(connection: sqlite3.Connection, row: sqlite3.Row) -> Goal:
    links = connection.execute("SELECT kind, ref FROM goal_links WHERE goal_id = ? ORDER BY kind, ref", (row["id"],))
    return Goal(
        **{**dict(row), "week": parse_week(row["week"])}, links=tuple((one["kind"], one["ref"]) for one in links)
    )
