"""*Run*: everything about one run, at ``/run?id=…``."""

from functools import partial

import streamlit as st

from app import alert_marks, blank, readings, reads, status, words
from app import machine as machines
from app.alert_marks import Mark
from app.markup import bare, plain, shorten
from app.reads import Story
from app.views import progress_bar, record, run_conclusion, run_drift, run_metrics, run_plan, run_system
from app.words import Words
from store import settings as store_settings
from store import symptoms
from store.alert_rules import ENDS
from store.intents import STOP_RUN, Intent
from store.runs import Run
from store.settings import Settings

LIVE_SECONDS = 3
ENDED_SECONDS = 15  # an end that was concluded may yet be recorded
LOG_PIXELS = 420
SHORT_LINES = 15
OPEN = ("asked", "accepted")
Drawn = tuple[str, int, int, int]


def show(settings: Settings, say: Words, run_id: str) -> None:
    """The page of a run, or why there is none."""
    story = reads.read_run(settings, run_id) if run_id else None
    if story is None:
        blank.unknown_run(say, run_id)
        return
    run = story.run
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(plain(run.name), anchor=False, width="stretch")
        if run.is_active and not settings.read_only:
            draw_stop(story, settings, say)
    run_plan.draw_form(run, settings, say)
    run_conclusion.draw_form(run, settings, say)
    every = LIVE_SECONDS if run.is_active else ENDED_SECONDS
    st.fragment(draw_live, run_every=every, key="run")(settings, say, run.id, mark_of(story))
    record.draw_command(run, say)
    record.draw_code(run, settings, say)
    run_drift.draw(run, settings, say)
    record.draw_history(story, settings, say)


def mark_of(story: Story) -> Drawn:
    """What must differ for the whole page to be drawn anew: state, attempt, the numbers of events and alerts."""
    return story.run.state, story.run.attempt, len(story.events), len(story.alerts)


def draw_live(settings: Settings, say: Words, run_id: str, drawn: Drawn) -> None:
    """What changes while the run goes on; draws the whole page again when it has moved on.

    One fragment for all of it: what a fragment's turn costs hardly depends on how much is in it.
    """
    with blank.shield(say):
        story = reads.read_run(settings, run_id)
        if story is None or mark_of(story) != drawn:
            st.rerun()
        draw_status(settings, say, story)
        run_plan.draw(story.run, settings, say)
        run_conclusion.draw(story.run, settings, say)
        run_metrics.draw(settings, say, story.run, marks_of(story, say))
        draw_system(settings, say, story.run)
        st.subheader(say.say("Log"), anchor=False)
        draw_log(story.run, settings, say)


def marks_of(story: Story, say: Words) -> list[Mark]:
    """Where the alerts of the latest attempt fired: on the curve they are about, else at their time; no ends."""
    marks = []
    for need in story.alerts:
        alert = need.alert
        if alert.kind in ENDS or alert.kind not in status.KINDS or alert.attempt not in (None, story.run.attempt):
            continue
        look, metric = status.KINDS[alert.kind], alert.facts.get("metric")
        step = symptoms.number(alert.facts.get("step"))
        text = f"{look.sign} {say.say(look.word)}"
        marks.append(alert_marks.Mark(alert.kind, text, alert.occurred, metric, step))
    return marks


def draw_system(settings: Settings, say: Words, run: Run) -> None:
    """What it takes of the machine; where that cannot be read, the rest of the page stands."""
    with blank.shield(say):
        run_system.draw(settings, say, run, machines.read_machine(settings))


def draw_status(settings: Settings, say: Words, story: Story) -> None:
    """State, certainty, cause, and how far it is."""
    run, pulse = story.run, story.pulse
    blank.daemon_banner(say, pulse)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        look = status.of_run(run, heard=pulse.alive)
        status.draw_badge(look, say)
        for flag in run.health if run.is_active else []:
            status.draw_badge(status.HEALTH.get(flag) or status.unnamed(flag), say)
        if run.certainty == "inferred":
            status.draw_badge(status.INFERRED, say)
        st.markdown(f"**{status.elapsed(run, say, pulse.as_of)}**", width="content")
        st.caption(plain(summary(story, say)), width="content")
    if run.cause:
        st.markdown(f"**{plain(run.cause)}**")
    if run.hint:
        st.markdown(f":material/lightbulb: {plain(run.hint)}")
    if run.evidence:
        st.caption("\n".join(f"- {plain(line)}" for line in run.evidence))
    draw_answer(story, say)
    progress_bar.draw(readings.read_progress(settings, run), run, pulse, say)


