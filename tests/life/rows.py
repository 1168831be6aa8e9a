"""Rows of the journal as they stand at any moment of a life: those of later are left out, what turned later has not."""

import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

QUARTER = 900


class Turns:
    """A column that became something else: ``(when, what)`` in order, the first what it was from the beginning."""

    def __init__(self, *states: tuple[float, Any]) -> None:
        self.states = states

    def at(self, now: float) -> Any:
        """What it is then."""
        return [value for when, value in self.states if when <= now][-1]


def once(value: Any, when: float | None, before: Any = None) -> Turns | None:
    """A column that becomes ``value`` then; where that never happens it stays as it was."""
    return before if when is None else Turns((-math.inf, before), (when, value))


@dataclass(frozen=True)
class UpTo:
    """A moment that moves with the clock, up to this one."""

    end: float


class Row(NamedTuple):
    """A row, and since when there is one."""

    since: float
    table: str
    columns: dict[str, Any]


class Hold(NamedTuple):
    """A run had a GPU from then to then, and whether it did nothing with it meanwhile."""

    run_id: str
    gpu: str
    begin: float
    end: float
    idle: bool


def write_rows(connection: sqlite3.Connection, rows: list[Row], holds: list[Hold], now: float) -> None:
    """Fill an empty journal with what is known ``now``."""
    shapes: dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]] = {}
    for row in sorted(rows, key=attrgetter("since")):
        if row.since <= now:
            values = tuple(_value(value, now) for value in row.columns.values())
            shapes.setdefault((row.table, tuple(row.columns)), []).append(values)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    for (table, columns), found in shapes.items():
        _insert(connection, table, columns, found)
    columns = ("quarter", "run_id", "gpu", "held", "idle", "until")
    _insert(connection, "gpu_use", columns, list(_quarters(holds, now)))
    connection.execute("COMMIT")
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA optimize")


def _insert(connection: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def _value(value: Any, now: float) -> Any:
    if isinstance(value, Turns):
        return value.at(now)
    return min(value.end, now) if isinstance(value, UpTo) else value


def _quarters(holds: list[Hold], now: float) -> Iterator[tuple[Any, ...]]:
    """What the daemon would have added up, a row each quarter of an hour, run and GPU."""
    found: dict[tuple[int, str, str], list[float]] = {}
    for hold in holds:
        at, end = hold.begin, min(hold.end, now)
        while at < end:
            quarter = int(at // QUARTER)
            edge = min(end, (quarter + 1) * float(QUARTER))
            sums = found.setdefault((quarter, hold.run_id, hold.gpu), [0.0, 0.0, 0.0])
            sums[0] += edge - at
            sums[1] += edge - at if hold.idle else 0.0
            sums[2] = max(sums[2], edge)
            at = edge
    for key, sums in found.items():
        yield (*key, *sums)
