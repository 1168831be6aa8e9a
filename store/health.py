"""How a machine is, from the journal: its findings, with what only its history can tell."""

import sqlite3
from collections.abc import Iterable

from store import findings, history, machines, runs
from store.findings import Finding
from store.gpu_findings import DAY, IDLE_SECONDS
from store.machines import DISKS, GPUS, HOST, Reading

_IDLE_REACH_SECONDS = 6 * 3600.0
_BUCKETS = 360
_GAP_SECONDS = 120.0
_SWAP_SECONDS = 600.0


def read_findings(connection: sqlite3.Connection, now: float, *, interval: float = 1.0) -> list[Finding]:
    """What is wrong with the machine that was read last, the worst first; ``interval`` is that of the GPU samples."""
    newest = (
        max(machines.read_readings(connection, kind), key=lambda one: one.as_of, default=None)
        for kind in (GPUS, HOST, DISKS)
    )
    readings = [one for one in newest if one is not None]
    return examine(connection, readings, now, interval=interval)


def examine(
    connection: sqlite3.Connection, readings: Iterable[Reading], now: float, *, interval: float = 1.0
) -> list[Finding]:
    """What is wrong by these readings, and by the events and the history that the journal has of their subjects."""
    kept = list(readings)
    idle: dict[str, float] = {}
    names: dict[str, str] = {}
    for uuid, holders in held_idle(kept).items():
        idle[uuid] = idle_for(connection, uuid, now)
        if idle[uuid] >= IDLE_SECONDS:
            names |= {run.id: run.name for one in holders if (run := runs.get_run(connection, one)) is not None}
    growth = {
        one.host: swap_growth(connection, one.host, now)
        for one in kept
        if one.kind == HOST and one.data.get("swap_used")
    }
    events = machines.events_since(connection, now - DAY)
    return findings.find(kept, events, now, interval=interval, idle=idle, swap_growth=growth, names=names)


def held_idle(readings: Iterable[Reading]) -> dict[str, set[str]]:
    """The GPUs that do nothing just now though runs hold them, by UUID, and those runs."""
    held = {}
    for gpu in (gpu for one in readings if one.kind == GPUS for gpu in one.data.get("gpus") or ()):
        holders = {process["run"] for process in gpu.get("processes") or () if process.get("run")}
        if holders and gpu.get("utilisation") == 0:
            held[str(gpu["uuid"])] = holders
    return held


def idle_for(connection: sqlite3.Connection, uuid: str, now: float) -> float:
    """For how many seconds, up to now, a GPU is known to have done nothing; six hours are looked back.

    Time of which nothing is known is no idle time: it ends the stretch.
    """
    found = history.read_history(
        connection, f"gpu:{uuid}", ("utilisation",), now - _IDLE_REACH_SECONDS, now, buckets=_BUCKETS
    )
    edge = now
    for bucket in reversed(found["utilisation"]):
        if edge - bucket.x_high > _GAP_SECONDS:
            break
        if bucket.maximum is None or bucket.maximum > 0:
            edge = min(edge, bucket.x_high)
            break
        edge = bucket.x_low
    return now - edge


def swap_growth(connection: sqlite3.Connection, host: str, now: float) -> float:
    """By how many bytes a host's swap has grown in the last ten minutes, 0 where it has shrunk or is not known."""
    found = history.read_history(connection, f"host:{host}", ("swap",), now - _SWAP_SECONDS, now, buckets=20)["swap"]
    return max(0.0, found[-1].last - found[0].first) if found else 0.0
