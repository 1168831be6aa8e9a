"""Machines as the rules see them, for tests: healthy ones, to which a test adds what is wrong."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from store.machines import DISKS, GPUS, HOST, USAGE, MachineEvent, Reading
from store.runs import Run
from tests.workers.alerts.test_messages import RUN as ENDED
from workers.alerts.judgement import Judgement
from workers.alerts.sights import MachineSight

NOW = 1_795_230_000.0
GIB = 1 << 30
MINUTE, HOUR = 60.0, 3600.0
HOST_NAME = "mahler"
RUN = replace(ENDED, state="running", ended=None, seconds=None, created=NOW - 10 * HOUR, started=NOW - 10 * HOUR)
OTHER = replace(RUN, id="260922-100000-b2xz", name="vit-base", pid=4900)
History = dict[tuple[str, str], Callable[[float], float]]


def gpu(index: int = 0, **fields: Any) -> dict[str, Any]:
    """A GPU at work for a run."""
    well: dict[str, Any] = {
        "index": index,
        "uuid": f"GPU-{index}",
        "name": "NVIDIA RTX A6000",
        "trouble": None,
        "utilisation": 97,
        "memory_used": 20 * GIB,
        "memory_total": 48 * GIB,
        "power": 250.0,
        "power_limit": 300.0,
        "temperature": 71,
        "throttle": [],
        "mig": None,
        "processes": [{"pid": 41, "memory": 20 * GIB, "run": RUN.id, "visible": True, "kind": "C"}],
    }
    return well | fields


def gpus(*cards: dict[str, Any], age: float = 0.5, **fields: Any) -> Reading:
    """What the sampler said of the GPUs."""
    data = {"status": "ok", "reason": None, "gpus": list(cards), "reserved": {}, "queue": []} | fields
    return Reading(GPUS, HOST_NAME, HOST_NAME, NOW - age, data)


def host(age: float = 1.0, **fields: Any) -> Reading:
    """A host with memory to spare, started long ago."""
    data = {"memory_total": 64 * GIB, "memory_available": 40 * GIB, "swap_used": 0, "pressure": 0.0, "uptime": 1e6}
    return Reading(HOST, HOST_NAME, HOST_NAME, NOW - age, data | fields)


def disk(path: str = "/data", **fields: Any) -> dict[str, Any]:
    """A disk, half full, that does not fill up."""
    known = {"path": path, "label": "run folder", "total": 1000 * GIB, "free": 500 * GIB, "inodes_free": 10**7}
    return known | {"full_at": None, "per_day": None, "note": None} | fields


def disks(*listed: dict[str, Any], age: float = 10.0) -> Reading:
    """What the disks said."""
    return Reading(DISKS, HOST_NAME, HOST_NAME, NOW - age, {"disks": list(listed)})


def usage(run: Run = RUN, **fields: Any) -> Reading:
    """What a run's processes take."""
    return Reading(USAGE, run.id, HOST_NAME, NOW - 1.0, {"cpu": 180.0, "memory": 9 * GIB} | fields)


def event(kind: str, ago: float, subject: str = "gpu:GPU-0", number: int = 1, **detail: Any) -> MachineEvent:
    """Something that happened ``ago`` seconds before now."""
    return MachineEvent(number, HOST_NAME, subject, NOW - ago, kind, {"index": 0, "name": "RTX"} | detail)


def see(
    *readings: Reading, runs: Sequence[Run] = (RUN,), past: History | None = None, now: float = NOW, **more: Any
) -> MachineSight:
    """The machines; ``past`` has figures as functions of the seconds before now, a point every 15 s."""

    def history(subject: str, name: str, seconds: float) -> list[tuple[float, float]]:
        figure = (past or {}).get((subject, name))
        if figure is None:
            return []
        step = max(15.0, seconds / 240)
        places = [place * step for place in range(int(seconds / step), -1, -1)]
        return [(now - ago, figure(ago)) for ago in places if figure(ago) == figure(ago)]

    return MachineSight(now, list(readings), runs={run.id: run for run in runs}, history=history, **more)


def no_history(subject: str, name: str, seconds: float) -> list[tuple[float, float]]:
    """Must not be asked: on a calm machine the readings are enough."""
    raise AssertionError(f"{name} of {subject} was asked for")


def active(found: list[Judgement]) -> list[Judgement]:
    """Those that say that something is so."""
    return [one for one in found if one.active]
