"""What became of each alert on its way, line by line: sent, tried again, kept back, left out, and why.

A line is written in the transaction that makes it true, so that the log tells neither more nor less than happened.
"""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

HELD, SENT, RETRIED, REFUSED, SUPPRESSED, DIGESTED = "held", "sent", "retried", "refused", "suppressed", "digested"
_MOMENT_SECONDS = 120.0
_HELD = (
    "SELECT h.reason FROM delivery_log h WHERE l.outcome = 'sent' AND h.alert_id = l.alert_id "
    f"AND h.channel = l.channel AND h.outcome = 'held' AND h.time < l.time - {_MOMENT_SECONDS} "
    "ORDER BY h.id DESC LIMIT 1"
)
OUTCOMES = (HELD, SENT, RETRIED, REFUSED, SUPPRESSED, DIGESTED)


class Line(NamedTuple):
    """One line; ``title``, ``kind`` and ``run_id`` are its alert's, where it is about one. ``held`` is why it was kept
    back on its way to there, where that was longer than a moment."""

    id: int
    time: float
    alert_id: int | None
    channel: str
    outcome: str
    reason: str | None
    title: str | None
    kind: str | None
    run_id: str | None
    held: str | None


def record(
    connection: sqlite3.Connection,
    time: float,
    alert_id: int | None,
    channel: str,
    outcome: str,
    reason: str | None = None,
) -> None:
    """Write a line; inside the caller's transaction."""
    connection.execute(
        "INSERT INTO delivery_log (time, alert_id, channel, outcome, reason) VALUES (?, ?, ?, ?, ?)",
        (time, alert_id, channel, outcome, reason),
    )


def read(connection: sqlite3.Connection, limit: int = 100, before_id: int | None = None) -> list[Line]:
    """The last lines, newest first; those before ``before_id`` to go on reading."""
    rows = connection.execute(
        f"SELECT l.id, l.time, l.alert_id, l.channel, l.outcome, l.reason, a.title, a.kind, a.run_id, ({_HELD}) "
        "FROM delivery_log l LEFT JOIN alerts a ON a.id = l.alert_id "
        "WHERE ? IS NULL OR l.id < ? ORDER BY l.id DESC LIMIT ?",
        (before_id, before_id, limit),
    )
    return [Line(*row) for row in rows]


def held_of(connection: sqlite3.Connection, alert_ids: Iterable[int]) -> dict[tuple[int, str], str]:
    """Why alerts that were sent had been kept back for longer than a moment, by alert and channel."""
    wanted = list(alert_ids)
    rows = connection.execute(
        f"SELECT l.alert_id, l.channel, ({_HELD}) AS held FROM delivery_log l "
        f"WHERE l.alert_id IN ({','.join('?' * len(wanted))}) AND l.outcome = 'sent'",
        wanted,
    )
    return {(row["alert_id"], row["channel"]): str(row["held"]) for row in rows if row["held"]}


def count_sent(connection: sqlite3.Connection, channel: str, since: float) -> int:
    """How many alerts ``channel`` took since then."""
    row = connection.execute(
        "SELECT count(*) AS sent FROM delivery_log WHERE channel = ? AND outcome = ? AND time >= ?",
        (channel, SENT, since),
    ).fetchone()
    return int(row["sent"])


def trim(connection: sqlite3.Connection, before: float) -> int:
    """Drop the lines of before then; inside the caller's transaction. How many they were.

    What was sent stays: it is what weeks are looked back on by, and little.
    """
    return connection.execute("DELETE FROM delivery_log WHERE time < ? AND outcome <> ?", (before, SENT)).rowcount
