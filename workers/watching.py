"""Beginning to watch a job that is running already, because the dashboard asked."""

import sqlite3

from store import intents
from store.errors import WatchRefused
from store.intents import Intent
from store.settings import Settings
from workers.machine import processes
from workers.runs import attach


def watch_pid(connection: sqlite3.Connection, settings: Settings, intent: Intent, now: float) -> None:
    """Watch the process that an intent names, and answer with the run that came of it, or why there is none."""
    pid, ticks = intent.detail.get("pid"), intent.detail.get("start_ticks")
    if type(pid) is not int:
        intents.answer(connection, intent.id, "refused", "it does not say which process to watch", now)
        return
    if ticks is not None and processes.start_ticks(pid) not in (None, ticks):
        words = f"process {pid} has ended; another process goes by its number now"
        intents.answer(connection, intent.id, "refused", words, now)
        return
    try:
        found = attach.attach(pid, settings, now=now)
    except WatchRefused as error:
        intents.answer(connection, intent.id, "refused", str(error), now)
        return
    words = f"{'it is watched already' if found.already else 'watched'} as {found.name} ({found.id})"
    intents.answer(connection, intent.id, "done", words, now, run_id=found.id)
