"""Projects as the page *Plan* lets them be changed: added by hand, renamed, their limit set, archived."""

from collections.abc import Sequence

import streamlit as st

from app import tasks
from app.markup import plain
from app.tasks import Project
from app.views.deeds import attempt, draw_wrong
from app.words import Words
from store.settings import Settings

_NEW, _WHICH, _CHANGE = "project-new", "project-which", "project-change"
_DONE = "project-done"


def draw(projects: Sequence[Project], settings: Settings, say: Words) -> None:
    """The part of the page, folded away."""
    with st.expander(say.say("Projects"), key="plan-projects", icon=":material/folder_open:", type="compact"):
        with st.form("project-new-form", clear_on_submit=False, border=False):
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                number = st.session_state.get(f"{_NEW}-number", 0)
                st.text_input(
                    say.say("A new project"),
                    key=f"{_NEW}-{number}",
                    max_chars=200,
                    autocomplete="off",
                    help=say.say("Runs launched with its name belong to it; a repository makes its own by itself."),
                    width="stretch",
                )
                st.form_submit_button(say.say("Add"), on_click=_add, args=(settings, number))
            draw_wrong(_NEW, say)
        if projects:
            draw_one(projects, settings, say)


def draw_one(projects: Sequence[Project], settings: Settings, say: Words) -> None:
    """Choose one, change it."""
    by_id = {one.id: one for one in projects}
    ordered = sorted(projects, key=lambda one: one.archived is not None)
    chosen = st.selectbox(
        say.say("Change a project"),
        [one.id for one in ordered],
        index=None,
        format_func=lambda one: named(by_id[one], say),
        placeholder=say.say("Choose one"),
        key=_WHICH,
        width=360,
    )
    if chosen is None or chosen not in by_id:
        return
    project = by_id[chosen]
    usual = tasks.read_usual_limit(settings)
    with st.form(f"project-form-{project.id}", border=False):
        st.text_input(
            say.say("Name"), value=project.name, key=f"project-name-{project.id}", max_chars=200, autocomplete="off"
        )
        st.number_input(
            say.say("Tasks in doing side by side, at most"),
            min_value=1,
            max_value=99,
            value=project.doing_limit,
            placeholder=say.say("{n}, as everywhere", n=usual),
            key=f"project-limit-{project.id}",
            help=say.say("More than that is pointed out, and nothing else."),
        )
        if not project.root.startswith("name:"):
            st.caption(plain(project.root))
        st.form_submit_button(say.say("Save"), type="primary", on_click=_save, args=(settings, project))
    back = project.archived is not None
    st.button(
        say.say("Bring back") if back else say.say("Archive"),
        key=f"project-archive-{project.id}",
        icon=":material/unarchive:" if back else ":material/archive:",
        help=None if back else say.say("It and its tasks are seen no longer; a new run of it brings it back."),
        on_click=_archive,
        args=(settings, project.id, back),
    )
    draw_wrong(_CHANGE, say)
    if st.session_state.pop(_DONE, None) == project.id:
        st.caption(f":green[:material/check_circle:] {plain(say.say('Saved.'))}")


def named(project: Project, say: Words) -> str:
    """A project's name, with a word where it is archived."""
    return f"{project.name} · {say.say('archived')}" if project.archived is not None else project.name


def _add(settings: Settings, number: int) -> None:
    name = st.session_state[f"{_NEW}-{number}"]
    if attempt(_NEW, lambda: tasks.add_project(settings, name)):
        st.session_state[f"{_NEW}-number"] = number + 1


def _save(settings: Settings, project: Project) -> None:
    name, limit = (st.session_state[f"project-{what}-{project.id}"] for what in ("name", "limit"))
    if attempt(_CHANGE, lambda: tasks.change_project(settings, project, name, limit)):
        st.session_state[_DONE] = project.id


def _archive(settings: Settings, project_id: int, back: bool) -> None:
    attempt(_CHANGE, lambda: tasks.archive(settings, project_id, back=back))
