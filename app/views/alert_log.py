"""The delivery log: what became of each alert on its way, newest first."""

import streamlit as st

from app import alert_settings, blank
from app.markup import bare
from app.views.delivery_words import WHY, kept_back
from app.words import Words, mark
from store import delivery_log
from store.alert_rules import RULES
from store.delivery_log import Line
from store.settings import Settings

LIVE_SECONDS = 5
OUTCOMES = {
    delivery_log.HELD: mark("kept back"),
    delivery_log.SENT: mark("delivered"),
    delivery_log.RETRIED: mark("to be tried again"),
    delivery_log.REFUSED: mark("not taken"),
    delivery_log.SUPPRESSED: mark("left out"),
    delivery_log.DIGESTED: mark("told in a digest"),
}


@st.fragment(run_every=LIVE_SECONDS, key="settings-log")
def draw(settings: Settings, say: Words) -> None:
    """The last lines as a table."""
    with blank.shield(say):
        lines = alert_settings.read_log(settings)
        if not lines:
            st.caption(say.say("Nothing has been sent or kept back yet."))
            return
        st.dataframe([row_of(line, say) for line in lines], hide_index=True)


def row_of(line: Line, say: Words) -> dict[str, str]:
    """A line in the reader's words."""
    return {
        say.say("Time"): say.date(line.time),
        say.say("What"): bare(what_of(line, say)),
        say.say("Channel"): bare(line.channel),
        say.say("Outcome"): say.say(OUTCOMES[line.outcome]) if line.outcome in OUTCOMES else bare(line.outcome),
        say.say("Why"): bare(reason_of(line, say)),
    }


def reason_of(line: Line, say: Words) -> str:
    """Why it came to that: Machiai's own reasons in the reader's words, a service's answer as it was. Of what was sent
    after it had been kept back, why it was."""
    if line.held:
        return kept_back(line.held, say)
    return say.say(WHY.get(line.reason, line.reason)) if line.reason else ""


def what_of(line: Line, say: Words) -> str:
    """What the alert was about: its title, which is in the language it was sent in, or its rule's name in another."""
    if say.language != "en" and line.kind in RULES:
        return say.say(RULES[line.kind].title)
    return line.title or line.kind or "–"
