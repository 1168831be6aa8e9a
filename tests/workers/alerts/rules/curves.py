"""Curves of metrics, and how a run looks that has written so much of one."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from store.chunks import Columns
from store.series import Series
from tests.workers.alerts.test_messages import NOON, RUN
from workers.alerts.sights import RunSight

START = NOON - 100_000.0
RUNNING = replace(RUN, state="running", started=START, created=START, ended=None, seconds=None)


@dataclass
class Curve:
    """A metric's points; ``onset`` is the first of those that diverge. ``others`` are names of further metrics."""

    values: list[float]
    name: str = "loss"
    seconds: float = 5.0
    unit: str = "step"
    grain: float = 10.0
    steps: list[float] = field(default_factory=list)
    onset: int | None = None
    others: Sequence[str] = ()
    rates: list[float] = field(default_factory=list)


def series_of(name: str, steps: Sequence[float], times: Sequence[float], values: Sequence[float], **more) -> Series:
    """The summary of these points, as the journal has it."""
    finite = [value for value in values if math.isfinite(value)]
    summary = Series(
        id=sum(map(ord, name)),
        run_id=RUN.id,
        subject="",
        name=name,
        source="log",
        unit="step",
        count=len(values),
        nans=sum(value != value for value in values),
        pos_infs=sum(value == math.inf for value in values),
        neg_infs=sum(value == -math.inf for value in values),
        low=min(finite, default=None),
        high=max(finite, default=None),
        last=values[-1],
        last_leg=0,
        last_step=steps[-1],
        last_time=times[-1],
        first_time=times[0],
        monotone=True,
    )
    return replace(summary, **more)


def sight_of(metrics: dict[str, Columns], *, units: dict[str, str] | None = None, **more) -> RunSight:
    """A run that has written these metrics so far."""
    listed = [series_of(name, *points, unit=(units or {}).get(name, "step")) for name, points in metrics.items()]
    now = max((one.last_time for one in listed), default=NOON)
    by_name = {
        one.name: Columns(*(list(column) for column in points))
        for one, points in zip(listed, metrics.values(), strict=True)
    }
    return RunSight(
        run=more.pop("run", RUNNING),
        now=now,
        silence=0.0,
        has_output=True,
        series=listed,
        tail=lambda one, n: by_name[one.name].cut(max(0, one.count - n), None),
        **more,
    )


def looks(curve: Curve, every: int = 10) -> list[tuple[int, RunSight]]:
    """The run as it is seen after each ``every`` points: (points so far, sight)."""
    steps = curve.steps or [curve.grain * place for place in range(len(curve.values))]
    times = [START + 60 + curve.seconds * place for place in range(len(steps))]
    found = []
    for count in range(1, len(steps) + 1, every):
        metrics = {curve.name: Columns(steps[:count], times[:count], curve.values[:count])}
        for name in curve.others:
            metrics[name] = Columns(steps[:count], times[:count], [0.1] * count)
        if curve.rates:
            metrics["lr"] = Columns(steps[:count], times[:count], curve.rates[:count])
        found.append((count, sight_of(metrics, units=dict.fromkeys(metrics, curve.unit))))
    return found


def noisy(dice: random.Random, levels: Sequence[float], noise: float) -> list[float]:
    """These levels with noise in proportion."""
    return [level * math.exp(dice.gauss(0, noise)) for level in levels]


def decay(begin: float, end: float, count: int, speed: float) -> list[float]:
    """Ever more slowly from ``begin`` towards ``end``."""
    return [end + (begin - end) / (1 + speed * place) for place in range(count)]
