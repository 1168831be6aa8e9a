"""Buckets of series → an ECharts option: curves with their extremes, superseded stretches faint, NaNs marked.

Pure. A line is drawn twice under one name, so that both have one colour and one place in the legend: faint and thin
through the extremes of every bucket, which keeps a spike of a single step in sight, and on top of that through the
last values, smoothed if asked. ECharts' own stacked bands would fail on a log axis and below zero.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from store.buckets import Bucket

Option = dict[str, Any]
Point = list[float | None]

PANEL_PIXELS = 260
BUCKETS = 400
MARKS = 40
SMOOTHED = 200  # of the width: what one step of smoothing is, so that a curve of few points is not bent by it
WARNING = "#D55E00"  # Okabe and Ito's vermillion, which stands out from both papers
FAINT = 0.35
DIGITS = 6
BRUSH = "lineX"
STEP, TIME, ELAPSED = "step", "time", "elapsed"


@dataclass(frozen=True)
class Line:
    """One series of a panel. ``scale`` and ``shift`` bring its steps or times to the panel's axis."""

    label: str
    buckets: Sequence[Bucket]
    dashed: bool = False
    colour: str | None = None
    scale: float = 1.0
    shift: float = 0.0


@dataclass(frozen=True)
class Wording:
    """What a chart says, in the reader's language; ``odd`` has places for {name}, {nans}, {highs}, {lows}."""

    axis: str = ""
    zoom: str = "select a range"


def panel(
    lines: Sequence[Line],
    *,
    axis: str = STEP,
    log: bool = False,
    smoothing: float = 0.0,
    percent: bool = False,
    wording: Wording | None = None,
    brush: bool = True,
) -> Option:
    """The option of one panel. ``axis`` is step, time (epoch seconds) or elapsed (seconds); ``smoothing`` is 0 to 1."""
    said = wording or Wording()
    log = log and any_positive(lines)
    series: list[Option] = []
    for line in lines:
        series += draw_line(line, axis=axis, log=log, smoothing=smoothing)
    option: Option = {
        "animation": False,
        "grid": {
            "left": 8,
            "right": 14,
            "top": 34 if len(lines) > 1 or brush else 14,
            "bottom": 8,
            "containLabel": True,
        },
        "tooltip": {"trigger": "axis", "confine": True, "valueFormatter": "%.4g %%" if percent else "%.4g"},
        "xAxis": x_axis(lines, axis, said),
        "yAxis": {"type": "log" if log else "value", "scale": True, "axisLabel": {"hideOverlap": True}},
        "series": series,
    }
    if len(lines) > 1:
        names = list(dict.fromkeys(line.label for line in lines))
        option["legend"] = {
            "type": "scroll",
            "top": 0,
            "left": 0,
            "right": 48,
            "data": names,
            "icon": "roundRect",
            "itemWidth": 14,
            "itemHeight": 4,
        }
    if brush:
        option["brush"] = {"xAxisIndex": "all", "brushType": BRUSH, "brushMode": "single", "toolbox": [BRUSH]}
        option["toolbox"] = {
            "top": 0,
            "right": 4,
            "itemSize": 14,
            "feature": {"brush": {"type": [BRUSH], "title": {BRUSH: said.zoom}}},
        }
    return option


