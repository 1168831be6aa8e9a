"""Words, times and lengths of time in the reader's language and time zone.

Messages are English in the code; the Japanese ones come from ``translations/ja/LC_MESSAGES/machiai.po``,
which is read into memory as it is. What is stored, every key and every address stays English.
"""

import gettext
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from store.durations import spell
from store.settings import Settings

LANGUAGES = ("en", "ja")
TRANSLATIONS = Path(__file__).parent / "translations"
_CHOSEN = "language"


def mark(message: str) -> str:
    """Name a message that is translated later, where it is shown."""
    return message


@dataclass(frozen=True)
class Words:
    """A language and a time zone, and how things are said in them."""

    language: str = "en"
    zone: tzinfo = UTC

    def say(self, message: str, **values: object) -> str:
        """The message in this language, with ``{name}`` places filled in."""
        text = _translations(self.language).gettext(message)
        return text.format(**values) if values else text

    def count(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The message for ``n`` things; ``{n}`` is written with thousands set apart."""
        return _translations(self.language).ngettext(singular, plural, n).format(n=f"{n:,}", **values)

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


def choose_language(setting: str, asked: str | None, locale: str | None) -> str:
    """The setting decides, then what the address asks for, then the browser."""
    for wish in (setting, asked, (locale or "").replace("_", "-").split("-")[0].lower()):
        if wish in LANGUAGES:
            return wish
    return "en"


def choose_zone(name: str | None, offset_minutes: float | None) -> tzinfo:
    """The browser's zone by name, else by its offset (minutes west of UTC), else UTC."""
    if name:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            pass
    return timezone(-timedelta(minutes=offset_minutes)) if offset_minutes is not None else UTC


def for_reader(settings: Settings) -> Words:
    """The words for whoever looks at this page; ``?lang=ja`` is remembered for the session."""
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        st.session_state[_CHOSEN] = asked
    context = st.context
    language = choose_language(settings.language, st.session_state.get(_CHOSEN), context.locale)
    return Words(language, choose_zone(context.timezone, context.timezone_offset))


@lru_cache(maxsize=len(LANGUAGES))
def _translations(language: str) -> gettext.NullTranslations:
    path = TRANSLATIONS / language / "LC_MESSAGES" / "machiai.po"
    if not path.is_file():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
