"""The goals of a week: what they are and what came of them, on *Review* and on *Now*; the runs planned for it."""

from functools import partial

import streamlit as st

from app import review
from app.markup import plain, shorten
from app.review import Look, Span
from app.status import Colour
from app.views.deeds import do, draw_wrong
from app.words import Words
from store.settings import Settings
from store.weekly import plans
from store.weekly.goals import Goal
from store.weekly.words import GOAL_STATES

CLOSE_PAGE, PAGE = "views/close.py", "views/review.py"
LOOKS: dict[str, tuple[str, Colour]] = {
    "open": (":material/flag:", "blue"),
    "reached": (":material/check_circle:", "green"),
    "missed": (":material/cancel:", "orange"),
    "dropped": (":material/do_not_disturb_on:", "gray"),
}
_WRONG = "goal"


def draw(look: Look, span: Span, settings: Settings, say: Words) -> None:
    """The goals of the week that is looked at, and the runs that were planned for it."""
    if not look.goals and not look.planned:
        if look.week > span.current:
            st.caption(say.say("No goals yet. They are set when the week before is closed."))
        return
    with st.container(border=True, gap="xsmall", key="review-goals"):
        st.subheader(say.say("Goals"), anchor=False)
        for goal in look.goals:
            draw_goal(goal, settings, say)
        if not look.goals:
            st.caption(say.say("No goals were set for this week."))
        draw_wrong(_WRONG, say)
        draw_planned(look, say)


def draw_planned(look: Look, say: Words) -> None:
    """The runs planned, and how many GPU-hours they take."""
    if not look.planned:
        return
    parts = []
    for one in look.planned:
        text = shorten(one.text, 80)
        parts.append(f"{one.count:,} × {text}" if one.count > 1 else text)
    known, unknown = plans.planned_hours(look.planned)
    told = say.say("Planned: {runs}", runs=say.say(", ").join(parts))
    if known:
        told += " · " + say.say("{n} GPU-hours", n=f"{known:,.1f}".removesuffix(".0"))
    if unknown:
        told += " · " + say.count("{n} run not estimated", "{n} runs not estimated", unknown)
    st.caption(plain(told))


def draw_goal(goal: Goal, settings: Settings, say: Words) -> None:
    """A goal with what came of it, and the buttons that say so."""
    icon, colour = LOOKS.get(goal.state, LOOKS["open"])
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"goal-{goal.id}"):
        word = "" if goal.state == "open" else f" :{colour}[{plain(say.say(GOAL_STATES[goal.state]))}]"
        project = f" :small[:gray[{plain(shorten(goal.project, 40))}]]" if goal.project else ""
        st.markdown(f":{colour}[{icon}] {plain(goal.text)}{project}{word}", width="stretch")
        if settings.read_only:
            return
        states = ("reached", "dropped") if goal.state == "open" else ("open",)
        labels = {
            "reached": (say.say("Reached"), ":material/check:"),
            "dropped": (say.say("Drop"), ":material/do_not_disturb_on:"),
            "open": (say.say("Open again"), ":material/undo:"),
        }
        with st.container(horizontal=True, gap="small", width="content"):
            for state in states:
                label, sign = labels[state]
                st.button(
                    label,
                    key=f"goal-{state}-{goal.id}",
                    icon=sign,
                    type="tertiary",
                    on_click=do,
                    args=(_WRONG, partial(review.set_goal, settings, goal.id, state)),
                )


def draw_now(settings: Settings, say: Words) -> None:
    """On *Now*: the goals of this week, and that a week waits to be closed; nothing where there is neither."""
    found = review.read_goals(settings, say.zone)
    if not found.goals and found.due is None:
        return
    with st.container(border=True, gap="xsmall", key="week-goals"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            week = f":gray[:small[{plain(str(found.week))}]]"
            st.subheader(f"{say.say('Goals of this week')} {week}", anchor=False, width="content")
            if found.due is not None:
                closes = not settings.read_only
                st.page_link(
                    CLOSE_PAGE if closes else PAGE,
                    label=plain(say.say("Look back on {week}", week=found.due)),
                    icon=":material/event_note:",
                    query_params={"week": str(found.due)},
                )
        for goal in found.goals:
            draw_goal(goal, settings, say)
        if not found.goals:
            st.caption(say.say("No goals were set for this week."))
        draw_wrong(_WRONG, say)
