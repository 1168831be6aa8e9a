"""What people chose about the time while runs train: how long they read, the cap on mail, whether ends wait.

Each choice is a row of its own; reading takes the default for what cannot be used.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from store.choices_kept import Checks, read_choices, save_choices
from store.errors import WrongValue
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


CHECKS: Checks = {
    "stamina_minutes": _whole(5, 240, _MINUTES),
    "day_minutes": _whole(5, 720, _MINUTES),
    "mail_minutes": _whole(1, 60, _MINUTES),
    "doing_limit": _whole(1, 20, _TASKS),
    "hold_ends": check_switch,
}


def read_waiting(connection: sqlite3.Connection) -> WaitingPreferences:
    """The choices in force: the default where nothing is kept, or nothing that can be used."""
    return read_choices(connection, WaitingPreferences, _PREFIX, CHECKS)


def save_waiting(connection: sqlite3.Connection, chosen: WaitingPreferences, now: float) -> None:
    """Keep those choices that have changed, in a transaction of its own; PreferencesError as ``save_choices``."""
    save_choices(connection, chosen, _PREFIX, CHECKS, now)
