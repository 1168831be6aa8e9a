"""What is wrong with the GPUs of a machine: driver, sampler, each card, and memory that nobody uses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from store import xids
from store.machines import MachineEvent, Reading
from store.symptoms import Finding, Length, Level, Moment, Phrase, Size, number, text

DAY = 86400.0
IDLE_SECONDS = 900.0
SLOW_SECONDS = 60.0
"""How long a GPU must have been slowed down before it is said …"""
CALM_SECONDS = 600.0
"""… and how long ago that must have ended before it is no longer said."""
_ORPHANED_BYTES = 1 << 30
_PATIENCE = 3
_RETRY_SECONDS = 35.0

WORDS = {
    "driver_mismatch": "The NVIDIA driver was upgraded on {host}: running jobs go on, but new ones cannot use the "
    "GPUs. Reboot when the jobs are done.",
    "container": "This container has lost its GPUs. Restart the container; on the host, systemctl daemon-reload is "
    "what takes them away.",
    "no_driver": "The NVIDIA driver is not loaded on {host}, so no GPU can be used. After a kernel upgrade it must be "
    "built again: reinstall the driver package, or reboot.",
    "no_gpu": "The NVIDIA driver of {host} sees no GPU. Is the card seated and powered? sudo dmesg | grep NVRM says "
    "more.",
    "no_permission": "This user may not read the GPUs of {host}. The files /dev/nvidia* must be readable and writable "
    "for this user.",
    "driver_failed": "The GPUs of {host} cannot be read: {reason}",
    "sampler_silent": "The GPUs of {host} have not answered for {age}. What is shown of them was last known then; "
    "jobs are watched as before.",
    "gpu_lost": "GPU {index} ({name}) is lost: the driver cannot reach it. Jobs on it have failed or hang. Reboot, "
    "better with the power off for a moment.",
    "gpu_reset_required": "GPU {index} ({name}) must be reset before it can be used again: end what runs on it, then "
    "sudo nvidia-smi --gpu-reset -i {index}, or reboot.",
    "gpu_error": "GPU {index} ({name}) cannot be read: {reason}",
    "hot": "GPU {index} is slowed down because it is hot ({temperature} °C). Check fans, dust and the air around it.",
    "was_hot": "GPU {index} was slowed down until {until} because it was hot. Check fans, dust and the air around it.",
    "power_brake": "GPU {index} is slowed down because the power supply asks for it. Check power cables and supply.",
    "was_power_brake": "GPU {index} was slowed down until {until} because the power supply asked for it. Check power "
    "cables and supply.",
    "hardware_slowdown": "GPU {index} slows itself down, for heat or for its power supply. Check fans and power "
    "cables.",
    "was_hardware_slowdown": "GPU {index} slowed itself down until {until}, for heat or for its power supply. Check "
    "fans and power cables.",
    "ecc": "GPU {index} met memory errors that it could not correct ({count}, the last at {last}): what was computed "
    "with it then may be wrong. Reset it when it is free; if more come, replace it.",
    "remap": "GPU {index} replaced bad rows of its memory. That is a repair; if it comes often, the card is wearing "
    "out.",
    "remap_pending": "GPU {index} has bad rows of memory that the next reset replaces: sudo nvidia-smi --gpu-reset -i "
    "{index} when it is free, or reboot.",
    "remap_failed": "GPU {index} could not replace bad memory any more: the card should be replaced.",
    "xid": "GPU {index}: {title} (XID {xid}, {last}). {advice}",
    "xid_repeated": "GPU {index}: {title} (XID {xid}, {count} times, last {last}). {advice}",
    "idle": "{run} has held {memory} of GPU {index} for {length} without using it. Does it hang, or is it done?",
    "hidden": "Process {pid} holds {memory} of GPU {index} but is not visible here: it runs in another container, or "
    "outside of this one.",
    "orphaned": "{memory} of GPU {index} are in use though no process shows. One that was killed may have left it, or "
    "it belongs to another container: sudo fuser -v /dev/nvidia{index} shows who.",
}
_STATES: dict[str, tuple[str, Level]] = {
    "mismatch": ("driver_mismatch", "bad"),
    "container": ("container", "bad"),
    "no_driver": ("no_driver", "warn"),
    "no_gpu": ("no_gpu", "warn"),
    "no_permission": ("no_permission", "warn"),
    "failed": ("driver_failed", "bad"),
}
_SLOW = {
    "hw_thermal": "hot",
    "sw_thermal": "hot",
    "power_brake": "power_brake",
    "hw_slowdown": "hardware_slowdown",
}
"""Reasons that want a person, the plainest first; a power cap and idleness are normal."""


def silent_after(data: Mapping[str, Any], interval: float) -> float:
    """After how many seconds a reading of the GPUs is stale: a sampler that met trouble tries again more slowly."""
    return max(5.0, _PATIENCE * interval) if data.get("status") == "ok" else max(_RETRY_SECONDS, _PATIENCE * interval)


def find(
    reading: Reading,
    events: Sequence[MachineEvent],
    now: float,
    *,
    interval: float = 1.0,
    booted: float | None = None,
    idle: Mapping[str, float] | None = None,
    names: Mapping[str, str] | None = None,
) -> Iterator[Finding]:
    """The findings of one machine's GPUs; see :func:`store.findings.find`."""
    data, host = reading.data, reading.host
    subject = f"host:{host}"
    status = data.get("status")
    age = now - reading.as_of
    fresh = age <= silent_after(data, interval)
    if status in _STATES:
        kind, level = _STATES[status]
        reason = text(data, "reason") or "?"
        began = _latest([one for one in events if one.subject == subject], "driver")
        yield Finding(kind, level, subject, WORDS[kind], {"host": host, "reason": reason}, began)
    if not fresh and status != "no_library":
        values = {"host": host, "age": Length(age)}
        yield Finding("sampler_silent", "warn", subject, WORDS["sampler_silent"], values, reading.as_of)
    cards = {text(gpu, "uuid"): gpu for gpu in data.get("gpus") or ()}
    ours = [one for one in events if one.host == host and one.subject.startswith("gpu:")]
    for gpu in data.get("gpus") or ():  # several that were lost before they were first read have no UUID
        uuid = text(gpu, "uuid")
        befell = [one for one in ours if one.subject == f"gpu:{uuid}"]
        yield from _find_trouble(gpu, befell)
        yield from _find_slowness(gpu, befell, now, reading.as_of if not fresh else now)
        yield from _find_memory_errors(gpu, befell, now, booted)
        if fresh:
            yield from _find_idle(gpu, (idle or {}).get(uuid, 0.0), now, names or {})
            yield from _find_strangers(gpu)
    yield from _find_xids(ours, cards, now, booted)


