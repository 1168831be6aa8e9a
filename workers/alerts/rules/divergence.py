"""Whether a loss diverged: it is no number any more, or far above where it was."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from store.chunks import Columns
from store.legs import LEGS_OF_ATTEMPT
from store.metrics import main_loss, read_name
from store.series import Series
from workers.alerts.judgement import Judgement
from workers.alerts.rules.explosion import TAIL, find_explosion, is_worth_reading
from workers.alerts.sights import RunSight

RULE = "diverged"
_NEEDED = {"keen": 1, "normal": 3, "patient": 10}
_NEEDED_SLOW = {"keen": 1, "normal": 2, "patient": 4}
_SLOW_SECONDS = 60.0  # between points
_EARLY_NEEDED = {"keen": 10, "normal": 20, "patient": 40}
_EARLY_POINTS = 100
_EARLY_STEPS = 100.0
_COMPONENT = 4  # times as many of a loss that is only a part, where the main one is still a number
_STALE_SECONDS, _STALE_INTERVALS = 600.0, 3.0
_LONGEST_STREAK = 4096


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LOSSES = _words("perplexity nll xent ce bce mse mae rmse bpc bpb")
_NO_LOSSES = _words(
    "best min minimum lowest max previous prev last target threshold patience std var variance stderr sem delta diff "
    "difference change improvement ratio scale scaler weight coef lr norm time grad"
)
_ADVERSARIAL = _words(
    "reward return episode rollout advantage policy critic actor td value entropy surrogate kl q alpha generator "
    "discriminator gan adv adversarial gen disc g d fake real"
)


@dataclass(frozen=True)
class _Streak:
    """The points at the end of a series that are no numbers."""

    begin: int
    points: Columns


def judge_divergence(sight: RunSight, sensitivity: str = "normal") -> Judgement:
    """Whether a loss is NaN or infinite and stays so, or has risen far above its own recent range and stays there.

    *Not finite*: the last 3 points (*keen* 1, *patient* 10), or 2 (1, 4) where they are more than a minute apart. One
    NaN among numbers never counts. In the first 100 points of a fit 20 points (10, 40) or 100 steps are
    waited for, since a gradient scaler begins far too high and needs up to 16 halvings to find its place. Four times
    as many are asked of a loss that is only one part of several while the main one is a number, and one that never was
    a number beside such a main loss is taken for one that is not computed. Running best values, deviations, scales
    and norms are no losses. A loss of exactly 0 with a gradient norm that is no number counts as not finite: some
    trainers write it so.

    *Exploded*: only the main loss and the same of validation; see :func:`find_explosion` for when.

    Nothing is read but what a series' summary says, unless that is suspicious. False when the loss is back; None
    (nothing changes) where no loss of this attempt is known or a high level has no beginning within what is read.
    """
    run = sight.run
    losses = _losses_of(sight)
    main = main_loss([one.name for one in losses])
    if not losses:
        return Judgement(RULE, None, run_id=run.id, attempt=run.attempt)
    newest = max(one.last_time for one in losses)
    losses = [one for one in losses if _is_current(one, newest)]
    family = read_name(main).family if main else None
    mains = [one for one in losses if one.name == main or (main and read_name(one.name).family == family)]
    for one in sorted(losses, key=lambda one: one not in mains):
        if not math.isfinite(one.last):
            facts = _judge_not_finite(sight, one, one in mains or not _has_finite(mains), sensitivity)
            if facts is not None:
                return _tell(sight, facts)
    facts = _judge_zeros(sight, mains, sensitivity)
    if facts is not None:
        return _tell(sight, facts)
    wild = _is_adversarial(sight.series)
    unclear = False
    for one in mains:
        if math.isfinite(one.last) and is_worth_reading(one, sensitivity):
            points = _last_fit(sight, one, TAIL)
            found = find_explosion(points, one, sensitivity, wild=wild, heated=_is_heated(sight, points))
            if isinstance(found, dict):
                return _tell(sight, {"how": "exploded", "metric": one.name, **found})
            unclear = unclear or found is None
    return Judgement(RULE, None if unclear else False, run_id=run.id, attempt=run.attempt)


def _tell(sight: RunSight, facts: dict[str, Any]) -> Judgement:
    since = facts.pop("since")
    return Judgement(RULE, True, facts, since, sight.run.id, sight.run.attempt)


def _losses_of(sight: RunSight) -> list[Series]:
    """The series of this attempt that are losses, the name of each once."""
    found: dict[str, Series] = {}
    for one in sight.series:
        if one.last_leg // LEGS_OF_ATTEMPT + 1 < sight.run.attempt or not one.count:
            continue
        reading = read_name(one.name)
        words = set(reading.words)
        is_loss = reading.kind == "loss" or words & _LOSSES
        known = found.get(one.name)
        if is_loss and not words & _NO_LOSSES and (known is None or one.last_time > known.last_time):
            found[one.name] = one
    return list(found.values())


def _is_current(series: Series, newest: float) -> bool:
    """Whether a series still goes on, by its own pace: one that another stage of training wrote tells nothing now."""
    interval = (series.last_time - series.first_time) / max(1, series.count - 1)
    return newest - series.last_time <= _STALE_SECONDS + _STALE_INTERVALS * interval


def _has_finite(series: Iterable[Series]) -> bool:
    return any(math.isfinite(one.last) for one in series)


def _judge_not_finite(sight: RunSight, series: Series, leads: bool, sensitivity: str) -> dict[str, Any] | None:
    """The facts of a loss that ends in no numbers, None where these are too few. ``leads``: the run hangs on it.

    ``step`` is None where it began before what is read, as when a daemon starts late beside a long one.
    """
    bad = series.nans + series.pos_infs + series.neg_infs
    if not leads and series.low is None:
        return None
    needed = _NEEDED.get(sensitivity, 3)
    few = min(needed, _NEEDED_SLOW.get(sensitivity, 2))
    times = 1 if leads else _COMPONENT
    if bad < times * few:
        return None
    room = times * max(_EARLY_NEEDED.values()) + _EARLY_POINTS
    streak = _streak_of(_last_fit(sight, series, room))
    steps, moments, values = streak.points
    length = len(values) - streak.begin
    if not length:
        return None
    if (moments[-1] - moments[streak.begin]) / max(1, length - 1) > _SLOW_SECONDS:
        needed = few
    early = streak.begin < _EARLY_POINTS and len(values) < room and series.unit != "epoch"
    if early and steps[-1] - steps[streak.begin] < _EARLY_STEPS:
        needed = max(needed, _EARLY_NEEDED.get(sensitivity, 20))
    if length < times * needed:
        return None
    asked = room
    if length == room < series.count:
        asked = min(bad + 1, _LONGEST_STREAK)
        streak = _streak_of(_last_fit(sight, series, asked))
        steps, moments, values = streak.points
        length = len(values) - streak.begin
    is_whole = length < asked or series.count == length
    worth = values[streak.begin]
    usual = [value for value in values[: streak.begin] if math.isfinite(value)][-50:]
    return {
        "how": "not_finite",
        "metric": series.name,
        "value": "nan" if worth != worth else "inf" if worth > 0 else "-inf",
        "step": steps[streak.begin] if is_whole else None,
        "points": length,
        "usual": median(usual) if usual else None,
        "since": moments[streak.begin],
    }


def _judge_zeros(sight: RunSight, mains: Iterable[Series], sensitivity: str) -> dict[str, Any] | None:
    """The facts where the main loss is written as exactly 0 while the gradient norm is no number."""
    if not any(one.last == 0.0 and one.low == 0.0 for one in mains):
        return None
    for one in sight.series:
        words = set(read_name(one.name).words)
        if {"grad", "norm"} <= words and not math.isfinite(one.last):
            return _judge_not_finite(sight, one, True, sensitivity)
    return None


def _streak_of(points: Columns) -> _Streak:
    begin = len(points.values)
    while begin and not math.isfinite(points.values[begin - 1]):
        begin -= 1
    return _Streak(begin, points)


def _last_fit(sight: RunSight, series: Series, count: int) -> Columns:
    """The last points of a series, from where its steps last went back by more than ranks that write in turns do: what
    was before belongs to another fit, or was taken back by a resume."""
    points = sight.tail(series, count)
    steps = list(points.steps)
    forward = [after - before for before, after in pairwise(steps) if after > before]
    grain = 2 * median(forward) if forward else 0.0
    begin = 0
    started = sight.run.started
    for place, (before, after) in enumerate(pairwise(steps), 1):
        if before - after > grain or (started is not None and points.times[place - 1] < started <= points.times[place]):
            begin = place
    cut = points.cut(begin, None)
    if all(before <= after for before, after in pairwise(cut.steps)):
        return cut
    return cut.take(sorted(range(len(cut.steps)), key=cut.steps.__getitem__))


def _is_adversarial(series: Iterable[Series]) -> bool:
    """Whether the run's metrics are those of reinforcement learning or of networks that play against each other: their
    losses say little of how it goes."""
    words = (set(read_name(one.name).words) for one in series)
    return any(_ADVERSARIAL & (some - {"entropy"} if "cross" in some else some) for some in words)


def _is_heated(sight: RunSight, points: Columns) -> bool:
    """Whether the learning rate is known to have at least doubled over these points: a loss may rise with it."""
    if not points.times:
        return False
    for one in sight.series:
        if read_name(one.name).family == "lr" and math.isfinite(one.last) and one.last > 0:
            rates = sight.tail(one, TAIL)
            window = [
                rate
                for moment, rate in zip(rates.times, rates.values, strict=True)
                if moment >= points.times[0] and math.isfinite(rate)
            ]
            if window and one.last >= 2 * min(window):
                return True
    return False
