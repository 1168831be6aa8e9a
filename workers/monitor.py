"""The machine in the journal: GPUs, host, what each run takes of them, and what befell them.

The sampler's lines come in by themselves; host and runs are looked at every two seconds. All that is known at one
moment is written in one transaction, with the events that follow from it.
"""

import contextlib
import json
import os
import select
import socket
import sqlite3
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from store import machines, runs, samples
from store.database import write
from store.machines import GPUS, HOST, USAGE
from store.settings import Settings
from store.weekly import gpu_use
from workers.machine import processes, shares
from workers.machine.changes import Marks, find_changes, identify, lost_gpus
from workers.machine.host import Host
from workers.machine.owners import Owners
from workers.machine.sampler_process import SamplerProcess
from workers.machine.usage import Identity, Trees
from workers.runs import claims

SLOW_SECONDS = 2.0
"""How often the host and the runs' processes are looked at, and the GPUs published beside the journal."""
FOLD_SECONDS = 60.0
TRIM_SECONDS = 3600.0
EVENTS_SECONDS = 90 * 86400.0
"""For how long what befell the machine is remembered: as long as its minutes are."""
MARKS = "gpu_marks"
"""The kind of the reading that keeps what of the GPUs was told last; see :mod:`workers.machine.changes`."""
LATEST = Path("gpus") / "latest.json"
"""In the data folder: the last reading of the GPUs, for those who must not open the journal."""
_EARLY = 0.1
_LATE = 0.7
_SILENCE = ("sampler_silent", "sampler_back")
_GPU_FIGURES = {
    "utilisation": "utilisation",
    "memory_used": "memory",
    "temperature": "temperature",
    "power": "power",
    "clock_sm": "clock",
}

Point = tuple[str, str, float]


