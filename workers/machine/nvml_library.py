"""NVIDIA's management library (NVML) as the real `pynvml` binding loads it, and its errors in words.

The functions are taken from the binding once and called with buffers that are kept: the binding's own wrappers make
new ones on each call, which costs more than the call itself.
"""

from __future__ import annotations

TYPE_CHECKING = False  # the module `typing` is memory that this process does not need
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Function = Callable[..., int]

# NVML's error codes (nvml.h, nvmlReturn_t).
UNINITIALISED = 1
NOT_SUPPORTED = 3
NO_PERMISSION = 4
NOT_FOUND = 6
TOO_SMALL = 7
DRIVER_NOT_LOADED = 9
LIBRARY_NOT_FOUND = 12
FUNCTION_NOT_FOUND = 13
GPU_LOST = 15
RESET_REQUIRED = 16
VERSION_MISMATCH = 18
BAD_VERSION = 25
UNKNOWN = 999

WORDS = {
    NOT_SUPPORTED: "not supported by this GPU",
    NO_PERMISSION: "no permission to read it",
    NOT_FOUND: "the driver has no figure for it",
    FUNCTION_NOT_FOUND: "not known to this version of the driver",
    GPU_LOST: "the GPU is lost",
    RESET_REQUIRED: "the GPU needs a reset",
    UNKNOWN: "the driver answers: unknown error",
}
ABSENT = frozenset((NOT_SUPPORTED, FUNCTION_NOT_FOUND, BAD_VERSION))  # stays so: not asked again for a while
HARMLESS = ABSENT | {NO_PERMISSION, NOT_FOUND}  # says nothing about the GPU's health

LOST = "The GPU is lost: the driver cannot reach it any more. Usually only a reboot brings it back."

_OURS = ("_nvmlGetFunctionPointer", "nvmlInit", "nvmlShutdown", "NVMLError", "nvmlMemory_v2")


class NvmlFailure(Exception):
    """NVML as a whole does not work: `status` as in a sample, and words for a person."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class DriverGone(Exception):
    """A call on a GPU said that the driver or our session with it is gone: begin anew."""


class GpuTrouble(Exception):
    """One GPU as a whole does not answer: `kind` as in a sample, and words for a person."""

    def __init__(self, kind: str, note: str) -> None:
        super().__init__(note)
        self.kind = kind
        self.note = note


def check(code: int) -> None:
    """Raise `GpuTrouble` or `DriverGone` for the codes that are about more than the one figure that was asked for."""
    if code == GPU_LOST:
        raise GpuTrouble("lost", LOST)
    if code == RESET_REQUIRED:
        raise GpuTrouble("reset_required", "The GPU needs a reset: `sudo nvidia-smi --gpu-reset`, or a reboot.")
    if code in (UNINITIALISED, VERSION_MISMATCH, DRIVER_NOT_LOADED):
        raise DriverGone


def words(code: int) -> str:
    """What an error code means for a reader."""
    return WORDS.get(code) or f"the driver answers with error {code}"


def import_binding() -> ModuleType:
    """Import the real binding; `NvmlFailure` when it is missing or another package has taken its name."""
    try:
        import pynvml  # type: ignore[import-untyped]
    except ImportError:
        reason = "The package nvidia-ml-py is not installed: start Machiai with `python3 -m app`, which installs it."
        raise NvmlFailure("failed", reason) from None
    module: ModuleType = pynvml
    if not all(hasattr(module, name) for name in _OURS):
        place = getattr(module, "__file__", None) or "an unknown place"
        raise NvmlFailure(
            "failed",
            f"Another package calls itself pynvml and hides NVIDIA's own ({place}). Remove it "
            "(`pip uninstall pynvml nvidia-ml-py3`), then `pip install --force-reinstall nvidia-ml-py`.",
        )
    return module


class Library:
    """The loaded library: its functions by name, each looked up once."""

    def __init__(self, binding: ModuleType) -> None:
        self.binding = binding
        self._functions: dict[str, Function | None] = {}

    def open(self) -> None:
        """Load the library and begin a session; raises the binding's `NVMLError`."""
        self.binding.nvmlInit()

    def close(self) -> None:
        """End the session; one that is broken already is as good as closed."""
        try:
            self.binding.nvmlShutdown()
        except self.binding.NVMLError:
            pass

    def function(self, *names: str) -> Function:
        """The first of these functions that this driver has; without any, one that answers so."""
        for name in names:
            if name not in self._functions:
                try:
                    self._functions[name] = self.binding._nvmlGetFunctionPointer(name)
                except self.binding.NVMLError:
                    self._functions[name] = None
            found = self._functions[name]
            if found:
                return found
        return _absent


def _absent(*_: Any) -> int:
    """Answer for a function that the driver does not have."""
    return FUNCTION_NOT_FOUND
