"""The figures of a stretch of time that the week's review looks back on."""

import sqlite3
from typing import Any

from store.alerts import open_alerts

_MOST_OPEN = 1000


def read_figures(connection: sqlite3.Connection, begin: float, end: float) -> dict[str, Any]:
    """What was done from ``begin`` to ``end`` (epoch seconds): ``runs`` that were at work at any time, how many of them
    ``finished`` and ``crashed`` (were killed or lost) then, the ``hours`` they were at work in all, to a tenth, and how
    many alerts are ``open`` now."""
    row = connection.execute(
        "SELECT count(*) AS runs, "
        "coalesce(sum(state = 'finished' AND ended BETWEEN :begin AND :end), 0) AS finished, "
        "coalesce(sum(state IN ('failed', 'killed', 'lost') AND ended BETWEEN :begin AND :end), 0) AS crashed, "
        "coalesce(sum(min(coalesce(ended, :end), :end) - max(started, :begin)), 0) AS seconds "
        "FROM runs WHERE started < :end AND coalesce(ended, :end) >= :begin",
        {"begin": begin, "end": end},
    ).fetchone()
    return {
        "runs": row["runs"],
        "finished": row["finished"],
        "crashed": row["crashed"],
        "hours": round(row["seconds"] / 3600.0, 1),
        "open": len(open_alerts(connection, end, limit=_MOST_OPEN)),
    }
