"""The pace of a training: what its marks (when the counter stood where) say about steps, pauses and the start.

All seconds are active ones: time in which the job or the machine was suspended does not count.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import exp2, isfinite, log
from statistics import median

from store.progress import Mark
from workers.logs.pauses import Cycle, Stretch, find_cycles, flag_pauses, gather
from workers.logs.records import TRAIN

LIMIT = 2000  # marks kept at most
_KEPT = 1200  # marks left after thinning
_FRESH = 150  # latest marks that are never thinned
_LONE = "lone"  # phase of a mark that was kept for the pause after it
_GAP = "gap"  # phase of a mark after which marks were left out
_CHUNK = 24
_HALF = 0.35  # of the way come so far: where a step counts half as much as the latest
_TURN = 1.25  # a change of speed worth believing at once

Span = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How a training goes: ``step`` seconds a step, the ``cycles`` of its pauses, ``stray`` seconds a step for pauses
    that follow no rule, ``opening`` seconds lost at the start, ``grain`` steps from mark to mark, and from ``floor``
    seconds on a gap is a pause. It was seen from ``start`` on. ``cut`` are seconds at the end of the marks that may be
    the beginning of a pause; ``counted`` is how many looks the step comes from."""

    start: float
    step: float
    grain: float
    floor: float
    cycles: tuple[Cycle, ...]
    stray: float
    opening: float
    cut: float
    counted: int


def active_seconds(begin: float, end: float, suspended: Sequence[Span]) -> float:
    """Seconds from ``begin`` to ``end`` in which the job was not suspended; 0 when the clock went backwards."""
    seconds = end - begin
    for left, right in suspended:
        right = end if right is None else right
        if left < end and right > begin:
            seconds -= max(0.0, min(end, right) - max(begin, left))
    return max(0.0, seconds)


def merge_spans(suspended: Iterable[Span], now: float) -> list[tuple[float, float]]:
    """The spans in order, those that touch as one; an open one lasts until ``now``."""
    merged: list[tuple[float, float]] = []
    for begin, end in sorted((begin, now if end is None else end) for begin, end in suspended):
        if not end > begin:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def stretches_of(marks: Sequence[Mark], suspended: Sequence[tuple[float, float]]) -> list[Stretch | None]:
    """The growth of the counter between marks, in order; None where marks were left out."""
    found: list[Stretch | None] = []
    spans = list(suspended)
    ends = [end for _, end in spans]
    low, seconds, label, gap, lone = None, 0.0, "", False, False
    for before, after in pairwise(marks):
        passed = after.time - before.time
        if spans:
            passed = active_seconds(before.time, after.time, spans[bisect_right(ends, before.time) :])
        if low is None:
            low = before.done
        seconds += max(0.0, passed)
        gap, lone = gap or before.phase == _GAP, lone or before.phase == _LONE
        if before.phase not in (None, TRAIN, _LONE, _GAP):
            label = before.phase
        if after.done > low:
            found.append(None if gap else Stretch(low, after.done, seconds, label, lone))
            low, seconds, label, gap, lone = None, 0.0, "", False, False
    return found


def measure(
    marks: Sequence[Mark],
    total: float,
    *,
    poll: float,
    suspended: Sequence[tuple[float, float]] = (),
    known: Sequence[float] = (),
) -> Pace | None:
    """The pace that these marks show; None before the counter has grown once. ``poll`` is how many seconds apart the
    job was looked at, ``known`` periods at which pauses are to be expected."""
    known_stretches = [one for one in stretches_of(marks, suspended) if one is not None and one.seconds > 0]
    lone = [one for one in known_stretches if one.lone]
    whole = [one for one in known_stretches if not one.lone]
    if not whole:
        return None
    start, done = marks[0].done, whole[-1].high
    latest = whole[-20:]
    grain = median([one.steps for one in latest])
    paces = _local_paces(whole)
    finest = _finest(latest)
    floor = 1.1 * min(poll, finest * median([one.seconds / one.steps for one in latest]))
    opening = _opening(whole) if marks[0].phase != _GAP else 0
    flags = flag_pauses(whole, paces, floor, finest)
    plain = [one for one, flag in zip(whole[opening:], flags[opening:], strict=True) if not flag]
    step = _recent_pace(plain or whole[opening:], start, done)
    lost = sum(one.seconds for one in whole[:opening]) - step * sum(one.steps for one in whole[:opening])
    cut = whole[-1].seconds - step * whole[-1].steps
    if not (flags[-1] and opening < len(whole) - 1 and 0 < cut <= 1.1 * poll):
        cut = 0.0
    until = len(whole) - (1 if cut else 0)
    seen = gather(lone, [True] * len(lone), step) + gather(whole[opening:until], flags[opening:until], step)
    cycles, strays = find_cycles(seen, start=start, done=done, total=total, grain=grain, known=known)
    stray = sum(pause.seconds for pause in strays) / max(done - start, grain) * _belief(len(strays))
    return Pace(start, step, grain, floor, tuple(cycles), stray, max(0.0, lost), cut, len(plain))


