"""What the rules look at of the machines, from the journal; what is dear to find out is kept for some looks."""

import sqlite3
from collections.abc import Mapping, Sequence

from store import health, history, machines
from store import progress as store_progress
from store.findings import Finding
from store.machines import DISKS, GPUS, HOST, USAGE, Reading
from store.runs import Run
from workers.alerts.sights import MachineSight
from workers.machine.awake import Clocks

FINDINGS_SECONDS = 10.0
IDLE_FINDINGS_SECONDS = 120.0
"""The same while GPUs do nothing though runs hold them: how long they have is read from their history."""
EVENTS_SECONDS = 86400.0
_BUCKETS = 240


class MachineWatch:
    """Makes the sights of the machines, look by look; belongs to one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._findings: list[Finding] = []
        self._next_findings = 0.0

    def read(self) -> list[Reading]:
        """The latest readings of the machines and of what runs take."""
        return [
            reading for kind in (GPUS, HOST, DISKS, USAGE) for reading in machines.read_readings(self.connection, kind)
        ]

    def look(
        self, readings: Sequence[Reading], active: Mapping[str, Run], clocks: Clocks, *, interval: float
    ) -> MachineSight:
        """The machines with these readings; ``interval`` is that of the samples of GPUs, in seconds."""
        return MachineSight(
            clocks.wall,
            readings=readings,
            events=machines.events_since(self.connection, clocks.wall - EVENTS_SECONDS),
            findings=self._find(readings, clocks, interval),
            runs=active,
            progress=store_progress.progress_of(self.connection, list(active)),
            waiting=[row for one in readings if one.kind == GPUS for row in one.data.get("queue") or ()],
            history=lambda subject, name, seconds: self._history(subject, name, seconds, clocks.wall),
        )

    def _find(self, readings: Sequence[Reading], clocks: Clocks, interval: float) -> list[Finding]:
        if clocks.steady >= self._next_findings:
            machine = [one for one in readings if one.kind != USAGE]
            pause = IDLE_FINDINGS_SECONDS if health.held_idle(machine) else FINDINGS_SECONDS
            self._next_findings = clocks.steady + pause
            self._findings = health.examine(self.connection, machine, clocks.wall, interval=interval)
        return self._findings

    def _history(self, subject: str, name: str, seconds: float, now: float) -> list[tuple[float, float]]:
        """A figure's last values; of how much a GPU was used the highest each, for the question is whether it was."""
        found = history.read_history(self.connection, subject, (name,), now - seconds, now, buckets=_BUCKETS)[name]
        if name == "utilisation":
            return [(one.x_high, one.last if one.maximum is None else one.maximum) for one in found]
        return [(one.x_high, one.last) for one in found]
