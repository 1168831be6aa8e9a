"""What people chose about the time while runs train: how long they read, the cap on mail, whether ends wait.

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
from store.preference_checks import check_switch
from store.words import mark

_PREFIX = "waiting."
_MINUTES = mark("{value} is no number of minutes; give {low} to {high}")
_TASKS = mark("{value} is no number of tasks; give {low} to {high}")


@dataclass(frozen=True)
class WaitingPreferences:
    """The choices, lengths in minutes.

    ``stamina_minutes`` is how long one reads at a stretch, ``day_minutes`` in a day; ``mail_minutes`` the cap on mail;
    ``doing_limit`` how many tasks of a project may be in doing before it is pointed out. With ``hold_ends`` the news
    that a run finished waits for the end of a session, unless it crashed.
    """

    stamina_minutes: int = 50
    day_minutes: int = 120
    mail_minutes: int = 10
    doing_limit: int = 3
    hold_ends: bool = True


def _whole(low: int, high: int, message: str) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise WrongValue(message, value=repr(value), low=low, high=high)
        return value

    return check


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "stamina_minutes": _whole(5, 240, _MINUTES),
    "day_minutes": _whole(5, 720, _MINUTES),
    "mail_minutes": _whole(1, 60, _MINUTES),
    "doing_limit": _whole(1, 20, _TASKS),
    "hold_ends": check_switch,
}


def read_waiting(connection: sqlite3.Connection) -> WaitingPreferences:
    """The choices in force: the default where nothing is kept, or nothing that can be used."""
    found = {}
    for row in connection.execute("SELECT name, value FROM preferences"):
        check = CHECKS.get(row["name"].removeprefix(_PREFIX)) if row["name"].startswith(_PREFIX) else None
        if check is not None:
            with contextlib.suppress(ValueError, RecursionError):
                found[row["name"].removeprefix(_PREFIX)] = check(json.loads(row["value"]))
    return WaitingPreferences(**found)


def save_waiting(connection: sqlite3.Connection, chosen: WaitingPreferences, now: float) -> None:
    """Keep those choices that have changed, in a transaction of its own.

    Raises PreferencesError, and keeps nothing, where one is not what it can be; it says how a right one looks.
    """
    for part, check in CHECKS.items():
        try:
            check(getattr(chosen, part))
        except WrongValue as error:
            raise PreferencesError(part, error) from error
    with write(connection):
        known = read_waiting(connection)
        for one in fields(chosen):
            value = getattr(chosen, one.name)
            if value != getattr(known, one.name):
                connection.execute(
                    "INSERT INTO preferences (name, value, changed) VALUES (?, ?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed = excluded.changed",
                    (_PREFIX + one.name, json.dumps(value), now),
                )
