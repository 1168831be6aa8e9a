"""Where what a session is about is done: the page it leads to."""

from typing import NamedTuple

from app.views import run_plan
from app.words import mark
from store.advice import Advice
from store.sessions import Session


class Way(NamedTuple):
    """A page with what its address says, and how the link to it is called (a msgid)."""

    page: str
    query: dict[str, str]
    label: str


def way_of(one: Session | Advice) -> Way | None:
    """Where it is done; None where that is no page of this dashboard."""
    if one.task_id is not None:
        return Way("views/plan.py", {"task": str(one.task_id)}, mark("The task"))
    if one.kind == "review":
        return Way("views/journal.py", {"section": "review"}, mark("Review"))
    if one.kind == "plan" and one.run_id is not None:
        return Way("views/run.py", {"id": one.run_id, run_plan.ADDRESS: run_plan.WRITE}, mark("Write the plan"))
    if one.kind == "plan":
        return Way("views/plan.py", {}, mark("Plan"))
    return None if one.run_id is None else Way("views/run.py", {"id": one.run_id}, mark("The run"))
