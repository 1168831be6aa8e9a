"""The points of a series in the order in which they were appended: what came since, and the last ones.

A chunk that is full holds its points by leg and step. Where a series' steps rise, that is the order in which they came;
where they do not, points of a chunk are put in the order of their times.
"""

import sqlite3
from collections.abc import Iterator, Sequence

from store import chunks
from store.chunks import CHUNK, Columns
from store.database import snapshot
from store.metrics import merge_sources
from store.series import Series

_FEW = 4 * CHUNK  # so many are put together before they are handed on


def points_since(connection: sqlite3.Connection, series_id: int, seen: int) -> Columns:
    """All points after the first ``seen`` that were appended, in the order of appending; none of an unknown series."""
    whole = Columns([], [], [])
    for _, part in legs_since(connection, series_id, seen):
        for mine, others in zip(whole, part, strict=True):
            mine.extend(others)
    return whole


def last_points(connection: sqlite3.Connection, series_id: int, n: int) -> Columns:
    """The last ``n`` points that were appended, in the order of appending; all where there are fewer."""
    with snapshot(connection):
        row = connection.execute("SELECT count FROM series WHERE id = ?", (series_id,)).fetchone()
        return points_since(connection, series_id, max(0, row["count"] - max(0, n)) if row else 0)


def legs_since(connection: sqlite3.Connection, series_id: int, seen: int) -> Iterator[tuple[int, Columns]]:
    """The points after the first ``seen`` as (leg, points of that leg), in the order of appending.

    They come in pieces of some thousand, so that a long series needs little memory.
    """
    with snapshot(connection):
        row = connection.execute(
            "SELECT count, chunks, tail_points, monotone FROM series WHERE id = ?", (series_id,)
        ).fetchone()
        if row is None or row["count"] <= seen:
            return
        sealed = row["count"] - row["tail_points"]
        if seen < sealed:
            # Chunks are counted from the end: the first ones may have been dropped.
            number = row["chunks"] - -(-(sealed - seen) // CHUNK)
            skipped = max(0, seen - (sealed - CHUNK * (row["chunks"] - number)))
            yield from _read_chunks(connection, series_id, number, skipped, in_order=bool(row["monotone"]))
        yield from _read_tail(connection, series_id, row["count"] - max(seen, sealed))


def series_named(series: Sequence[Series], name: str) -> Series | None:
    """The series of a metric of that name; of several sources the richest. None where there is none."""
    return merge_sources([one for one in series if one.name == name]).get(name)


def _read_chunks(
    connection: sqlite3.Connection, series_id: int, number: int, skipped: int, *, in_order: bool
) -> Iterator[tuple[int, Columns]]:
    """The points of the chunks from ``number`` on, without the first ``skipped``."""
    kept: list[tuple[int, Columns]] = []
    rows = connection.execute(
        "SELECT legs, points FROM series_chunks WHERE series_id = ? AND n >= ? ORDER BY n", (series_id, number)
    )
    for row in rows:
        runs, points = chunks.read_runs(row["legs"]), chunks.unpack_points(row["points"])
        if not in_order:
            runs, points = _by_time(runs, points)
        for leg, part in _after(chunks.split_runs(runs, points), skipped):
            if kept and kept[-1][0] == leg and len(kept[-1][1].steps) < _FEW:
                for mine, others in zip(kept[-1][1], part, strict=True):
                    mine.extend(others)
                continue
            yield from kept
            kept = [(leg, Columns(*(list(column) for column in part)))]
        skipped = 0
    yield from kept


def _by_time(runs: list[tuple[int, int]], points: Columns) -> tuple[list[tuple[int, int]], Columns]:
    """A chunk's points in the order of their times; those of one time stay as they are."""
    legs = [leg for leg, length in runs for _ in range(length)]
    order = sorted(range(len(legs)), key=points.times.__getitem__)
    return chunks.runs_of([legs[place] for place in order]), points.take(order)


def _read_tail(connection: sqlite3.Connection, series_id: int, wanted: int) -> Iterator[tuple[int, Columns]]:
    """The last ``wanted`` points of the tail."""
    found: list[tuple[int, Columns]] = []
    for row in connection.execute(
        "SELECT leg, points FROM series_tail WHERE series_id = ? ORDER BY id DESC", (series_id,)
    ):
        if wanted <= 0:
            break
        part = chunks.unpack_points(row["points"])
        found.append((row["leg"], part.cut(max(0, len(part.steps) - wanted), None)))
        wanted -= len(part.steps)
    yield from reversed(found)


def _after(parts: Iterator[tuple[int, Columns]], skipped: int) -> Iterator[tuple[int, Columns]]:
    """Those parts without the first ``skipped`` points."""
    for leg, part in parts:
        if skipped < len(part.steps):
            yield leg, part.cut(skipped, None)
        skipped = max(0, skipped - len(part.steps))
