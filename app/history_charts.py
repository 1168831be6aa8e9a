"""The history of a machine → an ECharts option: figures over time, a line a GPU, gaps where nothing is known. Pure.

A bucket's last value is the line; its extremes are a faint line behind it, so that a spike of a second stays in sight
over three months. Where less was heard than is usual the line breaks: it never bridges a time nobody watched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from app.charts import FAINT, Option, Point, has_lone_point, tidy
from store.buckets import Bucket

PIXELS = 190
GAP_SECONDS = 10.0
GAP_TURNS = 3.0
FEW = 3


@dataclass(frozen=True)
class Line:
    """One figure of one thing. Values are divided by ``unit`` (bytes in a GiB, say); ``colour`` None: the theme's."""

    label: str
    buckets: Sequence[Bucket]
    colour: str | None = None
    dashed: bool = False
    unit: float = 1.0


def panel(
    lines: Sequence[Line],
    low: float,
    high: float,
    *,
    values: str = "%.4g",
    top: float | None = None,
    from_zero: bool = True,
) -> Option:
    """The option of one chart from ``low`` to ``high``, in epoch seconds, whatever of that is known.

    ``values`` is how a value is written, ``top`` the end of the scale where the figure has one.
    """
    series: list[Option] = []
    for line in lines:
        series += draw_line(line)
    several = len({line.label for line in lines}) > 1
    axis: Option = {"type": "value", "scale": not from_zero, "splitNumber": 4, "axisLabel": {"hideOverlap": True}}
    if from_zero:
        axis["min"] = 0
    if top is not None:
        axis |= {"max": tidy(top, log=False), "interval": tidy(top / 4, log=False)}
    option: Option = {
        "animation": False,
        "grid": {"left": 4, "right": 12, "top": 30 if several else 10, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True, "valueFormatter": values},
        "xAxis": {
            "type": "time",
            "min": round(low * 1000),
            "max": round(high * 1000),
            "axisLabel": {"hideOverlap": True},
            "splitNumber": 5,
        },
        "yAxis": axis,
        "series": series,
    }
    if several:
        option["legend"] = {
            "type": "scroll",
            "top": 0,
            "left": 0,
            "data": list(dict.fromkeys(line.label for line in lines)),
            "icon": "roundRect",
            "itemWidth": 14,
            "itemHeight": 4,
        }
    return option


def draw_line(line: Line) -> list[Option]:
    """The extremes, faint, where buckets hold more than a value; on top of them the values."""
    drawn: list[Option] = []
    stroke = "dashed" if line.dashed else "solid"
    stretches = list(split(line.buckets))
    if any(bucket.minimum != bucket.maximum for bucket in line.buckets):
        drawn.append(
            {
                "type": "line",
                "name": line.label,
                "data": join([extremes(stretch, line.unit) for stretch in stretches]),
                "showSymbol": False,
                "lineStyle": {"width": 1, "opacity": FAINT, "type": stroke},
                "tooltip": {"show": False},
                "emphasis": {"disabled": True},
                "silent": True,
                "z": 2,
            }
        )
    values = join([[_point(one.x_high, one.last, line.unit) for one in stretch] for stretch in stretches])
    drawn.append(
        {
            "type": "line",
            "name": line.label,
            "data": values,
            "showSymbol": len(values) <= FEW or has_lone_point(values),
            "symbol": "circle",
            "symbolSize": 4,
            "lineStyle": {"width": 1.5, "type": stroke},
            "emphasis": {"disabled": True},
            "z": 3,
        }
    )
    if line.colour is not None:
        for one in drawn:
            one["color"] = line.colour
    return drawn


def split(buckets: Sequence[Bucket]) -> Iterator[Sequence[Bucket]]:
    """Stretches without a gap: a gap is some times longer than what is usual between two buckets."""
    if not buckets:
        return
    usual = median(later.x_low - earlier.x_high for earlier, later in pairwise(buckets)) if len(buckets) > 1 else 0.0
    longest = max(GAP_SECONDS, GAP_TURNS * usual)
    begin = 0
    for place, (earlier, later) in enumerate(pairwise(buckets), start=1):
        if later.x_low - earlier.x_high > longest:
            yield buckets[begin:place]
            begin = place
    yield buckets[begin:]


def join(stretches: Sequence[list[Point]]) -> list[Point]:
    """Stretches as one path that is lifted between them."""
    path: list[Point] = []
    for points in stretches:
        if path and points:
            path.append([points[0][0], None])
        path += points
    return path


def extremes(stretch: Sequence[Bucket], unit: float) -> list[Point]:
    """A path up and down through the lowest and the highest value of each bucket."""
    points: list[Point] = []
    for bucket in stretch:
        if bucket.minimum is None or bucket.maximum is None:
            continue
        middle = (bucket.x_low + bucket.x_high) / 2
        points.append(_point(middle, bucket.minimum, unit))
        if bucket.maximum != bucket.minimum:
            points.append(_point(middle, bucket.maximum, unit))
    return points


def _point(x: float, value: float, unit: float) -> Point:
    return [round(x * 1000), tidy(value / unit, log=False)]
