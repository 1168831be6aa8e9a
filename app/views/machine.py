"""*Machine*: the workstation at a glance: each GPU and who is on it, what waits, what is wrong, and how it went."""

import streamlit as st

from app import blank, machine, words
from app.machine import Machine
from app.markup import plain
from app.views import gpus, history, host, processes, waiting
from app.words import Words
from store import settings as store_settings
from store.settings import Settings

LIVE_SECONDS = 2
CHART_SECONDS = 10


@st.fragment(run_every=LIVE_SECONDS, key="machine")
def live(settings: Settings, say: Words) -> None:
    """Everything but the charts, from one reading of the journal."""
    with blank.shield(say):
        found = machine.read_machine(settings)
        draw_heading(found, say)
        blank.daemon_banner(say, found.pulse)
        host.draw_findings(found.findings, found, say)
        draw_gpus(found, say)
        waiting.draw(found, settings, say)
        left, right = st.columns(2, gap="medium")
        with left:
            host.draw_host(found, say)
        with right:
            host.draw_disks(found, say)
        processes.draw(found, settings, say)


@st.fragment(run_every=CHART_SECONDS, key="machine-history")
def charts(settings: Settings, say: Words) -> None:
    """The history, in its own time."""
    history.draw(settings, say)


def draw_heading(found: Machine, say: Words) -> None:
    """The title is the state sentence; beside it how fresh it is."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.title(plain(sentence(found, say)), anchor=False, width="content")
        newest = max((one.as_of for one in (found.gpus, found.host) if one is not None), default=None)
        if newest is not None:
            st.caption(say.say("as of {time}", time=say.clock(newest)), width="content")


def sentence(found: Machine, say: Words) -> str:
    """``2 of 4 GPUs at work · 1 free · nothing wrong``."""
    if found.gpus is None and found.host is None:
        return say.say("This machine has not been looked at yet")
    state = " · ".join(gpu_words(found, say))
    if not found.pulse.alive:
        return say.say("Unknown; last known: {state}", state=state)
    if found.is_silent:
        state = say.say("GPUs silent for {length}; last known: {state}", length=say.age(found.gpu_age), state=state)
    wrong = sum(finding.level != "note" for finding in found.findings)
    verdict = say.count("{n} thing to look at", "{n} things to look at", wrong) if wrong else say.say("nothing wrong")
    return f"{state} · {verdict}"


def gpu_words(found: Machine, say: Words) -> list[str]:
    """How many GPUs are at work, free, kept, idle though held, in trouble."""
    cards = found.cards
    if not cards:
        if found.status in (None, "ok", *machine.NO_GPU):
            return [say.say("No GPU")]
        return [say.say("The GPUs cannot be read")]
    looks = [gpus.look_of(gpu, found) for gpu in cards]
    busy, free = looks.count(gpus.AT_WORK), looks.count(gpus.FREE)
    idle, kept = looks.count(gpus.HELD), looks.count(gpus.KEPT)
    if len(cards) == 1:
        return [say.say("The GPU: {state}", state=say.say(looks[0].word))]
    parts = [say.say("{n} of {total} GPUs at work", n=busy, total=len(cards))]
    if free:
        parts.append(say.count("{n} free", "{n} free", free))
    if idle:
        parts.append(say.count("{n} held, idle", "{n} held, idle", idle))
    if kept:
        parts.append(say.count("{n} reserved", "{n} reserved", kept))
    troubles = [(looks.count(look), say.say(look.word)) for look in gpus.TROUBLES.values()]
    return parts + [f"{n} {word}" for n, word in troubles if n]


def draw_gpus(found: Machine, say: Words) -> None:
    """The strips; without a GPU a calm line."""
    if found.cards:
        if found.is_silent or not found.pulse.alive:
            text = say.say("Last known {length} ago, at {time}.", length=say.age(found.gpu_age), time=clock(found, say))
            st.caption(f":material/history: {plain(text)}")
        gpus.draw_strips(found, say)
    elif found.status in ("no_library", "no_gpu"):
        st.caption(say.say("No GPU is found here. Processor, memory, disks and runs are watched all the same."))
    elif found.gpus is None and found.pulse.alive:
        st.caption(say.say("The GPUs have not been read yet."))


def clock(found: Machine, say: Words) -> str:
    """When the GPUs were read."""
    return say.date(found.gpus.as_of) if found.gpus else "–"


_settings = store_settings.load()
_say = words.for_reader(_settings)
live(_settings, _say)
charts(_settings, _say)
