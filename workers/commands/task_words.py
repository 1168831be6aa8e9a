"""Tasks in words: as `machiai task` prints them, and as scripts get them."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from store.links import Link
from store.task_lines import Draft, spell_estimate
from store.task_rows import PRIORITIES, Task, TaskEvent

LOOK = {
    "doing": ("▶", "cyan"),
    "todo": ("○", None),
    "blocked": ("⏸", "yellow"),
    "done": ("✔", "green"),
    "dropped": ("–", "bright_black"),
}
"""The sign and colour of each state, in the order of a list."""


def spell_task(one: Task) -> str:
    """A task in a line: number, state, title, what it is, and what it waits for or was woken by."""
    icon, colour = LOOK[one.state]
    parts = [one.kind]
    if one.estimate is not None:
        parts.append(f"~{spell_estimate(one.estimate)}")
    if one.priority:
        parts.append(PRIORITIES[one.priority])
    if one.project:
        parts.append(one.project)
    waits = ""
    if one.state == "blocked":
        until = "" if one.blocked_until is None else f"until {spell_moment(one.blocked_until)}"
        waits = f"  waits for {one.run} ({one.blocked_run})" if one.blocked_run else f"  waits {until}"
        waits = f"  waits for {one.blocked_text}" if one.blocked_text else waits
    if one.woken is not None:
        waits = f"  woke at {spell_moment(one.woken)}, by {one.woken_by}"
    return f"{one.id:>4} {click.style(f'{icon} {one.state:<7}', fg=colour)}  {one.title}  [{', '.join(parts)}]{waits}"


def spell_draft(draft: Draft, kind: str) -> str:
    """A line of a pasted list, as it is understood."""
    parts = [draft.kind or kind]
    if draft.estimate is not None:
        parts.append(f"~{spell_estimate(draft.estimate)}")
    if draft.priority:
        parts.append(PRIORITIES[draft.priority])
    return f"{'✔' if draft.done else '○'} {draft.title}  [{', '.join(parts)}]"


def as_row(one: Task) -> dict[str, Any]:
    """A task for scripts; ``blocked_run_name`` is the name of the run that it waits for."""
    row = asdict(one)
    row["blocked_run_name"] = row.pop("run")
    return row


def describe(one: Task, about: Sequence[Link], events: Sequence[TaskEvent]) -> list[str]:
    """What there is to say of a task beside its line: what it is about, its notes, what happened to it."""
    lines = []
    for link in about:
        step = "" if link.step is None else f" at step {link.step:.10g}"
        lines.append(f"{'about':>8}  {link.to_kind} {link.to_id}{step}")
    lines += [f"{'':>8}  {line}".rstrip() for line in one.notes.splitlines()]
    for event in events:
        told = [f"{name} {_spell_value(value)}" for name, value in event.detail.items() if value not in (None, "")]
        lines.append(f"{'event':>8}  {spell_moment(event.time)}  {event.kind}: {', '.join(told)}")
    return lines


def spell_moment(moment: float) -> str:
    """A moment by the clock of this machine."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))


def _spell_value(value: object) -> str:
    if isinstance(value, list) and len(value) == 2:
        return f"{value[0]!r} → {value[1]!r}"
    return str(value)
