"""The outbox: an alert's way through one channel, a row each.

``held`` until its time comes → ``waiting`` → ``sending`` → ``sent`` or ``refused``; or ``digested``, told by another
alert, or ``suppressed``, not to be sent. A delivery is claimed before it is sent: whoever dies while sending leaves a
claim that runs out, and the next try knows that the first may have arrived. What becomes of a delivery is written to
``store.delivery_log`` in the same transaction.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from store import delivery_log
from store.alert_rows import Alert, get_alert, get_alerts
from store.database import write
from store.delivery_rows import Delivery as Delivery
from store.delivery_rows import Planned as Planned
from store.delivery_rows import delivery_from

SESSION = "session"
"""Why news of a run that finished is held while its reader is at something."""
_CUT_OFF = "nobody finished sending it; it may have arrived"
_TOO_OLD = "waited too long to be news"


def plan(connection: sqlite3.Connection, alert_id: int, planned: Planned, now: float) -> None:
    """Enter a new alert's delivery; inside the caller's transaction.

    Raises ValueError for a state that nothing begins with, and for a held one that is not told until when.
    """
    if planned.state not in ("waiting", "held", "suppressed"):
        raise ValueError(f"a delivery begins as waiting, held or suppressed, not as {planned.state!r}")
    if planned.state == "held" and planned.next_try is None:
        raise ValueError(f"a held delivery ({planned.channel}) needs the time until which it is held")
    begins = now if planned.next_try is None else planned.next_try
    queued = max(now, begins) if planned.state == "waiting" else None
    connection.execute(
        "INSERT INTO deliveries (alert_id, channel, state, next_try, why, error, queued) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (alert_id, planned.channel, planned.state, begins, planned.why, planned.error, queued),
    )
    if planned.state != "waiting":
        reason = planned.error or planned.why
        delivery_log.record(connection, now, alert_id, planned.channel, planned.state, reason)


def plan_again(connection: sqlite3.Connection, alert_id: int, planned: Planned, now: float) -> int:
    """Enter a suppressed delivery anew, as ``plan`` does; inside the caller's transaction. How many there were."""
    taken = connection.execute(
        "DELETE FROM deliveries WHERE alert_id = ? AND channel = ? AND state = 'suppressed'",
        (alert_id, planned.channel),
    ).rowcount
    if taken:
        plan(connection, alert_id, planned, now)
    return taken


def claim_due(
    connection: sqlite3.Connection, channel: str, now: float, lease_seconds: float
) -> tuple[Alert, Delivery] | None:
    """Claim the oldest delivery of ``channel`` that is due, so that no other process sends it meanwhile.

    A delivery whose claim ran out was being sent by somebody who died: it comes back as ``unsure``.
    """
    due = _next_due(connection, channel, ("waiting", "sending"))
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
        if row["state"] == "sending":
            _log(connection, [row], now, delivery_log.RETRIED, _CUT_OFF)
        delivery = delivery_from(connection.execute("SELECT * FROM deliveries WHERE id = ?", (row["id"],)).fetchone())
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
    """When the next delivery of ``channel`` wants to be tried or is held no longer; None when there is nothing."""
    return _next_due(connection, channel, ("waiting", "sending", "held"))


def record_sent(connection: sqlite3.Connection, delivery: Delivery, now: float, receipt: str | None) -> None:
    """The channel took it."""
    with write(connection):
        changed = connection.execute(
            "UPDATE deliveries SET state = 'sent', sent = ?, receipt = ?, error = NULL, claimed_until = NULL "
            "WHERE id = ? AND state <> 'sent'",
            (now, receipt, delivery.id),
        ).rowcount
        if changed:
            delivery_log.record(connection, now, delivery.alert_id, delivery.channel, delivery_log.SENT)


def record_retry(
    connection: sqlite3.Connection, delivery: Delivery, error: str, next_try: float, *, unsure: bool, now: float
) -> None:
    """It did not go through this time; ``unsure`` when it may have arrived all the same.

    Records nothing when ``delivery`` is a claim that ran out and was taken over: its new holder will.
    """
    with write(connection):
        changed = connection.execute(
            "UPDATE deliveries SET state = 'waiting', error = ?, next_try = ?, unsure = unsure OR ?, "
            "claimed_until = NULL WHERE id = ? AND state = 'sending' AND attempts = ?",
            (error, next_try, unsure, delivery.id, delivery.attempts),
        ).rowcount
        if changed:
            delivery_log.record(connection, now, delivery.alert_id, delivery.channel, delivery_log.RETRIED, error)


def record_refusal(connection: sqlite3.Connection, delivery: Delivery, error: str, *, now: float) -> None:
    """The channel will never take it; as with a retry, only the holder of the claim can say so."""
    with write(connection):
        changed = connection.execute(
            "UPDATE deliveries SET state = 'refused', error = ?, claimed_until = NULL "
            "WHERE id = ? AND state = 'sending' AND attempts = ?",
            (error, delivery.id, delivery.attempts),
        ).rowcount
        if changed:
            delivery_log.record(connection, now, delivery.alert_id, delivery.channel, delivery_log.REFUSED, error)


