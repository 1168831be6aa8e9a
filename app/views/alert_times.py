"""When alerts come, in which language, and what they leave out."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from typing import Any

import streamlit as st

from app.alert_settings import Change, Kept
from app.markup import plain
from app.views import week_start
from app.views.alert_inputs import keep, seed
from app.views.deeds import draw_wrong
from app.views.weekdays import WEEKDAYS
from app.words import Words, mark
from store.preferences import AlertPreferences
from store.settings import Settings

QUIET, REVIEW = ("23:00", "07:00"), "fri 16:00"
DAY_WORDS = {"": mark("Never"), **WEEKDAYS}
LANGUAGES = {"auto": mark("As the dashboard or the machine"), "en": "English", "ja": "日本語"}


def draw(kept: Kept, settings: Settings, say: Words) -> None:
    """Quiet hours, digests, review, language, privacy."""
    chosen = kept.preferences
    st.caption(say.say("Times are those of the machine that Machiai runs on."))
    draw_quiet(chosen, settings, say)
    draw_digests(chosen, settings, say)
    draw_review(chosen, settings, say)
    week_start.draw(settings, say)
    one = seed("times-language", chosen.language)
    st.selectbox(
        say.say("Language of the messages"),
        list(LANGUAGES),
        format_func=lambda language: say.say(LANGUAGES[language]),
        key=one.key,
        index=list(LANGUAGES).index(one.kept),
        disabled=settings.read_only,
        width=320,
        on_change=keep,
        args=(settings, one, lambda language: lambda known: replace(known, language=language)),
    )
    draw_wrong(one.name, say)
    one = seed("times-private", chosen.private or settings.private)
    st.toggle(
        say.say("Leave paths, host names and log lines out of messages"),
        key=one.key,
        value=one.kept,
        disabled=settings.read_only or settings.private,
        help=say.say("It is switched on in the settings file.") if settings.private else None,
        on_change=keep,
        args=(settings, one, lambda private: lambda known: replace(known, private=private)),
    )
    draw_wrong(one.name, say)


def draw_quiet(chosen: AlertPreferences, settings: Settings, say: Words) -> None:
    """Whether there are quiet hours, and from when to when."""
    one = seed("times-quiet", chosen.quiet is not None)
    st.toggle(
        say.say("Quiet hours: only what may be told at night is pushed"),
        key=one.key,
        value=one.kept,
        disabled=settings.read_only,
        on_change=keep,
        args=(settings, one, lambda on: lambda known: replace(known, quiet=(known.quiet or QUIET) if on else None)),
    )
    if chosen.quiet is not None:
        with st.container(horizontal=True):
            draw_time(say.say("From"), "times-quiet-begin", chosen.quiet[0], set_begin, settings)
            draw_time(say.say("To"), "times-quiet-end", chosen.quiet[1], set_end, settings)
        draw_wrong("times-quiet-begin", say)
        draw_wrong("times-quiet-end", say)
    draw_wrong(one.name, say)


def draw_digests(chosen: AlertPreferences, settings: Settings, say: Words) -> None:
    """At what times the digests come."""
    one = seed("times-digests", ", ".join(chosen.digests))
    st.text_input(
        say.say("Digests at"),
        key=one.key,
        value=one.kept,
        disabled=settings.read_only,
        width=320,
        placeholder="09:00, 13:00, 18:00",
        on_change=keep,
        args=(settings, one, lambda text: lambda known: replace(known, digests=times_in(text))),
    )
    draw_wrong(one.name, say)


def draw_review(chosen: AlertPreferences, settings: Settings, say: Words) -> None:
    """On which day and at what time the week's review is due."""
    day, _, moment = chosen.review.partition(" ")
    with st.container(horizontal=True):
        one = seed("times-review-day", day)
        st.selectbox(
            say.say("The week's review is due"),
            list(DAY_WORDS),
            format_func=lambda one: say.say(DAY_WORDS[one]),
            key=one.key,
            index=list(DAY_WORDS).index(one.kept),
            disabled=settings.read_only,
            width=200,
            on_change=keep,
            args=(settings, one, set_review_day),
        )
        if day:
            draw_time(say.say("At"), "times-review-at", moment, set_review_time, settings)
    draw_wrong(one.name, say)
    draw_wrong("times-review-at", say)


def draw_time(label: str, name: str, kept: str, alter: Callable[[Any], Change], settings: Settings) -> None:
    """A time of day."""
    one = seed(name, time.fromisoformat(kept))
    st.time_input(
        plain(label),
        value=one.kept,
        key=one.key,
        disabled=settings.read_only,
        width=140,
        on_change=keep,
        args=(settings, one, alter),
    )


def set_begin(moment: time) -> Change:
    """Quiet hours from then on; their end stays."""
    return lambda known: replace(known, quiet=(spell(moment), (known.quiet or QUIET)[1]))


def set_end(moment: time) -> Change:
    """Quiet hours until then; their begin stays."""
    return lambda known: replace(known, quiet=((known.quiet or QUIET)[0], spell(moment)))


def set_review_day(day: str) -> Change:
    """The review on that day at the time it had."""
    return lambda known: replace(known, review=f"{day} {(known.review or REVIEW).split(' ')[1]}" if day else "")


def set_review_time(moment: time) -> Change:
    """The review at that time on the day it had."""
    return lambda known: replace(known, review=f"{(known.review or REVIEW).split(' ')[0]} {spell(moment)}")


def spell(moment: time) -> str:
    """``09:00``"""
    return moment.strftime("%H:%M")


def times_in(text: str) -> tuple[str, ...]:
    """The times in what was typed: ``9:00、13:00`` as well as ``09:00, 13:00``."""
    return tuple(one.zfill(5) for one in re.split(r"[\s,;、，；]+", text.replace("：", ":")) if one)
