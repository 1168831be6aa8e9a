"""What the pages read of metrics: which a run has, their curves as buckets, their best values.

Like ``app.reads``, every function opens a connection of its own. What a series' row says changes with every point,
so buckets and bests are kept by that row: a chart that did not grow is not read again.
"""

import math
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.reads import WAIT_SECONDS, open_journal, without_token
from store import choices, curves, database, glossary, metrics, progress, runs, series
from store.buckets import Bucket
from store.curves import Axis
from store.glossary import Glossary
from store.progress import Progress
from store.runs import Run
from store.series import Series
from store.settings import Settings

BUCKETS = 400
SPARK_BUCKETS = 80
BEST_BUCKETS = 300
_STEPS = ("step", "iteration", "iter", "batch", "update")


@dataclass(frozen=True)
class Metric:
    """One metric of a run. ``direction`` is lower, higher or empty; ``chosen`` when the user said so.

    ``scale`` brings its steps to the unit that most of the run's metrics count in.
    """

    name: str
    series: Series
    family: str
    split: str
    direction: str
    chosen: bool
    percent: bool
    unit: str
    scale: float = 1.0


@dataclass(frozen=True)
class Measured:
    """A run's metrics, the ones to look at first in front, and the name of its main loss."""

    metrics: list[Metric]
    main: str | None
    progress: Progress | None

    def find(self, name: str | None) -> Metric | None:
        """The metric of that name."""
        return next((metric for metric in self.metrics if metric.name == name), None)


@dataclass(frozen=True)
class Best:
    """The best value of a series, and the step it was reached at."""

    value: float
    step: float


def read_measured(settings: Settings, run: Run) -> Measured:
    """The metrics of a run and how far it is."""
    with open_journal(settings) as connection:
        return without_token(
            settings,
            _measure(connection, run, glossary.load(settings.home), progress.read_progress(connection, run.id)),
        )


def read_progress(settings: Settings, run: Run) -> Progress | None:
    """How far a run is, None where its log does not say."""
    with open_journal(settings) as connection:
        return progress.read_progress(connection, run.id)


def read_many(settings: Settings, wanted: Iterable[Run]) -> dict[str, Measured]:
    """The same of several runs, by id."""
    known = glossary.load(settings.home)
    wanted = list(wanted)
    with open_journal(settings) as connection:
        far = progress.progress_of(connection, [run.id for run in wanted])
        return {run.id: without_token(settings, _measure(connection, run, known, far.get(run.id))) for run in wanted}


def read_runs(settings: Settings, ids: Sequence[str]) -> list[Run]:
    """Those of the runs that there are, in that order."""
    with open_journal(settings) as connection:
        found = [runs.get_run(connection, run_id) for run_id in dict.fromkeys(ids)]
    return without_token(settings, [run for run in found if run is not None])


def read_curve(
    settings: Settings,
    metric: Metric,
    *,
    axis: Axis = "step",
    low: float | None = None,
    high: float | None = None,
    buckets: int = BUCKETS,
) -> list[Bucket]:
    """A metric from ``low`` to ``high`` (in the run's unit of steps, or epoch seconds) as at most so many buckets."""
    if axis == "step":
        low = None if low is None else low / metric.scale
        high = None if high is None else high / metric.scale
    return list(_buckets(settings.journal, _stamp(metric.series), axis, low, high, buckets))


def read_best(settings: Settings, metric: Metric) -> Best | None:
    """The best value, by the metric's direction; None where it has none or no finite value.

    Values that a later attempt ran again do not count.
    """
    if not metric.direction:
        return None
    one = metric.series
    extreme = one.low if metric.direction == metrics.LOWER else one.high
    # The best of a single leg that only grows moves with its extreme; else a superseded point may hold that.
    state = (one.last_leg, extreme, 0 if one.monotone and one.last_leg == 0 else one.count)
    best = _best(settings.journal, one.id, state, metric.direction)
    return None if best is None else Best(best.value, best.step * metric.scale)


def choose_direction(settings: Settings, project_id: int, name: str, direction: str | None) -> None:
    """Keep which direction of a metric is better in a project; None goes back to the guess."""
    with open_journal(settings, read_only=False) as connection:
        choices.choose_direction(connection, project_id, name, direction, time.time())


def _measure(connection: sqlite3.Connection, run: Run, meanings: Glossary, known: Progress | None) -> Measured:
    listed = series.list_series(connection, run.id)
    chosen = choices.read_directions(connection, run.project_id) if listed else {}
    merged = metrics.merge_sources(listed)
    unit = _main_unit(merged.values())
    per_epoch = known.steps_per_epoch if known is not None else None
    found = []
    for name in metrics.in_order(merged):
        one = merged[name]
        reading = metrics.read_name(name)
        scale = per_epoch if one.unit == "epoch" and unit in _STEPS and per_epoch and per_epoch > 0 else 1.0
        found.append(
            Metric(
                name=name,
                series=one,
                family=reading.family,
                split=reading.split,
                direction=chosen.get(name, meanings.direction(name)),
                chosen=name in chosen,
                percent=metrics.is_percent(name),
                unit=unit if scale != 1.0 else one.unit,
                scale=scale,
            )
        )
    main = known.main if known is not None and known.main in merged else metrics.main_loss(merged)
    return Measured(found, main, known)


def _main_unit(some: Iterable[Series]) -> str:
    """The unit in which most points were counted."""
    counts: dict[str, int] = {}
    for one in some:
        counts[one.unit] = counts.get(one.unit, 0) + one.count
    return max(counts, key=counts.__getitem__, default="step")


_Stamp = tuple[int, int, float, float]


def _stamp(one: Series) -> _Stamp:
    return one.id, one.count, one.last_step, one.last_time


@lru_cache(maxsize=160)
def _buckets(
    journal: Path, stamp: _Stamp, axis: Axis, low: float | None, high: float | None, buckets: int
) -> tuple[Bucket, ...]:
    connection = database.open_journal(journal, read_only=True, busy_seconds=WAIT_SECONDS)
    try:
        found = curves.read_buckets(connection, stamp[0], axis=axis, low=low, high=high, buckets=buckets)
    finally:
        connection.close()
    return tuple(found)


@lru_cache(maxsize=4096)
def _best(journal: Path, series_id: int, state: object, direction: str) -> Best | None:
    connection = database.open_journal(journal, read_only=True, busy_seconds=WAIT_SECONDS)
    try:
        return _find_best(connection, series_id, direction)
    finally:
        connection.close()


def _find_best(connection: sqlite3.Connection, series_id: int, direction: str) -> Best | None:
    live = [
        bucket
        for bucket in curves.read_buckets(connection, series_id, buckets=BEST_BUCKETS)
        if not bucket.superseded and bucket.minimum is not None and bucket.maximum is not None
    ]
    if not live:
        return None
    sign = 1.0 if direction == metrics.LOWER else -1.0

    def worth(bucket: Bucket) -> float:
        extreme = bucket.minimum if direction == metrics.LOWER else bucket.maximum
        return math.inf if extreme is None else sign * extreme

    bucket = min(live, key=worth)
    value = sign * worth(bucket)
    if bucket.count == 1:
        return Best(value, bucket.x_low)
    points = curves.read_points(connection, series_id, low=bucket.x_low, high=bucket.x_high)
    rows = zip(points.steps, points.values, points.superseded, strict=True)
    steps = [step for step, reached, superseded in rows if reached == value and not superseded]
    return Best(value, steps[0] if steps else bucket.x_high)
