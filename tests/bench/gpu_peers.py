"""One and the same GPUs through the public calls of several monitors; run by each one's own Python, prints JSON.

``python gpu_peers.py NAME SAMPLES EVERY`` samples so many times, that many seconds apart, and tells the CPU time and
the calls of the driver's library that a sample took, what the last one said, and the memory of the process. Nothing
here is imported from Machiai but by the monitor of that name: another one's environment has none of it.
"""

import ctypes
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Figures = list[dict[str, Any]]
WARM_UP = 2


def open_machiai() -> Callable[[], Figures]:
    """Ours: a sample and its line of JSON, all that the sampler does between two pauses."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from workers.machine.gpu_sampler import Output
    from workers.machine.nvml import Nvml

    nvml = Nvml()
    output = Output(-1)

    def sample() -> Figures:
        taken = nvml.sample()
        output.encode(taken)
        return [
            {
                **{name: gpu[name] for name in ("index", "uuid", "name", "utilisation", "temperature", "fan")},
                "memory_used": gpu["memory_used"] >> 20,
                "memory_total": gpu["memory_total"] >> 20,
                "power": int(gpu["power"]),
                "processes": {str(process["pid"]): process["memory"] >> 20 for process in gpu["processes"]},
                "process_utilisation": {str(process["pid"]): process["utilisation"] for process in gpu["processes"]},
            }
            for gpu in taken["gpus"]
        ]

    return sample


def open_gpustat() -> Callable[[], Figures]:
    """gpustat: a query of all GPUs with their processes."""
    from gpustat import GPUStatCollection  # type: ignore[import-not-found]

    def sample() -> Figures:
        return [
            {
                "index": gpu.index,
                "uuid": gpu.uuid,
                "name": gpu.name,
                "utilisation": gpu.utilization,
                "temperature": gpu.temperature,
                "fan": gpu.fan_speed,
                "memory_used": gpu.memory_used,
                "memory_total": gpu.memory_total,
                "power": gpu.power_draw,
                "processes": {str(process["pid"]): process["gpu_memory_usage"] for process in gpu.processes},
            }
            for gpu in GPUStatCollection.new_query()
        ]

    return sample


def open_nvitop(*, hosts: bool = True) -> Callable[[], Figures]:
    """nvitop: snapshots of all devices and processes; without `hosts`, only what the driver knows of the processes."""
    from nvitop import Device, GpuProcess  # type: ignore[import-not-found]

    devices = Device.all()

    def sample() -> Figures:
        found = []
        for device in devices:
            snapshot = device.as_snapshot()
            processes = list(device.processes().values())
            listed: Any = GpuProcess.take_snapshots(processes, failsafe=True) if hosts else processes
            called = (lambda value: value) if hosts else (lambda value: value())
            found.append(
                {
                    "index": snapshot.index,
                    "uuid": snapshot.uuid,
                    "name": snapshot.name,
                    "utilisation": snapshot.gpu_utilization,
                    "temperature": snapshot.temperature,
                    "fan": snapshot.fan_speed,
                    "memory_used": snapshot.memory_used >> 20,
                    "memory_total": snapshot.memory_total >> 20,
                    "power": snapshot.power_usage // 1000,
                    "processes": {str(process.pid): called(process.gpu_memory) >> 20 for process in listed},
                    "process_utilisation": {str(process.pid): called(process.gpu_sm_utilization) for process in listed},
                }
            )
        return found

    return sample


PEERS: dict[str, Callable[[], Callable[[], Figures]]] = {
    "machiai": open_machiai,
    "gpustat": open_gpustat,
    "nvitop": open_nvitop,
    "nvitop, driver only": lambda: open_nvitop(hosts=False),
}


def kilobytes(field: str, file: str) -> int:
    """A figure of this process's own memory."""
    lines = Path(f"/proc/self/{file}").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))


def main(name: str, samples: int, every: float) -> dict[str, Any]:
    """Sample so often; what it cost."""
    sample = PEERS[name]()
    figures: Figures = []
    for _ in range(WARM_UP):
        figures = sample()
    import pynvml  # type: ignore[import-untyped]

    count = pynvml.nvmlLib.fakeNvmlCalls
    count.restype, count.argtypes = ctypes.c_ulonglong, [ctypes.c_char_p]
    costs, calls, walls = [], [], []
    for _ in range(samples):
        time.sleep(every)
        before, wall, called = time.process_time(), time.perf_counter(), count(None)
        figures = sample()
        costs.append(time.process_time() - before)
        walls.append(time.perf_counter() - wall)
        calls.append(count(None) - called)
    return {
        "cpu": statistics.mean(costs),
        "wall": statistics.mean(walls),
        "calls": statistics.mean(calls),
        "figures": figures,
        "rss": kilobytes("VmRSS", "status"),
        "pss": kilobytes("Pss", "smaps_rollup"),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
