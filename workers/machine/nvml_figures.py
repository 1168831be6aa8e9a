"""The figures of one GPU: read into buffers that are kept, each one on its own able to be missing."""

from __future__ import annotations

from ctypes import Structure, byref, c_int, c_uint, c_ulonglong

from workers.machine.nvml_library import ABSENT, HARMLESS, check, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import c_void_p
    from typing import Any

    from workers.machine.nvml_library import Function, Library

    Call = tuple[str, Function, tuple[Any, ...], Any, float]

RATES = ("utilisation", "memory_utilisation")
MEMORY = ("memory_used", "memory_total", "memory_reserved")
REMAPPED = ("remapped_correctable", "remapped_uncorrectable", "remap_pending", "remap_failed")
# Bits of nvmlClocksEventReasons (nvml.h), from the lowest.
THROTTLE = (
    *("gpu_idle", "applications_clocks", "sw_power_cap", "hw_slowdown", "sync_boost"),
    *("sw_thermal", "hw_thermal", "power_brake", "display_clock"),
)
_SHARED = "this GPU shares the machine's memory"
_NO_STATE = 32  # NVML_PSTATE_UNKNOWN


# As in nvml.h. The binding's own structures turn text on every access to a field, which costs more than the calls.


class _Older(Structure):
    _fields_ = (("total", c_ulonglong), ("free", c_ulonglong), ("used", c_ulonglong))


class _Newer(Structure):
    _fields_ = (("version", c_uint), *((name, c_ulonglong) for name in ("total", "reserved", "free", "used")))


class _Rates(Structure):
    _fields_ = (("gpu", c_uint), ("memory", c_uint))


class _Degrees(Structure):
    _fields_ = (("version", c_uint), ("sensor", c_uint), ("degrees", c_int))


class Reading:
    """What one sample has so far: the values, why some are missing, and the codes that speak of a broken GPU."""

    __slots__ = ("broken", "missing", "values")

    def __init__(self, values: dict[str, Any], missing: dict[str, str]) -> None:
        self.values = values
        self.missing = missing
        self.broken: list[int] = []


class Memory:
    """Memory of a GPU or of a part of it: by the newer call, which tells reserved from used, else by the older one."""

    def __init__(self, library: Library, handle: c_void_p) -> None:
        self.handle = handle
        self.older = _Older()
        self.newer = _Newer()
        self.newer.version = library.binding.nvmlMemory_v2
        self.at_older, self.at_newer = byref(self.older), byref(self.newer)
        self.call_older = library.function("nvmlDeviceGetMemoryInfo")
        self.call_newer = library.function("nvmlDeviceGetMemoryInfo_v2")

    def read(self) -> tuple[int, int, int, int | None]:
        """NVML's code, then bytes: total, used, reserved (None where the driver counts it as used)."""
        code = self.call_newer(self.handle, self.at_newer)
        if code not in ABSENT:
            return code, self.newer.total, self.newer.used, self.newer.reserved
        code = self.call_older(self.handle, self.at_older)
        return code, self.older.total, self.older.used, None


