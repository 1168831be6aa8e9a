"""XID errors of GPUs, from the driver's events and from the kernel's log, each told once.

NVML does not report all of them (79, 119 and 120 never come that way), and does not say which process it was; the
kernel's log has both, but is often closed to ordinary users.
"""

from __future__ import annotations

import os
import re
from ctypes import byref, c_uint, c_ulonglong, c_void_p, cast

from workers.machine.nvml_library import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from workers.machine.nvml import Nvml
    from workers.machine.nvml_library import Library

KERNEL_LOG = "/dev/kmsg"
NVML = "nvml"
KERNEL = "kernel"
RETRY_SECONDS = 10.0
SAME_SECONDS = 10.0  # the two sources tell of one error within this time

_XID_EVENT = 8  # nvmlEventTypeXidCriticalError
_TIMEOUT = 10
_LINE = re.compile(r"NVRM: Xid \(PCI:([0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2})[^)]*\): (\d+)(?:, pid='?(\d+))?")
_RECORDS_AT_ONCE = 2000


def parse_kernel_line(line: str) -> dict[str, Any] | None:
    """An XID of a line of the kernel's log: `pci` (0000:61:00), `xid`, `pid` or None; None for any other line."""
    found = _LINE.search(line)
    if not found:
        return None
    domain, _, place = found[1].partition(":")
    pid = int(found[3]) if found[3] else None
    return {"pci": f"{domain[-4:]}:{place}".lower(), "xid": int(found[2]), "pid": pid or None}


class KernelLog:
    """The messages of the kernel that came since this was opened; nothing where it is not ours to read."""

    def __init__(self, path: str = KERNEL_LOG) -> None:
        self.rest = b""
        try:
            self.file: int | None = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            os.lseek(self.file, 0, os.SEEK_END)
        except OSError:
            self.file = None

    def read(self) -> list[dict[str, Any]]:
        """The XIDs in the messages that are new."""
        found = []
        for _ in range(_RECORDS_AT_ONCE if self.file is not None else 0):
            assert self.file is not None
            try:
                data = os.read(self.file, 8192)  # one message
            except BrokenPipeError:  # messages were overwritten before we read them; the next read goes on
                continue
            except OSError:  # nothing new
                break
            if not data:
                break
            *lines, self.rest = (self.rest + data).split(b"\n")
            for line in lines:
                if b"NVRM: Xid" in line:
                    xid = parse_kernel_line(line.decode("utf-8", "replace"))
                    if xid:
                        found.append(xid)
            self.rest = self.rest[-8192:]
        return found


class Pairs:
    """Tells whether an event is the other source's account of one that is known already."""

    def __init__(self) -> None:
        self.open: list[tuple[float, str, str | None, int]] = []

    def is_new(self, at: float, source: str, uuid: str | None, xid: int) -> bool:
        """Remember an event; False when the other source told of it."""
        self.open = [event for event in self.open if abs(at - event[0]) <= SAME_SECONDS]
        for event in self.open:
            if event[1] != source and event[2:] == (uuid, xid):
                self.open.remove(event)
                return False
        self.open.append((at, source, uuid, xid))
        return True


class XidEvents:
    """Waits for XIDs of the GPUs of an open `Nvml`; used from one thread of its own."""

    def __init__(self, nvml: Nvml, clock: Callable[[], float], kernel_log: str = KERNEL_LOG) -> None:
        self.nvml = nvml
        self.clock = clock
        self.kernel = KernelLog(kernel_log)
        self.pairs = Pairs()
        self.session = 0
        self.set: c_void_p | None = None
        self.not_before = 0.0
        self.registered: dict[int | None, bool] = {}  # by handle; False: this GPU tells no XIDs

    def wait(self, milliseconds: int) -> tuple[list[dict[str, Any]], bool]:
        """The events that came, and whether the driver was waited for that long: without it, the caller must."""
        found = []
        waited = False
        if not self.nvml.closing and self.nvml.waiting.acquire(blocking=False):
            try:
                code, named, xid = self._wait_for_driver(milliseconds)
            finally:
                self.nvml.waiting.release()
            waited = code in (0, _TIMEOUT)
            if xid is not None:
                found.append((NVML, named, xid, None))
        by_pci = {(identity["pci"] or "")[:10]: identity for identity in self._known()}
        kernel = [(KERNEL, by_pci.get(xid["pci"], {}), xid["xid"], xid["pid"]) for xid in self.kernel.read()]
        at = self.clock()
        return [  # the kernel's first: it knows the process
            {
                "kind": "xid",
                "at": at,
                "uuid": identity.get("uuid"),
                "index": identity.get("index"),
                "xid": xid,
                "pid": pid,
                "source": source,
            }
            for source, identity, xid, pid in (*kernel, *found)
            if self.pairs.is_new(at, source, identity.get("uuid"), xid)
        ], waited

    def _wait_for_driver(self, milliseconds: int) -> tuple[int | None, dict[str, Any], int | None]:
        """NVML's code (None without a session to wait in), and the GPU and number of an XID that came."""
        library = self.nvml.library
        if library is None or self.clock() < self.not_before or not self._register(library):
            return None, {}, None
        event = library.binding.c_nvmlEventData_t()
        function = library.function("nvmlEventSetWait_v2", "nvmlEventSetWait")
        code = function(self.set, byref(event), c_uint(milliseconds))
        if code not in (0, _TIMEOUT):
            self._give_up(library, code)
        if code or event.eventType != _XID_EVENT:
            return code, {}, None
        return code, self._named(event.device), int(event.eventData)

    def _give_up(self, library: Library, code: int) -> None:
        """Leave a set that cannot be waited for, as when one of its GPUs is lost; the next is made after a while."""
        library.function("nvmlEventSetFree")(self.set)
        self.set = None
        if code not in ABSENT:
            self.session, self.not_before = 0, self.clock() + RETRY_SECONDS

    def _known(self) -> list[dict[str, Any]]:
        return list(self.nvml.known.values())

    def _named(self, device: Any) -> dict[str, Any]:
        """The GPU of an event's handle."""
        handle = cast(device, c_void_p).value
        return next((gpu.identity for gpu in self.nvml.gpus if gpu.handle.value == handle), {})

    def _register(self, library: Library) -> bool:
        """Ask the driver for events of its GPUs, also of those that came back; whether there are any to wait for."""
        if self.session != self.nvml.session:
            self.session, self.set, self.registered = self.nvml.session, None, {}
            made = c_void_p()
            if library.function("nvmlEventSetCreate")(byref(made)) == 0:
                self.set = made
        for gpu in self.nvml.gpus if self.set is not None else ():
            if gpu.handle.value not in self.registered:
                kinds = c_ulonglong()
                code = library.function("nvmlDeviceGetSupportedEventTypes")(gpu.handle, byref(kinds))
                if code == 0 and kinds.value & _XID_EVENT:
                    register = library.function("nvmlDeviceRegisterEvents")
                    code = register(gpu.handle, c_ulonglong(_XID_EVENT), self.set)
                    self.registered[gpu.handle.value] = code == 0
                elif code in ABSENT or code == 0:
                    self.registered[gpu.handle.value] = False
        return self.set is not None and any(self.registered.values())
