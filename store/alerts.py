"""Alerts: raised once, told anew while they go on, cleared, merged, and seen.

An alert is raised once per cause (a run's attempt and kind, a part of a machine and an occasion), in the transaction
that records its cause. Its way through each channel is a row of its own: see ``store.deliveries``.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from store import deliveries
from store.alert_rows import Alert as Alert
from store.alert_rows import alert_from
from store.alert_rows import get_alert as get_alert
from store.database import write
from store.deliveries import Planned

SEVERITIES = ("now", "soon", "digest")
DIGEST = "digest"
"""The kind of an alert that only tells others together: nothing to see to by itself."""


def raise_alert(
    connection: sqlite3.Connection,
    *,
    kind: str,
    severity: str,
    occurred: float,
    now: float,
    title: str,
    body: str,
    channels: Iterable[str] = (),
    planned: Iterable[Planned] = (),
    run_id: str | None = None,
    attempt: int | None = None,
    subject: str = "",
    occasion: str = "",
    facts: Mapping[str, Any] | None = None,
    url: str | None = None,
    unique: str = "",
) -> int | None:
    """Raise an alert and queue it for ``channels``, and as ``planned``; inside the caller's transaction.

    Returns its id, or None when it was raised before: the same run, attempt, kind, subject and occasion, or the same
    ``unique``.
    """
    cursor = connection.execute(
        "INSERT INTO alerts (run_id, attempt, kind, severity, occurred, raised, title, body, url, guid, subject, "
        "facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            run_id,
            attempt,
            kind,
            severity,
            occurred,
            now,
            _storable(title),
            _storable(body),
            url,
            _guid(unique or _identity(kind, run_id, attempt, subject, occasion)),
            _storable(subject),
            _json(facts or {}),
        ),
    )
    if not cursor.rowcount:
        return None
    alert_id = int(cursor.lastrowid or 0)
    for plan in (*(Planned(channel) for channel in channels), *planned):
        deliveries.plan(connection, alert_id, plan, now)
    return alert_id


def update_alert(
    connection: sqlite3.Connection,
    alert_id: int,
    *,
    title: str,
    body: str,
    facts: Mapping[str, Any],
    severity: str | None = None,
    latest: float | None = None,
) -> None:
    """Let an alert tell what is now known; inside the caller's transaction."""
    connection.execute(
        "UPDATE alerts SET title = ?, body = ?, facts = ?, severity = coalesce(?, severity), "
        "latest = coalesce(?, latest) WHERE id = ?",
        (_storable(title), _storable(body), _json(facts), severity, latest, alert_id),
    )


def note_again(connection: sqlite3.Connection, alert_id: int, now: float) -> None:
    """It happened once more, so it is not over; inside the caller's transaction."""
    connection.execute("UPDATE alerts SET count = count + 1, latest = ?, cleared = NULL WHERE id = ?", (now, alert_id))


def clear_alert(connection: sqlite3.Connection, alert_id: int, now: float) -> None:
    """What it tells is over; inside the caller's transaction. The first time counts."""
    connection.execute("UPDATE alerts SET cleared = ? WHERE id = ? AND cleared IS NULL", (now, alert_id))


def merge_alert(connection: sqlite3.Connection, alert_id: int, into: int, now: float, why: str = "merged") -> None:
    """Let the alert ``into`` tell this one too; inside the caller's transaction.

    What of it is not on its way yet is not sent any more. Raises ValueError for an alert and itself, LookupError where
    there is no alert ``into``.
    """
    if alert_id == into:
        raise ValueError(f"alert {alert_id} cannot be merged into itself")
    told = f"told by “{get_alert(connection, into).title}”"
    connection.execute("UPDATE alerts SET merged_into = ? WHERE id = ?", (into, alert_id))
    deliveries.suppress(connection, alert_id, now, why=why, error=told)


def acknowledge(connection: sqlite3.Connection, alert_id: int, now: float) -> None:
    """A person has seen it."""
    with write(connection):
        connection.execute("UPDATE alerts SET acknowledged = ? WHERE id = ? AND acknowledged IS NULL", (now, alert_id))


def snooze(connection: sqlite3.Connection, alert_id: int, until: float) -> None:
    """A person wants to be reminded of it in the dashboard, not before then."""
    with write(connection):
        connection.execute("UPDATE alerts SET snoozed_until = ? WHERE id = ?", (until, alert_id))


def find_alert(
    connection: sqlite3.Connection,
    *,
    kind: str,
    run_id: str | None,
    attempt: int | None,
    subject: str = "",
    occasion: str = "",
) -> Alert | None:
    """The alert that was raised for exactly that cause, without a ``unique`` of its own; None before it was."""
    guid = _guid(_identity(kind, run_id, attempt, subject, occasion))
    row = connection.execute("SELECT * FROM alerts WHERE guid = ?", (guid,)).fetchone()
    return alert_from(row) if row else None


def latest_of(connection: sqlite3.Connection, kind: str, subject: str) -> Alert | None:
    """The alert of that kind about that subject that was raised last."""
    row = connection.execute(
        "SELECT * FROM alerts WHERE kind = ? AND subject = ? ORDER BY id DESC LIMIT 1", (kind, subject)
    ).fetchone()
    return alert_from(row) if row else None


def open_alerts(
    connection: sqlite3.Connection, now: float | None = None, kinds: Iterable[str] | None = None, limit: int = 50
) -> list[Alert]:
    """Alerts that may need a person, newest first; only of ``kinds`` when given.

    Those nobody has acknowledged, whose cause is not over and that no other alert tells; no digests, and, with
    ``now``, none that is snoozed until later.
    """
    wanted = list(kinds) if kinds is not None else []
    among = f"AND kind IN ({','.join('?' * len(wanted))})" if wanted else ""
    rows = connection.execute(
        "SELECT * FROM alerts WHERE acknowledged IS NULL AND cleared IS NULL AND merged_into IS NULL AND kind <> ? "
        f"AND (? IS NULL OR snoozed_until IS NULL OR snoozed_until <= ?) {among} ORDER BY occurred DESC LIMIT ?",
        (DIGEST, now, now, *wanted, limit),
    )
    return [alert_from(row) for row in rows]


def alerts_of_run(connection: sqlite3.Connection, run_id: str) -> list[Alert]:
    """All alerts of a run, newest first."""
    rows = connection.execute("SELECT * FROM alerts WHERE run_id = ? ORDER BY occurred DESC, id DESC", (run_id,))
    return [alert_from(row) for row in rows]


def _identity(kind: str, run_id: str | None, attempt: int | None, subject: str, occasion: str) -> str:
    return "/".join([f"{run_id}/{attempt}/{kind}", *(part for part in (subject, occasion) if part)])


def _guid(identity: str) -> str:
    return "machiai-" + hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:32]


def _json(value: Mapping[str, Any]) -> str:
    return _storable(json.dumps(dict(value), ensure_ascii=False, separators=(",", ":")))


def _storable(text: str) -> str:
    """As text that SQLite takes: what was not UTF-8 in a path or a process's name shows question marks."""
    return text.encode("utf-8", "replace").decode()
