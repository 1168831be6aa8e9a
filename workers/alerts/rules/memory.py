"""Memory that runs out: of the machine, and of GPUs. Reads history only where growth could reach the limit in time."""

from collections.abc import Iterable, Mapping
from typing import Any

from store.alert_rules import KEEN, NORMAL, NOW, PATIENT
from store.machines import GPUS, HOST, USAGE, Reading
from store.runs import Run
from store.symptoms import number
from workers.alerts.judgement import Judgement
from workers.alerts.rules.growth import REACH_SECONDS, SPANS, Growth, foresee_limit, grown
from workers.alerts.sights import MachineSight

HOUR = 3600.0
HORIZON_SECONDS = {KEEN: 6 * HOUR, NORMAL: 2 * HOUR, PATIENT: 0.5 * HOUR}
"""A limit that is further away than this is not told."""
URGENT_SECONDS = HOUR
"""One that is nearer than this cannot wait for a digest."""
YOUNG_SECONDS = 3000.0
"""A run younger than this may still be loading what it needs."""
EXPLAINS = 0.6
"""How much of the growth must be a run's for it to be named."""
FRESH_SECONDS = 60.0
LOADING_SECONDS = 3 * HOUR
"""For how long a run whose counters have not moved may be loading."""
_IMMINENT_SECONDS = 900.0


def judge_host_memory(sight: MachineSight, sensitivity: str) -> list[Judgement]:
    """Memory of each machine that grows to its limit, or that is nearly gone; the run that grows is named if one
    explains most of it."""
    found = []
    low = {one.subject for one in sight.findings if one.kind == "memory_low" and one.level == "bad"}
    for reading in sight.readings:
        total, free = number(reading.data.get("memory_total")), number(reading.data.get("memory_available"))
        if reading.kind != HOST or not total or free is None:
            continue
        subject = f"host:{reading.host}"
        facts = {"host": reading.host, "used": total - free, "total": total, "slope": None, "left": None, "name": None}
        if sight.now - reading.as_of > FRESH_SECONDS:
            found += _unknown("host_memory", subject, sight.runs.values(), reading.host)
        elif subject in low:
            facts |= {"name": _largest(sight, reading.host, total - free)}
            found.append(Judgement("host_memory", True, facts, subject=subject, occasion="low", severity=NOW))
        else:
            growth = _foresee(sight, subject, total - free, total, HORIZON_SECONDS[sensitivity])
            run = None if growth is None else _grower(sight, reading.host, growth)
            if growth is not None and not _may_be_loading(sight, [run] if run else [], growth):
                found.append(_tell("host_memory", subject, facts, growth, run))
    return found


def judge_gpu_memory(sight: MachineSight, sensitivity: str) -> list[Judgement]:
    """Memory of GPUs that grows to its limit. GPUs of the same runs grow together, and are told by the fullest."""
    found = []
    for reading in sight.readings:
        if reading.kind != GPUS:
            continue
        if sight.now - reading.as_of > FRESH_SECONDS:
            for uuid in (gpu.get("uuid") for gpu in reading.data.get("gpus") or ()):
                found += _unknown("gpu_memory", f"gpu:{uuid}", sight.runs.values(), reading.host)
            continue
        for holders, cards in _shared(reading, sight.runs).items():
            fullest = min(cards, key=lambda card: card["memory_total"] - card["memory_used"])
            used, total = float(fullest["memory_used"]), float(fullest["memory_total"])
            growth = _foresee(sight, f"gpu:{fullest['uuid']}", used, total, HORIZON_SECONDS[sensitivity])
            holding = [sight.runs[one] for one in holders]
            if growth is None or _may_be_loading(sight, holding, growth):
                continue
            run = holding[0] if len(holding) == 1 else _grower(sight, reading.host, growth, holding, "gpu_memory")
            facts = {"index": fullest.get("index"), "used": used, "total": total, "name": None}
            found.append(_tell("gpu_memory", f"gpu:{cards[0]['uuid']}", facts, growth, run))
    return found


