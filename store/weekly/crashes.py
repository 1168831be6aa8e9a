"""The crashes of a week: what was lost by them, and how late a person came to know.

The loss belongs to the week that it became certain in, also where the run had worked since before.
"""

import json
import sqlite3
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from store.alert_rules import ENDS

BAD = ("failed", "killed", "lost")
_STATES = ",".join(f"'{state}'" for state in BAD)
_ENDED = f"""
    SELECT a.run_id AS run, r.name, a.number AS attempt, a.state, a.started, a.ended,
        CASE WHEN a.number = r.attempt THEN r.cause END AS cause
    FROM attempts a JOIN runs r ON r.id = a.run_id
    WHERE a.ended >= :begin AND a.ended < :until AND +a.state IN ({_STATES})
    UNION ALL
    SELECT r.id, r.name, r.attempt, r.state, r.started, r.ended, r.cause FROM runs r
    WHERE r.ended >= :begin AND r.ended < :until AND +r.state IN ({_STATES})
        AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.run_id = r.id)
    ORDER BY ended, run, attempt
"""
_TELLERS = f"""
    WITH RECURSIVE told (run, attempt, alert_id) AS (
        SELECT run_id, attempt, id FROM alerts
        WHERE run_id IN (SELECT value FROM json_each(?)) AND +kind IN ({",".join(f"'{kind}'" for kind in ENDS)})
        UNION
        SELECT t.run, t.attempt, a.merged_into FROM told t JOIN alerts a ON a.id = t.alert_id
        WHERE a.merged_into IS NOT NULL
        UNION
        SELECT t.run, t.attempt, d.digest_id FROM told t JOIN deliveries d ON d.alert_id = t.alert_id
        WHERE d.digest_id IS NOT NULL
    )
    SELECT t.run, t.attempt, a.acknowledged,
        (SELECT min(l.time) FROM delivery_log l WHERE l.alert_id = a.id AND l.outcome = 'sent') AS pushed
    FROM told t JOIN alerts a ON a.id = t.alert_id
"""


@dataclass(frozen=True)
class Crash:
    """An attempt that ended badly; times in epoch seconds. ``pushed`` is when a push of it was first sent,
    ``acknowledged`` when a person saw it in the dashboard."""

    run: str
    name: str
    attempt: int
    state: str
    started: float | None
    ended: float
    cause: str | None
    pushed: float | None = None
    acknowledged: float | None = None

    @property
    def seconds(self) -> float:
        """How long it had worked: what was lost."""
        return 0.0 if self.started is None else max(0.0, self.ended - self.started)

    @property
    def noticed(self) -> tuple[str | None, float | None]:
        """What told of it first, ``push`` or ``dashboard``, and how many seconds after its end."""
        known = [(at, by) for by, at in (("push", self.pushed), ("dashboard", self.acknowledged)) if at is not None]
        first = min(known, key=lambda one: one[0], default=None)
        return (None, None) if first is None else (first[1], max(0.0, first[0] - self.ended))


def reckon_crashes(crashes: Iterable[Crash], begin: float, until: float) -> dict[str, Any]:
    """The figures of the crashes whose end was between two moments, and each of them, in order of their ends."""
    found: list[dict[str, Any]] = []
    for one in sorted(crashes, key=lambda crash: (crash.ended, crash.run, crash.attempt)):
        if begin <= one.ended < until:
            by, late = one.noticed
            found.append(
                {
                    "run": one.run,
                    "name": one.name,
                    "attempt": one.attempt,
                    "state": one.state,
                    "ended": one.ended,
                    "cause": one.cause,
                    "seconds": one.seconds,
                    "by": by,
                    "late": late,
                }
            )
    lates = [one["late"] for one in found if one["late"] is not None]
    return {
        "count": len(found),
        "seconds": sum(one["seconds"] for one in found),
        "found": found,
        "late_median": statistics.median(lates) if lates else None,
        "late_worst": max(lates, default=None),
        "unnoticed": len(found) - len(lates),
    }


def read_losses(connection: sqlite3.Connection, begin: float, until: float) -> list[Crash]:
    """The attempts that ended badly between two moments, in order, without when they were noticed."""
    rows = connection.execute(_ENDED, {"begin": begin, "until": until})
    return [Crash(**row) for row in rows]


def read_crashes(
    connection: sqlite3.Connection, begin: float, until: float, as_of: float | None = None
) -> dict[str, Any]:
    """The figures of the crashes that the journal has of between two moments; see :func:`reckon_crashes`.

    What told of one counts up to ``as_of``, whenever it was without that. A push of a digest that tells it counts too.
    """
    losses = read_losses(connection, begin, until)
    pushed: dict[tuple[str, int], float] = {}
    acknowledged: dict[tuple[str, int], float] = {}
    for row in _read_tellers(connection, [one.run for one in losses]):
        for known, at in ((pushed, row["pushed"]), (acknowledged, row["acknowledged"])):
            if at is not None and (as_of is None or at <= as_of):
                key = row["run"], row["attempt"]
                known[key] = min(at, known.get(key, at))
    return reckon_crashes(
        [_noticed(one, pushed.get((one.run, one.attempt)), acknowledged.get((one.run, one.attempt))) for one in losses],
        begin,
        until,
    )


def _read_tellers(connection: sqlite3.Connection, runs: Sequence[str]) -> list[sqlite3.Row]:
    """The alerts that tell the ends of runs, each with when it was sent first and when it was acknowledged."""
    return connection.execute(_TELLERS, (json.dumps(runs),)).fetchall() if runs else []


def _noticed(crash: Crash, pushed: float | None, acknowledged: float | None) -> Crash:
    return Crash(**{**vars(crash), "pushed": pushed, "acknowledged": acknowledged})
