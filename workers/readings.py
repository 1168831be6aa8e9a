"""What the log of a running job says, on its way into the journal: points of series, committed with the offset.

A reading belongs to one log. It parses what the log has grown by outside of any transaction, and writes inside the one
that moves the cursor; the state that the parser goes on from is part of the cursor, so that an ingester killed at any
moment neither misses nor repeats a point.
"""

import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from store import logs, series
from store.legs import LEGS_OF_ATTEMPT
from store.settings import Pattern
from workers.logs.patterns import user_patterns
from workers.logs.reader import Harvest, Reader

SOURCE = "log"


class LogReading:
    """Reads the log of one attempt, from where the journal says that reading stands."""

    def __init__(self, run_id: str, attempt: int, cursor: logs.Cursor, patterns: Sequence[Pattern]) -> None:
        self.run_id = run_id
        self.attempt = attempt
        self.patterns = tuple(patterns)
        self.parser = cursor.parser
        self.reader = Reader(
            json.loads(cursor.parser) if cursor.parser else None,
            patterns=user_patterns(patterns),
            first_leg=(attempt - 1) * LEGS_OF_ATTEMPT,
        )
        self.harvest: Harvest | None = None

    def goes_on_from(self, attempt: int, cursor: logs.Cursor, patterns: Sequence[Pattern]) -> bool:
        """Whether this stands where the journal does, with the same patterns; if not, make a new one."""
        return self.attempt == attempt and self.parser == cursor.parser and self.patterns == tuple(patterns)

    def standing(self) -> tuple[float, float] | None:
        """How far the log says that the job is, done and total; None where it says no total."""
        found = self.reader.progress.standing()
        return None if found is None or found.total is None else (found.done, found.total)

    def feed(self, before: logs.Cursor, after: logs.Cursor, parts: Iterable[tuple[float, bytes]]) -> logs.Cursor:
        """Parse what lies between two cursors, in parts with the moment at which each was written (epoch seconds);
        the later cursor, with the state to go on from."""
        found = list(parts)
        length = sum(len(data) for _, data in found)
        if not length:
            return after
        if after.offset == length and before.offset:
            self.reader.begin_anew()
        for moment, data in found:
            self.reader.feed(data, moment)
        return self._keep(after)

    def finish(self, after: logs.Cursor, now: float) -> logs.Cursor:
        """The job has ended: parse the last line too, although nothing ends it."""
        if not self.reader.has_rest():
            return after
        self.reader.finish(now)
        return self._keep(after)

    def write(self, connection: sqlite3.Connection) -> Harvest:
        """Write the points that were parsed, inside the transaction that moves the cursor; what was parsed."""
        harvest, self.harvest = self.harvest or Harvest({}, [], None), None
        for name, column in harvest.columns.items():
            append_finite(
                connection,
                self.run_id,
                name,
                SOURCE,
                column.unit,
                column.legs,
                column.steps,
                column.times,
                column.values,
            )
        return harvest

    def _keep(self, after: logs.Cursor) -> logs.Cursor:
        new = self.reader.harvest()
        if self.harvest is not None:
            new.add_before(self.harvest)
        self.harvest = new
        self.parser = json.dumps(self.reader.state(), ensure_ascii=False, separators=(",", ":"))
        return replace(after, parser=self.parser)


def append_finite(
    connection: sqlite3.Connection,
    run_id: str,
    name: str,
    source: str,
    unit: str,
    legs: Sequence[int],
    steps: Sequence[float],
    times: Sequence[float],
    values: Sequence[float],
) -> None:
    """Append points to a series; those whose step or time no axis can show are left out."""

    def add(columns: Sequence[Sequence[Any]]) -> None:
        legs, steps, times, values = columns
        series.append(
            connection, run_id, name, source=source, unit=unit, legs=legs, steps=steps, times=times, values=values
        )

    try:
        add((legs, steps, times, values))
    except ValueError:
        rows = zip(legs, steps, times, values, strict=True)
        kept = [row for row in rows if math.isfinite(row[1]) and math.isfinite(row[2])]
        if kept:
            add([list(column) for column in zip(*kept, strict=True)])
