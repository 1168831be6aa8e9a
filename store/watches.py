"""Expressions followed along a growing series: when they become true.

Points are fed as they come, in pieces of any size; what fires does not depend on the pieces, nor on where the state
was written down and read again.
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from store.expressions import BEST, COMPARE, FINITE, INF, NAN, Expression
from store.legs import LEGS_OF_ATTEMPT
from store.metrics import HIGHER, LOWER
from store.windows import Window

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
_TRUE = b"\x01"


class Fire(NamedTuple):
    """Where an expression became true; ``value`` is the point's or the window's, ``previous`` the best before."""

    step: float
    time: float
    value: float
    previous: float | None = None
    leg: int = 0


class Watch:
    """An expression on its way along one series.

    It fires at the point at which the expression becomes true (with ``for N``: the last of the N), and again only
    after it was false in between. NaN fulfils no comparison, ``!=`` neither; a window leaves NaNs out, and says nothing
    before it is full or where it holds nothing but NaNs. Another leg (a resume) begins new windows and new counts of
    points in a row; what held before still holds, but in another attempt.

    A new best is better than all finite points before it, the first point is none. ``direction`` is the metric's
    (``lower``, ``higher``), for ``best`` without one of its own; without any nothing fires. The first ``warmup`` points
    are only counted.
    """

    def __init__(self, expression: Expression, direction: str = "", warmup: int = 0) -> None:
        self.expression = expression
        self.direction = expression.what or direction if expression.test == BEST else ""
        self.warmup = warmup
        self.count = 0
        self.best: float | None = None
        self._leg: int | None = None
        self._streak = 0
        self._window = Window(expression.window, expression.statistic) if expression.window else None

    def feed(self, steps: Sequence[float], times: Sequence[float], values: Sequence[float], leg: int = 0) -> list[Fire]:
        """Take more points of one leg, in the order they came; what fired among them."""
        if not len(values):
            return []
        if leg != self._leg:
            self._begin_leg(leg)
        before, self.count = self.count, self.count + len(values)
        if self.expression.test == BEST:
            return self._feed_best(steps, times, values, before)
        figures = self._window.feed(values) if self._window else values
        found = self._rises(self._flag(figures, steps))
        return [Fire(steps[at], times[at], figures[at], leg=leg) for at in found]

    def skip(self, count: int) -> None:
        """Take it that ``count`` points came of which none could fire; they need not be fed."""
        self.count += count
        self._streak = 0

    @property
    def holds(self) -> bool:
        """Whether it is true now."""
        return self._streak >= self.expression.lasting

    @property
    def reach(self) -> int:
        """How many points before the next one may bear on it: those that its window holds."""
        return self.expression.window

    def is_possible(self, low: float | None, high: float | None, nans: int, pos_infs: int, neg_infs: int) -> bool:
        """Whether any point of a series of these bounds can make it true; the bounds are of its finite values."""
        asked, number = self.expression, self.expression.number
        if asked.test == BEST:
            if self.best is None or low is None or high is None:
                return True
            return high > self.best if self.direction == HIGHER else low < self.best
        if asked.window and (asked.statistic == "std" or asked.test != COMPARE):
            return True
        if asked.test == COMPARE:
            lowest = -math.inf if neg_infs else math.inf if low is None else low
            highest = math.inf if pos_infs else -math.inf if high is None else high
            if asked.window:  # the mean of equal numbers may be off by a bit
                lowest, highest = (one + side * 1e-9 * abs(one) for one, side in ((lowest, -1), (highest, 1)))
            if asked.operator in (">", "<"):
                return highest > number if asked.operator == ">" else lowest < number
            if asked.operator == "!=":
                return lowest <= highest and not lowest == number == highest
            return (asked.operator == "<=" or highest >= number) and (asked.operator == ">=" or lowest <= number)
        odd = {NAN: nans, INF: pos_infs + neg_infs, FINITE: nans + pos_infs + neg_infs}[asked.what]
        if asked.what == FINITE:
            return odd > 0 if asked.negated else low is not None
        return True if asked.negated else odd > 0

    def state(self) -> dict[str, Any]:
        """All that is to be kept of it, as plain JSON."""
        window = self._window.held if self._window else []
        return {
            "expression": str(self.expression),
            "direction": self.direction,
            "count": self.count,
            "leg": self._leg,
            "streak": self._streak,
            "best": _to_json(self.best) if self.best is not None else None,
            "window": [_to_json(value) for value in window],
            "phase": self._window.phase if self._window else 0,
        }

    @classmethod
    def restore(cls, new: "Watch", state: Mapping[str, Any]) -> "Watch | None":
        """The watch that ``state`` was of, where it follows what ``new`` does; else None."""
        made = cls(new.expression, new.direction, new.warmup)
        try:
            if state["expression"] != str(new.expression) or state["direction"] != new.direction:
                return None
            made.count, made._streak = int(state["count"]), int(state["streak"])
            made._leg = None if state["leg"] is None else int(state["leg"])
            made.best = None if state["best"] is None else float(state["best"])
            if made._window:
                held = [float(value) for value in state["window"]]
                made._window = Window(new.expression.window, new.expression.statistic, held, int(state["phase"]))
        except (KeyError, TypeError, ValueError):
            return None
        return made

    def is_of(self, other: "Watch") -> bool:
        """Whether both follow the same expression, in the same direction."""
        return self.expression == other.expression and self.direction == other.direction

    def _begin_leg(self, leg: int) -> None:
        other_attempt = self._leg is not None and leg // LEGS_OF_ATTEMPT != self._leg // LEGS_OF_ATTEMPT
        if not self.holds or other_attempt:
            self._streak = 0
        if self._window:
            self._window = Window(self._window.size, self._window.statistic)
        self._leg = leg

    def _feed_best(
        self, steps: Sequence[float], times: Sequence[float], values: Sequence[float], before: int
    ) -> list[Fire]:
        if self.direction not in (LOWER, HIGHER):
            return []
        better = operator.lt if self.direction == LOWER else operator.gt
        best, after = self.best, self.expression.after
        if best is not None and not any(map(better, values, repeat(best))):
            return []
        fires = []
        for at, value in enumerate(values):
            if not math.isfinite(value) or (best is not None and not better(value, best)):
                continue
            if best is not None and before + at >= self.warmup and (after is None or steps[at] > after):
                fires.append(Fire(steps[at], times[at], value, best, self._leg or 0))
            best = value
        self.best = best
        return fires

    def _flag(self, figures: Sequence[float], steps: Sequence[float]) -> bytes:
        """Whether it is true at each point, a byte each."""
        asked = self.expression
        if asked.test == COMPARE:
            flags = bytes(map(_COMPARISONS[asked.operator], figures, repeat(asked.number)))
            if asked.operator == "!=":
                flags = bytes(map(operator.and_, flags, map(operator.eq, figures, figures)))
        else:
            finds = {NAN: math.isnan, INF: math.isinf, FINITE: math.isfinite}[asked.what]
            flags = bytes(map(finds, figures))
            if asked.negated:
                flags = bytes(map(operator.not_, flags))
            if self._window:  # one that is not full yet, or has no number, is NaN here
                flags = bytes(map(operator.and_, flags, map(operator.eq, figures, figures)))
        if asked.after is not None and _TRUE in flags:
            flags = bytes(map(operator.and_, flags, map(operator.gt, steps, repeat(asked.after))))
        return flags

    def _rises(self, flags: bytes) -> list[int]:
        """The places at which it becomes true; how long it has been true is kept."""
        lasting, places, at = self.expression.lasting, [], 0
        while at < len(flags):
            if not flags[at]:
                self._streak = 0
                at = flags.find(_TRUE, at)
                if at < 0:
                    break
            end = flags.find(b"\x00", at)
            end = len(flags) if end < 0 else end
            if self._streak < lasting <= self._streak + end - at:
                places.append(at + lasting - self._streak - 1)
            self._streak = min(lasting, self._streak + end - at)
            at = end
        return places


def _to_json(value: float) -> float | str:
    """A number as JSON has it: NaN and infinities are words there."""
    return value if math.isfinite(value) else str(value)
