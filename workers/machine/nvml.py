"""All GPUs of this machine, sampled through one long session with NVIDIA's library (NVML).

Nothing but the modules `nvml*` here reads `pynvml`. A machine without a GPU, a driver that was upgraded under us, a
container that lost its GPUs and a GPU that fell off the bus are ordinary answers, each with words of its own.
"""

from __future__ import annotations

import os
import threading
import time
from ctypes import byref, c_int, c_uint, c_void_p, create_string_buffer

from workers.machine import nvml_library
from workers.machine.nvml_gpu import Gpu, in_trouble
from workers.machine.nvml_library import DriverGone, GpuTrouble, Library, NvmlFailure, check, words
from workers.machine.nvml_processes import ProcessLists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FORMAT = 1
OK = "ok"
NO_LIBRARY = "no_library"
LOOK_SECONDS = 10.0  # how often to look for GPUs that are in trouble
REOPEN_SECONDS = 60.0  # how long a GPU must be lost until the session is begun anew to find it; doubles
REOPEN_LIMIT = 600.0
_CLOSE_SECONDS = 5.0  # to wait for who waits for events; it may hang

_CONTAINER = (
    "container",
    "This container has lost its GPUs (NVML: unknown error). Restart the container; on the host, a reload of systemd "
    "takes devices away from containers.",
)
_REASONS = {
    nvml_library.LIBRARY_NOT_FOUND: (NO_LIBRARY, "No NVIDIA driver is installed: this machine has no NVIDIA GPU."),
    nvml_library.DRIVER_NOT_LOADED: (
        "no_driver",
        "NVIDIA's library is here, but its kernel module is not loaded: reboot, or install the driver again.",
    ),
    nvml_library.VERSION_MISMATCH: (
        "mismatch",
        "The NVIDIA driver was upgraded: its library and the running kernel module differ. Running jobs go on; "
        "new ones cannot use a GPU until the machine is rebooted.",
    ),
    nvml_library.NO_PERMISSION: (
        "no_permission",
        "No permission to ask the NVIDIA driver: check who may open /dev/nvidiactl (group video or render).",
    ),
}


def is_container() -> bool:
    """Whether this process seems to be in a container."""
    marks = ("/.dockerenv", "/run/.containerenv")
    return "container" in os.environ or any(os.path.exists(mark) for mark in marks)  # noqa: PTH110


def machine_memory(path: str = "/proc/meminfo") -> tuple[int, int] | None:
    """Total and used bytes of the machine's own memory; None where it cannot be read."""
    found = {}
    try:
        with open(path, "rb") as file:
            for line in file:
                name, _, rest = line.partition(b":")
                if name in (b"MemTotal", b"MemAvailable"):
                    found[name] = int(rest.split()[0]) * 1024
        return found[b"MemTotal"], found[b"MemTotal"] - found[b"MemAvailable"]
    except (OSError, KeyError, ValueError, IndexError):
        return None


