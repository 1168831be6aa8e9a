"""Telling memory that leaks from memory that fills and levels off; pure arithmetic on (time, bytes)."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

MINUTE = 60.0
REACH_SECONDS = 3 * 3600.0
"""How far back is looked."""
SPANS = ((60 * MINUTE, 45 * MINUTE), (REACH_SECONDS, 90 * MINUTE))
"""Stretches up to now that must show the growth, with how much of each must be known: the longer one sees what grows
in steps, once an epoch."""
LEAST_SHARE = 0.01
"""Of the limit: what grew by less in a stretch is noise."""
_PARTS = 8
_RISING = 0.1
_FALLING = 0.25
_ONE_STEP = 0.4
_LATER = 0.05
_FASTER = 1.2
_CLEAR = 3.0
_NEVER = 10 * 365 * 86400.0

Points = Sequence[tuple[float, float]]


class Growth(NamedTuple):
    """Memory that grows: by ``slope`` bytes a second now, by ``grew`` bytes since ``since`` (epoch seconds); it will be
    at its limit in ``left`` seconds if it goes on as it did."""

    slope: float
    left: float
    grew: float
    since: float


def foresee_limit(points: Points, now: float, limit: float) -> Growth | None:
    """How memory grows toward ``limit`` bytes, from (epoch, bytes) in order of time; None where it does not.

    A stretch is cut into eight parts, each known by its median. It must grow in all of them (in the longer stretch in
    all but one), clearly more than it wavers, never fall much, not grow by one great step, and be higher than it ever
    was before: that leaves out what is loaded once, what steps up now and then, and what comes back with every epoch.
    Growth that slows down is foreseen to go on slowing down, so that a cache which levels off below the limit never
    reaches it. No further is looked ahead than the growth has been seen for.
    """
    recent = [point for point in points if now - REACH_SECONDS <= point[0] <= now]
    for span, known in SPANS:
        found = _judge(recent, now, span, known, limit)
        if found is not None:
            return found
    return None


def grown(points: Points, since: float) -> float:
    """By how much a figure grew from ``since`` to its end, in its unit; what is known from a later time only began at
    nothing then."""
    values = [value for moment, value in points if moment >= since]
    if not values:
        return 0.0
    edge = max(1, len(values) // _PARTS)
    before = 0.0 if points[0][0] > since + 5 * MINUTE else median(values[:edge])
    return median(values[-edge:]) - before


def _judge(points: Points, now: float, span: float, known: float, limit: float) -> Growth | None:
    begin = bisect_left(points, now - span, key=lambda point: point[0])
    inside = points[begin:]
    if not inside or inside[-1][0] - inside[0][0] < known or now - inside[-1][0] > 5 * MINUTE:
        return None
    parts = _split(inside)
    if parts is None:
        return None
    levels = [median(part) for part in parts]
    steps = [after - before for before, after in pairwise(levels)]
    grew = levels[-1] - levels[0]
    mean = grew / len(steps)
    if (
        grew < LEAST_SHARE * limit
        or not _is_steady(steps, mean, flat=int(span > SPANS[0][0]))
        or not _is_new(points[:begin], levels)
    ):
        return None
    width = (inside[-1][0] - inside[0][0]) / _PARTS
    free = limit - max(levels[-1], inside[-1][1])
    first, last = (levels[3] - levels[0]) / 3, (levels[7] - levels[4]) / 3
    if first <= 0 or last <= 0:
        return None
    count = _parts_to(free, last, (last / first) ** (1 / 4))
    if count is None or count > _PARTS or _was_faster(points[:begin], inside[0][0], levels[0], mean / width):
        return None
    return Growth(last / width, count * width, grew, inside[0][0])


def _split(points: Points) -> list[list[float]] | None:
    """The values in eight parts of equal length; None where one is empty: a time of which nothing is known."""
    begin, length = points[0][0], points[-1][0] - points[0][0]
    parts: list[list[float]] = [[] for _ in range(_PARTS)]
    for moment, value in points:
        parts[min(_PARTS - 1, int((moment - begin) / length * _PARTS))].append(value)
    return parts if all(parts) else None


def _spread(part: Sequence[float]) -> float:
    """Between which values most of a part lies."""
    ordered, edge = sorted(part), len(part) // 10
    return ordered[len(ordered) - 1 - edge] - ordered[edge]


def _is_steady(steps: Sequence[float], mean: float, *, flat: int) -> bool:
    """Whether it grew all the time: at most ``flat`` parts without growth, no fall, no step that is most of it."""
    return (
        sum(step < _RISING * mean for step in steps) <= flat
        and min(steps) > -_FALLING * mean
        and max(steps) < _ONE_STEP * mean * len(steps)
    )


def _is_new(earlier: Points, levels: Sequence[float]) -> bool:
    """Whether it is higher than ever before in what is known: what comes and goes has been there already."""
    if len(earlier) < _PARTS:
        return True
    ordered = sorted(value for _, value in earlier)
    return levels[-1] > ordered[-max(1, len(ordered) // 50)] + _LATER * (levels[-1] - levels[0])


def _was_faster(earlier: Points, begin: float, level: float, slope: float) -> bool:
    """Whether it grew clearly faster in the time before a stretch: then it slows down, whatever the stretch shows."""
    before = [value for moment, value in earlier if begin - SPANS[0][0] <= moment]
    if len(before) < _PARTS or begin - earlier[0][0] < SPANS[0][1]:
        return False
    length = min(SPANS[0][0], begin - earlier[0][0])
    return level - median(before[: len(before) // 4]) > _FASTER * slope * length


def _parts_to(free: float, step: float, ratio: float) -> float | None:
    """In how many parts ``free`` is used up when the next parts grow by ``step`` and each by ``ratio`` of the one
    before; faster than now it is not taken to grow. None where it levels off before."""
    if free <= 0:
        return 0.0
    if ratio >= 1 - 1e-9:
        return free / step
    following = step * ratio**2  # ``step`` is that of two parts ago
    spent = free * (1 - ratio) / following
    if spent >= 1:
        return None
    return min(math.log1p(-spent) / math.log(ratio), _NEVER)
