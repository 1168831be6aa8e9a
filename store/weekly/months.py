"""Months by name, and when they begin and end where the reader is. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from store.errors import ReviewError
from store.weekly.calendar import begin_of

_NAME = re.compile(r"(\d{4})-(\d{1,2})")
_FIRST_YEAR, _LAST_YEAR = 1971, 9998


@dataclass(frozen=True, order=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    def shift(self, months: int) -> "Month":
        """The month so many months later."""
        whole = self.year * 12 + self.number - 1 + months
        return Month(whole // 12, whole % 12 + 1)

    def days(self) -> list[date]:
        """Its days."""
        first, after = date(self.year, self.number, 1), self.shift(1)
        count = (date(after.year, after.number, 1) - first).days
        return [first.replace(day=n + 1) for n in range(count)]

    def bounds(self, zone: tzinfo | None) -> tuple[float, float]:
        """When it begins and when the next one does, in epoch seconds; ``zone`` None is this machine's own."""
        after = self.shift(1)
        return begin_of(date(self.year, self.number, 1), zone), begin_of(date(after.year, after.number, 1), zone)


def month_of(moment: float, zone: tzinfo | None) -> Month:
    """The month of a moment (epoch seconds) where ``zone`` is."""
    day = datetime.fromtimestamp(moment, zone).date()
    return Month(day.year, day.month)


def parse_month(text: str) -> Month:
    """Read ``2026-11``; ReviewError for another text."""
    match = _NAME.fullmatch(text.strip())
    if match is None or not 1 <= int(match[2]) <= 12 or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        raise ReviewError("{text} names no month; give one as 2026-11", text=repr(text))
    return Month(int(match[1]), int(match[2]))
