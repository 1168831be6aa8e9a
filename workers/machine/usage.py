"""What a run's whole process tree uses: CPU, resident memory, input and output, processes, threads.

A process is known by (pid, start ticks). Which processes belong to which run is found out in a census of /proc, taken
every few seconds and less often where that is dear; in between only the processes known to belong are looked at.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

CENSUS_SECONDS = 5.0
CENSUS_SHARE = 0.001
"""Of a core: what the census may cost; it is taken less often where one costs more."""
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SECOND_LOOK = "known from the second look on"
_NOT_OURS = "only root can read the input and output of another user's process"

Identity = tuple[int, int]
"""(pid, start ticks)."""


class Look(NamedTuple):
    """A process at a moment. CPU in ticks, its own and that of the children it waited for; resident memory in pages."""

    state: bytes
    parent: int
    session: int
    cpu: int
    children_cpu: int
    threads: int
    start_ticks: int
    resident: int


class Transfer(NamedTuple):
    """Bytes that a process, and the children it waited for, have read from and written to storage."""

    read: int
    written: int


_NOTHING = Transfer(0, 0)


@dataclass
class _Tree:
    """A run's processes, and how they were at the last look."""

    root: Identity
    members: set[Identity] = field(default_factory=set)
    at: float | None = None
    ticks: int = 0
    looks: dict[Identity, Look] = field(default_factory=dict)
    transfers: dict[Identity, Transfer] = field(default_factory=dict)
    read: int = 0
    written: int = 0


def look_at(pid: int, proc: str = "/proc") -> Look | None:
    """Read /proc/PID/stat; None when there is no such process, or none that may be seen."""
    text = _read(f"{proc}/{pid}/stat")
    if text is None:
        return None
    words = text[text.rfind(b")") + 2 :].split(None, 22)  # the name in parentheses may hold anything
    if len(words) < 22:
        return None
    return Look(
        words[0],
        int(words[1]),
        int(words[3]),
        int(words[11]) + int(words[12]),
        int(words[13]) + int(words[14]),
        int(words[17]),
        int(words[19]),
        int(words[21]),
    )


def _read(path: str) -> bytes | None:
    """A small file of /proc, at a third of what open() takes; None where it cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.read(descriptor, 1024)
    except OSError:
        return None
    finally:
        os.close(descriptor)


class Trees:
    """The process trees of all runs at work here; belongs to one thread."""

    def __init__(
        self,
        *,
        proc: Path = Path("/proc"),
        clock: Callable[[], float] = time.monotonic,
        boot_clock: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:
        self._proc = str(proc)
        self._clock = clock
        self._boot_clock = boot_clock
        self._trees: dict[str, _Tree] = {}
        self._belongs: dict[Identity, str] = {}
        self._next_census = 0.0

    def run_of(self, pid: int, start_ticks: int) -> str | None:
        """The run that a process belonged to at the last census."""
        return self._belongs.get((pid, start_ticks))

    def look(self, roots: Mapping[str, Identity]) -> dict[str, dict[str, Any]]:
        """The USAGE of every run in ``roots`` (run id to the identity of its first process).

        ``cpu`` in per cent of a core and the rates in bytes a second are of the time since the last look; a process
        that ended meanwhile counts by what its parent has taken over from it.
        """
        if any(run not in self._trees or self._trees[run].root != root for run, root in roots.items()):
            self._next_census = 0.0
        for run in set(self._trees) - set(roots):
            for identity in self._trees.pop(run).members:
                self._belongs.pop(identity, None)
        for run, root in roots.items():
            if run not in self._trees or self._trees[run].root != root:
                self._trees[run] = _Tree(root)
        if self._clock() >= self._next_census:
            self._take_census()
        return {run: self._measure(tree) for run, tree in self._trees.items()}

    def _take_census(self) -> None:
        """Find every run's processes: what descends from its first one, or is in its session, and what once did."""
        began = time.thread_time()
        if not self._trees:
            return
        found = {}
        for name in os.listdir(self._proc):
            if name.isdigit():
                look = look_at(int(name), self._proc)
                if look is not None:
                    found[int(name)] = look
        firm, loose = self._starting_points(found)
        runs: dict[int, tuple[str | None, str | None]] = {0: (None, None)}
        for pid in found:
            path: list[int] = []
            climber = pid
            while climber in found and climber not in runs:
                runs[climber] = (None, None)  # a loop of parents, seen across two moments, ends here
                path.append(climber)
                climber = found[climber].parent
            above = runs.get(climber, (None, None))
            for one in reversed(path):
                above = (firm.get(one) or above[0], loose.get(one) or above[1])
                runs[one] = above
        self._belongs = {}
        for tree in self._trees.values():
            tree.members = set()
        for pid, look in found.items():
            whose = runs[pid][0] or runs[pid][1]
            if whose is not None:
                self._trees[whose].members.add((pid, look.start_ticks))
                self._belongs[pid, look.start_ticks] = whose
        self._next_census = self._clock() + max(CENSUS_SECONDS, (time.thread_time() - began) / CENSUS_SHARE)

    def _starting_points(self, found: Mapping[int, Look]) -> tuple[dict[int, str], dict[int, str]]:
        """Processes that make everything below them a run's: its first one; and, less surely, its other known ones."""
        firm, sessions = {}, {}
        for run, tree in self._trees.items():
            pid, ticks = tree.root
            if pid in found and found[pid].start_ticks == ticks:
                firm[pid] = run
                if found[pid].session == pid:
                    sessions[pid] = run
        loose = {}
        for pid, look in found.items():
            whose = self._belongs.get((pid, look.start_ticks)) or sessions.get(look.session)
            if whose is not None:
                loose[pid] = whose
        return firm, loose

    def _measure(self, tree: _Tree) -> dict[str, Any]:
        now, ticks = self._clock(), int(self._boot_clock() * _TICK)
        looks: dict[Identity, Look] = {}
        transfers: dict[Identity, Transfer] = {}
        hidden = False
        for identity in tree.members:
            look = look_at(identity[0], self._proc)
            if look is None or look.start_ticks != identity[1]:
                continue
            looks[identity] = look
            if look.state not in b"ZX":
                transfer = self._read_transfer(identity[0])
                if transfer is not None:
                    transfers[identity] = transfer
                hidden = hidden or transfer is None
        living = [look for look in looks.values() if look.state not in b"ZX"]
        missing: dict[str, str] = {}
        data: dict[str, Any] = {
            "pid": tree.root[0],
            "processes": len(living),
            "threads": sum(look.threads for look in living),
            "cpu": None,
            "memory": sum(look.resident for look in living) * _PAGE,
            "read": None,
            "written": None,
            "read_total": None,
            "written_total": None,
            "missing": missing,
        }
        known = bool(transfers) or not hidden
        if tree.at is None:
            tree.read = sum(one.read for one in transfers.values())
            tree.written = sum(one.written for one in transfers.values())
            missing |= dict.fromkeys(("cpu", "read", "written"), _SECOND_LOOK)
        elif now > tree.at:
            seconds = now - tree.at
            data["cpu"] = round(100 * _cpu_between(tree, looks) / _TICK / seconds, 1)
            read, written = _transferred_between(tree, looks, transfers)
            tree.read += read
            tree.written += written
            if known:
                data |= {"read": round(read / seconds), "written": round(written / seconds)}
        if known:
            data |= {"read_total": tree.read, "written_total": tree.written}
        else:
            missing |= dict.fromkeys(("read", "written", "read_total", "written_total"), _NOT_OURS)
        tree.at, tree.ticks, tree.looks, tree.transfers = now, ticks, looks, transfers
        return data

    def _read_transfer(self, pid: int) -> Transfer | None:
        text = _read(f"{self._proc}/{pid}/io")
        if text is None:
            return None
        values = dict(line.split(b": ", 1) for line in text.split(b"\n") if b": " in line)
        try:
            return Transfer(int(values[b"read_bytes"]), int(values[b"write_bytes"]))
        except (KeyError, ValueError):
            return None


