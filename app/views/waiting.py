"""The runs that wait for GPUs, in order, and the buttons that change the order."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app import blank
from app import machine as machines
from app.machine import Machine
from app.markup import plain, shorten
from app.views.gpus import RUN_PAGE
from app.words import Words
from store.intents import MOVE_QUEUED, Intent
from store.settings import Settings

OPEN = ("asked", "accepted")


def draw(machine: Machine, settings: Settings, say: Words) -> None:
    """One line a waiting run; nothing where none waits."""
    queue = machine.queue
    if not queue:
        return
    st.subheader(say.say("Waiting for GPUs"), anchor=False)
    asked: dict[str | None, Intent] = {}
    for intent in machine.asked:  # newest first
        if intent.kind == MOVE_QUEUED:
            asked.setdefault(intent.run_id, intent)
    with st.container(border=True, gap="small", key="queue"):
        for place, one in enumerate(queue):
            draw_waiting(place, queue, machine, settings, say, asked.get(str(one.get("run"))))


def draw_waiting(
    place: int,
    queue: Sequence[dict[str, Any]],
    machine: Machine,
    settings: Settings,
    say: Words,
    asked: Intent | None,
) -> None:
    """A run with how many GPUs it wants, why it waits, and where it can go; it is cancelled on its own page."""
    run_id = str(queue[place].get("run"))
    run = machine.runs.get(run_id)
    wanted = say.count("{n} GPU", "{n} GPUs", int(queue[place].get("count") or 1))
    if run is not None:
        wanted += " · " + say.say("asked {time}", time=say.moment(run.created, machine.now))
    is_open = asked is not None and asked.state in OPEN
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(width="stretch", gap="xxsmall"):
            name = str(run.name if run else queue[place].get("name") or run_id)
            label = f"{place + 1}\\. **{plain(shorten(name, 60))}**"
            st.page_link(RUN_PAGE, label=label, query_params={"id": run_id})
            st.caption(plain(wanted), help=plain(str(queue[place].get("why") or "")) or None)
        if not settings.read_only:
            draw_buttons(place, queue, settings, say, disabled=is_open)
    if asked is not None and asked.state != "done":
        text = say.say("asked {time}", time=say.clock(asked.asked))
        text += f" · {asked.answer}" if asked.answer else " · " + say.say("the daemon has not answered yet")
        st.caption(":material/swap_vert: " + plain(text))


def draw_buttons(
    place: int, queue: Sequence[dict[str, Any]], settings: Settings, say: Words, *, disabled: bool
) -> None:
    """First, up, down, and the page where it is cancelled."""
    ids = [str(one.get("run")) for one in queue]
    run_id, last = ids[place], len(ids) - 1
    below = ids[place + 2] if place + 2 <= last else None
    moves = (
        ("first", ":material/vertical_align_top:", say.say("First"), place > 0, ids[0]),
        ("up", ":material/arrow_upward:", say.say("Up"), place > 0, ids[place - 1]),
        ("down", ":material/arrow_downward:", say.say("Down"), place < last, below),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        for key, icon, label, possible, before in moves:
            st.button(
                icon,
                key=f"{key}-{run_id}",
                type="tertiary",
                help=label,
                disabled=disabled or not possible,
                on_click=move,
                args=(settings, say, run_id, before),
            )
        st.page_link(RUN_PAGE, label=say.say("Cancel …"), icon=":material/cancel:", query_params={"id": run_id})


def move(settings: Settings, say: Words, run_id: str, before: str | None) -> None:
    """Ask the daemon for another order; a journal that is busy is said so."""
    with blank.shield(say):
        machines.ask_move(settings, run_id, before)
