"""One daemon a data folder: a lock that the kernel lets go of when its holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import DaemonRunning

LOCK = "daemon.lock"


@contextmanager
def hold(home: Path, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the data folder's lock; DaemonRunning names the holder when it is not had in time."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + wait_seconds
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                pid = _read_pid(descriptor)
                who = f"process {pid}" if pid else "another process"
                raise DaemonRunning(f"{who} already watches {home}; stop it first, or set another MACHIAI_HOME", pid)
            time.sleep(0.05)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(home: Path) -> int | None:
    """The pid of the daemon that holds the lock, 0 when its pid is not known, None when nobody does."""
    try:
        descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # A shared lock: two that ask at the same moment must not take each other for a daemon.
        return None if _try_lock(descriptor, fcntl.LOCK_SH) else _read_pid(descriptor) or 0
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else None