def _cpu_between(tree: _Tree, looks: Mapping[Identity, Look]) -> int:
    """Ticks that the tree has used since its last look; what an ended child had used before is not counted again."""
    left = _left_to_parents(tree.looks, looks, lambda identity: tree.looks[identity].cpu)
    left_by_children = _left_to_parents(tree.looks, looks, lambda identity: tree.looks[identity].children_cpu)
    total = 0
    for identity, look in looks.items():
        before = tree.looks.get(identity)
        if before is not None:
            inherited = left.get(identity[0], 0) + left_by_children.get(identity[0], 0)
            total += max(0, look.cpu - before.cpu) + max(0, look.children_cpu - before.children_cpu - inherited)
        elif look.start_ticks >= tree.ticks:
            total += look.cpu + look.children_cpu
    return total


def _transferred_between(
    tree: _Tree, looks: Mapping[Identity, Look], transfers: Mapping[Identity, Transfer]
) -> tuple[int, int]:
    """Bytes read and written since the last look, reckoned as for the CPU."""
    read = written = 0
    left_read = _left_to_parents(tree.looks, looks, lambda identity: tree.transfers.get(identity, _NOTHING).read)
    left_written = _left_to_parents(tree.looks, looks, lambda identity: tree.transfers.get(identity, _NOTHING).written)
    for identity, transfer in transfers.items():
        before = tree.transfers.get(identity)
        if before is not None:
            read += max(0, transfer.read - before.read - left_read.get(identity[0], 0))
            written += max(0, transfer.written - before.written - left_written.get(identity[0], 0))
        elif looks[identity].start_ticks >= tree.ticks:
            read += transfer.read
            written += transfer.written
    return read, written


def _left_to_parents(
    before: Mapping[Identity, Look], after: Mapping[Identity, Look], amount: Callable[[Identity], int]
) -> dict[int, int]:
    """What processes that ended between two looks had to their account before, by the pid that took it over."""
    left: dict[int, int] = {}
    for identity in before.keys() - after.keys():
        heir = before[identity].parent
        left[heir] = left.get(heir, 0) + amount(identity)
    return left
