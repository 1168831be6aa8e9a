"""Processes as /proc shows them; standard library only, for the supervisor uses it.

A process is identified by (boot id, pid, start ticks), never by its pid alone: pids are reused, and start over
after a reboot. ``start ticks`` is field 22 of /proc/PID/stat, the start time in clock ticks since boot
(proc_pid_stat(5)).
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

RUNNING = "running"
SUSPENDED = "suspended"
GONE = "gone"


@dataclass(frozen=True)
class Stat:
    """What /proc/PID/stat says: the state letter, parent, session, and the start time in ticks since boot."""

    state: str
    parent: int
    session: int
    start_ticks: int


def read_stat(pid: int) -> Stat | None:
    """Read /proc/PID/stat; None when there is no such process (or it is not ours to see)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read()
    except OSError:
        return None
    fields = text[text.rfind(b")") + 2 :].split()  # the name in parentheses may hold anything
    if len(fields) < 20:
        return None
    return Stat(fields[0].decode("ascii", "replace"), int(fields[1]), int(fields[3]), int(fields[19]))


def start_ticks(pid: int) -> int | None:
    """When that process started, in clock ticks since boot; None when it is gone."""
    stat = read_stat(pid)
    return stat.start_ticks if stat else None


def status(pid: int | None, ticks: int | None) -> str:
    """``running``, ``suspended`` (SIGSTOP or a tracer) or ``gone``.

    A zombie is gone, and so is a process of the same pid that started at another time.
    """
    if not pid:
        return GONE
    stat = read_stat(pid)
    if stat is None or stat.state in "ZXx" or (ticks is not None and stat.start_ticks != ticks):
        return GONE
    return SUSPENDED if stat.state in "Tt" else RUNNING


def session_members(session: int) -> list[int]:
    """The pids of all processes of a session."""
    members = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = read_stat(int(name))
            if stat and stat.session == session and stat.state not in "ZXx":
                members.append(int(name))
    return members


def descendants(pid: int, spare: Callable[[int], bool] = lambda _: False) -> list[int]:
    """The pids of all processes that descend from ``pid``, whatever session they have moved to.

    Left out are zombies, and whoever is to be spared together with all that descends from them.
    """
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        stat = read_stat(int(name)) if name.isdigit() else None
        if stat and stat.state not in "ZXx":
            children.setdefault(stat.parent, []).append(int(name))
    found, waiting = [], [pid]
    while waiting:
        below = [child for child in children.get(waiting.pop(), []) if not spare(child)]
        found += below
        waiting += below
    return found


def family_of(pid: int) -> list[int]:
    """A process and all that descend from it, as they are at a look: what is forked meanwhile may be missed."""
    if not os.access(f"/proc/self/task/{os.getpid()}/children", os.R_OK):  # this kernel keeps no lists of children
        return [pid, *descendants(pid)]
    family, waiting = [pid], [pid]
    while waiting:
        below = _children(waiting.pop())
        family += below
        waiting += below
    return family


def _children(pid: int) -> list[int]:
    """A process's children, from the kernel's own list; none of one that is gone."""
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += map(int, file.read().split())
    except (OSError, ValueError):
        pass
    return found


def find_marked(mark: str) -> tuple[int, int] | None:
    """Pid and start ticks of a session's leader with ``mark`` (``NAME=value``) in the environment it began with.

    So a command is found whose supervisor died before it could write its pid down. None where there is none.
    """
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and mark.encode() in _read(f"/proc/{name}/environ").split(b"\0"):
                stat = read_stat(int(name))
                if stat and stat.session == int(name) and stat.state not in "ZXx":
                    return int(name), stat.start_ticks
        except OSError:  # it is gone, or not ours to see
            pass
    return None


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def boot_id() -> str:
    """The random id of this boot; empty where the kernel gives none."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def boot_time() -> float | None:
    """When this machine was booted, in epoch seconds (``btime`` of /proc/stat)."""
    try:
        with open("/proc/stat", "rb") as file:
            for line in file:
                if line.startswith(b"btime "):
                    return float(line.split()[1])
    except OSError:
        pass
    return None
