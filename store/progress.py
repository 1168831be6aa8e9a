"""How far each run is, what its time left was said to be, and how that turned out."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from store.kinds import kind_of

_STEP = 5  # percent between predictions that are kept
_SCANNED = 500  # finished runs of a project among which those of a kind are looked for
_COLUMNS = (
    "attempt, done, total, unit, levels, phase, steps_per_epoch, updated, eta_at, eta_low, eta_high, eta_source, main"
)


class Mark(NamedTuple):
    """Where the counter stood when it was looked at; ``phase`` is what the log said was going on."""

    time: float
    done: float
    phase: str | None = None


@dataclass(frozen=True)
class Progress:
    """How far a run is: ``done`` of ``total`` ``unit``.

    ``levels`` are the counters that say so, outermost first, as ``{"unit", "done", "total"}``. ``eta_at`` is when it
    will be done, between ``eta_low`` and ``eta_high`` where past runs allow an interval, all in epoch seconds;
    ``eta_source`` says from what. ``main`` is the name of the loss to show.
    """

    attempt: int
    done: float | None
    total: float | None
    unit: str | None
    updated: float
    levels: Sequence[dict[str, Any]] = ()
    phase: str | None = None
    steps_per_epoch: float | None = None
    eta_at: float | None = None
    eta_low: float | None = None
    eta_high: float | None = None
    eta_source: str | None = None
    main: str | None = None

    @property
    def share(self) -> float | None:
        """How much of the way is done, from 0 to 1; None where the total is not known."""
        if self.done is None or not self.total or self.total <= 0:
            return None
        return min(1.0, max(0.0, self.done / self.total))


@dataclass(frozen=True)
class PastRun:
    """A finished run of the kind one asks for."""

    id: str
    attempt: int
    ended: float


def record_progress(connection: sqlite3.Connection, run_id: str, progress: Progress) -> None:
    """Write how far a run is, over what was known; inside the caller's transaction."""
    names = _COLUMNS.split(", ")
    values = [getattr(progress, name) for name in names]
    values[names.index("levels")] = json.dumps(list(progress.levels), ensure_ascii=False)
    updates = ", ".join(f"{name} = excluded.{name}" for name in names)
    connection.execute(
        f"INSERT INTO progress (run_id, {_COLUMNS}) VALUES ({', '.join('?' * (len(names) + 1))}) "
        f"ON CONFLICT (run_id) DO UPDATE SET {updates}",
        (run_id, *values),
    )


def read_progress(connection: sqlite3.Connection, run_id: str) -> Progress | None:
    """How far a run is, None where nothing is known of it."""
    return progress_of(connection, [run_id]).get(run_id)


def progress_of(connection: sqlite3.Connection, run_ids: Sequence[str]) -> dict[str, Progress]:
    """How far each of these runs is, without those of which nothing is known."""
    found = {}
    for begin in range(0, len(run_ids), 500):
        some = run_ids[begin : begin + 500]
        rows = connection.execute(
            f"SELECT run_id, {_COLUMNS} FROM progress WHERE run_id IN ({', '.join('?' * len(some))})", some
        )
        for row in rows:
            values = dict(row)
            run_id = values.pop("run_id")
            found[run_id] = Progress(**{**values, "levels": json.loads(values["levels"])})
    return found


def add_marks(connection: sqlite3.Connection, run_id: str, attempt: int, marks: Iterable[Mark]) -> None:
    """Add to the marks of an attempt; inside the caller's transaction."""
    connection.executemany(
        "INSERT INTO progress_marks (run_id, attempt, time, done, phase) VALUES (?, ?, ?, ?, ?)",
        [(run_id, attempt, *mark) for mark in marks],
    )


def replace_marks(connection: sqlite3.Connection, run_id: str, attempt: int, marks: Iterable[Mark]) -> None:
    """Put these in the place of all marks of an attempt; inside the caller's transaction."""
    connection.execute("DELETE FROM progress_marks WHERE run_id = ? AND attempt = ?", (run_id, attempt))
    add_marks(connection, run_id, attempt, marks)


