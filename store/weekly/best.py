"""The best result of each project in a week: of which run, what the best was before, and what was changed to get it.

What counts is one metric a project: the quality that was held out, else a metric whose direction the user chose, else
the main loss, of the newest run of the week that has one of them. The best before is of that metric too.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from store import choices
from store.curves import resolved_extent
from store.glossary import BUILT_IN, Glossary
from store.metrics import LOWER, main_loss, main_quality, merge_sources, read_name
from store.progress import read_progress
from store.series import list_series

_FEW = 20


@dataclass(frozen=True)
class Result:
    """What a run reached: ``value`` is the best of a metric in it; None for a run that is only compared with."""

    run: str
    name: str
    started: float
    params: Mapping[str, Any]
    value: float | None = None


@dataclass(frozen=True)
class Contest:
    """The best of a project's runs that ended in a week, and the best of those that ended before it.

    ``parent`` is the run that the best one was made from. ``commits`` counts the user's own commits between the start
    of what it is compared with and its own.
    """

    project_id: int
    project: str
    metric: str
    direction: str
    reached: Result
    before: Result | None = None
    parent: Result | None = None
    commits: int | None = None

    @property
    def improved(self) -> bool:
        """Whether it is better than all before it, as a first result is."""
        if self.before is None or self.before.value is None or self.reached.value is None:
            return True
        return _sign(self.direction) * self.reached.value < _sign(self.direction) * self.before.value

    @property
    def compared(self) -> Result | None:
        """The run whose parameters and code its own are compared with."""
        return self.before or self.parent


def reckon_best(contests: Sequence[Contest]) -> list[dict[str, Any]]:
    """A row for each project, by name: what was reached in the week and before. ``changed`` (parameters that differ)
    and ``commits`` are told of what was an improvement only; ``commits`` is None where there is nothing to compare."""
    return [_row(one) for one in sorted(contests, key=lambda one: (one.project.casefold(), one.project_id))]


def read_best(
    connection: sqlite3.Connection, begin: float, until: float, meanings: Glossary | None = None
) -> list[dict[str, Any]]:
    """The same from the journal, for runs that ended in that time. ``meanings`` may hold the user's own metrics."""
    meanings = meanings or Glossary(BUILT_IN)
    rows = connection.execute(
        "SELECT r.id, r.project_id, p.name AS project FROM runs r JOIN projects p ON p.id = r.project_id "
        "WHERE r.ended >= ? AND r.ended < ? ORDER BY r.ended DESC, r.id DESC",
        (begin, until),
    )
    projects: dict[tuple[int, str], list[str]] = {}
    for row in rows:
        projects.setdefault((row["project_id"], row["project"]), []).append(row["id"])
    found = (_contest(connection, *project, ended, begin, until, meanings) for project, ended in projects.items())
    return reckon_best([one for one in found if one is not None])


def main_metric(
    connection: sqlite3.Connection, run_id: str, chosen: Mapping[str, str], meanings: Glossary
) -> tuple[str, str] | None:
    """The metric that says how good a run is, and which direction is better; None where it has none such. ``chosen``
    are the directions that the user chose for its project."""
    merged = merge_sources(list_series(connection, run_id))
    directions = {name: chosen.get(name, meanings.direction(name)) for name in merged}
    told = {name: direction for name, direction in directions.items() if direction}
    by_hand = [name for name in sorted(told) if read_name(name).kind == "other"]
    name = main_quality(told, told) or next(iter(by_hand), None)
    if name is None:
        known = read_progress(connection, run_id)
        name = known.main if known is not None and known.main in told else main_loss(told)
    return None if name is None else (name, told[name])


def _contest(
    connection: sqlite3.Connection,
    project_id: int,
    project: str,
    ended: Sequence[str],
    begin: float,
    until: float,
    meanings: Glossary,
) -> Contest | None:
    chosen = choices.read_directions(connection, project_id)
    metrics = (main_metric(connection, run_id, chosen, meanings) for run_id in ended)
    main = next((metric for metric in metrics if metric is not None), None)
    if main is None:
        return None
    within = "r.ended >= ? AND r.ended < ? AND +r.project_id = ?"
    reached = _leader(connection, *main, within, (begin, until, project_id))
    if reached is None:
        return None
    before = _leader(connection, *main, "r.project_id = ? AND r.ended < ?", (project_id, begin))
    contest = Contest(project_id, project, *main, reached, before, None if before else _parent(connection, reached.run))
    if contest.compared is None or not contest.improved:
        return contest
    commits = _count_commits(connection, project_id, contest.compared.started, reached.started)
    return replace(contest, commits=commits)


