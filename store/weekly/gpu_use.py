"""For how long each run held each GPU, and for how much of that the GPU did nothing for it; by quarters of an hour.

The daemon's samples tell which GPUs a run is on, as figures of the run named ``on:<uuid>``. They are counted here in
the transaction that takes them out of the samples, so that none is lost and none counts twice.
"""

import math
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

QUARTER = 900
"""Seconds; the weeks of every time zone begin on a quarter of an hour."""
ON = "on:"
"""How the name of such a figure begins; its value is what the run used of the GPU, in percent."""
UNKNOWN = -1.0
"""The value where the driver does not tell that."""
IDLE_PERCENT = 5.0
"""A GPU of which a run uses no more than this does nothing for it."""
GAP_SECONDS = 60.0
"""What lies between two samples further apart than this is not known, and does not count."""


class Sighting(NamedTuple):
    """A run was seen on a GPU at ``time`` (epoch seconds) and used so much of it, in percent, or ``UNKNOWN``."""

    run_id: str
    gpu: str
    time: float
    used: float


class _Use:
    """What a quarter of an hour has of a run on a GPU; ``until`` is how far into it is known."""

    def __init__(self, held: float = 0.0, idle: float = 0.0, until: float = -math.inf) -> None:
        self.held, self.idle, self.until = held, idle, until


def count(connection: sqlite3.Connection, sightings: Iterable[Sighting]) -> None:
    """Add what was seen; inside the transaction of the caller, who will not show the same again.

    A sighting stands for the time since the one before it of the same run and GPU. Time that was counted already, where
    a clock was set back, is not counted again. The runs must be known.
    """
    uses: dict[tuple[int, str, str], _Use] = {}

    def use_of(quarter: int, run_id: str, gpu: str) -> _Use:
        key = quarter, run_id, gpu
        if key not in uses:
            row = connection.execute(
                "SELECT held, idle, until FROM gpu_use WHERE quarter = ? AND run_id = ? AND gpu = ?", key
            ).fetchone()
            uses[key] = _Use(*row) if row else _Use()
        return uses[key]

    for run_id, gpu, time, used in sorted(sightings):
        quarter = math.floor(time / QUARTER)
        now, before = use_of(quarter, run_id, gpu), use_of(quarter - 1, run_id, gpu)
        since = max(now.until, before.until)
        if time <= since:
            continue
        if time - since <= GAP_SECONDS:
            edge = float(quarter * QUARTER)
            for use, first, last in ((before, since, min(time, edge)), (now, max(since, edge), time)):
                if last > first:
                    use.held += last - first
                    use.idle += last - first if 0 <= used <= IDLE_PERCENT else 0.0
                    use.until = last
        now.until = time
    connection.executemany(
        "INSERT INTO gpu_use (quarter, run_id, gpu, held, idle, until) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT "
        "(quarter, run_id, gpu) DO UPDATE SET held = excluded.held, idle = excluded.idle, until = excluded.until",
        [(*key, use.held, use.idle, use.until) for key, use in uses.items() if use.until > -math.inf],
    )
