"""When nothing can have run on this machine: it slept, or its wall clock was set forward past the time.

The times of a log are of the wall clock, so what passed in sleep would be taken for a slow step. Noticed from tick to
tick and kept in the journal, so that it is known of a run's whole length after a restart.
"""

import sqlite3
import time
from collections.abc import Callable

from store import machines
from store.database import write
from workers.machine.awake import Clocks, boot_clock, measure, read_clocks

SLEPT, CLOCK = "slept", "clock"
LEAST_SECONDS = 5.0
"""Shorter ones are the clocks' own slewing, or a machine that was busy."""
_KNOWN_SECONDS = 60 * 86400.0


class NapWatch:
    """Looks at the clocks at every tick; belongs to one thread. ``spans`` are (from, to) in epoch seconds."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        host: str,
        *,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        boot: Callable[[], float | None] = boot_clock,
    ) -> None:
        self.connection = connection
        self.host = host
        self.clock, self.steady, self.boot = clock, steady, boot
        self._before: Clocks | None = None
        known = machines.events_since(
            connection, clock() - _KNOWN_SECONDS, subject=f"host:{host}", kinds=(SLEPT, CLOCK)
        )
        self.spans = [(one.time - float(one.detail["seconds"]), one.time) for one in reversed(known)]

    def look(self) -> bool:
        """Whether the machine has slept, or its clock was set forward, since the last look; that is written down."""
        now = read_clocks(self.clock, self.steady, self.boot)
        before, self._before = self._before, now
        if before is None:
            return False
        lapse = measure(before, now)
        lost = now.wall - before.wall - lapse.awake
        if lost < LEAST_SECONDS:
            return False
        kind = CLOCK if lapse.asleep is not None and lapse.asleep < LEAST_SECONDS else SLEPT
        with write(self.connection):
            machines.record_event(
                self.connection, self.host, f"host:{self.host}", kind, now.wall, {"seconds": round(lost, 1)}
            )
        self.spans.append((now.wall - lost, now.wall))
        return True
