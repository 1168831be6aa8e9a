"""The GPUs of this machine for a command: as the daemon read them last, or asked here where it does not watch."""

import contextlib
import socket
import sqlite3
import time
from dataclasses import dataclass

from store import gpu_findings, health, heartbeats, host_findings, machines, runs
from store.findings import Finding
from store.machines import GPUS, HOST, Reading
from store.settings import Settings
from workers import lock
from workers.freshness import freshen
from workers.machine.owners import Owners
from workers.machine.usage import Trees
from workers.runs import claims, gpu_state

DEADLINE_SECONDS = 10.0


@dataclass(frozen=True)
class Look:
    """A reading of the GPUs, None where there is none; ``trouble`` says why it is missing or not of now."""

    reading: Reading | None
    is_fresh: bool
    trouble: str | None = None


def look_at_gpus(connection: sqlite3.Connection, settings: Settings, *, deadline: float = DEADLINE_SECONDS) -> Look:
    """The daemon's reading where it is fresh, else a sample of our own within ``deadline`` seconds.

    A living daemon whose reading is old waits for a driver that hangs: that one is not asked a second time.
    """
    here = socket.gethostname()
    now = time.time()
    last = machines.read_reading(connection, GPUS, here)
    watched = lock.holder(settings.home) is not None
    if last is not None:
        if watched and now - last.as_of <= gpu_findings.silent_after(last.data, settings.sample_seconds):
            return Look(last, True)
        if last.data.get("status") != "no_library" and _is_of_this_daemon(connection, last, now):
            return Look(last, False, "the daemon asks the GPUs, and they do not answer; this is what it saw last")
    try:
        sample = gpu_state.take(deadline=deadline)
    except gpu_state.NoAnswer as error:
        return Look(last, False, str(error))
    freshen(connection, settings)
    with contextlib.suppress(OSError):
        sample |= {"reserved": claims.reserved(settings.home), "queue": claims.queue_rows(settings.home)}
    active = {run.id for run in runs.active_runs(connection)}
    Owners(Trees()).annotate(sample.get("gpus") or [], active)
    data = {name: value for name, value in sample.items() if name != "kind"}
    return Look(Reading(GPUS, here, here, float(sample["at"]), data), True)


def findings_of(connection: sqlite3.Connection, look: Look, settings: Settings) -> list[Finding]:
    """What is wrong with the GPUs of a reading, the worst first."""
    if look.reading is None:
        return []
    host = machines.read_reading(connection, HOST, look.reading.host)
    readings = [look.reading] if host is None else [look.reading, host]
    found = health.examine(connection, readings, time.time(), interval=settings.sample_seconds)
    return [one for one in found if one.kind not in host_findings.WORDS]


def _is_of_this_daemon(connection: sqlite3.Connection, reading: Reading, now: float) -> bool:
    """Whether the daemon that is at work now took a reading, so that what follows is missing for the GPUs' sake."""
    beats = heartbeats.read_heartbeats(connection)
    started = next((one.started for one in beats if one.worker == heartbeats.DAEMON), now)
    return heartbeats.is_alive(beats, now) and reading.as_of >= started
