"""What the journal keeps of weeks, for the rules on them."""

import sqlite3

from store.weekly import closing, goals
from store.weekly.calendar import parse_week
from store.weekly.preferences import read_weeks


class KeptWeeks:
    """Reads each thing when it is asked for; belongs to one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def start(self) -> str:
        """The day that a week begins on."""
        return read_weeks(self.connection).week_start

    def is_closed(self, week: str) -> bool:
        """Whether the review of that week was closed."""
        return closing.is_closed(self.connection, parse_week(week))

    def goals(self, week: str) -> list[tuple[str, float]]:
        """The open goals of that week, each with when it was written last (epoch seconds)."""
        return [(one.text, one.changed) for one in goals.open_goals(self.connection, parse_week(week))]
