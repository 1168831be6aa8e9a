"""GPUs that idle though a run holds them, that are lost, that cannot be used, that are slowed down.

What befell a GPU comes from the events, which tell changes; a level that no event of the last day explains (it was told
then) changes nothing. Errors that the driver reports are in :mod:`workers.alerts.rules.gpu_errors`.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

from store import gpu_findings
from store.alert_rules import KEEN, NORMAL, PATIENT
from store.machines import GPUS, MachineEvent, Reading
from store.runs import Run
from store.symptoms import number
from workers.alerts.judgement import Judgement
from workers.alerts.rules.gpu_errors import EDGE_SECONDS, about_run, booted, cluster, judge_ecc, judge_xid
from workers.alerts.sights import MachineSight

__all__ = ["judge_driver", "judge_ecc", "judge_heat", "judge_idle", "judge_lost", "judge_xid"]

IDLE_SECONDS = {KEEN: 300.0, NORMAL: 900.0, PATIENT: 3600.0}
"""How long a GPU must have done nothing while a run held its memory."""
AT_WORK = 4.0
"""So many times longer where the run works without it: evaluates, prepares or reads data."""
BUSY_CPU, BUSY_BYTES = 30.0, 4e6
"""In % of a core, and in bytes a second that are read or written, from when on a run is at work."""
DRAWS = 0.5
"""Of its power limit: a GPU that draws more works, whatever its utilisation says."""
FRESH_SECONDS = 60.0
LASTS_SECONDS = {"lost": 10.0, "reset_required": 10.0, "error": 60.0}
"""For how long a GPU must have been in trouble before it is told: a reset, or one reading that failed, is none."""
TOGETHER_SECONDS = 60.0
UNUSABLE = ("mismatch", "container", "no_driver", "failed", "no_permission")
_UNUSABLE_SECONDS = {"failed": 60.0}
_KERNELS = ("ipykernel", "colab_kernel", "jupyter", "marimo", "ipython", "debugpy", "pdb")
_OVER = ("returned", "recovered")
_SLOW = ("hot", "power_brake", "hardware_slowdown")


class _Loss(NamedTuple):
    """The latest trouble of a GPU: since when, as what it was told last, and whether it is still so (None: unknown)."""

    began: MachineEvent
    last: MachineEvent
    lasts: bool | None


def judge_idle(sight: MachineSight, sensitivity: str) -> list[Judgement]:
    """Each run that holds memory of GPUs which do nothing; once a run, however many they are.

    A notebook's kernel, an interpreter or a debugger waits for its user: none of these is told. A run that is suspended
    cannot work.
    """
    found = []
    for reading in _read(sight):
        for run, held in _held(reading, sight.runs):
            about: dict[str, Any] = {"run_id": run.id, "attempt": run.attempt, "subject": f"gpu:{held[0]['uuid']}"}
            if sight.now - reading.as_of > FRESH_SECONDS:
                found.append(Judgement("gpu_idle", None, **about))
            elif "suspended" not in run.health and not _is_interactive(run):
                idle = [(_idle_for(sight, gpu, run, sensitivity), gpu) for gpu in held if _does_nothing(gpu)]
                length, gpu = max(idle, key=lambda one: one[0], default=(0.0, held[0]))
                if length >= IDLE_SECONDS[sensitivity] and not _may_work(sight, run, length, sensitivity):
                    memory = sum(float(one.get("memory") or 0.0) for one in _processes(gpu, run.id))
                    facts = {"index": gpu.get("index"), "memory": memory, "length": length}
                    found.append(Judgement("gpu_idle", True, facts, **about))
    return found


def judge_lost(sight: MachineSight, sensitivity: str) -> list[Judgement]:
    """GPUs that are lost, must be reset or cannot be read; those that went within a minute are told as one."""
    found = []
    losses = _losses(sight)
    for group in cluster(sorted(losses.values(), key=lambda one: (one.began.time, one.began.id)), _went_together):
        first = group[0].began
        if sight.now - first.time >= EDGE_SECONDS:
            found += [Judgement("gpu_lost", None, subject=one.began.subject) for one in group if one.lasts is not False]
        elif any(_is_told(one, sight.now) for one in group):
            told = next(one for one in group if _is_told(one, sight.now))
            detail = told.last.detail
            gone = [one for one in group if one.lasts]
            had = _reserving(sight, {one.began.subject for one in gone})
            facts = {
                "index": detail.get("index"),
                "name": detail.get("name"),
                "trouble": told.last.kind,
                "note": detail.get("note"),
                "runs": [sight.runs[one].name if one in sight.runs else one for one in had],
            }
            if len(gone) > 1:
                facts["indexes"] = sorted(
                    int(one.last.detail["index"]) for one in gone if one.last.detail.get("index") is not None
                )
            about = about_run(sight, had)
            found.append(Judgement("gpu_lost", True, facts, since=first.time, subject=first.subject, **about))
        elif any(one.lasts is None for one in group):
            found.append(Judgement("gpu_lost", None, subject=first.subject))
    known = set(losses)
    for reading in _read(sight):
        for gpu in reading.data.get("gpus") or ():
            if gpu.get("trouble") and gpu.get("uuid") and f"gpu:{gpu['uuid']}" not in known:
                found.append(Judgement("gpu_lost", None, subject=f"gpu:{gpu['uuid']}"))
    return found


def judge_driver(sight: MachineSight, sensitivity: str) -> list[Judgement]:
    """A driver that could be used and no longer can; one that never could is no change, and the page says it."""
    found = []
    for reading in _read(sight):
        status, subject = str(reading.data.get("status")), f"host:{reading.host}"
        if status not in UNUSABLE:
            continue
        stretch: list[MachineEvent] = []
        for event in _ordered(sight.events):
            if event.subject == subject and event.kind == "recovered":
                stretch = []
            elif event.subject == subject and event.kind == "driver" and event.detail.get("status") in UNUSABLE:
                stretch.append(event)
        if not stretch or sight.now - stretch[0].time >= EDGE_SECONDS:
            found.append(Judgement("driver", None, subject=subject))
            continue
        first = stretch[0]
        lasted = sight.now - first.time >= _UNUSABLE_SECONDS.get(status, LASTS_SECONDS["lost"])
        if first.detail.get("before") is not None and lasted:
            runs = [run.name for run in sight.runs.values() if run.host == reading.host and run.state == "running"]
            facts = {"status": status, "reason": reading.data.get("reason"), "runs": sorted(runs)}
            found.append(Judgement("driver", True, facts, since=first.time, subject=subject))
    return found


def judge_heat(sight: MachineSight, sensitivity: str) -> list[Judgement]:
    """GPUs that are slowed down: the finding says so after a minute of it, and the rule's calm lets it end."""
    found = []
    for one in sight.findings:
        reason = next((name for name in _SLOW if gpu_findings.WORDS[name] == one.words), None)
        if one.kind == "throttled" and reason is not None:
            temperature = number(one.values.get("temperature"))
            facts = {"index": one.values.get("index"), "temperature": temperature, "reason": reason}
            found.append(Judgement("heat", True, facts, subject=one.subject))
    return found


