"""Carrying out what the dashboard asked: each kind of intent has one function here that takes it a step further."""

import sqlite3
from collections.abc import Callable

from store import intents, reviews
from store.intents import Intent
from store.settings import Settings
from workers import queueing, stops, watching
from workers.alerts import devices, trials
from workers.code.answers import CommitShower

Step = Callable[[sqlite3.Connection, Settings, Intent, float], None]

STEPS: dict[str, Step] = {
    intents.STOP_RUN: stops.advance_stop,
    intents.WATCH_PID: watching.watch_pid,
    intents.MOVE_QUEUED: queueing.serve_move,
    intents.TEST_CHANNEL: trials.advance_trial,
    reviews.SHOW_COMMIT: CommitShower().advance,
    intents.LIST_DEVICES: devices.DeviceLister().advance,
}
"""What is done about an intent that is open, by its kind: called at every look until it is answered."""


def serve(connection: sqlite3.Connection, settings: Settings, now: float) -> None:
    """Take every open intent one step further."""
    for intent in intents.open_intents(connection):
        step = STEPS.get(intent.kind)
        if settings.read_only:
            intents.answer(connection, intent.id, "refused", "Machiai is set to read-only", now)
        elif intent.kind in intents.OF_PAPERS:
            continue  # they take long; the papers' own worker does them
        elif step is None:
            intents.answer(connection, intent.id, "refused", f"this daemon does not know {intent.kind!r}", now)
        else:
            step(connection, settings, intent, now)
