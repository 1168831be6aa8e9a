"""*Settings*: how alerts reach the researcher, when, and about what; and how long things are done while one waits."""

import streamlit as st

from app import alert_settings, blank, words
from app.views import (
    alert_budget,
    alert_channels,
    alert_conditions,
    alert_log,
    alert_rules,
    alert_times,
    waiting_choices,
)
from app.words import Words
from store import settings as store_settings
from store.settings import Settings


def draw(settings: Settings, say: Words) -> None:
    """The sections, each in a tab of its own."""
    st.title(say.say("Settings"), anchor=False)
    kept = alert_settings.read_kept(settings)
    blank.daemon_banner(say, kept.pulse)
    if settings.read_only:
        st.caption(":material/lock: " + say.say("This dashboard only shows: nothing can be changed here."))
    else:
        st.caption(say.say("What is changed here is kept at once."))
    channels, times, rules, conditions, budget, waiting, log = st.tabs(
        [
            say.say("Channels"),
            say.say("Times"),
            say.say("Rules"),
            say.say("Conditions"),
            say.say("Budget"),
            say.say("Waiting"),
            say.say("Delivery log"),
        ]
    )
    with channels:
        alert_channels.draw(settings, say)
    with times, blank.shield(say):
        alert_times.draw(kept, settings, say)
    with rules, blank.shield(say):
        alert_rules.draw(kept, settings, say)
    with conditions, blank.shield(say):
        alert_conditions.draw(settings, say)
    with budget, blank.shield(say):
        alert_budget.draw(kept, settings, say)
    with waiting, blank.shield(say):
        waiting_choices.draw(settings, say)
    with log:
        alert_log.draw(settings, say)


_settings = store_settings.load()
draw(_settings, words.for_reader(_settings))
