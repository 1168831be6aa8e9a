"""The pushes of a stretch of time, and how many of them mattered."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from store.delivery_log import SENT


@dataclass(frozen=True)
class Push:
    """Something that was sent; of an alert, and when a person acknowledged that, or of none, as a test is."""

    time: float
    alert_id: int | None
    acknowledged: float | None = None


def reckon_pushes(
    pushes: Iterable[Push], muted: Iterable[float], begin: float, until: float, as_of: float
) -> dict[str, Any]:
    """``sent`` from ``begin`` to before ``until``, the ``alerts`` that they told of, how many of those were
    ``acknowledged`` by ``as_of``, and how many rules were ``muted`` for a run."""
    sent = [one for one in pushes if begin <= one.time < until]
    alerts = {one.alert_id: one.acknowledged for one in sent if one.alert_id is not None}
    return {
        "sent": len(sent),
        "alerts": len(alerts),
        "acknowledged": sum(time is not None and time <= as_of for time in alerts.values()),
        "muted": sum(begin <= time < until for time in muted),
    }


def read_pushes(
    connection: sqlite3.Connection, begin: float, until: float, as_of: float | None = None
) -> dict[str, Any]:
    """The pushes of a stretch of time; ``as_of`` is when one looks, ``until`` where it is not given."""
    sent = connection.execute(
        "SELECT l.time, l.alert_id, a.acknowledged FROM delivery_log l LEFT JOIN alerts a ON a.id = l.alert_id "
        "WHERE l.time >= ? AND l.time < ? AND l.outcome = ?",
        (begin, until, SENT),
    )
    muted = connection.execute("SELECT muted FROM mutes WHERE muted >= ? AND muted < ?", (begin, until))
    return reckon_pushes(
        [Push(**dict(row)) for row in sent],
        [row["muted"] for row in muted],
        begin,
        until,
        until if as_of is None else as_of,
    )
