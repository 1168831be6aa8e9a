"""Stretches of time as (begin, end) in epoch seconds: joined, cut, laid over one another, measured. Pure."""

from collections.abc import Iterable

Span = tuple[float, float]


def join(spans: Iterable[Span], gap: float = 0.0) -> list[Span]:
    """The same time without overlaps, in order; what is no further apart than ``gap`` seconds becomes one."""
    joined: list[Span] = []
    for begin, end in sorted(span for span in spans if span[1] > span[0]):
        if joined and begin - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def clip(spans: Iterable[Span], begin: float, end: float) -> list[Span]:
    """What of each lies between two moments."""
    cut = ((max(one[0], begin), min(one[1], end)) for one in spans)
    return [one for one in cut if one[1] > one[0]]


def overlap(first: Iterable[Span], second: Iterable[Span]) -> list[Span]:
    """The time that is in both."""
    left, right = join(first), join(second)
    found: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        begin, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if end > begin:
            found.append((begin, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The time of ``spans`` that is not in ``taken``."""
    rest: list[Span] = []
    holes = join(taken)
    for begin, end in join(spans):
        at = begin
        for first, last in holes:
            if last <= at or first >= end:
                continue
            if first > at:
                rest.append((at, first))
            at = max(at, last)
        if at < end:
            rest.append((at, end))
    return rest


def length(spans: Iterable[Span]) -> float:
    """Seconds in all; what overlaps counts as often as it is there."""
    return sum(end - begin for begin, end in spans)
