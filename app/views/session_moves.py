"""Beginning and ending from a part of a page: the rest is drawn anew, or the reason stands beside the button."""

from collections.abc import Callable

import streamlit as st

from app.views.deeds import attempt
from app.views.session_ways import Way
from store.settings import Settings

_MOVED, _LEAD = "session-moved", "session-lead"


def act(wrong: str, change: Callable[..., object], settings: Settings, *values: object) -> None:
    """For ``on_click``: do it, and let the whole page be drawn anew; or keep under ``wrong`` why it could not be."""
    if attempt(wrong, lambda: change(settings, *values)):
        moved()


def lead(way: Way | None) -> None:
    """What has just begun is done on that page: go there with it."""
    st.session_state[_LEAD] = way


def moved() -> None:
    """Something began or ended: every part of the page is to see it."""
    st.session_state[_MOVED] = True


def follow() -> None:
    """For the beginning of a live part: draw the whole page anew where something began or ended in it, or go where what
    began is done."""
    way: Way | None = st.session_state.pop(_LEAD, None)
    if way is not None:
        st.session_state.pop(_MOVED, None)
        st.switch_page(way.page, query_params=way.query)
    if st.session_state.pop(_MOVED, False):
        st.rerun()
