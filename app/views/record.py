"""What was recorded of a run: its command and parameters, its code, what happened to it and who was told."""

import json
from collections.abc import Mapping

import streamlit as st

from app import blank, reads, status
from app.attention import Need
from app.markup import bare, plain, shorten
from app.reads import Story
from app.views import delivery_words
from app.words import Words
from store import alert_words
from store.alert_rules import ENDS
from store.runs import Run
from store.settings import Settings

DIFF_PIXELS = 420


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
    if git.get("as_of"):
        text = say.say(
            "This is the code of {time}, when watching began: the run had started before, perhaps from other code.",
            time=say.date(git["as_of"]),
        )
        st.caption(plain(text))
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
            st.code(bare(diff), language=None, height=DIFF_PIXELS)
            if more:
                path = f"{run.directory}/code/diff.patch"
                st.caption(plain(say.say("Only the beginning is shown; all of it: {path}", path=path)))


def draw_history(story: Story, settings: Settings, say: Words) -> None:
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
            draw_alert(need, story, say)
        draw_mutes(story, settings, say)


def draw_mutes(story: Story, settings: Settings, say: Words) -> None:
    """The rules that are muted for this run, and the way back."""
    for rule in story.mutes:
        name = say.say(status.KINDS[rule].word) if rule in status.KINDS else rule
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            text = say.say("“{rule}” is muted for this run", rule=name)
            st.markdown(f":small[:material/notifications_off: {plain(text)}]", width="content")
            if not settings.read_only:
                st.button(
                    say.say("Unmute"),
                    key=f"unmute-{rule}",
                    type="tertiary",
                    on_click=unmute,
                    args=(settings, say, story.run.id, rule),
                )


def unmute(settings: Settings, say: Words, run_id: str, rule: str) -> None:
    """Hear of that rule about this run again."""
    with blank.shield(say):
        reads.unmute(settings, run_id, rule)


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def draw_alert(need: Need, story: Story, say: Words) -> None:
    """An alert and how each channel fared with it."""
    alert = need.alert
    look = status.KINDS.get(alert.kind) or status.unnamed(alert.kind)
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            status.draw_badge(look, say)
            text = say.date(alert.raised)
            if alert.acknowledged:
                text += " · " + say.say("acknowledged {time}", time=say.date(alert.acknowledged))
            if alert.cleared:
                text += " · " + say.say("over {time}", time=say.date(alert.cleared))
            if alert.count > 1:
                text += " · " + say.count("{n} time", "{n} times", alert.count)
            st.caption(plain(text), width="content")
        if alert.kind not in ENDS:
            told = alert_words.say_phrase(alert_words.tell(alert.kind, alert.facts), say, story.pulse.as_of)
            st.markdown(f":small[{plain(shorten(told, 400))}]")
        for delivery in need.deliveries:
            st.caption(plain(delivery_words.describe(delivery, say, need.held.get(delivery.channel))))
        if not need.deliveries:
            st.caption(plain(say.say("It was not sent anywhere.")))
