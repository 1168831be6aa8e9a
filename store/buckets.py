"""Summaries of points gathered into the buckets of a chart: equal widths on its axis, extremes and NaNs kept."""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, pairwise

from store.chunks import Columns, Records, measure

Key = tuple[int, bool]
Stretch = Records | Columns
Stretches = dict[Key, Stretch]


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


def fill_buckets(stretches: Mapping[Key, Stretch], axis: str, buckets: int) -> list[Bucket]:
    """Buckets of summaries or of points themselves, which are given by (leg, superseded): at most ``buckets``.

    Where they are no more than that, each gets a bucket of its own. With more legs than buckets, neighbouring
    legs share buckets, named after the last of them; mixed kinds are then an error of the caller.
    """
    parts = {key: _ordered(part, axis) for key, part in sorted(stretches.items()) if _x(part, axis)[0]}
    if len(parts) > max(1, buckets // 2):
        parts = _share(parts, axis, max(1, buckets // 4))
    places = {key: _x(part, axis)[0] for key, part in parts.items()}
    exact = sum(map(len, places.values())) <= buckets
    width = math.fsum(x[-1] - x[0] for x in places.values()) / max(1, buckets - len(parts))
    filled: list[Bucket] = []
    for key, part in parts.items():
        edges = list(range(len(places[key]) + 1)) if exact else _edges(places[key], width)
        filled.extend(
            _of_records(key, part, axis, edges) if isinstance(part, Records) else _of_points(key, part, axis, edges)
        )
    return filled


def _edges(x: list[float], width: float) -> list[int]:
    """Where buckets of that width begin among ordered places; empty ones are left out."""
    edges, here = [0], 0
    while True:
        limit = x[here] + width
        found = bisect_left(x, limit, here) if limit > x[here] else bisect_right(x, limit, here)
        if found >= len(x):
            return [*edges, len(x)]
        edges.append(found)
        here = found


def _of_records(key: Key, records: Records, axis: str, edges: list[int]) -> Iterator[Bucket]:
    low, high = _x(records, axis)
    odd = any(records.nans) or any(records.pos_infs) or any(records.neg_infs)
    for begin, end in pairwise(edges):
        minimum, maximum = min(records.low[begin:end]), max(records.high[begin:end])
        yield Bucket(
            key[0],
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
            key[1],
        )


def _of_points(key: Key, points: Columns, axis: str, edges: list[int]) -> Iterator[Bucket]:
    x, values = _x(points, axis)[0], points.values
    for begin, end in pairwise(edges):
        low, high, nans, pos_infs, neg_infs = measure(values[begin:end])
        yield Bucket(
            key[0],
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
            key[1],
        )


def _x(part: Stretch, axis: str) -> tuple[list[float], list[float]]:
    if isinstance(part, Columns):
        return (part.steps, part.steps) if axis == "step" else (part.times, part.times)
    return (part.step_low, part.step_high) if axis == "step" else (part.time_low, part.time_high)


def _ordered(part: Stretch, axis: str) -> Stretch:
    x = _x(part, axis)[0]
    if x == sorted(x):
        return part
    return part.take(sorted(range(len(x)), key=x.__getitem__))


def _share(parts: Stretches, axis: str, most: int) -> Stretches:
    """The same with neighbouring legs put together, so that they are at most so many."""
    legs = sorted({leg for leg, _ in parts})
    size = -(-len(legs) // most)
    last = {leg: legs[min(len(legs), place - place % size + size) - 1] for place, leg in enumerate(legs)}
    groups: dict[Key, list[Stretch]] = defaultdict(list)
    for (leg, superseded), part in parts.items():
        groups[last[leg], superseded].append(part)
    return {key: _ordered(_joined(group), axis) for key, group in groups.items()}


def _joined(group: list[Stretch]) -> Stretch:
    columns = (list(chain.from_iterable(column)) for column in zip(*group, strict=True))
    return type(group[0])(*columns)
