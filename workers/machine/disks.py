"""The filesystems that matter to a run: how full they are, and in how many days they will be.

A filesystem that does not answer (a network disk that is gone) keeps the one that asks waiting for ever. Each is
therefore asked in a thread of its own, and the others are shown meanwhile.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

HOUR, DAY = 3600.0, 86400.0
ANSWER_SECONDS = 5.0
_PLACES = 96
"""Points that a slope is fitted through: a quarter of an hour each in a day."""
_FAR_DAYS = 3650.0
_MEMORY_FILESYSTEMS = ("tmpfs", "ramfs", "overlay", "rootfs")


@dataclass(frozen=True)
class Trend:
    """Where a disk is heading: bytes by which it fills a day, and when it is full (epoch seconds)."""

    per_day: float
    full_at: float


@dataclass(frozen=True)
class Mount:
    """A line of the table of mounts: device number, where, what is mounted, and its kind."""

    device: str
    point: str
    source: str
    filesystem: str


def foresee(history: Sequence[tuple[float, float]], now: float) -> Trend | None:
    """When a disk will be full, from (time, free bytes) in order of time; of it the last 24 hours count.

    The median of the slopes between all pairs (Theil and Sen), so that a clean-up or a burst does not carry it away.
    None below an hour of history, or when the free space does not shrink.
    """
    recent = [(moment, free) for moment, free in history if now - DAY <= moment <= now]
    if not recent or recent[-1][0] - recent[0][0] < HOUR:
        return None
    points = _thin(recent)
    slopes = [
        (free - before) / (moment - earlier)
        for place, (moment, free) in enumerate(points)
        for earlier, before in points[:place]
        if moment > earlier
    ]
    slope = median(slopes) if slopes else 0.0
    if slope >= 0:
        return None
    seconds = max(0.0, recent[-1][1]) / -slope
    if seconds > _FAR_DAYS * DAY:
        return None
    return Trend(-slope * DAY, recent[-1][0] + seconds)


def _thin(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most ``_PLACES`` points: the median of equal stretches of time."""
    if len(points) <= _PLACES:
        return list(points)
    begin = points[0][0]
    width = (points[-1][0] - begin) / _PLACES or 1.0
    stretches: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        stretches.setdefault(min(_PLACES - 1, int((point[0] - begin) / width)), []).append(point)
    return [(median(moment for moment, _ in part), median(free for _, free in part)) for part in stretches.values()]


class Disks:
    """Asks filesystems for their space, whichever answer."""

    def __init__(
        self,
        *,
        statvfs: Callable[[str], os.statvfs_result] = os.statvfs,
        mounts: Path = Path("/proc/self/mountinfo"),
        patience: float = ANSWER_SECONDS,
    ) -> None:
        self._statvfs = statvfs
        self._mounts = mounts
        self._patience = patience
        self._asking: dict[str, threading.Thread] = {}

    def measure(self, places: Mapping[str, str]) -> list[dict[str, Any]]:
        """Each filesystem once, from ``places`` (path to label): the disks of the DISKS reading, without a forecast.

        ``path`` is where it is mounted. A path that does not exist is left out; a filesystem that does not answer has
        null figures and says so in ``note``.
        """
        table = _read_mounts(self._mounts)
        disks: dict[str, dict[str, Any]] = {}
        for path, label in places.items():
            answer = self._ask(path)
            if isinstance(answer, FileNotFoundError | NotADirectoryError):
                continue
            mount = _mount_of(answer[0] if isinstance(answer, tuple) else path, table)
            key = path if mount is None else _key(mount)
            if key in disks:
                labels = disks[key]["label"].split(", ")
                disks[key]["label"] = ", ".join(dict.fromkeys([*labels, label]))
                continue
            found = answer[1] if isinstance(answer, tuple) else None
            disks[key] = {
                "path": mount.point if mount else path,
                "label": label,
                "device": mount.source if mount else None,
                "filesystem": mount.filesystem if mount else None,
                "total": found.f_blocks * found.f_frsize if found else None,
                "free": found.f_bavail * found.f_frsize if found else None,
                "inodes_free": found.f_favail if found and found.f_files else None,
                "full_at": None,
                "per_day": None,
                "note": f"cannot be asked: {answer.strerror}" if isinstance(answer, OSError) else None,
            }
            if answer is None:
                disks[key]["note"] = "the filesystem does not answer"
        return list(disks.values())

    def _ask(self, path: str) -> tuple[str, os.statvfs_result] | OSError | None:
        """Where a path really lies and what its filesystem says; None when no answer has come in time."""
        if path in self._asking and self._asking[path].is_alive():
            return None
        answer: list[tuple[str, os.statvfs_result] | OSError] = []

        def ask() -> None:
            try:
                answer.append((os.path.realpath(path), self._statvfs(path)))
            except OSError as error:
                answer.append(error)

        thread = self._asking[path] = threading.Thread(target=ask, name=f"statvfs {path}", daemon=True)
        thread.start()
        thread.join(self._patience)
        if not answer:
            return None
        del self._asking[path]
        return answer[0]


def places_of(runs_folder: Path, home: Path, working: Iterable[str]) -> dict[str, str]:
    """What is watched on this machine, path to label; ``working`` are the folders of the runs at work."""
    places = {str(home): "home", str(runs_folder): "run folder"}
    places |= {"/dev/shm": "shared memory", "/tmp": "temporary files", str(runs_folder.parent): "run folder"}
    for folder in working:
        places.setdefault(folder, "run folder")
    return places


def _read_mounts(path: Path) -> list[Mount]:
    """The mounts as the kernel lists them (proc_pid_mountinfo(5)); none where it does not."""
    mounts = []
    with contextlib.suppress(OSError):
        for line in path.read_bytes().split(b"\n"):
            words = line.split()
            if b"-" in words[6:]:
                dash = words.index(b"-", 6)
                point, source = (_plain(words[place]) for place in (4, dash + 2))
                mounts.append(Mount(words[2].decode(), point, source, words[dash + 1].decode("utf-8", "replace")))
    return mounts


def _plain(word: bytes) -> str:
    """A path of the table, its blanks and backslashes told in octal made what they are."""
    for code, sign in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\")):
        word = word.replace(code, sign)
    return os.fsdecode(word)


def _mount_of(path: str, table: Sequence[Mount]) -> Mount | None:
    """The mount that a path lies on; of two at one point the later, which covers the other."""
    best = None
    for mount in table:
        point = mount.point.rstrip("/")
        if (path == mount.point or path.startswith(point + "/")) and (
            best is None or len(mount.point) >= len(best.point)
        ):
            best = mount
    return best


def _key(mount: Mount) -> str:
    """What tells filesystems apart: what is mounted, for a volume may have several device numbers."""
    return mount.device if mount.filesystem in _MEMORY_FILESYSTEMS else mount.source
