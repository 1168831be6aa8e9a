"""Alerts on a curve: a dashed upright line where each fired, with its sign and word. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app import charts
from app.charts import STEP, TIME, Line, Option

MOST = 8
NOTICED = 60.0
CALM = ("best", "threshold", "milestone")
CALM_COLOUR = "#009E73"  # Okabe and Ito's bluish green; with vermillion told apart by everyone, on both papers


@dataclass(frozen=True)
class Mark:
    """Where an alert fired: at ``step`` of ``metric``, at ``time`` (epoch seconds). Without a metric it is about the
    run, and shown where the axis is of time."""

    kind: str
    text: str
    time: float
    metric: str | None = None
    step: float | None = None


def of_metric(marks: Iterable[Mark], name: str, *, first: bool) -> tuple[Mark, ...]:
    """The marks of one metric; those of the run as a whole go with the ``first`` curve."""
    return tuple(mark for mark in marks if mark.metric == name or (first and mark.metric is None))


def place_of(mark: Mark, line: Line, axis: str) -> float | None:
    """Where a mark stands on the axis; None where it has no place on what is drawn of the line."""
    x = mark.step if axis == STEP else mark.time
    if x is None or not line.buckets or (axis == STEP and mark.metric is None):
        return None
    low = min(bucket.x_low for bucket in line.buckets)
    high = max(bucket.x_high for bucket in line.buckets)
    if axis == TIME and mark.metric is not None and high < x <= high + NOTICED:
        x = high  # it is noticed a moment after the point that set it off
    return charts.place(x, line, axis) if low <= x <= high else None


def add(option: Option, line: Line, marks: Sequence[Mark], *, axis: str) -> None:
    """Draw the last few ``marks`` upon the line's series in ``option``; without a place they are left out."""
    data = []
    for mark in sorted(marks, key=lambda one: one.time)[-MOST:]:
        x = place_of(mark, line, axis)
        if x is not None:
            colour = CALM_COLOUR if mark.kind in CALM else charts.WARNING
            data.append({"xAxis": x, "name": mark.text, "lineStyle": {"color": colour}, "label": {"color": colour}})
    if not data:
        return
    top = next(one for one in reversed(option["series"]) if one["name"] == line.label)
    top["markLine"] = {
        "symbol": ["none", "none"],
        "silent": True,
        "animation": False,
        "lineStyle": {"type": "dashed", "width": 1.5},
        "label": {"formatter": "{b}", "position": "insideEndTop", "fontSize": 11},
        "data": data,
    }
