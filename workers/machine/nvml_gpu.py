"""One GPU as NVML sees it: what never changes is asked once, what changes slowly now and then, the rest each time."""

from __future__ import annotations

from ctypes import byref, c_uint, c_void_p, create_string_buffer

from workers.machine.nvml_figures import MEMORY, RATES, REMAPPED, Figures, Memory, Reading
from workers.machine.nvml_library import ABSENT, FUNCTION_NOT_FOUND, GpuTrouble, check, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from workers.machine.nvml_library import Library
    from workers.machine.nvml_processes import ProcessLists

SLOW_SECONDS = 5.0
LIMITS_SECONDS = 60.0
BROKEN_AT = 3  # when so many figures fail for no reason of their own, it is the GPU

IDENTITY = ("index", "uuid", "name", "pci")
LIMITS = ("power_limit", "clock_sm_max")
FIELDS = (
    *RATES,
    *MEMORY,
    *("unified", "temperature", "power", "power_limit", "clock_sm", "clock_sm_max", "clock_memory", "fan"),
    *("performance_state", "throttle", "ecc_uncorrected", "ecc_corrected"),
    *REMAPPED,
    *("mig", "processes"),
)
_IN_MIG = "not told while the GPU is split into instances (MIG)"


def text(library: Library, name: str, handle: c_void_p) -> str:
    """What a function answers in writing; raises `GpuTrouble`."""
    room = create_string_buffer(128)
    code = library.function(name)(handle, room, c_uint(len(room)))
    check(code)
    if code:
        raise GpuTrouble("error", f"The driver does not say which GPU this is: {words(code)}.")
    return room.value.decode("utf-8", "replace")


class Instance:
    """A part of a GPU that is split (MIG), with memory and processes of its own."""

    def __init__(self, library: Library, index: int, handle: c_void_p) -> None:
        self.handle = handle
        self.memory = Memory(library, handle)
        self.index = index
        self.uuid = text(library, "nvmlDeviceGetUUID", handle)
        self.name = text(library, "nvmlDeviceGetName", handle).rsplit("MIG ", 1)[-1]
        self.skip: set[str] = set()

    def sample(self) -> dict[str, Any]:
        """Its memory now."""
        code, total, used, _ = self.memory.read()
        check(code)
        found = {"index": self.index, "uuid": self.uuid, "name": self.name}
        return {**found, "memory_used": None if code else used, "memory_total": None if code else total}