def _read(sight: MachineSight) -> list[Reading]:
    return [one for one in sight.readings if one.kind == GPUS]


def _ordered(events: Iterable[MachineEvent]) -> list[MachineEvent]:
    return sorted(events, key=lambda event: (event.time, event.id))


def _processes(gpu: Mapping[str, Any], run_id: str) -> list[Mapping[str, Any]]:
    return [one for one in gpu.get("processes") or () if one.get("run") == run_id]


def _held(reading: Reading, runs: Mapping[str, Run]) -> list[tuple[Run, list[Mapping[str, Any]]]]:
    """The running runs that hold memory of GPUs, each with these in order of index."""
    held: dict[str, list[Mapping[str, Any]]] = {}
    for gpu in sorted(reading.data.get("gpus") or (), key=lambda gpu: int(gpu.get("index") or 0)):
        for run_id in {one.get("run") for one in gpu.get("processes") or ()} if gpu.get("uuid") else ():
            if run_id in runs and runs[run_id].state == "running":
                held.setdefault(run_id, []).append(gpu)
    return [(runs[run_id], gpus) for run_id, gpus in held.items()]


def _does_nothing(gpu: Mapping[str, Any]) -> bool:
    power, limit = number(gpu.get("power")), number(gpu.get("power_limit"))
    draws = power is not None and limit is not None and power > DRAWS * limit
    return gpu.get("utilisation") == 0 and gpu.get("mig") is None and not draws


def _is_interactive(run: Run) -> bool:
    """Whether a person sits at it: a notebook's kernel, an interpreter without a program, a debugger."""
    words = [PurePath(word).name.lower() for word in run.argv]
    if any(word.startswith(_KERNELS) for word in words):
        return True
    plain = [word for word in words[1:] if word not in ("-i", "-q", "-u")]
    return bool(words) and words[0].startswith("python") and not plain


