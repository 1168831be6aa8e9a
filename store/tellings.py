"""What an alert tells, in parts that a title, a page and a phone put together; and how facts are read for it.

Facts are plain JSON, perhaps of another version: what is missing or makes no sense is left out, and never raises.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.figures import count, figure
from store.symptoms import Length, Moment, Phrase, Size

Facts = Mapping[str, Any]

AS_IS = "{text}"
AND_MORE = "{names} and {n} more"
_NAMED = 3
_LAST_MOMENT = 250_000_000_000.0
_WORDED = {"nan": "NaN", "inf": "∞", "-inf": "−∞"}


@dataclass(frozen=True)
class Telling:
    """``head`` and ``brief`` make a title, ``head: brief``; ``details`` are further facts, ``advice`` the next step.

    ``full`` says that the head tells more than the word for its kind. ``sign`` is another than that of the kind.
    """

    head: Phrase
    brief: Phrase | None = None
    details: Sequence[Phrase] = ()
    advice: Phrase | None = None
    full: bool = False
    sign: str = ""


def as_is(text: str) -> Phrase:
    """Words that are the same in every language: a name, a cause."""
    return Phrase(AS_IS, text=text)


def amount(facts: Facts, name: str) -> float | None:
    """A finite number, None where there is none."""
    value = facts.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def length(facts: Facts, name: str) -> Length | None:
    """A length of time, not below zero."""
    value = amount(facts, name)
    return None if value is None else Length(max(0.0, value))


def size(facts: Facts, name: str) -> Size | None:
    """An amount of bytes."""
    value = amount(facts, name)
    return None if value is None else Size(value)


def moment(facts: Facts, name: str) -> Moment | None:
    """A time that a calendar has."""
    value = amount(facts, name)
    return Moment(value) if value is not None and 0 <= value < _LAST_MOMENT else None


def whole(facts: Facts, name: str) -> str:
    """A step, or a number of things, thousands set apart; empty where it is not known."""
    value = amount(facts, name)
    return "" if value is None else count(value)


def percent(facts: Facts, name: str) -> str:
    """A share in per cent, without the sign for it; empty where it is not known."""
    value = amount(facts, name)
    return "" if value is None else f"{value:.0f}"


def reading(facts: Facts, name: str) -> str:
    """The value of a metric, also one that is no number: ``0.9124``, ``NaN``; empty where it is not known."""
    value = facts.get(name)
    if isinstance(value, str):
        return _WORDED.get(value.lower(), "")
    if isinstance(value, float) and not math.isfinite(value):
        return figure(value)
    number = amount(facts, name)
    return "" if number is None else figure(number)


def word(facts: Facts, name: str) -> str:
    """A name or other text, empty where there is none."""
    value = facts.get(name)
    return value if isinstance(value, str) else ""


def listed(facts: Facts, name: str) -> list[str]:
    """Names or indexes."""
    value = facts.get(name)
    many = value if isinstance(value, list | tuple) else [value]
    return [str(one) for one in many if isinstance(one, str | int) and not isinstance(one, bool) and str(one)]


def names(facts: Facts, name: str) -> Phrase | None:
    """Names in a row, the first three and how many more; None where there is none."""
    many = listed(facts, name)
    if not many:
        return None
    if len(many) <= _NAMED:
        return as_is(", ".join(many))
    return Phrase(AND_MORE, names=", ".join(many[:_NAMED]), n=len(many) - _NAMED)


def some(*phrases: Phrase | None) -> tuple[Phrase, ...]:
    """Those that there are."""
    return tuple(one for one in phrases if one is not None)
