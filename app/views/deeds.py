"""Buttons that do one thing and say beside them why it could not be done, where it could not."""

from collections.abc import Callable

from app.views.alert_inputs import attempt
from app.views.alert_inputs import draw_wrong as draw_wrong


def do(key: str, act: Callable[[], object]) -> None:
    """For ``on_click``: do it, or remember under ``key`` why it could not be done; ``draw_wrong`` says it."""
    attempt(key, act)
