"""When the bytes of a log were written, where nobody looked meanwhile: told from where they lie in it.

A log of hours that is read at once would give all its points one moment, and a pace that never was. What is known are
its ends: where reading stood when, and how long the file is since when. In between a byte has the moment that the
lines themselves say, where they begin with date and time; else the one that its place says, as if the log had grown
evenly.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from store.logs import Cursor
from workers.logs.timestamps import STAMP, time_of
from workers.runs import rundir

PARTS = 200
"""Into how many parts, at the most, a backlog is cut: each has a moment of its own."""
SHORT_SECONDS = 2.0
"""A backlog that came about in less time than this has one moment."""
STAMP_SECONDS = 60.0
"""How far the last date in a log may be from when it was last written: further apart, its clock is another's."""
_END_BYTES = 1 << 16
_STAMP_CHARACTERS = 64


@dataclass(frozen=True)
class Backlog:
    """The bytes of a log from ``begin`` to ``end``, written between ``since`` and ``until`` (epoch seconds).

    Without ``since`` nothing is known of when they were written but that it was not after ``until``. ``stamped`` says
    that its lines begin with date and time, of this machine's clock.
    """

    begin: int = 0
    since: float | None = None
    end: int = 0
    until: float = 0.0
    stamped: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it came about over so long a time that one moment for all of it would mislead."""
        return self.since is not None and self.end > self.begin and self.until - self.since >= SHORT_SECONDS

    def moment(self, offset: int, modified: float) -> float:
        """When the byte before ``offset`` was written; ``modified`` is the answer where nothing tells."""
        if not self.is_long or self.since is None or offset >= self.end:
            return modified
        share = max(0.0, (offset - self.begin) / (self.end - self.begin))
        return self.since + share * (self.until - self.since)

    def cut(self, data: bytes, offset: int, modified: float) -> Iterator[tuple[float, bytes]]:
        """``data``, which begins at ``offset`` of the log, in parts that end with a line, each with its moment."""
        if not self.is_long:
            yield modified, data
            return
        least = max(1, (self.end - self.begin) // PARTS)
        done, latest = 0, 0.0
        while done < len(data):
            stop = _end_of_line(data, done + least - 1)
            latest = max(latest, self._told(data[done:stop]) or self.moment(offset + stop, modified))
            yield latest, data[done:stop]
            done = stop

    def _told(self, part: bytes) -> float | None:
        """When the last line of a part was written that says so itself, where that can be."""
        told = last_stamp(part) if self.stamped else None
        if told is None or self.since is None:
            return None
        return told if self.since - STAMP_SECONDS <= told <= self.until + STAMP_SECONDS else None


def last_stamp(data: bytes) -> float | None:
    """The date and time that the last line which begins with one begins with; None where none does."""
    for line in reversed(data.splitlines()):
        if line[:1].isdigit() or line[:1] in (b"[", b"(", b"<"):
            match = STAMP.match(line[:_STAMP_CHARACTERS].decode("utf-8", "replace"))
            if match is not None:
                return time_of(match[0])
    return None


def find_backlog(
    path: Path,
    cursor: Cursor,
    *,
    looked: float | None = None,
    origin: Callable[[], tuple[int, float] | None] = lambda: None,
) -> Backlog:
    """What there is to read after ``cursor``, and since when.

    ``looked`` is when nothing was left to read at the last look, None where that was another daemon's; ``origin`` tells
    where in the log the job began to write, and when: asked for a cursor that has not read anything.
    """
    try:
        status = path.stat()
    except OSError:
        return Backlog()
    begin, since = cursor.offset, cursor.last_output
    if cursor.last_output is None:
        begin, since = origin() or (0, None)
    elif status.st_size < cursor.offset:  # cut short since: all that is there now is new
        begin = 0
    if since is not None and looked is not None:
        since = max(since, looked)
    found = Backlog(begin, since, status.st_size, status.st_mtime)
    return replace(found, stamped=_is_stamped(path, found)) if found.is_long else found


def _is_stamped(path: Path, backlog: Backlog) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(max(backlog.begin, backlog.end - _END_BYTES))
            told = last_stamp(file.read(_END_BYTES))
    except OSError:
        return False
    return told is not None and abs(backlog.until - told) <= STAMP_SECONDS


def find_origin(folder: Path, beat: Mapping[str, Any] | None) -> tuple[int, float] | None:
    """Where in the log of an attempt its job began to write, and when; None where that cannot be told."""
    if beat is None or beat.get("started") is None:
        return None
    source = rundir.read_json(folder / rundir.SOURCE) or {}
    begin = source.get("begin", 0)
    return None if begin is None else (int(begin), float(beat["started"]))


def _end_of_line(data: bytes, at: int) -> int:
    """Where the line ends that byte ``at`` is in, or the end of the data."""
    ends = [end for end in (data.find(b"\n", at), data.find(b"\r", at)) if end >= 0]
    return min(ends) + 1 if ends else len(data)
