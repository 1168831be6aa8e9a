"""What the rules of alerts remember from one look to the next: small, and kept so that a restart forgets nothing."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple


class State(NamedTuple):
    """What ``rule`` knows of a subject (a run's id, or a part of a machine) and an occasion; since when."""

    rule: str
    subject: str
    occasion: str
    data: dict[str, Any]
    changed: float


def read(connection: sqlite3.Connection, rule: str | None = None) -> list[State]:
    """All states, or those of one rule, in the order of their keys."""
    rows = connection.execute(
        "SELECT rule, subject, occasion, data, changed FROM rule_states WHERE ? IS NULL OR rule = ? "
        "ORDER BY rule, subject, occasion",
        (rule, rule),
    )
    return [State(**{**dict(row), "data": json.loads(row["data"])}) for row in rows]


def get(connection: sqlite3.Connection, rule: str, subject: str, occasion: str = "") -> State | None:
    """What a rule remembers of one subject and occasion; None where it does not."""
    row = connection.execute(
        "SELECT rule, subject, occasion, data, changed FROM rule_states "
        "WHERE rule = ? AND subject = ? AND occasion = ?",
        (rule, subject, occasion),
    ).fetchone()
    return State(**{**dict(row), "data": json.loads(row["data"])}) if row else None


def write(
    connection: sqlite3.Connection, rule: str, subject: str, occasion: str, data: Mapping[str, Any], now: float
) -> None:
    """Keep a state in place of the one before it; inside the caller's transaction."""
    connection.execute(
        "INSERT INTO rule_states (rule, subject, occasion, data, changed) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET data = excluded.data, changed = excluded.changed",
        (rule, subject, occasion, json.dumps(dict(data), separators=(",", ":")), now),
    )


def forget(connection: sqlite3.Connection, subject: str) -> None:
    """Drop what every rule knows of a subject; inside the caller's transaction."""
    connection.execute("DELETE FROM rule_states WHERE subject = ?", (subject,))


def drop(connection: sqlite3.Connection, rule: str, subject: str, occasion: str) -> None:
    """Drop one state; inside the caller's transaction."""
    connection.execute(
        "DELETE FROM rule_states WHERE rule = ? AND subject = ? AND occasion = ?", (rule, subject, occasion)
    )
