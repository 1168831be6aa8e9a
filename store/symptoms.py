"""What a finding is made of: words to be translated, and values that each language writes in its own way."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from store.durations import spell
from store.sizes import spell_size

Level = Literal["bad", "warn", "note"]


class Phrase:
    """Words within words: a msgid and the values of its places; English as text."""

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message.format(**self.values) if self.values else self.message

    def __repr__(self) -> str:
        return f"Phrase({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase) and (self.message, self.values) == (other.message, other.values)

    def __hash__(self) -> int:
        return hash(self.message)


class Length(float):
    """Seconds; as text ``3 h 12 m``."""

    def __format__(self, specification: str) -> str:
        return spell(float(self))


class Moment(float):
    """A time in epoch seconds; as text in this machine's zone, ``11-21 14:20``."""

    def __format__(self, specification: str) -> str:
        return time.strftime("%m-%d %H:%M", time.localtime(self))


class Size(float):
    """Bytes; as text ``23.7 GiB``, the same in every language."""

    def __format__(self, specification: str) -> str:
        return spell_size(self)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or worth knowing.

    ``subject`` is what it befell: ``gpu:<uuid>``, ``host:<host>`` or ``disk:<host>:<path>``. ``words`` is a msgid,
    ``values`` fill its places. ``since`` is when it began, in epoch seconds, None where that is not known.
    """

    kind: str
    level: Level
    subject: str
    words: str
    values: dict[str, Any] = field(default_factory=dict)
    since: float | None = None

    def __str__(self) -> str:
        return self.words.format(**self.values)


def fill(
    finding: Finding,
    say: Callable[..., str],
    *,
    length: Callable[[float], str] = spell,
    moment: Callable[[float], str] = lambda epoch: f"{Moment(epoch)}",
) -> str:
    """A finding in the language of ``say(message, **values)``, of ``length`` (seconds) and ``moment`` (epoch)."""

    def told(value: object) -> object:
        if isinstance(value, Phrase):
            return say(value.message, **{name: told(one) for name, one in value.values.items()})
        if isinstance(value, Length):
            return length(float(value))
        return moment(float(value)) if isinstance(value, Moment) else f"{value}"

    return say(finding.words, **{name: told(value) for name, value in finding.values.items()})


def number(value: object) -> float | None:
    """A field of a reading as a number, None where it has none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def text(source: Mapping[str, Any], name: str) -> str:
    """A field of a reading as text, empty where it has none."""
    value = source.get(name)
    return value if isinstance(value, str) else ""
