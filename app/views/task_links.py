"""The dialog with what a task is about, and with what happened to it."""

import streamlit as st

from app import tasks
from app.markup import plain, shorten
from app.tasks import Detail, Link, Task
from app.views import task_words
from app.views.deeds import attempt, draw_wrong
from app.views.run_link import draw_link
from app.views.task_row import close_dialog
from app.words import Words
from store.settings import Settings

_WRONG = "task-links"


def draw(task: Task, settings: Settings, say: Words) -> None:
    """What the task is about, to be added to; and what happened to it."""
    st.markdown(f"**{plain(shorten(task.title, 240))}** :gray[:small[{task.id}]]")
    detail = tasks.read_detail(settings, task.id)
    if detail is None:
        st.caption(say.say("This task is no longer known."))
    else:
        draw_about(detail, settings, say)
        st.markdown(f"**{plain(say.say('What happened'))}**")
        for event in reversed(detail.events):
            text = f"{say.date(event.time)} {task_words.told(event, detail, say)}"
            st.markdown(f":small[{plain(text)}]")
    if st.button(say.say("Close"), key="task-links-close"):
        close_dialog()


def draw_about(detail: Detail, settings: Settings, say: Words) -> None:
    """The runs, papers, entries … it is about."""
    recent = {run.id: run for run in tasks.read_recent_runs(settings)}
    linked = {one.to_id for one in detail.links if one.to_kind == "run"}
    for one in detail.links:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if one.to_kind == "run" and one.to_id in recent:
                draw_link(recent[one.to_id])
            elif one.to_kind == "run" and one.to_id in detail.names:
                st.page_link("views/run.py", label=plain(detail.names[one.to_id]), query_params={"id": one.to_id})
            elif one.to_kind == "paper":
                name = detail.papers.get(one.to_id, f"paper:{one.to_id}")
                st.page_link("views/paper.py", label=plain(shorten(name, 60)), query_params={"id": one.to_id})
            else:
                st.markdown(f"`{one.to_kind}:{one.to_id}`", width="content")
            key = f"task-unlink-{detail.task.id}-{one.to_kind}-{one.to_id}"
            st.button(say.say("Remove"), key=key, type="tertiary", on_click=_unlink, args=(settings, one))
    others = [run_id for run_id in recent if run_id not in linked]
    if not others:
        return
    with (
        st.form(f"task-link-{detail.task.id}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        key = f"task-link-run-{detail.task.id}-{len(linked)}"
        st.selectbox(
            say.say("It is about the run"),
            others,
            index=None,
            format_func=lambda one: f"{recent[one].name} · {one}",
            placeholder=say.say("Choose one"),
            key=key,
            width="stretch",
        )
        st.form_submit_button(say.say("Link"), on_click=_link, args=(settings, detail.task.id, key))
    draw_wrong(_WRONG, say)


def _link(settings: Settings, task_id: int, key: str) -> None:
    chosen = st.session_state.get(key)
    if chosen:
        attempt(_WRONG, lambda: tasks.link(settings, task_id, chosen))


def _unlink(settings: Settings, one: Link) -> None:
    attempt(_WRONG, lambda: tasks.unlink(settings, one))
