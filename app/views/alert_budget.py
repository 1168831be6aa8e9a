"""The month's pushes: how many were sent, how many there may be, and what that means for the next ones."""

from dataclasses import replace

import streamlit as st

from app.alert_settings import Kept
from app.markup import plain
from app.views.alert_inputs import keep, seed
from app.views.deeds import draw_wrong
from app.words import Words, mark
from store import push_budget
from store.preference_checks import LARGEST_BUDGET
from store.settings import Settings

STAGES = {
    push_budget.PLENTY: mark("Plenty is left: everything is sent as it comes."),
    push_budget.THRIFT: mark("Going faster than the month: pushes are batched more."),
    push_budget.TIGHT: mark("Little is left for the rest of the month: pushes are batched hard."),
    push_budget.RESERVE: mark("Only the reserve is left: it is kept for crashes."),
    push_budget.EMPTY: mark("Used up: pushes wait for the next month; other channels go on."),
}


def draw(kept: Kept, settings: Settings, say: Words) -> None:
    """A bar, the stage in words, and the limit."""
    budget = kept.budget
    if budget.limit:
        text = say.say(
            "{n} of {limit} pushes sent this month, day {day} of {days}",
            n=budget.sent,
            limit=budget.limit,
            day=budget.day,
            days=budget.days,
        )
        st.progress(min(1.0, budget.sent / budget.limit), text=plain(text))
    else:
        st.markdown(plain(say.say("{n} pushes sent this month; no limit is set", n=budget.sent)))
    st.markdown(plain(say.say(STAGES[push_budget.stage(budget)])))
    one = seed("budget-limit", kept.preferences.push_budget)
    st.number_input(
        say.say("Pushes a month (0: no limit)"),
        min_value=0,
        max_value=LARGEST_BUDGET,
        step=50,
        key=one.key,
        value=one.kept,
        disabled=settings.read_only,
        width=240,
        on_change=keep,
        args=(settings, one, lambda limit: lambda known: replace(known, push_budget=limit)),
    )
    draw_wrong(one.name, say)
