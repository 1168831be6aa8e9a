"""Closing a week, its runs: what each of them showed, in a line."""

from functools import partial

import streamlit as st

from app import closing, closing_steps, status
from app.closing import Closing
from app.markup import plain, shorten
from app.views import kept_field
from app.views.run_link import draw_link
from app.words import Words
from store.runs import Run
from store.settings import Settings
from store.weekly.conclusions import MOST_CHARACTERS

_ASKED = "close-runs:"


def draw(one: Closing, settings: Settings, say: Words) -> None:
    """A field for each run without a conclusion; those that are filled in stay until the next visit, or until others
    take the place of all of them."""
    asked: list[str] = st.session_state.get(_ASKED + str(one.week), [])
    ends = closing_steps.read_ends(settings, one, asked)
    st.session_state[_ASKED + str(one.week)] = [run.id for run in ends.runs]
    if not ends.runs:
        text = (
            say.say("Every run that ended this week has its conclusion.")
            if ends.concluded
            else say.say("No run ended this week.")
        )
        st.markdown(f":green[:material/check_circle:] {plain(text)}")
        return
    st.caption(
        plain(say.say("What did it show? One line each; what you write is kept as soon as you leave the field."))
    )
    for run in ends.runs:
        draw_run(run, one, settings, say)
    if ends.more:
        st.caption(plain(say.count("{n} more run after these", "{n} more runs after these", ends.more)))


def draw_run(run: Run, one: Closing, settings: Settings, say: Words) -> None:
    """A run that ended, and the field for what it showed."""
    with st.container(gap="xxsmall", key=f"close-run-{run.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
            status.draw_badge(status.of_run(run, heard=True), say)
            draw_link(run)
            facts = [shorten(run.project, 60), status.elapsed(run, say, one.now)]
            facts += [shorten(run.cause, 120)] if run.cause else []
            st.markdown(f":small[:gray[{plain(' · '.join(facts))}]]", width="content")
        if run.hypothesis:
            st.caption(plain(say.say("Expected: {text}", text=shorten(run.hypothesis, 240))))
        if settings.read_only:
            st.markdown(plain(run.conclusion or "–"))
            return
        kept_field.draw(
            say.say("What {run} showed", run=shorten(run.name, 60)),
            f"close-run-{run.id}",
            run.conclusion or "",
            partial(closing.conclude, settings, run.id),
            say,
            max_chars=MOST_CHARACTERS,
            placeholder=say.say("What did it show?"),
            label_visibility="collapsed",
            autocomplete="off",
        )
