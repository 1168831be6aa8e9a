"""Staying with the log file of an attached job: when it is moved, when its name is deleted, when only we can keep it.

The log of an attached run is a link to the job's own file. A file that is moved (rotated) while the job goes on writing
to it is followed. One whose name is gone is copied into the run's directory for as long as the job writes to it; it is
held open, so that what was written last is not lost when the job ends. How far the copy is, is its size.
"""

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.machine import processes
from workers.runs import rundir

CHECK_SECONDS = 2.0
"""How often it is looked whether the file is still where it was."""
_CHUNK = 1 << 20
_DELETED = " (deleted)"


@dataclass
class _Followed:
    """The file of one attempt: ``held`` is a descriptor of it, ``copied`` whether the log is a copy of ours."""

    log: Path
    pid: int | None
    held: int
    copied: bool
    checked: float = 0.0


class Mirrors:
    """Keeps up the logs of attached runs; belongs to one thread."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._followed: dict[Path, _Followed | None] = {}

    def follow(self, folder: Path, *, beat: Callable[[], None] = lambda: None) -> bool:
        """Bring the log in that attempt folder up to date; whether it is a copy: another file, and the same bytes."""
        if folder not in self._followed:
            self._followed[folder] = _open(folder)
        one = self._followed[folder]
        if one is None:
            return (folder / rundir.SOURCE).exists() and not (folder / rundir.LOG).is_symlink()
        if not one.copied and self._clock() - one.checked >= CHECK_SECONDS:
            one.checked = self._clock()
            with contextlib.suppress(OSError):
                _check(one)
        if one.copied:
            with contextlib.suppress(OSError):  # a full disk: the rest is copied when there is room
                _copy(one.held, one.log, beat)
        return one.copied

    def forget(self, folder: Path) -> None:
        """Let go of a file whose job has ended."""
        one = self._followed.pop(folder, None)
        if one is not None:
            os.close(one.held)


def file_id(status: os.stat_result) -> str:
    """What tells a file from another."""
    return f"{status.st_dev}:{status.st_ino}"


def _open(folder: Path) -> _Followed | None:
    """Take hold of the file that an attempt's output goes to; None where it is no file, or nobody has it any more."""
    source = rundir.read_json(folder / rundir.SOURCE) or {}
    log = folder / rundir.LOG
    if source.get("kind") not in ("file", "deleted"):
        return None
    pid = source.get("pid")
    copied = source["kind"] == "deleted" or (log.exists() and not log.is_symlink())
    if not copied:
        with contextlib.suppress(OSError):
            return _Followed(log, pid, os.open(log, os.O_RDONLY | os.O_CLOEXEC), copied)
    held = _find_open(pid, str(source.get("file_id")))
    return None if held is None else _Followed(log, pid, held, copied)


def _find_open(pid: Any, wanted: str) -> int | None:
    """A descriptor of our own for a file that a process or a descendant of it has open."""
    for member in processes.family_of(pid) if type(pid) is int else ():
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{member}/fd"):
                with contextlib.suppress(OSError):
                    path = f"/proc/{member}/fd/{name}"
                    if file_id(Path(path).stat()) == wanted:
                        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return None


def _check(one: _Followed) -> None:
    """See whether the file is still where the link points, and else where it is."""
    held = os.fstat(one.held)
    there = None
    with contextlib.suppress(OSError):
        there = one.log.stat()
    if there is not None and file_id(there) == file_id(held):
        return
    path = _path_in(one.pid, file_id(held))
    if path is None and there is not None:  # the job writes to the new file of that name, or has closed the old one
        os.close(one.held)
        one.held = os.open(one.log, os.O_RDONLY | os.O_CLOEXEC)
    elif path is not None and not path.endswith(_DELETED):
        fresh = one.log.with_name(f".{rundir.LOG}.link")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(path)
        fresh.replace(one.log)
    elif held.st_nlink == 0:
        fresh = one.log.with_name(f".{rundir.LOG}.copy")
        fresh.unlink(missing_ok=True)
        _copy(one.held, fresh, lambda: None)
        fresh.replace(one.log)
        one.copied = True


def _path_in(pid: int | None, wanted: str) -> str | None:
    """What the kernel calls a file that a process or a descendant of it has open; None where none has."""
    for member in processes.family_of(pid) if pid is not None else ():
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{member}/fd"):
                with contextlib.suppress(OSError):
                    path = Path(f"/proc/{member}/fd/{name}")
                    if file_id(path.stat()) == wanted:
                        return str(path.readlink())
    return None


def _copy(source: int, copy: Path, beat: Callable[[], None]) -> None:
    """Append what the file has grown by to the copy, which is as old as the file then; begin anew if it was cut."""
    status = os.fstat(source)
    target = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        done = os.fstat(target).st_size
        if status.st_size < done:
            os.ftruncate(target, 0)
            done = 0
        if status.st_size == done:
            return
        while data := os.pread(source, min(_CHUNK, status.st_size - done), done):
            done += os.pwrite(target, data, done)
            beat()
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    finally:
        os.close(target)
