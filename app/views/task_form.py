"""The dialog that is open about a task; and the one in which all that is typed of it is changed."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from app import tasks
from app.markup import plain, shorten
from app.tasks import NONE, Project, Task
from app.views import drafts, task_links, task_wait, task_words
from app.views.task_row import ADDRESS, EDIT, LINKS, WAIT, close_dialog, dialog, open_dialog
from app.words import Words, why
from store.errors import Conflict, MachiaiError, TaskError
from store.settings import Settings
from store.task_lines import read_estimate, spell_estimate

NAMES = ("title", "kind", "project_id", "estimate", "priority", "notes")
TYPED = ("title", "estimate", "notes")
_Opened = dict[str, Any]


def draw_dialog(projects: Sequence[Project], settings: Settings, say: Words) -> None:
    """The dialog that is open, if one is. It stays until it is closed by its own buttons: a click beside it loses
    nothing."""
    opened = dialog() or reopen(settings)
    if opened is None:
        return
    task: Task = opened["task"]
    titles = {EDIT: say.say("A task"), WAIT: say.say("What does it wait for?"), LINKS: say.say("Links and history")}
    draws: dict[str, Callable[[], None]] = {
        EDIT: partial(draw_edit, opened, projects, settings, say),
        WAIT: partial(task_wait.draw, task, settings, say),
        LINKS: partial(task_links.draw, task, settings, say),
    }
    name = str(opened["dialog"])
    st.dialog(titles[name], width="medium", dismissible=False)(draws[name])()


def reopen(settings: Settings) -> _Opened | None:
    """The dialog that was open before the page was loaded anew, as the address has it: which task is being edited, and
    at which revision it was read. Where it was changed since, both are shown at once."""
    number, _, revision = st.query_params.get(ADDRESS, "").partition(".")
    if not (number.isascii() and number.isdigit() and revision.isascii() and revision.isdigit() and len(number) < 16):
        return None
    detail = tasks.read_detail(settings, int(number))
    if detail is None:
        st.query_params.pop(ADDRESS, None)
        return None
    opened = open_dialog(EDIT, detail.task)
    if detail.task.revision != int(revision):
        opened["current"] = detail.task
    return opened


def draw_edit(opened: _Opened, projects: Sequence[Project], settings: Settings, say: Words) -> None:
    """All that is typed of a task; Enter saves. Where somebody else changed it meanwhile, both are shown."""
    task: Task = opened["task"]
    st.query_params[ADDRESS] = f"{task.id}.{opened['revision']}"
    key = f"task-edit-{task.id}-{opened['number']}"
    names = {one.id: one.name for one in projects if one.archived is None or one.id == task.project_id}
    with st.form(key, border=False):
        typed = draw_fields(task, names, key, say)
        with st.container(horizontal=True):  # Enter presses the first button
            saved = st.form_submit_button(say.say("Save"), key=f"{key}-save", type="primary")
            cancelled = st.form_submit_button(say.say("Cancel"), key=f"{key}-cancel")
    if cancelled:
        forget(task)
        close_dialog()
    if saved:
        save(opened, typed, settings)
    current: Task | None = opened.get("current")
    if opened.get("wrong"):
        st.error(plain(say.say("Not kept: {why}", why=why(opened["wrong"], say))), icon=":material/error:")
    if current is not None:
        draw_conflict(opened, task, current, names, say)


def draw_fields(task: Task, names: dict[int, str], key: str, say: Words) -> dict[str, Any]:
    """The inputs of a task, beginning as it was read; what they hold, ``estimate`` as it was typed."""
    projects: list[int] = [*names, NONE]
    begin = task.project_id if task.project_id in names else NONE
    title = drafts.line(say.say("Title"), draft_of(task, "title"), task.title, max_chars=2000, autocomplete="off")
    found: dict[str, Any] = {"title": title}
    with st.container(horizontal=True, gap="small"):
        kinds = list(task_words.KINDS)
        found["kind"] = st.selectbox(
            say.say("Kind"),
            kinds,
            index=kinds.index(task.kind),
            format_func=lambda one: task_words.kind(one, say),
            key=f"{key}-kind",
            width=160,
        )
        found["estimate"] = drafts.line(
            say.say("Estimate"),
            draft_of(task, "estimate"),
            spell_estimate(task.estimate) if task.estimate else "",
            placeholder="30m, 1.5h",
            max_chars=40,
            autocomplete="off",
            width=120,
        )
        priorities = list(task_words.PRIORITIES)
        found["priority"] = st.selectbox(
            say.say("Priority"),
            priorities,
            index=priorities.index(task.priority),
            format_func=lambda one: say.say(task_words.PRIORITIES[one]),
            key=f"{key}-priority",
            width=120,
        )
        found["project_id"] = st.selectbox(
            say.say("Project"),
            projects,
            index=projects.index(begin),
            format_func=lambda one: names.get(one) or say.say("No project"),
            key=f"{key}-project",
            width=200,
        )
    notes = draft_of(task, "notes")
    found["notes"] = drafts.area(say.say("Notes"), notes, task.notes, height=160, max_chars=100_000)
    return found


def draft_of(task: Task, name: str) -> str:
    """Under which name what is typed of a task is held until it is kept."""
    return f"task-{task.id}-{name}"


def forget(task: Task) -> None:
    """What was typed of a task is kept, or given up."""
    drafts.forget(*(draft_of(task, name) for name in TYPED))


def save(opened: _Opened, typed: dict[str, Any], settings: Settings) -> None:
    """Keep what differs from what was read and close; where it cannot be kept, remember why, and what is kept now."""
    task: Task = opened["task"]
    opened.pop("wrong", None)
    opened.pop("current", None)
    try:
        wanted = changes(task, typed)
        tasks.change(settings, task.id, opened["revision"], wanted)
    except Conflict as error:
        opened["current"] = error.current
        opened["revision"] = getattr(error.current, "revision", None)
        return
    except MachiaiError as error:
        opened["wrong"] = error.phrase
        return
    forget(task)
    close_dialog()


def changes(task: Task, typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed that differs from what the inputs began with. TaskError where an estimate is no length of time."""
    found = {name: typed[name] for name in ("title", "kind", "priority", "notes")}
    found["project_id"] = None if typed["project_id"] == NONE else typed["project_id"]
    began = spell_estimate(task.estimate) if task.estimate else ""
    if typed["estimate"].strip() != began:
        found["estimate"] = read_estimate(typed["estimate"]) if typed["estimate"].strip() else None
        if found["estimate"] is None and typed["estimate"].strip():
            raise TaskError(
                "{estimate} is no length of time; write 30m, 1.5h or 1h30m", estimate=repr(typed["estimate"])
            )
    return {name: one for name, one in found.items() if one != getattr(task, name)}


def draw_conflict(opened: _Opened, task: Task, current: Task, names: dict[int, str], say: Words) -> None:
    """What somebody else typed meanwhile, beside what is typed here, and the two ways on."""
    differing = [name for name in NAMES if current is task or getattr(current, name) != getattr(task, name)]
    with st.container(border=True, gap="xsmall"):
        text = say.say("Changed elsewhere meanwhile. Saving once more keeps what is typed here; as it is kept now:")
        st.markdown(f":orange[:material/sync_problem:] {plain(text)}")
        for name in differing:
            one = getattr(current, name)
            label = plain(say.say(task_words.FIELDS[name]))
            if name == "notes":
                st.caption(label)
                st.text(shorten(one, 4000) or "–")
            else:
                st.markdown(f":gray[{label}] {plain(task_words.value(name, one, names, say))}")
        key = f"task-theirs-{task.id}-{opened['number']}"
        st.button(say.say("Take what is kept now"), key=key, on_click=take_theirs, args=(opened, current))


def take_theirs(opened: _Opened, current: Task) -> None:
    """Begin the inputs anew with what is kept now."""
    forget(current)
    opened |= {"task": current, "revision": current.revision, "number": int(opened["number"]) + 1}
    opened.pop("current", None)
