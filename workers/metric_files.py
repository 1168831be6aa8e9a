"""The metric files that runs write beside their logs, on their way into the journal as further sources of series.

A file's row among the logs keeps the state of its reader; it is committed together with the points.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from store import logs, series
from store.database import write
from store.legs import LEGS_OF_ATTEMPT
from store.runs import Neighbour
from workers.logs.sources import Source, SourceFinder, read_source
from workers.machine import processes
from workers.readings import append_finite

_READS_A_LOOK = 8
_BESIDE = 500
_READS_AT_THE_END = 10_000


class MetricFiles:
    """Reads the TensorBoard, CSV and JSON files of the runs that are watched."""

    def __init__(self, connection: sqlite3.Connection, *, spare: Sequence[str] = ()) -> None:
        self.connection = connection
        self.finder = SourceFinder(spare=spare)
        self._logs: set[str] = set()
        self._spare = tuple(f"{os.path.realpath(folder)}/" for folder in spare)
        self._sources: dict[tuple[str, int], dict[str, Source]] = {}
        self._beside: dict[str, float | None] = {}
        self._cursors: dict[tuple[str, int, str], logs.Cursor] = {}

    def watch(
        self,
        run_id: str,
        *,
        pid: int | None,
        cwd: str,
        started: float,
        ended: float | None,
        argv: Sequence[str],
        log: Path | None = None,
    ) -> None:
        """Say where a run stands; ``pid`` is its main process on this machine, None if it has none here.

        What ``log`` is, or links to, is read as a log: it is no metric file, whatever its name.
        """
        if log is not None:
            self._logs.add(os.path.realpath(log))
        pids = processes.family_of(pid) if pid is not None and ended is None else []
        self.finder.watch(run_id, pids=pids, cwd=cwd, started=started, ended=ended, argv=argv)

    def read(self, run_id: str, attempt: int, *, final: bool = False, beat: Callable[[], None] = lambda: None) -> None:
        """Read what the files of a run have grown by, to their end where it is the ``final`` time."""
        known = self._sources.get((run_id, attempt))
        if known is None:
            known = self._sources[run_id, attempt] = self._remembered(run_id, attempt)
        for source in self.finder.find_sources(run_id):
            path = os.path.realpath(source.path)
            if not path.startswith(self._spare) and path not in self._logs:  # a log is open for writing too
                known.setdefault(source.path, source)
        for source in list(known.values()):
            for _ in range(_READS_A_LOOK if not final else _READS_AT_THE_END):
                more = self._read(run_id, attempt, source, final=final)
                beat()
                if not more:
                    break

    def beware(self, other: Neighbour) -> None:
        """Say that there is, or was, another run: what it may have written is not taken for another's."""
        if other.id not in self._beside:
            self._beside[other.id] = other.ended
            self.finder.watch(
                other.id, pids=[], cwd=other.cwd, started=other.started, ended=other.ended, argv=other.argv
            )

    def forget(self, run_id: str, ended: float | None) -> None:
        """Stop reading a run's files; they are kept apart from those of runs that were at work when it ended."""
        self._beside[run_id] = ended
        if len(self._beside) > _BESIDE:
            self.finder.forget(oldest := next(iter(self._beside)))
            del self._beside[oldest]
        self._sources = {key: found for key, found in self._sources.items() if key[0] != run_id}
        self._cursors = {key: cursor for key, cursor in self._cursors.items() if key[0] != run_id}

    def _remembered(self, run_id: str, attempt: int) -> dict[str, Source]:
        """The files that were read before: the process that had them open may be gone since."""
        found = {}
        for cursor in logs.cursors_of(self.connection, run_id, attempt):
            state = json.loads(cursor.parser) if cursor.parser else {}
            if "source" in state:
                found[cursor.path] = Source(cursor.path, **state["source"])
        return found

    def _read(self, run_id: str, attempt: int, source: Source, *, final: bool) -> bool:
        """Read a part of a file; whether there is more."""
        key = (run_id, attempt, source.path)
        before = self._cursors.pop(key, None)  # back only when all is written
        if before is None:
            before = logs.read_cursor(self.connection, run_id, attempt, source.path)
        state = json.loads(before.parser)["state"] if before.parser else {}
        reading = read_source(source, state, final=final)
        about = {name: value for name, value in asdict(source).items() if name != "path"}
        parser = json.dumps({"source": about, "state": reading.state}, ensure_ascii=False, separators=(",", ":"))
        if parser == before.parser:
            self._cursors[key] = before
            return False
        # The offset counts how often the file was read: its own place in the file is part of the state.
        after = replace(before, offset=before.offset + 1, parser=parser)
        with write(self.connection):
            if not logs.advance_cursor(self.connection, run_id, attempt, before, after):
                return False
            if reading.rewritten:
                series.remove_source(self.connection, run_id, source.path)
            for batch in reading.batches:
                append_finite(
                    self.connection,
                    run_id,
                    batch.name,
                    source.path,
                    batch.unit,
                    [leg + (attempt - 1) * LEGS_OF_ATTEMPT for leg in batch.legs],
                    batch.steps,
                    batch.times,
                    batch.values,
                )
        self._cursors[key] = after
        return reading.more
