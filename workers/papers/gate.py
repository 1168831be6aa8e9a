"""The one way to arXiv: a request at a time and one in three seconds, from all processes on this data folder.

Whoever asks holds a lock on a file of the data folder, which the kernel lets go of when its holder dies; when the next
may ask is kept in the journal before the request goes out, so that neither a crash nor a restart asks too early.
"""

import contextlib
import fcntl
import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from store import paper_gate
from store.database import write
from store.paper_faults import spell
from store.settings import Settings

LOCK = "arxiv.lock"
PATIENCE_SECONDS = 10.0
"""How long a turn is waited for where arXiv wants to be left alone; for longer waits somebody comes back later."""
QUEUE_SECONDS = 90.0
"""How long others of ours are waited for."""
_LOOK_SECONDS = 0.05


class NotNow(Exception):
    """arXiv may not be asked before ``until`` (epoch seconds), for that ``reason``."""

    def __init__(self, until: float, reason: str) -> None:
        super().__init__(reason)
        self.until = until
        self.reason = reason


class Stopped(Exception):
    """The process is to end while a turn is waited for."""


@dataclass
class Turn:
    """The right to make one request; tell it how that went, else nothing but its time is kept."""

    gate: "Gate"

    def answered(self) -> None:
        """arXiv has answered as it should: what it refused before is over."""
        with write(self.gate.connection):
            paper_gate.note_success(self.gate.connection, self.gate.clock())

    def refused(self, reason: str, retry_after: float | None = None) -> float:
        """arXiv wants to be left alone, for ``retry_after`` seconds where it said so; until when that is."""
        gate = self.gate
        with write(gate.connection):
            return paper_gate.note_refusal(gate.connection, gate.clock(), reason, retry_after, gate.chance())


class Gate:
    """Turns for one connection to the journal; belongs to one thread. ``sleep`` returns True when all is to end."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        clock: Callable[[], float] = time.time,
        *,
        sleep: Callable[[float], object] = time.sleep,
        steady: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        beat: Callable[[], None] = lambda: None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.clock, self.steady, self.chance = clock, steady, chance
        self.beat = beat
        self.patience = patience
        self._sleep = sleep

    def until(self) -> float | None:
        """Until when arXiv is not to be asked, where that is longer than a turn is waited for; else None."""
        now = self.clock()
        wait = paper_gate.read_gate(self.connection).wait(now)
        return now + wait if wait > self.patience else None

    @contextlib.contextmanager
    def request(self) -> Iterator[Turn]:
        """Wait for one's turn, for seconds at most, and hold it; NotNow where it takes longer, Stopped at the end."""
        with self._lock():
            self._wait_turn()
            with write(self.connection):
                paper_gate.note_request(self.connection, self.clock())
            try:
                yield Turn(self)
            finally:
                with write(self.connection):
                    paper_gate.note_request(self.connection, self.clock())
            self.beat()

    def _wait_turn(self) -> None:
        while True:
            state = paper_gate.read_gate(self.connection)
            now = self.clock()
            wait = state.wait(now)
            if wait <= 0:
                return
            if wait > self.patience:
                raise NotNow(now + wait, state.reason or spell("left_alone"))
            self._pause(wait)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.settings.home / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = self.steady() + QUEUE_SECONDS
            while not _try_lock(descriptor):
                if self.steady() >= deadline:
                    raise NotNow(self.clock() + paper_gate.SPACING_SECONDS, spell("other_pull"))
                self._pause(_LOOK_SECONDS)
            yield
        finally:
            os.close(descriptor)

    def _pause(self, seconds: float) -> None:
        self.beat()
        if self._sleep(seconds):
            raise Stopped


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
