"""Pages and places with nothing in them: why, and what to do about it. And the banner of a silent daemon."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from app.markup import plain
from app.reads import Pulse
from app.words import Words, why
from store.errors import MachiaiError

logger = logging.getLogger("app")
RUN_LINE = "machiai run -- python train.py"
DEMO_LINE = "machiai demo"
DAEMON_LINE = "machiai daemon --detach"
UP_LINE = "python3 -m app"
SETUP_LINE = "machiai notify --setup"


def nothing_yet(words: Words) -> None:
    """The journal is empty: say what this is and offer the two ways to begin."""
    with st.container(border=True, gap="small"):
        st.markdown("**" + words.say("No run has been launched yet.") + "**")
        st.markdown(
            words.say("Machiai watches your trainings, tells your phone how each one ended, and keeps the record.")
        )
        st.markdown(words.say("Put this in front of any training command, in any folder:"))
        st.code(RUN_LINE, language=None)
        st.markdown(words.say("Or watch a real small training first; it takes a minute or two:"))
        st.code(DEMO_LINE, language=None)
        st.caption(words.say("A training does not depend on this page: close the browser or the terminal, it goes on."))


def unknown_run(words: Words, run_id: str) -> None:
    """No such run: a link of old, or none given."""
    if run_id:
        st.title(words.say("No such run"), anchor=False)
        st.text(words.say("The journal knows no run with the id {id}.", id=repr(run_id[:80])))
        st.caption(words.say("Was the link from another machine, or from another data folder?"))
    else:
        st.title(words.say("Which run?"), anchor=False)
        st.text(words.say("This page shows one run; its address carries the run's id."))
    st.page_link("views/runs.py", label=words.say("All runs"), icon=":material/list:")


def nothing_to_compare(words: Words, found: int, asked: int) -> None:
    """Fewer than two runs were named, or known."""
    st.title(words.say("Which runs?"), anchor=False)
    if asked > found:
        st.text(words.say("The journal does not know all of these runs."))
    st.text(words.say("This page compares two to eight runs: choose them in the list."))
    st.page_link("views/runs.py", label=words.say("All runs"), icon=":material/list:")


def daemon_banner(words: Words, pulse: Pulse) -> None:
    """Say that nothing is being watched, since when, and how to start it; nothing when it is alive."""
    if pulse.alive:
        return
    if pulse.beat is None:
        text = words.say("No daemon has run here yet: nothing is watched and no alert is sent.")
    elif pulse.stopped:
        text = words.say(
            "The daemon was stopped at {time}: nothing is watched and no alert is sent.",
            time=words.date(pulse.beat),
        )
    else:
        text = words.say(
            "The daemon has been silent for {length}. What is shown was last known at {time}.",
            length=words.age(pulse.silence or 0),
            time=words.date(pulse.beat),
        )
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":orange[:material/warning:] **{plain(text)}**")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(words.say("Trainings go on without it. Start it with"), width="content")
            st.code(DAEMON_LINE, language=None, width="content")
            st.caption(words.say("or, with this page, {command}", command=f"`{UP_LINE}`"), width="content")


@contextmanager
def shield(words: Words) -> Iterator[None]:
    """Keep a live part standing when reading fails: say so in its place and let the next turn try again."""
    try:
        yield
    except (MachiaiError, sqlite3.Error, OSError) as error:
        logger.warning("a live part could not be read: %s", error)
        st.warning(
            plain(words.say("This part cannot be read just now; trying again.")) + " " + plain(why(error, words)),
            icon=":material/sync_problem:",
        )
    except Exception:
        logger.exception("a live part failed")
        st.warning(
            plain(words.say("This part failed just now; trying again. The reason is in the terminal's log.")),
            icon=":material/sync_problem:",
        )
