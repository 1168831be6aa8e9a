"""Reading about processes that are not ours: their files, words, environment and parents, through /proc alone.

Nothing here stops, signals, traces or slows a process: no ptrace, no signal, not even signal 0, and none of the files
that make the kernel walk a process's whole memory. A command line and an environment lie in the process's own memory;
reading them waits for a process in uninterruptible sleep (state D), so those are asked only of processes in another.
"""

import contextlib
import os
import pwd
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

_KERNEL_THREAD = 0x00200000  # PF_KTHREAD of the kernel's sched.h
_PATIENCE = 1.0
_D_LOOKS = 10
_D_SECONDS = 0.02
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Process:
    """One line of /proc/PID/stat: ``start_ticks`` since boot; ``kernel`` is a thread of the kernel itself."""

    pid: int
    name: str
    state: str
    parent: int
    group: int
    session: int
    kernel: bool
    start_ticks: int


@dataclass(frozen=True)
class Descriptor:
    """An open file of a process: where it points as /proc words it, and how it was opened."""

    pid: int
    number: int
    target: str
    flags: int
    terminal: int | None = None
    """For the ruling end of a pseudo-terminal: its number N of /dev/pts/N."""

    @property
    def writable(self) -> bool:
        """Whether the process can write to it."""
        return self.flags & os.O_ACCMODE != os.O_RDONLY

    @property
    def readable(self) -> bool:
        """Whether the process can read from it."""
        return self.flags & os.O_ACCMODE != os.O_WRONLY

    @property
    def appending(self) -> bool:
        """Whether it was opened to append."""
        return bool(self.flags & os.O_APPEND)


class ProcFolder:
    """The processes below ``root`` (/proc); a listing of all of them is read once and kept."""

    def __init__(self, root: Path = Path("/proc")) -> None:
        self.root = str(root)
        self._everyone: dict[int, Process] | None = None
        self._children: dict[int, list[int]] = {}

    def process(self, pid: int) -> Process | None:
        """What its stat says now; None when there is no such process, or it is hidden from us."""
        text = self._read(pid, "stat")
        if not text:
            return None
        name, fields = text[text.find(b"(") + 1 : text.rfind(b")")], text[text.rfind(b")") + 2 :].split()
        if len(fields) < 20:
            return None
        return Process(
            pid,
            name.decode("utf-8", "replace"),
            fields[0].decode("ascii", "replace"),
            int(fields[1]),
            int(fields[2]),
            int(fields[3]),
            bool(int(fields[6]) & _KERNEL_THREAD),
            int(fields[19]),
        )

    def everyone(self) -> dict[int, Process]:
        """All processes at the first look, by pid."""
        if self._everyone is None:
            found = (self.process(int(name)) for name in os.listdir(self.root) if name.isdigit())
            self._everyone = {process.pid: process for process in found if process}
            for process in self._everyone.values():
                self._children.setdefault(process.parent, []).append(process.pid)
        return self._everyone

    def descendants(self, pid: int) -> list[int]:
        """The living processes below one, the nearest first, oldest first among sisters."""
        everyone, found = self.everyone(), [pid]
        for one in found:
            found += sorted(
                (child for child in self._children.get(one, []) if everyone[child].state not in "ZXx"),
                key=lambda child: (everyone[child].start_ticks, child),
            )
        return found[1:]

    def status_line(self, pid: int, name: str) -> str | None:
        """The value of a line of /proc/PID/status, as ``Tgid`` or ``Uid``; None when it cannot be read."""
        found = re.search(rb"^%s:\s*(.*)$" % name.encode(), self._read(pid, "status") or b"", re.MULTILINE)
        return found[1].decode("utf-8", "replace") if found else None

    def owner(self, pid: int) -> int | None:
        """The user id a process acts as."""
        line = self.status_line(pid, "Uid")
        return int(line.split()[1]) if line else None

    def sleeps_deeply(self, pid: int, *, patient: bool = True) -> bool:
        """Whether it is in uninterruptible sleep, and (``patient``) stays so for some looks in a row."""
        for look in range(_D_LOOKS if patient else 1):
            if look:
                time.sleep(_D_SECONDS)
            process = self.process(pid)
            if process is None or process.state != "D":
                return False
        return True

    def argv(self, pid: int, *, patient: bool = True) -> list[str]:
        """The command line; empty when it cannot be read, also for a process in uninterruptible sleep."""
        if self.sleeps_deeply(pid, patient=patient):
            return []
        words = (self._read(pid, "cmdline") or b"").rstrip(b"\0").split(b"\0")
        return [os.fsdecode(word) for word in words] if words != [b""] else []

    def environ(self, pid: int, *, patient: bool = True) -> dict[str, str]:
        """The environment a process was started with; empty when it cannot be read, as :meth:`argv`."""
        if self.sleeps_deeply(pid, patient=patient):
            return {}
        pairs = (os.fsdecode(line).partition("=") for line in (self._read(pid, "environ") or b"").split(b"\0") if line)
        return {name: value for name, _, value in pairs}

    def cwd(self, pid: int) -> str:
        """The working directory, as the kernel words it (``… (deleted)``); empty when it cannot be read."""
        try:
            return os.readlink(f"{self.root}/{pid}/cwd")  # noqa: PTH115
        except OSError:
            return ""

    def descriptor(self, pid: int, number: int) -> Descriptor | None:
        """One open file of a process; None when it is closed or may not be seen."""
        try:
            target = os.readlink(f"{self.root}/{pid}/fd/{number}")  # noqa: PTH115
            with open(f"{self.root}/{pid}/fdinfo/{number}", encoding="ascii", errors="replace") as file:
                lines = dict(line.split(":", 1) for line in file if ":" in line)
        except OSError:
            return None
        terminal = lines.get("tty-index")
        return Descriptor(pid, number, target, int(lines.get("flags", "0"), 8), int(terminal) if terminal else None)

    def targets(self, pid: int) -> dict[int, str]:
        """Where all open files of a process point, by number.

        Raises PermissionError when they may not be seen; empty when the process is gone.
        """
        found: dict[int, str] = {}
        try:
            numbers = os.listdir(f"{self.root}/{pid}/fd")
        except PermissionError:
            raise
        except OSError:
            return found
        for number in numbers:
            with contextlib.suppress(OSError):
                found[int(number)] = os.readlink(f"{self.root}/{pid}/fd/{number}")  # noqa: PTH115
        return found

    def link(self, descriptor: Descriptor) -> str:
        """The path under /proc through which an open file can be read, also a deleted one."""
        return f"{self.root}/{descriptor.pid}/fd/{descriptor.number}"

    def _read(self, pid: int, name: str) -> bytes | None:
        try:
            with open(f"{self.root}/{pid}/{name}", "rb") as file:
                return file.read()
        except OSError:
            return None


def user_name(uid: int | None) -> str:
    """The name of a user id, or the number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name if uid is not None else "unknown"
    except KeyError:
        return str(uid)


def status_of(path: str) -> os.stat_result | None:
    """A file's status; None when it is gone, may not be asked, or its filesystem does not answer in time."""
    return ask_patiently(lambda: os.stat(path))  # noqa: PTH116


def ask_patiently(question: Callable[[], _Answer]) -> _Answer | None:
    """The answer of a call that may hang on a filesystem; None after a second, or on an OSError."""
    answers: list[_Answer] = []

    def ask() -> None:
        with contextlib.suppress(OSError):
            answers.append(question())

    thread = threading.Thread(target=ask, daemon=True, name="patience")
    thread.start()
    thread.join(_PATIENCE)
    return answers[0] if answers else None
