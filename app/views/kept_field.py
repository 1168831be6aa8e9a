"""A field whose text is kept as soon as it is left. It is not lost where that fails, and not written over what was kept
elsewhere meanwhile: both are said below it, with the ways on."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app.markup import plain, shorten
from app.views import drafts
from app.views.deeds import attempt, draw_wrong, forgive
from app.words import Words
from store.errors import Conflict

_KNOWN, _THEIRS, _FAILED = "kept-known:", "kept-theirs:", "kept-failed:"
Keep = Callable[[str, str], str]
"""Keeps a text where the one that was read is kept still; gives it as it is kept then. Conflict, with that text as its
``current``, where another is kept."""


def draw(label: str, name: str, kept: str, keep: Keep, say: Words, *, area: bool = False, **options: Any) -> None:
    """The field of that name, of one line or of an ``area``; ``kept`` is its text as the journal has it now."""
    follow(name, kept)
    field = drafts.area if area else drafts.line
    field(label, name, kept, on_change=submit, args=(name, keep), **options)
    if name in st.session_state.get(_THEIRS, {}):
        draw_conflict(name, keep, say)
    elif name in st.session_state.get(_FAILED, ()):
        draw_wrong(name, say)
        st.button(say.say("Keep it now"), key=f"kept-again-{name}", on_click=submit, args=(name, keep))


def follow(name: str, kept: str) -> None:
    """Begin the field anew where its text was changed elsewhere and nothing else was typed here."""
    known = _known(name)
    if known is None:
        st.session_state[_KNOWN + name] = (kept, kept)
    elif known[0] != kept and drafts.typed(name, known[1]) == known[1]:
        reset(name)
        st.session_state[_KNOWN + name] = (kept, kept)


def submit(name: str, keep: Keep) -> None:
    """For ``on_change``: keep what stands in the field."""
    expected, shown = _known(name) or ("", "")
    text = drafts.typed(name, shown)
    theirs = st.session_state.setdefault(_THEIRS, {})
    failed = st.session_state.setdefault(_FAILED, set())

    def act() -> None:
        try:
            now = keep(text, expected)
        except Conflict as error:
            theirs[name] = str(error.current or "")
            return
        st.session_state[_KNOWN + name] = (now, text)
        theirs.pop(name, None)
        drafts.sent(name, text)

    failed.discard(name)
    if not attempt(name, act):
        failed.add(name)


def reset(*names: str) -> None:
    """Begin the fields anew with what is kept."""
    for name in names:
        drafts.forget(name)
        st.session_state.pop(_KNOWN + name, None)
        st.session_state.get(_THEIRS, {}).pop(name, None)
        st.session_state.get(_FAILED, set()).discard(name)
        forgive(name)


def draw_conflict(name: str, keep: Keep, say: Words) -> None:
    """What was kept elsewhere meanwhile, and which of the two is to stay."""
    theirs = str(st.session_state[_THEIRS][name])
    with st.container(border=True, gap="xsmall", key=f"kept-conflict-{name}"):
        text = say.say("Changed elsewhere meanwhile; there it is now: {text}", text=shorten(theirs, 600) or "–")
        st.markdown(f":orange[:material/sync_problem:] {plain(text)}")
        with st.container(horizontal=True, gap="small"):
            st.button(say.say("Keep mine"), key=f"kept-mine-{name}", on_click=_insist, args=(name, keep))
            st.button(say.say("Take what is kept now"), key=f"kept-theirs-{name}", on_click=reset, args=(name,))


def _insist(name: str, keep: Keep) -> None:
    shown = (_known(name) or ("", ""))[1]
    st.session_state[_KNOWN + name] = (st.session_state[_THEIRS].pop(name), shown)
    submit(name, keep)


def _known(name: str) -> tuple[str, str] | None:
    """The text that was kept when the field was last in step with the journal, and what stood in it then."""
    found: tuple[str, str] | None = st.session_state.get(_KNOWN + name)
    return found
