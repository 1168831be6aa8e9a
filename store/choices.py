"""What the user chose for a metric, project by project: which direction is better."""

import sqlite3

from store.metrics import HIGHER, LOWER, NEITHER


def read_directions(connection: sqlite3.Connection, project_id: int) -> dict[str, str]:
    """Metric name to ``lower``, ``higher`` or empty (neither), for those that were chosen by hand."""
    rows = connection.execute(
        "SELECT key, direction FROM metric_choices WHERE project_id = ? AND direction IS NOT NULL", (project_id,)
    )
    return {row["key"]: row["direction"] for row in rows}


def choose_direction(
    connection: sqlite3.Connection, project_id: int, name: str, direction: str | None, now: float
) -> None:
    """Keep the direction of a metric for all runs of a project; None goes back to the guess by name.

    Raises ValueError for a direction that there is not.
    """
    if direction not in (LOWER, HIGHER, NEITHER, None):
        raise ValueError(f"a direction is lower, higher or empty, not {direction!r}")
    connection.execute(
        "INSERT INTO metric_choices (project_id, key, direction, changed) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (project_id, key) DO UPDATE SET direction = excluded.direction, changed = excluded.changed",
        (project_id, name, direction, now),
    )
