"""The GPU sampler: a process of its own that asks NVIDIA's driver again and again, and says each answer in a line.

One JSON object a line on stdout, `kind` "sample" or "xid". A driver that hangs stops this process and nothing else:
who reads the lines sees the last one grow old. It ends when its parent is gone, and after one line on a machine
without NVIDIA's library.

Run by file: ``gpu_sampler.py [--once] [--every SECONDS] [--retry SECONDS] [--kernel-log PATH]``.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from json import JSONEncoder

if not __package__:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120

from workers.machine import xid_events
from workers.machine.nvml import NO_LIBRARY, OK, Nvml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EVERY_SECONDS = 1.0
RETRY_SECONDS = 10.0  # how often to try again where the driver does not work
SLOWEST_SECONDS = 60.0
CPU_SHARE = 0.005  # of one core
EVENT_MILLISECONDS = 1000
_SMOOTHING = 0.2


class Output:
    """Lines on a descriptor, each whole, from both threads; the process ends when nobody reads them."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.encode = JSONEncoder(separators=(",", ":")).encode
        self.lock = threading.Lock()

    def write(self, line: dict[str, Any]) -> None:
        """Write one line."""
        data = memoryview(self.encode(line).encode() + b"\n")
        with self.lock:
            try:
                while data:
                    data = data[os.write(self.descriptor, data) :]
            except OSError:
                os._exit(0)


class Pace:
    """When the next sample is due: as asked, or later when sampling costs more of a core than it may."""

    def __init__(self, every: float) -> None:
        self.every = every
        self.cost: float | None = None  # CPU seconds of a sample, smoothed

    def spend(self, seconds: float) -> None:
        """Learn what a sample cost."""
        self.cost = seconds if self.cost is None else self.cost + _SMOOTHING * (seconds - self.cost)

    @property
    def interval(self) -> float:
        """Seconds from the start of a sample to the start of the next."""
        return min(max(self.every, (self.cost or 0.0) / CPU_SHARE), max(self.every, SLOWEST_SECONDS))


class Sampler:
    """Samples until its parent is gone."""

    def __init__(self, nvml: Nvml, output: Output, every: float, retry: float, kernel_log: str) -> None:
        self.nvml = nvml
        self.output = output
        self.pace = Pace(every)
        self.retry = max(every, retry)
        self.kernel_log = kernel_log
        self.parent = os.getppid()

    def run(self) -> None:
        """Sample, say, wait."""
        events = None
        while True:
            began, cpu, session = time.monotonic(), time.thread_time(), self.nvml.session
            sample = self.nvml.sample()
            interval = self.pace.interval if sample["status"] == OK else self.retry
            sample["interval"] = round(interval, 3)
            self.output.write(sample)
            if session == self.nvml.session:  # the first sample of a session costs more, once
                self.pace.spend(time.thread_time() - cpu)
            if sample["status"] == NO_LIBRARY:
                return
            if events is None:
                events = threading.Thread(target=self.watch, name="events", daemon=True)
                events.start()
            time.sleep(max(0.0, began + interval - time.monotonic()))
            self.check_parent()

    def watch(self) -> None:
        """Say XIDs as they come, and end the process without its parent, also while a sample hangs."""
        events = xid_events.XidEvents(self.nvml, time.time, self.kernel_log)
        while True:
            found, waited = events.wait(EVENT_MILLISECONDS)
            for event in found:
                self.output.write(event)
            if not waited:
                time.sleep(EVENT_MILLISECONDS / 1000)
            self.check_parent()

    def check_parent(self) -> None:
        """End at once when the parent is gone: a call that hangs could keep an orderly end from coming."""
        if os.getppid() != self.parent:
            os._exit(0)


def main(arguments: list[str]) -> int:
    """Sample as asked; the exit code."""
    options: dict[str, float | str] = {
        "--every": EVERY_SECONDS,
        "--retry": RETRY_SECONDS,
        "--kernel-log": xid_events.KERNEL_LOG,
    }
    rest = [argument for argument in arguments if argument != "--once"]
    names, values = rest[::2], rest[1::2]
    try:
        if len(names) != len(values) or not options.keys() >= set(names):
            raise ValueError
        options.update(zip(names, values, strict=True))
        every, retry = float(options["--every"]), float(options["--retry"])
    except ValueError:
        usage = "usage: gpu_sampler.py [--once] [--every SECONDS] [--retry SECONDS] [--kernel-log PATH]"
        print(usage, file=sys.stderr)
        return 2
    nvml, output = Nvml(), Output(1)
    if "--once" in arguments:
        output.write({**nvml.sample(), "interval": None})
        return 0
    Sampler(nvml, output, every, retry, str(options["--kernel-log"])).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
