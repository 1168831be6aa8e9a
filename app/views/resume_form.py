"""The ten-second form before a project is left: where I am, next step, open question; and the card on return.

What is typed goes to the dashboard's process within moments, so that a reload or another tab goes on with it.
"""

import streamlit as st

from app import leaving
from app import sessions as desk
from app.leaving import Leaving
from app.markup import plain
from app.sessions import Clock
from app.views.alert_inputs import seed
from app.views.deeds import draw_wrong
from app.views.session_moves import act
from app.views.session_words import FIELDS, fact_lines, kind_word, note_lines, subject
from app.words import Words
from store.resumes import Resume
from store.sessions import Session
from store.settings import Settings

WRONG = "resume"
_BEGINNING = "resume-beginning:"


def draw(clock: Clock, one: Leaving, left: Session, settings: Settings, say: Words) -> None:
    """Three lines to type, what is filled in by itself, and the ways on."""
    with st.container(border=True, key=f"resume-form-{left.id}", gap="xsmall"):
        parts = dict.fromkeys([kind_word(left.kind, say), subject(left), left.project or ""])
        about = " · ".join(part for part in parts if part)
        ask = say.say("Before you go on: a line for when you come back")
        st.markdown(f":material/bookmark: **{plain(ask)}** :gray[:small[{plain(about)}]]")
        keys = {name: draw_field(name, label, left, settings, say) for name, label in FIELDS.items()}
        for line in fact_lines(clock.facts, settings, say):
            st.markdown(line)
        with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
            if one.then is not None:
                st.button(
                    say.say("Stay with it"),
                    key="resume-stay",
                    type="tertiary",
                    on_click=act,
                    args=(WRONG, desk.stay, settings, one),
                )
            skip = say.say("Skip") if one.then is None else say.say("Skip, begin")
            st.button(skip, key="resume-skip", on_click=finish, args=(settings, one, None))
            st.button(
                say.say("Keep") if one.then is None else say.say("Keep, begin"),
                key="resume-keep",
                type="primary",
                shortcut="Mod+Enter",
                on_click=finish,
                args=(settings, one, keys),
            )
        draw_wrong(WRONG, say)


def draw_field(name: str, label: str, left: Session, settings: Settings, say: Words) -> str:
    """One line; its key. It begins with what was typed before, here or in another tab."""
    one = seed(f"resume-{left.id}-{name}", leaving.typed(settings, name))
    if one.key not in st.session_state:
        st.session_state[_BEGINNING + one.key] = one.kept  # and stays while it is shown, or the typing would be undone
    st.text_input(
        say.say(label),
        value=st.session_state.get(_BEGINNING + one.key, one.kept),
        key=one.key,
        max_chars=500,
        live=True,
        on_change=type_in,
        args=(settings, name, one.key),
    )
    return one.key


def type_in(settings: Settings, name: str, key: str) -> None:
    """Remember what was typed."""
    leaving.type_in(settings, name, st.session_state.get(key) or "")


def finish(settings: Settings, one: Leaving, keys: dict[str, str] | None) -> None:
    """Keep the note, or none, and go on; where it cannot be kept the form stays as it is."""
    note = None if keys is None else {name: st.session_state.get(key) or "" for name, key in keys.items()}
    act(WRONG, desk.finish_leaving, settings, one, note)


def draw_card(note: Resume, now: float, settings: Settings, say: Words) -> None:
    """Where a project was left, first on the page until somebody is back."""
    with st.container(border=True, key=f"resume-card-{note.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(width="stretch", gap="xxsmall"):
                when = say.moment(note.written, now)
                head = say.say("You left off here {time}", time=when)
                if note.project:
                    head = say.say("You left {project} here {time}", project=note.project, time=when)
                st.markdown(f":material/bookmark: **{plain(head)}**")
                for line in note_lines(note, settings, say):
                    st.markdown(line)
            if not settings.read_only:
                st.button(
                    say.say("I am back"),
                    key=f"back-{note.id}",
                    type="primary",
                    on_click=act,
                    args=(f"back-{note.id}", desk.take_up, settings, note.id),
                )
        draw_wrong(f"back-{note.id}", say)
