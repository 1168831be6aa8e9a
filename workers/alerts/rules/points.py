"""Rules on the points of metrics: conditions that the user wrote, and a new best of what the run is for.

Every look reads what was appended since, and nothing where a series did not grow or cannot fulfil the condition. What
is known is written down together with the alerts; what was not is found again from the points themselves.
"""

import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from store import rule_states, thresholds
from store.errors import ExpressionError
from store.expressions import BEST, Expression, parse
from store.legs import LEGS_OF_ATTEMPT
from store.metrics import LOWER, main_loss, main_quality, merge_sources
from store.points import legs_since, series_named
from store.series import Series
from store.thresholds import Threshold
from store.watches import Fire, Watch
from workers.alerts.judgement import Judgement
from workers.alerts.sights import RunSight

RULES = ("threshold", "best")
STATES = "points"
"""The rule under which it is kept how far the points were read."""
KEEP_SECONDS = 60.0
WARMUP_POINTS = 10
WARMUP_SHARE = 0.05
"""At its beginning a run is better all the time: no new best is told of in the first points, or share of the way."""
_RICHER = 2.0
_FORGET_SECONDS = 600.0

Key = tuple[str, str]


@dataclass
class _Followed:
    """A condition and how far one series was read for it. Fires up to ``until`` were told while it was read elsewhere,
    or were before the condition was set."""

    watch: Watch
    series: int
    seen: int = 0
    until: float | None = None
    latest: float | None = None
    kept: float = 0.0
    is_kept: bool = False


