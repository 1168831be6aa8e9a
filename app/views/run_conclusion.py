"""What a run showed, on its page: one line in the user's own words, written when it has ended."""

from typing import Any

import streamlit as st

from app import conclusions
from app.markup import plain
from app.views import drafts
from app.words import Words, why
from store.errors import Conflict, MachiaiError
from store.runs import Run
from store.settings import Settings
from store.weekly.conclusions import MOST_CHARACTERS

ADDRESS = "conclude"
"""In the address: that the line is being written, and when the one that was read was; ``WRITE`` for as it is now."""
WRITE, NONE = "write", "none"
_WRITE = "run-conclusion"
_Opened = dict[str, Any]


def draw(run: Run, settings: Settings, say: Words) -> None:
    """The line, or the wish for one where the run has ended; part of what is drawn again and again."""
    if _opened(run, settings) is not None:
        return
    if run.conclusion is None and (run.is_active or settings.read_only):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run-conclusion-shown"):
        if run.conclusion is None:
            _draw_open(say.say("What did it show?"), ":material/flag:", run)
            text = say.say("One line while you remember; the search finds it, and the week’s review asks for it.")
            st.caption(plain(text), width="content")
            return
        st.markdown(
            f":material/flag: :gray[{plain(say.say('It showed'))}] **{plain(run.conclusion)}**", width="content"
        )
        if not settings.read_only:
            _draw_open(say.say("Edit"), ":material/edit_note:", run)


def draw_form(run: Run, settings: Settings, say: Words) -> None:
    """The input, while it is open; outside of what is drawn again and again, so that nothing typed is touched."""
    opened = _opened(run, settings)
    if opened is None or settings.read_only:
        return
    st.query_params[ADDRESS] = _spell(opened["read"])
    key = f"run-conclusion-{run.id}-{opened['number']}"
    with st.form(key, border=True):
        typed = drafts.line(
            say.say("What did it show?"),
            _draft_of(run.id),
            opened["text"],
            max_chars=MOST_CHARACTERS,
            placeholder=say.say("Warm-up alone brings the gain; the larger batch does nothing."),
        )
        with st.container(horizontal=True):  # Enter presses the first button
            saved = st.form_submit_button(say.say("Save"), key=f"{key}-save", type="primary")
            st.form_submit_button(say.say("Cancel"), key=f"{key}-cancel", on_click=_close, args=(run.id,))
    if saved:
        save(opened, run.id, typed, settings)
    if opened.get("wrong"):
        st.error(plain(say.say("Not kept: {why}", why=why(opened["wrong"], say))), icon=":material/error:")
    if opened.get("current") is not None:
        draw_conflict(opened, opened["current"], say)


def save(opened: _Opened, run_id: str, typed: str, settings: Settings) -> None:
    """Keep the line and close; where it cannot be kept, remember why, and what is kept now."""
    opened.pop("wrong", None)
    opened.pop("current", None)
    try:
        conclusions.conclude(settings, run_id, typed, opened["read"])
    except Conflict as error:
        current = error.current
        assert isinstance(current, Run)
        opened |= {"current": current, "read": current.concluded}
    except MachiaiError as error:
        opened["wrong"] = error.phrase
    else:
        _close(run_id)
        st.rerun()


def draw_conflict(opened: _Opened, current: Run, say: Words) -> None:
    """What was written elsewhere meanwhile, and the two ways on."""
    with st.container(border=True, gap="xsmall"):
        text = say.say("Changed elsewhere meanwhile. Saving once more keeps what is typed here; as it is kept now:")
        st.markdown(f":orange[:material/sync_problem:] {plain(text)}")
        st.text(current.conclusion or "–")
        st.button(say.say("Take what is kept now"), key="run-conclusion-theirs", on_click=_take, args=(opened, current))


def _draw_open(label: str, icon: str, run: Run) -> None:
    if st.button(label, key="run-conclusion-open", icon=icon, type="tertiary"):
        _open(run)
        st.rerun()


def _open(run: Run) -> _Opened:
    opened: _Opened = {"text": run.conclusion or "", "read": run.concluded, "number": 0}
    st.session_state[f"{_WRITE}:{run.id}"] = opened
    return opened


def _opened(run: Run, settings: Settings) -> _Opened | None:
    """What is being written; after the page was loaded anew, what the address says was. Where the line was changed
    since then, both are shown at once."""
    found: _Opened | None = st.session_state.get(f"{_WRITE}:{run.id}")
    asked = st.query_params.get(ADDRESS, "")
    if found is not None or settings.read_only or not asked:
        return found
    opened = _open(run)
    if asked not in (WRITE, _spell(run.concluded)):
        opened["current"] = run
    return opened


def _spell(read: float | None) -> str:
    return NONE if read is None else f"{read:.6f}"


def _close(run_id: str) -> None:
    st.session_state.pop(f"{_WRITE}:{run_id}", None)
    st.query_params.pop(ADDRESS, None)
    drafts.forget(_draft_of(run_id))


def _take(opened: _Opened, current: Run) -> None:
    drafts.forget(_draft_of(current.id))
    opened |= {"text": current.conclusion or "", "read": current.concluded, "number": int(opened["number"]) + 1}
    opened.pop("current", None)


def _draft_of(run_id: str) -> str:
    return f"conclusion-{run_id}"
