"""Where in a log the part of a job that is attached begins: many append one launch after another to one file."""

import contextlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from store import plaintext
from workers.logs.launches import last_launch
from workers.machine import processes

_SEARCHED_BYTES = 16 << 20
_EARLIER_SECONDS = 5.0


@dataclass(frozen=True)
class Beginning:
    """``offset`` is where the job's part begins, None where nothing tells; ``note`` what that means for a reader."""

    offset: int | None
    note: str | None = None


def find_beginning(path: Path, *, pid: int, descriptor: int | None, started: float) -> Beginning:
    """Where the job that started then began to write; ``pid`` has the file open as ``descriptor``, where known.

    A file that is not opened for appending was emptied at the start. One that is: it may have been there before; then
    what its processes have written at the most, and where another launch visibly begins, tell.
    """
    if descriptor is not None and not _is_appending(pid, descriptor):
        return Beginning(0)
    try:
        size = path.stat().st_size
    except OSError:
        return Beginning(None)
    born = _birth_of(path)
    if not size or (born is not None and born >= started - _EARLIER_SECONDS):
        return Beginning(0)
    low = max(0, size - _written_by(pid)) if descriptor is not None else 0
    begin = max(low, size - _SEARCHED_BYTES)
    with path.open("rb") as file:
        file.seek(begin)
        lines = file.read(size - begin).split(b"\n")
    found = last_launch([plaintext.fold(plaintext.decode(line)) for line in lines])
    if found:
        offset = begin + sum(len(line) + 1 for line in lines[:found])
        return Beginning(offset, "its log holds earlier launches too, which end where this one seems to begin")
    if low:
        return Beginning(low, f"its log held {low:,} bytes before it began: those are of earlier launches")
    if born is None:
        return Beginning(0)
    return Beginning(None, "its log is older than the job, and does not say where the job's own part begins")


def _is_appending(pid: int, descriptor: int) -> bool:
    """Whether a file is open for appending; also true where that cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/fdinfo/{descriptor}").read_text(encoding="ascii").splitlines():
            if line.startswith("flags:"):
                return bool(int(line.split()[1], 8) & os.O_APPEND)
    return True


def _written_by(pid: int) -> int:
    """How many bytes a process and those that descend from it have written in all, wherever to."""
    written = 0
    for member in processes.family_of(pid):
        try:
            text = Path(f"/proc/{member}/io").read_text(encoding="ascii")
        except OSError:
            return 1 << 62
        written += int(text.split("wchar:")[1].split()[0])
    return written


def _birth_of(path: Path) -> float | None:
    """When a file was made; None where its filesystem does not keep that."""
    with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
        done = subprocess.run(
            ["stat", "-L", "-c", "%W", "--", str(path)], capture_output=True, check=True, timeout=5.0, text=True
        )
        return float(done.stdout) or None
    return None
