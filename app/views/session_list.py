"""Today's sessions: how long each kind took, and putting right what was begun late or forgotten."""

import time
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

import streamlit as st

from app import sessions as desk
from app.markup import plain, shorten
from app.views.deeds import attempt, draw_wrong, forgive
from app.views.session_moves import moved
from app.views.session_words import KINDS, icon, kind_word, minutes, subject
from app.waiting import Waiting
from app.words import Words, mark
from store import sessions
from store.sessions import Session
from store.settings import Settings

SHOWN = 6
ASKED = "session-correct"
HOW = {
    "forgotten": mark("forgotten"),
    "corrected": mark("corrected"),
    "sleep": mark("the machine slept"),
}
_WRONG = "correct"


def draw(waiting: Waiting, settings: Settings, say: Words) -> None:
    """The sums in a line and the sessions below it, the last first; nothing on a day without any."""
    if not waiting.today:
        return
    st.subheader(say.say("Today"), anchor=False)
    sums = sorted(waiting.sums.items(), key=lambda one: -one[1])
    st.markdown(
        ":small["
        + " · ".join(
            f"{icon(kind)} {plain(kind_word(kind, say))} **{plain(minutes(spent, say))}**" for kind, spent in sums
        )
        + "]"
    )
    with st.container(gap="xxsmall", key="sessions-today"):
        for one in waiting.today[:SHOWN]:
            draw_one(one, waiting.now, settings, say)
        if waiting.today[SHOWN:]:
            with st.expander(say.say("Earlier today"), key="sessions-earlier"):
                for one in waiting.today[SHOWN:]:
                    draw_one(one, waiting.now, settings, say)


def draw_one(one: Session, now: float, settings: Settings, say: Words) -> None:
    """When, what, how long, and how it ended where that is odd."""
    forgotten = sessions.forgotten(one, now)
    ended = say.say("now") if one.ended is None else say.moment(one.ended, now)
    parts = [f"{say.moment(one.begun, now)}–{ended}", kind_word(one.kind, say), subject(one)]
    parts.append(minutes(one.seconds(now), say))
    how = say.say(HOW["forgotten"]) if forgotten else say.say(HOW[one.ended_by]) if one.ended_by in HOW else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text = plain(" · ".join(part for part in parts if part))
        if how:
            colour = "orange" if forgotten or one.ended_by == sessions.FORGOTTEN else "gray"
            text += f" :{colour}[{plain(how)}]"
        if one.outcome:
            text += f" :gray[{plain(shorten(one.outcome, 80))}]"
        st.markdown(f":small[{text}]", width="stretch")
        if not settings.read_only:
            st.button(
                ":material/edit:",
                key=f"correct-{one.id}",
                type="tertiary",
                help=say.say("Correct this session"),
                on_click=ask,
                args=(one,),
            )


def ask(one: Session) -> None:
    """Let the page ask how that session really was."""
    st.session_state[ASKED] = one
    moved()


def dismiss() -> None:
    """It is asked for no more."""
    st.session_state.pop(ASKED, None)
    forgive(_WRONG)


def draw_correction(settings: Settings, say: Words) -> None:
    """The form, over the page, while it is asked for. Drawn outside the live part, which would close it."""
    one = st.session_state.get(ASKED)
    if one is not None and not settings.read_only:
        st.dialog(say.say("Correct this session"), on_dismiss=dismiss)(fill)(one, settings, say)


def fill(one: Session, settings: Settings, say: Words) -> None:
    """The fields; Enter keeps them. An end that lies before its begin is one of the next day."""
    now = time.time()
    begun = local(one.begun, say)
    open_ = one.ended is None and not sessions.forgotten(one, now)
    ended = local(one.due if one.ended is None else one.ended, say)
    kinds = [kind for kind in KINDS if kind in sessions.KINDS]
    with st.form("correct-form", border=False):
        kind = st.selectbox(
            say.say("Kind"), kinds, index=kinds.index(one.kind), format_func=lambda name: kind_word(name, say),
            key=f"correct-kind-{one.id}",
        )  # fmt: skip
        with st.container(horizontal=True):
            day = st.date_input(say.say("Day"), value=begun.date(), key=f"correct-day-{one.id}")
            first = st.time_input(say.say("Began"), value=begun.time(), step=60, key=f"correct-begun-{one.id}")
            last = None
            if not open_:
                last = st.time_input(say.say("Ended"), value=ended.time(), step=60, key=f"correct-ended-{one.id}")
        outcome = st.text_area(
            say.say("What came of it"), value=one.outcome or "", key=f"correct-outcome-{one.id}", height=80
        )
        if st.form_submit_button(say.say("Keep"), type="primary", key="correct-keep"):
            fields = changes(one, say, kind=kind, day=day, first=first, last=last, outcome=outcome)
            if attempt(_WRONG, lambda: desk.correct(settings, one.id, **fields)):
                dismiss()
                st.rerun()
    draw_wrong(_WRONG, say)


def changes(
    one: Session, say: Words, *, kind: str, day: date, first: clock, last: clock | None, outcome: str
) -> dict[str, Any]:
    """What was changed, as :func:`store.sessions.correct` takes it; times that were left alone keep their seconds."""
    fields: dict[str, Any] = {}
    if kind != one.kind:
        fields["kind"] = kind
    if outcome.strip() != (one.outcome or ""):
        fields["outcome"] = outcome
    was = local(one.begun, say)
    begun = one.begun
    if (day, spell(first)) != (was.date(), spell(was.time())):
        begun = fields["begun"] = epoch(day, first, say)
    if last is not None:
        ended = epoch(day, last, say)
        if ended < begun:
            ended = epoch(day + timedelta(days=1), last, say)
        known = one.ended
        if known is None or spell(local(known, say).time()) != spell(last) or abs(ended - known) >= 60:
            fields["ended"] = ended
    return fields


def local(moment: float, say: Words) -> datetime:
    """A moment in the reader's zone."""
    return datetime.fromtimestamp(moment, say.zone)


def epoch(day: date, moment: clock, say: Words) -> float:
    """A day and a time of the reader's zone in epoch seconds."""
    return datetime.combine(day, moment.replace(second=0, microsecond=0), tzinfo=say.zone).timestamp()


def spell(moment: clock) -> str:
    """``09:05``"""
    return moment.strftime("%H:%M")