class PointWatch:
    """Follows the metrics of the runs it is shown; belongs to one thread, as its connection does.

    ``look`` says what came true, ``save`` writes down how far was read, inside the transaction in which the alerts are
    raised, and ``saved`` says that this was committed; what was not is said again at the next look.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._followed: dict[Key, _Followed] = {}
        self._told: dict[Key, Judgement] = {}
        self._looked: dict[str, float] = {}
        self._main: dict[str, tuple[tuple[int, ...], str | None]] = {}
        self._written: list[Key] = []
        self._now = 0.0

    def look(self, sight: RunSight) -> list[Judgement]:
        """What has become true since the last look, a judgement each; conditions that did not are left out."""
        self._now = sight.now
        run = sight.run
        subject = f"run:{run.id}/{run.attempt}"
        self._looked[subject] = sight.now
        for threshold in thresholds.thresholds_of_run(self.connection, run.id):
            self._look_at_threshold(sight, subject, threshold)
        self._look_at_best(sight, subject)
        return [judgement for (told, _), judgement in self._told.items() if told == subject]

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return bool(self._told) or any(self._is_due(one) for one in self._followed.values())

    def save(self, connection: sqlite3.Connection, now: float) -> None:
        """Write down how far was read: at once where something came true, else once a minute; inside the caller's
        transaction."""
        self._written = []
        for key, one in self._followed.items():
            if key in self._told or self._is_due(one):
                rule_states.write(connection, STATES, *key, _state_of(one), now)
                self._written.append(key)

    def saved(self) -> None:
        """What was written last has been committed."""
        for key in self._written:
            self._told.pop(key, None)
            self._followed[key].kept, self._followed[key].is_kept = self._now, True
        self._written = []
        old = {subject for subject, looked in self._looked.items() if self._now - looked > _FORGET_SECONDS}
        for key in [key for key in self._followed if key[0] in old and key not in self._told]:
            del self._followed[key]
        for subject in old:
            del self._looked[subject]
            self._main.pop(subject, None)

    def _is_due(self, one: _Followed) -> bool:
        return not one.is_kept and not 0 <= self._now - one.kept < KEEP_SECONDS

    def _look_at_threshold(self, sight: RunSight, subject: str, threshold: Threshold) -> None:
        expression = _parsed(threshold.expression)
        if expression is None or not any(one.name == expression.metric for one in sight.series):
            return
        key = (subject, f"threshold:{threshold.id}")
        watch = Watch(expression, thresholds.direction_of(expression.metric, sight.directions))
        since = threshold.created if threshold.created > sight.run.created else None
        fires = self._follow(sight, key, watch, since)
        if fires and key not in self._told:
            facts = {"id": threshold.id, "expression": threshold.expression, **_facts_of(expression, fires[0])}
            self._told[key] = Judgement(
                "threshold",
                True,
                facts,
                fires[0].time,
                sight.run.id,
                sight.run.attempt,
                occasion=str(threshold.id),
                severity=threshold.severity,
            )

    def _look_at_best(self, sight: RunSight, subject: str) -> None:
        name = self._main_metric(sight, subject)
        share = sight.progress.share if sight.progress else None
        if name is None:
            return
        direction = thresholds.direction_of(name, sight.directions) or LOWER
        expression = Expression(name, BEST, what=direction)
        key = (subject, "best")
        fires = self._follow(sight, key, Watch(expression, warmup=WARMUP_POINTS), None)
        if fires and (share is None or share >= WARMUP_SHARE):
            last = fires[-1]
            facts = {**_facts_of(expression, last), "previous": last.previous, "direction": direction}
            self._told[key] = Judgement("best", True, facts, last.time, sight.run.id, sight.run.attempt)

    def _main_metric(self, sight: RunSight, subject: str) -> str | None:
        """What the run is for: its quality on validation, else its loss; it is looked for when a metric is new."""
        ids = tuple(one.id for one in sight.series)
        known = self._main.get(subject)
        if known is None or known[0] != ids:
            names = list(merge_sources(sight.series))
            known = self._main[subject] = (ids, main_quality(names, sight.directions) or main_loss(names))
        return known[1]

    def _follow(self, sight: RunSight, key: Key, watch: Watch, since: float | None) -> list[Fire]:
        """Read on for one condition, as ``watch`` is for it at its beginning; what fired in this attempt, after
        ``since``."""
        one = self._followed.get(key) or self._load(sight, key, watch)
        series = _choose(sight.series, watch.expression.metric, one)
        if one is None or not one.watch.is_of(watch):
            one = _Followed(watch, series.id)
        elif series.id != one.series or series.count < one.seen:
            one = _Followed(watch, series.id, until=one.latest)
        self._followed[key] = one
        if series.count <= one.seen:
            return []
        if not one.watch.is_possible(series.low, series.high, series.nans, series.pos_infs, series.neg_infs):
            seen = max(one.seen, series.count - one.watch.reach)
            if seen != one.seen:
                one.watch.skip(seen - one.seen)
                one.seen, one.is_kept = seen, False
            return []
        fires: list[Fire] = []
        for leg, points in legs_since(self.connection, series.id, one.seen):
            fires += one.watch.feed(*points, leg=leg)
            one.seen += len(points.steps)
            latest = max(points.times)
            one.latest = latest if one.latest is None else max(one.latest, latest)
        one.is_kept = False
        return [
            fire
            for fire in fires
            if fire.leg // LEGS_OF_ATTEMPT == sight.run.attempt - 1
            and (one.until is None or fire.time > one.until)
            and (since is None or fire.time > since)
        ]

    def _load(self, sight: RunSight, key: Key, watch: Watch) -> _Followed | None:
        """What is known from before a restart, or of the attempt before this one."""
        subject, occasion = key
        for attempt in range(sight.run.attempt, max(0, sight.run.attempt - 2), -1):
            subject = f"run:{sight.run.id}/{attempt}"
            if (subject, occasion) in self._followed:
                one = self._followed[subject, occasion]
                return _restored(watch, _state_of(one))
            known = rule_states.get(self.connection, STATES, subject, occasion)
            if known is not None:
                found = _restored(watch, known.data)
                if found is not None:
                    found.is_kept = attempt == sight.run.attempt
                return found
        return None


def _choose(listed: Sequence[Series], name: str, one: _Followed | None) -> Series:
    """The series to read of a metric: the one that was read, until another source has much more of it."""
    named = [series for series in listed if series.name == name]
    richest = series_named(named, name) or named[0]
    current = next((series for series in named if one is not None and series.id == one.series), richest)
    return richest if richest.count >= _RICHER * current.count else current


def _facts_of(expression: Expression, fire: Fire) -> dict[str, Any]:
    value: float | str = fire.value if math.isfinite(fire.value) else str(fire.value)
    return {"metric": expression.metric, "value": value, "step": fire.step}


def _state_of(one: _Followed) -> dict[str, Any]:
    kept = {"series": one.series, "seen": one.seen, "until": one.until, "latest": one.latest}
    return {**kept, "watch": one.watch.state()}


def _restored(watch: Watch, state: Mapping[str, Any]) -> _Followed | None:
    try:
        known = Watch.restore(watch, state["watch"])
        if known is None:
            return None
        return _Followed(known, int(state["series"]), int(state["seen"]), state["until"], state["latest"])
    except (KeyError, TypeError, ValueError):
        return None


@lru_cache(maxsize=256)
def _parsed(text: str) -> Expression | None:
    """A condition as it was kept; None where a newer Machiai wrote it in a way this one cannot read."""
    try:
        return parse(text)
    except ExpressionError:
        return None
