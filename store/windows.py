"""Figures of the last so many values of a series, after each new one. Pure, and quick without numpy.

A window counts in blocks of its own length. Its figure is put together of what is left of the block before, summed up
from that block's end backwards, and of the block under way, summed up forwards: nothing is ever taken away from a sum.
So what a value of 1e30 spoils is right again when that has left the window, and the figures do not depend on how the
values were cut into pieces.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, islice
from operator import add, eq, mul, sub, truediv


class Window:
    """The last ``size`` values, and the figure ``statistic`` of them: mean, min, max, median or std (of all of them).

    A figure is NaN before the window is full; NaNs are left out, and where nothing else is there it is NaN. ``held``
    are the values in it, ``phase`` how many of them are of the block under way: both are its whole state.
    """

    def __init__(self, size: int, statistic: str, held: Sequence[float] = (), phase: int = 0) -> None:
        self.size = size
        self.statistic = statistic
        self.held = list(held)[-size:]
        self.phase = phase if len(self.held) == size else len(self.held)

    def feed(self, values: Sequence[float]) -> list[float]:
        """The figure after each of these values."""
        figures: list[float] = []
        at = 0
        while at < len(values):
            block = list(values[at : at + self.size - self.phase])
            figures += self._figures(block)
            self.held = [*self.held, *block][-self.size :]
            self.phase = (self.phase + len(block)) % self.size
            at += len(block)
        return figures

    def _figures(self, block: list[float]) -> list[float]:
        """Figures for values that do not reach beyond the block under way."""
        if len(self.held) == self.size:
            here = self.size - self.phase
            return self._of_parts(self.held[:here], self.held[here:], block)
        if len(self.held) + len(block) < self.size:
            return [math.nan] * len(block)
        return [*([math.nan] * (len(block) - 1)), *self._of_parts([], [*self.held, *block[:-1]], block[-1:])]

    def _of_parts(self, old: list[float], running: list[float], block: list[float]) -> list[float]:
        if self.statistic == "median":
            return _medians([*old, *running], block, self.size)
        window = [*old, *running, *block]
        has_nan = not all(map(eq, window, window))
        counts = [float(self.size)] * len(block)
        if has_nan:
            counts = [count or math.nan for count in _joined(old, running, block, add, 0.0, _ones)]
        if self.statistic in ("min", "max"):
            join, none = (min, math.inf) if self.statistic == "min" else (max, -math.inf)
            found = _joined(old, running, block, join, none, _filling(none) if has_nan else _plain)
            return [value if count == count else math.nan for value, count in zip(found, counts, strict=True)]
        if self.statistic == "mean":
            sums = _joined(old, running, block, add, 0.0, _filling(0.0) if has_nan else _plain)
            return list(map(truediv, sums, counts))
        return _deviations(old, running, block, counts)


def _joined(
    old: list[float],
    running: list[float],
    block: list[float],
    join: Callable[[float, float], float],
    none: float,
    fill: Callable[[list[float]], Iterable[float]],
) -> list[float]:
    """What ``join`` makes of the window after each value of ``block``; ``none`` is its neutral element."""
    forwards = islice(accumulate(fill([*running, *block]), join, initial=none), len(running) + 1, None)
    backwards = list(accumulate(fill(old[:0:-1]), join, initial=none))
    return list(map(join, forwards, reversed(backwards)))


def _plain(values: list[float]) -> list[float]:
    return values


def _ones(values: list[float]) -> list[float]:
    return [float(value == value) for value in values]


def _filling(none: float) -> Callable[[list[float]], list[float]]:
    return lambda values: [value if value == value else none for value in values]


def _deviations(old: list[float], running: list[float], block: list[float], counts: list[float]) -> list[float]:
    """Standard deviations. Values are taken from the block's first, which is in the window as long as it serves: where
    it lies far off, so far off are the deviations, and nothing small is drowned."""
    first = (running or block)[0]
    centre = first if math.isfinite(first) else old[-1] if old and math.isfinite(old[-1]) else 0.0

    def shifted(values: list[float]) -> list[float]:
        return [value - centre if value == value else 0.0 for value in values]

    def squared(values: list[float]) -> Iterable[float]:
        near = shifted(values)
        return map(mul, near, near)

    sums = _joined(old, running, block, add, 0.0, shifted)
    squares = _joined(old, running, block, add, 0.0, squared)
    spread = map(sub, squares, map(truediv, map(mul, sums, sums), counts))
    return [
        math.sqrt(max(0.0, one) / count) if one == one else math.nan for one, count in zip(spread, counts, strict=True)
    ]


def _medians(before: list[float], block: list[float], size: int) -> list[float]:
    """Medians; ``before`` is the window before the first value of ``block``."""
    ordered = sorted(value for value in before if value == value)
    leaving = iter([*before, *block] if len(before) == size else [math.nan] * len(block))
    figures = []
    for value, gone in zip(block, leaving, strict=False):
        if gone == gone:
            del ordered[bisect_left(ordered, gone)]
        if value == value:
            insort(ordered, value)
        middle = len(ordered) // 2
        if not ordered:
            figures.append(math.nan)
        elif len(ordered) % 2:
            figures.append(ordered[middle])
        else:
            figures.append((ordered[middle - 1] + ordered[middle]) / 2)
    return figures
