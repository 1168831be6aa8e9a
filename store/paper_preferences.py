"""What people chose about papers: when searches are pulled by themselves, or that they are not.

Each choice is a row of its own; reading takes the default for what cannot be used.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from store.database import write
from store.errors import PreferencesError, WrongValue
from store.preference_checks import check_switch, check_time

_PREFIX = "papers."


@dataclass(frozen=True)
class PaperPreferences:
    """``pull_time`` is the time of day, by the clock of the daemon's machine, from which on the searches are pulled
    once a day; with ``pull_daily`` off they are pulled on demand alone."""

    pull_time: str = "08:00"
    pull_daily: bool = True


CHECKS: Mapping[str, Callable[[Any], Any]] = {"pull_time": check_time, "pull_daily": check_switch}


def read_papers(connection: sqlite3.Connection) -> PaperPreferences:
    """The choices in force: the default where nothing is kept, or nothing that can be used."""
    found = {}
    for row in connection.execute("SELECT name, value FROM preferences WHERE name LIKE 'papers.%'"):
        check = CHECKS.get(row["name"].removeprefix(_PREFIX))
        if check is not None:
            with contextlib.suppress(ValueError, RecursionError):
                found[row["name"].removeprefix(_PREFIX)] = check(json.loads(row["value"]))
    return PaperPreferences(**found)


def save_papers(connection: sqlite3.Connection, chosen: PaperPreferences, now: float) -> None:
    """Keep those choices that have changed, in a transaction of its own.

    Raises PreferencesError, and keeps nothing, where one is not what it can be; it says how a right one looks.
    """
    for part, check in CHECKS.items():
        try:
            check(getattr(chosen, part))
        except WrongValue as error:
            raise PreferencesError(part, error) from error
    with write(connection):
        known = read_papers(connection)
        for one in fields(chosen):
            value = getattr(chosen, one.name)
            if value != getattr(known, one.name):
                connection.execute(
                    "INSERT INTO preferences (name, value, changed) VALUES (?, ?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed = excluded.changed",
                    (_PREFIX + one.name, json.dumps(value), now),
                )
