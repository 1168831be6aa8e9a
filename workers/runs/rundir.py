"""The run directory, format 1: where each fact of a run lies, and how it is written so that it is never half there.

Standard library only: the supervisor uses it. Each file has one writer; small files appear whole, by rename.
"""

import contextlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST = "run.json"
EXIT = "exit.json"
BEAT = "beat.json"
LOG = "log"
SOURCE = "source.json"
"""Where the log of an attached run comes from."""
ATTACHED = "attached"
"""The ``engine`` of a run that was running already when watching it began."""
PATCH = "code/diff.patch"
UNFINISHED = ".new-"
"""What the name of a directory begins with while its launch is being prepared."""
BEAT_SECONDS = 10.0
UNFINISHED_SECONDS = 3600.0
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_RESERVE = ".exit.reserve"
_RESERVED_BYTES = 8192


def new_id(now: float) -> str:
    """A new run id, ``YYMMDD-HHMMSS-xxxx``: local start time and four random base32 characters."""
    stamp = time.strftime("%y%m%d-%H%M%S", time.localtime(now))
    return stamp + "-" + "".join(secrets.choice(_BASE32) for _ in range(4))


def sweep(runs_folder: Path, now: float) -> None:
    """Take away what launches left that were killed before they were complete; nothing was started from those."""
    for folder in runs_folder.glob(f"{UNFINISHED}*"):
        with contextlib.suppress(OSError):
            if now - folder.stat().st_mtime > UNFINISHED_SECONDS:
                shutil.rmtree(folder)


def attempt_folder(directory: Path, attempt: int) -> Path:
    """The folder of one execution of a run."""
    return directory / f"attempt-{attempt}"


def latest_attempt(directory: Path) -> int:
    """The number of the newest attempt folder, 0 when there is none."""
    numbers = [0]
    try:
        numbers += [
            int(name[8:]) for name in os.listdir(directory) if name.startswith("attempt-") and name[8:].isdecimal()
        ]
    except OSError:
        pass
    return max(numbers)


def latest_folder(directory: Path) -> Path:
    """The folder of the newest attempt, or of the first while there is none."""
    return attempt_folder(directory, max(1, latest_attempt(directory)))


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file; None while there is none, or none that can be read."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def write_json(path: Path, value: dict[str, Any], *, durable: bool = True) -> None:
    """Write a JSON file by rename; with ``durable`` it is on the disk when this returns."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # a file name or an argument may hold bytes that are no text: "?" stands for those
        with temporary.open("w", encoding="utf-8", errors="replace") as file:
            json.dump(value, file, ensure_ascii=False)
            file.write("\n")
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def is_waiting(beat: Mapping[str, Any] | None) -> bool:
    """Whether a beat is that of a run in the queue for GPUs, whose command has not been started."""
    return bool(beat and beat.get("waiting") and not beat.get("pid"))


def reserve_exit(folder: Path) -> None:
    """Set space aside for the exit record, so that it can be written when the training has filled the disk."""
    with (folder / _RESERVE).open("wb") as file:
        file.write(b" " * _RESERVED_BYTES)
        file.flush()
        os.fsync(file.fileno())


def write_exit(folder: Path, record: dict[str, Any]) -> None:
    """Write the exit record once, durably, into the space set aside for it where there is one."""
    text = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")
    reserve = folder / _RESERVE
    if len(text) >= _RESERVED_BYTES or not reserve.exists():
        write_json(folder / EXIT, record)
        return
    with reserve.open("r+b") as file:
        file.write(text + b"\n")
        file.flush()
        file.truncate()
        os.fsync(file.fileno())
    reserve.replace(folder / EXIT)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable; filesystems that cannot do so are left as they are."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def stop_requests(folder: Path) -> Iterator[dict[str, Any]]:
    """The records of who asked this execution to stop, oldest first."""
    for path in sorted(folder.glob("stop-*.json")):
        record = read_json(path)
        if record:
            yield record
