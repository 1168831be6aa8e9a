"""Reading time series: the points themselves, or the buckets of a chart, from the fewest chunks that will do.

Points of one leg and step are resolved: the one that arrived last wins. What a later leg ran again is marked
superseded (see ``store.legs``).
"""

import math
import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Literal

from store import chunks
from store.buckets import Bucket, encode, fill_buckets, order, places_of
from store.chunks import BLOCK, CHUNK, SPAN, Columns, Points, Records
from store.database import snapshot
from store.legs import read_cutoffs

Axis = Literal["step", "time"]
ByLeg = dict[int, Columns]

# A chart is drawn from chunks or blocks when they fill at least this share of its buckets.
_ENOUGH = 0.4
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
    """The points of a series from ``low`` to ``high`` on that axis, ordered by leg and along the axis.

    Resolved, with those marked that a later leg superseded. An unknown series has none.
    """
    with snapshot(connection):
        columns, codes = _read_exactly(connection, series_id, _window(axis, low, high))
    along = places_of(columns, axis)[0]
    legs = [code >> 1 for code in codes]
    keys = list(zip(legs, along, strict=True))
    places = range(len(keys)) if keys == sorted(keys) else sorted(range(len(keys)), key=keys.__getitem__)
    ordered = columns.take(places)
    return Points([legs[place] for place in places], *ordered, [bool(codes[place] & 1) for place in places])


def read_buckets(
    connection: sqlite3.Connection,
    series_id: int,
    *,
    axis: Axis = "step",
    low: float | None = None,
    high: float | None = None,
    buckets: int = 1000,
) -> list[Bucket]:
    """A series from ``low`` to ``high`` on that axis as at most ``buckets`` buckets, by leg and along the axis.

    Of a leg the live buckets come before the superseded ones. Every point is in one of them, so that a spike of one
    step or a single NaN shows. No more points than buckets: each has its own. Points that were replaced by one in
    another chunk count among many, and are gone where few are left.
    """
    window = _window(axis, low, high)
    with snapshot(connection):
        records = _span_records(connection, series_id, window)
        loose = _loose_records(connection, series_id, window)
        tail = _read_tail(connection, series_id)
        total = sum(records.points) + sum(loose.points) + sum(len(part.steps) for part in tail.values())
        if total <= _ENOUGH * BLOCK * buckets:
            columns, codes = _read_exactly(connection, series_id, window)
            return fill_buckets(columns, codes, axis, buckets)
        if records.points and total <= _ENOUGH * CHUNK * buckets:
            records = _block_records(connection, series_id, window, int(records.chunk[0]), int(records.chunk[-1]))
        records.extend(loose)
        records, codes = _mix(connection, series_id, window, records, tail)
        if sum(records.points) <= buckets:  # much reaches into the window, and little of it is inside
            columns, codes = _read_exactly(connection, series_id, window)
            return fill_buckets(columns, codes, axis, buckets)
    return fill_buckets(*order(records, codes, axis), axis, buckets)


def resolved_extent(connection: sqlite3.Connection, series_id: int) -> tuple[float | None, float | None]:
    """The lowest and the highest finite value of those points that nothing has superseded; None without any."""
    live = [bucket for bucket in read_buckets(connection, series_id, buckets=1) if not bucket.superseded]
    lows = [bucket.minimum for bucket in live if bucket.minimum is not None]
    highs = [bucket.maximum for bucket in live if bucket.maximum is not None]
    return min(lows, default=None), max(highs, default=None)


def resolved_count(connection: sqlite3.Connection, series_id: int) -> int:
    """How many points are left when of the same leg and step the last wins, and superseded ones are left out."""
    with snapshot(connection):
        row = connection.execute("SELECT count, monotone FROM series WHERE id = ?", (series_id,)).fetchone()
        if row is None:
            return 0
        if row["monotone"] and not read_cutoffs(connection, series_id):
            return int(row["count"])
        if row["monotone"]:
            found = read_buckets(connection, series_id, buckets=1)
            return sum(bucket.count for bucket in found if not bucket.superseded)
        return read_points(connection, series_id).superseded.count(False)


def _window(axis: Axis, low: float | None, high: float | None) -> Window:
    return Window(axis, -math.inf if low is None else low, math.inf if high is None else high)


def _span_records(connection: sqlite3.Connection, series_id: int, window: Window) -> Records:
    """Summaries of the chunks that are in spans, one a chunk and leg."""
    records = Records.empty()
    for row in connection.execute(
        f"SELECT summary FROM series_spans WHERE series_id = ? AND {window.condition} ORDER BY n",
        (series_id, window.low, window.high),
    ):
        records.extend(Records.unpack(row["summary"]))
    return _reaching(records, window)


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
    return _reaching(records, window)


def _reaching(records: Records, window: Window) -> Records:
    """Those records that reach into the window."""
    lows, highs = places_of(records, window.axis)
    if not lows or (min(highs) >= window.low and max(lows) <= window.high):
        return records
    pairs = enumerate(zip(lows, highs, strict=True))
    return records.take([place for place, (low, high) in pairs if high >= window.low and low <= window.high])


