"""Inputs of the page *Settings* that keep what they are given at once, and say so where it cannot be kept."""

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from app import alert_settings
from app.views.deeds import attempt
from app.words import mark
from store.alert_rules import DIGEST, KEEN, NORMAL, NOW, PATIENT, SOON
from store.settings import Settings

LEAST = {NOW: mark("Urgent only"), SOON: mark("Urgent and soon"), DIGEST: mark("Everything")}
SEVERITY = {NOW: mark("Urgent: at once"), SOON: mark("Soon"), DIGEST: mark("In the digest")}
SENSITIVITY = {KEEN: mark("Keen"), NORMAL: mark("Normal"), PATIENT: mark("Patient")}
_SEEN = "settings-seen:"


class Input(NamedTuple):
    """An input of the page: what is told of it goes by ``name``; its widget has ``key`` and begins with ``kept``."""

    name: str
    key: str
    kept: Any


def seed(name: str, kept: Any) -> Input:
    """What an input shows: what is kept, also when another page has changed it.

    What is kept is given to the widget as its beginning, not put into its state: a widget that the browser builds anew
    begins with it and has nothing to tell. Put into the state it would begin empty, and its emptiness be kept. What was
    typed and could not be kept stays, for the one who typed it to mend.
    """
    state = st.session_state
    number, seen = state.get(_SEEN + name, (0, kept))
    key = f"{name}~{number}" if number else name
    if seen != kept and key in state and state[key] != kept:
        number, key = number + 1, f"{name}~{number + 1}"
    state[_SEEN + name] = (number, kept)
    return Input(name, key, kept)


def keep(
    settings: Settings,
    one: Input,
    alter: Callable[[Any], Callable[[Any], Any]],
    change: Callable[[Settings, Any], None] = alert_settings.change,
) -> None:
    """For ``on_change``: keep what an input holds now, or remember why it could not be kept; ``change`` keeps it."""
    attempt(one.name, lambda: change(settings, alter(st.session_state[one.key])))