def marks_of(connection: sqlite3.Connection, run_id: str, attempt: int) -> list[Mark]:
    """The marks of an attempt in the order in which they were added, whatever the clock did."""
    rows = connection.execute(
        "SELECT time, done, phase FROM progress_marks WHERE run_id = ? AND attempt = ? ORDER BY id", (run_id, attempt)
    )
    return [Mark(row["time"], row["done"], row["phase"]) for row in rows]


def record_prediction(
    connection: sqlite3.Connection, run_id: str, attempt: int, *, percent: float, time: float, remaining: float
) -> bool:
    """Keep what was predicted (``remaining`` seconds) when an attempt came past 5, 10 … 95 %; inside the caller's
    transaction. Only the first prediction of each counts; whether this was one."""
    bucket = _bucket(percent)
    if not _STEP <= bucket <= 100 - _STEP or not remaining > 0:
        return False
    cursor = connection.execute(
        "INSERT INTO eta_predictions (run_id, attempt, percent, time, remaining) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (run_id, attempt, bucket, time, remaining),
    )
    return bool(cursor.rowcount)


def predictions_of(connection: sqlite3.Connection, run_id: str, attempt: int) -> list[tuple[float, float, float]]:
    """What was predicted for an attempt as (percent, epoch, seconds left), in the order in which it was said."""
    rows = connection.execute(
        "SELECT percent, time, remaining FROM eta_predictions WHERE run_id = ? AND attempt = ? ORDER BY time, percent",
        (run_id, attempt),
    )
    return [(row["percent"], row["time"], row["remaining"]) for row in rows]


def suspended_spans(connection: sqlite3.Connection, run_id: str, attempt: int) -> list[tuple[float, float | None]]:
    """When an attempt was suspended, from and to; None as the end where it still is."""
    spans: list[tuple[float, float | None]] = []
    rows = connection.execute(
        "SELECT time, kind FROM run_events WHERE run_id = ? AND attempt = ? AND kind IN ('suspended', 'resumed') "
        "ORDER BY time, id",
        (run_id, attempt),
    )
    for time, kind in rows:
        is_open = bool(spans) and spans[-1][1] is None
        if kind == "suspended" and not is_open:
            spans.append((time, None))
        elif kind == "resumed" and is_open:
            spans[-1] = (spans[-1][0], time)
    return spans


def past_runs(
    connection: sqlite3.Connection, project_id: int, kind: str, *, before: float, limit: int = 50
) -> list[PastRun]:
    """The runs of a project and kind that finished before that time, newest first; see :func:`store.kinds.kind_of`."""
    rows = connection.execute(
        "SELECT id, attempt, ended, argv, cwd FROM runs WHERE project_id = ? AND state = 'finished' AND ended < ? "
        "ORDER BY ended DESC LIMIT ?",
        (project_id, before, _SCANNED),
    )
    found = []
    for row in rows:
        if kind_of(json.loads(row["argv"]), row["cwd"]) == kind:
            found.append(PastRun(row["id"], row["attempt"], row["ended"]))
            if len(found) >= limit:
                break
    return found


def past_ratios(
    connection: sqlite3.Connection, project_id: int, kind: str, percent: float, *, before: float, limit: int = 50
) -> list[float]:
    """How predictions at about ``percent`` of the way turned out for past runs of that kind, newest first: the active
    seconds to the end over the seconds predicted. A run that predicted nothing within 10 % of there is left out."""
    ratios = []
    for run in past_runs(connection, project_id, kind, before=before, limit=limit):
        rows = connection.execute(
            "SELECT percent, time, remaining FROM eta_predictions WHERE run_id = ? AND attempt = ? "
            "AND abs(percent - ?) <= 10 ORDER BY abs(percent - ?), percent LIMIT 1",
            (run.id, run.attempt, _bucket(percent), _bucket(percent)),
        ).fetchall()
        for row in rows:
            actual = run.ended - row["time"]
            for begin, end in suspended_spans(connection, run.id, run.attempt):
                end = run.ended if end is None else end
                actual -= max(0.0, min(end, run.ended) - max(begin, row["time"]))
            if actual >= 0:
                ratios.append(actual / row["remaining"])
    return ratios


def _bucket(percent: float) -> int:
    return int(min(100.0, max(0.0, percent)) // _STEP) * _STEP
