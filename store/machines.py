"""What machines say of themselves: the latest reading of each kind, and the events that befell their parts."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

GPUS, HOST, DISKS, USAGE = "gpus", "host", "disks", "usage"


@dataclass(frozen=True)
class Reading:
    """What was read last of one kind: ``gpus``, ``host`` or ``disks`` of the machine ``subject`` names, or the
    ``usage`` of the run it names. ``as_of`` is when it was read, in epoch seconds; nothing says that it still holds.
    """

    kind: str
    subject: str
    host: str
    as_of: float
    data: dict[str, Any]


@dataclass(frozen=True)
class MachineEvent:
    """One thing that befell a part of a machine at ``time`` (epoch seconds).

    ``subject`` is ``gpu:<uuid>``, ``host:<host>`` or ``disk:<host>:<path>``. ``kind`` is one of ``xid lost returned
    reset_required error recovered throttled unthrottled ecc remap driver sampler_silent sampler_back slept clock``.
    """

    id: int
    host: str
    subject: str
    time: float
    kind: str
    detail: dict[str, Any]


def record_reading(
    connection: sqlite3.Connection, kind: str, subject: str, *, host: str, as_of: float, data: Mapping[str, Any]
) -> None:
    """Keep a reading in place of the one before it, unless that is newer; inside the caller's transaction."""
    connection.execute(
        "INSERT INTO readings (kind, subject, host, as_of, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
        "SET host = excluded.host, as_of = excluded.as_of, data = excluded.data WHERE excluded.as_of >= as_of",
        (kind, subject, host, as_of, _json(data)),
    )


def read_reading(connection: sqlite3.Connection, kind: str, subject: str) -> Reading | None:
    """The latest reading of that kind and subject, None where there never was one."""
    row = connection.execute(
        "SELECT kind, subject, host, as_of, data FROM readings WHERE kind = ? AND subject = ?", (kind, subject)
    ).fetchone()
    return _reading_from(row) if row else None


def read_readings(connection: sqlite3.Connection, kind: str) -> list[Reading]:
    """The latest reading of that kind of every subject, by subject."""
    rows = connection.execute(
        "SELECT kind, subject, host, as_of, data FROM readings WHERE kind = ? ORDER BY subject", (kind,)
    )
    return [_reading_from(row) for row in rows]


def forget_reading(connection: sqlite3.Connection, kind: str, subject: str) -> None:
    """Take a reading away, of a run that has ended say; inside the caller's transaction."""
    connection.execute("DELETE FROM readings WHERE kind = ? AND subject = ?", (kind, subject))


def record_event(
    connection: sqlite3.Connection,
    host: str,
    subject: str,
    kind: str,
    time: float,
    detail: Mapping[str, Any] | None = None,
) -> bool:
    """Note what befell a part of a machine, once; False when it is known already. Inside the caller's transaction."""
    written = connection.execute(
        "INSERT INTO machine_events (host, subject, time, kind, detail) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (host, subject, time, kind, _json(detail or {})),
    )
    return written.rowcount > 0


def events_since(
    connection: sqlite3.Connection, since: float, *, subject: str | None = None, kinds: Sequence[str] = ()
) -> list[MachineEvent]:
    """Events from ``since`` (epoch seconds) on, newest first; of one subject, of some kinds where they are given."""
    conditions, values = ["time >= ?"], [since]  # type: tuple[list[str], list[object]]
    if subject is not None:
        conditions.append("subject = ?")
        values.append(subject)
    if kinds:
        conditions.append(f"kind IN ({','.join('?' * len(kinds))})")
        values.extend(kinds)
    rows = connection.execute(
        "SELECT id, host, subject, time, kind, detail FROM machine_events "
        f"WHERE {' AND '.join(conditions)} ORDER BY time DESC, id DESC",
        values,
    )
    return [MachineEvent(**{**dict(row), "detail": json.loads(row["detail"])}) for row in rows]


def trim_events(connection: sqlite3.Connection, before: float) -> int:
    """Drop the events of before that time; inside the caller's transaction. How many they were."""
    return connection.execute("DELETE FROM machine_events WHERE time < ?", (before,)).rowcount


def _reading_from(row: sqlite3.Row) -> Reading:
    return Reading(**{**dict(row), "data": json.loads(row["data"])})


def _json(value: Mapping[str, Any]) -> str:
    """As text that SQLite takes: what was not UTF-8 in a process's command shows question marks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()