def thin(marks: Sequence[Mark], limit: int = _KEPT) -> list[Mark]:
    """At most about ``limit`` of the marks, such that the pauses stay: ordinary marks go first, then the oldest of the
    shorter pauses. The sums of time and steps between the marks that stay are as before."""
    kept = list(marks)
    if len(kept) <= limit:
        return kept
    edges = _edges_of_pauses(kept)
    while len(kept) > limit:
        ordinary = [i for i in range(1, len(kept) - _FRESH) if i not in edges]
        if len(ordinary) <= max(20, limit // 4):
            break
        drop = set(ordinary[::2])
        shifted: list[Mark] = []
        edges_now = set()
        for index, mark in enumerate(kept):
            if index in drop:
                continue
            if index in edges:
                edges_now.add(len(shifted))
            shifted.append(mark)
        kept, edges = shifted, edges_now
    if len(kept) > limit:
        kept = _drop_oldest(kept, limit)
    return kept


def _edges_of_pauses(marks: Sequence[Mark]) -> set[int]:
    """Indices of the marks on either side of a pause, and of those that say what it is."""
    whole = [one for one in stretches_of(marks, ()) if one is not None and one.seconds > 0 and not one.lone]
    flags = flag_pauses(whole, _local_paces(whole), 0.0, _finest(whole[-20:]))
    pauses_at = {one.low: one.high for one, flag in zip(whole, flags, strict=True) if flag}
    edges, until = set(), None
    for index, mark in enumerate(marks):
        if mark.phase in (_LONE, _GAP):
            edges.add(index)
        if mark.done in pauses_at:
            until = pauses_at[mark.done]
        if until is not None:
            edges.add(index)
            if mark.done >= until:
                until = None
    return edges


def _drop_oldest(marks: list[Mark], limit: int) -> list[Mark]:
    """The newest marks as they are; of what is older, the longest pauses."""
    room = limit // 5
    old, new = marks[: -(limit - room)], marks[-(limit - room) :]
    paces = _local_paces([one for one in stretches_of(new, ()) if one is not None])
    pace = median(paces) if paces else 0.0
    gaps = [
        (after.time - before.time - pace * (after.done - before.done), index)
        for index, (before, after) in enumerate(pairwise(old))
        if before.phase != _GAP and after.done > before.done
    ]
    longest = sorted(index for over, index in sorted(gaps, reverse=True)[: room // 2] if over > 0)
    kept = [Mark(old[0].time, old[0].done, _GAP)]
    for index in longest:
        if kept[-1].done >= old[index].done:
            kept.pop()
        kept += [Mark(old[index].time, old[index].done, _LONE), Mark(old[index + 1].time, old[index + 1].done, _GAP)]
    if kept[0].done > marks[0].done:
        kept.insert(0, Mark(marks[0].time, marks[0].done, _GAP))
    return [*kept, *new]


def _local_paces(whole: Sequence[Stretch]) -> list[float]:
    """About how long a step took around each stretch: the median, each step having one vote."""
    chunks = [whole[i : i + _CHUNK] for i in range(0, len(whole), _CHUNK)]
    paces: list[float] = []
    for index, chunk in enumerate(chunks):
        around = [one for near in chunks[max(0, index - 1) : index + 2] for one in near]
        votes = sorted((one.seconds / one.steps, one.steps) for one in around)
        cast = list(accumulate(steps for _, steps in votes))
        paces += [votes[bisect_left(cast, cast[-1] / 2)][0]] * len(chunk)
    return paces


def _finest(stretches: Sequence[Stretch]) -> float:
    """By how much the counter grows from line to line: the least growth, or the least difference of two."""
    grown = sorted(one.steps for one in stretches)
    apart = [after - before for before, after in pairwise(grown) if after - before > 1e-6 * grown[-1]]
    return min([*grown[:1], *apart], default=0.0)


def _opening(whole: Sequence[Stretch]) -> int:
    """How many stretches at the start are slower than what follows: compilation, caches, the first batches."""
    if len(whole) < 4:
        return 0 if len(whole) < 2 or whole[0].seconds / whole[0].steps < 2 * whole[1].seconds / whole[1].steps else 1
    later = median([one.seconds / one.steps for one in whole[len(whole) // 3 :]])
    slow = 0
    while slow <= len(whole) // 3 and whole[slow].seconds / whole[slow].steps > 1.5 * later:
        slow += 1
    return slow


def _recent_pace(plain: Sequence[Stretch], start: float, done: float) -> float:
    """Seconds a step, recent steps counting more; only the latest where the speed has plainly changed."""
    half = _HALF * max(done - start, plain[-1].steps)
    seconds = steps = 0.0
    for one in plain:
        weight = exp2(-(done - one.high) / half)
        seconds += weight * one.seconds
        steps += weight * one.steps
    pace = seconds / steps
    latest = plain[-12:]
    if len(plain) < 24 or pace <= 0:
        return pace
    now = sum(one.seconds for one in latest) / sum(one.steps for one in latest)
    if not now > 0 or abs(log(now / pace)) < log(_TURN):
        return pace
    aside = sum((one.seconds / one.steps > pace) == (now > pace) for one in latest)
    if aside < 0.9 * len(latest):
        return pace
    seconds = steps = 0.0
    strange = 0
    middle = (now * pace) ** 0.5
    for one in reversed(plain):
        strange = 0 if (one.seconds / one.steps > middle) == (now > pace) else strange + 1
        if strange > 3:
            break
        seconds += one.seconds
        steps += one.steps
    return seconds / steps


def _belief(strays: int) -> float:
    """How far to believe that pauses without a rule go on at the rate seen."""
    return strays / (strays + 1.0)


def finite(*values: float) -> bool:
    """Whether all of them are numbers one can reckon with."""
    return all(isfinite(value) for value in values)