class Monitor:
    """Keeps the journal's picture of this machine up to date, a tick at a time; belongs to one thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        sampler: SamplerProcess | None = None,
        proc: Path = Path("/proc"),
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.clock = clock
        self.steady = steady
        self.here = socket.gethostname()
        self.subject = f"host:{self.here}"
        self.sampler = sampler or SamplerProcess(settings.sample_seconds)
        self.boot_id = processes.boot_id()
        self.host = Host(proc)
        self.trees = Trees(proc=proc, clock=steady)
        self.owners = Owners(self.trees, proc=proc)
        marks = machines.read_reading(connection, MARKS, self.here)
        self.marks: Marks = marks.data if marks else {}
        told = machines.events_since(connection, 0.0, subject=self.subject, kinds=_SILENCE)
        self._is_told_silent = bool(told) and told[0].kind == "sampler_silent"
        self._counted = {one.subject for one in machines.read_readings(connection, USAGE) if one.host == self.here}
        self._roots: dict[str, Identity] = {}
        self._identities: dict[tuple[str, int, int], Identity | None] = {}
        self._gpus: list[dict[str, Any]] = []
        self._gpus_at = 0.0
        self._claims: dict[str, Any] = {"reserved": {}, "queue": []}
        self._next_slow = self._next_publish = 0.0
        self._next_fold = steady() + FOLD_SECONDS
        self._next_trim = steady() + FOLD_SECONDS

    def tick(self) -> None:
        """Take in what the sampler said, look at what is due, and write all of it."""
        self.sampler.every = self.settings.sample_seconds
        lines = self.sampler.read()
        steady, now = self.steady(), self.clock()
        slow = steady >= self._next_slow - _EARLY if lines else steady >= self._next_slow + _LATE
        taken = [line for line in lines if line.get("kind") == "sample"]
        for line in taken:
            identify(self.marks, line)
        silent = self.sampler.is_silent and not self._is_told_silent
        if not (lines or slow or silent or steady >= self._next_fold):
            return
        usages: dict[str, dict[str, Any]] = {}
        host: dict[str, Any] | None = None
        if slow:
            self._next_slow = steady + SLOW_SECONDS
            self._roots = self._find_roots()
            usages = self.trees.look(self._roots)
            host = self.host.look()
            self._claims = self._read_claims()
        newest = self._describe(taken[-1]) if taken else None
        with write(self.connection):
            for line in taken:
                self._follow(line)
                samples.keep(self.connection, float(line["at"]), _gpu_points(line))
            if newest is not None:
                self._record_gpus(newest)
            for line in lines:
                if line.get("kind") == "xid":
                    self._record_xid(line)
            self._note_silence(silent, bool(taken), now)
            if host is not None:
                self._record_host(host, now)
                self._record_usages(usages, now)
            if steady >= self._next_fold:
                self._next_fold = steady + FOLD_SECONDS
                samples.fold(self.connection, now)
            if steady >= self._next_trim:
                self._next_trim = steady + TRIM_SECONDS
                samples.trim(self.connection, now)
                machines.trim_events(self.connection, now - EVENTS_SECONDS)
        if newest is not None and (steady >= self._next_publish or newest["status"] != "ok"):
            self._next_publish = steady + SLOW_SECONDS - _EARLY
            _publish(self.settings.home / LATEST, newest)

    def wait(self, seconds: float) -> None:
        """Until the sampler says something, at most so long."""
        descriptor = self.sampler.fileno()
        if descriptor is None:
            time.sleep(seconds)
            return
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        events = poll.poll(seconds * 1000)
        if events and not events[0][1] & select.POLLIN:
            time.sleep(min(0.05, seconds))  # it has closed its output, and is about to end

    def close(self) -> None:
        """End the sampler."""
        self.sampler.close()

    def _describe(self, sample: Mapping[str, Any]) -> dict[str, Any]:
        """The GPUS reading that a sample makes."""
        data = {key: value for key, value in sample.items() if key != "kind"} | self._claims
        self.owners.annotate(data["gpus"], self._roots.keys())
        self._gpus, self._gpus_at = data["gpus"], float(data["at"])
        return data

    def _follow(self, sample: Mapping[str, Any]) -> None:
        """Tell what has changed with a sample, and remember what was told."""
        marks, found = find_changes(self.marks, sample, self.here, self.boot_id)
        for change in found:
            machines.record_event(self.connection, self.here, change.subject, change.kind, change.time, change.detail)
        if marks != self.marks:
            machines.record_reading(
                self.connection, MARKS, self.here, host=self.here, as_of=float(sample["at"]), data=marks
            )
            self.marks = marks

    def _record_gpus(self, data: dict[str, Any]) -> None:
        if data["status"] in ("ok", "no_gpu"):
            data["gpus"] = [*data["gpus"], *lost_gpus(self.marks, data["gpus"])]
        machines.record_reading(self.connection, GPUS, self.here, host=self.here, as_of=float(data["at"]), data=data)

    def _record_xid(self, line: Mapping[str, Any]) -> None:
        uuid, pid = line.get("uuid"), line.get("pid")
        there = [process for gpu in self._gpus if gpu.get("uuid") == uuid for process in gpu.get("processes") or ()]
        detail = {key: line.get(key) for key in ("xid", "index", "pid", "source")}
        named = [process for process in there if process["pid"] == pid] or there
        detail["runs"] = sorted({process["run"] for process in named if process.get("run")})
        subject = f"gpu:{uuid}" if uuid else self.subject
        machines.record_event(self.connection, self.here, subject, "xid", float(line["at"]), detail)

    def _note_silence(self, silent: bool, heard: bool, now: float) -> None:
        """Tell once that the sampler fell silent, and once that it is heard again."""
        if heard and self._is_told_silent:
            machines.record_event(self.connection, self.here, self.subject, "sampler_back", now, {})
            self._is_told_silent = False
        elif silent:
            detail = {"stuck": len(self.sampler.stuck), "limit": self.sampler.limit}
            machines.record_event(self.connection, self.here, self.subject, "sampler_silent", now, detail)
            self._is_told_silent = True

    def _record_host(self, data: dict[str, Any], now: float) -> None:
        machines.record_reading(self.connection, HOST, self.here, host=self.here, as_of=now, data=data)
        total, available = data["memory_total"], data["memory_available"]
        figures = {
            "cpu": data["cpu"],
            "memory": total - available if total is not None and available is not None else None,
            "swap": data["swap_used"],
            "load": data["load"][0] if data["load"] else None,
            "pressure": data["pressure"],
        }
        samples.keep(self.connection, now, _points(self.subject, figures))

    def _record_usages(self, usages: Mapping[str, dict[str, Any]], now: float) -> None:
        points: list[Point] = []
        for run, usage in usages.items():
            usage["gpus"] = shares.gpus_of(run, self._gpus)
            machines.record_reading(self.connection, USAGE, run, host=self.here, as_of=now, data=usage)
            figures = {name: usage[name] for name in ("cpu", "memory", "read", "processes")}
            figures["write"] = usage["written"]
            figures |= shares.mean_figures(usage["gpus"])
            if now - self._gpus_at <= gpu_use.GAP_SECONDS:  # else nobody knows where it is
                figures |= shares.sightings(usage["gpus"])
            points += _points(f"run:{run}", figures)
        samples.keep(self.connection, now, points)
        for run in self._counted - usages.keys():
            machines.forget_reading(self.connection, USAGE, run)
        self._counted = set(usages)

    def _find_roots(self) -> dict[str, Identity]:
        """The first process of each run at work on this machine, as of this boot."""
        roots = {}
        identities: dict[tuple[str, int, int], Identity | None] = {}
        for run in runs.active_runs(self.connection):
            if run.pid is None or run.host != self.here:
                continue
            key = (run.id, run.attempt, run.pid)
            identities[key] = self._identities[key] if key in self._identities else self._identity_of(key)
            identity = identities[key]
            if identity is not None:
                roots[run.id] = identity
        self._identities = identities
        return roots

    def _identity_of(self, key: tuple[str, int, int]) -> Identity | None:
        for attempt in runs.attempts_of(self.connection, key[0]):
            if (attempt.number, attempt.pid) == key[1:] and attempt.start_ticks and attempt.boot_id == self.boot_id:
                return key[2], attempt.start_ticks
        return None

    def _read_claims(self) -> dict[str, Any]:
        """Which run has which GPU, and who waits; the last known where they cannot be read."""
        with contextlib.suppress(OSError):
            if not any(claims.folder(self.settings.home).iterdir()):
                return {"reserved": {}, "queue": []}
            living = claims.standing(self.settings.home)
            reserved = {str(gpu["uuid"]): claim.run for claim in living for gpu in claim.gpus or ()}
            return {"reserved": reserved, "queue": claims.queue_rows(self.settings.home, living)}
        return self._claims if claims.folder(self.settings.home).is_dir() else {"reserved": {}, "queue": []}


def _points(subject: str, figures: Mapping[str, Any]) -> list[Point]:
    return [(subject, name, float(value)) for name, value in figures.items() if value is not None]


def _gpu_points(sample: Mapping[str, Any]) -> list[Point]:
    return [
        point
        for gpu in sample.get("gpus") or ()
        if gpu.get("uuid")
        for point in _points(f"gpu:{gpu['uuid']}", {name: gpu.get(key) for key, name in _GPU_FIGURES.items()})
    ]


def _publish(path: Path, data: Mapping[str, Any]) -> None:
    """Write a file by rename; nobody needs it to survive a crash of the machine, or a full disk.

    Not every second: filesystems start writing at once what is renamed onto another file.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        try:
            temporary.write_bytes(json.dumps(data).encode())
        except FileNotFoundError:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.write_bytes(json.dumps(data).encode())
        temporary.replace(path)
