"""The branch of a plan that a run came to, made a task with one click; and the way to tasks."""

import streamlit as st

from app import plans
from app.markup import plain, shorten
from app.views import task_words
from app.views.deeds import attempt, draw_wrong
from app.words import Words
from store.settings import Settings
from store.task_rows import Task

PLAN_PAGE = "views/plan.py"
_MADE = "branch-task"


def draw_branch(run_id: str, text: str | None, made: Task | None, settings: Settings, say: Words) -> None:
    """The one click that makes a task of a branch; where it was made, the task and its state."""
    if made is not None:
        label = say.say("Task: {title}", title=shorten(made.title, 80)) + f" · {task_words.state(made.state, say)}"
        draw_plan_link(label, made)
    elif text and not settings.read_only:
        st.button(
            say.say("Make it a task"),
            key=f"branch-task-{run_id}",
            icon=":material/add_task:",
            on_click=_make,
            args=(settings, run_id),
        )
    draw_wrong(f"{_MADE}-{run_id}", say)


def draw_plan_link(label: str, task: Task) -> None:
    """A link to where a task stands on the page *Plan*."""
    st.page_link(PLAN_PAGE, label=plain(label), icon=":material/checklist:", query_params={"task": str(task.id)})


def _make(settings: Settings, run_id: str) -> None:
    attempt(f"{_MADE}-{run_id}", lambda: plans.make_task(settings, run_id))