def _find_trouble(gpu: Mapping[str, Any], befell: Iterable[MachineEvent]) -> Iterator[Finding]:
    trouble = gpu.get("trouble")
    if trouble in ("lost", "reset_required", "error"):
        values = {
            "index": gpu.get("index"),
            "name": text(gpu, "name") or text(gpu, "uuid") or "?",
            "reason": text(gpu, "note") or "?",
        }
        kind = f"gpu_{trouble}"
        yield Finding(kind, "bad", _subject(gpu), WORDS[kind], values, _latest(befell, str(trouble)))


def _find_slowness(
    gpu: Mapping[str, Any], befell: Sequence[MachineEvent], now: float, seen: float
) -> Iterator[Finding]:
    """Said after a minute of it, and until ten minutes after it ended, so that it does not flicker.

    ``seen`` is until when the GPU is known. That it runs at full speed again is noted a minute late.
    """
    current = [reason for reason in _SLOW if reason in (gpu.get("throttle") or ()) and seen == now]
    stretches = _stretches(befell, now, seen if current else seen - SLOW_SECONDS)
    if current and not stretches:
        stretches = [(now - SLOW_SECONDS, now)]  # nobody has noted when it began
        since = None
    else:
        since = stretches[0][0] if stretches else None
    if sum(end - begin for begin, end in stretches) < SLOW_SECONDS:
        return
    reason = current[0] if current else _noted_reason(befell)
    kind = _SLOW.get(reason, "hardware_slowdown")
    values = {"index": gpu.get("index"), "temperature": gpu.get("temperature"), "until": Moment(stretches[-1][1])}
    words = WORDS[kind if current else f"was_{kind}"]
    yield Finding("throttled", "warn", _subject(gpu), words, values, since)


def _stretches(befell: Iterable[MachineEvent], now: float, seen: float) -> list[tuple[float, float]]:
    """When a GPU was slowed down lately: stretches with pauses shorter than the calm that ends the matter.

    One whose end was not noted went on until ``seen``.
    """
    found: list[tuple[float, float]] = []
    begin = None
    for event in sorted(befell, key=lambda one: one.time):
        if event.kind == "throttled":
            begin = event.time if begin is None else begin
        elif event.kind == "unthrottled" and begin is not None:
            found.append((begin, event.time))
            begin = None
    if begin is not None and seen > begin:
        found.append((begin, seen))
    recent: list[tuple[float, float]] = []
    until = now
    for stretch in reversed(found):
        if until - stretch[1] > CALM_SECONDS:
            break
        recent.insert(0, stretch)
        until = stretch[0]
    return recent


def _noted_reason(befell: Iterable[MachineEvent]) -> str:
    """The plainest reason that the latest event of being slowed down tells."""
    latest = max((one for one in befell if one.kind == "throttled"), key=lambda one: one.time, default=None)
    told = str(latest.detail) if latest else ""
    return next((reason for reason in _SLOW if reason in told), "")


