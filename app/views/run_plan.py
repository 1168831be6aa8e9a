"""The plan of a run on its page: what was expected and what comes next, the branch it came to, what waits for it."""

from typing import Any

import streamlit as st

from app import plans
from app.markup import plain, shorten
from app.plans import Planned
from app.views import drafts
from app.views.branch_task import draw_branch, draw_plan_link
from app.words import Words, mark, why
from store.errors import Conflict, MachiaiError
from store.plans import FAILURE, FIELDS, SUCCESS, Plan
from store.runs import Run
from store.settings import Settings
from store.task_rows import Task

LABELS = {
    "hypothesis": mark("Hypothesis"),
    "expected": mark("Expected effect"),
    "if_success": mark("If it succeeds"),
    "if_failure": mark("If it fails"),
}
_BRANCHES = {"if_success": SUCCESS, "if_failure": FAILURE}
_WRITE = "run-plan"
ADDRESS = "plan"
"""In the address: that the plan is being written, and the revision it was read at, or ``WRITE`` as it is now."""
WRITE = "write"
_Opened = dict[str, Any]


def draw(run: Run, settings: Settings, say: Words) -> None:
    """What is written, the branch that came true first in the eye; part of what is drawn again and again."""
    if _opened(run, settings) is not None:
        return
    planned = plans.read_planned(settings, run)
    if planned.plan.is_empty and not planned.waiting:
        draw_none(run, planned.plan, settings, say)
        return
    with st.container(border=True, gap="xsmall", key="run-plan-shown"):
        if not planned.plan.is_empty:
            draw_texts(planned, say)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            draw_next(run, planned, settings, say)
            if not settings.read_only:
                label = say.say("Write a plan") if planned.plan.is_empty else say.say("Edit the plan")
                _draw_open(label, run, planned.plan)
        draw_waiting(planned.waiting, say)
        if len(planned.versions) > 1:
            draw_versions(planned, say)


def draw_none(run: Run, plan: Plan, settings: Settings, say: Words) -> None:
    """No plan: while it goes on, the wish for one."""
    if settings.read_only:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _draw_open(say.say("Write a plan"), run, plan)
        if run.is_active:
            text = say.say("What do you expect, and what comes next? Best written before the result is known.")
            st.caption(plain(text), width="content")


def draw_texts(planned: Planned, say: Words) -> None:
    """Each part that is written, with the mark of what was written too late."""
    if planned.plan.late:
        st.badge(plain(say.say("written after the result was known")), icon=":material/history_edu:", color="orange")
    for name, label in LABELS.items():
        text = getattr(planned.plan, name)
        if not text:
            continue
        came = planned.branch is not None and _BRANCHES.get(name) == planned.branch
        arrow = ":material/arrow_forward: " if came else ""
        body = "  \n".join(plain(line) for line in str(text).splitlines())
        if came:
            body = "  \n".join(f"**{line}**" if line else "" for line in body.split("  \n"))
        st.markdown(f"{arrow}:gray[{plain(say.say(label))}] {body}")


def draw_next(run: Run, planned: Planned, settings: Settings, say: Words) -> None:
    """After the end: the task made of the branch it came to, or the button that makes it."""
    text = {SUCCESS: planned.plan.if_success, FAILURE: planned.plan.if_failure}.get(planned.branch or "")
    draw_branch(run.id, text, planned.made, settings, say)


def draw_waiting(waiting: list[Task], say: Words) -> None:
    """The tasks that wake when the run ends."""
    if not waiting:
        return
    st.caption(plain(say.count("{n} task waits for its end:", "{n} tasks wait for its end:", len(waiting))))
    for task in waiting:
        draw_plan_link(shorten(task.title, 120), task)


def draw_versions(planned: Planned, say: Words) -> None:
    """How the plan was before, the last first."""
    part = st.expander(say.say("How it was before"), key="run-plan-versions", on_change="rerun", type="compact")
    if not part.open:
        return
    with part:
        for version in reversed(planned.versions[:-1]):
            late = " · " + say.say("written after the result was known") if version.late else ""
            st.caption(plain(say.date(version.saved) + late))
            for name, label in LABELS.items():
                if text := getattr(version, name):
                    st.markdown(f":small[:gray[{plain(say.say(label))}] {plain(text)}]")