def x_axis(lines: Sequence[Line], axis: str, said: Wording) -> Option:
    """The horizontal axis: from the first to the last place of what is drawn."""
    if axis == TIME:
        return {"type": "time", "min": "dataMin", "max": "dataMax"}
    whole = True
    for line in lines:
        for one in (line.buckets[:1], line.buckets[len(line.buckets) // 2 :][:1], line.buckets[-1:]):
            whole &= all(place(bucket.x_high, line, axis) % 1 == 0 for bucket in one)
    label: Option = {"precision": 0 if whole else 2}
    if said.axis:
        label["formatter"] = f"{said.axis} {{value}}"
    return {"type": "value", "min": "dataMin", "max": "dataMax", "axisPointer": {"label": label}}


def draw_line(line: Line, *, axis: str, log: bool, smoothing: float) -> list[Option]:
    """The series of one line: superseded stretches, extremes, and on top the values themselves."""
    live = [bucket for bucket in line.buckets if not bucket.superseded]
    old = [bucket for bucket in line.buckets if bucket.superseded]
    stroke = "dashed" if line.dashed else "solid"
    series = []
    if old:
        series.append(_faint(line, trace(old, line, axis=axis, log=log), stroke="dotted"))
    if smoothing > 0 or any(bucket.count > 1 for bucket in live):
        series.append(_faint(line, trace(live, line, axis=axis, log=log), stroke=stroke))
    values = middle(live, line, axis=axis, log=log, smoothing=smoothing)
    alone = sum(point[1] is not None for point in values) <= 1 or has_lone_point(values)
    top: Option = {
        "type": "line",
        "name": line.label,
        "data": values,
        "showSymbol": alone or len(values) <= 30,
        "symbol": "circle",
        "symbolSize": 4,
        "lineStyle": {"width": 2, "type": stroke},
        "emphasis": {"disabled": True},
        "z": 3,
    }
    marks = odd_marks(live, line, axis=axis)
    if marks:
        top["markPoint"] = {
            "symbol": "triangle",
            "symbolSize": 9,
            "itemStyle": {"color": WARNING},
            "label": {"show": False},
            "data": marks,
        }
    series.append(top)
    if line.colour is not None:
        for one in series:
            one["color"] = line.colour
    return series


def _faint(line: Line, data: list[Point], *, stroke: str) -> Option:
    return {
        "type": "line",
        "name": line.label,
        "data": data,
        "showSymbol": False,
        "lineStyle": {"width": 1, "opacity": FAINT, "type": stroke},
        "tooltip": {"show": False},
        "emphasis": {"disabled": True},
        "silent": True,
        "z": 2,
    }


def trace(buckets: Iterable[Bucket], line: Line, *, axis: str, log: bool) -> list[Point]:
    """A path through first, lowest, highest and last value of each bucket; a gap where there is no value."""
    points: list[Point] = []
    leg, behind = None, -math.inf
    for bucket in buckets:
        if bucket.leg != leg and bucket.x_low <= behind:
            points.append([place(bucket.x_low, line, axis), None])
        leg, behind = bucket.leg, bucket.x_high
        left, right = place(bucket.x_low, line, axis), place(bucket.x_high, line, axis)
        if bucket.minimum is None or bucket.maximum is None:
            points.append([left, None])
            continue
        first = bucket.first if math.isfinite(bucket.first) else bucket.minimum
        last = bucket.last if math.isfinite(bucket.last) else bucket.maximum
        if bucket.count == 1 or bucket.minimum == bucket.maximum:
            points.append([left, tidy(first, log)])
            continue
        middle_x = left if axis == TIME and left == right else tidy_place((left + right) / 2, axis)
        rising = abs(first - bucket.minimum) <= abs(first - bucket.maximum)
        turns = (bucket.minimum, bucket.maximum) if rising else (bucket.maximum, bucket.minimum)
        path = [(left, first), (middle_x, turns[0]), (middle_x, turns[1]), (right, last)]
        for x, y in path:
            point: Point = [x, tidy(y, log)]
            if not points or points[-1] != point:
                points.append(point)
    return points


def middle(buckets: Sequence[Bucket], line: Line, *, axis: str, log: bool, smoothing: float) -> list[Point]:
    """The last finite value of each bucket at its last place, smoothed; another fit begins after a gap.

    Smoothing is an average that forgets with the distance along the axis, not with the number of points.
    """
    points: list[Point] = []
    total = weight = 0.0
    unit = (max(b.x_high for b in buckets) - min(b.x_low for b in buckets)) / SMOOTHED if buckets else 0.0
    before = 0.0
    leg, behind = None, -math.inf
    for bucket in buckets:
        if bucket.leg != leg and bucket.x_low <= behind:
            points.append([place(bucket.x_low, line, axis), None])
            total = weight = 0.0
        leg, behind = bucket.leg, bucket.x_high
        x = place(bucket.x_high, line, axis)
        value = next(
            (one for one in (bucket.last, bucket.first, bucket.minimum) if one is not None and math.isfinite(one)), None
        )
        if value is None:
            points.append([x, None])
            continue
        kept = smoothing ** ((bucket.x_high - before) / unit) if weight and unit > 0 else 0.0
        total, weight, before = total * kept + value * (1 - kept), weight * kept + (1 - kept), bucket.x_high
        points.append([x, tidy(total / weight if weight else value, log)])
    return points


def has_lone_point(points: Sequence[Point]) -> bool:
    """Whether a value stands between two gaps, where a line without symbols would not show it."""
    drawn = [False, *(point[1] is not None for point in points), False]
    return any(
        here and not before and not after for before, here, after in zip(drawn, drawn[1:], drawn[2:], strict=False)
    )


def odd_marks(buckets: Sequence[Bucket], line: Line, *, axis: str) -> list[Option]:
    """A triangle on the axis wherever values were NaN or infinite, with how many; neighbours share one."""
    odd = [bucket for bucket in buckets if bucket.nans or bucket.pos_infs or bucket.neg_infs]
    if not odd:
        return []
    share = -(-len(odd) // MARKS)
    floor = PANEL_PIXELS - 30
    marks = []
    for begin in range(0, len(odd), share):
        some = odd[begin : begin + share]
        x = place((some[0].x_low + some[-1].x_high) / 2, line, axis)
        text = describe_odd(*_odd(some))
        marks.append({"coord": [x, 0], "y": floor, "name": text, "value": text})
    return marks


def describe_odd(nans: int, highs: int, lows: int) -> str:
    """``3 NaN, 1 +∞``: the same in every language."""
    parts = ((nans, "NaN"), (highs, "+∞"), (lows, "−∞"))
    return ", ".join(f"{n:,} {word}" for n, word in parts if n)


def count_odd(lines: Iterable[Line]) -> tuple[int, int, int]:
    """NaNs, +∞ and −∞ of what is drawn, superseded stretches left out."""
    return _odd([bucket for line in lines for bucket in line.buckets if not bucket.superseded])


def _odd(some: Sequence[Bucket]) -> tuple[int, int, int]:
    return (sum(one.nans for one in some), sum(one.pos_infs for one in some), sum(one.neg_infs for one in some))


def any_positive(lines: Iterable[Line]) -> bool:
    """Whether a log axis would show anything."""
    return any((bucket.maximum or 0) > 0 for line in lines for bucket in line.buckets)


def any_hidden_by_log(lines: Iterable[Line]) -> bool:
    """Whether a log axis leaves values out."""
    return any(bucket.minimum is not None and bucket.minimum <= 0 for line in lines for bucket in line.buckets)


def place(x: float, line: Line, axis: str) -> float:
    """Where a step or time stands on the axis: milliseconds on that of time."""
    moved = x * line.scale + line.shift
    return tidy_place(moved * 1000 if axis == TIME else moved, axis)


def tidy_place(x: float, axis: str) -> float:
    """A place in as few digits as the chart can show."""
    if axis == TIME or x == round(x):
        return round(x)
    return float(f"{x:.9g}")


def tidy(value: float, log: bool) -> float | None:
    """A value in as few digits as matter; none where a log axis has no place for it."""
    if log and value <= 0:
        return None
    return float(f"{value:.{DIGITS}g}")


def selected_range(state: Any, axis: str) -> tuple[float, float] | None:
    """The range a reader drew on a chart, in steps or seconds; None where none is drawn."""
    selection = state.get("selection") if hasattr(state, "get") else None
    for area in (selection or {}).get("areas") or []:
        ends = area.get("coord_range") or []
        if len(ends) == 2 and all(isinstance(end, int | float) and math.isfinite(end) for end in ends):
            low, high = sorted(float(end) / (1000 if axis == TIME else 1) for end in ends)
            return (low, high) if high > low else None
    return None
