"""How tasks are told: their states and kinds, what they wait for, why they woke, what happened to them."""

from typing import Any

import streamlit as st

from app import forecast, status
from app.markup import plain, shorten
from app.reads import Pulse
from app.status import Look
from app.tasks import Awaited, Detail, Task, TaskEvent
from app.views.run_link import draw_link
from app.words import Words, mark

STATES = {
    "todo": Look(mark("to do"), ":material/radio_button_unchecked:", "gray", "○"),
    "doing": Look(mark("doing"), ":material/pending:", "blue", "◐"),
    "blocked": Look(mark("waiting"), ":material/pause_circle:", "orange", "⏸"),
    "done": Look(mark("done"), ":material/check_circle:", "green", "✔"),
    "dropped": Look(mark("dropped"), ":material/do_not_disturb_on:", "gray", "–"),
}
KINDS = {
    "experiment": mark("experiment"),
    "code": mark("code"),
    "refactor": mark("refactoring"),
    "review": mark("self-review"),
    "plan": mark("planning"),
    "read": mark("reading"),
    "write": mark("writing"),
    "chore": mark("chore"),
}
PRIORITIES = {2: mark("urgent"), 1: mark("high"), 0: mark("normal"), -1: mark("low")}
FIELDS = {
    "title": mark("Title"),
    "kind": mark("Kind"),
    "project_id": mark("Project"),
    "estimate": mark("Estimate"),
    "priority": mark("Priority"),
    "notes": mark("Notes"),
}
_COLOURS = {2: "red", 1: "orange"}


def facts(task: Task, say: Words) -> str:
    """``experiment · ~30 m`` as Markdown."""
    parts = [plain(kind(task.kind, say))]
    if task.estimate:
        parts.append(plain("~" + say.length(task.estimate)))
    if task.priority < 0:
        parts.append(plain(priority(task.priority, say)))
    return " · ".join(parts)


def marks(task: Task, say: Words) -> str:
    """The badges of a task: its state, and how urgent it is where it is; as Markdown."""
    look = STATES[task.state]
    found = f":{look.colour}-badge[{look.icon} {plain(say.say(look.word))}]"
    if task.priority in _COLOURS:
        colour = _COLOURS[task.priority]
        found += f" :{colour}-badge[:material/priority_high: {plain(priority(task.priority, say))}]"
    return found


def kind(name: str, say: Words) -> str:
    """A kind of task in the reader's language."""
    return say.say(KINDS[name]) if name in KINDS else name


def priority(number: int, say: Words) -> str:
    """A priority in the reader's language."""
    return say.say(PRIORITIES[number]) if number in PRIORITIES else str(number)


def state(name: str, say: Words) -> str:
    """A state in the reader's language."""
    return say.say(STATES[name].word) if name in STATES else name


def draw_wait(task: Task, awaited: dict[str, Awaited], pulse: Pulse, say: Words) -> None:
    """What a blocked task waits for: a run with its link and time left, a text, a date."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        if task.blocked_run:
            _small(say.say("until this run ends:"))
            draw_run(task.blocked_run, awaited)
            _small(left(awaited.get(task.blocked_run), pulse, say))
        elif task.blocked_until is not None:
            _small(say.say("until {time}", time=say.moment(task.blocked_until, pulse.as_of)))
        else:
            _small(shorten(task.blocked_text or "", 200))


def draw_waking(task: Task, awaited: dict[str, Awaited], pulse: Pulse, say: Words) -> None:
    """Why a task woke."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        run_id = task.woken_run
        if run_id is not None:
            _small(say.say("woke because this run ended:"))
            draw_run(run_id, awaited)
            if run_id in awaited:
                run = awaited[run_id].run
                status.draw_badge(status.of_run(run, heard=True), say)
        elif task.woken_by == "date":
            _small(say.say("woke because its date has come"))
        else:
            _small(say.say("woke because the run it waited for is no longer known"))
        _small(say.moment(task.woken or pulse.as_of, pulse.as_of))


def draw_run(run_id: str, awaited: dict[str, Awaited]) -> None:
    """A link to a run, or its id where it is no longer known."""
    if run_id in awaited:
        draw_link(awaited[run_id].run)
    else:
        st.markdown(f"`{run_id}`", width="content")


def left(one: Awaited | None, pulse: Pulse, say: Words) -> str:
    """``about 42 min, 35–58``, or that nobody knows; empty for a run that has ended."""
    if one is None or not one.run.is_active:
        return ""
    if one.run.state == "queued" and pulse.alive:
        return say.say("queued")
    words = forecast.time_left(one.progress, say, pulse.as_of) if one.progress and pulse.alive else ""
    return words or say.say("time left unknown")


def told(event: TaskEvent, detail: Detail, say: Words) -> str:
    """What happened to a task, in a line of plain text."""
    given = event.detail
    if event.kind == "created":
        return say.say("written down")
    if event.kind == "changed":
        parts = [_changed(name, old, new, detail, say) for name, (old, new) in given.items() if name in FIELDS]
        return say.say(", ").join(parts)
    if event.kind == "state":
        return f"{state(given.get('was', ''), say)} → {state(given.get('now', ''), say)}"
    if event.kind == "blocked":
        return say.say("waits for {what}", what=_wait(given, detail, say))
    if event.kind == "woken":
        by = str(given.get("by") or "")
        if by.startswith("run:"):
            run_id = by.removeprefix("run:")
            return say.say("woke: {run} ended", run=detail.names.get(run_id, run_id))
        return say.say("woke: its date had come") if by == "date" else say.say("woke: its run was gone")
    return say.say("seen that it woke") if event.kind == "noticed" else event.kind


def value(name: str, one: Any, projects: dict[int, str], say: Words) -> str:
    """A field of a task as text."""
    if name == "kind":
        return kind(str(one), say)
    if name == "priority":
        return priority(int(one), say)
    if name == "estimate":
        return say.length(one) if one else "–"
    if name == "project_id":
        return say.say("no project") if one is None else projects.get(one, str(one))
    return shorten(" ".join(str(one or "").split()), 400) or "–"


def _changed(name: str, old: Any, new: Any, detail: Detail, say: Words) -> str:
    if name == "notes":
        return say.say("notes changed")
    values = (value(name, one, detail.projects, say) for one in (old, new))
    return f"{say.say(FIELDS[name])}: " + " → ".join(values)


def _wait(given: dict[str, Any], detail: Detail, say: Words) -> str:
    if given.get("run"):
        return say.say("the end of {run}", run=detail.names.get(str(given["run"]), str(given["run"])))
    return say.date(float(given["until"])) if given.get("until") else shorten(str(given.get("text") or ""), 200)


def _small(text: str) -> None:
    if text:
        st.markdown(f":small[{plain(text)}]", width="content")
