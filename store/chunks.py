"""Points packed into chunks, and the summaries that let a chart leave most points unread.

A chunk holds up to 1,024 points of one series, ordered by leg and step, as little-endian float64: all steps,
then all times, then all values. Its summary describes each block of up to 128 neighbours of one leg by fourteen
numbers; a span repeats that for 64 chunks, coarser. Pure functions, standard library only: the daemon has no
numpy to spare memory for.
"""

import math
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, groupby, islice
from operator import itemgetter, lt, sub
from typing import NamedTuple

from store.compression import compress, decompress, is_compressed

CHUNK = 1024
BLOCK = 128
SPAN = 64

_SWAP = sys.byteorder == "big"


@dataclass
class Points:
    """Points of one series, column by column; ``superseded`` marks those that a later leg has run again."""

    leg: list[int] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    superseded: list[bool] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True)
class Form:
    """How a series is sealed: its points compressed or not, and apart in its summaries where neighbours lie further
    from one another than ``gap`` steps (unless they do so all along), so that no bucket of a chart bridges that."""

    compressed: bool = False
    gap: float = math.inf


PLAIN = Form()


class Columns(NamedTuple):
    """Steps, times and values of some points of one leg."""

    steps: list[float]
    times: list[float]
    values: list[float]

    def take(self, order: Sequence[int]) -> "Columns":
        """The points at those places."""
        return Columns(*(_pick(column, order) for column in self))

    def cut(self, begin: int, end: int | None) -> "Columns":
        """A slice; the same object where that is all of it."""
        if begin == 0 and (end is None or end >= len(self.steps)):
            return self
        return Columns(*(column[begin:end] for column in self))


class Records(NamedTuple):
    """Summaries of stretches of points, column by column, all of one length.

    ``low`` and ``high`` are of the finite values: +inf and -inf where there is none. ``points`` leaves out those
    that another of the same stretch and step replaced. ``chunk`` is -1 for points that are in no chunk yet.
    """

    chunk: list[float]
    leg: list[float]
    points: list[float]
    step_low: list[float]
    step_high: list[float]
    time_low: list[float]
    time_high: list[float]
    low: list[float]
    high: list[float]
    first: list[float]
    last: list[float]
    nans: list[float]
    pos_infs: list[float]
    neg_infs: list[float]

    @classmethod
    def empty(cls) -> "Records":
        """No records."""
        return cls(*([] for _ in cls._fields))

    def extend(self, other: "Records") -> None:
        """Append other records."""
        for mine, others in zip(self, other, strict=True):
            mine.extend(others)

    def take(self, order: Sequence[int]) -> "Records":
        """The records at those places."""
        return Records(*(_pick(column, order) for column in self))

    def pack(self) -> bytes:
        """As bytes: little-endian float64, column after column."""
        return _to_bytes(array("d", chain.from_iterable(self)))

    @classmethod
    def unpack(cls, data: bytes) -> "Records":
        """From what ``pack`` made."""
        numbers = _from_bytes(data)
        length = len(numbers) // len(cls._fields)
        return cls(*(numbers[begin : begin + length] for begin in range(0, len(numbers), length or 1)))


def pack_points(
    steps: Sequence[float], times: Sequence[float], values: Sequence[float], *, compressed: bool = False
) -> bytes:
    """Three columns of points as bytes."""
    packed = _to_bytes(array("d", [*steps, *times, *values]))
    return compress(packed) if compressed else packed


def unpack_points(data: bytes) -> Columns:
    """What ``pack_points`` packed, compressed or not."""
    numbers = _from_bytes(decompress(data) if is_compressed(data) else data)
    third = len(numbers) // 3
    return Columns(numbers[:third], numbers[third : 2 * third], numbers[2 * third :])


