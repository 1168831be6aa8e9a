"""Alerts for the tests of the journal: raised, claimed and looked at in one line each."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from store import alerts, deliveries, delivery_log
from store.alerts import Alert
from store.database import write
from store.deliveries import Delivery, Planned

NOW = 1_790_000_000.0
CHANNEL = "pushbullet"


def put(
    journal: sqlite3.Connection,
    name: str,
    *,
    now: float = NOW,
    channels: Sequence[str] = (CHANNEL,),
    planned: Sequence[Planned] = (),
    **fields: Any,
) -> int | None:
    """Raise an alert of that title, told apart by it unless ``fields`` say otherwise."""
    known: dict[str, Any] = {"kind": "note", "severity": "now", "occurred": now, "body": ""}
    if not fields.keys() & {"kind", "run_id", "subject", "occasion"}:
        known["unique"] = name
    with write(journal):
        return alerts.raise_alert(journal, now=now, title=name, channels=channels, planned=planned, **(known | fields))


def raised(journal: sqlite3.Connection, name: str, **fields: Any) -> int:
    """The same, where it was not raised before; its id."""
    made = put(journal, name, **fields)
    assert made is not None
    return made


def kept_back(journal: sqlite3.Connection, name: str, until: float, *, why: str = "digest", now: float = NOW) -> int:
    """An alert whose only delivery is held."""
    return raised(journal, name, now=now, channels=(), planned=[Planned(CHANNEL, "held", until, why)])


def claim(journal: sqlite3.Connection, now: float, lease: float = 100.0) -> tuple[Alert, Delivery]:
    """Claim the next delivery, which there is."""
    claimed = deliveries.claim_due(journal, CHANNEL, now, lease)
    assert claimed is not None
    return claimed


def only(journal: sqlite3.Connection, alert_id: int) -> Delivery:
    """The one delivery of an alert."""
    [delivery] = deliveries.deliveries_of(journal, [alert_id])[alert_id]
    return delivery


def told(journal: sqlite3.Connection, alert_id: int) -> list[tuple[str, str | None]]:
    """What the log says of an alert, first to last: outcomes and reasons."""
    lines = [line for line in delivery_log.read(journal, limit=10_000) if line.alert_id == alert_id]
    return [(line.outcome, line.reason) for line in reversed(lines)]
