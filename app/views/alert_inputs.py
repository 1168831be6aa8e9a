"""Inputs of the page *Settings* that keep what they are given at once, and say so where it cannot be kept."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app import alert_settings
from app.alert_settings import Change
from app.markup import plain
from app.words import Words, mark
from store.alert_rules import DIGEST, KEEN, NORMAL, NOW, PATIENT, SOON
from store.errors import MachiaiError
from store.settings import Settings

LEAST = {NOW: mark("Urgent only"), SOON: mark("Urgent and soon"), DIGEST: mark("Everything")}
SEVERITY = {NOW: mark("Urgent: at once"), SOON: mark("Soon"), DIGEST: mark("In the digest")}
SENSITIVITY = {KEEN: mark("Keen"), NORMAL: mark("Normal"), PATIENT: mark("Patient")}
_WRONG, _SEEN = "settings-wrong:", "settings-seen:"


def seed(key: str, kept: Any) -> str:
    """Let the input ``key`` show what is kept, also when another page has changed it; gives the key back.

    What was typed and could not be kept stays, for the one who typed it to mend.
    """
    state = st.session_state
    if key not in state or state.get(_SEEN + key, _SEEN) != kept:
        state[key] = state[_SEEN + key] = kept
    return key


def keep(settings: Settings, key: str, alter: Callable[[Any], Change]) -> None:
    """For ``on_change``: keep what the input ``key`` holds now, or remember why it could not be kept."""
    try:
        alert_settings.change(settings, alter(st.session_state[key]))
    except MachiaiError as error:
        st.session_state[_WRONG + key] = str(error)
    else:
        st.session_state.pop(_WRONG + key, None)
        st.session_state.pop(_SEEN + key, None)


def attempt(key: str, act: Callable[[], object]) -> bool:
    """For ``on_click``: do it, or remember under ``key`` why it could not be done; whether it was done."""
    try:
        act()
    except MachiaiError as error:
        st.session_state[_WRONG + key] = str(error)
        return False
    st.session_state.pop(_WRONG + key, None)
    return True


def draw_wrong(key: str, say: Words) -> None:
    """Why what the input holds is not kept, where it is not."""
    wrong = st.session_state.get(_WRONG + key)
    if wrong:
        st.error(plain(say.say("Not kept: {why}", why=wrong)), icon=":material/error:")
