"""*Run*: everything about one run, at ``/run?id=…``."""

import json
from collections.abc import Mapping
from functools import partial

import streamlit as st

from app import blank, reads, status, words
from app.markup import bare, plain, shorten
from app.reads import Need, Story
from app.words import Words
from store import settings as store_settings
from store.intents import STOP_RUN, Intent
from store.runs import Run
from store.settings import Settings

LOG_PIXELS = 420
SHORT_LINES = 15
OPEN = ("asked", "accepted")


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
    live_status(settings, say, run.id, mark_of(story))
    draw_plan(run, say)
    st.subheader(say.say("Log"), anchor=False)
    if run.is_active:
        live_log(settings, say, run.id)
    else:
        draw_log(run, settings, say)
    draw_command(run, say)
    draw_code(run, settings, say)
    draw_history(story, say)


def mark_of(story: Story) -> tuple[str, int, int]:
    """What must differ for the whole page to be drawn anew: the state, the attempt, the number of events."""
    return story.run.state, story.run.attempt, len(story.events)


@st.fragment(run_every=2, key="status")
def live_status(settings: Settings, say: Words, run_id: str, drawn: tuple[str, int, int]) -> None:
    """State, certainty, cause; draws the whole page again when the run has moved on."""
    with blank.shield(say):
        story = reads.read_run(settings, run_id)
        if story is None or mark_of(story) != drawn:
            st.rerun()
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
        if run.evidence:
            st.caption("\n".join(f"- {plain(line)}" for line in run.evidence))
        draw_answer(story, say)


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


def draw_plan(run: Run, say: Words) -> None:
    """What the researcher expected and meant to do next, the branch that came true first in the eye."""
    steps = [
        (say.say("Hypothesis"), run.hypothesis, None),
        (say.say("If it succeeds"), run.if_success, run.state == "finished"),
        (say.say("If it fails"), run.if_failure, run.state in ("failed", "killed", "lost")),
    ]
    written = [(label, text, came) for label, text, came in steps if text]
    if not written:
        return
    with st.container(border=True, gap="xsmall"):
        for label, text, came in written:
            arrow = ":material/arrow_forward: " if came else ""
            body = plain(text or "")
            st.markdown(f"{arrow}:gray[{plain(label)}] " + (f"**{body}**" if came else body))


@st.fragment(run_every=2, key="log")
def live_log(settings: Settings, say: Words, run_id: str) -> None:
    """The end of a growing log."""
    with blank.shield(say):
        story = reads.read_run(settings, run_id)
        if story is not None:
            draw_log(story.run, settings, say)


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


def draw_command(run: Run, say: Words) -> None:
    """What was launched, where, with what."""
    st.subheader(say.say("Command"), anchor=False)
    st.code(bare(run.command), language=None, wrap_lines=True)
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption(say.say("Launch"))
        draw_facts(
            {
                say.say("Id"): run.id,
                say.say("Project"): run.project,
                say.say("Host"): run.host,
                say.say("Folder"): run.cwd,
                say.say("Python"): run.python,
                say.say("Process id"): run.pid,
                say.say("Attempt"): run.attempt,
                say.say("Tags"): ", ".join(run.tags),
                say.say("Parent run"): run.parent,
                say.say("Exit code"): run.exit_code,
                say.say("Signal"): run.signal,
            }
        )
    with right:
        if run.params:
            st.caption(say.say("Parameters"))
            draw_facts(run.params)
        if run.environment:
            with st.expander(say.say("Environment")):
                draw_facts(run.environment)


def draw_facts(facts: Mapping[str, object]) -> None:
    """Names and values, one pair a line; what is empty is left out."""
    rows = [{"name": plain(name), "value": plain(value)} for name, value in facts.items() if value not in (None, "")]
    if rows:
        st.table(rows, border="horizontal", hide_index=True, hide_header=True)


def draw_code(run: Run, settings: Settings, say: Words) -> None:
    """The code it started with: commit, and what was not committed."""
    st.subheader(say.say("Code"), anchor=False)
    git = run.git
    if not git:
        st.caption(say.say("The folder was in no git repository: the code of this run was not recorded."))
        return
    if git.get("dirty") is None:
        dirty = say.say("unknown")
    else:
        dirty = say.say("yes") if git["dirty"] else say.say("no")
    draw_facts(
        {
            say.say("Commit"): git.get("commit"),
            say.say("Branch"): git.get("branch"),
            say.say("Uncommitted changes"): dirty,
            say.say("Remote"): git.get("remote"),
        }
    )
    if git.get("note"):
        st.caption(plain(git["note"]))
    untracked = git.get("untracked")
    names = [str(name) for name in untracked] if isinstance(untracked, list) else []
    if names:
        with st.expander(say.count("{n} file git does not know", "{n} files git does not know", len(names))):
            st.code(bare("\n".join(names[:500])), language=None)
    found = reads.read_diff(settings, run)
    if found:
        diff, more = found
        with st.expander(say.say("Uncommitted changes at launch"), expanded=False):
            st.code(bare(diff), language=None, height=LOG_PIXELS)
            if more:
                path = f"{run.directory}/code/diff.patch"
                st.caption(plain(say.say("Only the beginning is shown; all of it: {path}", path=path)))


def draw_history(story: Story, say: Words) -> None:
    """What happened to the run, and what was told to whom."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(say.say("What happened"), anchor=False)
        for event in story.events:
            word = say.say(status.EVENTS[event.kind]) if event.kind in status.EVENTS else event.kind
            detail = ", ".join(f"{name} {_short(value)}" for name, value in event.detail.items() if value is not None)
            text = f"{say.date(event.time)} **{plain(word)}**"
            if detail:
                text += f" :gray[{plain(shorten(detail, 200))}]"
            st.markdown(f":small[{text}]")
    with right:
        st.subheader(say.say("Alerts"), anchor=False)
        if not story.alerts:
            st.caption(say.say("None so far."))
        for need in story.alerts:
            draw_alert(need, say)


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def draw_alert(need: Need, say: Words) -> None:
    """An alert and how each channel fared with it."""
    alert = need.alert
    look = status.KINDS.get(alert.kind) or status.unnamed(alert.kind)
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            status.draw_badge(look, say)
            text = say.date(alert.raised)
            if alert.acknowledged:
                text += " · " + say.say("acknowledged {time}", time=say.date(alert.acknowledged))
            st.caption(plain(text), width="content")
        for delivery in need.deliveries:
            parts = [f"{delivery.channel}: {say.say(status.DELIVERIES.get(delivery.state, delivery.state))}"]
            if delivery.sent:
                parts[0] += f" {say.date(delivery.sent)}"
            if delivery.attempts:
                parts.append(say.count("{n} attempt", "{n} attempts", delivery.attempts))
            if delivery.state == "waiting":
                parts.append(say.say("next try {time}", time=say.date(delivery.next_try)))
            if delivery.unsure:
                parts.append(say.say("an earlier try may have arrived"))
            if delivery.error:
                parts.append(delivery.error)
            st.caption(plain(" · ".join(parts)))
        if not need.deliveries:
            st.caption(plain(say.say("It was not sent anywhere.")))


_settings = store_settings.load()
show(_settings, words.for_reader(_settings), st.query_params.get("id", "").strip())
