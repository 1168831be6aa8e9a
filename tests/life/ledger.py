"""The account of a life, kept as it happens and apart from the journal: deeds of a moment, and stretches of time."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from typing import Any

Stretch = tuple[float, float]


@dataclass(frozen=True)
class Deed:
    """Something that happened at a moment; ``gone`` is when it was taken back, and does not count from then on."""

    time: float
    key: Any
    amount: float = 1.0
    gone: float = math.inf


@dataclass
class Ledger:
    """Deeds by what they are, and stretches by what they are and of whom."""

    deeds: dict[str, list[Deed]] = field(default_factory=dict)
    stretches: dict[str, dict[Any, list[Stretch]]] = field(default_factory=dict)

    def book(self, what: str, time: float, key: Any = None, amount: float = 1.0, gone: float | None = None) -> None:
        """Something happened."""
        self.deeds.setdefault(what, []).append(Deed(time, key, amount, math.inf if gone is None else gone))

    def span(self, what: str, key: Any, begin: float, end: float) -> None:
        """Something lasted."""
        if end > begin:
            self.stretches.setdefault(what, {}).setdefault(key, []).append((begin, end))

    def sort(self) -> None:
        """Put the deeds in order of time; once, when all are booked."""
        for deeds in self.deeds.values():
            deeds.sort(key=attrgetter("time"))

    def within(self, what: str, begin: float, until: float, as_of: float) -> list[Deed]:
        """The deeds from ``begin`` to before ``until`` that still count ``as_of``, in order."""
        deeds = self.deeds.get(what, [])
        first = bisect_left(deeds, begin, key=attrgetter("time"))
        last = bisect_left(deeds, until, key=attrgetter("time"))
        return [one for one in deeds[first:last] if one.gone > as_of]

    def count(self, what: str, begin: float, until: float, as_of: float) -> int:
        """How many they are."""
        return len(self.within(what, begin, until, as_of))

    def lasting(self, what: str, begin: float, until: float) -> dict[Any, list[Stretch]]:
        """The stretches of which a part lies between, as they are."""
        found = {}
        for key, stretches in self.stretches.get(what, {}).items() if until > begin else ():
            some = [one for one in stretches if one[0] < until and one[1] > begin]
            if some:
                found[key] = some
        return found


def measure(layers: Mapping[str, Iterable[Stretch]], begin: float, until: float) -> dict[frozenset[str], float]:
    """Seconds between two moments by what went on meanwhile: a sweep over all beginnings and ends."""
    edges: dict[float, dict[str, int]] = {begin: {}, until: {}}
    for name, stretches in layers.items():
        for first, last in stretches:
            for when, step in ((max(first, begin), 1), (min(last, until), -1)):
                if first < until and last > begin:
                    depths = edges.setdefault(when, {})
                    depths[name] = depths.get(name, 0) + step
    depth = dict.fromkeys(layers, 0)
    found: dict[frozenset[str], float] = {}
    moments = sorted(edges)
    for now, after in pairwise(moments):
        for name, step in edges[now].items():
            depth[name] += step
        going = frozenset(name for name, deep in depth.items() if deep > 0)
        found[going] = found.get(going, 0.0) + after - now
    return found


def seconds_of(stretches: Iterable[Stretch], begin: float, until: float) -> float:
    """How long at least one of them lasted between two moments."""
    return measure({"": stretches}, begin, until).get(frozenset({""}), 0.0)


def bridge(stretches: Iterable[Stretch], gap: float) -> list[Stretch]:
    """Stretches with what is no further apart than ``gap`` made one."""
    edges = sorted((when, step) for one in stretches for when, step in ((one[0], -1), (one[1] + gap, 1)))
    found, deep, first = [], 0, 0.0
    for when, step in edges:
        if not deep:
            first = when
        deep -= step
        if not deep:
            found.append((first, when - gap))
    return found
