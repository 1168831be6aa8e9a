"""What alerts of a machine tell: GPUs and their driver, memory, disks, the queue; and the week's review."""

from collections.abc import Callable
from typing import Any

from store import xids
from store.figures import share
from store.symptoms import Phrase
from store.tellings import (
    Facts,
    Telling,
    amount,
    as_is,
    length,
    listed,
    moment,
    names,
    percent,
    reading,
    size,
    some,
    whole,
    word,
)

WORDS = {
    "gpu_idle": "GPU {index} idle",
    "holds_for": "{memory} held for {length}",
    "holds": "{memory} held",
    "end_it": "Does it hang, wait for data, or is it done? Ending it frees the GPU.",
    "gpu_lost": "GPU {index} lost",
    "gpu_reset_required": "GPU {index} needs a reset",
    "gpu_error": "GPU {index} cannot be read",
    "had": "had {names} on it",
    "has": "has {names} on it",
    "power_off": "What ran on it has failed or hangs. Reboot, better with the power off for a moment.",
    "reset_it": "End what runs on it, then sudo nvidia-smi --gpu-reset -i {index}, or reboot.",
    "try_it": "Try nvidia-smi -i {index}; if that fails too, reboot when the other jobs are done.",
    "mismatch": "GPU driver upgraded",
    "no_new_jobs": "no GPU for new jobs",
    "reboot_then": "What runs goes on. Reboot when it is done.",
    "still_running": "still at work: {names}",
    "container": "GPUs gone",
    "from_container": "taken from this container",
    "restart_container": "Restart the container; on the host, systemctl daemon-reload is what takes them away.",
    "no_driver": "GPU driver not loaded",
    "rebuild": "After a kernel upgrade it must be built again: reinstall the driver package, or reboot.",
    "no_gpu": "No GPU found",
    "sees_none": "the driver sees none",
    "seated": "Is the card seated and powered? sudo dmesg | grep NVRM says more.",
    "no_permission": "GPUs not readable",
    "may_not": "this user may not use them",
    "permit": "The files /dev/nvidia* must be readable and writable for this user.",
    "driver_failed": "GPU driver fails",
    "ask_it": "nvidia-smi says what is wrong; a reboot helps most often.",
    "xid": "XID {xid} on GPU {index}",
    "times": "{count} times",
    "program": "a fault of the program, not of the GPU",
    "hardware": "a fault of the hardware",
    "driver": "a fault of the driver",
    "heat": "GPU {index} slowed by heat",
    "power": "GPU {index} slowed by its power supply",
    "slowdown": "GPU {index} slowed by its hardware",
    "degrees": "{temperature} °C",
    "heat_or_power": "heat or power",
    "fans": "Every step takes longer. Check fans, dust and the air around it.",
    "cables": "Every step takes longer. Check power cables and supply.",
    "fans_cables": "Every step takes longer. Check fans and power cables.",
    "ecc": "GPU {index} memory errors",
    "uncorrected": "{grew} not corrected",
    "may_be_wrong": "What was computed with it then may be wrong. Reset it when it is free; if more come, replace it.",
    "remap": "GPU {index} repaired its memory",
    "wearing": "A repair, nothing to do; if it comes often, the card is wearing out.",
    "remap_pending": "GPU {index} memory needs a reset",
    "next_reset": "The reset replaces bad rows: sudo nvidia-smi --gpu-reset -i {index} when it is free, or reboot.",
    "remap_failed": "GPU {index} memory is failing",
    "replace": "It has no spare memory left: replace the card, and do not trust what it computes.",
    "memory_left": "memory full in {length}",
    "memory": "memory nearly full",
    "uses_most": "{name} uses most of it",
    "grows": "{name} grows",
    "slope": "{slope} more each hour",
    "host_leak": "When full, the kernel ends a process: save a checkpoint. Fewer loader workers, smaller caches help.",
    "gpu_memory_left": "GPU {index} full in {length}",
    "gpu_memory": "GPU {index} memory running out",
    "gpu_leak": "When full, it crashes: save a checkpoint. Kept tensors grow like this (loss without .item()).",
    "disk_before": "disk full by {full_at}",
    "disk": "disk runs full",
    "before_end": "{name} runs longer",
    "left_of": "{free} of {total} left",
    "left": "{free} left",
    "make_room": "Delete old checkpoints, or save the next one elsewhere: it would fail.",
    "disk_full": "disk nearly full",
    "disk_silent": "disk does not answer",
    "touching_hangs": "Whatever touches it hangs: check the network, or the server that it comes from.",
    "inodes": "disk takes few more files",
    "files_left": "{count} more",
    "pack": "Bytes are free, but files are too many. Delete or pack small ones.",
    "shm": "shared memory nearly full",
    "shm_clear": "Data loaders with workers die of that. What ended jobs left in it can be deleted.",
    "gpu_free": "GPU {indexes} free",
    "gpu_free_some": "a GPU is free",
    "waiting": "{names} still queued",
    "queue": "machiai queue shows what waits, and why.",
    "task": "task can go on",
    "project": "project {project}",
    "review": "week in review",
    "week": "{finished} of {runs} runs finished, {crashed} crashed",
    "hours": "{hours} h of training",
    "open": "{open} alerts nobody has seen to",
    "goals": "goals of this week",
}
_WHOSE = ("program", "hardware", "driver")
_DRIVERS = {
    "mismatch": ("mismatch", "no_new_jobs", "reboot_then"),
    "container": ("container", "from_container", "restart_container"),
    "no_driver": ("no_driver", "no_new_jobs", "rebuild"),
    "no_gpu": ("no_gpu", "sees_none", "seated"),
    "no_permission": ("no_permission", "may_not", "permit"),
}
_HEAT = {"hot": ("heat", "fans"), "power_brake": ("power", "cables"), "hardware_slowdown": ("slowdown", "fans_cables")}
_ECC = {
    "ecc": ("ecc", "may_be_wrong"),
    "remap": ("remap", "wearing"),
    "remap_pending": ("remap_pending", "next_reset"),
    "remap_failed": ("remap_failed", "replace"),
}


