"""Whose the processes on the GPUs are: which run, which user, which command, and what there is to watch.

The driver tells the pids of the machine's first pid namespace. In a container those are foreign numbers, and a process
here that goes by the same number is another one. There (the namespace is not the initial one) a pid is therefore
believed only of a process that belongs to a run's tree or has a file /dev/nvidia* open; that is still no proof, as a
number may coincide with that of another process on a GPU, but no bystander is named.
"""

import contextlib
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.machine import job_roots
from workers.machine.proc_folder import ProcFolder, user_name
from workers.machine.usage import Look, Trees, look_at
from workers.runs import command_line

COMMAND_CHARACTERS = 200
CHECKED_AT_ONCE = 64
"""How many known processes are checked a turn for being still the same: all on most machines, in turns on others."""
_INITIAL_NAMESPACE = 0xEFFFFFFC  # PROC_PID_INIT_INO of the kernel
_HIGHEST = 64
_MARK = "MACHIAI_RUN_ID"


@dataclass
class _Known:
    """A process on a GPU, looked into once; ``start_ticks`` is None for one that cannot be seen here."""

    start_ticks: int | None
    uid: int | None = None
    user: str | None = None
    command: str | None = None
    marked: str | None = None
    above: str | None = None
    root: int | None = None
    root_ticks: int | None = None
    complete: bool = True


class Owners:
    """Remembers what processes are, by (pid, start ticks); belongs to one thread."""

    def __init__(self, trees: Trees, *, proc: Path = Path("/proc"), initial_namespace: bool | None = None) -> None:
        self._trees = trees
        self._proc = str(proc)
        self._folder = ProcFolder(proc)
        self._known: dict[int, _Known] = {}
        self._turn: list[int] = []
        self._initial = _is_initial() if initial_namespace is None else initial_namespace

    def annotate(self, gpus: Iterable[dict[str, Any]], runs: Collection[str]) -> None:
        """Add to each process of each GPU what it is; ``runs`` are those at work, which it may belong to.

        The keys are ``start_ticks user command run root root_start_ticks visible ours``; all but the last two are
        None for a process that cannot be seen here (another pid namespace, hidepid).
        """
        processes = [process for gpu in gpus for process in gpu.get("processes") or ()]
        pids = {int(process["pid"]) for process in processes}
        self._known = {pid: known for pid, known in self._known.items() if pid in pids}
        self._check(pids)
        for process in processes:
            pid = int(process["pid"])
            known = self._known[pid]
            process["start_ticks"] = known.start_ticks
            process["user"] = known.user
            process["command"] = known.command
            process["run"] = self._run_of(pid, known, runs)
            process["root"] = known.root
            process["root_start_ticks"] = known.root_ticks
            process["visible"] = known.start_ticks is not None
            process["ours"] = known.start_ticks is not None and os.geteuid() in (0, known.uid)

    def _check(self, pids: Collection[int]) -> None:
        """Look into new processes, and whether known ones are still the same, some of them at a time."""
        waiting = [pid for pid in self._turn if pid in pids]
        turn = set(waiting[:CHECKED_AT_ONCE])
        for pid in pids:
            known = self._known.get(pid)
            if known is None or pid in turn:
                look = look_at(pid, self._proc)
                ticks = None if look is None else look.start_ticks
                if known is None or known.start_ticks != ticks or not known.complete:
                    self._known[pid] = self._examine(pid, look)
        seen = set(waiting)
        self._turn = waiting[CHECKED_AT_ONCE:] + [pid for pid in pids if pid not in seen] + waiting[:CHECKED_AT_ONCE]

    def _examine(self, pid: int, look: Look | None) -> _Known:
        if look is None or not (self._initial or self._is_the_one(pid, look)):
            uid = None
            if self._initial:  # hidepid=1 hides what a process does, not whose it is
                with contextlib.suppress(OSError):
                    uid = os.stat(f"{self._proc}/{pid}").st_uid  # noqa: PTH116
            return _Known(None, uid, None if uid is None else user_name(uid))
        uid = self._folder.owner(pid)
        known = _Known(look.start_ticks, uid, None if uid is None else user_name(uid))
        if self._is_stuck(pid):  # to read its memory would hang us as well: later, when it is free again
            known.complete = False
            return known
        argv = self._folder.argv(pid, patient=False)
        known.complete = bool(argv)  # none while it is being executed: look again
        known.command = " ".join(command_line.mask(argv))[:COMMAND_CHARACTERS] or None
        known.marked = self._folder.environ(pid, patient=False).get(_MARK)
        known.above = self._climb(pid, look)
        known.root = job_roots.find_root(self._folder, pid)
        top = look_at(known.root, self._proc)
        known.root_ticks = None if top is None else top.start_ticks
        return known

    def _run_of(self, pid: int, known: _Known, runs: Collection[str]) -> str | None:
        """The run whose tree it is in; else the one above it when it was first seen, or that it was started for."""
        if known.start_ticks is None:
            return None
        for run in (self._trees.run_of(pid, known.start_ticks), known.above, known.marked):
            if run in runs:
                return run
        return None

    def _climb(self, pid: int, look: Look) -> str | None:
        """The run of its nearest ancestor that is known to be in one: it may be younger than the last census."""
        seen: Look | None = look
        for _ in range(_HIGHEST):
            if seen is None:
                return None
            run = self._trees.run_of(pid, seen.start_ticks)
            if run is not None or seen.parent <= 1:
                return run
            pid, seen = seen.parent, look_at(seen.parent, self._proc)
        return None

    def _is_the_one(self, pid: int, look: Look) -> bool:
        """Whether a process of that number here is likely the one that the driver means; see the module."""
        if self._trees.run_of(pid, look.start_ticks) is not None or self._climb(pid, look) is not None:
            return True
        with contextlib.suppress(OSError):
            return any(target.startswith("/dev/nvidia") for target in self._folder.targets(pid).values())
        return False

    def _is_stuck(self, pid: int) -> bool:
        """Whether one of its threads is in uninterruptible sleep: it may hold the lock on the process's memory."""
        try:
            threads = os.listdir(f"{self._proc}/{pid}/task")
        except OSError:
            return False
        looks = (look_at(int(thread), f"{self._proc}/{pid}/task") for thread in threads)
        return any(look is not None and look.state == b"D" for look in looks)


def _is_initial() -> bool:
    """Whether we see the machine's own pids."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino == _INITIAL_NAMESPACE  # noqa: PTH116
    except OSError:
        return True
