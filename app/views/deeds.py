"""Changes that a page makes for its reader, and why one could not be made, said beside where it was asked for."""

from collections.abc import Callable

import streamlit as st

from app.markup import plain
from app.words import Words, why
from store.errors import MachiaiError

_WRONG = "deed-wrong:"


def attempt(key: str, act: Callable[[], object]) -> bool:
    """For ``on_click``: do it, or remember under ``key`` why it could not be done; whether it was done."""
    try:
        act()
    except MachiaiError as error:
        st.session_state[_WRONG + key] = error.phrase  # not the error: it would hold what was open
        return False
    forgive(key)
    return True


def do(key: str, act: Callable[[], object]) -> None:
    """``attempt`` for an ``on_click`` that takes no answer."""
    attempt(key, act)


def forgive(key: str) -> None:
    """What could not be done is not asked for any more."""
    st.session_state.pop(_WRONG + key, None)


def draw_wrong(key: str, say: Words) -> None:
    """Why what was asked for is not done, where it is not."""
    wrong = st.session_state.get(_WRONG + key)
    if wrong:
        st.error(plain(say.say("Not kept: {why}", why=why(wrong, say))), icon=":material/error:")
