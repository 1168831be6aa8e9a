"""Summaries of points gathered into the buckets of a chart: equal widths on its axis, extremes and NaNs kept."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from store.chunks import Columns, Records, measure

Stretch = Records | Columns


@dataclass(slots=True)
class Bucket:
    """Neighbouring points of one leg, as a chart draws them.

    ``x_low`` and ``x_high`` are the first and last place on the axis, ``first`` and ``last`` the values there
    (NaN and ±inf as they are); ``minimum`` and ``maximum`` are of the finite values, None where there is none.
    ``superseded``: a later leg has run these steps again.
    """

    leg: int
    x_low: float
    x_high: float
    count: int
    minimum: float | None
    maximum: float | None
    first: float
    last: float
    nans: int
    pos_infs: int
    neg_infs: int
    superseded: bool


def encode(leg: float, superseded: bool) -> int:
    """Leg and whether it is superseded as one number, to order by."""
    return 2 * int(leg) + superseded


def fill_buckets(part: Stretch, codes: list[int], axis: str, buckets: int) -> list[Bucket]:
    """Buckets of summaries or of points themselves, at most ``buckets`` of them; ``codes`` says whose each is.

    They are ordered by code and along the axis. Where they are no more than ``buckets``, each gets its own. With
    more legs than that, neighbouring legs share buckets, named after the last of them.
    """
    if len(set(codes)) > max(1, buckets // 2):
        part, codes = order(part, _share(codes, max(1, buckets // 4)), axis)
    x = places_of(part, axis)[0]
    stretches, begin = [], 0
    while begin < len(codes):
        end = bisect_right(codes, codes[begin], begin)
        stretches.append((begin, end))
        begin = end
    width = math.fsum(x[end - 1] - x[begin] for begin, end in stretches) / max(1, buckets - len(stretches))
    odd = isinstance(part, Records) and any(map(any, (part.nans, part.pos_infs, part.neg_infs)))
    filled: list[Bucket] = []
    for begin, end in stretches:
        edges = range(begin, end + 1) if len(codes) <= buckets else _edges(x, begin, end, width)
        fill = _of_records(part, axis, edges, odd) if isinstance(part, Records) else _of_points(part, axis, edges)
        for bucket in fill:
            bucket.leg, bucket.superseded = codes[begin] >> 1, bool(codes[begin] & 1)
            filled.append(bucket)
    return filled


def order(part: Stretch, codes: list[int], axis: str) -> tuple[Stretch, list[int]]:
    """The same ordered by code and along the axis."""
    keys = list(zip(codes, places_of(part, axis)[0], strict=True))
    if keys == sorted(keys):
        return part, codes
    places = sorted(range(len(keys)), key=keys.__getitem__)
    return part.take(places), [codes[place] for place in places]


def places_of(part: Stretch, axis: str) -> tuple[list[float], list[float]]:
    """Where each begins and ends on that axis."""
    if isinstance(part, Columns):
        return (part.steps, part.steps) if axis == "step" else (part.times, part.times)
    return (part.step_low, part.step_high) if axis == "step" else (part.time_low, part.time_high)


def _edges(x: list[float], begin: int, end: int, width: float) -> list[int]:
    """Where buckets of that width begin among ordered places; empty ones are left out."""
    edges, here = [begin], begin
    while True:
        limit = x[here] + width
        found = bisect_left(x, limit, here, end) if limit > x[here] else bisect_right(x, limit, here, end)
        if found >= end:
            return [*edges, end]
        edges.append(found)
        here = found


def _of_records(records: Records, axis: str, edges: Iterable[int], odd: bool) -> Iterator[Bucket]:
    low, high = places_of(records, axis)
    for begin, end in pairwise(edges):
        minimum, maximum = min(records.low[begin:end]), max(records.high[begin:end])
        yield Bucket(
            0,
            low[begin],
            max(high[begin:end]),
            int(sum(records.points[begin:end])),
            minimum if minimum < math.inf else None,
            maximum if maximum > -math.inf else None,
            records.first[begin],
            records.last[end - 1],
            int(sum(records.nans[begin:end])) if odd else 0,
            int(sum(records.pos_infs[begin:end])) if odd else 0,
            int(sum(records.neg_infs[begin:end])) if odd else 0,
            False,
        )


def _of_points(points: Columns, axis: str, edges: Iterable[int]) -> Iterator[Bucket]:
    x, values = places_of(points, axis)[0], points.values
    for begin, end in pairwise(edges):
        low, high, nans, pos_infs, neg_infs = measure(values[begin:end])
        yield Bucket(
            0,
            x[begin],
            x[end - 1],
            end - begin,
            low if low < math.inf else None,
            high if high > -math.inf else None,
            values[begin],
            values[end - 1],
            nans,
            pos_infs,
            neg_infs,
            False,
        )


def _share(codes: list[int], most: int) -> list[int]:
    """Codes with neighbouring legs put together, so that they are about so many."""
    legs = sorted({code >> 1 for code in codes})
    size = -(-len(legs) // most)
    last = {leg: legs[min(len(legs), place - place % size + size) - 1] for place, leg in enumerate(legs)}
    return [encode(last[code >> 1], bool(code & 1)) for code in codes]