def _leader(
    connection: sqlite3.Connection, metric: str, direction: str, condition: str, values: tuple[object, ...]
) -> Result | None:
    """The run with the best value of a metric, of several the one that ended first. A series' own extreme may be of
    points that a later leg ran again, but nothing in it is better: so they are looked at in that order."""
    sign = _sign(direction)
    best: tuple[float, str] | None = None
    for row in _candidates(connection, metric, direction, condition, values):
        if best is not None and sign * row["bound"] >= sign * best[0]:
            break
        if not _is_richest(connection, row["run_id"], metric, row["id"]):
            continue
        value = row["bound"]
        if row["last_leg"] or not row["monotone"]:
            value = resolved_extent(connection, row["id"])[0 if direction == LOWER else 1]
        if value is not None and (best is None or sign * value < sign * best[0]):
            best = value, row["run_id"]
    return None if best is None else _result(connection, best[1], best[0])


def _candidates(
    connection: sqlite3.Connection, metric: str, direction: str, condition: str, values: tuple[object, ...]
) -> Iterator[sqlite3.Row]:
    """The series of a metric, that with the best extreme first; a few at a time, as the first mostly is the one."""
    order = "s.low" if direction == LOWER else "s.high DESC"
    extreme = order.partition(" ")[0]
    for offset in count(0, _FEW):
        rows = connection.execute(
            f"SELECT s.id, s.run_id, {extreme} AS bound, s.last_leg, s.monotone FROM runs r JOIN series s "
            f"ON s.run_id = r.id AND s.subject = '' AND s.name = ? WHERE {condition} AND {extreme} IS NOT NULL "
            f"ORDER BY {order}, r.ended, r.id LIMIT {_FEW} OFFSET {offset}",
            (metric, *values),
        ).fetchall()
        yield from rows
        if len(rows) < _FEW:
            return


def _is_richest(connection: sqlite3.Connection, run_id: str, metric: str, series_id: int) -> bool:
    """Whether this is the series to believe, where two sources tell of a metric: the one with more points."""
    row = connection.execute(
        "SELECT id FROM series WHERE run_id = ? AND subject = '' AND name = ? "
        "ORDER BY count DESC, source = 'log', source LIMIT 1",
        (run_id, metric),
    ).fetchone()
    return bool(row["id"] == series_id)


def _result(connection: sqlite3.Connection, run_id: str, value: float | None) -> Result | None:
    row = connection.execute(
        "SELECT name, coalesce(started, created) AS started, params FROM runs WHERE id = ?", (run_id,)
    ).fetchone()
    return None if row is None else Result(run_id, row["name"], row["started"], json.loads(row["params"]), value)


def _parent(connection: sqlite3.Connection, run_id: str) -> Result | None:
    row = connection.execute("SELECT parent FROM runs WHERE id = ?", (run_id,)).fetchone()
    return _result(connection, row["parent"], None) if row["parent"] else None


def _count_commits(connection: sqlite3.Connection, project_id: int, begin: float, end: float) -> int:
    """The user's own commits of that time; one that is in several clones counts once."""
    row = connection.execute(
        "SELECT count(DISTINCT sha) FROM commits WHERE project_id = ? AND time >= ? AND time < ? AND mine "
        "AND gone IS NULL",
        (project_id, begin, end),
    ).fetchone()
    return int(row[0])


def _row(one: Contest) -> dict[str, Any]:
    told = one.compared if one.improved else None
    return {
        "project": one.project,
        "project_id": one.project_id,
        "metric": one.metric,
        "direction": one.direction,
        "value": one.reached.value,
        "run": one.reached.run,
        "name": one.reached.name,
        "improved": one.improved,
        "before": ({"value": one.before.value, "run": one.before.run, "name": one.before.name} if one.before else None),
        "changed": _changed(told.params, one.reached.params) if told else [],
        "commits": one.commits if told else None,
    }


def _changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters that differ, in the order of the run that has them now; None where one of the runs has none."""
    rows = [{"key": key, "was": was.get(key), "now": now.get(key)} for key in dict.fromkeys([*now, *was])]
    return [row for row in rows if row["was"] != row["now"]]


def _sign(direction: str) -> int:
    return 1 if direction == LOWER else -1
