"""Reading time series: the points themselves, or the buckets of a chart, from the fewest chunks that will do.

Points of one leg and step are resolved: the one that arrived last wins. A leg that begins after the beginning of
its fit resumes it, and supersedes what came before it from its own first step on. A leg that begins at or before
that is another fit: it supersedes nothing, and nothing after it reaches behind it.
"""

import math
import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from store import chunks
from store.buckets import Bucket, Key, Stretches, fill_buckets
from store.chunks import BLOCK, CHUNK, SPAN, Columns, Points, Records
from store.database import snapshot

Axis = Literal["step", "time"]
ByLeg = dict[int, Columns]

# How many blocks, or chunks, make a bucket fine enough.
_ENOUGH = 0.5
_TAIL = -1


@dataclass(frozen=True)
class Window:
    """The part of an axis that is asked for, both ends included."""

    axis: Axis
    low: float = -math.inf
    high: float = math.inf

    @property
    def condition(self) -> str:
        """SQL that keeps chunks and spans which reach into it; its parameters are ``low`` and ``high``."""
        return f"{self.axis}_high >= ? AND {self.axis}_low <= ?"

    @property
    def is_all(self) -> bool:
        """Whether it leaves nothing out."""
        return self.low == -math.inf and self.high == math.inf


def read_points(
    connection: sqlite3.Connection,
    series_id: int,
    *,
    low: float | None = None,
    high: float | None = None,
    axis: Axis = "step",
) -> Points:
    """The points of a series from ``low`` to ``high`` on that axis, by leg and along the axis.

    Resolved, with those marked that a later leg superseded. An unknown series has none.
    """
    window = _window(axis, low, high)
    with snapshot(connection):
        points = Points()
        for (leg, superseded), part in sorted(_read_exactly(connection, series_id, window).items()):
            points.leg += [leg] * len(part.steps)
            points.steps += part.steps
            points.times += part.times
            points.values += part.values
            points.superseded += [superseded] * len(part.steps)
    return _by_leg_and_axis(points, axis)


def read_buckets(
    connection: sqlite3.Connection,
    series_id: int,
    *,
    axis: Axis = "step",
    low: float | None = None,
    high: float | None = None,
    buckets: int = 1000,
) -> list[Bucket]:
    """A series from ``low`` to ``high`` on that axis, as at most ``buckets`` buckets, by leg and along the axis.

    Every point is in one of them, so that a spike of one step or a single NaN shows. No more points than buckets:
    each has its own. Points that were replaced across the border of two chunks may be counted among many.
    """
    window = _window(axis, low, high)
    with snapshot(connection):
        records = _span_records(connection, series_id, window)
        loose = _loose_records(connection, series_id, window)
        tail = _read_tail(connection, series_id)
        total = sum(records.points) + sum(loose.points) + sum(len(part.steps) for part in tail.values())
        if total <= _ENOUGH * BLOCK * buckets:
            return fill_buckets(_read_exactly(connection, series_id, window), axis, buckets)
        if records.points and total <= _ENOUGH * CHUNK * buckets:
            records = _block_records(connection, series_id, window, int(min(records.chunk)), int(max(records.chunk)))
        records.extend(loose)
        stretches = _mix(connection, series_id, window, records, tail)
    return fill_buckets(stretches, axis, buckets)


def resolved_count(connection: sqlite3.Connection, series_id: int) -> int:
    """How many points are left when of the same leg and step the last wins, and superseded ones are left out."""
    with snapshot(connection):
        row = connection.execute("SELECT count, monotone FROM series WHERE id = ?", (series_id,)).fetchone()
        if row is None:
            return 0
        if row["monotone"] and not _cutoffs(connection, series_id):
            return int(row["count"])
        if row["monotone"]:
            found = read_buckets(connection, series_id, buckets=1)
            return sum(bucket.count for bucket in found if not bucket.superseded)
        return read_points(connection, series_id).superseded.count(False)


def _window(axis: Axis, low: float | None, high: float | None) -> Window:
    return Window(axis, -math.inf if low is None else low, math.inf if high is None else high)


