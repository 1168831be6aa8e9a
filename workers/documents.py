"""Keeping what the search knows of runs, logs, commits and sessions up to date, a little at a time."""

import sqlite3
import time
from collections.abc import Callable

from store import document_sources
from store.database import write

BATCH = 100
"""Documents a transaction: others that want to write wait for one batch only."""
LOOK_BACK_SECONDS = 600.0
CHECK_ALL_SECONDS = 3600.0


class DocumentKeeper:
    """Brings the documents of runs, commits and sessions up to date; one connection, one thread.

    It looks at all of them at first and once an hour, else at what changed in the last minutes.
    """

    def __init__(self, connection: sqlite3.Connection, *, clock: Callable[[], float] = time.time) -> None:
        self.connection = connection
        self.clock = clock
        self._since: float | None = None
        self._checked: float | None = None
        self._commits = -1
        self._sessions = False

    def tick(self) -> int:
        """Write what is not known yet, one batch at most; how many things were looked at, 0 when all is known."""
        now = self.clock()
        if self._checked is None or not 0 <= now - self._checked < CHECK_ALL_SECONDS:
            with write(self.connection):
                document_sources.drop_gone(self.connection)
            self._since, self._checked, self._commits, self._sessions = None, now, -1, False
        return self._put_runs(now) or self._put_commits() or self._put_sessions()

    def catch_up(self, seconds: float) -> bool:
        """Go on until all is known, or that time is over; whether all is known."""
        deadline = time.monotonic() + seconds
        while self.tick():
            if time.monotonic() >= deadline:
                return False
        return True

    def _put_runs(self, now: float) -> int:
        stale = document_sources.stale_runs(self.connection, self._since, BATCH)
        if stale:
            with write(self.connection):
                for run_id in stale:
                    document_sources.put_run(self.connection, run_id)
        else:
            self._since = now - LOOK_BACK_SECONDS
        return len(stale)

    def _put_commits(self) -> int:
        count = document_sources.count_commits(self.connection)
        if count == self._commits:
            return 0
        unknown = document_sources.unknown_commits(self.connection, BATCH)
        if unknown:
            with write(self.connection):
                for repository, sha in unknown:
                    document_sources.put_commit(self.connection, repository, sha)
        else:
            self._commits = count
        return len(unknown)

    def _put_sessions(self) -> int:
        """Those that were written of before sessions were searched; since then each is put when it is written."""
        if self._sessions:
            return 0
        unknown = document_sources.unknown_sessions(self.connection, BATCH)
        if unknown:
            with write(self.connection):
                for session_id in unknown:
                    document_sources.put_session(self.connection, session_id)
        else:
            self._sessions = True
        return len(unknown)
