"""*Review*: a week looked back on by itself, its goals and what was written of it; past weeks; what was read."""

from collections.abc import Callable

import streamlit as st

from app import blank, review, words
from app.markup import plain
from app.review import Span
from app.views import review_history, review_reading, review_week, sections
from app.words import Words, mark, why
from store import settings as store_settings
from store.errors import ReviewError
from store.settings import Settings
from store.weekly.calendar import Week, parse_week

SECTIONS = {"week": mark("Week"), "history": mark("History"), "reading": mark("Reading")}


def show(settings: Settings, say: Words) -> None:
    """The section that is chosen: a week, the weeks before it, or what was read."""
    span = review.read_span(settings, say.zone)
    week = asked_week(span, say)
    section = sections.choose("review", SECTIONS, say)
    if settings.read_only:
        st.caption(":material/lock: " + say.say("This dashboard only shows: nothing can be changed here."))
    draws: dict[str, Callable[[], None]] = {
        "week": lambda: review_week.draw(week, span, settings, say),
        "history": lambda: review_history.draw(week, span, settings, say),
        "reading": lambda: review_reading.draw(settings, say),
    }
    with blank.shield(say):
        draws[section]()


def asked_week(span: Span, say: Words) -> Week:
    """The week that the address names, else this one; why it names none, where it does not."""
    asked = st.query_params.get("week", "").strip()
    if not asked:
        return span.current
    try:
        week = parse_week(asked)
    except ReviewError as error:
        st.warning(plain(why(error, say)), icon=":material/event_busy:")
        return span.current
    return min(week, span.last)


_settings = store_settings.load()
show(_settings, words.for_reader(_settings))
