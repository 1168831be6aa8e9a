"""Which devices the Pushbullet account has, asked of Pushbullet when a person wants to choose among them."""

import socket
import sqlite3
import threading
import time

from store import intents, machines
from store.database import write
from store.intents import Intent
from store.settings import Settings
from workers.alerts.channels import PUSHBULLET, Refused, Retry
from workers.alerts.channels.pushbullet import channel_from
from workers.alerts.messages import clean_line, shorten
from workers.alerts.outbox import NO_TOKEN

DEVICES = "devices"
_NAME_LIMIT = 60

Answer = tuple[list[dict[str, object]], str | None]


class DeviceLister:
    """Asks in a thread of its own: nobody who wants a run stopped waits for Pushbullet."""

    def __init__(self) -> None:
        self._asked: dict[int, threading.Thread] = {}
        self._answers: dict[int, Answer] = {}

    def advance(self, connection: sqlite3.Connection, settings: Settings, intent: Intent, now: float) -> None:
        """Take a wish for the list one step further: ask, then keep the answer as a reading."""
        if intent.id not in self._asked:
            thread = threading.Thread(target=self._ask, args=(intent.id, settings), name="devices", daemon=True)
            self._asked[intent.id] = thread
            thread.start()
            intents.answer(connection, intent.id, "accepted", "asking Pushbullet", now)
            return
        if self._asked[intent.id].is_alive():
            return
        del self._asked[intent.id]
        devices, error = self._answers.pop(intent.id, ([], "the asking failed"))
        data: dict[str, object] = {"devices": devices} | ({"error": error} if error else {})
        with write(connection):
            machines.record_reading(connection, DEVICES, PUSHBULLET, host=socket.gethostname(), as_of=now, data=data)
        words = error or f"{len(devices)} device{'' if len(devices) == 1 else 's'}"
        intents.answer(connection, intent.id, "refused" if error else "done", words, now)

    def _ask(self, key: int, settings: Settings) -> None:
        self._answers[key] = list_devices(settings)


def list_devices(settings: Settings) -> Answer:
    """The devices of the account of these settings, and why they are not known where they are not."""
    channel = channel_from(settings, clock=time.time)
    if channel is None:
        return [], NO_TOKEN
    found, failure = channel.list_devices()
    if isinstance(failure, Retry | Refused):
        return [], settings.redact(failure.error)
    return [
        {
            "iden": device["iden"],
            "nickname": shorten(clean_line(settings.redact(device["nickname"])), _NAME_LIMIT),
            "kind": device["kind"],
            "active": True,
        }
        for device in found
    ], None
