"""A test message through one channel, because a person asked: sent as any alert is, then told how it fared."""

import sqlite3

from store import alerts, channels, deliveries, intents
from store.alerts import Alert
from store.database import write
from store.deliveries import Delivery
from store.intents import Intent
from store.settings import Settings
from workers.alerts import raising

KIND = "test"
PATIENCE_SECONDS = 60.0
TITLE = "Machiai test"
_BODY = "This is how alerts reach you through the channel {channel}."
_OVER = "the test is over"


def advance_trial(connection: sqlite3.Connection, settings: Settings, intent: Intent, now: float) -> None:
    """Take a test of the channel in the intent's detail one step further: raise it, then answer once it is known.

    A test that did not get through at its first try is not tried again: its words are the answer.
    """
    name = str(intent.detail.get("channel", ""))
    alert = _find(connection, intent, name)
    if alert is None:
        if name not in channels.names(settings):
            said = [str(one) for one in settings.problems if str(settings.secrets) in str(one)]
            words = "; ".join([f"there is no channel {name!r}", *said])
            intents.answer(connection, intent.id, "refused", words, now)
            return
        _raise(connection, settings, intent, name, now)
        intents.answer(connection, intent.id, "accepted", f"sending a test through {name}", now)
        return
    found = [one for one in deliveries.deliveries_of(connection, [alert.id])[alert.id] if one.channel == name]
    state, words = _judge(found[0] if found else None, name, now - intent.asked)
    if state == "accepted":
        return
    with write(connection):
        deliveries.suppress(connection, alert.id, now, why="over", error=_OVER, channel=name)
        alerts.clear_alert(connection, alert.id, now)
    intents.answer(connection, intent.id, state, words, now)


def _find(connection: sqlite3.Connection, intent: Intent, name: str) -> Alert | None:
    return alerts.find_alert(
        connection, kind=KIND, run_id=None, attempt=None, subject=name, occasion=f"intent {intent.id}"
    )


def _raise(connection: sqlite3.Connection, settings: Settings, intent: Intent, name: str, now: float) -> None:
    with write(connection):
        raising.raise_alert(
            connection,
            settings,
            kind=KIND,
            occurred=now,
            now=now,
            subject=name,
            occasion=f"intent {intent.id}",
            title=TITLE,
            body=_BODY.format(channel=name),
            channels=[name],
        )


def _judge(delivery: Delivery | None, name: str, waited: float) -> tuple[str, str]:
    """The state to answer with, ``accepted`` for not yet, and the words."""
    if delivery is None:
        return "refused", f"nothing was sent through {name}"
    if delivery.state == "sent":
        return "done", f"sent through {name}"
    if delivery.state in ("refused", "suppressed", "held", "digested"):
        return "refused", delivery.error or delivery.why or f"{name} did not take it"
    if delivery.state == "waiting" and delivery.error:
        return "refused", delivery.error
    if waited > PATIENCE_SECONDS:
        return "refused", f"nothing was heard of {name} for a minute; is the daemon busy or the network down?"
    return "accepted", ""
