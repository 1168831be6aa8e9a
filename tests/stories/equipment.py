"""The equipment of a laboratory: GPUs, host and disks, measured as the daemon's monitor does."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from store import machines, samples
from store.database import write
from store.machines import GPUS, USAGE
from tests.workers.alerts.lab import GIB, HERE, Lab, card
from workers.disk_watch import MEASURE_SECONDS, DiskWatch
from workers.machine import processes
from workers.machine.changes import Marks, find_changes, lost_gpus

DISK_BYTES = 1000 * GIB
_BLOCK = 4096
Script = Iterator[float]


class Turn(NamedTuple):
    """When a script goes on, on the steady clock."""

    at: float
    number: int
    run: str | None
    script: Script


@dataclass
class Job:
    """A run's processes and files."""

    folder: Path
    identity: dict[str, Any]
    started: float
    steady: float
    process: "subprocess.Popen[bytes]"
    spans: list[list[float | None]] = field(default_factory=list)
    held: list[Turn] = field(default_factory=list)


class Equipment(Lab):
    """What the machine is like, and how it is told to the journal."""

    disks: DiskWatch

    def __init__(self, connection: sqlite3.Connection, home: Path) -> None:
        self.jobs: dict[str, Job] = {}
        self.cards: dict[int, dict[str, Any]] = {}
        self.host: dict[str, Any] = {}
        self.queue: list[dict[str, Any]] = []
        self.driver = "ok"
        self.marks: Marks = {}
        self.free: float | None = None
        self.measures_every = 0.0
        """Seconds between measurements of the machine, where not every look needs one."""
        self._next_disk = self._next_fold = self._next_measure = 0.0
        super().__init__(connection, home)

    def measure_machine(self) -> None:
        """What the monitor writes: GPUs with what befell them, the host, what runs take; the disks every minute."""
        if self.free is not None and self.steady >= self._next_disk:
            self._next_disk = self.steady + MEASURE_SECONDS
            self.disks.tick()
        if self.steady < self._next_measure or not (self.cards or self.marks or self.host or self.busy):
            return
        self._next_measure = self.steady + self.measures_every
        points: list[tuple[str, str, float]] = []
        folds = self.steady >= self._next_fold
        with write(self.connection):
            if self.cards or self.marks:
                points += self._sample_gpus()
            if self.host:
                facts = {"memory_total": 64 * GIB, "memory_available": 40 * GIB, "swap_used": 0, "uptime": self.boot}
                facts |= self.host
                machines.record_reading(self.connection, machines.HOST, HERE, host=HERE, as_of=self.wall, data=facts)
                used = float(facts["memory_total"] - facts["memory_available"])
                points.append((f"host:{HERE}", "memory", used))
            for run, usage in self.busy.items():
                machines.record_reading(self.connection, USAGE, run, host=HERE, as_of=self.wall, data=usage)
                points += [(f"run:{run}", name, float(usage[name])) for name in ("cpu", "memory", "read")]
                held = [gpu["memory"] for gpu in usage["gpus"]]
                points += [(f"run:{run}", "gpu_memory", float(sum(held)))] if held else []
            samples.keep(self.connection, self.wall, points)
            if folds:
                self._next_fold = self.steady + 60.0
                samples.fold(self.connection, self.wall)

    def _sample_gpus(self) -> list[tuple[str, str, float]]:
        gpus = [dict(one) for one in self.cards.values()] if self.driver == "ok" else []
        sample: dict[str, Any] = {"at": self.wall, "status": self.driver, "reason": None, "gpus": gpus}
        self.marks, found = find_changes(self.marks, sample, HERE, processes.boot_id())
        for one in found:
            machines.record_event(self.connection, HERE, one.subject, one.kind, one.time, one.detail)
        if self.driver == "ok":
            sample["gpus"] = [*gpus, *lost_gpus(self.marks, gpus)]
        data = sample | {"reserved": {}, "queue": self.queue}
        machines.record_reading(self.connection, GPUS, HERE, host=HERE, as_of=self.wall, data=data)
        figures = (("utilisation", "utilisation"), ("memory_used", "memory"))
        return [(f"gpu:{gpu['uuid']}", name, float(gpu[key])) for gpu in gpus for key, name in figures]

    def give(
        self, run: str, index: int, *, utilisation: float = 97, memory: float = 20 * GIB, cpu: float = 100
    ) -> None:
        """From now on a run works so on a GPU."""
        process = {"pid": self.jobs[run].process.pid, "kind": "C", "memory": memory, "run": run, "visible": True}
        known = self.cards.get(index) or card(index)
        power = 250.0 if utilisation else 60.0
        now = {"utilisation": utilisation, "memory_used": memory, "power": power, "processes": [process]}
        self.cards[index] = known | now
        held = {"index": index, "uuid": f"GPU-{index}", "memory": memory, "utilisation": utilisation}
        self.busy[run] = {"cpu": cpu, "memory": GIB, "read": 0, "written": 0, "gpus": [held]}

    def take_up(self, run: str, *, cpu: float = 100.0, gpu: float | None = None, memory: float = GIB) -> None:
        """From now on its processes take this much; ``gpu`` in % of one that nobody samples."""
        held = [] if gpu is None else [{"index": 0, "uuid": "GPU-none", "memory": 8 * GIB, "utilisation": gpu}]
        self.busy[run] = {"cpu": cpu, "memory": memory, "read": 0, "written": 0, "gpus": held}

    def ask_disk(self, path: str) -> os.statvfs_result:
        """The disk's answer: all that there is lies on one."""
        free = int(max(0.0, self.free or 0.0) / _BLOCK)
        total = DISK_BYTES // _BLOCK
        return os.statvfs_result((_BLOCK, _BLOCK, total, free, free, 10**8, 9 * 10**7, 9 * 10**7, 0, 255))
