"""Alerts and their outbox.

An alert is raised once per (run, attempt, kind), in the transaction that records its cause; each channel's
delivery of it is a row that waits until it is sent. A delivery is claimed before it is sent: whoever dies
while sending leaves a claim that runs out, and the next try knows that the first may have arrived.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from store.database import write

SEVERITIES = ("now", "soon", "digest")


@dataclass(frozen=True)
class Alert:
    """Something a person may need to know. ``occurred`` is when it happened, ``raised`` when we knew."""

    id: int
    run_id: str | None
    attempt: int | None
    kind: str
    severity: str
    occurred: float
    raised: float
    title: str
    body: str
    url: str | None
    guid: str
    acknowledged: float | None


@dataclass(frozen=True)
class Delivery:
    """One alert on its way through one channel; ``unsure`` says an earlier try may have arrived."""

    id: int
    alert_id: int
    channel: str
    state: str
    attempts: int
    next_try: float
    unsure: bool
    claimed_until: float | None
    sent: float | None
    receipt: str | None
    error: str | None


def raise_alert(
    connection: sqlite3.Connection,
    *,
    kind: str,
    severity: str,
    occurred: float,
    now: float,
    title: str,
    body: str,
    channels: Iterable[str],
    run_id: str | None = None,
    attempt: int | None = None,
    url: str | None = None,
    unique: str = "",
) -> int | None:
    """Raise an alert and queue it for ``channels``; inside the caller's transaction.

    Returns its id, or None when it was raised before (same run, attempt and kind, or same ``unique``).
    """
    identity = unique or f"{run_id}/{attempt}/{kind}"
    guid = "machiai-" + hashlib.sha256(identity.encode()).hexdigest()[:32]
    cursor = connection.execute(
        "INSERT INTO alerts (run_id, attempt, kind, severity, occurred, raised, title, body, url, guid) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (run_id, attempt, kind, severity, occurred, now, title, body, url, guid),
    )
    if not cursor.rowcount:
        return None
    alert_id = int(cursor.lastrowid or 0)
    for channel in channels:
        connection.execute(
            "INSERT INTO deliveries (alert_id, channel, state, next_try) VALUES (?, ?, 'waiting', ?)",
            (alert_id, channel, now),
        )
    return alert_id


def claim_due(
    connection: sqlite3.Connection, channel: str, now: float, lease_seconds: float
) -> tuple[Alert, Delivery] | None:
    """Claim the oldest delivery of ``channel`` that is due, so that no other process sends it meanwhile.

    A delivery whose claim ran out was being sent by somebody who died: it comes back as ``unsure``.
    """
    due = next_due(connection, channel)
    if due is None or due > now:
        return None
    with write(connection):
        row = connection.execute(
            "SELECT * FROM deliveries WHERE channel = ? AND ((state = 'waiting' AND next_try <= ?) "
            "OR (state = 'sending' AND claimed_until <= ?)) ORDER BY next_try, id LIMIT 1",
            (channel, now, now),
        ).fetchone()
        if row is None:
            return None
        connection.execute(
            "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, claimed_until = ?, "
            "unsure = unsure OR state = 'sending' WHERE id = ?",
            (now + lease_seconds, row["id"]),
        )
        delivery = _delivery(connection.execute("SELECT * FROM deliveries WHERE id = ?", (row["id"],)).fetchone())
        alert = get_alert(connection, delivery.alert_id)
    return alert, delivery


def release_claims(connection: sqlite3.Connection, channel: str, now: float) -> None:
    """Make due at once what the last daemon was sending when it died; only for the holder of its lock."""
    with write(connection):
        connection.execute(
            "UPDATE deliveries SET claimed_until = ? WHERE channel = ? AND state = 'sending' AND claimed_until > ?",
            (now, channel, now),
        )


def next_due(connection: sqlite3.Connection, channel: str) -> float | None:
    """When the next delivery of ``channel`` wants to be tried, or None when nothing waits."""
    row = connection.execute(
        "SELECT min(CASE state WHEN 'waiting' THEN next_try ELSE claimed_until END) AS due FROM deliveries "
        "WHERE channel = ? AND state IN ('waiting', 'sending')",
        (channel,),
    ).fetchone()
    return row["due"] if row else None


def record_sent(connection: sqlite3.Connection, delivery: Delivery, now: float, receipt: str | None) -> None:
    """The channel took it."""
    with write(connection):
        connection.execute(
            "UPDATE deliveries SET state = 'sent', sent = ?, receipt = ?, error = NULL, claimed_until = NULL "
            "WHERE id = ? AND state <> 'sent'",
            (now, receipt, delivery.id),
        )


def record_retry(
    connection: sqlite3.Connection, delivery: Delivery, error: str, next_try: float, *, unsure: bool
) -> None:
    """It did not go through this time; ``unsure`` when it may have arrived all the same.

    Records nothing when ``delivery`` is a claim that ran out and was taken over: its new holder will.
    """
    with write(connection):
        connection.execute(
            "UPDATE deliveries SET state = 'waiting', error = ?, next_try = ?, unsure = unsure OR ?, "
            "claimed_until = NULL WHERE id = ? AND state = 'sending' AND attempts = ?",
            (error, next_try, unsure, delivery.id, delivery.attempts),
        )


def record_refusal(connection: sqlite3.Connection, delivery: Delivery, error: str) -> None:
    """The channel will never take it; as with a retry, only the holder of the claim can say so."""
    with write(connection):
        connection.execute(
            "UPDATE deliveries SET state = 'refused', error = ?, claimed_until = NULL "
            "WHERE id = ? AND state = 'sending' AND attempts = ?",
            (error, delivery.id, delivery.attempts),
        )


def lapse_claims(connection: sqlite3.Connection, channel: str, now: float) -> None:
    """Put back among the waiting, as unsure, what somebody claimed for ``channel`` and never finished."""
    lapsed = "channel = ? AND state = 'sending' AND claimed_until <= ?"
    if connection.execute(f"SELECT 1 FROM deliveries WHERE {lapsed} LIMIT 1", (channel, now)).fetchone() is None:
        return
    with write(connection):
        connection.execute(
            "UPDATE deliveries SET state = 'waiting', unsure = 1, next_try = claimed_until, "
            f"claimed_until = NULL WHERE {lapsed}",
            (channel, now),
        )


def explain_waiting(connection: sqlite3.Connection, channel: str, error: str) -> None:
    """Say of everything that waits for ``channel`` why it does; writes nothing where that is already said."""
    unsaid = "channel = ? AND state = 'waiting' AND error IS NOT ?"
    if connection.execute(f"SELECT 1 FROM deliveries WHERE {unsaid} LIMIT 1", (channel, error)).fetchone() is None:
        return
    with write(connection):
        connection.execute(f"UPDATE deliveries SET error = ? WHERE {unsaid}", (error, channel, error))


def postpone(connection: sqlite3.Connection, channel: str, until: float, error: str) -> None:
    """Hold everything that waits for ``channel`` until then: the whole account is limited or locked out."""
    with write(connection):
        connection.execute(
            "UPDATE deliveries SET next_try = max(next_try, ?), error = ? WHERE channel = ? AND state = 'waiting'",
            (until, error, channel),
        )


def hasten(connection: sqlite3.Connection, channel: str, now: float) -> None:
    """Try everything that waits for ``channel`` now: its settings have changed."""
    with write(connection):
        connection.execute(
            "UPDATE deliveries SET next_try = ? WHERE channel = ? AND state = 'waiting' AND next_try > ?",
            (now, channel, now),
        )


def expire(connection: sqlite3.Connection, channel: str, before: float, error: str) -> None:
    """Give up what has waited for ``channel`` with ``error`` since before then; it stays in the dashboard.

    For alerts that waited for a token: one that is set weeks later must not set off a flood.
    """
    due = connection.execute(
        "SELECT d.id FROM deliveries d JOIN alerts a ON a.id = d.alert_id "
        "WHERE d.channel = ? AND d.state = 'waiting' AND a.raised < ? AND substr(d.error, 1, ?) = ?",
        (channel, before, len(error), error),
    ).fetchall()
    if due:
        with write(connection):
            connection.executemany(
                "UPDATE deliveries SET state = 'refused', error = 'waited too long to be news' WHERE id = ? "
                "AND state = 'waiting'",
                [(row["id"],) for row in due],
            )


def acknowledge(connection: sqlite3.Connection, alert_id: int, now: float) -> None:
    """A person has seen it."""
    with write(connection):
        connection.execute("UPDATE alerts SET acknowledged = ? WHERE id = ? AND acknowledged IS NULL", (now, alert_id))


def get_alert(connection: sqlite3.Connection, alert_id: int) -> Alert:
    """The alert with that id; LookupError when there is none."""
    row = connection.execute("SELECT * FROM alerts WHERE id = ?", (alert_id,)).fetchone()
    if row is None:
        raise LookupError(f"no alert {alert_id}")
    return Alert(**dict(row))


def open_alerts(connection: sqlite3.Connection, kinds: Iterable[str] | None = None, limit: int = 50) -> list[Alert]:
    """Alerts nobody has acknowledged, newest first; only of ``kinds`` when given."""
    wanted = list(kinds) if kinds is not None else []
    among = f"AND kind IN ({','.join('?' * len(wanted))})" if wanted else ""
    rows = connection.execute(
        f"SELECT * FROM alerts WHERE acknowledged IS NULL {among} ORDER BY occurred DESC LIMIT ?",
        (*wanted, limit),
    )
    return [Alert(**dict(row)) for row in rows]


def alerts_of_run(connection: sqlite3.Connection, run_id: str) -> list[Alert]:
    """All alerts of a run, newest first."""
    rows = connection.execute("SELECT * FROM alerts WHERE run_id = ? ORDER BY occurred DESC, id DESC", (run_id,))
    return [Alert(**dict(row)) for row in rows]


def deliveries_of(connection: sqlite3.Connection, alert_ids: Iterable[int]) -> dict[int, list[Delivery]]:
    """The deliveries of the given alerts, by alert id."""
    wanted = list(alert_ids)
    found: dict[int, list[Delivery]] = {alert_id: [] for alert_id in wanted}
    marks = ",".join("?" * len(wanted))
    for row in connection.execute(f"SELECT * FROM deliveries WHERE alert_id IN ({marks}) ORDER BY id", wanted):
        found[row["alert_id"]].append(_delivery(row))
    return found


def waiting_deliveries(connection: sqlite3.Connection) -> list[Delivery]:
    """Everything not yet sent nor refused, oldest first."""
    rows = connection.execute("SELECT * FROM deliveries WHERE state IN ('waiting', 'sending') ORDER BY id")
    return [_delivery(row) for row in rows]


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(**{**dict(row), "unsure": bool(row["unsure"])})
