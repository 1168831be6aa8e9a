"""Closing a week, its tasks: each that is open is done, carried into the next week, or dropped; one key each."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from app import closing, closing_steps, tasks
from app.closing import SEEN_TASKS, Closing
from app.closing_steps import Chores
from app.markup import plain, shorten
from app.tasks import Task
from app.views import task_row, task_words
from app.views.deeds import attempt, draw_wrong
from app.words import Words
from store.settings import Settings

_LAST = "close-task-last"
CARRY = "carry"
NEXT = 30
"""How many of those that come after the first are shown."""
DONE = 12


def draw(one: Closing, settings: Settings, say: Words) -> None:
    """The task to decide on now; below it what comes next, and what was done."""
    chores = closing_steps.read_chores(settings, one)
    draw_wrong(task_row.WRONG, say)
    if chores.open:
        draw_first(chores.open[0], chores, one, settings, say)
    else:
        text = say.say("Every open task was gone through.") if chores.carried else say.say("No task is open.")
        st.markdown(f":green[:material/check_circle:] {plain(text)}")
        draw_undo(one, settings, say)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="close-task-counts"):
        draw_counts(chores, one, settings, say)
    if chores.open[1:]:
        with st.container(border=True, gap="small", key="close-tasks"):
            for task in chores.open[1 : NEXT + 1]:
                draw_row(task, chores, one, settings, say)
        if len(chores.open) > NEXT + 1:
            st.caption(plain(say.count("and {n} more", "and {n} more", len(chores.open) - NEXT - 1)))
    if chores.done:
        with st.expander(say.say("Done this week"), key="close-tasks-done"):
            for task in chores.done[:DONE]:
                st.markdown(f"{task_words.marks(task, say)} {plain(shorten(task.title, task_row.TITLE))}")


def draw_counts(chores: Chores, one: Closing, settings: Settings, say: Words) -> None:
    """How many there are, and the way to carry all of them."""
    counts = [say.count("{n} to go through", "{n} to go through", len(chores.open))]
    counts += [say.count("{n} carried", "{n} carried", chores.carried)] if chores.carried else []
    counts += [say.count("{n} done this week", "{n} done this week", len(chores.done))] if chores.done else []
    st.caption(plain(" · ".join(counts)), width="content")
    if chores.open[1:] and not settings.read_only:
        st.button(
            say.count("Carry over all {n}", "Carry over all {n}", len(chores.open)),
            key="close-tasks-carry",
            icon=":material/keyboard_double_arrow_right:",
            type="tertiary",
            on_click=decide,
            args=(settings, one, chores.open[0], CARRY, chores.open[1:]),
        )


def draw_first(task: Task, chores: Chores, one: Closing, settings: Settings, say: Words) -> None:
    """A task as a whole, and the three ways on with their keys."""
    with st.container(border=True, gap="small", key="close-task-first"):
        st.markdown(f"{task_words.marks(task, say)} **{plain(shorten(task.title, task_row.TITLE))}**")
        task_row.draw_facts(task, chores.board, say, project=True)
        if settings.read_only:
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            for what, label, icon, key in choices(say):
                st.button(
                    label,
                    key=f"close-task-first-{what}-{task.id}",
                    icon=icon,
                    shortcut=key,
                    type="primary" if what == CARRY else "secondary",
                    on_click=decide,
                    args=(settings, one, task, what),
                )
            draw_undo(one, settings, say)


def draw_row(task: Task, chores: Chores, one: Closing, settings: Settings, say: Words) -> None:
    """A task that comes after the first; it can be decided on out of turn."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"close-task-{task.id}"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"{task_words.marks(task, say)} {plain(shorten(task.title, task_row.TITLE))}")
            task_row.draw_facts(task, chores.board, say, project=True)
        if settings.read_only:
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
            for what, label, icon, _ in choices(say):
                st.button("", key=f"close-task-{what}-{task.id}", icon=icon, type="tertiary", help=label,
                          on_click=decide, args=(settings, one, task, what))  # fmt: skip


def choices(say: Words) -> tuple[tuple[str, str, str, str], ...]:
    """What can become of a task: the state it is put into, its word, icon and key."""
    return (
        ("done", say.say("Done"), ":material/check:", "D"),
        (CARRY, say.say("Carry over"), ":material/arrow_forward:", "K"),
        ("dropped", say.say("Drop"), ":material/do_not_disturb_on:", "X"),
    )


def draw_undo(one: Closing, settings: Settings, say: Words) -> None:
    """The way back from the last decision of this visit, and what it was."""
    found: tuple[list[Task], str] | None = st.session_state.get(_LAST)
    if found is None or settings.read_only:
        return
    some, what = found
    title = shorten(some[0].title, 60)
    told = {"done": say.say("Task done: {title}", title=title),
            "dropped": say.say("Task dropped: {title}", title=title),
            CARRY: say.say("Carried over: {title}", title=title)}  # fmt: skip
    text = told[what] if len(some) == 1 else say.count("{n} carried", "{n} carried", len(some))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="close-task-undone"):
        st.button(say.say("Undo"), key="close-task-undo", icon=":material/undo:", shortcut="U", type="tertiary",
                  on_click=take_back, args=(settings, one, some, what))  # fmt: skip
        st.caption(plain(text), width="content")


def decide(settings: Settings, one: Closing, task: Task, what: str, others: Sequence[Task] = ()) -> None:
    """For ``on_click``: carry a task over, and ``others`` with it, or put it into a state."""
    some = [task, *others]
    act: Callable[[], object] = partial(tasks.set_state, settings, task.id, what)
    if what == CARRY:
        act = partial(closing.set_seen, settings, one, SEEN_TASKS, *(each.id for each in some))
    if attempt(task_row.WRONG, act):
        st.session_state[_LAST] = (some, what)


def take_back(settings: Settings, one: Closing, some: Sequence[Task], what: str) -> None:
    """For ``on_click``: let them be as they were; one that waited waits for the same again."""
    task = some[0]

    def act() -> None:
        if what == CARRY:
            closing.set_seen(settings, one, SEEN_TASKS, *(each.id for each in some), seen=False)
        elif task.state == "blocked":
            tasks.set_state(settings, task.id, task.blocked_was or "todo")
            tasks.block(settings, task.id, run_id=task.blocked_run, text=task.blocked_text, until=task.blocked_until)
        else:
            tasks.set_state(settings, task.id, task.state)

    if attempt(task_row.WRONG, act):
        st.session_state.pop(_LAST, None)
