"""What each choice about alerts can be: a function a choice, that gives it back in its own form or says how one looks.

They take what was kept as JSON as well as what a page gives, and raise WrongValue for what cannot be used.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from store.alert_rules import DIGEST, NOW, SENSITIVITIES, SOON
from store.errors import WrongValue

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LANGUAGES = ("auto", "en", "ja")
MOST_DIGESTS = 12
LARGEST_BUDGET = 100_000
_LONGEST_DEVICE = 200
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_CHANNEL = re.compile(r"[a-z0-9-]{1,64}")


def check_time(value: Any) -> str:
    """A time of day, from 00:00 to 23:59."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise WrongValue("{value} is no time of day; one looks like 09:00, from 00:00 to 23:59", value=repr(value))
    return value


def check_quiet(value: Any) -> tuple[str, str] | None:
    """When quiet hours begin and end, or None for no quiet hours."""
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise WrongValue(
            "{value} is no span of time; give its begin and its end, 23:00 and 07:00 say, or none", value=repr(value)
        )
    begin, end = (check_time(one) for one in value)
    if begin == end:
        raise WrongValue("begin and end are both {begin}; give two times, 23:00 and 07:00 say, or none", begin=begin)
    return begin, end


def check_digests(value: Any) -> tuple[str, ...]:
    """The times of the digests, in order of the day, each once."""
    if type(value) not in (list, tuple):
        raise WrongValue("{value} is no list of times; one looks like 09:00, 13:00, 18:00", value=repr(value))
    times = sorted({check_time(one) for one in value})
    if not 1 <= len(times) <= MOST_DIGESTS:
        raise WrongValue(
            "there are {n} times; give 1 to {most}, 09:00, 13:00, 18:00 say", n=len(times), most=MOST_DIGESTS
        )
    return tuple(times)


def check_budget(value: Any) -> int:
    """Pushes a month, 0 for any number."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_BUDGET:
        raise WrongValue(
            "{value} is no number of pushes; give 0 (no limit) to {most}, 500 say",
            value=repr(value),
            most=LARGEST_BUDGET,
        )
    return value


def check_language(value: Any) -> str:
    """The language of the messages."""
    return _check_word(value, LANGUAGES)


def check_review(value: Any) -> str:
    """When the week's review is due, empty for never."""
    if value == "":
        return ""
    day, _, time = value.partition(" ") if isinstance(value, str) else ("", "", "")
    if day not in DAYS or not _TIME.fullmatch(time):
        raise WrongValue(
            "{value} is no time of the week; one looks like fri 16:00, days are {days}",
            value=repr(value),
            days=" ".join(DAYS),
        )
    return f"{day} {time}"


def check_switch(value: Any) -> bool:
    """On or off."""
    if value is not True and value is not False:
        raise WrongValue("{value} is neither true nor false", value=repr(value))
    return value is True


def check_device(value: Any) -> str:
    """The name an account has for a device, empty for all."""
    if not isinstance(value, str) or len(value) > _LONGEST_DEVICE or not (value.isascii() and value.isprintable()):
        raise WrongValue(
            "{value} is no name of a device; take one from the account's list, or none for all", value=repr(value)
        )
    return value


def check_channel_name(value: Any) -> str:
    """The name of a channel."""
    if not isinstance(value, str) or not _CHANNEL.fullmatch(value):
        raise WrongValue(
            "{value} is no name of a channel; one looks like ntfy-phone: a-z, 0-9 and -", value=repr(value)
        )
    return value


def _check_word(value: Any, words: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in words:
        raise WrongValue("{value} is none of {known}", value=repr(value), known=", ".join(words))
    return value


def _check_severity(value: Any) -> str:
    return _check_word(value, (NOW, SOON, DIGEST))


def _or_none(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else check(value)


PARTS: Mapping[str, Callable[[Any], Any]] = {
    "quiet": check_quiet,
    "digests": check_digests,
    "push_budget": check_budget,
    "language": check_language,
    "private": check_switch,
    "review": check_review,
}
RULE: Mapping[str, Callable[[Any], Any]] = {
    "on": _or_none(check_switch),
    "sensitivity": lambda value: _check_word(value, SENSITIVITIES),
    "severity": _or_none(_check_severity),
    "at_night": _or_none(check_switch),
}
CHANNEL: Mapping[str, Callable[[Any], Any]] = {
    "on": check_switch,
    "least": _check_severity,
    "fallback": check_switch,
    "device": check_device,
}
