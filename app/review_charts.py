"""Twelve weeks of a figure, a bar a week, the one that is looked at in full colour: a chart, or a strip. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from app.charts import FAINT, Option, tidy
from app.sparkline import INK

PIXELS = 150
STRIP_WIDTH, STRIP_HEIGHT = 180, 30
_SLIT = 5
_LEAST = 1.5
"""A bar of something is never lower than that."""


@dataclass(frozen=True)
class Bar:
    """A week: how it is named, and its value, None where nothing is known of it."""

    label: str
    value: float | None


def panel(bars: Sequence[Bar], marked: str, colour: str, values: str = "%.4g") -> Option:
    """The option of one chart, ``marked`` the label of the week that is looked at, ``values`` how a value is written.
    Bars begin at zero."""
    known = [bar.value for bar in bars if bar.value is not None and isfinite(bar.value)]
    top = nice_top(max(known, default=0.0))
    return {
        "animation": False,
        "grid": {"left": 4, "right": 8, "top": 10, "bottom": 4, "containLabel": True},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "axisPointer": {"type": "shadow"},
            "valueFormatter": values,
        },
        "xAxis": {
            "type": "category",
            "data": [bar.label for bar in bars],
            "axisTick": {"show": False},
            "axisLabel": {"hideOverlap": True},
        },
        "yAxis": {
            "type": "value",
            "min": 0,
            "max": top,
            "interval": top / 2,
            "axisLabel": {"hideOverlap": True},
        },
        "series": [
            {
                "type": "bar",
                "barMaxWidth": 22,
                "barCategoryGap": "25%",
                "color": colour,
                "data": [
                    {
                        "value": None if bar.value is None or not isfinite(bar.value) else tidy(bar.value, log=False),
                        "itemStyle": {"opacity": 1.0 if bar.label == marked else FAINT + 0.15},
                    }
                    for bar in bars
                ],
            }
        ],
    }


def nice_top(highest: float) -> float:
    """The end of a scale that the highest value fits below: 1, 2 or 5 and zeros.

    >>> nice_top(0), nice_top(3), nice_top(178.2), nice_top(0.7)
    (1.0, 5.0, 200.0, 1.0)
    """
    top = 1.0
    while top < highest:
        for step in (2.0, 5.0, 10.0):
            if highest <= top * step:
                return top * step
        top *= 10.0
    return top


def strip(values: Sequence[float | None]) -> str:
    """An SVG of bars alone, the last in full colour, as high as the highest; empty where nothing is above zero."""
    known = [value if value is not None and isfinite(value) and value > 0 else 0.0 for value in values]
    highest = max(known, default=0.0)
    if not highest:
        return ""
    slot = STRIP_WIDTH / len(known)
    bars = []
    for place, value in enumerate(known):
        height = max(_LEAST, value / highest * STRIP_HEIGHT) if value else 0.0
        opacity = "" if place == len(known) - 1 else f' fill-opacity="{FAINT + 0.1:.2f}"'
        bars.append(
            f'<rect x="{slot * place:.1f}" y="{STRIP_HEIGHT - height:.1f}" width="{slot - _SLIT:.1f}" '
            f'height="{height:.1f}" rx="1" fill="{INK}"{opacity}/>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {STRIP_WIDTH} {STRIP_HEIGHT}" '
        f'width="{STRIP_WIDTH}" height="{STRIP_HEIGHT}">{"".join(bars)}</svg>'
    )
