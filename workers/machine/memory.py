"""Evidence of memory running out, as far as an ordinary user can read it; standard library only.

The kernel counts its out-of-memory kills in ``oom_kill`` of /proc/vmstat (whole machine) and in each memory
cgroup (``memory.events`` of cgroup v2, ``memory.oom_control`` of v1); where the kernel log can be read it names
the victim.
"""

import os
import re
from typing import Any

_CGROUP = "/sys/fs/cgroup"


def snapshot(pid: int) -> dict[str, Any]:
    """The counters that matter at this moment, for the machine and for the cgroup of ``pid``.

    Keys: ``oom_kills`` (machine), ``cgroup`` (path), ``cgroup_oom_kills``, ``available`` (bytes); a key is
    missing where it cannot be read.
    """
    found: dict[str, Any] = {}
    kills = _number_after("/proc/vmstat", "oom_kill")
    if kills is not None:
        found["oom_kills"] = kills
    available = _number_after("/proc/meminfo", "MemAvailable:")
    if available is not None:
        found["available"] = available * 1024
    for file, path in _cgroup_files(pid):
        kills = _number_after(file, "oom_kill")
        if kills is not None:
            found["cgroup"] = path
            found["cgroup_oom_kills"] = kills
            break
    return found


def cgroup_kills(path: str) -> int | None:
    """The out-of-memory kills counted in the memory cgroup at ``path``, which its process may have left by dying."""
    for file in (f"{_CGROUP}/memory{path}/memory.oom_control", f"{_CGROUP}{path}/memory.events"):
        kills = _number_after(file, "oom_kill")
        if kills is not None:
            return kills
    return None


def kernel_log_names(pid: int) -> str | None:
    """The line of the kernel log that says ``pid`` was killed for memory; None where there is none to read."""
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
            if wanted.search(record):
                found = record.split(";", 1)[-1].splitlines()[0].strip()
    finally:
        os.close(log)


def _cgroup_files(pid: int) -> list[tuple[str, str]]:
    try:
        with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    files = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        path = "" if path == "/" else path
        if controllers == "memory":
            files.append((f"{_CGROUP}/memory{path}/memory.oom_control", path))
        elif not controllers:
            files.append((f"{_CGROUP}{path}/memory.events", path))
            files.append((f"{_CGROUP}/unified{path}/memory.events", path))
    return files


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
