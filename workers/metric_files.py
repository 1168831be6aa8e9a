"""The metric files that runs write beside their logs, on their way into the journal as further sources of series.

A file's row among the logs keeps the state of its reader; it is committed together with the points.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from store import logs, series
from store.database import write
from workers.logs.sources import Source, SourceFinder, read_source
from workers.machine import processes
from workers.readings import LEGS_OF_ATTEMPT, append_finite

_READS_A_LOOK = 8


@dataclass
class _File:
    """What the journal has of a file; ``size`` is what it had when it was read to its end."""

    cursor: logs.Cursor
    trouble: str | None = None


class MetricFiles:
    """Reads the TensorBoard, CSV and JSON files of the runs that are watched."""

    def __init__(self, connection: sqlite3.Connection, *, spare: Sequence[str] = ()) -> None:
        self.connection = connection
        self.finder = SourceFinder(spare=spare)
        self._spare = tuple(f"{os.path.realpath(folder)}/" for folder in spare)
        self._files: dict[tuple[str, int, str], _File] = {}

    def watch(
        self, run_id: str, *, pid: int | None, cwd: str, started: float, ended: float | None, argv: Sequence[str]
    ) -> None:
        """Say where a run stands; ``pid`` is its main process on this machine, None if it has none here."""
        pids = [pid, *processes.descendants(pid)] if pid is not None and ended is None else []
        self.finder.watch(run_id, pids=pids, cwd=cwd, started=started, ended=ended, argv=argv)

    def read(self, run_id: str, attempt: int, *, final: bool = False, beat: Callable[[], None] = lambda: None) -> bool:
        """Read what the files of a run have grown by; whether there was anything."""
        found = False
        for source in self.finder.find_sources(run_id):
            if os.path.realpath(source.path).startswith(self._spare):
                continue  # the log itself is open for writing too
            for _ in range(_READS_A_LOOK if not final else 10_000):
                more = self._read(run_id, attempt, source, final=final)
                beat()
                if more is None:
                    break
                found = True
                if not more:
                    break
        return found

    def forget(self, run_id: str) -> None:
        """Stop watching a run's files."""
        self.finder.forget(run_id)
        for key in [key for key in self._files if key[0] == run_id]:
            del self._files[key]

    def _read(self, run_id: str, attempt: int, source: Source, *, final: bool) -> bool | None:
        """Read a part of a file; whether there is more, None when there was nothing."""
        key = (run_id, attempt, source.path)
        file = self._files.get(key)
        if file is None:
            file = self._files[key] = _File(logs.read_cursor(self.connection, run_id, attempt, source.path))
        before = file.cursor
        state = json.loads(before.parser) if before.parser else {}
        reading = read_source(source, state, final=final)
        file.trouble = reading.trouble
        parser = json.dumps(reading.state, ensure_ascii=False, separators=(",", ":"))
        if parser == before.parser or (not reading.batches and not before.parser and not reading.state):
            return None
        # The offset counts how often the file was read: its own place in the file is part of the state.
        after = replace(before, offset=before.offset + 1, parser=parser)
        del self._files[key]
        with write(self.connection):
            if not logs.advance_cursor(self.connection, run_id, attempt, before, after):
                return None
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
        self._files[key] = replace(file, cursor=after)
        return reading.more