def summary(story: Story, say: Words) -> str:
    """Certainty, project and times in a line."""
    run, pulse = story.run, story.pulse
    parts = [run.project]
    if run.is_active and not pulse.alive:
        parts.append(status.last_known(run, say, pulse.beat))
        return " · ".join(parts)
    if run.certainty != "inferred":
        parts.append(say.say(status.CERTAINTIES.get(run.certainty, run.certainty)))
    if run.is_active:
        if run.last_output:
            age = say.age(pulse.as_of - run.last_output)
            parts.append(say.say("last line {length} ago", length=age))
        parts.append(say.say("as of {time}", time=say.clock(pulse.as_of)))
    elif run.ended:
        parts.append(say.say("ended {time}", time=say.date(run.ended)))
    return " · ".join(parts)


def draw_stop(story: Story, settings: Settings, say: Words) -> None:
    """The Stop button, which asks once more."""
    asked = any(intent.kind == STOP_RUN and intent.state in OPEN for intent in story.intents)
    if st.button(say.say("Stop"), key="stop", icon=":material/stop_circle:", disabled=asked):
        st.dialog(say.say("Stop this run?"))(partial(confirm_stop, story, settings, say))()


def confirm_stop(story: Story, settings: Settings, say: Words) -> None:
    """Name the run, then ask the daemon to stop it."""
    run = story.run
    st.markdown(f"**{plain(run.name)}** · `{run.id}`")
    text = say.say(
        "It is interrupted, as by Ctrl-C; if it has not ended after {length}, it is terminated.",
        length=say.age(settings.stop_grace_seconds),
    )
    st.markdown(plain(text))
    if not story.pulse.alive:
        st.caption(plain(say.say("The daemon is silent: it will stop the run once it is back.")))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(say.say("Let it run"), key="stop-no", type="primary"):
            st.rerun()
        label = say.say("Stop {name}", name=plain(shorten(run.name, 30)))
        if st.button(label, key="stop-yes", icon=":material/stop_circle:"):
            with blank.shield(say):
                reads.ask_stop(settings, run.id)
                st.rerun()


def draw_answer(story: Story, say: Words) -> None:
    """How far the last request to stop has come."""
    last = next((intent for intent in story.intents if intent.kind == STOP_RUN), None)
    if last is not None:
        st.caption(":material/stop_circle: " + plain(progress(last, say)))


def progress(intent: Intent, say: Words) -> str:
    """``Stop: asked 12:03:05 · done 12:03:07: it ended on the interrupt``."""
    text = say.say("Stop asked {time}", time=say.clock(intent.asked))
    if intent.answered is None:
        return text + " · " + say.say("the daemon has not answered yet")
    forms = {
        "accepted": say.say("accepted {time}", time=say.clock(intent.answered)),
        "done": say.say("done {time}", time=say.clock(intent.answered)),
        "refused": say.say("refused {time}", time=say.clock(intent.answered)),
    }
    text += " · " + forms.get(intent.state, intent.state)
    return f"{text}: {intent.answer}" if intent.answer else text


def draw_log(run: Run, settings: Settings, say: Words) -> None:
    """The last lines as plain text, and the way to have them all."""
    tail = reads.read_tail(settings, run)
    if not tail.lines:
        empty = tail.exists or run.is_active
        st.caption(say.say("The log is empty.") if empty else say.say("There is no log."))
        return
    is_short = not run.is_active and len(tail.lines) <= SHORT_LINES  # a growing log keeps its place
    with st.container(height="content" if is_short else LOG_PIXELS, autoscroll=True, border=False, key="log-tail"):
        st.code(bare("\n".join(tail.lines)), language=None)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(plain(describe_tail(tail, say)), width="content")
        st.download_button(
            say.say("Download the log"),
            data=partial(reads.read_log, settings, run),
            file_name=f"{run.id}.log",
            mime="text/plain",
            icon=":material/download:",
            type="tertiary",
            key="download",
            on_click="ignore",
        )


def describe_tail(tail: reads.Tail, say: Words) -> str:
    """What part of the log is shown."""
    n = len(tail.lines)
    if tail.cut:
        parts = [say.count("the last line", "the last {n} lines", n)]
    else:
        parts = [say.count("{n} line", "{n} lines", n)]
    if tail.kept:
        parts.append(say.say("The log file is gone; this is the copy the journal kept."))
    elif tail.size > reads.DOWNLOAD_BYTES:
        size = f"{reads.DOWNLOAD_BYTES >> 20} MiB"
        text = say.say("the download holds the last {size}; all of it: {path}", size=size, path=tail.path)
        parts.append(text)
    return " · ".join(parts)


_settings = store_settings.load()
show(_settings, words.for_reader(_settings), st.query_params.get("id", "").strip())
