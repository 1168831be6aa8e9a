"""The time while trainings run: how long one reads, the cap on mail, how much side by side, what news waits."""

from dataclasses import replace
from typing import Any

import streamlit as st

from app import waiting_settings
from app.views.alert_inputs import keep, seed
from app.views.deeds import draw_wrong
from app.waiting_settings import Change
from app.words import Words
from store.settings import Settings
from store.waiting_preferences import WaitingPreferences


def draw(settings: Settings, say: Words) -> None:
    """Lengths in minutes, then what waits."""
    kept = waiting_settings.read_kept(settings)
    st.caption(say.say("Suggestions on Now and the clock of a session go by these."))
    draw_number("stamina_minutes", say.say("Reading at a stretch, minutes"), 5, 240, 5, kept, settings, say)
    draw_number("day_minutes", say.say("Reading in a day, minutes"), 5, 720, 10, kept, settings, say)
    draw_number("mail_minutes", say.say("Mail and messages at a time, minutes"), 1, 60, 1, kept, settings, say)
    draw_number("doing_limit", say.say("Tasks of a project side by side"), 1, 20, 1, kept, settings, say)
    one = seed("waiting-hold_ends", kept.hold_ends)
    st.toggle(
        say.say("Hold the news that a run finished until my session ends"),
        key=one.key,
        value=one.kept,
        disabled=settings.read_only,
        help=say.say("A crash is told at once, whatever goes on."),
        on_change=keep,
        args=(settings, one, lambda on: alter("hold_ends", on), waiting_settings.change),
    )
    draw_wrong(one.name, say)


def draw_number(
    part: str, label: str, low: int, high: int, step: int, kept: WaitingPreferences, settings: Settings, say: Words
) -> None:
    """One number; what it may be is checked where it is kept, so that the reason stands beside it."""
    one = seed(f"waiting-{part}", getattr(kept, part))
    st.number_input(
        label,
        value=one.kept,
        step=step,
        min_value=low,
        max_value=high,
        key=one.key,
        disabled=settings.read_only,
        width=320,
        on_change=keep,
        args=(settings, one, lambda value: alter(part, value), waiting_settings.change),
    )
    draw_wrong(one.name, say)


def alter(part: str, value: Any) -> Change:
    """A change of one choice."""
    return lambda known: replace(known, **{part: value})