def _read_tail(connection: sqlite3.Connection, series_id: int) -> ByLeg:
    """The points that are in no chunk yet, as they arrived."""
    rows = connection.execute("SELECT leg, points FROM series_tail WHERE series_id = ? ORDER BY id", (series_id,))
    return chunks.gather((row["leg"], chunks.unpack_points(row["points"])) for row in rows)


def _read_exactly(connection: sqlite3.Connection, series_id: int, window: Window) -> tuple[Columns, list[int]]:
    """The points in the window, resolved, with the code of each; ordered by code and along the axis."""
    reach = window
    row = connection.execute("SELECT monotone FROM series WHERE id = ?", (series_id,)).fetchone()
    monotone = row is not None and bool(row["monotone"])
    if not monotone and window.axis == "time" and not window.is_all:
        # What replaced a point may have come outside the window of time.
        reach = _steps_within(connection, series_id, window)
    tail = _read_tail(connection, series_id)
    by_leg = chunks.gather(chain(_read_chunks(connection, series_id, reach), tail.items()))
    parts = _divide(by_leg, read_cutoffs(connection, series_id), window, monotone=monotone)
    columns, codes = Columns([], [], []), []
    for code, part in sorted(parts, key=itemgetter(0)):
        for mine, others in zip(columns, part, strict=True):
            mine.extend(others)
        codes += [code] * len(part.steps)
    return columns, codes


def _steps_within(connection: sqlite3.Connection, series_id: int, window: Window) -> Window:
    """The steps of the chunks that reach into a window of time."""
    row = connection.execute(
        f"SELECT min(step_low), max(step_high) FROM series_chunks WHERE series_id = ? AND {window.condition}",
        (series_id, window.low, window.high),
    ).fetchone()
    return Window("step", *(row if row[0] is not None else (math.inf, -math.inf)))


def _read_chunks(connection: sqlite3.Connection, series_id: int, window: Window) -> Iterator[tuple[int, Columns]]:
    for row in connection.execute(
        f"SELECT legs, points FROM series_chunks WHERE series_id = ? AND {window.condition} ORDER BY n",
        (series_id, window.low, window.high),
    ):
        yield from chunks.split_runs(chunks.read_runs(row["legs"]), chunks.unpack_points(row["points"]))


def _divide(
    by_leg: ByLeg, cutoffs: dict[int, float], window: Window, *, monotone: bool = False
) -> Iterator[tuple[int, Columns]]:
    """Points by code: resolved, inside the window, ordered along the axis."""
    for leg, points in by_leg.items():
        resolved = points if monotone else chunks.resolve(points)
        cut = bisect_left(resolved.steps, cutoffs.get(leg, math.inf))
        for superseded, part in ((False, resolved.cut(0, cut)), (True, resolved.cut(cut, None))):
            part = chunks.within(part, window.axis, window.low, window.high)
            if part.steps:
                yield encode(leg, superseded), part


def _mix(
    connection: sqlite3.Connection, series_id: int, window: Window, records: Records, tail: ByLeg
) -> tuple[Records, list[int]]:
    """Records and their codes; the tail, and what the window or a cutoff divides, is read exactly."""
    cutoffs = read_cutoffs(connection, series_id)
    lows, highs = places_of(records, window.axis)
    outside = [
        place
        for place, (low, high) in enumerate(zip(lows, highs, strict=True))
        if low < window.low or high > window.high
    ]
    divided = set(outside if not window.is_all else ())
    codes = [2 * int(leg) for leg in records.leg]
    if cutoffs:
        for place, (leg, low, high) in enumerate(zip(records.leg, records.step_low, records.step_high, strict=True)):
            cutoff = cutoffs.get(int(leg), math.inf)
            if low >= cutoff:
                codes[place] += 1
            elif high >= cutoff:
                divided.add(place)
    whole = records
    if divided:
        kept = [place for place in range(len(codes)) if place not in divided]
        whole, codes = records.take(kept), [codes[place] for place in kept]
    for code, part in _divide(tail, cutoffs, window):
        whole.extend(chunks.single_records(_TAIL, code >> 1, part))
        codes += [code] * len(part.steps)
    for place in divided:
        points = _read_record(connection, series_id, records, place)
        for code, part in _divide(points, cutoffs, window):
            whole.extend(chunks.summarise(_TAIL, code >> 1, part, CHUNK))
            codes.append(code)
    return whole, codes


def _read_record(connection: sqlite3.Connection, series_id: int, records: Records, place: int) -> ByLeg:
    """The points that a record stands for."""
    number, leg = int(records.chunk[place]), int(records.leg[place])
    row = connection.execute(
        "SELECT legs, points FROM series_chunks WHERE series_id = ? AND n = ?", (series_id, number)
    ).fetchone()
    by_leg = dict(chunks.split_runs(chunks.read_runs(row["legs"]), chunks.unpack_points(row["points"])))
    points = chunks.resolve(by_leg[leg])
    return {leg: chunks.within(points, "step", records.step_low[place], records.step_high[place])}
