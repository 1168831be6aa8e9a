"""A GPU that is free while runs wait, and the queue does not take it."""

from collections.abc import Mapping, Sequence
from typing import Any

from store.machines import GPUS, Reading
from store.symptoms import number, text
from workers.alerts.judgement import Judgement
from workers.alerts.sights import MachineSight

FREE_SECONDS = 60.0
"""How long a GPU must be free, and a run that could have it wait: the queue gives GPUs within seconds."""
BEHIND_SECONDS = 900.0
"""The same for a run behind another one that waits for more GPUs than are free: that is the queue's order."""
FRESH_SECONDS = 30.0
_LATE_SECONDS = 15.0


def judge_free(sight: MachineSight, sensitivity: str) -> list[Judgement]:
    """The GPUs of a machine that nobody has though the first run in the queue that they would do for waits; once for
    each run that waits, with the queue's own words for why."""
    found = []
    for reading in sight.readings:
        rows = [dict(row) for row in reading.data.get("queue") or ()] if reading.kind == GPUS else []
        if not rows:
            continue
        subject = f"host:{reading.host}"
        if sight.now - reading.as_of > FRESH_SECONDS or reading.data.get("status") != "ok":
            found += [Judgement("gpu_free", None, subject=subject, occasion=text(row, "run")) for row in rows]
            continue
        free = [gpu for gpu in reading.data.get("gpus") or () if _is_free(gpu, reading)]
        row = next((row for row in rows if 0 < (number(row.get("count")) or 0) <= len(free)), None)
        if row is None:
            continue
        wanted = FREE_SECONDS if row is rows[0] else BEHIND_SECONDS
        if sight.now - (number(row.get("asked")) or sight.now) < wanted:
            continue
        free = [gpu for gpu in free if _was_free(sight, gpu, wanted)]
        if len(free) >= int(row["count"]):
            found.append(
                Judgement("gpu_free", True, _facts(free, rows, row), subject=subject, occasion=text(row, "run"))
            )
    return found


def _facts(
    free: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], row: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "indexes": [gpu.get("index") for gpu in free],
        "waiting": [text(one, "name") or text(one, "run") for one in rows],
        "reason": text(row, "why") or None,
    }


def _is_free(gpu: Mapping[str, Any], reading: Reading) -> bool:
    """Whether nobody computes on a GPU, no run has it, and it is well."""
    if gpu.get("trouble") or gpu.get("mig") is not None or gpu.get("uuid") in (reading.data.get("reserved") or {}):
        return False
    processes = gpu.get("processes")
    return processes is not None and all(one.get("kind") == "G" for one in processes) and not gpu.get("utilisation")


def _was_free(sight: MachineSight, gpu: Mapping[str, Any], seconds: float) -> bool:
    """Whether it did nothing, and its memory did not change much, for so long."""
    subject = f"gpu:{gpu.get('uuid')}"
    work = sight.history(subject, "utilisation", seconds)
    memory = [value for _, value in sight.history(subject, "memory", seconds)]
    if not work or work[0][0] > sight.now - seconds + _LATE_SECONDS or any(value > 0 for _, value in work):
        return False
    total = number(gpu.get("memory_total"))
    return not memory or total is None or max(memory) - min(memory) < 0.02 * total
