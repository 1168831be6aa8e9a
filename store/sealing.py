"""How points of a series are kept: a tail of small rows, sealed into chunks, and those summarised in spans."""

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import chain
from typing import Any

from store import chunks
from store.chunks import Columns, Form, Records
from store.legs import read_cutoffs

# So many rows in a tail are put together to one a leg.
_MERGE_ROWS = 32

Runs = list[tuple[int, int]]


def store(connection: sqlite3.Connection, series: dict[str, Any], runs: Runs, points: Columns, form: Form) -> None:
    """Put points into the tail, and what is then full into chunks; inside the caller's transaction."""
    rows_before = series["tail_rows"]
    if series["tail_points"] + len(points.steps) >= chunks.CHUNK:
        runs, points = _take_tail(connection, series, runs, points)
        begin = 0
        while len(points.steps) - begin >= chunks.CHUNK:
            sealed, runs = _divide(runs, chunks.CHUNK)
            _seal(connection, series, sealed, points.cut(begin, begin + chunks.CHUNK), form)
            begin += chunks.CHUNK
        points = points.cut(begin, None)
    elif rows_before // _MERGE_ROWS != (rows_before + len(runs)) // _MERGE_ROWS:
        runs, points = _take_tail(connection, series, runs, points)
    rows = [(series["id"], leg, chunks.pack_points(*part)) for leg, part in chunks.split_runs(runs, points)]
    connection.executemany("INSERT INTO series_tail (series_id, leg, points) VALUES (?, ?, ?)", rows)
    series["tail_rows"] += len(rows)
    series["tail_points"] += len(points.steps)


def _take_tail(
    connection: sqlite3.Connection, series: dict[str, Any], runs: Runs, points: Columns
) -> tuple[Runs, Columns]:
    """The tail's points, taken out of it, and the new ones behind them."""
    if not series["tail_rows"]:
        return runs, points
    legs: Runs = []
    columns = Columns([], [], [])
    rows = connection.execute("SELECT leg, points FROM series_tail WHERE series_id = ? ORDER BY id", (series["id"],))
    for row in rows:
        part = chunks.unpack_points(row["points"])
        _add_run(legs, row["leg"], len(part.steps))
        for mine, others in zip(columns, part, strict=True):
            mine.extend(others)
    connection.execute("DELETE FROM series_tail WHERE series_id = ?", (series["id"],))
    series.update(tail_rows=0, tail_points=0)
    for leg, length in runs:
        _add_run(legs, leg, length)
    for mine, others in zip(columns, points, strict=True):
        mine.extend(others)
    return legs, columns


def _add_run(runs: Runs, leg: int, length: int) -> None:
    if runs and runs[-1][0] == leg:
        runs[-1] = (leg, runs[-1][1] + length)
    else:
        runs.append((leg, length))


def _divide(runs: Runs, size: int) -> tuple[Runs, Runs]:
    """Runs of ``size`` points, and the rest."""
    taken: Runs = []
    for place, (leg, length) in enumerate(runs):
        if length > size:
            return [*taken, (leg, size)] if size else taken, [(leg, length - size), *runs[place + 1 :]]
        taken.append((leg, length))
        size -= length
    return taken, []


