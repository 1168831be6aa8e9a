"""The dialog in which a task is given what it waits for: the end of a run, a date, or something in words."""

from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from app import tasks
from app.markup import plain, shorten
from app.tasks import Task
from app.views.task_row import close_dialog
from app.words import Words
from store.errors import MachiaiError
from store.runs import Run
from store.settings import Settings

RUN, DATE, TEXT = "run", "date", "text"
MORNING = 9


def draw(task: Task, settings: Settings, say: Words) -> None:
    """Choose a run, a date or a text, and keep it."""
    st.markdown(f"**{plain(shorten(task.title, 240))}**")
    labels = {RUN: say.say("the end of a run"), DATE: say.say("a date"), TEXT: say.say("something else")}
    found = {run.id: run for run in tasks.read_candidates(settings)}
    begin = TEXT if task.blocked_text else RUN if found and not task.blocked_until else DATE
    how = st.radio(
        say.say("It waits for"),
        list(labels),
        index=list(labels).index(begin),
        format_func=lambda one: labels[one],
        key=f"task-how-{task.id}",
        horizontal=True,
    )
    key = f"task-wait-{task.id}"
    with st.form(key, border=False):
        wanted = draw_what(how, task, found, key, say)
        with st.container(horizontal=True):  # Enter presses the first button
            saved = st.form_submit_button(
                say.say("Let it wait"), key=f"{key}-save", type="primary", disabled=wanted is None
            )
            cancelled = st.form_submit_button(say.say("Cancel"), key=f"{key}-cancel")
    if cancelled:
        close_dialog()
    if saved and wanted is not None:
        try:
            tasks.block(settings, task.id, **wanted)
        except MachiaiError as error:
            st.error(plain(say.say("Not kept: {why}", why=error)), icon=":material/error:")
        else:
            close_dialog()


def draw_what(how: str, task: Task, found: dict[str, Run], key: str, say: Words) -> dict[str, Any] | None:
    """The input for what it waits for; None where nothing can be chosen."""
    nothing: dict[str, Any] = {"run_id": None, "text": None, "until": None}
    if how == RUN:
        if not found:
            st.caption(say.say("No run is queued or running, so there is no end to wait for."))
            return None
        ids = list(found)
        chosen = st.selectbox(
            say.say("Run"),
            ids,
            index=ids.index(task.blocked_run) if task.blocked_run in ids else 0,
            format_func=lambda one: f"{found[one].name} · {found[one].project} · {one}",
            key=f"{key}-run",
        )
        return nothing | {"run_id": chosen}
    if how == DATE:
        tomorrow = datetime.now(say.zone).replace(tzinfo=None) + timedelta(days=1)
        begin = tomorrow.replace(hour=MORNING, minute=0, second=0, microsecond=0)
        if task.blocked_until:
            begin = datetime.fromtimestamp(task.blocked_until, say.zone).replace(tzinfo=None, second=0, microsecond=0)
        chosen_time = st.datetime_input(
            say.say("Until"), value=begin, key=f"{key}-date", format="YYYY-MM-DD", step=timedelta(minutes=15)
        )
        return nothing | {"until": chosen_time.replace(tzinfo=say.zone).timestamp()}
    text = st.text_input(
        say.say("Until"),
        value=task.blocked_text or "",
        placeholder=say.say("the reviewers answer"),
        key=f"{key}-text",
        max_chars=500,
        autocomplete="off",
    )
    return nothing | {"text": text}
