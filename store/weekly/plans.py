"""The runs that are planned for a week, and how much of the machine they would take."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from store.errors import ReviewError
from store.weekly.calendar import Week, parse_week
from store.weekly.texts import tidy_line
from store.words import mark

MOST_RUNS, MOST_HOURS, MOST_GPUS = 1000, 10_000.0, 1024
_HOURS_A_DAY = 24.0
_RUNS = mark("{value} is no number of runs; give {low} to {high}")
_HOURS = mark("{value} is no number of hours; give {low} to {high}")
_GPUS = mark("{value} is no number of GPUs; give {low} to {high}")
_FIELDS = ("text", "count", "hours", "gpus", "project_id")
_SELECT = (
    "SELECT r.id, r.week, r.text, r.count, r.hours, r.gpus, r.project_id, p.name AS project, r.created "
    "FROM planned_runs r LEFT JOIN projects p ON p.id = r.project_id"
)


@dataclass(frozen=True)
class PlannedRun:
    """``count`` runs alike, each of ``hours`` on so many ``gpus``; None where that is not estimated. ``created`` is in
    epoch seconds."""

    id: int
    week: Week
    text: str
    count: int
    hours: float | None
    gpus: int | None
    project_id: int | None
    project: str | None
    created: float

    @property
    def gpu_hours(self) -> float | None:
        """GPU-hours of them all, on one GPU each where nothing else is said; None where how long they take is not
        estimated."""
        return None if self.hours is None else self.count * self.hours * (1 if self.gpus is None else self.gpus)


def planned_runs(connection: sqlite3.Connection, week: Week) -> list[PlannedRun]:
    """What is planned for a week, the first written first."""
    return [_planned_from(row) for row in connection.execute(f"{_SELECT} WHERE r.week = ? ORDER BY r.id", (str(week),))]


def add_run(
    connection: sqlite3.Connection,
    week: Week,
    text: str,
    now: float,
    *,
    count: int = 1,
    hours: float | None = None,
    gpus: int | None = None,
    project_id: int | None = None,
) -> PlannedRun:
    """Plan runs for a week, inside the caller's transaction. ReviewError for what cannot be."""
    values = _check(connection, {"text": text, "count": count, "hours": hours, "gpus": gpus, "project_id": project_id})
    cursor = connection.execute(
        "INSERT INTO planned_runs (week, text, count, hours, gpus, project_id, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (str(week), *(values[name] for name in _FIELDS), now),
    )
    return _get(connection, int(cursor.lastrowid or 0))


def change_run(connection: sqlite3.Connection, planned_id: int, **fields: object) -> PlannedRun:
    """Change any of ``text count hours gpus project_id``, inside the caller's transaction. ReviewError for what cannot
    be, and where it is planned no more."""
    if unknown := set(fields) - set(_FIELDS):
        raise TypeError(f"a planned run has no {', '.join(sorted(unknown))}")
    known = _get(connection, planned_id)
    values = _check(connection, {**{name: getattr(known, name) for name in _FIELDS}, **fields})
    connection.execute(
        "UPDATE planned_runs SET text = ?, count = ?, hours = ?, gpus = ?, project_id = ? WHERE id = ?",
        (*(values[name] for name in _FIELDS), planned_id),
    )
    return _get(connection, planned_id)


def remove_run(connection: sqlite3.Connection, planned_id: int) -> bool:
    """Plan it no more, inside the caller's transaction. False where it was not planned."""
    return connection.execute("DELETE FROM planned_runs WHERE id = ?", (planned_id,)).rowcount > 0


def planned_hours(planned: Iterable[PlannedRun]) -> tuple[float, int]:
    """GPU-hours of what is planned, and how many runs are not in them because nobody estimated how long they take."""
    hours, unknown = 0.0, 0
    for one in planned:
        if one.gpu_hours is None:
            unknown += one.count
        else:
            hours += one.gpu_hours
    return hours, unknown


def reckon_planned(planned: Iterable[PlannedRun]) -> dict[str, Any]:
    """How many ``runs`` were planned, the ``gpu_seconds`` that they would take, and how many are ``without`` those
    because nobody estimated how long they take."""
    known = list(planned)
    hours, unknown = planned_hours(known)
    return {"runs": sum(one.count for one in known), "gpu_seconds": hours * 3600.0, "without": unknown}


def capacity(gpus: int, days: float = 7.0) -> float:
    """GPU-hours that so many GPUs have in so many days."""
    return gpus * _HOURS_A_DAY * days


def _get(connection: sqlite3.Connection, planned_id: int) -> PlannedRun:
    row = connection.execute(f"{_SELECT} WHERE r.id = ?", (planned_id,)).fetchone()
    if row is None:
        raise ReviewError("this planned run was removed meanwhile; load the page again")
    return _planned_from(row)


def _check(connection: sqlite3.Connection, values: dict[str, Any]) -> dict[str, Any]:
    text = tidy_line(values["text"])
    if not text:
        raise ReviewError("say in a line which runs these are")
    _check_number(values["count"], 1, MOST_RUNS, _RUNS)
    if values["hours"] is not None:
        _check_number(values["hours"], 0, MOST_HOURS, _HOURS, float)
    if values["gpus"] is not None:
        _check_number(values["gpus"], 0, MOST_GPUS, _GPUS)
    if values["project_id"] is not None:
        found = connection.execute("SELECT 1 FROM projects WHERE id = ?", (values["project_id"],)).fetchone()
        if found is None:
            raise ReviewError("there is no project {id} any more; load the page again", id=values["project_id"])
    return {**values, "text": text}


def _check_number(value: Any, low: float, high: float, message: str, kind: type = int) -> None:
    fits = isinstance(value, int | float if kind is float else int) and not isinstance(value, bool)
    if not fits or not low <= value <= high:
        raise ReviewError(message, value=repr(value), low=low, high=f"{high:,.0f}")


def _planned_from(row: sqlite3.Row) -> PlannedRun:
    return PlannedRun(**{**dict(row), "week": parse_week(row["week"])})
