"""A machine in the journal, as the daemon would have left it: its readings, and the history behind them."""

import math
import sqlite3
from typing import Any

from store import machines, samples
from store.database import write

HOST = "lab-1"
GIB = 1 << 30
NAMES = ("NVIDIA GeForce RTX 4090", "NVIDIA RTX A6000", "NVIDIA A100-SXM4-80GB", "NVIDIA H100 80GB HBM3")
TOTALS = (24 * GIB, 48 * GIB, 80 * GIB, 80 * GIB)
NOT_OK = {
    "no_library": None,
    "no_gpu": "the driver counts no GPU",
    "no_driver": "the NVIDIA driver is not loaded",
    "mismatch": "the driver was upgraded while its old kernel module is loaded",
    "container": "this container lost its GPUs",
    "no_permission": "no permission to open /dev/nvidiactl",
    "failed": "NVML says: Unknown Error",
}
MISSING = {"fan": "not supported by this GPU"}


def uuid(index: int) -> str:
    """The UUID of a GPU of this machine."""
    return f"GPU-0000000{index}-aaaa-bbbb-cccc-1234567890ab"


def process(pid: int, memory: float, *, run: str | None = None, **more: Any) -> dict[str, Any]:
    """A process on a GPU, annotated."""
    given: dict[str, Any] = {
        "pid": pid,
        "kind": "C",
        "memory": memory,
        "utilisation": 90,
        "mig": None,
        "start_ticks": 1000 + pid,
        "user": "aoi",
        "command": "python train.py --lr 3e-4",
        "run": run,
        "root": pid,
        "visible": True,
        "ours": True,
    }
    return given | more


def gpu(
    index: int, *, utilisation: float = 0, processes: tuple[dict[str, Any], ...] = (), **more: Any
) -> dict[str, Any]:
    """A GPU's sample; it holds what its processes hold."""
    total = TOTALS[index % 4]
    given: dict[str, Any] = {
        "index": index,
        "uuid": uuid(index),
        "name": NAMES[index % 4],
        "pci": f"0000:0{index + 1}:00.0",
        "trouble": None,
        "note": None,
        "utilisation": utilisation,
        "memory_utilisation": utilisation // 2,
        "memory_used": sum(one["memory"] or 0 for one in processes) + 350 * (1 << 20),
        "memory_total": total,
        "memory_reserved": 400 << 20,
        "unified": False,
        "temperature": 34 + utilisation * 0.4,
        "power": 28 + utilisation * 4.0,
        "power_limit": 450,
        "clock_sm": 2520 if utilisation else 210,
        "clock_sm_max": 2610,
        "clock_memory": 10501,
        "fan": 30 + utilisation // 2,
        "performance_state": 2 if utilisation else 8,
        "throttle": ["sw_power_cap"] if utilisation > 90 else [] if utilisation else ["gpu_idle"],
        "ecc_uncorrected": 0,
        "ecc_corrected": 0,
        "remapped_correctable": 0,
        "remapped_uncorrectable": 0,
        "remap_pending": False,
        "remap_failed": False,
        "mig": None,
        "processes": list(processes),
        "missing": {},
    }
    return given | more


def in_trouble(index: int, trouble: str, note: str) -> dict[str, Any]:
    """A GPU that does not answer: known by name, all else unknown."""
    kept = {"index", "uuid", "name", "pci"}
    known = gpu(index)
    return {name: value if name in kept else None for name, value in known.items()} | {
        "trouble": trouble,
        "note": note,
        "processes": [],
        "missing": {name: note for name in known if name not in kept},
    }


