"""The days of the week by name."""

from app.words import mark
from store.preference_checks import DAYS

_NAMES = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)
WEEKDAYS = dict(zip(DAYS, _NAMES, strict=True))
"""The names by their short form, Monday first."""


def name_of(number: int) -> str:
    """The name (a msgid) of a day as ``date.weekday`` numbers it."""
    return _NAMES[number]
