"""A machine's clocks in the hand of a test: processes see the time that it says, and their threads wait by it.

A shared library in front of the C library (``LD_PRELOAD``) answers for the clocks; nothing in the programs under test
is replaced. The clocks stand still until they are set, so that a week may take a minute.
"""

import contextlib
import hashlib
import mmap
import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

import pytest

SOURCE = Path(__file__).resolve().parent / "drivenclock.c"
LIBRARY = "drivenclock.so"
_TURN = struct.Struct("=I")
_FACE = struct.Struct("=Iqqqq")
_WAITER = struct.Struct("=iiq")
_WAITERS = 128
_BEGIN = 4 + 4 + 32
_SIZE = _BEGIN + _WAITERS * _WAITER.size
_SECOND = 1_000_000_000
_QUIET_LOOKS = 3
_LOOK_SECONDS = 0.004


class Moment(NamedTuple):
    """What the clocks show, in seconds: the wall clock, the one that stands still in sleep, and the one since boot."""

    wall: float
    steady: float
    boot: float


def build_library() -> Path:
    """Build the library once and return its file; skips the test without gcc."""
    key = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"machiai-driven-clock-{os.getuid()}-{key}"
    if (folder / LIBRARY).exists():
        return folder / LIBRARY
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        pytest.skip("gcc is not installed: no test with driven clocks runs. On Debian: sudo apt-get install gcc")
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        target = Path(scratch) / LIBRARY
        command = [compiler, "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", str(target), str(SOURCE)]
        done = subprocess.run([*command, "-lpthread", "-ldl"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{SOURCE} does not compile:\n{done.stderr}"
        target.replace(folder / LIBRARY)  # whole or not at all: other tests may be building it too
    return folder / LIBRARY


class DrivenClock:
    """The clocks, kept in a file in ``folder``; one test drives them, any number of processes read them."""

    def __init__(self, folder: Path, moment: Moment) -> None:
        self.library = build_library()
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "clock"
        self.file.write_bytes(bytes(_SIZE))
        with self.file.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)
        self.moment = moment
        self.set(moment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._map.close()

    def environment(self, *, steady: bool = False) -> dict[str, str]:
        """What a process must have in its environment from its start: with the wall clock alone, or ``steady`` with all
        clocks and the waits of its threads."""
        given = {"LD_PRELOAD": str(self.library), "FAKE_CLOCK_FILE": str(self.file)}
        return given | ({"FAKE_CLOCK_STEADY": "1"} if steady else {})

    def set(self, moment: Moment) -> None:
        """It is that late now, and stays so."""
        self.moment = moment
        self._write(moment, runs=False)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """The clocks go on at their usual speed until the block ends; ``moment`` says then how late it is."""
        since = time.monotonic()
        self._write(self.moment, runs=True)
        try:
            yield
        finally:
            passed = time.monotonic() - since
            self.set(Moment(*(part + passed for part in self.moment)))

    def _write(self, moment: Moment, *, runs: bool) -> None:
        (turn,) = _TURN.unpack_from(self._map, 0)
        _TURN.pack_into(self._map, 0, turn + 1)
        wall, steady, boot = (round(part * _SECOND) for part in moment)
        _FACE.pack_into(self._map, 4, runs, wall, steady, boot, time.clock_gettime_ns(time.CLOCK_MONOTONIC))
        _TURN.pack_into(self._map, 0, turn + 2)

    def waiting(self, pid: int) -> list[float | None]:
        """Until when each thread of that process waits that ever waited by these clocks; None for one at work."""
        tasks = {int(name) for name in os.listdir(f"/proc/{pid}/task")}
        found = [_WAITER.unpack_from(self._map, _BEGIN + number * _WAITER.size) for number in range(_WAITERS)]
        return [until / _SECOND if until else None for owner, task, until in found if owner == pid and task in tasks]

    def settle(self, pid: int, threads: int, seconds: float = 30.0) -> None:
        """Wait until so many threads of that process, and no fewer than all it has, have nothing left to do at this
        time."""
        deadline, quiet = time.monotonic() + seconds, 0
        while quiet < _QUIET_LOOKS:
            known = self.waiting(pid)
            is_quiet = len(known) >= threads and all(one is not None and one > self.moment.steady for one in known)
            quiet = quiet + 1 if is_quiet else 0
            assert time.monotonic() < deadline, f"process {pid} does not come to rest: {known} at {self.moment}"
            time.sleep(_LOOK_SECONDS)
