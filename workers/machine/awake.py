"""How long the machine was awake and how long it slept, from three clocks.

The wall clock goes on in sleep, and may be set; the steady one (``CLOCK_MONOTONIC``) stands still in sleep; the one
since boot (``CLOCK_BOOTTIME``) goes on in sleep and cannot be set. Steady and since boot are the same for all processes
of one boot, so that they may be compared with what an earlier daemon wrote down.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

_TOLERANCE_SECONDS = 1.0


class Clocks(NamedTuple):
    """The clocks at one moment, in seconds; ``boot`` is None where the system has no such clock."""

    wall: float
    steady: float
    boot: float | None = None


class Lapse(NamedTuple):
    """What passed between two moments: seconds awake, seconds asleep (None where that cannot be told), and by how many
    the wall clock was set forward (None too)."""

    awake: float
    asleep: float | None
    stepped: float | None


def boot_clock() -> float | None:
    """Seconds since boot, sleep included; None where the system does not tell."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return None if clock is None else time.clock_gettime(clock)


def read_clocks(
    clock: Callable[[], float] = time.time,
    steady: Callable[[], float] = time.monotonic,
    boot: Callable[[], float | None] = boot_clock,
) -> Clocks:
    """The clocks now."""
    return Clocks(clock(), steady(), boot())


def measure(before: Clocks, after: Clocks) -> Lapse:
    """What passed between two moments of one boot.

    Without a clock since boot sleep and a wall clock that was set look the same, and neither is told.
    """
    awake = max(0.0, after.steady - before.steady)
    if before.boot is None or after.boot is None:
        return Lapse(awake, None, None)
    asleep = max(0.0, after.boot - before.boot - awake)
    return Lapse(awake, asleep, after.wall - before.wall - awake - asleep)


def slept_since_boot(clocks: Clocks) -> float | None:
    """For how many seconds the machine has slept since it was booted; None where that cannot be told."""
    if clocks.boot is None:
        return None
    asleep = clocks.boot - clocks.steady
    return asleep if asleep > _TOLERANCE_SECONDS else 0.0