class Nvml:
    """One session with the driver; `sample` never raises for what can be wrong with GPUs, it says it."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        container: bool | None = None,
        memory: Callable[[], tuple[int, int] | None] = machine_memory,
    ) -> None:
        self.clock = clock
        self.monotonic = monotonic
        self.container = is_container() if container is None else container
        self.memory = memory
        self.library: Library | None = None
        self.known: dict[str, dict[str, Any]] = {}  # identity of every GPU seen, by UUID, for when it is lost
        self.gpus: list[Gpu] = []
        self.silent: dict[int, GpuTrouble] = {}  # GPUs that never said who they are, by index
        self.troubles: dict[str, GpuTrouble] = {}  # why a known GPU has no handle, by UUID
        self.all_in_error = False
        self.driver: str | None = None
        self.cuda: str | None = None
        self.next_look = self.next_reopen = 0.0
        self.reopen_after = REOPEN_SECONDS
        self.session = 0  # grows with each session: event sets of an older one are void
        self.waiting = threading.Lock()  # held by who waits for events of the session
        self.closing = False

    def open(self) -> None:
        """Begin a session and find the GPUs; raises `NvmlFailure`."""
        binding = nvml_library.import_binding()
        library = Library(binding)
        try:
            library.open()
        except binding.NVMLError as error:
            raise self._failure(error.value) from None
        self.library = library
        self.session += 1
        try:
            self.driver, self.cuda = self._read_versions(library)
            self.lists = ProcessLists(library, self.driver)
            self._find(library)
        except (NvmlFailure, DriverGone):
            self.close()
            raise
        if not self.known and not self.silent:
            raise NvmlFailure("no_gpu", "The NVIDIA driver is loaded, but it finds no GPU.")

    def close(self) -> None:
        """End the session, if there is one, when nobody waits for its events any more."""
        library, self.library, self.gpus, self.silent = self.library, None, [], {}
        if not library:
            return
        self.closing = True
        held = self.waiting.acquire(timeout=_CLOSE_SECONDS)
        try:
            library.close()
        finally:
            self.closing = False
            if held:
                self.waiting.release()

    def sample(self) -> dict[str, Any]:
        """One sample: `status`, `reason`, and a dict for each GPU (the sampler's line format)."""
        began, at = self.monotonic(), self.clock()
        status, reason, gpus = OK, None, []
        try:
            gpus = self._read(began, int(at * 1e6))
        except NvmlFailure as failure:
            status, reason = failure.status, failure.reason
        return {
            "kind": "sample",
            "format": FORMAT,
            "at": at,
            "seconds": round(self.monotonic() - began, 6),
            "status": status,
            "reason": reason,
            "driver": self.driver,
            "cuda": self.cuda,
            "count": len(gpus),
            "gpus": gpus,
        }

    def _read(self, now: float, microseconds: int) -> list[dict[str, Any]]:
        for last in (False, True):
            try:
                return self._read_session(now, microseconds)
            except DriverGone:  # the next session tells why
                self.close()
                if last:
                    break
            except NvmlFailure:
                self.close()
                raise
        raise NvmlFailure("failed", "The NVIDIA driver begins a session, and then denies it.")

    def _read_session(self, now: float, microseconds: int) -> list[dict[str, Any]]:
        if self.library is None:
            self.open()
        elif now >= self.next_look:
            self._look(now)
        assert self.library is not None
        samples = [gpu.sample(now, microseconds) for gpu in self.gpus]
        here = {sample["uuid"] for sample in samples}
        samples += [
            in_trouble({"index": index, "uuid": None, "name": None, "pci": None}, trouble.kind, trouble.note)
            for index, trouble in self.silent.items()
        ]
        samples += [
            in_trouble(identity, "lost", nvml_library.LOST) for uuid, identity in self.known.items() if uuid not in here
        ]
        samples.sort(key=lambda sample: (sample["index"], sample["trouble"] is not None))
        self.all_in_error = all(sample["trouble"] == "error" for sample in samples)
        if not any(sample["trouble"] for sample in samples):
            self.next_look, self.next_reopen, self.reopen_after = now + LOOK_SECONDS, 0.0, REOPEN_SECONDS
        return samples

    def _look(self, now: float) -> None:
        """Look again for what is in trouble; after a while in a new session, for this one may never find it."""
        self.next_look = now + LOOK_SECONDS
        if not self.next_reopen:
            self.next_reopen = now + self.reopen_after
        if now >= self.next_reopen or self.all_in_error:
            self.reopen_after = min(2 * self.reopen_after, REOPEN_LIMIT)
            self.next_reopen = now + self.reopen_after
            self.close()
            self.open()
        else:
            assert self.library is not None
            self._find(self.library)

    def _find(self, library: Library) -> None:
        """Make a handle for each GPU that the driver counts."""
        count = c_uint()
        code = library.function("nvmlDeviceGetCount_v2")(byref(count))
        if code in (nvml_library.UNINITIALISED, nvml_library.VERSION_MISMATCH, nvml_library.DRIVER_NOT_LOADED):
            raise DriverGone
        if code:
            raise self._failure(code)
        kept = {gpu.identity["uuid"]: gpu for gpu in self.gpus}
        self.gpus, self.silent, self.troubles = [], {}, {}
        get = library.function("nvmlDeviceGetHandleByIndex_v2")
        for index in range(count.value):
            handle = c_void_p()
            try:
                code = get(c_uint(index), byref(handle))
                check(code)
                if code:
                    raise GpuTrouble("error", f"The GPU does not answer: {words(code)}.")
                gpu = Gpu(library, self.lists, handle, self.memory)
                gpu.identify(index)
            except GpuTrouble as trouble:
                known = self._known_as(index)
                if known is None:
                    self.silent[index] = trouble
                elif known in kept:
                    self.gpus.append(kept[known])
                else:
                    self.troubles[known] = trouble
                continue
            uuid = gpu.identity["uuid"]
            self.known[uuid] = gpu.identity
            before = kept.get(uuid)
            if before and before.handle.value == handle.value:
                before.identity = gpu.identity
                gpu = before
            self.gpus.append(gpu)

    def _known_as(self, index: int) -> str | None:
        """The UUID of the GPU that had this index when it last answered."""
        return next((uuid for uuid, identity in self.known.items() if identity["index"] == index), None)

    def _read_versions(self, library: Library) -> tuple[str | None, str | None]:
        room, number = create_string_buffer(96), c_int()
        code = library.function("nvmlSystemGetDriverVersion")(room, c_uint(len(room)))
        driver = None if code else room.value.decode("ascii", "replace")
        code = library.function("nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion")(byref(number))
        return driver, None if code else f"{number.value // 1000}.{number.value % 1000 // 10}"

    def _failure(self, code: int) -> NvmlFailure:
        if code == nvml_library.UNKNOWN and self.container:
            return NvmlFailure(*_CONTAINER)
        return NvmlFailure(*_REASONS.get(code, ("failed", f"NVIDIA's library does not start: {words(code)}.")))