def _tell(rule: str, subject: str, facts: Mapping[str, Any], growth: Growth, run: Run | None) -> Judgement:
    """What grows. One that became urgent is another alert: the first may wait for a digest."""
    urgent = growth.left < URGENT_SECONDS
    told = {**facts, "slope": growth.slope * HOUR, "left": growth.left, "name": run.name if run else None}
    return Judgement(
        rule,
        True,
        told,
        run_id=run.id if run else None,
        attempt=run.attempt if run else None,
        subject=subject,
        occasion="now" if urgent else "",
        severity=NOW if urgent else None,
    )


def _unknown(rule: str, subject: str, runs: Iterable[Run], host: str) -> list[Judgement]:
    """Nothing can be told of that subject now, whatever was told of it before."""
    whose: list[Run | None] = [None, *(run for run in runs if run.host == host)]
    return [
        Judgement(
            rule,
            None,
            run_id=run.id if run else None,
            attempt=run.attempt if run else None,
            subject=subject,
            occasion=occasion,
        )
        for run in whose
        for occasion in (("", "now", "low") if run is None and rule == "host_memory" else ("", "now"))
    ]


def _foresee(sight: MachineSight, subject: str, used: float, total: float, horizon: float) -> Growth | None:
    """Growth that ends within ``horizon`` seconds. What is used must have grown enough within the time looked at: where
    it is too little for that, history need not be asked."""
    shortest = min(known / horizon for _, known in SPANS)
    if used < 0.5 * shortest * (total - used):
        return None
    growth = foresee_limit(sight.history(subject, "memory", REACH_SECONDS), sight.now, total)
    return growth if growth is not None and growth.left <= horizon else None


def _shared(reading: Reading, runs: Mapping[str, Run]) -> dict[frozenset[str], list[Mapping[str, Any]]]:
    """The GPUs with memory of their own that runs hold, by these runs, in order of index."""
    found: dict[frozenset[str], list[Mapping[str, Any]]] = {}
    for gpu in sorted(reading.data.get("gpus") or (), key=lambda gpu: int(gpu.get("index") or 0)):
        if gpu.get("trouble") or gpu.get("unified") or gpu.get("memory_used") is None or not gpu.get("memory_total"):
            continue
        holders = {str(process["run"]) for process in gpu.get("processes") or () if process.get("run")}
        if holders & runs.keys():
            found.setdefault(frozenset(holders & runs.keys()), []).append(gpu)
    return found


def _grower(
    sight: MachineSight, host: str, growth: Growth, among: Iterable[Run] | None = None, name: str = "memory"
) -> Run | None:
    """The run whose own memory explains most of the growth."""
    best, share = None, EXPLAINS
    for run in sight.runs.values() if among is None else among:
        if run.host == host:
            explained = grown(sight.history(f"run:{run.id}", name, REACH_SECONDS), growth.since) / growth.grew
            if explained >= share:
                best, share = run, explained
    return best


def _may_be_loading(sight: MachineSight, runs: Iterable[Run], growth: Growth) -> bool:
    """Whether one of the runs that grow has begun so lately, or not made one step yet, that it may load its data."""
    for run in runs:
        age = sight.now - (run.started or run.created)
        progress = sight.progress.get(run.id)
        begun = progress is None or progress.done is None or progress.done > 0
        waits = growth.left > _IMMINENT_SECONDS and not begun and age < LOADING_SECONDS
        if age < YOUNG_SECONDS or waits:
            return True
    return False


def _largest(sight: MachineSight, host: str, used: float) -> str | None:
    """The name of the run that has more than half of what is used."""
    for reading in sight.readings:
        run = sight.runs.get(reading.subject) if reading.kind == USAGE else None
        if run is not None and reading.host == host and (number(reading.data.get("memory")) or 0.0) > 0.5 * used:
            return run.name
    return None
