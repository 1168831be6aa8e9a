"""Weeks by name, and when they begin and end where the reader is. Pure.

A week is named as ISO 8601 names it (``2026-W47``). One that begins on a Sunday or a Saturday bears the name of the ISO
week that it shares its Thursday with, so that every day is of one week and no name is left out.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from store.errors import ReviewError

STARTS = ("mon", "sun", "sat")
"""The days that a week may begin on."""
_BEFORE_MONDAY = {"mon": 0, "sun": 1, "sat": 2}
_NAME = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_FIRST_YEAR, _LAST_YEAR = 1970, 9998


@dataclass(frozen=True, order=True)
class Week:
    """An ISO week."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"

    def shift(self, weeks: int) -> "Week":
        """The week so many weeks later."""
        return _of_date(self._monday() + timedelta(weeks=weeks))

    def days(self, start: str = "mon") -> list[date]:
        """Its seven days."""
        first = self._monday() - timedelta(days=_BEFORE_MONDAY[start])
        return [first + timedelta(days=n) for n in range(7)]

    def bounds(self, zone: tzinfo | None, start: str = "mon") -> tuple[float, float]:
        """When it begins and when the next one does, in epoch seconds; ``zone`` None is this machine's own.

        167 or 169 hours apart where the clocks change, or whatever a zone did.
        """
        first = self._monday() - timedelta(days=_BEFORE_MONDAY[start])
        return begin_of(first, zone), begin_of(first + timedelta(days=7), zone)

    def _monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)


def week_of(moment: float, zone: tzinfo | None, start: str = "mon") -> Week:
    """The week of a moment (epoch seconds) where ``zone`` is."""
    return week_of_day(datetime.fromtimestamp(moment, zone).date(), start)


def week_of_day(day: date, start: str = "mon") -> Week:
    """The week that a day is in."""
    return _of_date(day + timedelta(days=_BEFORE_MONDAY[start]))


def parse_week(text: str) -> Week:
    """Read ``2026-W47``; ReviewError for another text, and for a week that its year does not have."""
    match = _NAME.fullmatch(text.strip())
    if match is None or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        raise ReviewError("{text} names no week; give one as 2026-W47", text=repr(text))
    year, number = int(match[1]), int(match[2])
    try:
        date.fromisocalendar(year, number, 1)
        date.fromisocalendar(year, number, 7)
    except ValueError:
        raise ReviewError(
            "{year} has no week {number}; a year has 52 weeks, some have 53", year=year, number=number
        ) from None
    return Week(year, number)


def begin_of(day: date, zone: tzinfo | None) -> float:
    """The first moment of a day, in epoch seconds; where the clocks leave out midnight, the first that there is."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def spell_zone(zone: tzinfo | None) -> str:
    """A zone as it is kept: its name, or its offset now (``+09:00``); empty for this machine's own."""
    if zone is None:
        return ""
    key = getattr(zone, "key", None)
    if key:
        return str(key)
    offset = datetime.now(UTC).astimezone(zone).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _of_date(day: date) -> Week:
    year, number, _ = day.isocalendar()
    return Week(year, number)


def read_zone(text: str) -> tzinfo | None:
    """The zone that ``spell_zone`` wrote, or that a person names; ReviewError for a name that is none."""
    if not text:
        return None
    match = re.fullmatch(r"([+-])(\d{1,2}):(\d{2})", text)
    if match:
        ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-ahead if match[1] == "-" else ahead)
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ReviewError("{text} names no time zone; give one as Asia/Tokyo", text=repr(text)) from None
