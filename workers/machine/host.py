"""The machine itself as /proc shows it: load, memory, swap, pressure, time since boot."""

import os
from pathlib import Path
from typing import Any

from workers.machine import processes

_NO_PRESSURE = "this kernel keeps no pressure figures (PSI)"
_MEMORY = {
    b"MemTotal": "memory_total",
    b"MemAvailable": "memory_available",
    b"SwapTotal": "swap_total",
    b"SwapFree": "swap_free",
    b"Shmem": "shm_used",
}


class Host:
    """Looks at the machine, again and again: its CPU share is what happened between two looks."""

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = str(proc)
        self._cores = os.cpu_count() or 1
        self._boot_id = processes.boot_id() or None
        self._before: tuple[int, int] | None = None

    def look(self) -> dict[str, Any]:
        """The HOST reading: bytes, per cent, seconds; what is null has its reason in ``missing``."""
        missing: dict[str, str] = {}
        data: dict[str, Any] = {"cpu": self._cpu(missing), "cores": self._cores, "load": self._load(missing)}
        data |= self._memory(missing)
        data["pressure"] = self._pressure(missing)
        data["boot_id"] = self._boot_id
        data["uptime"] = self._uptime(missing)
        if self._boot_id is None:
            missing["boot_id"] = "this kernel gives no boot id"
        data["missing"] = missing
        return data

    def _cpu(self, missing: dict[str, str]) -> float | None:
        """Per cent of all cores that were busy since the last look."""
        text = self._read("stat", "cpu", missing)
        if text is None:
            return None
        words = text.split(b"\n", 1)[0].split()
        if len(words) < 5 or words[0] != b"cpu":
            missing["cpu"] = f"{self._proc}/stat does not begin with the times of the CPU"
            return None
        times = [int(word) for word in words[1:9]]  # what guests take is in the first two already
        total, idle = sum(times), times[3] + (times[4] if len(times) > 4 else 0)
        before, self._before = self._before, (total, idle)
        if before is None or total <= before[0]:
            missing["cpu"] = "known from the second look on"
            return None
        share = 1 - (idle - before[1]) / (total - before[0])
        return round(100 * min(1.0, max(0.0, share)), 1)

    def _load(self, missing: dict[str, str]) -> list[float] | None:
        text = self._read("loadavg", "load", missing)
        return None if text is None else [float(word) for word in text.split()[:3]]

    def _memory(self, missing: dict[str, str]) -> dict[str, int | None]:
        found: dict[str, int] = {}
        reasons: dict[str, str] = {}
        text = self._read("meminfo", "memory", reasons)
        for line in (text or b"").split(b"\n"):
            name, _, value = line.partition(b":")
            if name in _MEMORY:
                found[_MEMORY[name]] = int(value.split()[0]) * 1024
        data: dict[str, int | None] = {
            name: found.get(name) for name in ("memory_total", "memory_available", "swap_total")
        }
        data["swap_used"] = None
        if "swap_total" in found and "swap_free" in found:
            data["swap_used"] = found["swap_total"] - found["swap_free"]
        data["shm_used"] = found.get("shm_used")
        for field, figure in data.items():
            if figure is None:
                missing[field] = reasons.get("memory", f"{self._proc}/meminfo does not say")
        return data

    def _pressure(self, missing: dict[str, str]) -> float | None:
        """Per cent of the last ten seconds in which some task waited for memory."""
        text = self._read("pressure/memory", "pressure", missing)
        if text is None:
            missing["pressure"] = _NO_PRESSURE
            return None
        for line in text.split(b"\n"):
            if line.startswith(b"some avg10="):
                return float(line[11:].split()[0])
        missing["pressure"] = _NO_PRESSURE
        return None

    def _uptime(self, missing: dict[str, str]) -> float | None:
        text = self._read("uptime", "uptime", missing)
        return None if text is None else float(text.split()[0])

    def _read(self, name: str, field: str, missing: dict[str, str]) -> bytes | None:
        try:
            with open(f"{self._proc}/{name}", "rb", buffering=0) as file:
                text = file.read(4096) or b""  # of /proc/stat the first line; a hundred cores fill many pages
                if text:
                    return text
        except OSError as error:
            missing[field] = f"cannot read {self._proc}/{name}: {error.strerror}"
            return None
        missing[field] = f"{self._proc}/{name} is empty"
        return None
