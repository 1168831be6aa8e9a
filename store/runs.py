"""Runs as the journal knows them: recorded by the daemon from run directories, read by everyone."""

import contextlib
import json
import shlex
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from store import thresholds
from store.errors import ExpressionError
from store.projects import ensure_project

STATES = ("queued", "running", "finished", "failed", "stopped", "killed", "lost")
ACTIVE = ("queued", "running")
ENDED = ("finished", "failed", "stopped", "killed", "lost")

COLUMNS = """
    r.*, p.name AS project, l.path AS log_path, l.offset AS log_bytes, l.lines AS log_lines,
    l.last_line AS last_line, l.last_output AS last_output
    FROM runs r JOIN projects p ON p.id = r.project_id
    LEFT JOIN log_files l ON l.run_id = r.id AND l.attempt = r.attempt
        AND l.path = r.directory || '/attempt-' || r.attempt || '/log'
"""


@dataclass(frozen=True)
class Run:
    """One training job; times in epoch seconds UTC, ``seconds`` its length. See the design's table of words.

    ``hint`` is a known remedy for its ``cause``, in one line; ``conclusion`` is what it showed, as the user wrote it at
    ``concluded``. ``health`` holds what its processes show (``suspended``) and the flags that the alerts' rules raised
    (``stalled``, ``diverged``).
    """

    id: str
    name: str
    project: str
    project_id: int
    engine: str
    host: str
    directory: str
    created: float
    argv: list[str]
    command: str
    cwd: str
    python: str | None
    params: dict[str, str]
    git: dict[str, Any] | None
    environment: dict[str, str]
    tags: list[str]
    hypothesis: str | None
    if_success: str | None
    if_failure: str | None
    parent: str | None
    attempt: int
    state: str
    health: list[str]
    certainty: str
    cause: str | None
    evidence: list[str]
    exit_code: int | None
    signal: str | None
    pid: int | None
    started: float | None
    ended: float | None
    seconds: float | None
    updated: float
    log_path: str | None
    log_bytes: int
    log_lines: int
    last_line: str | None
    last_output: float | None
    hint: str | None = None
    expected: str | None = None
    plan_changed: float | None = None
    plan_late: bool = False
    conclusion: str | None = None
    concluded: float | None = None

    @property
    def is_active(self) -> bool:
        """Whether it is queued or running."""
        return self.state in ACTIVE

    def elapsed(self, now: float) -> float | None:
        """Seconds it has run, or ran; None before it started."""
        if self.seconds is not None:
            return self.seconds
        if self.started is None:
            return None
        return (self.ended if self.ended is not None else now) - self.started


@dataclass(frozen=True)
class Attempt:
    """One execution of a run, with the identity of its processes as (boot id, pid, start ticks)."""

    run_id: str
    number: int
    host: str | None
    boot_id: str | None
    pid: int | None
    start_ticks: int | None
    supervisor_pid: int | None
    supervisor_ticks: int | None
    started: float | None
    ended: float | None
    state: str
    exit_code: int | None
    signal: str | None
    beat_at: float | None


class Neighbour(NamedTuple):
    """What tells whether another run may have written a file: where it worked, and when."""

    id: str
    cwd: str
    started: float
    ended: float | None
    argv: list[str]


@dataclass(frozen=True)
class Event:
    """Something that happened to a run: created, started, suspended, resumed, supervisor_lost, ended …"""

    run_id: str
    attempt: int
    time: float
    kind: str
    detail: dict[str, Any]