def _phrase(entry: str, /, **values: Any) -> Phrase:
    return Phrase(WORDS[entry], **values)


def _about(name: str, value: object, key: str) -> Phrase | None:
    """The phrase of that name with one value; None where the value is not known."""
    return None if value is None or value == "" else _phrase(name, **{key: value})


def _index(facts: Facts) -> str:
    return ", ".join(listed(facts, "indexes") or listed(facts, "index")) or "?"


def tell_idle(facts: Facts) -> Telling:
    """A GPU that a run holds and does not use."""
    memory, lasted = size(facts, "memory"), length(facts, "length")
    brief = None
    if memory is not None:
        brief = _phrase("holds", memory=memory)
        if lasted is not None:
            brief = _phrase("holds_for", memory=memory, length=lasted)
    return Telling(_phrase("gpu_idle", index=_index(facts)), brief, (), _phrase("end_it"), full=True)


def tell_loss(facts: Facts) -> Telling:
    """A GPU that is lost, must be reset, or cannot be read."""
    index, trouble = _index(facts), word(facts, "trouble")
    held, note = names(facts, "runs"), word(facts, "note")
    details = some(as_is(note) if note and trouble == "error" else None)
    if trouble == "reset_required":
        head, advice = _phrase("gpu_reset_required", index=index), _phrase("reset_it", index=index)
    elif trouble == "error":
        head, advice = _phrase("gpu_error", index=index), _phrase("try_it", index=index)
    else:
        head, advice = _phrase("gpu_lost", index=index), _phrase("power_off")
    brief = _about("has" if trouble == "error" else "had", held, "names")
    return Telling(head, brief, details, advice, full=True)


def tell_driver(facts: Facts) -> Telling:
    """The driver cannot be used, by new jobs or at all."""
    status, reason = word(facts, "status"), word(facts, "reason")
    runs = _about("still_running", names(facts, "runs"), "names")
    if status not in _DRIVERS:
        return Telling(
            _phrase("driver_failed"), as_is(reason) if reason else None, some(runs), _phrase("ask_it"), full=True
        )
    head, brief, advice = _DRIVERS[status]
    return Telling(_phrase(head), _phrase(brief), some(runs), _phrase(advice), full=True)


def tell_xid(facts: Facts) -> Telling:
    """An error that the driver reports, by its number."""
    index, code = _index(facts), amount(facts, "xid")
    known = xids.explain(-1 if code is None else int(code))
    advice = Phrase(known.advice, index=index) if "{index}" in known.advice else Phrase(known.advice)
    count = amount(facts, "count") or 1
    details = some(
        _phrase("times", count=whole(facts, "count")) if count > 1 else None,
        _about("has", names(facts, "runs"), "names"),
        _phrase(known.whose) if known.whose in _WHOSE else None,
    )
    head = _phrase("xid", xid=f"{code:.0f}" if code is not None else "?", index=index)
    return Telling(head, Phrase(known.title), details, advice, full=True, sign="✖" if known.level == "bad" else "")


def tell_heat(facts: Facts) -> Telling:
    """A GPU that is slowed down."""
    reason = word(facts, "reason")
    head, advice = _HEAT.get(reason, _HEAT["hardware_slowdown"])
    brief = _about("degrees", percent(facts, "temperature"), "temperature")
    if brief is None and head == "slowdown":
        brief = _phrase("heat_or_power")
    return Telling(_phrase(head, index=_index(facts)), brief, (), _phrase(advice), full=True)


