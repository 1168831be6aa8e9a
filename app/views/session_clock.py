"""The clock of the open session, on every page; gently, when its time is up; and the form before it is left."""

import logging
import sqlite3

import streamlit as st

from app import sessions as desk
from app.markup import plain
from app.sessions import Clock
from app.views import resume_form
from app.views.deeds import draw_wrong
from app.views.session_moves import act, follow
from app.views.session_ways import way_of
from app.views.session_words import icon, kind_word, minutes, subject
from app.words import Words
from store import sessions
from store.errors import MachiaiError
from store.sessions import Session
from store.settings import Settings

LIVE_SECONDS = 5
WRONG = "session-clock"
logger = logging.getLogger("app")


@st.fragment(run_every=LIVE_SECONDS, key="session-clock")
def banner(settings: Settings, say: Words) -> None:
    """The session that goes on; nothing where none does, or where it cannot be read: the page itself says so."""
    follow()
    try:
        clock = desk.read_clock(settings)
    except (MachiaiError, sqlite3.Error, OSError) as error:
        logger.warning("the session could not be read: %s", error)
        return
    if clock is None:
        return
    left = clock.left if clock.leaving is not None and not settings.read_only else None
    if clock.leaving is not None and left is not None:
        resume_form.draw(clock, clock.leaving, left, settings, say)
    if clock.session is not None and (left is None or left.id != clock.session.id):
        with st.container(border=True, key="session-clock-card", gap="xsmall"):
            draw(clock, clock.session, settings, say)
    draw_wrong(WRONG, say)


def draw(clock: Clock, session: Session, settings: Settings, say: Words) -> None:
    """What it is, how long it has lasted, and the ways on."""
    over, forgotten = sessions.is_over(session, clock.now), sessions.forgotten(session, clock.now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(width="stretch", gap="xxsmall"):
            name, about = plain(kind_word(session.kind, say)), plain(subject(session))
            spent = say.say(
                "{done} of {planned}",
                done=minutes(session.seconds(clock.now), say),
                planned=minutes(session.length, say),
            )
            st.markdown(f"{icon(session.kind)} **{name}**{f' · {about}' if about else ''} · {plain(spent)}")
            told = tell(clock, session, say, over=over, forgotten=forgotten)
            if told:
                st.caption(plain(told))
            if way := way_of(session):
                label = plain(say.say(way.label))
                st.page_link(way.page, label=label, icon=":material/arrow_forward:", query_params=way.query)
        if not settings.read_only:
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
                draw_buttons(clock, session, settings, say, over=over, forgotten=forgotten)


def tell(clock: Clock, session: Session, say: Words, *, over: bool, forgotten: bool) -> str:
    """What is to be known of it now, in a line; empty while there is nothing to say."""
    if forgotten:
        return say.say("Forgotten? It was meant to end {time}.", time=say.moment(session.due, clock.now))
    back = clock.back
    way = (back.next_step or back.place or back.project or "") if back is not None else ""
    if over and session.kind == "mail" and not clock.more:
        text = say.say("Time is up: mail has {minutes} at a time.", minutes=minutes(session.length, say))
    else:
        text = say.say("Time is up.") if over else ""
    return " ".join(part for part in (text, say.say("Then back to: {step}", step=way) if way else "") if part)


def draw_buttons(
    clock: Clock, session: Session, settings: Settings, say: Words, *, over: bool, forgotten: bool
) -> None:
    """The way to the paper that is read. End it; when its time is up, ten minutes more; when it was forgotten, end it
    when it was meant to end."""
    if session.paper_title is not None:
        st.page_link("views/paper.py", label=plain(say.say("Open")), query_params={"id": session.paper or ""})
    if over and clock.more:
        st.button(
            say.say("10 more minutes"),
            key="session-more",
            on_click=act,
            args=(WRONG, desk.extend, settings, session.id),
        )
    if forgotten:
        st.button(
            say.say("It ended {time}", time=say.moment(session.due, clock.now)),
            key="session-forgotten",
            type="primary",
            on_click=act,
            args=(WRONG, desk.close_forgotten, settings, session.id),
        )
    st.button(
        say.say("End"),
        key="session-end",
        type="primary" if over and not forgotten else "secondary",
        on_click=act,
        args=(WRONG, desk.end, settings, session.id),
    )