def _by_leg_and_axis(points: Points, axis: Axis) -> Points:
    """Live and superseded points of a leg in one order."""
    along = points.steps if axis == "step" else points.times
    order = sorted(range(len(points)), key=lambda place: (points.leg[place], along[place]))
    if order == list(range(len(points))):
        return points
    return Points(
        [points.leg[place] for place in order],
        [points.steps[place] for place in order],
        [points.times[place] for place in order],
        [points.values[place] for place in order],
        [points.superseded[place] for place in order],
    )


def _cutoffs(connection: sqlite3.Connection, series_id: int) -> dict[int, float]:
    """The step from which on each leg is superseded, of those that are."""
    rows = connection.execute("SELECT leg, first_step FROM series_legs WHERE series_id = ? ORDER BY leg", (series_id,))
    fits: list[list[tuple[int, float]]] = []
    for leg, first in rows:
        if fits and first > fits[-1][0][1]:
            fits[-1].append((leg, first))
        else:
            fits.append([(leg, first)])
    cutoffs = {}
    for fit in fits:
        lowest = math.inf
        for leg, first in reversed(fit):
            if lowest < math.inf:
                cutoffs[leg] = lowest
            lowest = min(lowest, first)
    return cutoffs


def _span_records(connection: sqlite3.Connection, series_id: int, window: Window) -> Records:
    """Summaries of the chunks that are in spans, one a chunk and leg."""
    records = Records.empty()
    for row in connection.execute(
        f"SELECT summary FROM series_spans WHERE series_id = ? AND {window.condition} ORDER BY n",
        (series_id, window.low, window.high),
    ):
        records.extend(Records.unpack(row["summary"]))
    return _inside(records, window)


def _loose_records(connection: sqlite3.Connection, series_id: int, window: Window) -> Records:
    """Summaries of the blocks of chunks that are in no span yet."""
    row = connection.execute("SELECT chunks FROM series WHERE id = ?", (series_id,)).fetchone()
    count = row["chunks"] if row else 0
    return _block_records(connection, series_id, window, count - count % SPAN, count)


def _block_records(connection: sqlite3.Connection, series_id: int, window: Window, first: int, last: int) -> Records:
    records = Records.empty()
    for row in connection.execute(
        "SELECT summary FROM series_chunks "
        f"WHERE series_id = ? AND n BETWEEN ? AND ? AND {window.condition} ORDER BY n",
        (series_id, first, last, window.low, window.high),
    ):
        records.extend(Records.unpack(row["summary"]))
    return _inside(records, window)


def _inside(records: Records, window: Window) -> Records:
    """Those records that reach into the window."""
    if window.is_all:
        return records
    lows, highs = _along(records, window.axis)
    kept = [
        place
        for place, (low, high) in enumerate(zip(lows, highs, strict=True))
        if high >= window.low and low <= window.high
    ]
    return records if len(kept) == len(lows) else records.take(kept)


def _along(records: Records, axis: Axis) -> tuple[list[float], list[float]]:
    return (records.step_low, records.step_high) if axis == "step" else (records.time_low, records.time_high)


def _read_tail(connection: sqlite3.Connection, series_id: int) -> ByLeg:
    """The points that are in no chunk yet, as they arrived."""
    return _gather(
        (row["leg"], chunks.unpack_points(row["points"]))
        for row in connection.execute(
            "SELECT leg, points FROM series_tail WHERE series_id = ? ORDER BY n", (series_id,)
        )
    )


def _gather(parts: Iterable[tuple[int, Columns]]) -> ByLeg:
    by_leg: dict[int, Columns] = defaultdict(lambda: Columns([], [], []))
    for leg, part in parts:
        for mine, others in zip(by_leg[leg], part, strict=True):
            mine.extend(others)
    return by_leg


def _read_exactly(connection: sqlite3.Connection, series_id: int, window: Window) -> dict[tuple[int, bool], Columns]:
    """The points in the window, resolved, by leg and whether they are superseded, ordered along the axis."""
    row = connection.execute("SELECT monotone FROM series WHERE id = ?", (series_id,)).fetchone()
    reach = window
    if row is not None and not row["monotone"] and window.axis == "time" and not window.is_all:
        # What replaced a point may have come outside the window of time.
        reach = Window("step", *_steps_within(connection, series_id, window))
    by_leg = _gather(_read_chunks(connection, series_id, reach))
    for leg, part in _read_tail(connection, series_id).items():
        for mine, others in zip(by_leg[leg], part, strict=True):
            mine.extend(others)
    return _part(by_leg, _cutoffs(connection, series_id), window)


