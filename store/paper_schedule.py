"""When a followed search is pulled by itself: at once when it is new, then once a day, and after faults again."""

import datetime
import sqlite3
import time

from store.paper_preferences import PaperPreferences
from store.paper_searches import DEGRADED, FAILED, Pull, Search

RETRY_SECONDS = (60.0, 300.0, 900.0, 3600.0)
"""How long after each pull of a day that went wrong the next one is; the last is for all that follow."""


def is_due(search: Search, pulls: list[Pull], chosen: PaperPreferences, now: float) -> bool:
    """Whether a search is to be pulled now; ``pulls`` are its last ones, newest first.

    A query that arXiv cannot read is not asked again before the next day, unless it is another.
    """
    if search.is_paused:
        return False
    pulls = [one for one in pulls if one.began >= search.changed]
    if not pulls:
        return True
    wrong = []
    for one in pulls:
        if one.outcome not in (DEGRADED, FAILED):
            break
        wrong.append(one)
    begin = day_begin(chosen, now)
    today = [one for one in wrong if one.began >= begin]
    never_good = len(wrong) == len(pulls) and search.last_good is None
    if (today or never_good) and not search.is_unreadable:
        tries = max(1, len(today))
        return _has_passed(pulls[0], RETRY_SECONDS[min(tries, len(RETRY_SECONDS)) - 1], now)
    return chosen.pull_daily and (pulls[0].began < begin or pulls[0].began > now)


def day_begin(chosen: PaperPreferences, now: float) -> float:
    """When the time of the daily pull was last, in epoch seconds, by the clock of this machine."""
    hours, minutes = map(int, chosen.pull_time.split(":"))
    today = datetime.date(*time.localtime(now)[:3])
    begin = _moment(today, hours, minutes)
    return begin if begin <= now else _moment(today - datetime.timedelta(days=1), hours, minutes)


def some_wait_no_longer(connection: sqlite3.Connection, now: float) -> bool:
    """Whether papers that were put off are to come back."""
    row = connection.execute("SELECT 1 FROM papers WHERE until <= ? AND state = 'later' LIMIT 1", (now,)).fetchone()
    return row is not None


def _moment(date: datetime.date, hours: int, minutes: int) -> float:
    return time.mktime((date.year, date.month, date.day, hours, minutes, 0, 0, 0, -1))


def _has_passed(pull: Pull, seconds: float, now: float) -> bool:
    """Whether that long has passed since a pull; one in the future was made under a clock that was set back."""
    return now - pull.ended >= seconds or pull.ended > now
