"""When weeks begin in the zones of the tests, found by walking through time instead of by reckoning."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZONES = (
    "UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Auckland",
    "Australia/Lord_Howe",
)  # fmt: skip
STARTS = {"mon": 0, "sun": 1, "sat": 2}
QUARTER = 900


@cache
def begin_of(day: date, zone: str) -> float:
    """The first quarter of an hour that is of that day there."""
    at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - 16 * 3600
    while datetime.fromtimestamp(at, ZoneInfo(zone)).date() < day:
        at += QUARTER
    return float(at)


def weeks_of(begin: float, until: float, zone: str, start: str) -> Iterator[tuple[str, float, float]]:
    """The weeks from the one before ``begin`` to the one after ``until``: name, begin and end."""
    day = datetime.fromtimestamp(begin, UTC).date()
    monday = day - timedelta(days=day.weekday() + 14)
    last = until + 8 * 86400
    while True:
        first = monday - timedelta(days=STARTS[start])
        bounds = begin_of(first, zone), begin_of(first + timedelta(days=7), zone)
        if bounds[0] > last:
            return
        year, number, _ = monday.isocalendar()
        yield f"{year}-W{number:02}", *bounds
        monday += timedelta(days=7)
