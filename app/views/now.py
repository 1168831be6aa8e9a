"""*Now*: the state in a sentence, what needs a person, what runs, what ended."""

import streamlit as st

from app import blank, readings, reads, sparkline, status, words
from app import machine as machines
from app.figures import figure
from app.machine import Machine
from app.markup import bare, plain, shorten
from app.readings import Measured
from app.reads import Need, Now
from app.views import gpus, progress_bar, run_system
from app.words import Words
from store import settings as store_settings
from store.metrics import main_quality
from store.runs import Run
from store.settings import Settings

SHOWN = 6
RUN_PAGE = "views/run.py"


@st.fragment(run_every=3, key="now")
def live(settings: Settings, say: Words) -> None:
    """Everything on the page, from one reading of the journal."""
    with blank.shield(say):
        now = reads.read_now(settings)
        machine = machines.read_machine(settings)
        draw_heading(now, say)
        blank.daemon_banner(say, now.pulse)
        if now.is_empty:
            blank.nothing_yet(say)
        else:
            draw_needs(now, settings, say)
            left, right = st.columns([3, 2], gap="medium")
            with left:
                draw_running(now, machine, settings, say)
            with right:
                gpus.draw_short(machine, say)
                draw_ended(now, say)
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
        parts.append(say.count("{n} needs you", "{n} need you", len(now.needs)))
    return " · ".join(parts)


def draw_needs(now: Now, settings: Settings, say: Words) -> None:
    """One card for each alert that nobody has acknowledged, the bad ones first."""
    for need in now.needs[:SHOWN]:
        draw_need(need, now, settings, say)
    left_out = len(now.needs) - SHOWN
    if left_out <= 0:
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(say.count("and {n} more", "and {n} more", left_out), width="content")
        if not settings.read_only:
            st.button(
                say.count("Acknowledge the {n} alert", "Acknowledge all {n}", len(now.needs)),
                key="acknowledge-all",
                type="tertiary",
                on_click=acknowledge,
                args=(settings, say, [need.alert.id for need in now.needs]),
            )


def draw_need(need: Need, now: Now, settings: Settings, say: Words) -> None:
    """What happened to a run, the plan written for it, and the way on."""
    alert, run = need.alert, need.run
    with st.container(border=True, key=f"need-{alert.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
            status.draw_badge(status.KINDS[alert.kind], say)
            if run is None:
                st.markdown(f"**{plain(alert.title)}**", width="content")
            else:
                draw_link(run)
                st.markdown(f":small[{happening(need, run, say)}]", width="content")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(width="stretch", gap="xxsmall"):
                draw_next_step(need, say)
                when = say.moment(alert.occurred, now.pulse.as_of)
                st.caption(plain(f"{when} · {push_state(need, settings, say, now)}"))
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
                if run is not None:
                    draw_link(run, label=plain(say.say("Open")), icon=":material/article:")
                if not settings.read_only:
                    st.button(
                        say.say("Acknowledge"),
                        key=f"acknowledge-{alert.id}",
                        type="primary",
                        on_click=acknowledge,
                        args=(settings, say, [alert.id]),
                    )


def draw_next_step(need: Need, say: Words) -> None:
    """The step the researcher wrote down for this outcome, if there is one."""
    if need.run is None:
        return
    plan = need.run.if_success if need.alert.kind in reads.CALM else need.run.if_failure
    if plan:
        st.markdown(f":small[{plain(say.say('Your plan for this:'))} *{plain(shorten(plan, 300))}*]")


def acknowledge(settings: Settings, say: Words, alert_ids: list[int]) -> None:
    """Store that a person has seen these; a journal that is busy is said so, and the card stays."""
    with blank.shield(say):
        reads.acknowledge(settings, alert_ids)


def happening(need: Need, run: Run, say: Words) -> str:
    """``after 12 m — CUDA out of memory``, as Markdown."""
    length = run.elapsed(need.alert.occurred)
    kind = need.alert.kind
    text = say.say("in {length}" if kind in reads.CALM else "after {length}", length=say.length(length))
    if run.cause:
        text += " — " + shorten(run.cause, 240)
    return plain(text)


def push_state(need: Need, settings: Settings, say: Words, now: Now) -> str:
    """Whether the phone was told."""
    as_of = now.pulse.as_of
    for delivery in need.deliveries:
        error = delivery.error or ""
        if delivery.state == "sent" and delivery.sent is not None:
            return say.say("pushed {time}", time=say.moment(delivery.sent, as_of))
        if delivery.state == "refused":
            return say.say("push refused: {reason}", reason=error)
        if not settings.pushbullet_token:
            break
        if delivery.state == "sending":
            return say.say("being pushed")
        if error:
            next_try = say.moment(delivery.next_try, as_of)
            return say.say("push waiting: {reason}; next try {time}", reason=error, time=next_try)
        return say.say("push waiting")
    return say.say("not pushed") if settings.pushbullet_token else say.say("no Pushbullet token")


def draw_running(now: Now, machine: Machine, settings: Settings, say: Words) -> None:
    """A card for each active run, in order of launch."""
    st.subheader(say.say("Running"), anchor=False)
    if not now.active:
        st.caption(say.say("Put this in front of any training command, in any folder:"))
        st.code(blank.RUN_LINE, language=None)
    measured = readings.read_many(settings, now.active)
    for run in now.active:
        draw_run(run, measured[run.id], now, machine, settings, say)


def draw_run(run: Run, measured: Measured, now: Now, machine: Machine, settings: Settings, say: Words) -> None:
    """State and name, time it has run; progress and time left, two metrics and the curve of the loss; what it takes of
    the machine; its last line."""
    look = status.of_run(run, heard=now.pulse.alive)
    with st.container(border=True, key=f"run-{run.id}", gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", width="content"):
                status.draw_badge(look, say)
                draw_link(run)
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
                draw_link(run)
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


def draw_link(run: Run, label: str = "", icon: str | None = None) -> None:
    """The run's name, or another label, leading to its page."""
    name = label or f"**{plain(shorten(run.name, 60))}**"
    st.page_link(RUN_PAGE, label=name, icon=icon, query_params={"id": run.id})


_settings = store_settings.load()
live(_settings, words.for_reader(_settings))
