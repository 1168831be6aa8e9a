"""Words, times and lengths of time in the reader's language and time zone.

Messages are English in the code; see ``store.translation`` for the Japanese ones. What is stored, every key and every
address stays English.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from store.durations import spell
from store.translation import catalogue

LANGUAGES = ("en", "ja")


def mark(message: str) -> str:
    """Name a message that is translated later, where it is shown."""
    return message


@dataclass(frozen=True)
class Words:
    """A language and a time zone (None is this machine's), and how things are said in them."""

    language: str = "en"
    zone: tzinfo | None = UTC

    def say(self, message: str, **values: object) -> str:
        """The message in this language, with ``{name}`` places filled in."""
        text = catalogue(self.language).gettext(message)
        return text.format(**values) if values else text

    def count(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The message for ``n`` things; ``{n}`` is written with thousands set apart."""
        return catalogue(self.language).ngettext(singular, plural, n).format(n=f"{n:,}", **values)

    def clock(self, epoch: float) -> str:
        """``14:20:05``"""
        return self._local(epoch).strftime("%H:%M:%S")

    def moment(self, epoch: float, now: float) -> str:
        """``14:20`` today, ``11-20 14:20`` in the last months, with the year before that."""
        then, today = self._local(epoch), self._local(now)
        if then.date() == today.date():
            return then.strftime("%H:%M")
        return then.strftime("%m-%d %H:%M" if abs(now - epoch) < 200 * 86400 else "%Y-%m-%d %H:%M")

    def date(self, epoch: float | None) -> str:
        """``2026-11-21 14:20:05``, or ``–`` for an unknown time."""
        return "–" if epoch is None else self._local(epoch).strftime("%Y-%m-%d %H:%M:%S")

    def length(self, seconds: float | None) -> str:
        """``3 h 12 m``, ``0.3 s``, or ``3 時間 12 分``; ``–`` for an unknown length."""
        return self._in_units(spell(seconds))

    def age(self, seconds: float) -> str:
        """A length that grows while it is looked at: in whole seconds."""
        whole = max(0, int(seconds))
        return self._in_units(f"{whole} s" if whole < 10 else spell(whole))

    def _in_units(self, spelled: str) -> str:
        forms = {"d": mark("{n} d"), "h": mark("{n} h"), "m": mark("{n} m"), "s": mark("{n} s")}
        parts = spelled.split(" ")
        if len(parts) < 2:
            return spelled
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return " ".join(self.say(forms[unit], n=number) for number, unit in pairs)

    def _local(self, epoch: float) -> datetime:
        return datetime.fromtimestamp(epoch, self.zone)
