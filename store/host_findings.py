"""What is wrong with the rest of a machine: memory that is short, swap that grows, disks that fill up."""

from collections.abc import Iterator, Mapping
from typing import Any

from store.machines import Reading
from store.symptoms import Finding, Length, Level, Moment, Size, number, text

HOST_STALE_SECONDS = 60.0
DISKS_STALE_SECONDS = 900.0
SWAP_GROWTH_BYTES = 256 << 20
"""How much swap must have grown within ten minutes before it is said."""
SHARED_MEMORY = "/dev/shm"
_FULL_SOON_SECONDS = 3 * 86400.0
_FULL_VERY_SOON_SECONDS = 43200.0
_SMALL_SHARED_MEMORY = 1 << 30
_FEW_INODES = 10_000

WORDS = {
    "memory_low": "{host} has only {free} of its {total} of memory left. When it is used up, the kernel ends a "
    "process, often the training.",
    "memory_pressure": "Memory is short on {host}: programs wait for it {share} % of the time, and all get slower.",
    "swap": "{host} moves memory to its disk: {used} of swap are in use, and it grows. Jobs become very slow.",
    "shm_full": "/dev/shm of {host} is nearly full ({free} of {total} left): data loaders with workers die of that. "
    "What ended jobs left in it can be deleted.",
    "shm_small": "/dev/shm of {host} is only {total} large: data loaders with workers die of that. Start the container "
    "with --shm-size=16g or --ipc=host.",
    "disk_full": "The disk of {path} is nearly full: {free} of {total} left.",
    "disk_filling": "The disk of {path} will be full in about {left} ({full_at}) if it goes on like this: {free} left, "
    "{per_day} more are used each day.",
    "disk_silent": "The disk of {path} does not answer. Whatever touches it hangs: check the network, or the server "
    "that it comes from.",
    "inodes": "The disk of {path} can take only {count} more files, though bytes are free. Delete or pack small files.",
}


def find_host(reading: Reading, now: float, *, swap_growth: float = 0.0) -> Iterator[Finding]:
    """Memory and swap; nothing where the reading is older than a minute."""
    if now - reading.as_of > HOST_STALE_SECONDS:
        return
    data, host = reading.data, reading.host
    subject = f"host:{host}"
    total, free = number(data.get("memory_total")), number(data.get("memory_available"))
    if total and free is not None and free < 0.05 * total:
        values = {"host": host, "free": Size(free), "total": Size(total)}
        level: Level = "bad" if free < 0.02 * total else "warn"
        yield Finding("memory_low", level, subject, WORDS["memory_low"], values)
    pressure = number(data.get("pressure"))
    if pressure is not None and pressure >= 20:
        values = {"host": host, "share": f"{pressure:.0f}"}
        level = "bad" if pressure >= 60 else "warn"
        yield Finding("memory_pressure", level, subject, WORDS["memory_pressure"], values)
    swap = number(data.get("swap_used"))
    if swap and swap_growth >= SWAP_GROWTH_BYTES:
        values = {"host": host, "used": Size(swap)}
        yield Finding("swap", "warn", subject, WORDS["swap"], values)


def find_disks(reading: Reading, now: float) -> Iterator[Finding]:
    """Disks that are nearly full or soon will be; nothing where the reading is older than a quarter of an hour."""
    if now - reading.as_of > DISKS_STALE_SECONDS:
        return
    for disk in reading.data.get("disks") or ():
        if text(disk, "path") == SHARED_MEMORY or text(disk, "label") == "shared memory":
            yield from _find_shared_memory(disk, reading.host)
        else:
            yield from _find_disk(disk, reading.host, now)


def _find_shared_memory(disk: Mapping[str, Any], host: str) -> Iterator[Finding]:
    total, free = number(disk.get("total")), number(disk.get("free"))
    if not total or free is None:
        return
    subject = f"disk:{host}:{SHARED_MEMORY}"
    values = {"host": host, "free": Size(free), "total": Size(total)}
    if free < 0.1 * total:
        yield Finding("shm_full", "bad" if free < 0.02 * total else "warn", subject, WORDS["shm_full"], values)
    elif total < _SMALL_SHARED_MEMORY:
        yield Finding("shm_small", "note", subject, WORDS["shm_small"], values)


def _find_disk(disk: Mapping[str, Any], host: str, now: float) -> Iterator[Finding]:
    """Full by what is left, else by when it will be: a large disk with 5 % left still has room for days."""
    total, free = number(disk.get("total")), number(disk.get("free"))
    path = text(disk, "path")
    subject = f"disk:{host}:{path}"
    if "does not answer" in text(disk, "note"):
        yield Finding("disk_silent", "bad", subject, WORDS["disk_silent"], {"path": path})
    if not total or free is None:
        return
    full_at, per_day = number(disk.get("full_at")), number(disk.get("per_day"))
    values = {"path": path, "free": Size(free), "total": Size(total)}
    if free < min(0.05 * total, 20 << 30):
        level: Level = "bad" if free < min(0.01 * total, 2 << 30) else "warn"
        yield Finding("disk_full", level, subject, WORDS["disk_full"], values)
    elif full_at is not None and per_day and full_at - now < _FULL_SOON_SECONDS:
        left = max(0.0, full_at - now)
        level = "bad" if left < _FULL_VERY_SOON_SECONDS else "warn"
        told = values | {"left": Length(left), "full_at": Moment(full_at), "per_day": Size(per_day)}
        yield Finding("disk_filling", level, subject, WORDS["disk_filling"], told)
    inodes = number(disk.get("inodes_free"))
    if inodes is not None and inodes < _FEW_INODES:
        told = {"path": path, "count": f"{inodes:,.0f}"}
        yield Finding("inodes", "bad" if inodes < 100 else "warn", subject, WORDS["inodes"], told)
