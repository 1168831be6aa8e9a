"""Following expressions along points: where they fire, whatever pieces the points come in."""

import json
import math
import statistics
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.chunks import measure
from store.expressions import BEST, COMPARE, IS, Expression, parse
from store.legs import LEGS_OF_ATTEMPT
from store.watches import Watch

VALUES = st.lists(
    st.tuples(st.sampled_from((0.0, 1.0, 2.0, 3.0, 0.1, math.nan, math.inf, -math.inf)), st.booleans()), max_size=50
)
EXPRESSIONS = st.sampled_from(
    [
        *("x > 1", "x >= 2 for 3", "x < 1 after 10", "x == 1", "x != 1 for 2", "x is nan", "x is not finite for 2"),
        *("x[3].mean > 1", "x[4].median < 1 for 2", "x[3].std > 0.5", "x[5].max >= 3 after 7", "x[2].min is finite"),
        *("x best", "x best lower after 5"),
    ]
)


def legs_of(flags: Sequence[bool]) -> list[int]:
    """Legs that begin where a flag is set."""
    leg, found = 0, []
    for flag in flags:
        leg += flag
        found.append(leg)
    return found


def holds(expression: Expression, window: Sequence[float]) -> bool:
    """Whether it is true of one window (or point), taken literally."""
    numbers = [value for value in window if value == value]
    if expression.window:
        if len(window) < expression.window or not numbers:
            return False
        if not all(map(math.isfinite, numbers)) and expression.statistic in ("mean", "std"):
            value = sum(numbers) if expression.statistic == "mean" else math.nan
        else:
            made: dict[str, Callable[[list[float]], float]] = {
                "mean": statistics.fmean,
                "std": statistics.pstdev,
                "median": statistics.median,
            }
            made |= {"min": min, "max": max}
            value = made[expression.statistic](numbers)
    else:
        value = window[-1]
    if expression.test == IS:
        truth = {"nan": math.isnan, "inf": math.isinf, "finite": math.isfinite}[expression.what](value)
        return truth != expression.negated and (value == value or not expression.window)
    number = expression.number
    truths = {">": value > number, ">=": value >= number, "<": value < number, "==": value == number}
    return {**truths, "!=": value != number and value == value}[expression.operator]


def wanted_steps(expression: Expression, values: Sequence[float], legs: Sequence[int]) -> list[float]:
    """The steps at which it fires, point by point and without any state worth the name."""
    found, streak, before = [], 0, None
    for at in range(len(values)):
        begin = legs.index(legs[at])
        if legs[at] != before and streak < expression.lasting:
            streak = 0
        before = legs[at]
        window = values[max(begin, at + 1 - max(1, expression.window)) : at + 1]
        is_late = expression.after is None or at > expression.after
        if is_late and holds(expression, window):
            streak += 1
            if streak == expression.lasting:
                found.append(float(at))
        else:
            streak = 0
    return found


def wanted_bests(expression: Expression, values: Sequence[float]) -> list[float]:
    """The steps of new bests."""
    found, best = [], None
    for at, value in enumerate(values):
        if not math.isfinite(value):
            continue
        if best is None or (value < best if expression.what == "lower" else value > best):
            if best is not None and (expression.after is None or at > expression.after):
                found.append(float(at))
            best = value
    return found


def fired(
    watch: Watch, values: Sequence[float], legs: Sequence[int], cuts: Sequence[int], *, anew: bool
) -> list[float]:
    """The steps at which it fires, fed in pieces; its state goes through JSON before each, if asked."""
    found: list[float] = []
    at = 0
    while at < len(values):
        end = min(len(values), at + cuts[at % len(cuts)])
        while legs[end - 1] != legs[at]:
            end -= 1
        if anew:
            kept = Watch.restore(watch, json.loads(json.dumps(watch.state(), allow_nan=False)))
            assert kept is not None
            watch = kept
        steps = [float(step) for step in range(at, end)]
        found += [fire.step for fire in watch.feed(steps, steps, values[at:end], legs[at])]
        at = end
    return found


@given(EXPRESSIONS, VALUES, st.lists(st.integers(1, 60), min_size=1), st.booleans())
def test_fires_where_it_becomes_true(text: str, points: list, cuts: list[int], anew: bool) -> None:
    """In one piece or in any, with its state kept and read again, it fires where a plain reading of it says."""
    expression = parse(text)
    values, legs = [value for value, _ in points], legs_of([flag for _, flag in points])
    wanted = wanted_bests(expression, values) if expression.test == BEST else wanted_steps(expression, values, legs)
    assert fired(Watch(expression, "higher"), values, legs, cuts, anew=anew) == wanted


@given(EXPRESSIONS, VALUES)
def test_bounds_never_hide_a_fire(text: str, points: list) -> None:
    """Where the bounds of a series say that it cannot be, it does not fire."""
    values = [value for value, _ in points]
    if not values:
        return
    low, high, nans, pos_infs, neg_infs = measure(values)
    watch = Watch(parse(text), "higher")
    possible = watch.is_possible(low if low <= high else None, high if low <= high else None, nans, pos_infs, neg_infs)
    steps = [float(step) for step in range(len(values))]
    assert possible or not watch.feed(steps, steps, values)


def test_bounds_of_the_common_case() -> None:
    """A plain comparison out of reach is known from the bounds alone."""
    bounds = (0.2, 2.5, 0, 0, 0)
    for text, possible in (
        *(("x > 3", False), ("x > 2", True), ("x < 0.1", False), ("x is nan", False), ("x == 3", False)),
        *(("x != 1", True), ("x[9].mean > 3", False), ("x[9].min < 0.1", False), ("x is not finite", False)),
    ):
        assert Watch(parse(text)).is_possible(*bounds) is possible, text
    assert Watch(parse("x > 3")).is_possible(0.2, 2.5, 0, 1, 0)


def test_another_attempt_is_another_change() -> None:
    """What held at the end of an attempt fires anew in the next one; in another leg of the same it does not."""
    watch = Watch(parse("x > 1"))
    assert len(watch.feed([1.0], [1.0], [2.0], 0)) == 1
    assert watch.feed([0.0], [2.0], [2.0], 1) == []
    assert len(watch.feed([0.0], [3.0], [2.0], LEGS_OF_ATTEMPT)) == 1


def test_a_best_tells_the_one_before() -> None:
    """The first points are only counted; then each new best comes with what it beats."""
    watch = Watch(parse("acc best"), "higher", warmup=3)
    found = watch.feed([0.0, 1.0, 2.0, 3.0, 4.0], [0.0] * 5, [0.1, 0.3, 0.2, 0.25, 0.4])
    assert [(fire.step, fire.value, fire.previous) for fire in found] == [(4.0, 0.4, 0.3)]
    assert Watch(parse("acc best")).feed([0.0, 1.0], [0.0, 1.0], [0.1, 0.2]) == []


@pytest.mark.parametrize("state", [{}, {"expression": "x > 1"}, {"expression": "x > 1", "direction": "", "count": "?"}])
def test_a_state_of_something_else(state: dict) -> None:
    """It is not taken."""
    assert Watch.restore(Watch(Expression("x", COMPARE, operator=">", number=1.0)), state) is None
