"""Whether a loss is far above its own recent range, and stays there: told from what only looks like it."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from store.chunks import Columns
from store.series import Series

TAIL = 400
"""Points of a loss that are looked at."""
_REFERENCE, _REFERENCE_SLOW = 50, 20
_SLOW_SECONDS = 60.0
_TIMES = {"keen": 2.5, "normal": 3.0, "patient": 6.0}
_SIGMAS = {"keen": 6.0, "normal": 8.0, "patient": 12.0}
_SUSTAINED = {"keen": 10, "normal": 20, "patient": 50}
_SUSTAINED_SLOW = {"keen": 3, "normal": 5, "patient": 10}
_SHARE = 0.02  # of all points so far: a level that lasts less may be a spike of a long run
_SUSTAINED_MOST = 100
_WILD_TIMES = 1000.0  # in reinforcement learning and adversarial training
_HEATED_TIMES = 10.0  # where the learning rate rose meanwhile
_AROUND_ZERO = 10.0  # times the spread, where the loss is negative or around zero
_NEAR_HIGH = 0.5  # of the highest value ever
_QUIET_TIMES = {"keen": 2.0, "normal": 2.3, "patient": 4.0}
_QUIET_SIGMAS = 20.0  # where the loss has so little noise, fewer times its level are far
_ANYWHERE_TIMES = 100.0  # so far above, the highest value does not matter
_BEYOND_DOUBT_TIMES = 1000.0
_FALLING, _RISING = 0.9, 1.2
_FALLS = 0.68  # of the differences from point to point; noise alone has half
_FLAT, _FLAT_SLOW, _FLAT_MOST = 3, 2, 150


def is_worth_reading(series: Series, sensitivity: str) -> bool:
    """Whether the last value, by the summary alone, can be that of a loss that exploded."""
    if series.low is None or series.count < _REFERENCE_SLOW:
        return False
    return series.low < 0 or series.last >= _QUIET_TIMES.get(sensitivity, 2.3) * series.low


def find_explosion(
    points: Columns, series: Series, sensitivity: str, *, wild: bool, heated: bool
) -> dict[str, Any] | bool | None:
    """The facts of a loss that exploded; False where it did not; None where it is high without a known beginning, or
    on its way back.

    ``points`` are the last ones of one fit; their older half, 50 points at least (20 where they are over a minute
    apart), is what the loss is compared with. It exploded when its last 20 points (*keen* 10, *patient* 50; 5, 3, 10
    where they are slow), or the last 2 % of all points where that is more, up to 100,

    * lie threefold (2.5, 6) above the median of the hundred points before: 2.3 (2, 4) where a loss has so little noise
      that this is 20 deviations; tenfold where the learning rate is ``heated``; a thousandfold in ``wild`` runs
      (reinforcement learning, GANs, whose losses follow what is played); by ten times the spread where the loss is not
      always positive;
    * lie above nearly all that was before, and by 8 (6, 12) robust deviations on a logarithmic scale: what is noisy
      must rise further;
    * are at half of the highest value ever at least, unless they rose to it just now or a hundredfold: a diverged loss
      is where it began or beyond, while a warm restart of the learning rate or a harder stage of a curriculum is below;
    * do not fall: a spike that recovers and a new task that is being learnt do;
    * and still rise, or are a thousandfold. What is flat might fall too slowly to be seen in the noise, and is waited
      for three times as long (twice where points are slow).
    """
    steps, times, values = _finite(points)
    count = len(values)
    is_slow = count > 1 and (times[-1] - times[0]) / (count - 1) > _SLOW_SECONDS
    shortest = (_SUSTAINED_SLOW if is_slow else _SUSTAINED).get(sensitivity, 5 if is_slow else 20)
    sustained = max(shortest, min(_SUSTAINED_MOST, int(_SHARE * series.count)))
    least = _REFERENCE_SLOW if is_slow else _REFERENCE
    if count < least + sustained:
        return False
    before = values[: max(least, min(count // 2, count - sustained))]
    late = before[-max(least, len(before) // 2) :]
    ordered, level, high = sorted(before), median(late), series.high
    top = ordered[min(len(ordered) - 1, int(0.98 * len(ordered)))]
    spread = ordered[int(0.95 * len(ordered))] - ordered[int(0.05 * len(ordered))]
    times_needed = _times_needed(late, values[-sustained:], sensitivity, wild=wild, heated=heated)

    def is_far(recent: Sequence[float]) -> bool:
        now, bottom = median(recent), sorted(recent)[len(recent) // 10]
        if ordered[0] <= 0:
            width = max(abs(level), spread)
            return now - level > _AROUND_ZERO * times_needed / 3 * width > 0 and bottom > ordered[-1]
        if now < times_needed * level or bottom <= top:
            return False
        return _sigmas(late, now) >= _SIGMAS.get(sensitivity, 8.0)

    recent = values[-sustained:]
    if not is_far(recent):
        low = series.low if series.low is not None else level
        is_all_high = low > 0 and min(recent) >= times_needed * low and ordered[0] >= times_needed * low
        return None if is_all_high else False
    now = median(recent)
    is_highest = high is None or max(values[len(before) :]) >= high > ordered[-1]
    is_anywhere = ordered[0] > 0 and now >= _ANYWHERE_TIMES * level
    if high is not None and now < _NEAR_HIGH * high and not is_highest and not is_anywhere:
        return False
    if _is_falling(recent, level) or _is_falling(recent[len(recent) // 2 :], level):
        return None
    is_beyond_doubt = ordered[0] > 0 and now >= _BEYOND_DOUBT_TIMES * level and not wild
    if not _is_rising(recent, level) and not is_beyond_doubt:
        flat = values[-min(_FLAT_MOST, (_FLAT_SLOW if is_slow else _FLAT) * sustained) :]
        if len(flat) > count - len(before) or not is_far(flat) or _is_falling(flat, level):
            return None
    onset = next(place for place, value in enumerate(values) if place >= len(before) and value > top)
    while onset < count - sustained and median(values[onset : onset + 3]) <= top:
        onset += 1
    return {
        "value": values[-1],
        "step": steps[onset],
        "points": count - onset,
        "usual": level,
        "since": times[onset],
    }


def _times_needed(
    before: Sequence[float], recent: Sequence[float], sensitivity: str, *, wild: bool, heated: bool
) -> float:
    """How many times the level before a loss must be at."""
    if wild:
        return _WILD_TIMES
    if heated:
        return _HEATED_TIMES
    now = median(recent)
    if min(before) > 0 and now > median(before) and _sigmas(before, now) >= _QUIET_SIGMAS:
        return _QUIET_TIMES.get(sensitivity, 2.3)
    return _TIMES.get(sensitivity, 3.0)


def _finite(points: Columns) -> Columns:
    if all(map(math.isfinite, points.values)):
        return points
    return points.take([place for place, value in enumerate(points.values) if math.isfinite(value)])


def _sigmas(before: Sequence[float], now: float) -> float:
    """How many robust deviations a level is above what was before, by logarithms; infinite where that never varied."""
    logs = [math.log(value) for value in before]
    centre = median(logs)
    deviation = 1.4826 * median(abs(value - centre) for value in logs)
    return (math.log(now) - centre) / deviation if deviation > 0 else math.inf


def _is_falling(recent: Sequence[float], level: float) -> bool:
    """Whether a stretch above a level ends clearly lower than it began, or falls from point to point."""
    begin, end = _edges(recent, level)
    falls = sum(after < before for before, after in pairwise(recent))
    return end < _FALLING * begin or (len(recent) >= _REFERENCE_SLOW and falls > _FALLS * (len(recent) - 1))


def _is_rising(recent: Sequence[float], level: float) -> bool:
    begin, end = _edges(recent, level)
    return end > _RISING * begin


def _edges(recent: Sequence[float], level: float) -> tuple[float, float]:
    """How far the first and the last third of a stretch lie above a level."""
    third = max(1, len(recent) // 3)
    return median(recent[:third]) - level, median(recent[-third:]) - level
