"""How many pushes of the month are left on a free Pushbullet account, and how sparing that asks us to be.

No answer of Pushbullet says how many remain, so those that were sent are counted. Only the refusal at the end of the
allowance is certain: it is kept as a mark for its month. A month is a calendar month of this machine's zone.
"""

import calendar
import math
import sqlite3
from dataclasses import dataclass
from datetime import datetime, tzinfo

from store import delivery_log
from store.preferences import AlertPreferences

CHANNEL = "pushbullet"
PLENTY, THRIFT, TIGHT, RESERVE, EMPTY = "plenty", "thrift", "tight", "reserve", "empty"
STAGES = (PLENTY, THRIFT, TIGHT, RESERVE, EMPTY)
RESERVED_SHARE = 0.1
"""The last part of the month's pushes is kept for crashes."""
TIGHT_SHARE, THRIFT_SHARE = 0.2, 0.4
"""Of what an even use of the month would have left: below this, pushes are batched harder."""

_MARK = "pushbullet_used_up"


@dataclass(frozen=True)
class Budget:
    """The pushes of a month: ``limit`` of them (0: no limit), ``sent`` so far, on its ``day`` (from 1) of ``days``.

    ``used_up`` says that Pushbullet itself has refused a push for this reason.
    """

    limit: int
    sent: int
    day: int = 1
    days: int = 30
    used_up: bool = False

    @property
    def left(self) -> int:
        """How many may still be sent; meaningless without a limit."""
        return 0 if self.used_up else max(0, self.limit - self.sent)


def stage(budget: Budget) -> str:
    """How sparing to be: ``plenty``, ``thrift``, ``tight``, ``reserve`` or ``empty``."""
    if budget.used_up:
        return EMPTY
    if budget.limit <= 0:
        return PLENTY
    if budget.left <= 0:
        return EMPTY
    if budget.left <= math.ceil(budget.limit * RESERVED_SHARE):
        return RESERVE
    even = (budget.days - budget.day + 1) / budget.days
    share = budget.left / budget.limit / even
    if share <= TIGHT_SHARE:
        return TIGHT
    return THRIFT if share <= THRIFT_SHARE else PLENTY


def read_budget(
    connection: sqlite3.Connection, preferences: AlertPreferences, now: float, zone: tzinfo | None = None
) -> Budget:
    """The budget of the month that ``now`` lies in, in this machine's zone by default."""
    moment = datetime.fromtimestamp(now, zone)
    days = calendar.monthrange(moment.year, moment.month)[1]
    sent = delivery_log.count_sent(connection, CHANNEL, _first(moment.year, moment.month, zone))
    return Budget(preferences.push_budget, sent, moment.day, days, is_used_up(connection, now, zone))


def next_month(now: float, zone: tzinfo | None = None) -> float:
    """When the next month begins, in epoch seconds."""
    moment = datetime.fromtimestamp(now, zone)
    return _first(moment.year + moment.month // 12, moment.month % 12 + 1, zone)


def mark_used_up(connection: sqlite3.Connection, now: float, zone: tzinfo | None = None) -> None:
    """Pushbullet says that the month's pushes are used up; inside the caller's transaction."""
    connection.execute(
        "INSERT INTO preferences (name, value, changed) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed = excluded.changed",
        (_MARK, f'"{_month(now, zone)}"', now),
    )


def forget_mark(connection: sqlite3.Connection) -> None:
    """Forget that: a push went through after all, or the account is another; inside the caller's transaction."""
    connection.execute("DELETE FROM preferences WHERE name = ?", (_MARK,))


def is_used_up(connection: sqlite3.Connection, now: float, zone: tzinfo | None = None) -> bool:
    """Whether Pushbullet has said so in the month of ``now``."""
    row = connection.execute("SELECT value FROM preferences WHERE name = ?", (_MARK,)).fetchone()
    return row is not None and row[0] == f'"{_month(now, zone)}"'


def keeps_back(connection: sqlite3.Connection, channel: str = CHANNEL) -> bool:
    """Whether any delivery is held for the next month; cheap, to be asked often."""
    found = connection.execute(
        "SELECT 1 FROM deliveries WHERE state = 'held' AND why = 'budget' AND channel = ? LIMIT 1", (channel,)
    )
    return found.fetchone() is not None


def _month(now: float, zone: tzinfo | None) -> str:
    return datetime.fromtimestamp(now, zone).strftime("%Y-%m")


def _first(year: int, month: int, zone: tzinfo | None) -> float:
    return datetime(year, month, 1, tzinfo=zone).timestamp()
