"""Watching the code: the drift of the runs that matter now, and the commits of their projects, every minute."""

import socket
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from store import drifts, runs
from store.database import write
from store.drifts import Drift
from store.errors import CodeError
from store.runs import Run
from store.settings import Settings
from store.waiting import UNLOOKED_SECONDS
from workers.code.closure import Closure
from workers.code.commits import CommitReader
from workers.code.drift import drift_in, unknown_drift
from workers.code.run_code import RunCode, code_of
from workers.code.working_tree import open_tree

LOOK_SECONDS = 60.0
ENDED_SECONDS = 86400.0
"""How long the drift of a run that has ended is followed: of one that failed for as long as advice speaks of it."""
MOST_ENDED = 30
RELOOK_SECONDS = 600.0
"""How often a drift is worked out anew where the tree shows no change: for files that git does not look at."""


class CodeWatch:
    """Keeps drifts and commits in the journal up to date; belongs to one thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.clock = clock
        self.beat = beat
        self.reader = CommitReader(connection, clock=clock, beat=beat)
        self._closures: dict[str, Closure] = {}
        self._seen: dict[str, tuple[str, float]] = {}
        """For each run the mark of the tree it was compared with last, and when."""

    def tick(self) -> None:
        """Look once: at the trees of active runs and of those that ended not long ago, then at the commits."""
        now = self.clock()
        wanted = self._wanted(now)
        for gone in set(self._seen) - {run.id for run in wanted}:
            del self._seen[gone]
            self._closures.pop(gone, None)
        places: dict[Path, list[tuple[Run, RunCode]]] = {}
        found: list[Drift] = []
        for run in wanted:
            try:
                code = code_of(run)
                places.setdefault(code.root, []).append((run, code))
            except CodeError as error:
                found.append(unknown_drift(run, str(error), now))
        confirmed: list[str] = []
        for root, here in places.items():
            self._look(root, here, now, found, confirmed)
            self.beat()
        with write(self.connection):
            drifts.record(self.connection, [one for one in found if not self._is_kept(one)])
            drifts.confirm(self.connection, [*confirmed, *(one.run_id for one in found)], now)
        self.reader.tick()

    def _wanted(self, now: float) -> list[Run]:
        ended = runs.ended_runs(self.connection, limit=MOST_ENDED)
        recent = [run for run in ended if run.ended is not None and now - run.ended < _followed_seconds(run)]
        return [run for run in [*runs.active_runs(self.connection), *recent] if self._is_here(run)]

    def _is_here(self, run: Run) -> bool:
        """Whether its folder can be looked at: another host's only where the disk is shared."""
        return run.host == socket.gethostname() or Path(run.cwd).is_dir()

    def _look(
        self, root: Path, here: list[tuple[Run, RunCode]], now: float, found: list[Drift], confirmed: list[str]
    ) -> None:
        try:
            with open_tree(root) as tree:
                for run, code in here:
                    mark, looked = self._seen.get(run.id, ("", 0.0))
                    if mark == tree.mark and now - looked < RELOOK_SECONDS:
                        confirmed.append(run.id)
                        continue
                    try:
                        drift, self._closures[run.id] = drift_in(tree, run, code, now, self._closures.get(run.id))
                        self._seen[run.id] = (tree.mark, now)
                    except CodeError as error:
                        drift = unknown_drift(run, str(error), now)
                        self._seen[run.id] = (tree.mark, now)
                    found.append(drift)
                    self.beat()
        except CodeError as error:
            for run, _ in here:
                self._seen[run.id] = ("", now)
                found.append(unknown_drift(run, str(error), now))

    def _is_kept(self, drift: Drift) -> bool:
        """Whether the journal has just that already, but for its time."""
        kept = drifts.read(self.connection, drift.run_id)
        return kept is not None and kept == replace(drift, as_of=kept.as_of)


def _followed_seconds(run: Run) -> float:
    return UNLOOKED_SECONDS if run.state in ("failed", "killed", "lost") else ENDED_SECONDS