def cards(n: int, runs: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """GPUs of a working day: one computes for a run, one for a stranger's job, one for a job of ours, one is free."""
    first = process(31337, 20.6 * GIB, run=runs[0] if runs else None, utilisation=97)
    other = process(
        4711, 9.2 * GIB, user="kana", ours=False, command="python -m pretrain --config big.yaml", utilisation=64
    )
    ours = process(5120, 3.4 * GIB, command="python sweep.py --seed 3", root=5100, utilisation=31)
    display = process(980, 0.1 * GIB, kind="G", user="root", ours=False, command="/usr/lib/xorg/Xorg", utilisation=0)
    kinds = [
        gpu(0, utilisation=97, processes=(first,), fan=None, missing=MISSING),
        gpu(1, utilisation=64, processes=(other,)),
        gpu(2, utilisation=31, processes=(ours,)),
        gpu(3, processes=(display,)),
    ]
    return [kinds[index] if index < 4 else gpu(index) for index in range(n)]


def leave_machine(
    connection: sqlite3.Connection,
    now: float,
    *,
    state: str = "normal",
    gpus: int = 4,
    runs: tuple[str, ...] = (),
    reserved: dict[str, str] | None = None,
    queue: tuple[dict[str, Any], ...] = (),
    sampled: list[dict[str, Any]] | None = None,
    history: float = 0.0,
    every: float = 10.0,
) -> None:
    """Leave a machine in the journal. ``state`` is normal, none, lost, mig, stale, unified, or a status of the sampler
    that is not ok; ``runs`` get readings of their use, the first one GPU 0; ``history`` is how many seconds of it."""
    found = cards(gpus, runs) if sampled is None else sampled
    status, age = "ok", 0.4
    if state == "none":
        status, found = "no_library", []
    elif state in NOT_OK:
        status, found = state, []
    elif state == "lost":
        found[1] = in_trouble(1, "lost", "GPU is lost")
    elif state == "mig":
        instances = [
            {"index": n, "uuid": f"MIG-{n}", "name": "1g.10gb", "memory_used": n * 3 * GIB, "memory_total": 9.75 * GIB}
            for n in range(3)
        ]
        words = "not available while the GPU is divided (MIG)"
        found[2] |= {"mig": instances, "utilisation": None, "missing": {"utilisation": words}}
    elif state == "stale":
        age = 47.0
    elif state == "unified":
        found = [
            gpu(0, utilisation=40, name="NVIDIA GB10", memory_total=119 * GIB, unified=True, power_limit=None, fan=None)
        ]
        found[0]["missing"] = {"fan": "not supported by this GPU", "power_limit": "not supported by this GPU"}
    sample = {
        "kind": "sample",
        "format": 1,
        "at": now - age,
        "seconds": 0.004,
        "status": status,
        "reason": NOT_OK.get(status),
        "driver": "580.82.07",
        "cuda": "13.0",
        "count": len(found),
        "gpus": found,
        "reserved": reserved or {},
        "queue": list(queue),
    }
    host = {
        "cpu": 41.3,
        "cores": 32,
        "load": [13.2, 12.8, 9.1],
        "memory_total": 128 * GIB,
        "memory_available": 87 * GIB,
        "swap_total": 8 * GIB,
        "swap_used": 0,
        "shm_used": 2 * GIB,
        "pressure": 0.0,
        "boot_id": "b",
        "uptime": 1_100_000.0,
        "missing": {},
    }
    disks = [
        _disk("/", "run folder, home, temporary files", 1800 * GIB, 212 * GIB, full_at=now + 3.2 * 86400),
        _disk("/dev/shm", "shared memory", 63 * GIB, 61 * GIB),
        _disk("/mnt/data", "run folder", 7300 * GIB, 2900 * GIB),
    ]
    with write(connection):
        machines.record_reading(connection, machines.GPUS, HOST, host=HOST, as_of=now - age, data=sample)
        machines.record_reading(connection, machines.HOST, HOST, host=HOST, as_of=now - 1, data=host)
        machines.record_reading(connection, machines.DISKS, HOST, host=HOST, as_of=now - 20, data={"disks": disks})
        for place, run_id in enumerate(runs):
            on = (
                [{"index": 0, "uuid": uuid(0), "memory": 20.6 * GIB, "utilisation": 97}] if place == 0 and found else []
            )
            usage = {
                "pid": 31337,
                "processes": 9,
                "threads": 80,
                "cpu": 312.0,
                "memory": 4.2 * GIB,
                "read": 52e6,
                "written": 1.1e6,
                "read_total": 6e11,
                "written_total": 2e9,
                "gpus": on,
                "missing": {},
            }
            machines.record_reading(connection, machines.USAGE, run_id, host=HOST, as_of=now - 1, data=usage)
    if history:
        leave_history(connection, now, found, runs, history, every)


def leave_history(
    connection: sqlite3.Connection,
    now: float,
    found: list[dict[str, Any]],
    runs: tuple[str, ...],
    seconds: float,
    every: float,
) -> None:
    """Keep and fold samples of the last ``seconds``, with a gap in the middle in which nobody watched."""
    begin = now - seconds
    steps = int(seconds / every)
    with write(connection):
        for step in range(steps):
            if 0.45 < step / steps < 0.55:
                continue
            at = begin + step * every
            way = step / steps
            points: list[tuple[str, str, float]] = []
            for card in found:
                if card["trouble"]:
                    continue
                busy = min(100.0, max(0.0, (card["utilisation"] or 0) * (0.9 + 0.2 * math.sin(step / 7))))
                subject = f"gpu:{card['uuid']}"
                points += [
                    (subject, "utilisation", busy),
                    (subject, "memory", card["memory_used"] * min(1.0, 0.3 + way)),
                    (subject, "temperature", 35 + busy * 0.4 + math.sin(step / 40)),
                    (subject, "power", 30 + busy * 4),
                ]
            subject = f"host:{HOST}"
            points += [
                (subject, "cpu", 40 + 20 * math.sin(step / 50)),
                (subject, "memory", (38 + 3 * way) * GIB),
                (subject, "load", 12 + 3 * math.sin(step / 90)),
                (subject, "swap", 0.0),
            ]
            if step % max(1, round(60 / every)) == 0:
                points += [(f"disk:{HOST}:/", "free", (230 - 18 * way) * GIB)]
                points += [(f"disk:{HOST}:/mnt/data", "free", 2900.0 * GIB)]
            for run_id in runs:
                subject = f"run:{run_id}"
                points += [
                    (subject, "cpu", 300 + 40 * math.sin(step / 11)),
                    (subject, "memory", (3.9 + 0.3 * way) * GIB),
                    (subject, "gpu_utilisation", 95 + 4 * math.sin(step / 5)),
                    (subject, "gpu_memory", 20.6 * GIB),
                    (subject, "read", 5e7 + 2e7 * math.sin(step / 13)),
                    (subject, "write", 1e6),
                ]
            samples.keep(connection, at, points)
        samples.fold(connection, now)


def _disk(path: str, label: str, total: float, free: float, full_at: float | None = None) -> dict[str, Any]:
    return {
        "path": path,
        "label": label,
        "device": "/dev/nvme0n1p2",
        "filesystem": "ext4",
        "total": total,
        "free": free,
        "inodes_free": 90_000_000,
        "full_at": full_at,
        "per_day": 66 * GIB if full_at else None,
        "note": None,
    }
