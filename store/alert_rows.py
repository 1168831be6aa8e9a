"""An alert as the journal keeps it, and reading one; what is done with alerts is in ``store.alerts``."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Alert:
    """Something a person may need to know. ``occurred`` is when it happened, ``raised`` when we knew.

    ``subject`` is the part of a machine it is about, ``facts`` what its words are made of. It happened ``count`` times,
    the ``latest`` time then; ``cleared`` is when it was over. ``merged_into`` is the id of the alert that tells it too.
    """

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
    subject: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    count: int = 1
    latest: float | None = None
    cleared: float | None = None
    merged_into: int | None = None
    snoozed_until: float | None = None


def alert_from(row: sqlite3.Row) -> Alert:
    """The alert in a row with every column of ``alerts``."""
    return Alert(**{**dict(row), "facts": json.loads(row["facts"])})


def get_alert(connection: sqlite3.Connection, alert_id: int) -> Alert:
    """The alert with that id; LookupError when there is none."""
    row = connection.execute("SELECT * FROM alerts WHERE id = ?", (alert_id,)).fetchone()
    if row is None:
        raise LookupError(f"no alert {alert_id}")
    return alert_from(row)


def get_alerts(connection: sqlite3.Connection, alert_ids: Iterable[int]) -> dict[int, Alert]:
    """Those of the given alerts that there are, by id."""
    wanted = list(alert_ids)
    marks = ",".join("?" * len(wanted))
    rows = connection.execute(f"SELECT * FROM alerts WHERE id IN ({marks})", wanted)
    return {row["id"]: alert_from(row) for row in rows}
