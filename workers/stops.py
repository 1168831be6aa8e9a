"""Carrying out what the dashboard asked: stop a run, politely first.

Stateless: what was sent so far stands in the run directory, so that a daemon that dies between two signals goes on
where it was and sends none twice.
"""

import sqlite3
import time
from pathlib import Path

from store import intents, runs
from store.errors import StopRefused
from store.intents import Intent
from store.settings import Settings
from workers.runs import rundir, stopping

WAY = "Stop button"


def serve(connection: sqlite3.Connection, settings: Settings, now: float) -> None:
    """Take every open intent one step further."""
    for intent in intents.open_intents(connection):
        if settings.read_only:
            intents.answer(connection, intent.id, "refused", "Machiai is set to read-only", now)
        elif intent.kind == intents.STOP_RUN and intent.run_id:
            _advance_stop(connection, settings, intent, now)
        else:
            intents.answer(connection, intent.id, "refused", f"this daemon does not know {intent.kind!r}", now)


def _advance_stop(connection: sqlite3.Connection, settings: Settings, intent: Intent, now: float) -> None:
    run = runs.get_run(connection, intent.run_id or "")
    if run is None:
        intents.answer(connection, intent.id, "refused", "there is no such run", now)
        return
    folder = rundir.latest_folder(Path(run.directory))
    sent = [
        stop for stop in rundir.stop_requests(folder) if stop["way"] == WAY and float(stop["at"]) >= intent.asked - 1
    ]
    if not run.is_active or (folder / rundir.EXIT).exists():
        state, words = ("done", "the run has ended") if sent else ("refused", "the run had already ended")
        intents.answer(connection, intent.id, state, words, now)
        return
    if sent and now - float(sent[-1]["at"]) < settings.stop_grace_seconds:
        if intent.state == "asked":
            intents.answer(connection, intent.id, "accepted", _words(sent[-1]["signal"], float(sent[-1]["at"])), now)
        return
    number = stopping.ESCALATION[min(len(sent), len(stopping.ESCALATION) - 1)]
    try:
        stopping.identify(folder)
    except StopRefused as error:
        if not sent:  # else it has just ended of it, and its end will soon be known
            intents.answer(connection, intent.id, "refused", str(error), now)
        return
    try:
        stopping.ask(folder, number, WAY)
    except StopRefused as error:
        intents.answer(connection, intent.id, "refused", str(error), now)
        return
    intents.answer(connection, intent.id, "accepted", _words(number, now), now)


def _words(number: int, moment: float) -> str:
    name = stopping.ESCALATION[[int(one) for one in stopping.ESCALATION].index(int(number))].name
    return f"sent {name} at {time.strftime('%H:%M:%S', time.localtime(moment))}"
