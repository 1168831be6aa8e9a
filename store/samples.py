"""The history of machines and of what runs take of them: seconds for a day, minutes for three months.

A sample of everything is kept as one small row. When a minute is over its rows are folded, in one transaction, into
a series of seconds for each figure, and three of minutes: mean, lowest, highest. ``store.history`` reads all of it.
Figures named ``on:<uuid>`` make no series: they say which GPUs a run is on, for :mod:`store.weekly.gpu_use` to count.
"""

import json
import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from store import curves, sealing, series
from store.chunks import Form
from store.weekly import gpu_use
from store.weekly.gpu_use import Sighting

SECOND, MINUTE, MINUTE_LOW, MINUTE_HIGH = "second", "minute", "minute.low", "minute.high"
SOURCES = (SECOND, MINUTE, MINUTE_LOW, MINUTE_HIGH)
SYSTEM = "system"
SECONDS_IN_MINUTE = 60
DAY = 86400.0

_RUN = "run:"
# What is less apart than this is drawn as one stretch: some figures come once a minute.
FORM = Form(compressed=True, gap=150.0)
# Significant bits of a value: six digits, and whole numbers up to two million as they are.
_BITS = 21
_LIMIT = 1e300

Seconds = dict[int, float]


def keep(connection: sqlite3.Connection, time: float, points: Sequence[tuple[str, str, float]]) -> None:
    """Keep what was measured at ``time`` (epoch seconds) as (subject, name, value); inside the caller's transaction.

    ``subject`` is ``gpu:<uuid>``, ``host:<host>``, ``disk:<host>:<path>`` or ``run:<run id>``. Of one second the
    last value counts. Values that are not finite are left out.
    """
    by_subject: dict[str, dict[str, float]] = {}
    for subject, name, value in points:
        if abs(value) < _LIMIT:
            by_subject.setdefault(subject, {})[name] = value
    if by_subject:
        text = json.dumps(by_subject, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()
        connection.execute("INSERT INTO samples (time, points) VALUES (?, ?)", (time, text))


def waiting(connection: sqlite3.Connection, subject: str) -> dict[str, Seconds]:
    """What of a subject is kept and not folded yet: values by name and whole second."""
    found: dict[str, Seconds] = {}
    for row in connection.execute("SELECT time, points FROM samples ORDER BY id"):
        for name, value in json.loads(row["points"]).get(subject, {}).items():
            if not name.startswith(gpu_use.ON):
                found.setdefault(name, {})[math.floor(row["time"])] = shorten(value)
    return found


def fold(connection: sqlite3.Connection, now: float) -> int:
    """Move samples into the series, all but those of the minute that ``now`` is in; inside the caller's transaction.

    To be called once a minute or so. Points of a run that is no longer known are dropped. Returns how many were
    moved. Where a clock was set back, the minutes it passes again are reckoned anew from all their seconds.
    """
    rows = connection.execute("SELECT id, time, points FROM samples ORDER BY id").fetchall()
    over = [row for row in rows if row["time"] // SECONDS_IN_MINUTE != now // SECONDS_IN_MINUTE]
    figures: dict[tuple[str, str], Seconds] = {}
    seen: list[Sighting] = []
    for row in over:
        second = math.floor(row["time"])
        for subject, named in json.loads(row["points"]).items():
            for name, value in named.items():
                if name.startswith(gpu_use.ON):
                    run_id = subject.removeprefix(_RUN)
                    seen.append(Sighting(run_id, name.removeprefix(gpu_use.ON), row["time"], value))
                else:
                    figures.setdefault((subject, name), {})[second] = shorten(value)
    known = _known_runs(connection, {subject for subject, _ in figures} | {_RUN + one.run_id for one in seen})
    moved = 0
    for (subject, name), seconds in figures.items():
        run_id, kept_as = place_of(subject)
        if run_id is None or run_id in known:
            _write(connection, run_id, kept_as, name, dict(sorted(seconds.items())))
            moved += len(seconds)
    gpu_use.count(connection, (one for one in seen if one.run_id in known))
    connection.executemany("DELETE FROM samples WHERE id = ?", [(row["id"],) for row in over])
    return moved


def trim(connection: sqlite3.Connection, now: float, *, seconds_for: float = DAY, minutes_for: float = 90 * DAY) -> int:
    """Drop what is older than that many seconds, in whole chunks; inside the caller's transaction.

    What is younger stays, and with it what shares its chunk: up to 17 minutes of seconds, 17 hours of minutes. What
    a series says of its lowest and highest value stays too. Returns how many points were dropped.
    """
    dropped = 0
    for sources, oldest in (((SECOND,), now - seconds_for), (SOURCES[1:], now - minutes_for - SECONDS_IN_MINUTE)):
        for row in connection.execute(
            "SELECT id, count, monotone, last_time FROM series WHERE first_time < ? "
            f"AND source IN ({','.join('?' * len(sources))}) AND (run_id IS NULL OR subject = ?)",
            (oldest, *sources, SYSTEM),
        ).fetchall():
            if row["last_time"] < oldest:
                connection.execute("DELETE FROM series WHERE id = ?", (row["id"],))
                dropped += row["count"]
            else:
                dropped += _trim_series(connection, row["id"], oldest, in_order=bool(row["monotone"]))
    return dropped


def place_of(subject: str) -> tuple[str | None, str]:
    """Under which run, and as which subject, the series of a ``subject`` of :func:`keep` are found."""
    return (subject.removeprefix(_RUN), SYSTEM) if subject.startswith(_RUN) else (None, subject)


def minutes_of(seconds: Mapping[int, float]) -> dict[int, tuple[float, float, float]]:
    """Mean, lowest and highest value of each minute, by the second it begins with."""
    apart: dict[int, list[float]] = {}
    for second, value in seconds.items():
        apart.setdefault(second - second % SECONDS_IN_MINUTE, []).append(value)
    return {
        minute: (shorten(math.fsum(values) / len(values)), min(values), max(values)) for minute, values in apart.items()
    }


def shorten(value: float) -> float:
    """The value to six significant digits, in such a way that it compresses well: the rest are zero bits."""
    part, exponent = math.frexp(value)
    return math.ldexp(round(math.ldexp(part, _BITS)), exponent - _BITS)


def _write(
    connection: sqlite3.Connection, run_id: str | None, subject: str, name: str, seconds: Mapping[int, float]
) -> None:
    """Put the seconds of one figure, in their order, and the minutes they make into its series."""
    row = connection.execute(
        "SELECT id, last_step FROM series WHERE run_id IS ? AND subject = ? AND name = ? AND source = ?",
        (run_id, subject, name, SECOND),
    ).fetchone()
    whole = seconds
    if row is not None and next(iter(seconds)) // SECONDS_IN_MINUTE <= row["last_step"] // SECONDS_IN_MINUTE:
        whole = _with_known(connection, row["id"], seconds)
    minutes = minutes_of(whole)
    columns = zip(*minutes.values(), strict=True)
    parts = [(SECOND, list(seconds), list(seconds.values()))]
    parts += [(source, list(minutes), list(column)) for source, column in zip(SOURCES[1:], columns, strict=True)]
    for source, places, values in parts:
        steps = [float(place) for place in places]
        series.append(
            connection,
            run_id,
            name,
            source=source,
            unit="s",
            legs=[0] * len(steps),
            steps=steps,
            times=steps,
            values=values,
            subject=subject,
            form=FORM,
        )


def _with_known(connection: sqlite3.Connection, series_id: int, seconds: Mapping[int, float]) -> Seconds:
    """The same, and what is known already of the minutes they are in."""
    known: Seconds = {}
    for minute in {second - second % SECONDS_IN_MINUTE for second in seconds}:
        points = curves.read_points(connection, series_id, low=minute, high=minute + SECONDS_IN_MINUTE - 1)
        known.update(zip(map(int, points.steps), points.values, strict=True))
    return dict(sorted((known | dict(seconds)).items()))


def _known_runs(connection: sqlite3.Connection, subjects: Iterable[str]) -> set[str]:
    asked = [run_id for run_id, _ in map(place_of, subjects) if run_id is not None]
    rows = connection.execute(f"SELECT id FROM runs WHERE id IN ({','.join('?' * len(asked))})", asked)
    return {row["id"] for row in rows}


def _trim_series(connection: sqlite3.Connection, series_id: int, oldest: float, *, in_order: bool) -> int:
    """Drop the old chunks of a series of which something stays; how many points that were."""
    numbers, dropped = [], 0
    for row in connection.execute(
        "SELECT n, count, time_high FROM series_chunks WHERE series_id = ? ORDER BY n", (series_id,)
    ):
        if row["time_high"] < oldest:
            numbers.append(row["n"])
            dropped += row["count"]
        elif in_order:
            break
    if numbers:
        sealing.drop_chunks(connection, series_id, numbers)
        connection.execute(
            "UPDATE series SET count = count - ?, first_time = ? WHERE id = ?",
            (dropped, sealing.first_time(connection, series_id), series_id),
        )
    return dropped