def _seal(connection: sqlite3.Connection, series: dict[str, Any], runs: Runs, points: Columns, form: Form) -> None:
    """Write one chunk, ordered by leg and step, and with the last of 64 of them their span."""
    number = series["chunks"]
    by_leg = chunks.gather(chunks.split_runs(runs, points))
    by_leg = {leg: chunks.in_order(by_leg[leg]) for leg in sorted(by_leg)}
    cutoffs = read_cutoffs(connection, series["id"])
    records = chunks.summarise_chunk(number, by_leg, cutoffs, form.gap)
    ordered = (list(chain.from_iterable(column)) for column in zip(*by_leg.values(), strict=True))
    connection.execute(
        "INSERT INTO series_chunks (series_id, n, count, legs, step_low, step_high, time_low, time_high, summary, "
        "points) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            series["id"],
            number,
            len(points.steps),
            chunks.write_runs((leg, len(part.steps)) for leg, part in by_leg.items()),
            *_extent(records),
            records.pack(),
            chunks.pack_points(*ordered, compressed=form.compressed),
        ),
    )
    series["chunks"] = number + 1
    if series["chunks"] % chunks.SPAN == 0:
        _span(connection, series["id"], number // chunks.SPAN, cutoffs, form.gap)


def _span(connection: sqlite3.Connection, series_id: int, number: int, cutoffs: dict[int, float], gap: float) -> None:
    """Summarise 64 chunks."""
    records = Records.empty()
    for row in connection.execute(
        "SELECT summary FROM series_chunks WHERE series_id = ? AND n >= ? ORDER BY n", (series_id, number * chunks.SPAN)
    ):
        records.extend(chunks.coarsen(Records.unpack(row["summary"]), cutoffs, gap))
    connection.execute(
        "INSERT INTO series_spans (series_id, n, step_low, step_high, time_low, time_high, summary) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (series_id, number, *_extent(records), records.pack()),
    )


def drop_chunks(connection: sqlite3.Connection, series_id: int, numbers: Sequence[int]) -> None:
    """Take away whole chunks, and what their spans say of them; inside the caller's transaction.

    The others keep their numbers; the series' row is left to the caller.
    """
    for number in numbers:
        connection.execute("DELETE FROM series_chunks WHERE series_id = ? AND n = ?", (series_id, number))
        _cut_span(connection, series_id, number, Records.empty())


def first_time(connection: sqlite3.Connection, series_id: int) -> float:
    """The earliest time of all points of a series, which has some."""
    chunk = connection.execute("SELECT min(time_low) FROM series_chunks WHERE series_id = ?", (series_id,)).fetchone()
    tail = connection.execute("SELECT points FROM series_tail WHERE series_id = ?", (series_id,))
    times = [min(chunks.unpack_points(row["points"]).times) for row in tail]
    return min(times if chunk[0] is None else [chunk[0], *times])


def cut_at(connection: sqlite3.Connection, series_id: int, step: float) -> None:
    """Part summaries where a leg begins that supersedes others from that step on; inside the caller's transaction.

    A chart then has no need to read the points of a chunk to tell the live ones from the others.
    """
    cutoffs = read_cutoffs(connection, series_id)
    cut = {leg for leg, cutoff in cutoffs.items() if cutoff == step}
    if not cut:
        return
    for row in connection.execute(
        "SELECT n, legs, points FROM series_chunks WHERE series_id = ? AND step_low < ? AND step_high >= ?",
        (series_id, step, step),
    ).fetchall():
        runs = chunks.read_runs(row["legs"])
        if cut.isdisjoint(leg for leg, _ in runs):
            continue
        by_leg = dict(chunks.split_runs(runs, chunks.unpack_points(row["points"])))
        records = chunks.summarise_chunk(row["n"], by_leg, cutoffs)
        connection.execute(
            "UPDATE series_chunks SET summary = ? WHERE series_id = ? AND n = ?", (records.pack(), series_id, row["n"])
        )
        _cut_span(connection, series_id, row["n"], chunks.coarsen(records, cutoffs))


def _cut_span(connection: sqlite3.Connection, series_id: int, chunk: int, parts: Records) -> None:
    """Replace what a span, if there is one, says of a chunk."""
    place = (series_id, chunk // chunks.SPAN)
    row = connection.execute("SELECT summary FROM series_spans WHERE series_id = ? AND n = ?", place).fetchone()
    if row is None:
        return
    records = Records.unpack(row["summary"])
    begin, end = bisect_left(records.chunk, chunk), bisect_right(records.chunk, chunk)
    for column, part in zip(records, parts, strict=True):
        column[begin:end] = part
    if not records.chunk:
        connection.execute("DELETE FROM series_spans WHERE series_id = ? AND n = ?", place)
        return
    connection.execute(
        "UPDATE series_spans SET summary = ?, step_low = ?, step_high = ?, time_low = ?, time_high = ? "
        "WHERE series_id = ? AND n = ?",
        (records.pack(), *_extent(records), *place),
    )


def _extent(records: Records) -> tuple[float, float, float, float]:
    return min(records.step_low), max(records.step_high), min(records.time_low), max(records.time_high)
