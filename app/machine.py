"""What the pages read of the machine: its latest readings, who is on which GPU, and the history behind them.

A reading is what was seen last, not what holds now: every function here hands its age on. Like ``app.reads``, each
opens a connection of its own. What is shown of the past is kept for as long as a chart could not show the difference.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.reads import WAIT_SECONDS, Pulse, open_journal, pulse_of, without_token
from store import database, findings, gpu_findings, health, history, intents, machines, runs
from store.buckets import Bucket
from store.findings import Finding
from store.intents import Intent
from store.machines import DISKS, GPUS, HOST, USAGE, Reading
from store.runs import Run
from store.settings import Settings

Gpu = Mapping[str, Any]
Histories = dict[str, dict[str, list[Bucket]]]

USAGE_SECONDS = 30.0  # how long what a run takes may be said of now
ASKED_SECONDS = 600.0  # how long an answered request stays on the page
EVENT_SECONDS = 86400.0
IDLE_STEP_SECONDS = 10.0
LEAST_SECONDS = 60.0
BUCKETS = 300
NO_GPU = ("no_library", "no_gpu")
WORKING = ("C", "C+G", "M")


@dataclass(frozen=True)
class Machine:
    """The machine as it was last seen; ``now`` is when the journal was asked, in epoch seconds."""

    pulse: Pulse
    now: float
    seconds: float
    gpus: Reading | None = None
    host: Reading | None = None
    disks: Reading | None = None
    usages: dict[str, Reading] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    asked: list[Intent] = field(default_factory=list)

    @property
    def status(self) -> str | None:
        """How the sampler found the GPUs; None before its first word."""
        return str(self.gpus.data.get("status", "failed")) if self.gpus else None

    @property
    def cards(self) -> list[Gpu]:
        """The GPUs, lost ones among them."""
        return list(self.gpus.data.get("gpus") or []) if self.gpus else []

    @property
    def queue(self) -> list[dict[str, Any]]:
        """Runs that wait for GPUs, in order."""
        return list(self.gpus.data.get("queue") or []) if self.gpus else []

    @property
    def is_silent(self) -> bool:
        """Whether the GPUs are not heard of any more, though they should be."""
        if self.gpus is None or self.status == "no_library":  # nobody samples a machine without a GPU
            return False
        return self.now - self.gpus.as_of > gpu_findings.silent_after(self.gpus.data, self.seconds)

    @property
    def is_heard(self) -> bool:
        """Whether figures of the GPUs may be said of now."""
        return self.pulse.alive and not self.is_silent

    @property
    def gpu_age(self) -> float:
        """Seconds since the GPUs were read."""
        return self.now - self.gpus.as_of if self.gpus else 0.0

    def reserved_for(self, gpu: Gpu) -> str | None:
        """The run a GPU is kept for."""
        kept = self.gpus.data.get("reserved") if self.gpus else None
        return (kept or {}).get(gpu.get("uuid"))

    def findings_of(self, gpu: Gpu) -> list[Finding]:
        """What is wrong with one GPU."""
        return [finding for finding in self.findings if finding.subject == f"gpu:{gpu.get('uuid')}"]

    def usage(self, run_id: str) -> dict[str, Any] | None:
        """What a run's processes took when last counted; None where that is too long ago to be said of now."""
        reading = self.usages.get(run_id)
        if reading is None or not self.pulse.alive or self.now - reading.as_of > USAGE_SECONDS:
            return None
        return reading.data


