"""Rules that a person does not want to hear of for one run."""

import sqlite3

from store.database import write


def mute(connection: sqlite3.Connection, run_id: str, rule: str, now: float) -> None:
    """Send nothing more of that rule about that run; muting again changes nothing."""
    with write(connection):
        connection.execute(
            "INSERT INTO mutes (run_id, rule, muted) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (run_id, rule, now)
        )


def unmute(connection: sqlite3.Connection, run_id: str, rule: str) -> None:
    """Send what that rule says about that run again."""
    with write(connection):
        connection.execute("DELETE FROM mutes WHERE run_id = ? AND rule = ?", (run_id, rule))


def is_muted(connection: sqlite3.Connection, run_id: str, rule: str) -> bool:
    """Whether a person does not want to hear of that rule for that run."""
    row = connection.execute("SELECT 1 FROM mutes WHERE run_id = ? AND rule = ?", (run_id, rule)).fetchone()
    return row is not None


def mutes_of(connection: sqlite3.Connection, run_id: str) -> set[str]:
    """The rules that are muted for a run."""
    return {row["rule"] for row in connection.execute("SELECT rule FROM mutes WHERE run_id = ?", (run_id,))}


def all_mutes(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Every (run id, rule) that is muted."""
    return {(row["run_id"], row["rule"]) for row in connection.execute("SELECT run_id, rule FROM mutes")}