def record_launch(connection: sqlite3.Connection, manifest: Mapping[str, Any], directory: str) -> bool:
    """Enter a run from its ``run.json``, with the conditions it was launched with; inside the caller's transaction.
    False when it was known already."""
    argv = [str(word) for word in manifest.get("argv") or []]
    created = float(manifest["created"])
    root = str(manifest.get("project_root") or manifest.get("cwd") or "?")
    project_id = ensure_project(connection, root, created, manifest.get("project"))
    cursor = connection.execute(
        "INSERT INTO runs (id, name, project_id, engine, host, directory, created, argv, command, cwd, python, params, "
        "git, environment, tags, hypothesis, expected, if_success, if_failure, parent, attempt, state, certainty, "
        "updated) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 'queued', 'recorded', ?) "
        "ON CONFLICT (id) DO NOTHING",
        (
            manifest["id"],
            str(manifest.get("name") or manifest["id"]),
            project_id,
            str(manifest.get("engine") or "local"),
            str(manifest.get("host") or "?"),
            directory,
            created,
            _json(argv),
            shlex.join(argv),
            str(manifest.get("cwd") or "?"),
            manifest.get("python"),
            _json(manifest.get("params") or {}),
            _json(manifest["git"]) if manifest.get("git") else None,
            _json(manifest.get("environment") or {}),
            _json(manifest.get("tags") or []),
            manifest.get("hypothesis"),
            manifest.get("expected"),
            manifest.get("if_success"),
            manifest.get("if_failure"),
            manifest.get("parent"),
            created,
        ),
    )
    if cursor.rowcount:
        record_event(connection, str(manifest["id"]), 1, created, "created")
        for condition in manifest.get("alerts") or []:
            with contextlib.suppress(ExpressionError):  # one that a newer Machiai can read
                thresholds.add(connection, str(condition), created, run_id=str(manifest["id"]))
    return bool(cursor.rowcount)


def record_attempt(connection: sqlite3.Connection, attempt: Attempt) -> None:
    """Enter or update one execution; inside the caller's transaction."""
    connection.execute(
        "INSERT INTO attempts (run_id, number, host, boot_id, pid, start_ticks, supervisor_pid, supervisor_ticks, "
        "started, ended, state, exit_code, signal, beat_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (run_id, number) DO UPDATE SET host = excluded.host, boot_id = excluded.boot_id, "
        "pid = excluded.pid, start_ticks = excluded.start_ticks, supervisor_pid = excluded.supervisor_pid, "
        "supervisor_ticks = excluded.supervisor_ticks, started = excluded.started, ended = excluded.ended, "
        "state = excluded.state, exit_code = excluded.exit_code, signal = excluded.signal, beat_at = excluded.beat_at",
        (
            attempt.run_id,
            attempt.number,
            attempt.host,
            attempt.boot_id,
            attempt.pid,
            attempt.start_ticks,
            attempt.supervisor_pid,
            attempt.supervisor_ticks,
            attempt.started,
            attempt.ended,
            attempt.state,
            attempt.exit_code,
            attempt.signal,
            attempt.beat_at,
        ),
    )


def record_state(
    connection: sqlite3.Connection,
    run_id: str,
    *,
    attempt: int,
    state: str,
    health: Sequence[str],
    certainty: str,
    cause: str | None,
    evidence: Sequence[str],
    exit_code: int | None,
    signal: str | None,
    pid: int | None,
    started: float | None,
    ended: float | None,
    seconds: float | None,
    now: float,
    hint: str | None = None,
) -> None:
    """Write what is now known of a run; inside the caller's transaction.

    Its flags last for as long as this attempt is queued or running.
    """
    connection.execute(
        "UPDATE runs SET flags = CASE WHEN ? AND attempt = ? THEN flags ELSE '[]' END, attempt = ?, state = ?, "
        "health = ?, certainty = ?, cause = ?, evidence = ?, exit_code = ?, signal = ?, pid = ?, "
        "started = ?, ended = ?, seconds = ?, updated = ?, hint = ? WHERE id = ?",
        (
            state in ACTIVE,
            attempt,
            attempt,
            state,
            _json(list(health)),
            certainty,
            cause,
            _json(list(evidence)),
            exit_code,
            signal,
            pid,
            started,
            ended,
            seconds,
            now,
            hint,
            run_id,
        ),
    )