def draw_form(run: Run, settings: Settings, say: Words) -> None:
    """The inputs, while they are open; outside of what is drawn again and again, so that nothing typed is touched."""
    opened = _opened(run, settings)
    if opened is None or settings.read_only:
        return
    base: Plan = opened["plan"]
    st.query_params[ADDRESS] = str(opened["revision"])
    key = f"run-plan-{run.id}-{opened['number']}"
    with st.form(key, border=True):
        typed = {
            name: drafts.area(
                say.say(label), _draft_of(run.id, name), getattr(base, name) or "", height=80, max_chars=20_000
            )
            for name, label in LABELS.items()
        }
        if not run.is_active:
            text = say.say("The run has ended: what is changed from here on is marked as written after the result.")
            st.markdown(f":small[:material/history_edu: {plain(text)}]")
        with st.container(horizontal=True):  # Ctrl+Enter presses the first button
            saved = st.form_submit_button(say.say("Save"), key=f"{key}-save", type="primary")
            st.form_submit_button(say.say("Cancel"), key=f"{key}-cancel", on_click=_close, args=(run.id,))
    if saved:
        save(opened, run.id, typed, settings)
    if opened.get("wrong"):
        st.error(plain(say.say("Not kept: {why}", why=why(opened["wrong"], say))), icon=":material/error:")
    if opened.get("current") is not None:
        draw_conflict(opened, opened["current"], say)


def save(opened: _Opened, run_id: str, typed: dict[str, str], settings: Settings) -> None:
    """Keep what differs from what was read and close; where it cannot be kept, remember why, and what is kept now."""
    base: Plan = opened["plan"]
    wanted = {name: text for name, text in typed.items() if text.strip() != (getattr(base, name) or "")}
    opened.pop("wrong", None)
    opened.pop("current", None)
    try:
        plans.change(settings, run_id, opened["revision"], wanted)
    except Conflict as error:
        opened["current"] = error.current
        opened["revision"] = getattr(error.current, "revision", None)
    except MachiaiError as error:
        opened["wrong"] = error.phrase
    else:
        _close(run_id)
        st.rerun()


def draw_conflict(opened: _Opened, current: Plan, say: Words) -> None:
    """What was written elsewhere meanwhile, and the two ways on."""
    with st.container(border=True, gap="xsmall"):
        text = say.say("Changed elsewhere meanwhile. Saving once more keeps what is typed here; as it is kept now:")
        st.markdown(f":orange[:material/sync_problem:] {plain(text)}")
        for name in FIELDS:
            if current is opened["plan"] or getattr(current, name) != getattr(opened["plan"], name):
                st.caption(plain(say.say(LABELS[name])))
                st.text(getattr(current, name) or "–")
        st.button(say.say("Take what is kept now"), key="run-plan-theirs", on_click=_take, args=(opened, current))


def _draw_open(label: str, run: Run, plan: Plan) -> None:
    if st.button(label, key="run-plan-open", icon=":material/edit_note:", type="tertiary"):
        _open(run.id, plan)
        st.rerun()


def _open(run_id: str, plan: Plan) -> _Opened:
    opened: _Opened = {"plan": plan, "revision": plan.revision, "number": 0}
    st.session_state[f"{_WRITE}:{run_id}"] = opened
    return opened


def _opened(run: Run, settings: Settings) -> _Opened | None:
    """What is being written; after the page was loaded anew, what the address says was. Where the plan was changed
    since then, both are shown at once."""
    found: _Opened | None = st.session_state.get(f"{_WRITE}:{run.id}")
    asked = st.query_params.get(ADDRESS, "")
    is_number = asked.isascii() and asked.isdigit()
    if found is not None or settings.read_only or not (is_number or asked == WRITE):
        return found
    plan = plans.read_planned(settings, run).plan
    opened = _open(run.id, plan)
    if is_number and plan.revision != int(asked):
        opened["current"] = plan
    return opened


def _close(run_id: str) -> None:
    st.session_state.pop(f"{_WRITE}:{run_id}", None)
    st.query_params.pop(ADDRESS, None)
    _forget(run_id)


def _take(opened: _Opened, current: Plan) -> None:
    _forget(current.run_id)
    opened |= {"plan": current, "revision": current.revision, "number": int(opened["number"]) + 1}
    opened.pop("current", None)


def _draft_of(run_id: str, name: str) -> str:
    return f"plan-{run_id}-{name}"


def _forget(run_id: str) -> None:
    drafts.forget(*(_draft_of(run_id, name) for name in LABELS))
