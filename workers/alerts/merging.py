"""Which alerts tell the same and become one: pure, from the alerts of a run and how far each has got."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from store import xids
from store.alert_rules import BAD_ENDS, ENDS
from store.alerts import Alert
from store.deliveries import Delivery, Planned
from store.runs import Run
from workers.alerts.policy import FALLBACK, suppress

FOLLOWS_SECONDS = 600.0
"""A crash so soon after a loss was told to be NaN is no news, if its cause fits."""
TOGETHER_SECONDS = 120.0
"""An error of a GPU and a crash so close to each other are one event."""

_SWALLOWED_BY_END = frozenset({"best", "milestone", "eta_slipped", "stalled", "diverged", "gpu_idle"})
_STANDSTILLS = frozenset({"stalled", "gpu_idle"})
"""A run that stalled and its GPU that idles are told once: by the one that came first."""
_OVER_AT_END = frozenset({"best", "milestone", "eta_slipped"})
"""What was found in the last lines of a run whose end is told already is not told after it."""
_UNTOLD = frozenset({"held", "waiting"})
_OF_NUMBERS = re.compile(
    r"\b(nans?|inf|infs|infinit[ey]|infinity|losses|loss|diverg\w*|non-?finite|not finite|overflow\w*|anomal\w*)\b",
    re.IGNORECASE,
)
_NO_CAUSE = re.compile(r"exit code \d+")


class Merge(NamedTuple):
    """What becomes of an alert among the others of its run: its ``planned`` deliveries as they are to be now.

    It takes in the ``swallowed`` alerts; the ``said`` ones are to be told by a line of it. ``into`` tells it instead.
    """

    planned: list[Planned]
    swallowed: Sequence[Alert] = ()
    said: Sequence[Alert] = ()
    into: Alert | None = None


def merge(
    kind: str,
    facts: Mapping[str, Any],
    run: Run | None,
    occurred: float,
    now: float,
    planned: Sequence[Planned],
    others: Sequence[Alert],
    ways: Mapping[int, Sequence[Delivery]],
) -> Merge:
    """Find what tells the same as a new alert of ``kind``.

    ``others`` are the alerts of the same attempt that are not merged into another; ``ways`` their deliveries.
    """
    if kind in ENDS:
        return _merge_end(kind, run, occurred, now, planned, others, ways)
    if kind in _STANDSTILLS:
        (sibling,) = _STANDSTILLS - {kind}
        return _merge_into(_first(others, {sibling}), planned, ways)
    if kind in _OVER_AT_END:
        return _merge_into(_first(others, ENDS), planned, ways)
    if kind == "xid" and not _is_bad(facts):
        crash = next((one for one in others if one.kind in BAD_ENDS and _together(one, occurred)), None)
        if crash is not None:
            return Merge([_drop(plan, "merged", crash) for plan in planned], into=crash)
    return Merge(list(planned))


def _first(others: Sequence[Alert], kinds: Collection[str]) -> Alert | None:
    """The last alert of these kinds whose cause is not over."""
    return next((one for one in others if one.kind in kinds and one.cleared is None), None)


def is_untold(ways: Sequence[Delivery]) -> bool:
    """Whether an alert has not gone out, and is not going out, on any channel, but would."""
    return {way.state for way in ways} <= {*_UNTOLD, "suppressed"} and any(way.state in _UNTOLD for way in ways)


def _merge_end(
    kind: str,
    run: Run | None,
    occurred: float,
    now: float,
    planned: Sequence[Planned],
    others: Sequence[Alert],
    ways: Mapping[int, Sequence[Delivery]],
) -> Merge:
    told_by = {plan.channel for plan in planned if plan.state != "suppressed"}
    swallowed, said = [], []
    for other in others:
        if not is_untold(ways[other.id]):
            continue
        if not {way.channel for way in ways[other.id] if way.state in _UNTOLD} <= told_by:
            continue
        of_gpu = kind in BAD_ENDS and other.kind in ("xid", "gpu_lost") and _together(other, occurred)
        if other.kind in _SWALLOWED_BY_END or (of_gpu and other.kind == "xid" and not _is_bad(other.facts)):
            swallowed.append(other)
        if of_gpu or (other.kind in _SWALLOWED_BY_END and not (other.kind == "best" and kind in BAD_ENDS)):
            said.append(other)
    if kind == "crashed" and _may_follow_nan(run):
        planned = _leave_out_told(planned, others, ways, now)
    by_time = sorted(said, key=lambda one: (one.occurred, one.id))
    return Merge(list(planned), swallowed, by_time)


def _leave_out_told(
    planned: Sequence[Planned], others: Sequence[Alert], ways: Mapping[int, Sequence[Delivery]], now: float
) -> list[Planned]:
    """Without the crash where its NaN has really been told a moment ago."""
    told: dict[str, Alert] = {}
    for other in others:
        for way in ways[other.id] if other.kind == "diverged" else ():
            if way.state == "sent" and way.sent is not None and now - way.sent < FOLLOWS_SECONDS:
                told[way.channel] = other
    return _without(planned, told, "follows")


def _merge_into(first: Alert | None, planned: Sequence[Planned], ways: Mapping[int, Sequence[Delivery]]) -> Merge:
    """Leave out the channels on which ``first`` tells it, if there is such an alert."""
    if first is None:
        return Merge(list(planned))
    told = {way.channel: first for way in ways[first.id] if way.state not in ("suppressed", "refused")}
    left = _without(planned, told, "merged")
    silent = all(plan.state == "suppressed" for plan in left)
    return Merge(left, into=first if silent and told else None)


def _without(planned: Sequence[Planned], told: Mapping[str, Alert], why: str) -> list[Planned]:
    """Leave out the channels that have ``told`` it, and a fallback that would wait for these alone."""
    left = [
        _drop(plan, why, told[plan.channel]) if plan.channel in told and plan.state != "suppressed" else plan
        for plan in planned
    ]
    tellers = [plan for plan in left if plan.why != FALLBACK and plan.state != "suppressed"]
    if told and not tellers:
        by = next(iter(told.values()))
        left = [_drop(plan, why, by) if plan.why == FALLBACK else plan for plan in left]
    return left


def _drop(plan: Planned, why: str, by: Alert) -> Planned:
    return suppress(plan.channel, why, f"told by “{by.title}”") if plan.state != "suppressed" else plan


def _may_follow_nan(run: Run | None) -> bool:
    """Whether the cause of a crash may be the NaN: it names none, or numbers that are none."""
    cause = (run.cause or "").strip() if run else ""
    return not cause or bool(_NO_CAUSE.fullmatch(cause)) or bool(_OF_NUMBERS.search(cause))


def _is_bad(facts: Mapping[str, Any]) -> bool:
    number = facts.get("xid")
    return isinstance(number, int) and xids.explain(number).level == "bad"


def _together(other: Alert, occurred: float) -> bool:
    return abs(other.occurred - occurred) <= TOGETHER_SECONDS
