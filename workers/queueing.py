"""Reordering the queue for GPUs because the dashboard asked."""

import sqlite3

from store import intents
from store.intents import Intent
from store.settings import Settings
from workers.runs import claims, gpu_choice


def serve_move(connection: sqlite3.Connection, settings: Settings, intent: Intent, now: float) -> None:
    """Move a run of the queue to where the intent wants it, and answer with its place."""
    before = intent.detail.get("before")
    try:
        place = claims.move(settings.home, intent.run_id or "", None if before is None else str(before))
    except claims.NotQueued as error:
        intents.answer(connection, intent.id, "refused", str(error), now)
    except OSError as error:
        words = f"the queue cannot be written: {error.strerror or error}"
        intents.answer(connection, intent.id, "refused", words, now)
    else:
        intents.answer(connection, intent.id, "done", f"now {gpu_choice.spell_place(place)} in the queue", now)