def runs_of(legs: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbours of one leg as (leg, how many)."""
    if len(legs) and legs[0] == legs[-1] and legs.count(legs[0]) == len(legs):
        return [(int(legs[0]), len(legs))]
    return [(int(leg), sum(1 for _ in same)) for leg, same in groupby(legs)]


def rises(numbers: Sequence[float]) -> bool:
    """Whether each number is greater than the one before it."""
    return all(map(lt, numbers, islice(numbers, 1, None)))


def resolve(points: Columns) -> Columns:
    """Points of one leg in order of their steps; of points of the same step the one that arrived last."""
    steps = points.steps
    if rises(steps):
        return points
    order = sorted(range(len(steps)), key=steps.__getitem__)
    last = [here for here, after in zip(order, islice(order, 1, None), strict=False) if steps[here] != steps[after]]
    return points.take([*last, order[-1]])


def in_order(points: Columns) -> Columns:
    """Points of one leg in order of their steps, those of the same step as they arrived."""
    steps = points.steps
    if rises(steps):
        return points
    return points.take(sorted(range(len(steps)), key=steps.__getitem__))


def within(points: Columns, axis: str, low: float, high: float) -> Columns:
    """Resolved points from ``low`` to ``high`` on that axis, ordered along it."""
    if axis == "step":
        return points.cut(bisect_left(points.steps, low), bisect_right(points.steps, high))
    ordered = points
    if points.times != sorted(points.times):
        ordered = points.take(sorted(range(len(points.times)), key=points.times.__getitem__))
    return ordered.cut(bisect_left(ordered.times, low), bisect_right(ordered.times, high))


def measure(values: Sequence[float]) -> tuple[float, float, int, int, int]:
    """Lowest and highest finite value (+inf and -inf if none is), NaNs, +infs, -infs."""
    if math.isfinite(sum(values)):
        return min(values), max(values), 0, 0, 0
    finite = [value for value in values if math.isfinite(value)]
    nans = sum(1 for value in values if value != value)
    return (
        min(finite, default=math.inf),
        max(finite, default=-math.inf),
        nans,
        values.count(math.inf),
        values.count(-math.inf),
    )


def summarise(chunk: int, leg: int, points: Columns, block: int = BLOCK) -> Records:
    """Records of resolved points of one leg, one for every ``block`` of them."""
    records = Records.empty()
    for begin in range(0, len(points.steps), block):
        steps, times, values = points.cut(begin, begin + block)
        low, high, nans, pos_infs, neg_infs = measure(values)
        # fmt: off
        numbers = (
            chunk, leg, len(steps), steps[0], steps[-1], min(times), max(times),
            low, high, values[0], values[-1], nans, pos_infs, neg_infs,
        )
        # fmt: on
        for column, number in zip(records, numbers, strict=True):
            column.append(number)
    return records


def single_records(chunk: int, leg: int, points: Columns) -> Records:
    """Records of points that stand for themselves; columns may be shared."""
    steps, times, values = points
    length = len(steps)
    low = high = values
    zeros = nans = pos_infs = neg_infs = [0.0] * length
    if not math.isfinite(sum(values)):
        low = [value if math.isfinite(value) else math.inf for value in values]
        high = [value if math.isfinite(value) else -math.inf for value in values]
        nans = [float(value != value) for value in values]
        pos_infs = [float(value == math.inf) for value in values]
        neg_infs = [float(value == -math.inf) for value in values]
    return Records(
        [chunk] * length,
        [leg] * length,
        [1.0] * length,
        steps,
        steps,
        times,
        times,
        low,
        high,
        values,
        values,
        nans if nans is not zeros else zeros,
        pos_infs,
        neg_infs,
    )


def summarise_chunk(
    chunk: int, by_leg: Mapping[int, Columns], cutoffs: Mapping[int, float], gap: float = math.inf
) -> Records:
    """Records of a whole chunk, by leg; no block reaches across the step from which on its leg is superseded, nor
    across a gap (see :class:`Form`)."""
    records = Records.empty()
    for leg in sorted(by_leg):
        points = resolve(by_leg[leg])
        cut = bisect_left(points.steps, cutoffs.get(leg, math.inf))
        for part in (points.cut(0, cut), points.cut(cut, None)):
            for stretch in _stretches(part, gap):
                records.extend(summarise(chunk, leg, stretch))
    return records


def _stretches(points: Columns, gap: float) -> Iterator[Columns]:
    """Resolved points apart at their gaps."""
    if gap == math.inf or len(points.steps) < 2:
        yield points
        return
    distances = list(map(sub, islice(points.steps, 1, None), points.steps))
    widest = max(gap, 3 * sorted(distances)[len(distances) // 2])
    begin = 0
    for end, distance in enumerate(distances, 1):
        if distance > widest:
            yield points.cut(begin, end)
            begin = end
    yield points.cut(begin, None)


def coarsen(records: Records, cutoffs: Mapping[int, float], gap: float = math.inf) -> Records:
    """One record for all neighbours of the same chunk and leg, but apart at the leg's cutoff and at gaps."""
    coarse = Records.empty()
    if not records.leg:
        return coarse
    gaps = map(sub, records.step_low, chain(records.step_low[:1], records.step_high))
    sides = (
        records.chunk,
        records.leg,
        [low >= cutoffs.get(int(leg), math.inf) for leg, low in zip(records.leg, records.step_low, strict=True)],
        accumulate(distance > gap for distance in gaps),
    )
    begin = 0
    for (chunk, leg, _, _), same in groupby(zip(*sides, strict=True)):
        end = begin + sum(1 for _ in same)
        part = Records(*(column[begin:end] for column in records))
        # fmt: off
        numbers = (
            chunk, leg, sum(part.points), min(part.step_low), max(part.step_high), min(part.time_low),
            max(part.time_high), min(part.low), max(part.high), part.first[0], part.last[-1],
            sum(part.nans), sum(part.pos_infs), sum(part.neg_infs),
        )
        # fmt: on
        for column, number in zip(coarse, numbers, strict=True):
            column.append(number)
        begin = end
    return coarse


def write_runs(runs: Iterable[tuple[int, int]]) -> str:
    """Runs of legs as text, such as ``0:700 1:324``."""
    return " ".join(f"{leg}:{length}" for leg, length in runs)


def read_runs(text: str) -> list[tuple[int, int]]:
    """What ``write_runs`` wrote."""
    return [(int(leg), int(length)) for leg, _, length in (run.partition(":") for run in text.split())]


def split_runs(runs: Sequence[tuple[int, int]], points: Columns) -> Iterator[tuple[int, Columns]]:
    """Points apart by leg, where ``runs`` says how many neighbours belong to which leg."""
    begin = 0
    for leg, length in runs:
        yield leg, points.cut(begin, begin + length)
        begin += length


def gather(parts: Iterable[tuple[int, Columns]]) -> dict[int, Columns]:
    """Points put together by leg, in the order they come."""
    by_leg: dict[int, Columns] = {}
    for leg, part in parts:
        mine = by_leg.setdefault(leg, Columns([], [], []))
        for column, others in zip(mine, part, strict=True):
            column.extend(others)
    return by_leg


def _pick(column: Sequence[float], order: Sequence[int]) -> list[float]:
    if len(order) == 1:
        return [column[order[0]]]
    return list(itemgetter(*order)(column)) if order else []


def _to_bytes(numbers: "array[float]") -> bytes:
    if _SWAP:
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _from_bytes(data: bytes) -> list[float]:
    numbers = array("d")
    numbers.frombytes(data)
    if _SWAP:
        numbers.byteswap()
    return numbers.tolist()