def _steps_within(connection: sqlite3.Connection, series_id: int, window: Window) -> tuple[float, float]:
    """The lowest and highest step of the chunks that reach into a window of time."""
    row = connection.execute(
        f"SELECT min(step_low), max(step_high) FROM series_chunks WHERE series_id = ? AND {window.condition}",
        (series_id, window.low, window.high),
    ).fetchone()
    return (row[0], row[1]) if row[0] is not None else (math.inf, -math.inf)


def _read_chunks(connection: sqlite3.Connection, series_id: int, window: Window) -> Iterable[tuple[int, Columns]]:
    for row in connection.execute(
        f"SELECT legs, points FROM series_chunks WHERE series_id = ? AND {window.condition} ORDER BY n",
        (series_id, window.low, window.high),
    ):
        yield from _unpack(row)


def _unpack(row: sqlite3.Row) -> Iterable[tuple[int, Columns]]:
    runs = [(int(leg), int(length)) for leg, _, length in (run.partition(":") for run in row["legs"].split())]
    return chunks.split_runs(runs, chunks.unpack_points(row["points"]))


def _part(by_leg: ByLeg, cutoffs: dict[int, float], window: Window) -> dict[tuple[int, bool], Columns]:
    """Points resolved, inside the window, apart where a later leg superseded them, ordered along the axis."""
    parts = {}
    for leg, points in by_leg.items():
        resolved = chunks.resolve(points)
        cut = bisect_left(resolved.steps, cutoffs.get(leg, math.inf))
        for superseded, part in ((False, resolved.cut(0, cut)), (True, resolved.cut(cut, None))):
            part = chunks.within(part, window.axis, window.low, window.high)
            if part.steps:
                parts[leg, superseded] = part
    return parts


def _mix(connection: sqlite3.Connection, series_id: int, window: Window, records: Records, tail: ByLeg) -> Stretches:
    """Records by leg and whether they are superseded; those that the window or a cutoff divides are read exactly."""
    cutoffs = _cutoffs(connection, series_id)
    lows, highs = _along(records, window.axis)
    places: dict[Key, list[int]] = defaultdict(list)
    divided: dict[int, list[int]] = defaultdict(list)
    for leg, same in groupby(range(len(lows)), key=records.leg.__getitem__):
        run = list(same)
        cutoff = cutoffs.get(int(leg), math.inf)
        whole = run
        if not window.is_all:
            whole = [place for place in run if lows[place] >= window.low and highs[place] <= window.high]
        live, gone = whole, []
        if cutoff < math.inf:
            live = [place for place in whole if records.step_high[place] < cutoff]
            gone = [place for place in whole if records.step_low[place] >= cutoff]
        places[int(leg), False] += live
        places[int(leg), True] += gone
        if len(live) + len(gone) < len(run):
            settled = {*live, *gone}
            for place in run:
                if place not in settled:
                    divided[int(records.chunk[place])].append(place)
    stretches = {key: records if len(kept) == len(lows) else records.take(kept) for key, kept in places.items()}
    for key, part in _part(tail, cutoffs, window).items():
        stretches.setdefault(key, Records.empty()).extend(chunks.single_records(_TAIL, key[0], part))
    for number, some in divided.items():
        for leg, points in _read_divided(connection, series_id, number, records.take(some)):
            for key, part in _part({leg: points}, cutoffs, window).items():
                stretches.setdefault(key, Records.empty()).extend(chunks.summarise(_TAIL, leg, part, CHUNK))
    return dict(stretches)


def _read_divided(
    connection: sqlite3.Connection, series_id: int, number: int, records: Records
) -> Iterable[tuple[int, Columns]]:
    """The points of one chunk that those records of it stand for, by leg."""
    row = connection.execute(
        "SELECT legs, points FROM series_chunks WHERE series_id = ? AND n = ?", (series_id, number)
    ).fetchone()
    by_leg = _gather(_unpack(row))
    for leg, low, high in zip(records.leg, records.step_low, records.step_high, strict=True):
        yield int(leg), chunks.within(chunks.resolve(by_leg[int(leg)]), "step", low, high)
