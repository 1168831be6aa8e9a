"""The reader of a page: which language and time zone are theirs. The words themselves are in ``store.words``."""

from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st

from store.alert_words import say_phrase
from store.errors import MachiaiError
from store.settings import Settings
from store.symptoms import Phrase
from store.translation import TRANSLATIONS
from store.words import LANGUAGES, Words, mark

__all__ = ["LANGUAGES", "TRANSLATIONS", "Words", "choose_language", "choose_zone", "for_reader", "mark", "why"]

_CHOSEN = "language"


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


def for_reader(settings: Settings | None) -> Words:
    """The words for whoever looks at this page; ``?lang=ja`` is remembered for the session. None where the settings
    cannot be read."""
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        st.session_state[_CHOSEN] = asked
    context = st.context
    language = choose_language(settings.language if settings else "auto", st.session_state.get(_CHOSEN), context.locale)
    return Words(language, choose_zone(context.timezone, context.timezone_offset))


def why(wrong: BaseException | Phrase, say: Words) -> str:
    """Why something could not be done, in the reader's language; what is not of ours, as it is."""
    if isinstance(wrong, MachiaiError):
        wrong = wrong.phrase
    return say_phrase(wrong, say) if isinstance(wrong, Phrase) else str(wrong)
