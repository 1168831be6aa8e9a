"""What a state looks like: word, icon and colour, in that order of importance.

One table for every page. The colours are Streamlit's names; the theme gives each its Okabe–Ito value for
light and dark. Words are msgids and are translated where they are shown.
"""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from app.markup import plain
from app.words import Words, mark
from store.alert_words import SIGNS
from store.runs import Run

Colour = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray", "primary"]


@dataclass(frozen=True)
class Look:
    """How a state or condition is shown; ``sign`` stands for the icon where only text is possible."""

    word: str
    icon: str
    colour: Colour
    sign: str


STATES = {
    "queued": Look(mark("queued"), ":material/schedule:", "gray", "…"),
    "running": Look(mark("running"), ":material/play_circle:", "blue", "▶"),
    "finished": Look(mark("finished"), ":material/check_circle:", "green", "✔"),
    "failed": Look(mark("failed"), ":material/error:", "red", "✖"),
    "stopped": Look(mark("stopped"), ":material/stop_circle:", "violet", "■"),
    "killed": Look(mark("killed"), ":material/cancel:", "red", "✖"),
    "lost": Look(mark("lost"), ":material/link_off:", "orange", "?"),
}
UNKNOWN = Look(mark("unknown"), ":material/help:", "gray", "?")
_ALERTS: dict[str, tuple[str, Colour]] = {
    "finished": ("check_circle", "green"),
    "crashed": ("error", "red"),
    "killed": ("cancel", "red"),
    "lost": ("link_off", "orange"),
    "stalled": ("hourglass_top", "orange"),
    "diverged": ("trending_up", "red"),
    "threshold": ("flag", "blue"),
    "best": ("trophy", "green"),
    "eta_slipped": ("more_time", "orange"),
    "milestone": ("timelapse", "blue"),
    "gpu_idle": ("bedtime", "orange"),
    "gpu_lost": ("power_off", "red"),
    "driver": ("extension_off", "red"),
    "xid": ("report", "orange"),
    "heat": ("thermostat", "orange"),
    "ecc": ("bug_report", "red"),
    "host_memory": ("memory", "orange"),
    "gpu_memory": ("developer_board", "orange"),
    "disk": ("hard_drive", "orange"),
    "gpu_free": ("event_available", "blue"),
    "task": ("task_alt", "blue"),
    "review": ("calendar_month", "violet"),
    "goals": ("flag_2", "violet"),
    "digest": ("list_alt", "gray"),
    "note": ("sticky_note_2", "gray"),
    "test": ("science", "gray"),
}
KINDS = {
    kind: Look(SIGNS[kind][1], f":material/{icon}:", colour, SIGNS[kind][0]) for kind, (icon, colour) in _ALERTS.items()
}
HEALTH = {
    "suspended": Look(mark("suspended"), ":material/pause_circle:", "orange", "⏸"),
    "stalled": Look(mark("stalled"), ":material/hourglass_top:", "orange", "⏳"),
    "diverged": Look(mark("diverged"), ":material/trending_up:", "red", "!"),
}
EVENTS = {
    "created": mark("created"),
    "started": mark("started"),
    "attached": mark("watching began"),
    "suspended": mark("suspended"),
    "resumed": mark("resumed"),
    "supervisor_lost": mark("supervisor lost"),
    "stop_asked": mark("stop asked"),
    "ended": mark("ended"),
}
INFERRED = Look(mark("inferred"), ":material/search:", "gray", "?")
CERTAINTIES = {"recorded": mark("recorded"), "inferred": mark("inferred")}
DELIVERIES = {
    "waiting": mark("waiting"),
    "sending": mark("being sent"),
    "sent": mark("sent"),
    "refused": mark("refused"),
}


def of_run(run: Run, *, heard: bool) -> Look:
    """The look of a run's state; *unknown* for an active run while the daemon is silent."""
    if run.is_active and not heard:
        return UNKNOWN
    return STATES.get(run.state, UNKNOWN)


def in_words(run: Run, words: Words, *, heard: bool) -> str:
    """The state as text alone: ``✔ finished``, ``? unknown · last known: running``."""
    look = of_run(run, heard=heard)
    text = f"{look.sign} {words.say(look.word)}"
    if look is UNKNOWN:
        known = STATES.get(run.state)
        text += " · " + words.say("last known: {state}", state=words.say(known.word) if known else run.state)
    return text


def last_known(run: Run, words: Words, heard: float | None) -> str:
    """``last known: running, as of 2026-11-21 14:20:05``, for a run whose daemon fell silent."""
    look = STATES.get(run.state)
    state = words.say(look.word) if look else run.state
    return words.say("last known: {state}, as of {time}", state=state, time=words.date(heard or run.updated))


def elapsed(run: Run, words: Words, as_of: float) -> str:
    """How long a run took, or has taken until ``as_of``."""
    if run.is_active and run.started is not None:
        return words.age(as_of - run.started)
    return words.length(run.elapsed(as_of))


def draw_badge(look: Look, words: Words) -> None:
    """Draw word, icon and colour of a state."""
    st.badge(plain(words.say(look.word)), icon=look.icon, color=look.colour)


def unnamed(word: str) -> Look:
    """The look of something this table does not know, by its own word."""
    return Look(word, ":material/info:", "gray", "·")
