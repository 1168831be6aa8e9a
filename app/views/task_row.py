"""A task in a list: its state and title, what it waits for or why it woke, and what can be done with it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app import tasks
from app.markup import plain, shorten
from app.tasks import Board, Task
from app.views import task_words
from app.views.deeds import attempt
from app.words import Words
from store.settings import Settings

WRONG = "plan-list"
"""Under which name it is kept why the last change of the list could not be made."""
EDIT, WAIT, LINKS = "edit", "wait", "links"
ADDRESS = "edit"
"""In the address: the task that is being edited and the revision it was read at, ``12.3``."""
_OPEN, _ASKED = "plan-dialog", "plan-dialog-asked"
TITLE = 240


def draw(task: Task, board: Board, settings: Settings, say: Words, *, project: bool = False) -> None:
    """One row; ``project`` names the project, where it does not stand above."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"task-{task.id}"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"{task_words.marks(task, say)} **{plain(shorten(task.title, TITLE))}**")
            draw_facts(task, board, say, project=project)
        if not settings.read_only:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
                draw_actions(task, settings, say)


def draw_facts(task: Task, board: Board, say: Words, *, project: bool) -> None:
    """What it waits for, or why it woke; kind, estimate, priority; the first words of its notes."""
    if task.state == "blocked":
        task_words.draw_wait(task, board.runs, board.pulse, say)
    if task.woken is not None:
        task_words.draw_waking(task, board.runs, board.pulse, say)
    words = task_words.facts(task, say)
    if project and task.project:
        words = f"{plain(shorten(task.project, 60))} · {words}"
    if task.notes.strip():
        words += f" · {plain(shorten(' '.join(task.notes.split()), 100))}"
    st.caption(words)


def draw_actions(task: Task, settings: Settings, say: Words) -> None:
    """The next thing to do with it, and the rest in a menu."""
    name = f"task-next-{task.id}"
    if task.state == "todo":
        _button(say.say("Start"), name, settings, task, "doing", icon=":material/play_arrow:")
    elif task.state == "doing":
        _button(say.say("Done"), name, settings, task, "done", icon=":material/check:")
    key = f"task-menu-{task.id}"
    menu = st.popover(say.say("More"), key=key, on_change="rerun", type="tertiary")
    if menu.open:
        with menu, st.container(gap="xxsmall"):
            draw_menu(task, settings, say, key)


def draw_menu(task: Task, settings: Settings, say: Words, menu: str) -> None:
    """What else can be done with a task; drawn when the menu is open."""
    if task.woken is not None:
        _menu_button(say.say("Acknowledge"), ":material/visibility:", task, menu, _acknowledge(settings, task))
    states = {
        "doing": (say.say("Start"), ":material/play_arrow:"),
        "todo": (say.say("Back to “to do”"), ":material/undo:"),
        "done": (say.say("Done"), ":material/check:"),
        "dropped": (say.say("Drop"), ":material/do_not_disturb_on:"),
    }
    for where, label, icon in (
        ("up", say.say("Move up"), ":material/arrow_upward:"),
        ("down", say.say("Move down"), ":material/arrow_downward:"),
        ("top", say.say("Move to the top"), ":material/vertical_align_top:"),
    ):
        _menu_button(label, icon, task, menu, _move(settings, task, where))
    ready = {"todo": "doing", "doing": "done"}.get(task.state)  # has a button of its own
    for state, (label, icon) in states.items():
        if state not in (task.state, ready):
            _menu_button(label, icon, task, menu, _set(settings, task, state))
    for dialog, label, icon in (
        (WAIT, say.say("Let it wait …"), ":material/pause_circle:"),
        (EDIT, say.say("Edit …"), ":material/edit:"),
        (LINKS, say.say("Links and history …"), ":material/history:"),
    ):
        st.button(
            label,
            key=f"task-{dialog}-{task.id}",
            icon=icon,
            on_click=_open,
            args=(dialog, task, menu),
            width="stretch",
            type="tertiary",
        )


def turn() -> None:
    """Draw the whole page anew where a dialog was asked for: it belongs to the page, not to the list, so that it stays
    as it is while the list is drawn again."""
    if st.session_state.pop(_ASKED, False):
        st.rerun()


def close_dialog() -> None:
    """Draw the page anew without it."""
    st.session_state.pop(_OPEN, None)
    st.query_params.pop(ADDRESS, None)
    st.rerun()


def dialog() -> dict[str, Any] | None:
    """The dialog that is open: which, the task as it was read, the revision to change, and how often it began anew."""
    found: dict[str, Any] | None = st.session_state.get(_OPEN)
    return found


def open_dialog(dialog: str, task: Task) -> dict[str, Any]:
    """Let a dialog about the task as it was read be the one that is open."""
    opened = {"dialog": dialog, "task": task, "revision": task.revision, "number": 0}
    st.session_state[_OPEN] = opened
    return opened


def _button(label: str, key: str, settings: Settings, task: Task, state: str, icon: str) -> None:
    st.button(label, key=key, icon=icon, on_click=_change, args=(_set(settings, task, state), None))


def _menu_button(label: str, icon: str, task: Task, menu: str, act: Callable[[], object]) -> None:
    st.button(
        plain(label),
        key=f"{menu}-{icon.strip(':').removeprefix('material/')}",
        icon=icon,
        on_click=_change,
        args=(act, menu),
        width="stretch",
        type="tertiary",
    )


def _change(act: Callable[[], object], menu: str | None) -> None:
    """For ``on_click``: do it, close the menu; what is wrong with it is told above the list."""
    attempt(WRONG, act)
    if menu:
        st.session_state[menu] = False


def _open(dialog: str, task: Task, menu: str) -> None:
    """For ``on_click``: ask for a dialog about the task as it was read, and close the menu."""
    open_dialog(dialog, task)
    st.session_state[_ASKED], st.session_state[menu] = True, False


def _set(settings: Settings, task: Task, state: str) -> Callable[[], None]:
    return lambda: tasks.set_state(settings, task.id, state)


def _move(settings: Settings, task: Task, where: str) -> Callable[[], None]:
    return lambda: tasks.move(settings, task.id, where)


def _acknowledge(settings: Settings, task: Task) -> Callable[[], None]:
    return lambda: tasks.acknowledge(settings, task.id)
