"""Writing tasks down: one in a line with Enter, or a pasted list that is shown before it is kept."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from app import left_lines, tasks
from app.left_lines import Line
from app.markup import plain, shorten
from app.tasks import ALL, NONE, Project
from app.views import drafts, task_words
from app.views.deeds import attempt, do, draw_wrong
from app.words import Words
from store.settings import Settings
from store.task_lines import Draft, read_lines

MARKS = "#experiment  ~30m  ~2h  !  !!"
SHOWN = 100
_LINE, _INTO, _BEGIN = "plan-line", "plan-into", "plan-into-begin"
_LIST, _LIST_INTO, _KEPT = "plan-list", "plan-list-into", "plan-list-kept"


def draw_line(projects: Sequence[Project], chosen: int, settings: Settings, say: Words) -> None:
    """The line: Enter keeps it and makes room for the next. What could not be kept stays below, to be kept again."""
    with (
        st.form("plan-line-form", clear_on_submit=True, enter_to_submit=True, border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        drafts.line(
            say.say("A task"),
            _LINE,
            placeholder=say.say("What is to do? For example: fit the baseline again #experiment ~30m !"),
            label_visibility="collapsed",
            autocomplete="off",
            max_chars=2000,
            width=600 if chosen == ALL else 780,
        )
        if chosen == ALL:
            _draw_project(projects, _INTO, settings, say, hidden=True)
        st.form_submit_button(say.say("Add"), on_click=add_line, args=(settings, chosen), type="primary")
    for place, line in enumerate(left_lines.lines(settings)):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":orange[:material/save_clock:] **{plain(line.text)}**", width="content")
            again = partial(left_lines.keep, settings, line)
            st.button(say.say("Keep it now"), key=f"plan-line-again-{place}", on_click=do, args=(_LINE, again))
            drop = partial(left_lines.discard, settings, line)
            key = f"plan-line-drop-{place}"
            st.button(say.say("Discard"), key=key, type="tertiary", on_click=do, args=(_LINE, drop))
    draw_wrong(_LINE, say)


def add_line(settings: Settings, chosen: int) -> None:
    """For the button: keep what the line says."""
    text, project_id = drafts.typed(_LINE), _project(chosen, _INTO)
    if not attempt(_LINE, lambda: tasks.add(settings, text, project_id)) and text.strip():
        left_lines.leave(settings, Line(text, project_id))
    drafts.sent(_LINE, text)


def draw_list(projects: Sequence[Project], chosen: int, settings: Settings, say: Words) -> None:
    """A list, a task a line; how it is read is shown before it is kept."""
    with st.expander(say.say("Paste a list"), key="plan-list-part", icon=":material/playlist_add:", type="compact"):
        text = drafts.area(
            say.say("One task a line"),
            _LIST,
            height=160,
            max_chars=100_000,
            placeholder="- [ ] …\n- [ ] …",
            help=say.say("Bullets and tick boxes are taken off. Marks, if you like: {marks}", marks=f"`{MARKS}`"),
        )
        if chosen == ALL:
            _draw_project(projects, _LIST_INTO, settings, say)
        st.button(say.say("See how it is read"), key="plan-list-read")
        if text:
            draw_preview(text, settings, chosen, say)
        elif kept := st.session_state.get(_KEPT):
            words = say.count("{n} task was added.", "{n} tasks were added.", kept)
            st.markdown(f":green[:material/check_circle:] {plain(words)}")
        draw_wrong(_LIST, say)


def draw_preview(text: str, settings: Settings, chosen: int, say: Words) -> None:
    """The tasks as they would be kept, and the button that does."""
    read = read_lines(text)
    if not read:
        st.caption(say.say("No line of it says anything to do."))
        return
    rows = [row_of(draft, say) for draft in read[:SHOWN]]
    st.table(rows, border="horizontal", hide_index=True)
    if len(read) > SHOWN:
        st.caption(say.count("and {n} more", "and {n} more", len(read) - SHOWN))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = say.count("Add {n} task", "Add all {n} tasks", len(read))
        st.button(label, key="plan-list-keep", type="primary", on_click=_keep, args=(settings, chosen, text))
        if any(draft.done for draft in read):
            st.caption(say.say("Ticked lines are added as done."), width="content")


def row_of(draft: Draft, say: Words) -> dict[str, str]:
    """A line as it is read, for the table."""
    return {
        say.say("Title"): plain(shorten(draft.title, 200)),
        say.say("Kind"): plain(task_words.kind(draft.kind or "code", say)),
        say.say("Estimate"): plain(say.length(draft.estimate)) if draft.estimate else "",
        say.say("Priority"): plain(say.say(task_words.PRIORITIES[draft.priority])) if draft.priority else "",
        say.say("State"): plain(task_words.state("done" if draft.done else "todo", say)),
    }


def _draw_project(
    projects: Sequence[Project], key: str, settings: Settings, say: Words, *, hidden: bool = False
) -> None:
    """To which project it goes; begins with that of the task written last."""
    names = {one.id: one.name for one in projects if one.archived is None}
    if not names:
        return
    if _BEGIN not in st.session_state:
        st.session_state[_BEGIN] = tasks.read_latest_project(settings)
    options = [*names, NONE]
    begin = st.session_state[_BEGIN]
    st.selectbox(
        say.say("Project"),
        options,
        index=options.index(begin) if begin in names else len(options) - 1,
        format_func=lambda one: names.get(one) or say.say("No project"),
        key=key,
        label_visibility="collapsed" if hidden else "visible",
        width=200,
    )


def _project(chosen: int, key: str) -> int | None:
    """The project chosen for what is written, None for no project."""
    project_id = chosen if chosen != ALL else st.session_state.get(key, NONE)
    return None if project_id in (NONE, None) else int(project_id)


def _keep(settings: Settings, chosen: int, shown: str) -> None:
    """For the button: keep what was shown, then begin a new list. What is typed stays where it could not be kept; where
    it was changed since it was shown, it is shown again first."""
    if drafts.typed(_LIST) != shown:
        return
    project_id = _project(chosen, _LIST_INTO)
    made: list[int] = []
    if attempt(_LIST, lambda: made.extend(tasks.add(settings, shown, project_id))):
        drafts.forget(_LIST)
        st.session_state[_KEPT] = len(made)
