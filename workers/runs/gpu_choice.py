"""Which GPUs a run may have: what free means, who is served first, and the words for why one is not free.

Pure, and standard library only: the supervisor uses it. A *sample* is a line of the GPU sampler. Nobody takes what
somebody who asked earlier waits for, however few they want: a run that wants four GPUs would never see four free.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from workers.machine import processes

Gpu = dict[str, Any]
FREE_MEMORY = 0.1
"""How much of its memory may be in use, by nobody we can name, on a GPU that is called free."""
_TROUBLE = {"lost": "is lost", "reset_required": "needs a reset"}


@dataclass(frozen=True)
class Claim:
    """What one run asked for, and has, once ``gpus`` is there: each with its index, uuid and name.

    ``turn`` orders those who ask; ``within`` is the CUDA_VISIBLE_DEVICES that the user had set; ``pid`` and
    ``start_ticks`` are those of the launcher, and from the run's start of its supervisor.
    """

    run: str
    name: str
    count: int
    asked: float
    turn: int
    host: str
    boot_id: str
    pid: int
    start_ticks: int | None
    within: str | None = None
    gpus: tuple[Gpu, ...] | None = None
    granted: float | None = None

    @property
    def is_granted(self) -> bool:
        """Whether it has its GPUs; else it is in the queue."""
        return self.gpus is not None

    def to_json(self) -> dict[str, Any]:
        """As it is written to its file."""
        return asdict(self) | {"gpus": None if self.gpus is None else list(self.gpus)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Claim":
        """From its file; KeyError, TypeError or ValueError where that is not one."""
        known = {name: value[name] for name in ("run", "count", "asked", "turn", "host", "boot_id", "pid")}
        gpus = value.get("gpus")
        return cls(
            **known,
            name=str(value.get("name") or known["run"]),
            start_ticks=value.get("start_ticks"),
            within=value.get("within"),
            gpus=None if gpus is None else tuple({key: gpu[key] for key in ("index", "uuid", "name")} for gpu in gpus),
            granted=value.get("granted"),
        )


def environment(gpus: Iterable[Gpu]) -> dict[str, str]:
    """What makes CUDA see those GPUs and no other, numbered as `nvidia-smi` numbers them."""
    indices = ",".join(str(index) for index in sorted(int(gpu["index"]) for gpu in gpus))
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": indices}


def visible(gpus: Sequence[Gpu], within: str | None) -> list[Gpu]:
    """Those of ``gpus`` that a CUDA_VISIBLE_DEVICES lets through, read as CUDA reads it: up to the first word that
    names none. None lets all through, an empty one nothing."""
    if within is None:
        return list(gpus)
    found: list[Gpu] = []
    for word in (word.strip() for word in within.split(",")):
        matching = [
            gpu
            for gpu in gpus
            if (word.isdecimal() and gpu["index"] == int(word))
            or (word.startswith("GPU-") and str(gpu.get("uuid")).startswith(word))
        ]
        if len(matching) != 1:
            break
        if matching[0] not in found:
            found += matching
    return found


def free_gpus(sample: Mapping[str, Any], claims: Iterable[Claim]) -> tuple[list[Gpu], dict[int, str]]:
    """The GPUs that nobody has, those without a desktop on them first, and by index why each other one is not free."""
    holders = {gpu["uuid"]: claim for claim in claims for gpu in claim.gpus or ()}
    free: list[Gpu] = []
    taken: dict[int, str] = {}
    for gpu in sample.get("gpus") or []:
        words = _explain_taken(gpu, holders.get(gpu.get("uuid")))
        if words is None:
            free.append(gpu)
        else:
            taken[int(gpu["index"])] = words
    return sorted(free, key=lambda gpu: (bool(gpu.get("processes")), int(gpu["index"]))), taken


def allot(sample: Mapping[str, Any], claims: Sequence[Claim]) -> dict[str, list[Gpu]]:
    """The runs of the queue (in its order, among ``claims``) that can have their GPUs now, and which those are.

    Whoever cannot be served yet keeps those behind from every GPU it may be given itself.
    """
    left = free_gpus(sample, claims)[0]
    given: dict[str, list[Gpu]] = {}
    for claim in claims:
        if claim.is_granted:
            continue
        allowed = visible(sample.get("gpus") or [], claim.within)
        fitting = [gpu for gpu in left if gpu in allowed]
        if len(fitting) >= claim.count:
            given[claim.run] = fitting[: claim.count]
            left = [gpu for gpu in left if gpu not in given[claim.run]]
        else:
            left = [gpu for gpu in left if gpu not in allowed]
    return given


def explain_impossible(sample: Mapping[str, Any], count: int, within: str | None) -> str | None:
    """Why waiting would not help either: no GPU here, no driver, more asked for than there are. None where it may."""
    status = sample.get("status")
    if status != "ok":
        words = {"no_library": "this machine has no NVIDIA GPU, or no driver for one", "no_gpu": "there is no GPU here"}
        return str(sample.get("reason") or words.get(str(status)) or f"the GPUs cannot be asked ({status})")
    gpus = sample.get("gpus") or []
    if not gpus:
        return "there is no GPU here"
    allowed = visible(gpus, within)
    whole = [gpu for gpu in allowed if gpu.get("mig") is None]
    if count > len(gpus):
        return f"this machine has {spell_count(len(gpus))}, and {count} were asked for"
    if count > len(allowed):
        return f"CUDA_VISIBLE_DEVICES={within} allows {spell_count(len(allowed))}, and {count} were asked for"
    if count > len(whole):
        split = ", ".join(f"GPU {gpu['index']}" for gpu in allowed if gpu not in whole)
        return (
            f"{split} split by MIG, which --gpus does not choose from; "
            "give the instance yourself: CUDA_VISIBLE_DEVICES=MIG-…"
        )
    return None


def explain_each(
    sample: Mapping[str, Any], claims: Sequence[Claim], within: str | None = None
) -> list[tuple[Gpu, str]]:
    """Each GPU with the words for who has it, ``free`` where nobody has."""
    taken = free_gpus(sample, claims)[1]
    gpus = sample.get("gpus") or []
    allowed = visible(gpus, within)
    waiting = [claim for claim in claims if not claim.is_granted]
    promised = {gpu["uuid"]: run for run, given in allot(sample, claims).items() for gpu in given}
    rows = []
    for gpu in gpus:
        words = taken.get(int(gpu["index"]))
        if words is None and gpu not in allowed:
            words = f"is not in CUDA_VISIBLE_DEVICES={within}"
        if words is None:
            queued = [one for one in waiting if promised.get(gpu["uuid"], one.run) == one.run]
            first = next((one for one in queued if gpu in visible(gpus, one.within)), None)
            words = f"is free, but {label(first)} waits for it" if first else "free"
        rows.append((gpu, words))
    return rows


def explain_wait(sample: Mapping[str, Any], claims: Sequence[Claim], run: str) -> str:
    """What a run of the queue waits for: who has the GPUs, or who asked before it."""
    mine = next((claim for claim in claims if claim.run == run), None)
    if mine is None:
        return "its place in the queue"
    ahead = claims[: claims.index(mine)]
    rows = explain_each(sample, ahead, mine.within)
    gpus = visible(sample.get("gpus") or [], mine.within)
    if sample.get("status") != "ok":
        return str(sample.get("reason") or "the GPUs cannot be asked")
    by_words: dict[str, list[str]] = {}
    for gpu, text in rows:
        if gpu in gpus and text != "free":
            by_words.setdefault(text, []).append(str(gpu["index"]))
    words = [f"GPU {', '.join(indices)} {_agree(text, len(indices))}" for text, indices in by_words.items()]
    return "; ".join(words) or "they are free, and about to be given"


def label(claim: Claim) -> str:
    """A run as it is called in a sentence."""
    return f"run {claim.name}" if claim.name == claim.run else f"run {claim.name} ({claim.run})"


def spell_count(count: int) -> str:
    """``1 GPU``, ``2 GPUs``."""
    return f"{count} GPU" if count == 1 else f"{count} GPUs"


def spell_wait(waiting: Mapping[str, Any]) -> str:
    """What a beat says of a run that waits: ``waiting for 2 GPUs: GPU 0 has run x · 2nd in the queue``."""
    count = spell_count(int(waiting["gpus"]))
    return f"waiting for {count}: {waiting['why']} · {spell_place(int(waiting['place']))} in the queue"


def spell_place(place: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def _agree(words: str, number: int) -> str:
    """The end of a sentence about one GPU, for several."""
    verb, _, rest = words.partition(" ")
    return words if number == 1 else f"{ {'has': 'have', 'is': 'are', 'needs': 'need', 'does': 'do'}[verb] } {rest}"


def _explain_taken(gpu: Gpu, holder: Claim | None) -> str | None:
    """Why a GPU is not free, as the end of a sentence that begins with its number; None where it is."""
    if gpu.get("trouble"):
        note = f" ({gpu['note']})" if gpu.get("note") else ""
        return _TROUBLE.get(str(gpu["trouble"]), "does not answer") + note
    if holder is not None:
        return f"has {label(holder)}"
    if gpu.get("mig") is not None:
        return "is split by MIG, which --gpus does not choose from"
    working, idle = [], 0
    for process in gpu.get("processes") or []:
        if _computes(process) and not _is_gone(process):
            working.append(process)
        else:
            idle += int(process.get("memory") or 0)
    if working:
        return (
            "has "
            + ", ".join(_spell_process(process) for process in working[:3])
            + (f" and {len(working) - 3} more" if len(working) > 3 else "")
        )
    used, total = gpu.get("memory_used"), gpu.get("memory_total")
    if gpu.get("unified") or used is None or not total:  # the machine's own memory says nothing of the GPU
        return "does not tell what runs on it" if gpu.get("processes") is None else None
    if used - idle > FREE_MEMORY * total:
        return f"has {(used - idle) / 1e9:.0f} of {total / 1e9:.0f} GB in use by nobody we can see"
    return None


def _computes(process: Mapping[str, Any]) -> bool:
    """Whether that process computes on the GPU, and does not only draw, as a desktop does."""
    return process.get("kind") != "G"


def _is_gone(process: Mapping[str, Any]) -> bool:
    """Whether a process of the sample has ended since: known only where its start had been seen, too."""
    ticks = process.get("start_ticks")
    return ticks is not None and processes.status(int(process["pid"]), int(ticks)) == processes.GONE


def _spell_process(process: Mapping[str, Any]) -> str:
    what = str(process.get("command") or "").split(" ")[0].rpartition("/")[2]
    who = f" of {process['user']}" if process.get("user") else ""
    return f"process {process['pid']}{f' ({what})' if what else ''}{who}"