def tell_ecc(facts: Facts) -> Telling:
    """Errors of a GPU's memory."""
    index = _index(facts)
    head, advice = _ECC.get(word(facts, "what"), _ECC["ecc"])
    grew = whole(facts, "grew")
    brief = _phrase("uncorrected", grew=grew) if grew and head == "ecc" else None
    places = {"index": index} if "{index}" in WORDS[advice] else {}
    return Telling(_phrase(head, index=index), brief, (), _phrase(advice, **places), full=True)


def _used(facts: Facts) -> Phrase | None:
    used, total = amount(facts, "used"), amount(facts, "total")
    return None if used is None else as_is(share(used, total))


def tell_host_memory(facts: Facts) -> Telling:
    """The machine's memory, which grows toward its limit."""
    left, used = length(facts, "left"), _used(facts)
    name, slope = word(facts, "name"), _about("slope", size(facts, "slope"), "slope")
    if left is None:
        details = some(_about("uses_most", name, "name"), slope)
        return Telling(_phrase("memory"), used, details, _phrase("host_leak"), full=True)
    grows = _about("grows", name, "name")
    details = some(used, slope) if grows else some(slope)
    return Telling(_phrase("memory_left", length=left), grows or used, details, _phrase("host_leak"), full=True)


def tell_gpu_memory(facts: Facts) -> Telling:
    """A GPU's memory, which grows toward its limit."""
    index, left = _index(facts), length(facts, "left")
    head = _phrase("gpu_memory", index=index)
    if left is not None:
        head = _phrase("gpu_memory_left", index=index, length=left)
    slope = _about("slope", size(facts, "slope"), "slope")
    return Telling(head, _used(facts), some(slope), _phrase("gpu_leak"), full=True)


def tell_disk(facts: Facts) -> Telling:
    """A disk that is full, will be too soon, or does not answer."""
    what, path = word(facts, "what"), word(facts, "path")
    free, total, full_at = size(facts, "free"), size(facts, "total"), moment(facts, "full_at")
    where = as_is(path) if path and what != "shm" else None
    left = _about("left", free, "free")
    if free is not None and total is not None:
        left = _phrase("left_of", free=free, total=total)
    if what == "before_end":
        head = _phrase("disk") if full_at is None else _phrase("disk_before", full_at=full_at)
        ends = _about("before_end", word(facts, "name"), "name")
        return Telling(head, ends or left, some(where, left if ends else None), _phrase("make_room"), full=True)
    if what == "silent":
        return Telling(_phrase("disk_silent"), where, (), _phrase("touching_hangs"), full=True)
    if what == "inodes":
        count = _about("files_left", whole(facts, "count"), "count")
        return Telling(_phrase("inodes"), count, some(where), _phrase("pack"), full=True)
    if what == "shm":
        return Telling(_phrase("shm"), left, (), _phrase("shm_clear"), full=True)
    return Telling(_phrase("disk_full"), left, some(where), _phrase("make_room"), full=True)


def tell_free(facts: Facts) -> Telling:
    """A GPU that nobody uses while runs wait for one."""
    indexes, reason = listed(facts, "indexes"), word(facts, "reason")
    head = _phrase("gpu_free", indexes=", ".join(indexes)) if indexes else _phrase("gpu_free_some")
    waiting = _about("waiting", names(facts, "waiting"), "names")
    return Telling(head, waiting, some(as_is(reason) if reason else None), _phrase("queue"), full=True)


def tell_review(facts: Facts) -> Telling:
    """A week, to be looked back on."""
    counts = {name: whole(facts, name) for name in ("runs", "finished", "crashed")}
    brief = _phrase("week", **counts) if all(counts.values()) else None
    hours, left_open = reading(facts, "hours"), whole(facts, "open")
    details = some(
        _about("hours", hours if hours != "0" else "", "hours"),
        _about("open", left_open if left_open != "0" else "", "open"),
    )
    return Telling(_phrase("review"), brief, details)


def tell_goals(facts: Facts) -> Telling:
    """What a week is for."""
    goals = listed(facts, "goals")
    return Telling(_phrase("goals"), as_is("; ".join(goals)) if goals else None)


def tell_task(facts: Facts) -> Telling:
    """A task that waited for a date."""
    title = word(facts, "title")
    return Telling(
        _phrase("task"), as_is(title) if title else None, some(_about("project", word(facts, "project"), "project"))
    )


TELLERS: dict[str, Callable[[Facts], Telling]] = {
    "gpu_idle": tell_idle,
    "gpu_lost": tell_loss,
    "driver": tell_driver,
    "xid": tell_xid,
    "heat": tell_heat,
    "ecc": tell_ecc,
    "host_memory": tell_host_memory,
    "gpu_memory": tell_gpu_memory,
    "disk": tell_disk,
    "gpu_free": tell_free,
    "task": tell_task,
    "review": tell_review,
    "goals": tell_goals,
}


def messages() -> list[str]:
    """What a translation must have, but for the texts of XIDs."""
    return list(WORDS.values())