def lapse_claims(connection: sqlite3.Connection, channel: str, now: float) -> None:
    """Put back among the waiting, as unsure, what somebody claimed for ``channel`` and never finished."""
    lapsed = "SELECT * FROM deliveries WHERE channel = ? AND state = 'sending' AND claimed_until <= ?"
    if connection.execute(f"{lapsed} LIMIT 1", (channel, now)).fetchone() is None:
        return
    with write(connection):
        rows = connection.execute(lapsed, (channel, now)).fetchall()
        connection.executemany(
            "UPDATE deliveries SET state = 'waiting', unsure = 1, next_try = claimed_until, claimed_until = NULL "
            "WHERE id = ?",
            _ids(rows),
        )
        _log(connection, rows, now, delivery_log.RETRIED, _CUT_OFF)


def explain_waiting(connection: sqlite3.Connection, channel: str, error: str, *, now: float) -> None:
    """Say of everything that waits for ``channel`` why it does; writes nothing where that is already said."""
    unsaid = "SELECT * FROM deliveries WHERE channel = ? AND state = 'waiting' AND error IS NOT ?"
    if connection.execute(f"{unsaid} LIMIT 1", (channel, error)).fetchone() is None:
        return
    with write(connection):
        rows = connection.execute(unsaid, (channel, error)).fetchall()
        connection.executemany("UPDATE deliveries SET error = ? WHERE id = ?", [(error, row["id"]) for row in rows])
        _log(connection, rows, now, delivery_log.HELD, error)


def postpone(connection: sqlite3.Connection, channel: str, until: float, error: str, *, now: float) -> None:
    """Hold everything that waits for ``channel`` until then: the whole account is limited or locked out.

    The log tells it of those of which this was not the reason before.
    """
    with write(connection):
        waiting = "SELECT * FROM deliveries WHERE channel = ? AND state = 'waiting' AND error IS NOT ?"
        rows = connection.execute(waiting, (channel, error)).fetchall()
        connection.execute(
            "UPDATE deliveries SET next_try = max(next_try, ?), error = ? WHERE channel = ? AND state = 'waiting'",
            (until, error, channel),
        )
        _log(connection, rows, now, delivery_log.HELD, error)


def hasten(connection: sqlite3.Connection, channel: str, now: float) -> None:
    """Try everything that waits for ``channel`` now: its settings have changed. What is held stays held."""
    with write(connection):
        connection.execute(
            "UPDATE deliveries SET next_try = ? WHERE channel = ? AND state = 'waiting' AND next_try > ?",
            (now, channel, now),
        )


def expire(connection: sqlite3.Connection, channel: str, before: float, error: str, *, now: float) -> None:
    """Give up what has waited for ``channel`` with ``error`` since before then; it stays in the dashboard.

    For alerts that waited for a token: one that is set weeks later must not set off a flood.
    """
    due = (
        "SELECT d.* FROM deliveries d JOIN alerts a ON a.id = d.alert_id WHERE d.channel = ? AND d.state = 'waiting' "
        "AND coalesce(d.queued, a.raised) < ? AND substr(d.error, 1, ?) = ?"
    )
    if connection.execute(f"{due} LIMIT 1", (channel, before, len(error), error)).fetchone() is None:
        return
    with write(connection):
        rows = connection.execute(due, (channel, before, len(error), error)).fetchall()
        connection.executemany(
            "UPDATE deliveries SET state = 'refused', error = ?, why = 'expired' WHERE id = ?",
            [(_TOO_OLD, row["id"]) for row in rows],
        )
        _log(connection, rows, now, delivery_log.REFUSED, _TOO_OLD)


def suppress(
    connection: sqlite3.Connection, alert_id: int, now: float, *, why: str, error: str, channel: str | None = None
) -> int:
    """Do not send an alert after all, where it is held or waiting; of all channels, or one. How many these were.

    Inside the caller's transaction. What is being sent just now is left alone: it may have arrived.
    """
    rows = connection.execute(
        "SELECT * FROM deliveries WHERE alert_id = ? AND state IN ('held', 'waiting') AND (? IS NULL OR channel = ?)",
        (alert_id, channel, channel),
    ).fetchall()
    connection.executemany(
        "UPDATE deliveries SET state = 'suppressed', why = ?, error = ? WHERE id = ?",
        [(why, error, row["id"]) for row in rows],
    )
    _log(connection, rows, now, delivery_log.SUPPRESSED, error)
    return len(rows)


def held(connection: sqlite3.Connection, channel: str, until: float) -> list[tuple[Alert, Delivery]]:
    """What is held for ``channel`` no longer than ``until``, in the order in which it happened."""
    return _told(connection, channel, "held", until)


def waiting(connection: sqlite3.Connection, channel: str, until: float) -> list[tuple[Alert, Delivery]]:
    """What waits for ``channel`` and is to be tried no later than ``until``, in the order in which it happened."""
    return _told(connection, channel, "waiting", until)


