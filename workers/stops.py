"""Stopping a run because the dashboard asked, politely first.

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


def advance_stop(connection: sqlite3.Connection, settings: Settings, intent: Intent, now: float) -> None:
    """Take the stopping of a run one step further: the next signal when its time has come, or the answer."""
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
    waits = rundir.is_waiting(rundir.read_json(folder / rundir.BEAT))
    try:
        stopping.ask(folder, number, WAY)
    except StopRefused as error:
        intents.answer(connection, intent.id, "refused", str(error), now)
        return
    words = "taken out of the queue" if waits else _words(number, now)
    intents.answer(connection, intent.id, "accepted", words, now)


def _words(number: int, moment: float) -> str:
    name = stopping.ESCALATION[[int(one) for one in stopping.ESCALATION].index(int(number))].name
    return f"sent {name} at {time.strftime('%H:%M:%S', time.localtime(moment))}"
