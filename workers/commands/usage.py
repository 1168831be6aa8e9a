"""What `machiai show` says of what a run takes of the machine: its GPUs, processor, memory; and took in all."""

import math
import sqlite3
import time
from collections.abc import Iterable, Mapping
from typing import Any

from store import machines, samples
from store.curves import read_points
from store.durations import spell
from store.machines import GPUS, USAGE, Reading
from store.runs import Run
from store.series import list_series
from store.sizes import spell_size

_STALE_SECONDS = 30.0


def usage(connection: sqlite3.Connection, run: Run) -> dict[str, Any] | None:
    """The key ``gpu`` of `show --json`; None where nothing is known.

    What is so now (``as_of gpus memory utilisation cpu rss``: GPU memory in bytes over all GPUs, mean utilisation in
    per cent, processor in per cent of a core, resident memory in bytes) is null once the run is over; ``summary`` has
    means and extremes of its whole time.
    """
    reading = machines.read_reading(connection, USAGE, run.id) if run.is_active else None
    summary = summarise(connection, run.id)
    if reading is None and not summary:
        return None
    told: dict[str, Any] = dict.fromkeys(("as_of", "gpus", "memory", "utilisation", "cpu", "rss"))
    if reading is not None:
        gpus = _gpus(connection, reading)
        told = {
            "as_of": reading.as_of,
            "gpus": gpus,
            "memory": _total(gpu["memory"] for gpu in gpus),
            "utilisation": _mean(gpu["utilisation"] for gpu in gpus),
            "cpu": reading.data.get("cpu"),
            "rss": reading.data.get("memory"),
        }
    return told | {"summary": summary or None}


def summarise(connection: sqlite3.Connection, run_id: str) -> dict[str, float]:
    """Mean and highest of what a run took over its whole time: ``utilisation_mean utilisation_max memory_max cpu_mean
    cpu_max rss_max``, those that are known."""
    known: dict[str, dict[str, Any]] = {}
    for series in list_series(connection, run_id, samples.SYSTEM):
        known.setdefault(series.name, {})[series.source] = series
    fresh = samples.waiting(connection, f"run:{run_id}")
    found: dict[str, float] = {}
    for name, key, wants_mean in (
        ("gpu_utilisation", "utilisation", True),
        ("gpu_memory", "memory", False),
        ("cpu", "cpu", True),
        ("memory", "rss", False),
    ):
        sources, seconds = known.get(name, {}), fresh.get(name, {})
        highs = [sources[samples.SECOND].high] if samples.SECOND in sources else []
        highs = [one for one in (*highs, *seconds.values()) if one is not None]
        if not highs:
            continue
        found[f"{key}_max"] = max(highs)
        if wants_mean:
            minutes: dict[int, float] = {}
            if samples.MINUTE in sources:
                points = read_points(connection, sources[samples.MINUTE].id)
                minutes = dict(zip(map(int, points.steps), points.values, strict=True))
            minutes |= {minute: mean for minute, (mean, _, _) in samples.minutes_of(seconds).items()}
            found[f"{key}_mean"] = math.fsum(minutes.values()) / len(minutes)
    return found


def lines(connection: sqlite3.Connection, run: Run) -> list[tuple[str, str]]:
    """The same for people: label and text."""
    told = usage(connection, run)
    if told is None:
        return []
    said = []
    if told["as_of"] is not None:
        age = time.time() - told["as_of"]
        old = f"  (as of {spell(age)} ago)" if age > _STALE_SECONDS else ""
        for gpu in told["gpus"]:
            share = "" if gpu["utilisation"] is None else f", {gpu['utilisation']:.0f} %"
            memory = "memory unknown" if gpu["memory"] is None else spell_size(gpu["memory"])
            said.append(("GPU", f"{gpu['index']}  {gpu['name'] or ''}  {memory}{share}{old}"))
        parts = [f"{told['cpu']:.0f} % of a core"] if told["cpu"] is not None else []
        parts += [f"{spell_size(told['rss'])} memory"] if told["rss"] is not None else []
        if parts:
            said.append(("uses", ", ".join(parts) + old))
    summary = told["summary"] or {}
    if not run.is_active and summary:
        said.append(("used", _in_words(summary)))
    return said


def _in_words(summary: Mapping[str, float]) -> str:
    parts = []
    if "utilisation_mean" in summary:
        parts.append(f"GPU {summary['utilisation_mean']:.0f} % on average, {summary['utilisation_max']:.0f} % at most")
    if "memory_max" in summary:
        parts.append(f"GPU memory up to {spell_size(summary['memory_max'])}")
    if "rss_max" in summary:
        parts.append(f"memory up to {spell_size(summary['rss_max'])}")
    if "cpu_mean" in summary:
        parts.append(f"{summary['cpu_mean']:.0f} % of a core on average")
    return ", ".join(parts)


def _gpus(connection: sqlite3.Connection, reading: Reading) -> list[dict[str, Any]]:
    """The GPUs that a run is on, with their names."""
    machine = machines.read_reading(connection, GPUS, reading.host)
    names = {gpu.get("uuid"): gpu.get("name") for gpu in (machine.data.get("gpus") or () if machine else ())}
    return [
        {"index": gpu.get("index"), "uuid": gpu.get("uuid"), "name": names.get(gpu.get("uuid"))}
        | {"memory": gpu.get("memory"), "utilisation": gpu.get("utilisation")}
        for gpu in reading.data.get("gpus") or ()
    ]


def _total(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
