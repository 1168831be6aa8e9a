"""Errors of GPUs: XIDs of the driver, and memory that fails. Each comes as an event, and is told once.

What comes again soon is one error with a count. Events are known for a day: what began before is not told anew when the
first of a series falls out of sight.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from store import xids
from store.alert_rules import DIGEST, SOON
from store.gpu_findings import DAY
from store.machines import GPUS, HOST, MachineEvent
from store.symptoms import number
from workers.alerts.judgement import Judgement
from workers.alerts.sights import MachineSight

AGAIN_SECONDS = 600.0
"""The same error within this time is one with a count …"""
TOGETHER_SECONDS = 60.0
"""… and so are several, of one machine, that come so close to each other."""
EDGE_SECONDS = DAY - AGAIN_SECONDS
"""What began longer ago may have begun before what is known."""
NEW_SECONDS = DAY / 2
"""What is older is not told any more, though an alert of it stays."""
SETTLE_SECONDS = 10.0
"""How long memory errors, and the loss of a GPU, may take to be told in another way that says more."""
LOSS_SECONDS = 30.0
_SEVERITIES = {"warn": SOON, "note": DIGEST}
_CLEANING = frozenset({14, 45})
"""Come when a program is ended, or for a test: nobody needs them."""
_GONE = frozenset({79, 110, 167})
_OF_MEMORY = frozenset({48, 63, 64, 92, 94, 95, 140})
_Thing = TypeVar("_Thing")


def judge_xid(sight: MachineSight, sensitivity: str) -> list[Judgement]:
    """XIDs, an avalanche as one: bad ones now, those worth a look soon, faults of a program with its run in the digest.

    Notes that ask nothing of anybody are left out; so is what only follows from a worse one, and that a GPU is gone
    where the loss itself is told. A note is of no interest when its run has ended: the end tells it.
    """
    ends = _ends(sight)
    groups = {level: _group(sight, level) for level in ("bad", "warn", "note")}
    found = []
    for level, worse in (("bad", []), ("warn", groups["bad"]), ("note", groups["bad"] + groups["warn"])):
        for group in groups[level]:
            if sight.now - group[0].time >= EDGE_SECONDS or any(_follows(group, other) for other in worse):
                continue
            age = sight.now - group[-1].time
            is_over = all(event.time < ends.get(event.subject, 0.0) for event in group)
            if (is_over and age > AGAIN_SECONDS) or _is_loss(sight, group):
                continue
            if level != "note" or not (runs := _runs_of(group)) or not sight.runs.keys().isdisjoint(runs):
                found.append(_tell_xid(sight, group, True if age < NEW_SECONDS else None, _SEVERITIES.get(level)))
    return found


def judge_ecc(sight: MachineSight, sensitivity: str) -> list[Judgement]:
    """Memory of GPUs: errors that grew, rows that were replaced, will be, or could not be. Left out where an XID of the
    same moment tells it."""
    found = []
    ends, cards = _ends(sight), _cards(sight)
    told = [one for one in _xids(sight) if _code(one) in _OF_MEMORY]
    events = [one for one in _ordered(sight.events) if one.kind in ("ecc", "remap")]
    for group in _chain(events, lambda one, other: one.subject == other.subject and _what(one) == _what(other)):
        first, what = group[0], _what(group[0])
        by_xid = any(one.subject == first.subject and abs(one.time - first.time) <= TOGETHER_SECONDS for one in told)
        if by_xid or not SETTLE_SECONDS <= sight.now - first.time < EDGE_SECONDS:
            continue
        card = cards.get(first.subject, {})
        age, is_over = sight.now - group[-1].time, group[-1].time < ends.get(first.subject, 0.0)
        if (what == "remap_pending" and card.get("remap_pending") is False) or (is_over and age > AGAIN_SECONDS):
            continue
        grew = sum(int(number(one.detail.get("grew")) or 1) for one in group) if what == "ecc" else None
        facts = {"index": _first(card.get("index"), first.detail.get("index")), "what": what, "grew": grew}
        severity = {"remap": DIGEST, "remap_pending": SOON}.get(what)
        active = True if age < NEW_SECONDS else None
        found.append(
            Judgement(
                "ecc",
                active,
                facts,
                since=first.time,
                subject=first.subject,
                occasion=f"{what}:{first.id}",
                severity=severity,
            )
        )
    return found


def booted(sight: MachineSight) -> dict[str, float]:
    """When each machine was started, in epoch seconds."""
    return {
        one.host: one.as_of - uptime
        for one in sight.readings
        if one.kind == HOST and (uptime := number(one.data.get("uptime"))) is not None
    }


def about_run(sight: MachineSight, runs: Sequence[str]) -> dict[str, Any]:
    """The run and attempt that something is about, where that is exactly one that is at work."""
    run = sight.runs.get(runs[0]) if len(runs) == 1 else None
    return {} if run is None else {"run_id": run.id, "attempt": run.attempt}


def cluster(ordered: Iterable[_Thing], belongs: Callable[[_Thing, _Thing], bool]) -> list[list[_Thing]]:
    """Put each thing to the first group whose last one it belongs to, or into a group of its own."""
    groups: list[list[_Thing]] = []
    for thing in ordered:
        group = next((group for group in groups if belongs(group[-1], thing)), None)
        if group is None:
            groups.append([thing])
        else:
            group.append(thing)
    return groups


def _chain(
    events: Iterable[MachineEvent], is_same: Callable[[MachineEvent, MachineEvent], bool]
) -> list[list[MachineEvent]]:
    return cluster(events, lambda one, other: other.time - one.time <= AGAIN_SECONDS and is_same(one, other))


def _group(sight: MachineSight, level: str) -> list[list[MachineEvent]]:
    """The XIDs of a level that are worth telling, in groups: the same again, or several at once."""
    events = [one for one in _xids(sight) if _level(_code(one)) == level]
    groups: list[list[MachineEvent]] = []
    for event in events:
        group = next((group for group in groups if _belongs(group, event, level)), None)
        if group is None:
            groups.append([event])
        else:
            group.append(event)
    return groups


def _belongs(group: Sequence[MachineEvent], event: MachineEvent, level: str) -> bool:
    if event.host != group[0].host or (level == "note" and _runs_of([event]) != _runs_of(group)):
        return False
    if event.time - group[-1].time <= TOGETHER_SECONDS:
        return True
    same = next((one for one in reversed(group) if (one.subject, _code(one)) == (event.subject, _code(event))), None)
    return same is not None and event.time - same.time <= AGAIN_SECONDS


def _follows(group: Sequence[MachineEvent], worse: Sequence[MachineEvent]) -> bool:
    """Whether XIDs came with worse ones of the same GPU."""
    near = worse[0].time - TOGETHER_SECONDS <= group[0].time <= worse[-1].time + TOGETHER_SECONDS
    return near and not {one.subject for one in group}.isdisjoint(one.subject for one in worse)


def _is_loss(sight: MachineSight, group: Sequence[MachineEvent]) -> bool:
    """Whether they say only that GPUs are gone, and the loss itself is told, or may be in a moment."""
    if not {_code(one) for one in group} <= _GONE:
        return False
    if sight.now - group[0].time < LOSS_SECONDS:
        return True
    near = group[0].time - TOGETHER_SECONDS
    return any(
        one.kind == "lost" and one.subject == group[0].subject and near <= one.time <= group[-1].time + AGAIN_SECONDS
        for one in sight.events
    )


def _tell_xid(
    sight: MachineSight, group: Sequence[MachineEvent], active: bool | None, severity: str | None
) -> Judgement:
    first, runs = group[0], _runs_of(group)
    card = _cards(sight).get(first.subject, {})
    facts: dict[str, Any] = {
        "xid": _code(first),
        "index": _first(card.get("index"), first.detail.get("index")),
        "count": len(group),
        "runs": [sight.runs[one].name if one in sight.runs else one for one in runs],
    }
    indexes = {one.detail.get("index") for one in group} - {None}
    if len(indexes) > 1:
        facts["indexes"] = sorted(indexes)
    return Judgement(
        "xid",
        active,
        facts,
        since=first.time,
        subject=first.subject,
        occasion=f"{first.id}",
        severity=severity,
        **about_run(sight, runs),
    )


def _xids(sight: MachineSight) -> list[MachineEvent]:
    return [one for one in _ordered(sight.events) if one.kind == "xid" and number(one.detail.get("xid")) is not None]


def _code(event: MachineEvent) -> int:
    return int(event.detail["xid"])


def _level(code: int) -> str | None:
    """``bad``, ``warn`` or ``note``; None for a note that asks nothing of anybody."""
    known = xids.explain(code)
    if known.level == "note" and (known.whose != "program" or code in _CLEANING):
        return None
    return known.level


def _what(event: MachineEvent) -> str:
    if event.kind == "ecc":
        return "ecc"
    if event.detail.get("remap_failed"):
        return "remap_failed"
    return "remap_pending" if event.detail.get("remap_pending") else "remap"


def _runs_of(group: Iterable[MachineEvent]) -> list[str]:
    return sorted({str(run) for event in group for run in event.detail.get("runs") or ()})


def _ordered(events: Iterable[MachineEvent]) -> list[MachineEvent]:
    return sorted(events, key=lambda event: (event.time, event.id))


def _cards(sight: MachineSight) -> dict[str, Mapping[str, Any]]:
    return {
        f"gpu:{gpu.get('uuid')}": gpu
        for reading in sight.readings
        if reading.kind == GPUS
        for gpu in reading.data.get("gpus") or ()
    }


def _ends(sight: MachineSight) -> dict[str, float]:
    """Until when what befell each part of a machine is over: it came back, or the machine was started anew."""
    starts = booted(sight)
    found = {one.subject: starts.get(one.host, 0.0) for one in sight.events}
    for one in sight.events:
        if one.kind in ("returned", "recovered"):
            found[one.subject] = max(found[one.subject], one.time)
    return found


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