def _find_memory_errors(
    gpu: Mapping[str, Any], befell: Iterable[MachineEvent], now: float, booted: float | None
) -> Iterator[Finding]:
    """Uncorrected errors when they grew in the last day, never for a counter that merely is not zero."""
    values = {"index": gpu.get("index")}
    grown = [one for one in befell if one.kind == "ecc" and now - one.time <= DAY]
    if grown:
        count = sum(int(number(one.detail.get("grew")) or 1) for one in grown)
        last = max(one.time for one in grown)
        level: Level = "warn" if booted is not None and last < booted else "bad"
        told = values | {"count": count, "last": Moment(last)}
        yield Finding("ecc", level, _subject(gpu), WORDS["ecc"], told, last)
    if gpu.get("remap_failed") is True:
        yield Finding("remap_failed", "bad", _subject(gpu), WORDS["remap_failed"], values, _latest(befell, "remap"))
    elif gpu.get("remap_pending") is True:
        yield Finding("remap_pending", "warn", _subject(gpu), WORDS["remap_pending"], values, _latest(befell, "remap"))
    elif (latest := _latest(befell, "remap")) is not None and now - latest <= DAY:
        yield Finding("remap", "note", _subject(gpu), WORDS["remap"], values, latest)


def _find_idle(gpu: Mapping[str, Any], seconds: float, now: float, names: Mapping[str, str]) -> Iterator[Finding]:
    """Each run that holds memory of a GPU which has done nothing for a quarter of an hour."""
    if seconds < IDLE_SECONDS or number(gpu.get("utilisation")):
        return
    held: dict[str, float] = {}
    for process in gpu.get("processes") or ():
        if process.get("run"):
            held[process["run"]] = held.get(process["run"], 0.0) + (number(process.get("memory")) or 0.0)
    for run, memory in held.items():
        values = {
            "run": names.get(run, run),
            "run_id": run,
            "memory": Size(memory),
            "index": gpu.get("index"),
            "length": Length(seconds),
        }
        yield Finding("idle", "warn", _subject(gpu), WORDS["idle"], values, now - seconds)


def _find_strangers(gpu: Mapping[str, Any]) -> Iterator[Finding]:
    """Memory that is held by a process nobody can see, or by none."""
    processes = gpu.get("processes")
    if processes is None or gpu.get("trouble"):
        return
    for process in processes:
        if process.get("visible") is False:
            memory = number(process.get("memory"))
            values = {"pid": process.get("pid"), "memory": Size(memory or 0.0), "index": gpu.get("index")}
            yield Finding("hidden", "note", _subject(gpu), WORDS["hidden"], values)
    used = number(gpu.get("memory_used")) or 0.0
    busy = number(gpu.get("utilisation")) or gpu.get("unified") or gpu.get("mig")
    if not processes and not busy and used >= _ORPHANED_BYTES:
        values = {"memory": Size(used), "index": gpu.get("index")}
        yield Finding("orphaned", "note", _subject(gpu), WORDS["orphaned"], values)


def _find_xids(
    events: Iterable[MachineEvent], cards: Mapping[str, Mapping[str, Any]], now: float, booted: float | None
) -> Iterator[Finding]:
    """The XIDs of the last day, one finding for all of a number on a GPU."""
    groups: dict[tuple[str, int], list[MachineEvent]] = {}
    recovered: dict[str, float] = {}
    for event in events:
        told = number(event.detail.get("xid")) if event.kind == "xid" and now - event.time <= DAY else None
        if told is not None:
            groups.setdefault((event.subject, int(told)), []).append(event)
        elif event.kind in ("returned", "recovered"):
            recovered[event.subject] = max(event.time, recovered.get(event.subject, 0.0))
    for (subject, code), group in groups.items():
        last = max(event.time for event in group)
        card = cards.get(subject.partition(":")[2], {})
        index = next((one for one in (card.get("index"), group[0].detail.get("index")) if one is not None), "?")
        known = xids.explain(code)
        over = last < max(booted or 0.0, recovered.get(subject, 0.0))
        level: Level = "warn" if over and known.level == "bad" else known.level
        advice = Phrase(known.advice, index=index) if "{index}" in known.advice else Phrase(known.advice)
        values = {
            "index": index,
            "title": Phrase(known.title),
            "xid": code,
            "count": len(group),
            "last": Moment(last),
            "advice": advice,
            "whose": known.whose,
        }
        words = WORDS["xid_repeated" if len(group) > 1 else "xid"]
        yield Finding("xid", level, subject, words, values, last)


def _latest(events: Iterable[MachineEvent], kind: str) -> float | None:
    """When the newest event of that kind was, None where there is none."""
    return max((one.time for one in events if one.kind == kind), default=None)


def _subject(gpu: Mapping[str, Any]) -> str:
    return f"gpu:{text(gpu, 'uuid')}"
