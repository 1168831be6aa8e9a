"""What the daemon's workers share: settings, the journal, when to stop, and how each of them is doing."""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from store import heartbeats
from store.database import open_journal
from store.errors import JournalError
from store.heartbeats import Heartbeat
from store.settings import Settings

BEAT_SECONDS = 5.0
HUNG_SECONDS = 60.0


@dataclass
class Health:
    """How a worker is doing: its last sign of life, and what it last died of."""

    started: float
    beat: float
    error: str | None = None


@dataclass
class Context:
    """What the workers share; ``settings`` follow the files while the daemon runs."""

    settings: Settings
    reload: Callable[[], Settings]
    clock: Callable[[], float] = time.time
    stopping: threading.Event = field(default_factory=threading.Event)
    alert_raised: threading.Event = field(default_factory=threading.Event)
    health: dict[str, Health] = field(default_factory=dict)
    inodes: dict[int, int] = field(default_factory=dict)
    ingested: float | None = None
    """When, on the steady clock, all logs had been read as they were then; None before the first time."""

    def beat(self, worker: str) -> None:
        """The worker is alive and well."""
        health = self.health[worker]
        health.beat = self.clock()
        if health.error is not None and health.beat - health.started > BEAT_SECONDS:
            health.error = None

    def check_journal(self, connection: sqlite3.Connection) -> None:
        """JournalError when the file behind ``connection`` is no longer the journal: deleted, or replaced."""
        with contextlib.suppress(OSError):
            if self.settings.journal.stat().st_ino == self.inodes.get(id(connection)):
                return
        raise JournalError("the journal was deleted or replaced; opening it anew")

    def reload_settings(self) -> Settings:
        """Read the settings again and put them in force for all workers."""
        self.settings = self.reload()
        return self.settings

    @contextlib.contextmanager
    def journal(self) -> Iterator[sqlite3.Connection]:
        """A connection for the calling worker alone."""
        with contextlib.closing(open_journal(self.settings.journal)) as connection:
            self.inodes[id(connection)] = self.settings.journal.stat().st_ino
            try:
                yield connection
            finally:
                del self.inodes[id(connection)]

    def signs_of_life(self) -> list[Heartbeat]:
        """How each worker is doing, the daemon as a whole first."""
        now = self.clock()
        signs = []
        for name, health in sorted(self.health.items()):
            error = health.error
            if error is None and now - health.beat > HUNG_SECONDS:
                error = f"not heard for {now - health.beat:.0f} s"
            signs.append(
                Heartbeat(name, os.getpid(), health.started, health.beat, "unhealthy" if error else "ok", error)
            )
        ill = [sign.worker for sign in signs if sign.status != "ok"]
        began = min(health.started for health in list(self.health.values()))
        return [
            Heartbeat(heartbeats.DAEMON, os.getpid(), began, now, "unhealthy" if ill else "ok", ", ".join(ill) or None),
            *signs,
        ]