def _idle_for(sight: MachineSight, gpu: Mapping[str, Any], run: Run, sensitivity: str) -> float:
    """For how many seconds a GPU has done nothing since a run began: from a finding, which there is from a quarter of
    an hour on, else from its history where so little matters."""
    age, subject = sight.now - (run.started or run.created), f"gpu:{gpu['uuid']}"
    for one in sight.findings:
        if one.kind == "idle" and one.subject == subject and one.values.get("run_id") == run.id:
            return min(age, float(one.values["length"]))
    if sensitivity != KEEN or age < IDLE_SECONDS[KEEN]:
        return 0.0
    points = sight.history(subject, "utilisation", 4 * IDLE_SECONDS[KEEN])
    edge = sight.now
    for moment, value in reversed(points):
        if value > 0 or edge - moment > FRESH_SECONDS:
            break
        edge = moment
    return min(age, sight.now - edge)


def _may_work(sight: MachineSight, run: Run, length: float, sensitivity: str) -> bool:
    """Whether a run has held the memory for too short a time yet, or works without the GPU: then it has longer."""
    limit, subject = IDLE_SECONDS[sensitivity], f"run:{run.id}"
    window = min(length, AT_WORK * limit)
    held = sight.now
    for moment, memory in reversed(sight.history(subject, "gpu_memory", window + FRESH_SECONDS)):
        if memory <= 0 or held - moment > 2 * FRESH_SECONDS:
            break
        held = moment
    lasted = min(length, sight.now - held + FRESH_SECONDS / 2) if held < sight.now else length
    if lasted < limit or lasted >= AT_WORK * limit - FRESH_SECONDS:
        return lasted < limit
    if (_mean(sight.history(subject, "cpu", limit)) or 0.0) >= BUSY_CPU:
        return True
    rates = [_mean(sight.history(subject, name, limit)) or 0.0 for name in ("read", "write")]
    return sum(rates) >= BUSY_BYTES


def _mean(points: Sequence[tuple[float, float]]) -> float | None:
    return sum(value for _, value in points) / len(points) if points else None


def _losses(sight: MachineSight) -> dict[str, _Loss]:
    """The latest trouble of each GPU, by its subject; one that is over is among them."""
    found: dict[str, _Loss] = {}
    for event in _ordered(sight.events):
        known = found.get(event.subject)
        if event.kind in LASTS_SECONDS and event.subject.startswith("gpu:"):
            began = known.began if known is not None and known.lasts else event
            found[event.subject] = _Loss(began, event, True)
        elif event.kind in _OVER and known is not None:
            found[event.subject] = known._replace(lasts=False)
    starts = booted(sight)
    return {
        subject: one._replace(lasts=_still_lasts(sight, one, starts)) if one.lasts else one
        for subject, one in found.items()
    }


def _still_lasts(sight: MachineSight, loss: _Loss, starts: Mapping[str, float]) -> bool | None:
    """Whether a GPU is in trouble by the latest reading; it may have been taken out while the machine was off."""
    for reading in _read(sight):
        if reading.host != loss.began.host or reading.as_of < loss.last.time:
            continue
        if reading.data.get("status") not in ("ok", "no_gpu"):
            return None
        listed = {f"gpu:{gpu.get('uuid')}": gpu for gpu in reading.data.get("gpus") or ()}
        if loss.began.subject in listed:
            return bool(listed[loss.began.subject].get("trouble"))
        return loss.last.time > starts.get(reading.host, 0.0)
    return True


def _is_told(loss: _Loss, now: float) -> bool:
    return loss.lasts is True and now - loss.began.time >= LASTS_SECONDS[loss.last.kind]


def _went_together(one: _Loss, other: _Loss) -> bool:
    return one.began.host == other.began.host and other.began.time - one.began.time <= TOGETHER_SECONDS


def _reserving(sight: MachineSight, subjects: Iterable[str]) -> list[str]:
    """The runs that were given these GPUs: a GPU that is lost does not tell who was on it."""
    wanted = set(subjects)
    given = {
        str(run_id)
        for reading in _read(sight)
        for uuid, run_id in (reading.data.get("reserved") or {}).items()
        if f"gpu:{uuid}" in wanted
    }
    return sorted(given)
