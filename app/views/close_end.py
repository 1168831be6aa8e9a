"""Closing a week, the end: what was left, what was written, and the button that freezes the figures. Once it is closed,
that it is, and the week to come."""

import streamlit as st

from app import closing, closing_steps
from app.closing import Closing
from app.markup import plain
from app.views import close_next, close_plans
from app.views.close_looking import QUESTIONS
from app.views.deeds import do
from app.words import Words
from store.settings import Settings
from store.weekly import plans
from store.weekly import words as sentences

WRONG = "close"
REVIEW_PAGE, NOW_PAGE = "views/review.py", "views/now.py"


def draw(one: Closing, settings: Settings, say: Words) -> None:
    """What is left at each step, and what closing does."""
    st.markdown(f"**{plain(sentences.headline(closing.read_figures(settings, one), say))}**")
    with st.container(border=True, gap="xsmall", key="close-left"):
        for step, is_done, text in left(one, settings, say):
            draw_line(step, is_done, text, one, settings, say)
    text = say.say(
        "Closing freezes the figures as they are now. What turns out to be wrong later is noted beside them; "
        "nothing is rewritten."
    )
    if one.now < one.end:
        rest = say.say("The week goes on until {time}: what happens after you close it is not in its figures.",
                       time=say.date(one.end)[:16])  # fmt: skip
        text = f"{text} {rest}"
    st.markdown(plain(text))


def draw_button(one: Closing, settings: Settings, say: Words) -> None:
    """The end; of two keys more than the way on, so that nobody comes to it by pressing that once too often."""
    st.button(
        say.say("Close week {number}", number=one.week.number),
        key="close-close",
        icon=":material/event_available:",
        type="primary",
        shortcut="Ctrl+Shift+Enter",
        disabled=settings.read_only,
        on_click=do,
        args=(WRONG, lambda: closing.close(settings, one)),
    )


def left(one: Closing, settings: Settings, say: Words) -> list[tuple[str, bool, str]]:
    """For each step whether it is done, and what is left of it or came of it."""
    desk = closing_steps.read_desk(settings)
    ends = closing_steps.read_ends(settings, one)
    chores = closing_steps.read_chores(settings, one)
    pile = closing_steps.read_pile(settings, one)
    outlook = closing_steps.read_outlook(settings, one)
    waiting, silent = len(desk.cards) + desk.shelf.total, len(ends.runs) + ends.more
    written = [say.say(question) for name, question in QUESTIONS.items() if one.answer(name)]
    hours = plans.planned_hours(outlook.planned)[0]
    told = {
        "inbox": say.say("Nothing waits"),
        "runs": say.say("Every run that ended has its conclusion"),
        "tasks": say.say("Every task was gone through"),
        "papers": say.say("Every paper was gone through"),
        "looking_back": say.say("Answered: {questions}", questions=" ".join(written)),
        "next": say.count("{n} goal", "{n} goals", len(outlook.goals)) + f" · {close_plans.hours_of(hours, say)}",
    }
    missing = {}
    if waiting:
        missing["inbox"] = say.count("{n} alert or paper waits", "{n} alerts and papers wait", waiting)
    if silent:
        missing["runs"] = say.count("{n} run without a conclusion", "{n} runs without a conclusion", silent)
    if chores.open:
        missing["tasks"] = say.count("{n} task not gone through", "{n} tasks not gone through", len(chores.open))
    if pile.papers:
        missing["papers"] = say.count("{n} paper not gone through", "{n} papers not gone through", len(pile.papers))
    if not written:
        missing["looking_back"] = say.say("Nothing is written yet")
    if not outlook.goals:
        missing["next"] = say.say("No goal is set for the next week")
    return [(step, step not in missing, missing.get(step, text)) for step, text in told.items()]


def draw_line(step: str, is_done: bool, text: str, one: Closing, settings: Settings, say: Words) -> None:
    """A step and the way back to it."""
    sign = ":green[:material/check_circle:]" if is_done else ":orange[:material/pending:]"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"close-left-{step}"):
        st.markdown(f"{sign} {plain(text)}", width="stretch")
        if not settings.read_only:
            st.button(
                say.say("Go there"),
                key=f"close-to-{step}",
                type="tertiary",
                on_click=do,
                args=(WRONG, lambda: closing.go_to(settings, one, step)),
            )


def draw_closed(one: Closing, settings: Settings, say: Words) -> None:
    """That the week is closed, what was written of it, and its goals for the next, which can be changed still."""
    with st.container(border=True, gap="small", key="close-closed"):
        text = say.say("Closed {time}: these figures are frozen.", time=say.date(one.closed)[:16])
        st.markdown(f":green[:material/check_circle:] **{plain(text)}**")
        st.markdown(plain(sentences.headline(closing.read_figures(settings, one), say)))
        for name, question in QUESTIONS.items():
            if one.answer(name):
                st.caption(say.say(question))
                st.text(one.answer(name))
        with st.container(horizontal=True, gap="small"):
            st.page_link(REVIEW_PAGE, label=say.say("The week in review"), icon=":material/event_note:",
                         query_params={"week": str(one.week)})  # fmt: skip
            st.page_link(NOW_PAGE, label=say.say("Now"), icon=":material/chair_alt:")
    close_next.draw(one, settings, say)
