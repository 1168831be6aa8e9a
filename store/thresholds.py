"""Conditions a user set for all runs of a project, or for one run; and when they would have fired in past runs."""

import difflib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from store import choices
from store.alert_rules import DIGEST, NOW, SOON
from store.errors import ExpressionError
from store.expressions import BEST, EXAMPLES, Expression, parse
from store.metrics import guess_direction
from store.points import legs_since, series_named
from store.series import list_series
from store.symptoms import Phrase
from store.watches import Fire, Watch

SEVERITIES = (NOW, SOON, DIGEST)
_SELECT = (
    "SELECT t.id, t.project_id, t.run_id, t.expression, t.severity, t.created, "
    "coalesce(p.name, q.name) AS project, r.name AS run FROM thresholds t LEFT JOIN projects p ON p.id = t.project_id "
    "LEFT JOIN runs r ON r.id = t.run_id LEFT JOIN projects q ON q.id = r.project_id WHERE t.removed IS NULL"
)
_KEPT_FIRES = 100
_SHOWN_NAMES = 5


@dataclass(frozen=True)
class Threshold:
    """A condition of all runs of a project (``run_id`` None), or of one run (``project_id`` None).

    ``project`` and ``run`` are their names.
    """

    id: int
    project_id: int | None
    run_id: str | None
    expression: str
    severity: str
    created: float
    project: str | None = None
    run: str | None = None


@dataclass(frozen=True)
class Replayed:
    """Where an expression would have fired in a past run: ``count`` times, the first of them in ``fired``.

    ``found`` is False where the run has no such metric; ``low`` and ``high`` are of its finite values, ``holds`` tells
    whether it was true at the last point, ``last``.
    """

    run_id: str
    name: str
    state: str
    created: float
    found: bool
    count: int = 0
    fired: tuple[Fire, ...] = ()
    points: int = 0
    low: float | None = None
    high: float | None = None
    holds: bool = False
    last: float | None = None


def add(
    connection: sqlite3.Connection,
    expression: str,
    now: float,
    *,
    project_id: int | None = None,
    run_id: str | None = None,
    severity: str = NOW,
) -> int:
    """Keep a condition, as it reads normally; inside the caller's transaction. Its id: that of the same one where it is
    kept already (with the severity given now).

    Raises ExpressionError where it cannot be read, ValueError unless one of project and run is given, or for a severity
    that there is not.
    """
    if (project_id is None) == (run_id is None):
        raise ValueError("a condition is of a project or of a run: give one of them")
    if severity not in SEVERITIES:
        raise ValueError(f"a severity is {', '.join(SEVERITIES)}, not {severity!r}")
    text = str(parse(expression))
    row = connection.execute(
        "SELECT id FROM thresholds WHERE project_id IS ? AND run_id IS ? AND expression = ? AND removed IS NULL",
        (project_id, run_id, text),
    ).fetchone()
    if row:
        connection.execute("UPDATE thresholds SET severity = ? WHERE id = ?", (severity, row["id"]))
        return int(row["id"])
    cursor = connection.execute(
        "INSERT INTO thresholds (project_id, run_id, expression, severity, created) VALUES (?, ?, ?, ?, ?)",
        (project_id, run_id, text, severity, now),
    )
    return int(cursor.lastrowid or 0)


def remove(connection: sqlite3.Connection, threshold_id: int, now: float) -> bool:
    """Look for a condition no longer; inside the caller's transaction. False where there is none of that id."""
    cursor = connection.execute(
        "UPDATE thresholds SET removed = ? WHERE id = ? AND removed IS NULL", (now, threshold_id)
    )
    return bool(cursor.rowcount)


def thresholds_of_run(connection: sqlite3.Connection, run_id: str) -> list[Threshold]:
    """The conditions that hold for a run: its own and its project's, oldest first."""
    rows = connection.execute(
        f"{_SELECT} AND (t.run_id = ? OR t.project_id = (SELECT project_id FROM runs WHERE id = ?)) ORDER BY t.id",
        (run_id, run_id),
    )
    return [Threshold(**dict(row)) for row in rows]


def list_all(connection: sqlite3.Connection) -> list[Threshold]:
    """All conditions that are looked for, oldest first."""
    return [Threshold(**dict(row)) for row in connection.execute(f"{_SELECT} ORDER BY t.id")]


def direction_of(name: str, chosen: Mapping[str, str]) -> str:
    """Which way a metric is better: as ``chosen`` for its project, else by its name; empty where neither tells."""
    return chosen[name] if name in chosen else guess_direction(name)


def check_direction(expression: Expression, chosen: Mapping[str, str]) -> None:
    """ExpressionError where a new best is asked of a metric whose better direction nobody knows."""
    if expression.test == BEST and not expression.what and not direction_of(expression.metric, chosen):
        raise ExpressionError(
            str(expression),
            0,
            Phrase(
                "whether lower or higher is better for {metric} is not plain from its name: "
                "write `{one} higher` or `{one} lower`",
                metric=repr(expression.metric),
                one=str(expression),
            ),
            EXAMPLES,
        )


def replay(
    connection: sqlite3.Connection, expression: Expression | str, project_id: int, limit: int = 20
) -> list[Replayed]:
    """When an expression would have fired in the last ``limit`` runs of a project, newest first.

    All points are read, running runs' too; of each run the first 100 times are kept. ExpressionError as in ``add``.
    """
    asked = parse(expression) if isinstance(expression, str) else expression
    direction = direction_of(asked.metric, choices.read_directions(connection, project_id))
    rows = connection.execute(
        "SELECT id, name, state, created FROM runs WHERE project_id = ? ORDER BY created DESC, id DESC LIMIT ?",
        (project_id, limit),
    ).fetchall()
    return [_replay_run(connection, asked, direction, row) for row in rows]


def _replay_run(connection: sqlite3.Connection, asked: Expression, direction: str, run: sqlite3.Row) -> Replayed:
    one = series_named(list_series(connection, run["id"]), asked.metric)
    told = (run["id"], run["name"], run["state"], run["created"])
    if one is None:
        return Replayed(*told, found=False)
    watch = Watch(asked, direction)
    count, fired = 0, []  # type: int, list[Fire]
    if watch.is_possible(one.low, one.high, one.nans, one.pos_infs, one.neg_infs):
        for leg, points in legs_since(connection, one.id, 0):
            found = watch.feed(*points, leg=leg)
            count += len(found)
            fired += found[: _KEPT_FIRES - len(fired)]
    return Replayed(
        *told, found=True, count=count, fired=tuple(fired), points=one.count, low=one.low, high=one.high,
        holds=watch.holds, last=one.last,
    )  # fmt: skip


def near_names(connection: sqlite3.Connection, project_id: int, name: str) -> list[str] | None:
    """None where a run of the project has a metric of that name; else the names of those it has, the nearest first."""
    rows = connection.execute(
        "SELECT DISTINCT s.name FROM series s JOIN runs r ON r.id = s.run_id WHERE r.project_id = ? ORDER BY s.name",
        (project_id,),
    )
    known = [str(row["name"]) for row in rows]
    if name in known:
        return None
    near = difflib.get_close_matches(name, known, n=_SHOWN_NAMES, cutoff=0.5)
    near += [one for one in known if name.lower() in one.lower() and one not in near]
    return near[:_SHOWN_NAMES]
