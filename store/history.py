"""Reading the history of machines and runs that ``store.samples`` keeps, as the buckets of a chart."""

import math
import sqlite3
from collections.abc import Sequence

from store import curves
from store.buckets import Bucket, fill_buckets
from store.chunks import Columns
from store.database import snapshot
from store.samples import MINUTE, MINUTE_HIGH, MINUTE_LOW, SECOND, SECONDS_IN_MINUTE, minutes_of, place_of, waiting

Known = dict[tuple[str, str], sqlite3.Row]


def read_history(
    connection: sqlite3.Connection, subject: str, names: Sequence[str], low: float, high: float, *, buckets: int = 300
) -> dict[str, list[Bucket]]:
    """Each named figure of a subject (as in ``samples.keep``) from ``low`` to ``high``, in epoch seconds.

    At most ``buckets`` of them each (four or more), in order of time, along an axis of whole seconds; a name without
    points has none. They are of seconds where those reach back to ``low``, else of minutes: then ``first`` and
    ``last`` are means of a minute, ``minimum`` and ``maximum`` those of its seconds, ``count`` is of minutes, and
    ``x_high`` the last second of the last minute. What still waits to be folded is among them. Between two buckets
    nothing is known, but for the pace of sampling; within one no gap is longer than its share of the range, or than
    150 seconds where that is more.
    """
    with snapshot(connection):
        known = _known(connection, subject)
        fresh = waiting(connection, subject)
        return {name: _read_figure(connection, known, name, fresh.get(name, {}), low, high, buckets) for name in names}


def extent(connection: sqlite3.Connection, subject: str) -> tuple[float, float] | None:
    """The first and the last second (epoch) of which something is known of a subject; None where there is none."""
    with snapshot(connection):
        known = [row for (_, source), row in _known(connection, subject).items() if source in (SECOND, MINUTE)]
        fresh = [float(second) for seconds in waiting(connection, subject).values() for second in seconds]
    if not known and not fresh:
        return None
    firsts = [row["first_time"] for row in known] + fresh
    lasts = [row["last_time"] for row in known] + fresh
    return min(firsts), max(lasts)


def _known(connection: sqlite3.Connection, subject: str) -> Known:
    rows = connection.execute(
        "SELECT id, name, source, first_time, last_time FROM series WHERE run_id IS ? AND subject = ?",
        place_of(subject),
    )
    return {(row["name"], row["source"]): row for row in rows}


def _read_figure(
    connection: sqlite3.Connection,
    known: Known,
    name: str,
    fresh: dict[int, float],
    low: float,
    high: float,
    buckets: int,
) -> list[Bucket]:
    minutely = _needs_minutes(known, name, low)
    first = math.floor(low / SECONDS_IN_MINUTE) * SECONDS_IN_MINUTE if minutely else low
    fresh = {second: value for second, value in sorted(fresh.items()) if first <= second <= high}
    share = 0
    if fresh:
        length = max(fresh) - min(fresh) + 1
        share = min(len(fresh), max(2, math.ceil(buckets * length / max(length, high - low))), buckets // 2)
    rest = buckets - share
    if minutely:
        found = _read_minutes(connection, known, name, first, high, rest)
        minutes = _fill_minutes(fresh)
        found += minutes if len(minutes) <= share else _fill(fresh, share)
    else:
        row = known.get((name, SECOND))
        found = curves.read_buckets(connection, row["id"], low=low, high=high, buckets=rest) if row else []
        found += _fill(fresh, share)
    return sorted(found, key=lambda bucket: bucket.x_low)


def _needs_minutes(known: Known, name: str, low: float) -> bool:
    """Whether of the time from ``low`` on minutes know more than seconds do."""
    second, minute = known.get((name, SECOND)), known.get((name, MINUTE))
    if minute is None:
        return False
    if second is None:
        return True
    missing = second["first_time"] - max(low, minute["first_time"])
    return bool(missing >= SECONDS_IN_MINUTE)


def _read_minutes(
    connection: sqlite3.Connection, known: Known, name: str, low: float, high: float, buckets: int
) -> list[Bucket]:
    """Buckets of the minutes' means, with the extremes of their seconds."""
    means, lows, highs = (
        curves.read_buckets(connection, row["id"], low=low, high=high, buckets=buckets) if row else []
        for row in (known.get((name, source)) for source in (MINUTE, MINUTE_LOW, MINUTE_HIGH))
    )
    # The three are written together, so they fall into the same buckets.
    minima = {bucket.x_low: bucket.minimum for bucket in lows}
    maxima = {bucket.x_low: bucket.maximum for bucket in highs}
    for bucket in means:
        bucket.minimum = minima.get(bucket.x_low, bucket.minimum)
        bucket.maximum = maxima.get(bucket.x_low, bucket.maximum)
        bucket.x_high += SECONDS_IN_MINUTE - 1
    return means


def _fill(seconds: dict[int, float], buckets: int) -> list[Bucket]:
    steps, values = [float(second) for second in seconds], list(seconds.values())
    return fill_buckets(Columns(steps, steps, values), [0] * len(steps), "step", buckets)


def _fill_minutes(seconds: dict[int, float]) -> list[Bucket]:
    last = max(seconds, default=0)
    return [
        Bucket(0, minute, min(minute + SECONDS_IN_MINUTE - 1, last), 1, least, most, mean, mean, 0, 0, 0, False)
        for minute, (mean, least, most) in minutes_of(seconds).items()
    ]
