"""On which day weeks begin."""

import streamlit as st

from app import review
from app.views.alert_inputs import keep, seed
from app.views.deeds import draw_wrong
from app.views.weekdays import WEEKDAYS
from app.words import Words
from store.settings import Settings
from store.weekly.calendar import STARTS


def draw(settings: Settings, say: Words) -> None:
    """Monday, Sunday or Saturday; weeks that were closed stay as they were."""
    one = seed("times-week-start", review.read_start(settings))
    st.selectbox(
        say.say("Weeks begin on"),
        list(STARTS),
        format_func=lambda day: say.say(WEEKDAYS[day]),
        key=one.key,
        index=list(STARTS).index(one.kept),
        disabled=settings.read_only,
        width=200,
        help=say.say("Weeks that were closed stay as they were."),
        on_change=keep,
        args=(settings, one, lambda day: day, review.set_start),
    )
    draw_wrong(one.name, say)
