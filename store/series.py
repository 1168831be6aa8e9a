"""Time series of scalars: losses of a run, temperatures of a GPU. Writing and listing; ``store.curves`` reads them.

New points go to a small tail, a row a batch; every 1,024 of them are sealed into a chunk with its summary, and
every 64 chunks into a span (see ``store.chunks``). A point is (leg, step, time, value). ``leg`` grows when steps
go back: a resume, another launch, another fit.
"""

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from store import chunks, sealing
from store.chunks import PLAIN, Columns, Form
from store.legs import note_leg

# fmt: off
_KEPT = (
    "count", "nans", "pos_infs", "neg_infs", "low", "high", "last", "last_leg", "last_step", "last_time", "first_time",
    "leg_step", "monotone", "chunks", "tail_points", "tail_rows",
)
# fmt: on
_SELECT = (
    f"SELECT id, unit, {', '.join(_KEPT)} FROM series WHERE run_id IS ? AND subject = ? AND name = ? AND source = ?"
)
_UPDATE = f"UPDATE series SET unit = ?, {', '.join(f'{name} = ?' for name in _KEPT)} WHERE id = ?"


@dataclass(frozen=True)
class Series:
    """One named scalar of a run, or of what ``subject`` names where ``run_id`` is None.

    ``source`` is ``log`` or the path of the file it was read from, ``unit`` what its steps count. ``count`` is of
    all points, replaced ones too; ``nans``, ``pos_infs`` and ``neg_infs`` are among them. ``low`` and ``high`` are
    of the finite values, None where there is none. ``last`` is the value at the highest step of the last leg, at
    ``last_time`` (epoch seconds); it may be NaN or infinite. ``monotone``: every point came at a higher step than
    the one before it, but for new legs.
    """

    id: int
    run_id: str | None
    subject: str
    name: str
    source: str
    unit: str
    count: int
    nans: int
    pos_infs: int
    neg_infs: int
    low: float | None
    high: float | None
    last: float
    last_leg: int
    last_step: float
    last_time: float
    first_time: float
    monotone: bool


_LAST = [one.name for one in fields(Series)].index("last")


def append(
    connection: sqlite3.Connection,
    run_id: str | None,
    name: str,
    *,
    source: str,
    unit: str,
    legs: Sequence[int],
    steps: Sequence[float],
    times: Sequence[float],
    values: Sequence[float],
    subject: str = "",
    form: Form = PLAIN,
) -> None:
    """Add points to a series, which is made when it is new; inside the caller's transaction.

    The four columns are of one length; values may be NaN or infinite. ``form`` says how what is full is sealed, and
    is the same each time. Raises ValueError when the lengths differ or when a step or time is not finite; nothing is
    written then.
    """
    total = len(steps)
    if not total == len(legs) == len(times) == len(values):
        raise ValueError(f"columns of {name!r} differ in length: {len(legs)}, {total}, {len(times)}, {len(values)}")
    if not total:
        return
    if not all(map(math.isfinite, steps)) or not all(map(math.isfinite, times)):
        raise ValueError(f"a step or time of {name!r} is not finite; leave such points out")
    row = connection.execute(_SELECT, (run_id, subject, name, source)).fetchone()
    if row is None:
        connection.execute(
            "INSERT INTO series (run_id, subject, name, source, unit) VALUES (?, ?, ?, ?, ?)",
            (run_id, subject, name, source, unit),
        )
        row = connection.execute(_SELECT, (run_id, subject, name, source)).fetchone()
    series = dict(row)
    points = Columns(list(steps), list(times), list(values))
    runs = chunks.runs_of(legs)
    for leg, part in chunks.split_runs(runs, points):
        _follow(connection, series, leg, part)
    sealing.store(connection, series, runs, points, form)
    connection.execute(_UPDATE, (unit or series["unit"], *(series[key] for key in _KEPT), series["id"]))


def remove_source(connection: sqlite3.Connection, run_id: str, source: str) -> None:
    """Take away all metrics of a run that were read from ``source``; inside the caller's transaction."""
    connection.execute("DELETE FROM series WHERE run_id = ? AND subject = '' AND source = ?", (run_id, source))


def list_series(connection: sqlite3.Connection, run_id: str | None, subject: str = "") -> list[Series]:
    """Every series of a run, by name and source; of a subject without a run where ``run_id`` is None."""
    rows = connection.execute(
        "SELECT id, run_id, subject, name, source, unit, count, nans, pos_infs, neg_infs, low, high, last, last_leg, "
        "last_step, last_time, first_time, monotone FROM series WHERE run_id IS ? AND subject = ? "
        "ORDER BY name, source",
        (run_id, subject),
    )
    return [_series_from(row) for row in rows]


def _series_from(row: sqlite3.Row) -> Series:
    values = list(row)
    if values[_LAST] is None:  # SQLite has no NaN and keeps NULL instead
        values[_LAST] = math.nan
    values[-1] = bool(values[-1])
    return Series(*values)


def _follow(connection: sqlite3.Connection, series: dict[str, Any], leg: int, points: Columns) -> None:
    """Bring what the series' row says up to date with some more points of one leg."""
    steps, times, values = points
    rising = chunks.rises(steps)
    first = steps[0] if rising else min(steps)
    before = series["last_leg"]
    if before is None or leg != before or first < series["leg_step"]:
        note_leg(connection, series["id"], leg, first)
        if series["chunks"]:
            sealing.cut_at(connection, series["id"], first)
    if not rising or (before is not None and (leg < before or (leg == before and steps[0] <= series["last_step"]))):
        series["monotone"] = 0
    low, high, nans, pos_infs, neg_infs = chunks.measure(values)
    series["count"] += len(steps)
    series["nans"] += nans
    series["pos_infs"] += pos_infs
    series["neg_infs"] += neg_infs
    if low <= high:
        series["low"] = low if series["low"] is None else min(low, series["low"])
        series["high"] = high if series["high"] is None else max(high, series["high"])
    earliest = min(times)
    series["first_time"] = earliest if series["first_time"] is None else min(earliest, series["first_time"])
    latest = len(steps) - 1
    if not rising:
        latest = max(range(len(steps)), key=lambda place: (steps[place], place))
    if before is None or leg > before or (leg == before and steps[latest] >= series["last_step"]):
        if leg == before:
            first = min(first, series["leg_step"])
        series.update(last_leg=leg, leg_step=first)
        series.update(last=values[latest], last_step=steps[latest], last_time=times[latest])