def read_machine(settings: Settings) -> Machine:
    """Everything the page *Machine* shows but its history."""
    now = time.time()
    with open_journal(settings) as connection:
        gpus, host, disks = (_newest(connection, kind) for kind in (GPUS, HOST, DISKS))
        usages = machines.read_readings(connection, USAGE)
        readings = [one for one in (gpus, host, disks, *usages) if one is not None]
        active = runs.active_runs(connection)
        known = {run.id: run for run in active}
        for run_id in _named(gpus, usages) - set(known):
            run = runs.get_run(connection, run_id)
            if run is not None:
                known[run_id] = run
        found = Machine(
            pulse=pulse_of(connection),
            now=now,
            seconds=settings.sample_seconds,
            gpus=gpus,
            host=host,
            disks=disks,
            usages={one.subject: one for one in usages if one.subject in known and known[one.subject].is_active},
            runs=known,
            findings=findings.find(
                readings,
                machines.events_since(connection, now - EVENT_SECONDS),
                now,
                interval=settings.sample_seconds,
                idle=_idle(settings, gpus, now),
                swap_growth={host.host: health.swap_growth(connection, host.host, now)}
                if host is not None and host.data.get("swap_used")
                else {},
                names={run.id: run.name for run in known.values()},
            ),
            asked=[
                intent
                for kind in (intents.WATCH_PID, intents.MOVE_QUEUED)
                for intent in intents.latest_intents(connection, kind, now - ASKED_SECONDS)
            ],
        )
    return without_token(settings, found)


def history_of(
    settings: Settings,
    subjects: Sequence[str],
    names: Sequence[str],
    low: float,
    high: float,
    *,
    buckets: int = BUCKETS,
) -> Histories:
    """Each subject's series of those names, from ``low`` to ``high`` (epoch seconds)."""
    return {
        subject: dict(_history(settings.journal, subject, tuple(names), low, high, buckets)) for subject in subjects
    }


def window(now: float, seconds: float, *, buckets: int = BUCKETS) -> tuple[float, float]:
    """The last ``seconds`` up to a moment that moves on only when a bucket's width has passed, a minute at most."""
    step = min(60.0, max(1.0, seconds / buckets))
    high = now - now % step
    return high - seconds, high


def life(run: Run, now: float) -> tuple[float, float]:
    """From when a run began to when it ended, or to now: a minute at least, in steps a chart could show."""
    begin = run.started or run.created
    if run.ended is not None:
        return begin, max(run.ended, begin + LEAST_SECONDS)
    return begin, max(window(now, now - begin)[1], begin + LEAST_SECONDS)


def _newest(connection: sqlite3.Connection, kind: str) -> Reading | None:
    return max(machines.read_readings(connection, kind), key=lambda one: one.as_of, default=None)


def _named(gpus: Reading | None, usages: Iterable[Reading]) -> set[str]:
    """The runs that readings speak of."""
    found = {one.subject for one in usages}
    if gpus is not None:
        found |= {one.get("run") for gpu in gpus.data.get("gpus") or [] for one in gpu.get("processes") or []}
        found |= set((gpus.data.get("reserved") or {}).values())
        found |= {one.get("run") for one in gpus.data.get("queue") or []}
    return {one for one in found if one}


def _idle(settings: Settings, gpus: Reading | None, now: float) -> dict[str, float]:
    """For how many seconds the GPUs that a run holds have done nothing, by UUID."""
    held = health.held_idle([gpus] if gpus else [])
    return {uuid: _idle_for(settings.journal, uuid, now - now % IDLE_STEP_SECONDS) for uuid in held}


@lru_cache(maxsize=128)
def _idle_for(journal: Path, uuid: str, now: float) -> float:
    with contextlib.closing(database.open_journal(journal, read_only=True, busy_seconds=WAIT_SECONDS)) as connection:
        return health.idle_for(connection, uuid, now)


@lru_cache(maxsize=128)
def _history(
    journal: Path, subject: str, names: tuple[str, ...], low: float, high: float, buckets: int
) -> dict[str, list[Bucket]]:
    connection = database.open_journal(journal, read_only=True, busy_seconds=WAIT_SECONDS)
    try:
        return history.read_history(connection, subject, names, low, high, buckets=buckets)
    finally:
        connection.close()


def ask_watch(settings: Settings, pid: int, start_ticks: int | None) -> None:
    """Ask the daemon to watch a job that is running already, by the top process of it."""
    with open_journal(settings, read_only=False) as connection:
        intents.ask(connection, intents.WATCH_PID, None, time.time(), {"pid": pid, "start_ticks": start_ticks})


def ask_move(settings: Settings, run_id: str, before: str | None) -> None:
    """Ask the daemon to let a queued run go before another one; None: last."""
    with open_journal(settings, read_only=False) as connection:
        intents.ask(connection, intents.MOVE_QUEUED, run_id, time.time(), {"before": before})
