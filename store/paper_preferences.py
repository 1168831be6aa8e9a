"""What people chose about papers: when searches are pulled by themselves, or that they are not.

Each choice is a row of its own; reading takes the default for what cannot be used.
"""

import sqlite3
from dataclasses import dataclass

from store.choices_kept import Checks, read_choices, save_choices
from store.preference_checks import check_switch, check_time

_PREFIX = "papers."


@dataclass(frozen=True)
class PaperPreferences:
    """``pull_time`` is the time of day, by the clock of the daemon's machine, from which on the searches are pulled
    once a day; with ``pull_daily`` off they are pulled on demand alone."""

    pull_time: str = "08:00"
    pull_daily: bool = True


CHECKS: Checks = {"pull_time": check_time, "pull_daily": check_switch}


def read_papers(connection: sqlite3.Connection) -> PaperPreferences:
    """The choices in force: the default where nothing is kept, or nothing that can be used."""
    return read_choices(connection, PaperPreferences, _PREFIX, CHECKS)


def save_papers(connection: sqlite3.Connection, chosen: PaperPreferences, now: float) -> None:
    """Keep those choices that have changed, in a transaction of its own; PreferencesError as ``save_choices``."""
    save_choices(connection, chosen, _PREFIX, CHECKS, now)