def _told(connection: sqlite3.Connection, channel: str, state: str, until: float) -> list[tuple[Alert, Delivery]]:
    rows = connection.execute(
        "SELECT d.* FROM deliveries d JOIN alerts a ON a.id = d.alert_id WHERE d.channel = ? AND d.state = ? "
        "AND d.next_try <= ? ORDER BY a.occurred, d.id",
        (channel, state, until),
    ).fetchall()
    told = get_alerts(connection, {row["alert_id"] for row in rows})
    return [(told[row["alert_id"]], delivery_from(row)) for row in rows]


def release(connection: sqlite3.Connection, ids: Iterable[int], now: float) -> int:
    """Let held deliveries be sent, at once; inside the caller's transaction. How many were held."""
    rows = _among(connection, ids, "held")
    connection.executemany(
        "UPDATE deliveries SET state = 'waiting', next_try = ?, queued = ?, why = NULL, error = NULL WHERE id = ?",
        [(now, now, row["id"]) for row in rows],
    )
    return len(rows)


def put_in_digest(connection: sqlite3.Connection, ids: Iterable[int], digest_id: int, now: float) -> int:
    """Held deliveries are told by the alert ``digest_id``; inside the caller's transaction. How many were held."""
    rows = _among(connection, ids, "held")
    connection.executemany(
        "UPDATE deliveries SET state = 'digested', digest_id = ?, error = NULL WHERE id = ?",
        [(digest_id, row["id"]) for row in rows],
    )
    _log(connection, rows, now, delivery_log.DIGESTED)
    return len(rows)


def hold(connection: sqlite3.Connection, ids: Iterable[int], until: float, why: str, now: float) -> int:
    """Hold deliveries that are held or waiting until then; inside the caller's transaction. How many these were.

    The log tells it of those that were not held for that reason until then already.
    """
    rows = _among(connection, ids, "held", "waiting")
    connection.executemany(
        "UPDATE deliveries SET state = 'held', next_try = ?, why = ?, error = NULL, queued = NULL WHERE id = ?",
        [(until, why, row["id"]) for row in rows],
    )
    new = [row for row in rows if (row["state"], row["why"], row["next_try"]) != ("held", why, until)]
    _log(connection, new, now, delivery_log.HELD, why)
    return len(rows)


def bring_forward(connection: sqlite3.Connection, why: str, now: float) -> int:
    """Let what is held for that reason be due now; inside the caller's transaction. How many deliveries it was."""
    return connection.execute(
        "UPDATE deliveries SET next_try = ? WHERE state = 'held' AND why = ? AND next_try > ?", (now, why, now)
    ).rowcount


def overdue(connection: sqlite3.Connection, now: float, seconds: float = 3600.0) -> list[Delivery]:
    """What has been free to be sent for longer than that and has not gone out, oldest first."""
    rows = connection.execute(
        "SELECT d.* FROM deliveries d JOIN alerts a ON a.id = d.alert_id WHERE d.state IN ('waiting', 'sending') "
        "AND coalesce(d.queued, a.raised) < ? ORDER BY d.id",
        (now - seconds,),
    )
    return [delivery_from(row) for row in rows]


def deliveries_of(connection: sqlite3.Connection, alert_ids: Iterable[int]) -> dict[int, list[Delivery]]:
    """The deliveries of the given alerts, by alert id."""
    wanted = list(alert_ids)
    found: dict[int, list[Delivery]] = {alert_id: [] for alert_id in wanted}
    marks = ",".join("?" * len(wanted))
    for row in connection.execute(f"SELECT * FROM deliveries WHERE alert_id IN ({marks}) ORDER BY id", wanted):
        found[row["alert_id"]].append(delivery_from(row))
    return found


def waiting_deliveries(connection: sqlite3.Connection) -> list[Delivery]:
    """Everything that is to be sent and is neither sent nor refused nor held, oldest first."""
    rows = connection.execute("SELECT * FROM deliveries WHERE state IN ('waiting', 'sending') ORDER BY id")
    return [delivery_from(row) for row in rows]


def _next_due(connection: sqlite3.Connection, channel: str, states: Sequence[str]) -> float | None:
    row = connection.execute(
        "SELECT min(CASE state WHEN 'sending' THEN claimed_until ELSE next_try END) AS due FROM deliveries "
        f"WHERE channel = ? AND state IN ({','.join('?' * len(states))})",
        (channel, *states),
    ).fetchone()
    return row["due"] if row else None


def _among(connection: sqlite3.Connection, ids: Iterable[int], *states: str) -> list[sqlite3.Row]:
    wanted = list(ids)
    return connection.execute(
        f"SELECT * FROM deliveries WHERE id IN ({','.join('?' * len(wanted))}) "
        f"AND state IN ({','.join('?' * len(states))}) ORDER BY id",
        (*wanted, *states),
    ).fetchall()


def _ids(rows: Iterable[sqlite3.Row]) -> list[tuple[int]]:
    return [(row["id"],) for row in rows]


def _log(
    connection: sqlite3.Connection, rows: Iterable[sqlite3.Row], now: float, outcome: str, reason: str | None = None
) -> None:
    for row in rows:
        delivery_log.record(connection, now, row["alert_id"], row["channel"], outcome, reason)
