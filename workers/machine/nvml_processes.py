"""The processes on a GPU, with memory and utilisation, as NVML lists them."""

from __future__ import annotations

from ctypes import byref, c_char, c_uint, c_ulonglong
from struct import Struct

from workers.machine import nvml_library
from workers.machine.nvml_library import NOT_FOUND, TOO_SMALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import c_void_p
    from typing import Any

    from workers.machine.nvml_library import Function, Library

_PROCESS = Struct("@IQII")  # nvmlProcessInfo_t: pid, bytes, GPU instance, compute instance
_SAMPLE = Struct("@IQIIII")  # nvmlProcessUtilizationSample_t: pid, µs, % of SM, memory, encoder, decoder
_NO_MEMORY = 2**64 - 1
_ROOM = 128

COMPUTE = "C"
GRAPHICS = "G"
BOTH = "C+G"
MPS = "M"
_KINDS = (
    (COMPUTE, "nvmlDeviceGetComputeRunningProcesses"),
    (GRAPHICS, "nvmlDeviceGetGraphicsRunningProcesses"),
    (MPS, "nvmlDeviceGetMPSComputeRunningProcesses"),
)


class _Records:
    """Room for what the driver writes; grows when it says that it needs more."""

    def __init__(self, record: Struct) -> None:
        self.record = record
        self.count = c_uint()
        self.at_count = byref(self.count)
        self._reserve(_ROOM)

    def _reserve(self, room: int) -> None:
        self.room = room
        data = bytearray(room * self.record.size)
        self.bytes = memoryview(data)
        self.nothing = bytes(len(data))
        self.at_data = byref((c_char * len(data)).from_buffer(data))

    def grow(self) -> None:
        """Make room for twice what the driver wants: processes start in between."""
        self._reserve(2 * self.count.value + _ROOM)

    def reset(self) -> None:
        """Tell the driver how much room there is, empty: some drivers say success and write nothing."""
        self.count.value = self.room
        self.bytes[:] = self.nothing

    def unpack(self) -> Any:
        """The records that were written, as tuples."""
        return self.record.iter_unpack(self.bytes[: self.count.value * self.record.size])


class ProcessLists:
    """Reads the processes of one GPU after another; the buffers are shared."""

    def __init__(self, library: Library, driver: str | None) -> None:
        versions = ("_v2", "_v3") if _has_wide_records(driver) else ("_v3", "_v2")
        self.lists: list[tuple[str, Function]] = [
            (kind, library.function(*(name + version for version in versions))) for kind, name in _KINDS
        ]
        self.utilisation = library.function("nvmlDeviceGetProcessUtilization")
        self.processes = _Records(_PROCESS)
        self.samples = _Records(_SAMPLE)

    def read(self, handle: c_void_p, skip: set[str]) -> tuple[dict[int, dict[str, Any]] | None, int]:
        """The processes by pid, and NVML's code; None where not even the compute processes can be read.

        Kinds that this GPU does not support are added to `skip`, and not asked for again while they are in it.
        """
        records = self.processes
        found: dict[int, dict[str, Any]] = {}
        for kind, function in self.lists:
            if kind in skip:
                continue
            code = TOO_SMALL
            for _ in range(4):
                records.reset()
                code = function(handle, records.at_count, records.at_data)
                if code != TOO_SMALL:
                    break
                records.grow()
            if code:
                if kind == COMPUTE:
                    return None, code
                if code in nvml_library.HARMLESS:
                    skip.add(kind)
                    continue
                return None, code
            for pid, memory, _, _ in records.unpack():
                used = None if memory == _NO_MEMORY else memory
                known = found.get(pid)
                if known is None:
                    found[pid] = {"pid": pid, "kind": kind, "memory": used, "utilisation": None, "mig": None}
                    continue
                if kind == GRAPHICS:
                    known["kind"] = BOTH
                known["memory"] = max(filter(None, (known["memory"], used)), default=known["memory"])
        return found, 0

    def add_utilisation(self, handle: c_void_p, found: dict[int, dict[str, Any]], since: int) -> tuple[int, int]:
        """Write each process's utilisation (%) since then (µs); the time of the newest sample, and NVML's code.

        The driver keeps a ring of samples that also has processes long gone and values of more than 100 %: those are
        left out. A process without a sample did nothing.
        """
        records = self.samples
        code = TOO_SMALL
        for _ in range(4):
            records.reset()
            code = self.utilisation(handle, records.at_data, records.at_count, c_ulonglong(since))
            if code != TOO_SMALL:
                break
            records.grow()
        if code not in (0, NOT_FOUND):
            return since, code
        for process in found.values():
            process["utilisation"] = 0
        newest: dict[int, int] = {}
        last = since
        for pid, time, busy, _, encoder, decoder in records.unpack() if code == 0 else ():
            if time <= since or pid not in found or busy > 100 or encoder > 100 or decoder > 100:
                continue
            if time >= newest.get(pid, 0):
                newest[pid] = time
                found[pid]["utilisation"] = busy
            if time > last:
                last = time
        return last, 0


def _has_wide_records(driver: str | None) -> bool:
    """Whether this driver's third list has records of another size than the binding knows: 535.43 to 535.98."""
    parts = (driver or "").split(".")
    if len(parts) < 2 or not (parts[0].isdigit() and parts[1].isdigit()):
        return False
    return parts[0] == "535" and int(parts[1]) < 104
