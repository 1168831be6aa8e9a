"""Beginning and ending from a part of a page: the rest is drawn anew, or the reason stands beside the button."""

from collections.abc import Callable

import streamlit as st

from app.views.alert_inputs import attempt
from store.settings import Settings

_MOVED = "session-moved"


def act(wrong: str, change: Callable[..., object], settings: Settings, *values: object) -> None:
    """For ``on_click``: do it, and let the whole page be drawn anew; or keep under ``wrong`` why it could not be."""
    if attempt(wrong, lambda: change(settings, *values)):
        moved()


def moved() -> None:
    """Something began or ended: every part of the page is to see it."""
    st.session_state[_MOVED] = True


def follow() -> None:
    """For the beginning of a live part: draw the whole page anew where something began or ended in it."""
    if st.session_state.pop(_MOVED, False):
        st.rerun()
