"""*Now*: the state in a sentence, what needs a person, what to do, what runs, what ended, what the day was spent on."""

import streamlit as st

from app import blank, readings, reads, sparkline, status, waiting, words
from app import machine as machines
from app.figures import figure
from app.machine import Machine
from app.markup import bare, plain, shorten
from app.readings import Measured
from app.reads import Now
from app.views import (
    advice_cards,
    alert_card,
    gpus,
    progress_bar,
    resume_form,
    review_goals,
    run_drift,
    run_system,
    session_begin,
    session_list,
)
from app.views.session_moves import follow
from app.waiting import Waiting
from app.words import Words
from store import settings as store_settings
from store.metrics import main_quality
from store.runs import Run
from store.settings import Settings

RESUMES = 2  # the notes shown at once: more would be a list to work off


@st.fragment(run_every=3, key="now")
def live(settings: Settings, say: Words) -> None:
    """Everything on the page, from one reading of the journal."""
    follow()
    with blank.shield(say):
        now = reads.read_now(settings)
        machine = machines.read_machine(settings)
        moment = waiting.read_waiting(settings, say, live=now.pulse.alive)
        draw_heading(now, say)
        blank.daemon_banner(say, now.pulse)
        for note in moment.resumes[:RESUMES]:
            resume_form.draw_card(note, moment.now, settings, say)
        alert_card.draw_all(now.cards, now.pulse.as_of, settings, say)
        if now.is_empty:
            blank.nothing_yet(say)
        review_goals.draw_now(settings, say)
        if not moment.blank:
            advice_cards.draw(moment, settings, say)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            if not now.is_empty:
                draw_running(now, machine, moment, settings, say)
        with right:
            if not now.is_empty:
                gpus.draw_short(machine, say)
                draw_ended(now, say)
            session_list.draw(moment, settings, say)
        draw_foot(now, settings, say)


