"""Evidence of memory running out, as far as an ordinary user can read it; standard library only.

The kernel counts its out-of-memory kills in ``oom_kill`` of /proc/vmstat (whole machine) and in each memory
cgroup (``memory.events`` of cgroup v2, ``memory.oom_control`` of v1); where the kernel log can be read it names
the victim.
"""

import os
import re
from typing import Any

_CGROUP = "/sys/fs/cgroup"


def snapshot(cgroup: str | None, root: str = _CGROUP) -> dict[str, Any]:
    """The counters that matter at this moment, for the machine and for the memory cgroup at path ``cgroup``.

    Keys: ``oom_kills`` (machine), ``available`` (bytes), ``cgroup`` and ``cgroup_oom_kills``; a key is missing
    where it cannot be read.
    """
    found: dict[str, Any] = {}
    kills = _number_after("/proc/vmstat", "oom_kill")
    if kills is not None:
        found["oom_kills"] = kills
    available = _number_after("/proc/meminfo", "MemAvailable:")
    if available is not None:
        found["available"] = available * 1024
    files = ("memory{}/memory.oom_control", "{}/memory.events", "unified{}/memory.events")  # v1, v2, both at once
    for file in files if cgroup is not None else ():
        kills = _number_after(f"{root}/{file.format(cgroup)}", "oom_kill")
        if kills is not None:
            return {**found, "cgroup": cgroup, "cgroup_oom_kills": kills}
    return found


def find_cgroup(pid: int) -> str | None:
    """The path of the memory cgroup that ``pid`` is in, empty for the root; None when it is gone."""
    try:
        with open(f"/proc/{pid}/cgroup", encoding="utf-8", errors="surrogateescape") as file:
            lines = [line.rstrip("\n").split(":", 2) for line in file]
    except OSError:
        return None
    paths = {controllers: path for _, controllers, path in lines}
    path = paths.get("memory", paths.get(""))
    return None if path is None else path.rstrip("/")


def kernel_log_names(pid: int, since: float = 0.0) -> str | None:
    """The line of the kernel log that says ``pid`` was killed for memory; None where there is none to read.

    ``since`` in seconds after boot: what was written before is about another process of that number.
    """
    try:
        log = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    wanted = re.compile(rf"[Kk]illed process {pid}\b")
    found = None
    try:
        while True:
            try:
                record = os.read(log, 8192).decode("utf-8", "replace")
            except BrokenPipeError:  # a record was overwritten while we read; the next read goes on
                continue
            except OSError:
                return found
            if not record:
                return found
            if wanted.search(record) and _second_of(record) >= since:
                found = record.split(";", 1)[-1].splitlines()[0].strip()
    finally:
        os.close(log)


def _second_of(record: str) -> float:
    """When a record of /dev/kmsg was written, in seconds after boot: the third field of its prefix, microseconds."""
    fields = record.split(";", 1)[0].split(",")
    return int(fields[2]) / 1e6 if len(fields) > 2 and fields[2].isdecimal() else 0.0


def _number_after(file: str, name: str) -> int | None:
    try:
        with open(file, encoding="ascii") as lines:
            for line in lines:
                words = line.split()
                if len(words) >= 2 and words[0] == name:
                    return int(words[1])
    except (OSError, ValueError, UnicodeDecodeError):
        return None
    return None
