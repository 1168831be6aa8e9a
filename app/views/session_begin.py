"""Beginning a session by hand: its kind, how long, and what it is about."""

import streamlit as st

from app import sessions as desk
from app.leaving import Start
from app.markup import shorten
from app.views.deeds import attempt, draw_wrong, forgive
from app.views.session_words import KINDS, kind_word
from app.words import Words
from store import sessions
from store.settings import Settings

ASKED = "session-begin"
_WRONG = "begin"


def draw(settings: Settings, say: Words) -> None:
    """The form, over the page, while it is asked for. Drawn outside the live part, which would close it."""
    if st.session_state.get(ASKED) and not settings.read_only:
        st.dialog(say.say("Begin something"), on_dismiss=dismiss)(fill)(settings, say)


def dismiss() -> None:
    """It is asked for no more."""
    st.session_state.pop(ASKED, None)
    forgive(_WRONG)


def fill(settings: Settings, say: Words) -> None:
    """The fields; Enter begins. A task brings its project along."""
    choices = desk.read_choices(settings)
    tasks, projects = {one.id: one for one in choices.tasks}, {one.id: one for one in choices.projects}
    kinds = [kind for kind in KINDS if kind in sessions.KINDS]
    with st.form("begin-form", border=False):
        kind = st.selectbox(
            say.say("Kind"),
            kinds,
            index=kinds.index("task"),
            format_func=lambda one: kind_word(one, say),
            key="begin-kind",
        )
        minutes = st.number_input(
            say.say("Minutes"),
            value=None,
            min_value=1,
            max_value=int(sessions.LONGEST_SECONDS // 60),
            placeholder=say.say("as usual for its kind"),
            key="begin-minutes",
        )
        task = st.selectbox(
            say.say("Task"),
            list(tasks),
            index=None,
            format_func=lambda one: label(tasks[one].title, tasks[one].project),
            placeholder=say.say("none"),
            key="begin-task",
        )
        project = st.selectbox(
            say.say("Project"),
            list(projects),
            index=None,
            format_func=lambda one: shorten(projects[one].name, 60),
            placeholder=say.say("that of the task"),
            key="begin-project",
        )
        if st.form_submit_button(say.say("Begin"), type="primary", key="begin-go"):
            wanted = Start(kind, None if minutes is None else float(minutes), project, task)
            if attempt(_WRONG, lambda: desk.start(settings, wanted)):
                dismiss()
                st.rerun()
    draw_wrong(_WRONG, say)


def label(title: str, project: str | None) -> str:
    """``fix the loader · cifar-robust``"""
    return shorten(title, 60) + (f" · {shorten(project, 30)}" if project else "")
