"""The disks of this machine in the journal, every minute; apart from the rest, for a disk may not answer."""

import socket
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store import history, machines, runs, samples
from store.database import write
from store.machines import DISKS
from store.settings import Settings
from workers.machine.disks import DAY, Disks, Trend, foresee, places_of

MEASURE_SECONDS = 60.0
FORESEE_SECONDS = 600.0
_BUCKETS = 288


class DiskWatch:
    """Measures, foresees and writes, a tick at a time; belongs to one thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        disks: Disks | None = None,
        home: Path | None = None,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.clock = clock
        self.disks = disks or Disks()
        self.home = home or Path.home()
        self.here = socket.gethostname()
        self._trends: dict[str, tuple[float, Trend | None]] = {}

    def tick(self) -> None:
        """Ask every disk once."""
        working = [run.cwd for run in runs.active_runs(self.connection) if run.host == self.here]
        found = self.disks.measure(places_of(self.settings.runs_folder, self.home, working))
        now = self.clock()
        for disk in found:
            self._foresee(disk, now)
        points = [(self._subject(disk), "free", float(disk["free"])) for disk in found if disk["free"] is not None]
        with write(self.connection):
            machines.record_reading(self.connection, DISKS, self.here, host=self.here, as_of=now, data={"disks": found})
            samples.keep(self.connection, now, points)

    def _subject(self, disk: dict[str, Any]) -> str:
        return f"disk:{self.here}:{disk['path']}"

    def _foresee(self, disk: dict[str, Any], now: float) -> None:
        """Add when it will be full; how fast it fills is reckoned anew every ten minutes."""
        subject = self._subject(disk)
        if disk["free"] is None:
            return
        reckoned, trend = self._trends.get(subject, (-FORESEE_SECONDS, None))
        if not 0 <= now - reckoned < FORESEE_SECONDS:
            past = history.read_history(self.connection, subject, ["free"], now - DAY, now, buckets=_BUCKETS)["free"]
            trend = foresee([*((bucket.x_high, bucket.last) for bucket in past), (now, disk["free"])], now)
            self._trends[subject] = (now, trend)
        if trend is not None:
            disk["per_day"] = trend.per_day
            disk["full_at"] = now + disk["free"] / trend.per_day * DAY
