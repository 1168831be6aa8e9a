"""What has changed about a machine's GPUs from one sample to the next: on change, never on level.

What was told last (:class:`dict`, the *marks*) is kept in the journal in the transaction that the events are written
in, so that a daemon that dies at any moment tells nothing twice and forgets nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

SLOW = ("hw_thermal", "sw_thermal", "hw_slowdown", "power_brake")
"""Reasons to run slower that somebody should know of; a power cap and idleness are normal."""
CALM_SECONDS = 60.0
"""How long a GPU must run at full speed before its being slowed down is over: heat comes and goes by the second."""
_COARSE_SECONDS = 5.0
_NORMAL = ("ok", "no_library")
_REMAPS = ("remapped_correctable", "remapped_uncorrectable", "remap_pending", "remap_failed")
Marks = dict[str, Any]


class Change(NamedTuple):
    """An event for the journal: of which subject, what kind, when (epoch seconds), and particulars."""

    subject: str
    kind: str
    time: float
    detail: dict[str, Any]


def find_changes(marks: Marks, sample: Mapping[str, Any], host: str, boot_id: str) -> tuple[Marks, list[Change]]:
    """The marks after a sample, and what changed; of a GPU seen for the first time only its trouble is a change.

    A GPU that was there and is neither in the sample nor explained by its status is lost.
    """
    now, status = float(sample["at"]), str(sample["status"])
    found: list[Change] = []
    found += _of_driver(marks, sample, f"host:{host}", now, status)
    gpus: dict[str, Marks] = {uuid: dict(known) for uuid, known in (marks.get("gpus") or {}).items()}
    if status in ("ok", "no_gpu"):
        present = {str(gpu["uuid"]): gpu for gpu in sample.get("gpus") or () if gpu.get("uuid")}
        same_boot = marks.get("boot_id") == boot_id
        for uuid in set(gpus) - set(present):
            if not same_boot and gpus[uuid]["trouble"] == "lost":
                del gpus[uuid]  # told before the machine was booted anew; it has been taken out
            else:
                found += _of_trouble(gpus[uuid], uuid, "lost", None, now)
        for uuid, gpu in present.items():
            known = gpus.setdefault(uuid, {"trouble": None})
            known |= {"index": gpu.get("index"), "name": gpu.get("name")}
            found += _of_trouble(known, uuid, gpu.get("trouble"), gpu.get("note"), now)
            if not gpu.get("trouble"):
                found += _of_heat(known, uuid, gpu, now)
                found += _of_memory(known, uuid, gpu, now)
    after = {"status": status, "driver": sample.get("driver") or marks.get("driver"), "boot_id": boot_id}
    return {**after, "gpus": gpus}, found


def identify(marks: Marks, sample: dict[str, Any]) -> None:
    """Name the GPUs of a sample that a sampler met in trouble at its start: by their place, as they were known."""
    gpus = sample.get("gpus") or []
    listed = {gpu.get("uuid") for gpu in gpus}
    places = {known.get("index"): uuid for uuid, known in (marks.get("gpus") or {}).items() if uuid not in listed}
    for gpu in gpus:
        if not gpu.get("uuid") and gpu.get("index") in places:
            gpu["uuid"] = places[gpu["index"]]
            gpu["name"] = gpu.get("name") or marks["gpus"][gpu["uuid"]].get("name")


def lost_gpus(marks: Marks, gpus: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The GPUs that are lost and that a sampler started since then does not know of, as it would list them."""
    listed = {gpu.get("uuid") for gpu in gpus}
    return [
        {
            "index": known.get("index"),
            "uuid": uuid,
            "name": known.get("name"),
            "trouble": "lost",
            "note": "the driver does not list it any more",
            "processes": [],
            "throttle": [],
            "missing": {},
        }
        for uuid, known in (marks.get("gpus") or {}).items()
        if known.get("trouble") == "lost" and uuid not in listed
    ]


def _of_driver(marks: Marks, sample: Mapping[str, Any], subject: str, now: float, status: str) -> list[Change]:
    found = []
    before, driver = marks.get("status"), sample.get("driver")
    if status != before:
        detail = {"status": status, "before": before, "reason": sample.get("reason")}
        if status not in _NORMAL:
            found.append(Change(subject, "driver", now, detail))
        elif before not in (None, *_NORMAL):
            found.append(Change(subject, "recovered", now, detail))
    if driver and marks.get("driver") and driver != marks["driver"] and not found:
        found.append(Change(subject, "driver", now, {"status": status, "from": marks["driver"], "to": driver}))
    return found


def _of_trouble(known: Marks, uuid: str, trouble: str | None, note: str | None, now: float) -> list[Change]:
    before, known["trouble"] = known["trouble"], trouble
    if trouble == before:
        return []
    detail = {"index": known.get("index"), "name": known.get("name"), "note": note}
    if trouble is None:
        return [Change(f"gpu:{uuid}", "returned" if before == "lost" else "recovered", now, detail)]
    return [Change(f"gpu:{uuid}", trouble if trouble in ("lost", "reset_required") else "error", now, detail)]


def _of_heat(known: Marks, uuid: str, gpu: Mapping[str, Any], now: float) -> list[Change]:
    reasons = [name for name in gpu.get("throttle") or () if name in SLOW]
    detail = {"index": gpu.get("index"), "reasons": reasons, "temperature": gpu.get("temperature")}
    if reasons:
        begun = "slow" not in known
        if begun or now - known["slow"] >= _COARSE_SECONDS:  # not each second: the marks are written when they change
            known["slow"] = now
        return [Change(f"gpu:{uuid}", "throttled", now, detail)] if begun else []
    if "slow" in known and now - known["slow"] >= CALM_SECONDS and gpu.get("throttle") is not None:
        return [Change(f"gpu:{uuid}", "unthrottled", known.pop("slow") + 1.0, detail)]
    return []


def _of_memory(known: Marks, uuid: str, gpu: Mapping[str, Any], now: float) -> list[Change]:
    """Growth of uncorrected errors and of remapped rows; a counter that starts over (a reboot) has not grown."""
    found = []
    errors = gpu.get("ecc_uncorrected")
    if errors is not None:
        before, known["ecc"] = known.get("ecc"), errors
        if before is not None and errors > before:
            detail = {"index": gpu.get("index"), "grew": errors - before, "count": errors}
            found.append(Change(f"gpu:{uuid}", "ecc", now, detail))
    remaps = {name: gpu[name] for name in _REMAPS if gpu.get(name) is not None}
    if remaps:
        kept = known.get("remap")
        known["remap"] = {**(kept or {}), **remaps}
        if kept is not None and any(value > kept.get(name, value) for name, value in remaps.items()):
            found.append(Change(f"gpu:{uuid}", "remap", now, {"index": gpu.get("index"), **remaps}))
    return found
