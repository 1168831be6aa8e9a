"""Setting up the push: whether Pushbullet knows a token, before and after it is kept by ``store.secrets``."""

from dataclasses import replace
from typing import NamedTuple

from store.secrets import WHERE, clean_token, store_token
from store.settings import Settings
from workers.alerts.channels import Retry
from workers.alerts.channels.pushbullet import channel_from
from workers.alerts.messages import clean_line

__all__ = ["TokenCheck", "check_token", "clean_token", "store_token", "with_token"]


class TokenCheck(NamedTuple):
    """Whether Pushbullet knows a token, None when that could not be found out, and the words for it."""

    ok: bool | None
    words: str


def check_token(settings: Settings) -> TokenCheck:
    """Ask Pushbullet, at the address of the settings, whose token theirs is."""
    channel = channel_from(settings)
    if channel is None:
        return TokenCheck(False, f"no token was given; {WHERE}")
    known, failure = channel.identify()
    if failure is not None:
        refused = isinstance(failure, Retry) and failure.error.startswith("Pushbullet refuses the token")
        return TokenCheck(False if refused else None, failure.error)
    name = clean_line(settings.redact(str(known.get("name") or known.get("email") or "")))
    return TokenCheck(True, f"Pushbullet knows this token{f' as that of {name}' if name else ''}")


def with_token(settings: Settings, token: str) -> Settings:
    """The settings with another token, to check it before it is kept."""
    return replace(settings, pushbullet_token=token)