class Gpu:
    """Reads one GPU; `machine_memory` gives total and used bytes for a GPU that has no memory of its own."""

    def __init__(
        self,
        library: Library,
        lists: ProcessLists,
        handle: c_void_p,
        machine_memory: Callable[[], tuple[int, int] | None],
    ) -> None:
        self.library = library
        self.lists = lists
        self.handle = handle
        self.figures = Figures(library, handle, machine_memory)
        self.identity: dict[str, Any] = dict.fromkeys(IDENTITY)
        self.slow = Reading({}, {})
        self.next_slow = self.next_limits = -1.0
        self.since: int | None = None
        self.skip: set[str] = set()
        self.instances: list[Instance] | None = None

    def identify(self, index: int) -> None:
        """Ask which GPU this is; raises `GpuTrouble`."""
        self.identity["index"] = index
        self.identity["uuid"] = text(self.library, "nvmlDeviceGetUUID", self.handle)
        self.identity["name"] = text(self.library, "nvmlDeviceGetName", self.handle)
        info = self.library.binding.nvmlPciInfo_t()
        code = self.library.function("nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2")(self.handle, byref(info))
        check(code)
        if code == 0:
            bus = str(info.busId).lower()
            self.identity["pci"] = bus[4:] if bus.find(":") == 8 and bus.startswith("0000") else bus

    def sample(self, monotonic: float, microseconds: int) -> dict[str, Any]:
        """The GPU's figures now (wall clock in µs); raises `DriverGone`."""
        try:
            if monotonic >= self.next_slow:
                self._read_slow(monotonic)
            missing = {**self.slow.missing, **self.figures.absent}
            reading = Reading({**self.identity, "trouble": None, "note": None, **self.slow.values}, missing)
            self.figures.read_fast(reading)
            if len(reading.broken) >= BROKEN_AT:
                raise GpuTrouble("error", f"The GPU does not answer: {words(reading.broken[0])}.")
            if self.instances is None:
                self._read_processes(reading, microseconds)
            else:
                self._read_instances(reading, self.instances)
        except GpuTrouble as trouble:
            self.next_slow = self.next_limits = -1.0
            return in_trouble(self.identity, trouble.kind, trouble.note)
        reading.values["missing"] = missing
        return reading.values

    def _read_slow(self, monotonic: float) -> None:
        before = self.slow
        reading = Reading(dict.fromkeys(FIELDS), {})
        reading.values["unified"] = False
        self.figures.read_slow(reading)
        if monotonic >= self.next_limits:
            self.figures.read_limits(reading)
            self.next_limits = monotonic + LIMITS_SECONDS
        else:
            for name in LIMITS:
                reading.values[name] = before.values[name]
                if name in before.missing:
                    reading.missing[name] = before.missing[name]
        if self.identity["pci"] is None:
            reading.missing["pci"] = words(FUNCTION_NOT_FOUND)
        self.instances = self._find_instances()
        self.skip = set()
        self.slow = reading
        self.next_slow = monotonic + SLOW_SECONDS

    def _find_instances(self) -> list[Instance] | None:
        """The GPU's instances; None where it is not split."""
        now, later, count = c_uint(), c_uint(), c_uint()
        function = self.library.function
        code = function("nvmlDeviceGetMigMode")(self.handle, byref(now), byref(later))
        check(code)
        if code or now.value != 1:
            return None
        code = function("nvmlDeviceGetMaxMigDeviceCount")(self.handle, byref(count))
        check(code)
        get = function("nvmlDeviceGetMigDeviceHandleByIndex")
        found = []
        for index in range(0 if code else count.value):
            handle = c_void_p()
            code = get(self.handle, c_uint(index), byref(handle))
            check(code)
            if code == 0:
                found.append(Instance(self.library, index, handle))
        return found

    def _read_processes(self, reading: Reading, microseconds: int) -> None:
        if "processes" in reading.missing:
            return
        found, code = self.lists.read(self.handle, self.skip)
        if found is None:
            check(code)
            reading.missing["processes"] = words(code)
            if code in ABSENT:
                self.figures.absent["processes"] = words(code)
            return
        if found:
            if self.since is None or self.since > microseconds:  # the clock was set back
                self.since = microseconds - 1_000_000
            self.since, code = self.lists.add_utilisation(self.handle, found, self.since)
            if code:
                check(code)
                reading.missing["process_utilisation"] = words(code)
        self._list(reading, found.values())

    def _read_instances(self, reading: Reading, instances: list[Instance]) -> None:
        processes: list[dict[str, Any]] = []
        parts = []
        for instance in instances:
            part = instance.sample()
            parts.append(part)
            if part["memory_total"] is None:
                reading.missing["mig_memory"] = words(FUNCTION_NOT_FOUND)
            found, code = self.lists.read(instance.handle, instance.skip)
            if found is None:
                check(code)
                reading.missing["processes"] = words(code)
            for process in (found or {}).values():
                process["mig"] = instance.index
                processes.append(process)
        reading.values["mig"] = parts
        for name in RATES:
            if reading.values[name] is None:
                reading.missing[name] = _IN_MIG
        if processes:
            reading.missing["process_utilisation"] = _IN_MIG
        if "processes" not in reading.missing:
            self._list(reading, processes)

    def _list(self, reading: Reading, processes: Any) -> None:
        reading.values["processes"] = listed = list(processes)
        if any(process["memory"] is None for process in listed):
            reading.missing["process_memory"] = "the driver does not tell it here"


def in_trouble(identity: dict[str, Any], kind: str, note: str) -> dict[str, Any]:
    """A sample that says so: identity as last known, nothing else."""
    return {**identity, "trouble": kind, "note": note, **dict.fromkeys(FIELDS), "missing": {}}
