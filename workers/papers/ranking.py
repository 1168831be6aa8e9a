"""When the inbox is put in order anew: some time after the last decision or find, in a process that comes and goes."""

import logging
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from store import paper_ranks
from store.settings import Settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
QUIET_SECONDS = 20.0
"""How long nothing is decided and nothing comes before the order changes: nobody's list moves under their hands."""
COST_SHARE = 0.02
"""Of one core, over time: the longer it takes, the rarer it is done."""
LONGEST_SECONDS = 600.0
_ROOT = Path(__file__).resolve().parents[2]
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Ranking:
    """Starts that process and looks after it without waiting; belongs to one thread."""

    def __init__(
        self, connection: sqlite3.Connection, settings: Settings, *, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.steady = steady
        self.runs = 0
        self._process: subprocess.Popen[str] | None = None
        self._began = 0.0
        self._due = 0.0
        self._free = 0.0
        self._seen: tuple[int, float] | None = None
        self._since = 0.0
        self._done: tuple[int, float] | None = None

    def tick(self) -> bool:
        """Take a step; costs nothing where nothing happened. Whether the order is being made."""
        if self._process is not None:
            self._look_after(self._process)
        elif self.steady() >= self._due:
            self._due = self.steady() + LOOK_SECONDS
            self._look()
        return self.is_busy

    def close(self) -> None:
        """End the process, if one is at work."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @property
    def is_busy(self) -> bool:
        """Whether the order is being made."""
        return self._process is not None

    def _look(self) -> None:
        now, stamp = self.steady(), paper_ranks.stamp(self.connection)
        if stamp != self._seen:
            first, self._seen, self._since = self._seen is None, stamp, now
            if not first:
                return
        quiet = now - self._since >= QUIET_SECONDS or self._done is None
        if stamp == self._done or not quiet or now < self._free:
            return
        if paper_ranks.count_decisions(self.connection) < paper_ranks.LEAST_DECISIONS and not paper_ranks.has_scores(
            self.connection
        ):
            self._done = stamp
            return
        self._done, self._began = stamp, now
        self.runs += 1
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workers.papers.rank_process", str(self.settings.home)],
            cwd=_ROOT, env={**os.environ, **_THREADS}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
        )  # fmt: skip

    def _look_after(self, process: "subprocess.Popen[str]") -> None:
        taken = self.steady() - self._began
        if process.poll() is None:
            if taken < LONGEST_SECONDS:
                return
            process.kill()
        out, _ = process.communicate()
        self._process = None
        self._free = self.steady() + taken / COST_SHARE
        words = out.strip().splitlines()[-1:] or [""]
        if process.returncode:
            log.error("the inbox could not be put in order (code %d): %s", process.returncode, words[0])
        else:
            log.debug("the inbox: %s in %.1f s", words[0], taken)
