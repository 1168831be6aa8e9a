"""Who of the workers is alive: one row a worker, rewritten every few seconds by the daemon."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from store.database import write

SILENT_AFTER_SECONDS = 30.0
DAEMON = "daemon"


@dataclass(frozen=True)
class Heartbeat:
    """The last sign of life of a worker; ``status`` is ``ok``, ``unhealthy`` or ``stopped``."""

    worker: str
    pid: int
    started: float
    beat: float
    status: str
    detail: str | None = None


def beat(connection: sqlite3.Connection, beats: Iterable[Heartbeat]) -> None:
    """Write the given signs of life."""
    rows = [(b.worker, b.pid, b.started, b.beat, b.status, b.detail) for b in beats]
    with write(connection):
        connection.executemany(
            "INSERT INTO heartbeats (worker, pid, started, beat, status, detail) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (worker) DO UPDATE SET pid = excluded.pid, started = excluded.started, "
            "beat = excluded.beat, status = excluded.status, detail = excluded.detail",
            rows,
        )


def read_heartbeats(connection: sqlite3.Connection) -> list[Heartbeat]:
    """All signs of life, the daemon's own first."""
    rows = connection.execute(
        "SELECT worker, pid, started, beat, status, detail FROM heartbeats ORDER BY worker <> ?, worker",
        (DAEMON,),
    )
    return [Heartbeat(**dict(row)) for row in rows]


def silent_for(beats: Iterable[Heartbeat], now: float) -> float | None:
    """Seconds since the daemon was last heard, or None when it has never been or was stopped on purpose."""
    for one in beats:
        if one.worker == DAEMON and one.status != "stopped":
            return max(0.0, now - one.beat)
    return None


def is_alive(beats: Iterable[Heartbeat], now: float) -> bool:
    """Whether the daemon was heard in the last half minute."""
    silence = silent_for(beats, now)
    return silence is not None and silence <= SILENT_AFTER_SECONDS