def draw_heading(now: Now, say: Words) -> None:
    """The title is the state sentence; beside it how fresh it is."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.title(sentence(now, say), anchor=False, width="content")
        heard = say.say("daemon alive") if now.pulse.alive else say.say("daemon silent")
        if now.pulse.beat is not None:
            heard = say.say("as of {time}", time=say.clock(now.pulse.as_of)) + " · " + heard
        st.caption(heard, width="content")


def sentence(now: Now, say: Words) -> str:
    """``2 running · 1 needs you``."""
    running = sum(run.state == "running" for run in now.active)
    queued = len(now.active) - running
    parts = []
    if running:
        parts.append(say.count("{n} running", "{n} running", running))
    if queued:
        parts.append(say.count("{n} queued", "{n} queued", queued))
    if not now.active:
        parts.append(say.say("Nothing is running"))
    if now.active and not now.pulse.alive:
        parts = [say.say("Unknown; last known: {state}", state=say.say(", ").join(parts))]
    elif not now.active and not now.pulse.alive:
        parts = [say.say("Nothing is being watched")]
    if now.needs:
        parts.append(say.count("{n} needs you", "{n} need you", len(now.cards)))
    return " · ".join(parts)


def draw_running(now: Now, machine: Machine, moment: Waiting, settings: Settings, say: Words) -> None:
    """A card for each active run, in order of launch."""
    st.subheader(say.say("Running"), anchor=False)
    if not now.active:
        st.caption(say.say("Put this in front of any training command, in any folder:"))
        st.code(blank.RUN_LINE, language=None)
    measured = readings.read_many(settings, now.active)
    for run in now.active:
        drift = run_drift.brief(moment.drifts.get(run.id), say)
        draw_run(run, measured[run.id], now, machine, drift, settings, say)


def draw_run(
    run: Run, measured: Measured, now: Now, machine: Machine, drift: str, settings: Settings, say: Words
) -> None:
    """State and name, time it has run; progress and time left, two metrics and the curve of the loss; what it takes of
    the machine; its last line; how far the code has moved away from it, where that matters."""
    look = status.of_run(run, heard=now.pulse.alive)
    with st.container(border=True, key=f"run-{run.id}", gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", width="content"):
                status.draw_badge(look, say)
                alert_card.draw_link(run)
            if run.started:
                elapsed = status.elapsed(run, say, now.pulse.as_of)
                st.markdown(f"**{elapsed}**", width="content")
        draw_health(run, say)
        progress_bar.draw(measured.progress, run, now.pulse, say, brief=True)
        draw_metrics(run, measured, settings, say)
        takes = run_system.in_words(machine.usage(run.id))
        if takes:
            st.markdown(f":small[{plain(takes)}]")
        if run.last_line:
            st.code(bare(shorten(run.last_line, 400)), language=None)
        st.caption(plain(f"{shorten(run.project, 60)} · {freshness(run, now, say)}"))
        if drift:
            st.markdown(f":small[:orange[:material/fork_right:] {plain(drift)}]")


def draw_metrics(run: Run, measured: Measured, settings: Settings, say: Words) -> None:
    """The main loss and one quality with their last values, and a sparkline of the loss."""
    loss = measured.find(measured.main)
    directions = {metric.name: metric.direction for metric in measured.metrics}
    quality = measured.find(main_quality(directions, directions))
    shown = [metric for metric in (quality, loss) if metric is not None] or measured.metrics[:1]
    if not shown:
        return
    drawn = loss or shown[0]
    label = say.say("Curves of {name}; last value {value}", name=drawn.name, value=figure(drawn.series.last))
    svg = sparkline.draw(readings.read_curve(settings, drawn, buckets=readings.SPARK_BUCKETS))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for metric in dict.fromkeys(shown):
            value = figure(metric.series.last, percent=metric.percent)
            st.markdown(f":small[:gray[{plain(shorten(metric.name, 24))}]]  \n**{plain(value)}**", width="content")
        if svg:
            st.image(svg, width=sparkline.WIDTH, alt=label)


def draw_health(run: Run, say: Words) -> None:
    """Badges for what is odd about a running run."""
    if not run.health:
        return
    with st.container(horizontal=True, gap="xsmall"):
        for flag in run.health:
            look = status.HEALTH.get(flag)
            status.draw_badge(look or status.unnamed(flag), say)


def freshness(run: Run, now: Now, say: Words) -> str:
    """``last line 3 s ago``; for a run whose daemon is silent, what was known and when."""
    as_of = now.pulse.as_of
    if not now.pulse.alive:
        return status.last_known(run, say, now.pulse.beat)
    if run.last_output is None:
        return say.say("no output yet")
    age = say.age(as_of - run.last_output)
    lines = say.count("{n} line", "{n} lines", run.log_lines)
    return say.say("last line {length} ago", length=age) + " · " + lines


def draw_ended(now: Now, say: Words) -> None:
    """The last runs that ended, a line each."""
    if not now.ended:
        return
    st.subheader(say.say("Recently ended"), anchor=False)
    for run in now.ended:
        look = status.of_run(run, heard=True)
        with st.container(gap="xxsmall", key=f"ended-{run.id}"):
            with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
                status.draw_badge(look, say)
                alert_card.draw_link(run)
            ended = say.moment(run.ended, now.pulse.as_of) if run.ended else "–"
            text = f"{status.elapsed(run, say, now.pulse.as_of)} · {ended}"
            if run.cause:
                text += f" · {shorten(run.cause, 80)}"
            st.caption(plain(text))
    st.page_link("views/runs.py", label=say.say("All runs"), icon=":material/list:")


def draw_foot(now: Now, settings: Settings, say: Words) -> None:
    """What does not work as it should, quietly."""
    for worker, detail in now.pulse.unhealthy:
        text = say.say("The daemon's worker “{worker}” is unhealthy: {reason}", worker=worker, reason=detail)
        st.caption(f":material/warning: {plain(text)}")
    if not settings.pushbullet_token:
        text = say.say("No Pushbullet token is set: alerts stay on this page. To send them to a phone:")
        st.caption(f":material/notifications_off: {plain(text)} `{blank.SETUP_LINE}`")


_settings = store_settings.load()
_say = words.for_reader(_settings)
live(_settings, _say)
session_begin.draw(_settings, _say)
session_list.draw_correction(_settings, _say)
