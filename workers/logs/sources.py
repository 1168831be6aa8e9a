"""Which files are metric files of a run: those its processes have open, and those written where it works.

A file that a process has open for writing is its run's. Most writers open, append and close, so that files with the
names of metric files that were written since the run began, under its working directory or a folder its command line
names, count as well — unless another run may have written them. What stood in a file before is not this run's.
"""

import os
import re
import threading
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workers.logs.batches import READ_BYTES, FileReading, State
from workers.logs.candidates import is_shared, is_wanted, named_folders, open_files, prefix_of, writer_of
from workers.logs.folder_walk import LONGEST_REST, FolderWalk, status_of
from workers.logs.tables import read_table
from workers.logs.tensorboard import read_events

EVENTS = "events"
TABLE = "table"

WALK_SECONDS = 0.03
"""How long one look may walk through folders before it goes on at the next."""
PATIENCE_SECONDS = 0.1
"""How long to wait for a look; a filesystem that hangs keeps its own thread, never the caller."""
INTERVAL_SECONDS = 3.0
_MOST_SOURCES = 100
_COMPARED = 64
_CLOCK_SECONDS = 1.0
_LATE_SECONDS = 5.0


@dataclass(frozen=True)
class Source:
    """A metric file of a run: ``kind`` is :data:`EVENTS` or :data:`TABLE`.

    ``prefix`` stands before its series' names (``validation/`` for Keras' folder of that name); ``begin`` is how many
    bytes it had before the run; ``since`` is when the run began.
    """

    path: str
    kind: str
    prefix: str = ""
    begin: int = 0
    since: float | None = None


@dataclass
class Watch:
    """What is known of one run's files; ``roots`` are the folders it may write to."""

    cwd: str
    started: float
    ended: float | None = None
    argv: Sequence[str] = ()
    pids: frozenset[int] = frozenset()
    walks: dict[str, FolderWalk] = field(default_factory=dict)
    before: dict[str, tuple[int, int]] = field(default_factory=dict)
    noticed: set[str] = field(default_factory=set)
    open: frozenset[str] = frozenset()
    sources: dict[str, Source] = field(default_factory=dict)
    claimed: frozenset[str] = frozenset()
    looked: float | None = None
    thread: threading.Thread | None = None


def read_source(source: Source, state: State, *, limit: int = READ_BYTES, final: bool = False) -> FileReading:
    """Read what a source has grown by since ``state`` (``{}`` at first); see the readers of each kind."""
    path = Path(source.path)
    if source.kind == EVENTS:
        return read_events(path, state, limit=limit, prefix=source.prefix, since=source.since)
    return read_table(
        path, state, limit=limit, prefix=source.prefix, begin=source.begin, since=source.since, final=final
    )


