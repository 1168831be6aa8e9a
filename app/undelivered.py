"""Alerts that should have reached the phone an hour ago and have not: on every page, as long as there are any."""

import sqlite3
import time
from dataclasses import dataclass

import streamlit as st

from app import blank, reads
from app.markup import plain
from app.words import Words
from store import deliveries
from store.channels import PUSHBULLET
from store.errors import MachiaiError
from store.settings import Settings

LIVE_SECONDS = 30


@dataclass(frozen=True)
class Undelivered:
    """How many alerts wait for one channel, since when (epoch seconds), and what stands in the way as last heard."""

    channel: str
    count: int
    since: float
    why: str


def read_undelivered(settings: Settings, now: float) -> list[Undelivered]:
    """What is overdue on each channel, that of the longest wait first; nothing where there is no journal to ask."""
    if not settings.journal.exists():
        return []
    with reads.open_journal(settings) as connection:
        late = deliveries.overdue(connection, now)
    found = []
    for name in dict.fromkeys(one.channel for one in late):
        mine = [one for one in late if one.channel == name]
        why = next((one.error for one in reversed(mine) if one.error), "")
        since = min(one.queued or one.next_try for one in mine)
        found.append(Undelivered(name, len(mine), since, settings.redact(why)))
    return sorted(found, key=lambda one: one.since)


@st.fragment(run_every=LIVE_SECONDS, key="undelivered")
def banner(settings: Settings, say: Words) -> None:
    """Say what has not arrived and why. Nothing where all has, or where it cannot be read: the page itself says so."""
    try:
        found = read_undelivered(settings, time.time())
    except (MachiaiError, sqlite3.Error, OSError):
        return
    if not found:
        return
    with st.container(border=True, gap="xsmall"):
        for one in found:
            text = say.count(
                "{n} alert has not gone out through {channel}, since {time}.",
                "{n} alerts have not gone out through {channel}, since {time}.",
                one.count,
                channel="Pushbullet" if one.channel == PUSHBULLET else one.channel,
                time=say.date(one.since),
            )
            st.markdown(f":red[:material/notifications_off:] **{plain(text)}** {plain(one.why)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if not settings.pushbullet_token and any(one.channel == PUSHBULLET for one in found):
                st.markdown(say.say("Set the access token in a terminal:"), width="content")
                st.code(blank.SETUP_LINE, language=None, width="content")
            st.page_link("views/settings.py", label=say.say("Channels"), icon=":material/settings:")