class Figures:
    """Reads one GPU; `machine_memory` gives total and used bytes for a GPU that has no memory of its own."""

    def __init__(
        self, library: Library, handle: c_void_p, machine_memory: Callable[[], tuple[int, int] | None]
    ) -> None:
        self.handle = handle
        self.machine_memory = machine_memory
        self.absent: dict[str, str] = {}  # not supported: not asked for until the next slow look
        function = library.function
        self.figure, self.large = c_uint(), c_ulonglong()
        figure, large = byref(self.figure), byref(self.large)

        def small(field: str, name: str, *kind: int, unit: float = 1) -> Call:
            return field, function(name), (handle, *kind, figure), self.figure, unit

        self.fast = [
            small("power", "nvmlDeviceGetPowerUsage", unit=0.001),
            small("clock_sm", "nvmlDeviceGetClockInfo", 1),
            small("clock_memory", "nvmlDeviceGetClockInfo", 2),
        ]
        errors = function("nvmlDeviceGetTotalEccErrors")
        self.slow: list[Call] = [
            small("fan", "nvmlDeviceGetFanSpeed"),
            small("performance_state", "nvmlDeviceGetPerformanceState"),
            ("ecc_uncorrected", errors, (handle, 1, 0, large), self.large, 1),
            ("ecc_corrected", errors, (handle, 0, 0, large), self.large, 1),
        ]
        self.limits = [
            small("power_limit", "nvmlDeviceGetEnforcedPowerLimit", unit=0.001),
            small("clock_sm_max", "nvmlDeviceGetMaxClockInfo", 1),
        ]
        self.memory = Memory(library, handle)
        self.rates = _Rates()
        self.degrees = _Degrees()
        self.degrees.version = library.binding.nvmlTemperature_v1
        self.at_rates, self.at_degrees, self.at_figure, self.at_large = (
            *(byref(self.rates), byref(self.degrees)),
            *(figure, large),
        )
        self.call_rates = function("nvmlDeviceGetUtilizationRates")
        self.call_degrees = function("nvmlDeviceGetTemperatureV")
        self.call_temperature = function("nvmlDeviceGetTemperature")
        self.call_rows = function("nvmlDeviceGetRemappedRows")
        self.call_throttle = function(
            "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"
        )

    def read_fast(self, reading: Reading) -> None:
        """What changes from second to second."""
        values, missing = reading.values, reading.missing
        if "utilisation" not in missing:
            code = self.call_rates(self.handle, self.at_rates)
            if code:
                self._miss(reading, code, *RATES)
            else:
                values["utilisation"], values["memory_utilisation"] = self.rates.gpu, self.rates.memory
        self._read_memory(reading)
        if "temperature" not in missing:
            self._read_temperature(reading)
        self._read_calls(self.fast, reading)
        if "throttle" not in missing:
            code = self.call_throttle(self.handle, self.at_large)
            if code:
                self._miss(reading, code, "throttle")
            else:
                bits = self.large.value
                values["throttle"] = [name for bit, name in enumerate(THROTTLE) if bits >> bit & 1]

    def read_slow(self, reading: Reading) -> None:
        """What changes now and then; asks again for what was not supported."""
        self.absent = {}
        self._read_calls(self.slow, reading)
        if reading.values["performance_state"] == _NO_STATE:
            reading.values["performance_state"] = None
            reading.missing["performance_state"] = "the driver does not know it"
        rows = [c_uint() for _ in REMAPPED]
        code = self.call_rows(self.handle, *map(byref, rows))
        if code:
            self._miss(reading, code, *REMAPPED)
        else:
            corrected, uncorrected, pending, failed = (row.value for row in rows)
            values = (corrected, uncorrected, bool(pending), bool(failed))
            reading.values.update(zip(REMAPPED, values, strict=True))

    def read_limits(self, reading: Reading) -> None:
        """What only an administrator changes."""
        self._read_calls(self.limits, reading)

    def _miss(self, reading: Reading, code: int, *fields: str) -> None:
        check(code)
        for field in fields:
            reading.missing[field] = words(code)
            if code in ABSENT:
                self.absent[field] = reading.missing[field]
        if code not in HARMLESS:
            reading.broken.append(code)

    def _read_calls(self, calls: list[Call], reading: Reading) -> None:
        for field, function, arguments, target, unit in calls:
            if field in reading.missing:
                continue
            code = function(*arguments)
            if code:
                self._miss(reading, code, field)
            else:
                reading.values[field] = target.value if unit == 1 else round(target.value * unit, 3)

    def _read_temperature(self, reading: Reading) -> None:
        code = self.call_degrees(self.handle, self.at_degrees)
        degrees = self.degrees.degrees
        if code in ABSENT:
            code = self.call_temperature(self.handle, 0, self.at_figure)
            degrees = self.figure.value
        if code:
            self._miss(reading, code, "temperature")
        else:
            reading.values["temperature"] = degrees

    def _read_memory(self, reading: Reading) -> None:
        code, total, used, reserved = self.memory.read()
        values, missing = reading.values, reading.missing
        if code and code not in ABSENT:
            self._miss(reading, code, *MEMORY)
        elif code == 0 and total:
            values["memory_total"], values["memory_used"], values["memory_reserved"] = total, used, reserved
            if reserved is None:
                missing["memory_reserved"] = "this driver counts it as used"
        else:
            values["unified"] = True
            missing["memory_reserved"] = _SHARED
            machine = self.machine_memory()
            if machine:
                values["memory_total"], values["memory_used"] = machine
            else:
                missing["memory_total"] = missing["memory_used"] = f"{_SHARED}, which cannot be read"