class SourceFinder:
    """Finds the metric files of the runs that are watched; knows all of them, to keep their files apart."""

    def __init__(
        self,
        *,
        spare: Sequence[str] = (),
        patience: float = PATIENCE_SECONDS,
        interval: float = INTERVAL_SECONDS,
        longest_rest: float = LONGEST_REST,
    ) -> None:
        self._spare = frozenset(os.path.realpath(folder) for folder in spare)
        self._patience = patience
        self._interval = interval
        self._longest_rest = longest_rest
        self._watches: dict[str, Watch] = {}

    def watch(
        self,
        run_id: str,
        *,
        pids: Sequence[int],
        cwd: str,
        started: float,
        ended: float | None = None,
        argv: Sequence[str] = (),
    ) -> None:
        """Say where a run stands; of all runs before the files of any are asked for, so that each gets its own.

        ``pids`` are all processes of the run on this machine (none: it runs elsewhere, or is over), ``started`` and
        ``ended`` UTC epoch seconds.
        """
        watch = self._watches.setdefault(run_id, Watch(cwd, started, argv=tuple(argv)))
        if ended is not None and watch.ended is None:
            watch.looked = None
        watch.pids, watch.ended = frozenset(pids), ended

    def find_sources(self, run_id: str) -> list[Source]:
        """The metric files of a watched run that are known by now, in the order they were found.

        Looks when the last look is long enough ago, and once more at the end; returns at once in between.
        """
        watch = self._watches[run_id]
        now = time.monotonic()
        if watch.looked is None or now - watch.looked >= self._interval:
            watch.looked = now
            self._look(watch)
        return list(watch.sources.values())

    def forget(self, run_id: str) -> None:
        """Stop watching a run's files."""
        self._watches.pop(run_id, None)

    def _look(self, watch: Watch) -> None:
        """Look in a thread of its own: where a filesystem hangs, what was known stays."""
        if watch.thread is None or not watch.thread.is_alive():
            others = [other for other in self._watches.values() if other is not watch]
            watch.thread = threading.Thread(target=self._search, args=(watch, others), daemon=True, name="sources")
            watch.thread.start()
        watch.thread.join(self._patience)

    def _search(self, watch: Watch, others: Sequence[Watch]) -> None:
        for one in (watch, *(other for other in others if other.looked is None)):
            one.open = open_files(one.pids)
            one.claimed = named_folders(one.argv, one.cwd)
        roots = {os.path.realpath(watch.cwd), *watch.claimed, *_folders_of_events(watch.open)}
        over = watch.ended is not None
        for root in sorted(root for root in roots if not is_shared(root)):
            walk = FolderWalk(root, is_wanted, spare=self._spare, longest_rest=self._longest_rest)
            watch.walks.setdefault(root, walk).look(WALK_SECONDS, at_once=over)
        found = dict.fromkeys(watch.open)
        found |= dict.fromkeys(path for walk in list(watch.walks.values()) for path in walk.files())
        for path in found:
            if path not in watch.sources and len(watch.sources) < _MOST_SOURCES:
                self._consider(watch, path, others)

    def _consider(self, watch: Watch, path: str, others: Sequence[Watch]) -> None:
        """Take a file up as a source if this run has written it."""
        status = status_of(path)
        if status is None:
            return
        if status.st_mtime < watch.started - _CLOCK_SECONDS:
            if watch.before.get(path, (-1, 0))[0] != status.st_size:
                watch.before[path] = (status.st_size, _end_of(path, status.st_size))
            return
        if watch.ended is not None and status.st_mtime > watch.ended + _LATE_SECONDS:
            return
        if path not in watch.open:
            if path not in watch.noticed and watch.ended is None:
                watch.noticed.add(path)  # a run that has just been launched beside this one is known at the next look
                return
            if not _is_its_own(watch, path, others):
                return
        begin, end = watch.before.pop(path, (0, 0))
        if begin and (begin > status.st_size or _end_of(path, begin) != end):
            begin = 0  # begun anew by this run
        if ".tfevents." in path:
            watch.sources[path] = Source(path, EVENTS, _prefix_of_events(watch, path), 0, watch.started)
        else:
            watch.sources[path] = Source(path, TABLE, prefix_of(path), begin, watch.started)


def _prefix_of_events(watch: Watch, path: str) -> str:
    """As :func:`prefix_of`; a folder below that of other event files is a part of them, named by the folder."""
    folder = Path(path).parent
    above = f"{folder.parent}/"
    below = any(
        known.startswith(above) and "/" not in known[len(above) :] for known in watch.sources if ".tfevents." in known
    )
    return prefix_of(path) or (f"{folder.name}/" if below and not re.fullmatch(r"[\d.]+", folder.name) else "")


def _end_of(path: str, size: int) -> int:
    """A checksum of what stands before that size in a file."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, size - _COMPARED))
            return zlib.crc32(file.read(min(size, _COMPARED)))
    except OSError:
        return 0


def _folders_of_events(paths: frozenset[str]) -> set[str]:
    """The folders of open event files, where other files of the same run may be written."""
    folders = {str(Path(path).parent) for path in paths if ".tfevents." in path}
    return {folder for folder in folders if not is_shared(folder)}


def _is_its_own(watch: Watch, path: str, others: Sequence[Watch]) -> bool:
    """Whether no other run can have written a file that this one does not have open."""
    pid = writer_of(os.path.basename(path))
    if pid is not None and watch.pids:
        if pid in watch.pids:
            return True
        if any(pid in other.pids for other in others):
            return False
    named = any(path.startswith(folder + "/") for folder in watch.claimed)
    for other in others:
        if path in other.open or path in other.sources:
            return False
        over = other.ended is not None and other.ended + _LATE_SECONDS < watch.started
        inside = any(path.startswith(root + "/") for root in {os.path.realpath(other.cwd), *other.claimed})
        by_name = any(path.startswith(folder + "/") for folder in other.claimed)
        if inside and not over and (by_name or not named):
            return False
    return True