def set_flag(connection: sqlite3.Connection, run_id: str, flag: str, on: bool) -> bool:
    """Raise or lower a flag (``stalled``, ``diverged``) of ``Run.health``; inside the caller's transaction.

    A run that is not active gets none. Returns whether that changed anything.
    """
    row = connection.execute("SELECT flags, state FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None or (on and row["state"] not in ACTIVE):
        return False
    flags = json.loads(row["flags"])
    if (flag in flags) == on:
        return False
    flags = sorted([*flags, flag]) if on else [one for one in flags if one != flag]
    connection.execute("UPDATE runs SET flags = ? WHERE id = ?", (_json(flags), run_id))
    return True


def record_event(
    connection: sqlite3.Connection,
    run_id: str,
    attempt: int,
    time: float,
    kind: str,
    detail: Mapping[str, Any] | None = None,
) -> bool:
    """Note that something happened to a run, once; inside the caller's transaction."""
    cursor = connection.execute(
        "INSERT INTO run_events (run_id, attempt, time, kind, detail) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (run_id, attempt, time, kind, _json(dict(detail or {}))),
    )
    return bool(cursor.rowcount)


def get_run(connection: sqlite3.Connection, run_id: str) -> Run | None:
    """The run with exactly that id."""
    row = connection.execute(f"SELECT {COLUMNS} WHERE r.id = ?", (run_id,)).fetchone()
    return run_from(row) if row else None


def active_runs(connection: sqlite3.Connection) -> list[Run]:
    """Queued and running runs, in order of launch: an order that does not move under the reader."""
    rows = connection.execute(f"SELECT {COLUMNS} WHERE r.state IN ('queued', 'running') ORDER BY r.created, r.id")
    return [run_from(row) for row in rows]


def ended_runs(connection: sqlite3.Connection, limit: int = 10) -> list[Run]:
    """The runs that ended last, newest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} WHERE r.ended IS NOT NULL AND r.state NOT IN ('queued', 'running') "
        "ORDER BY r.ended DESC LIMIT ?",
        (limit,),
    )
    return [run_from(row) for row in rows]


def latest_ends(connection: sqlite3.Connection, limit: int = 10) -> list[tuple[str, int, float]]:
    """The attempts that ended last as (run id, attempt, when that was recorded), newest first."""
    rows = connection.execute(
        "SELECT id, attempt, updated FROM runs WHERE ended IS NOT NULL AND state NOT IN ('queued', 'running') "
        "ORDER BY ended DESC LIMIT ?",
        (limit,),
    )
    return [(row["id"], row["attempt"], row["updated"]) for row in rows]


def runs_beside(connection: sqlite3.Connection, begin: float, end: float) -> list[Neighbour]:
    """The runs that were at work at any time between ``begin`` and ``end``."""
    columns = "SELECT id, cwd, coalesce(started, created) AS started, ended, argv FROM runs"
    rows = connection.execute(f"{columns} WHERE state IN ('queued', 'running')").fetchall()
    rows += connection.execute(f"{columns} WHERE ended >= ? ORDER BY ended LIMIT 100", (begin,)).fetchall()
    return [
        Neighbour(row["id"], row["cwd"], row["started"], row["ended"], json.loads(row["argv"]))
        for row in rows
        if row["started"] <= end
    ]


def watched_ids(connection: sqlite3.Connection) -> tuple[set[str], set[str]]:
    """All known run ids, and those the daemon still has to look at: active, or ended only by inference."""
    known, open_ = set(), set()
    for row in connection.execute("SELECT id, state, certainty FROM runs"):
        known.add(row["id"])
        if row["state"] in ACTIVE or row["certainty"] == "inferred":
            open_.add(row["id"])
    return known, open_


def attempts_of(connection: sqlite3.Connection, run_id: str) -> list[Attempt]:
    """The executions of a run, first to last."""
    rows = connection.execute("SELECT * FROM attempts WHERE run_id = ? ORDER BY number", (run_id,))
    return [Attempt(**dict(row)) for row in rows]


def events_of(connection: sqlite3.Connection, run_id: str) -> list[Event]:
    """What happened to a run, in order."""
    rows = connection.execute(
        "SELECT run_id, attempt, time, kind, detail FROM run_events WHERE run_id = ? ORDER BY time, id",
        (run_id,),
    )
    return [Event(**{**dict(row), "detail": json.loads(row["detail"])}) for row in rows]


_EMPTY: dict[str, type[list[Any]] | type[dict[str, Any]]] = {"[]": list, "{}": dict}
"""What most columns hold: rows are read often, and the parser is not needed for that."""


def run_from(row: sqlite3.Row) -> Run:
    """A run from a row selected with ``COLUMNS``."""
    values = dict(row)
    for name in ("argv", "params", "environment", "tags", "health", "evidence", "flags"):
        empty = _EMPTY.get(values[name])
        values[name] = json.loads(values[name]) if empty is None else empty()
    values["health"] = list(dict.fromkeys([*values["health"], *values.pop("flags")]))
    values["git"] = json.loads(values["git"]) if values["git"] else None
    values["log_bytes"] = values["log_bytes"] or 0
    values["log_lines"] = values["log_lines"] or 0
    values["plan_late"] = bool(values["plan_late"])
    return Run(**values)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
