"""Bars as SVG text, small enough for many of them on a page: no script, no font, no address in it. Pure.

Within a page of ours the colours are the page's (its variables ``--bar`` and so on, light and dark). One that stands
alone, as a picture, brings its own.
"""

import math
from html import escape

from store.weekly.parts import Chart
from store.weekly.prose import visible

WIDTH, HEIGHT = 400, 112
_TOP, _FOOT, _SIDE = 18.0, 17.0, 2.0
_LEAST = 1.5
"""A bar of something is never lower than that."""
_WIDEST_BAR = 34.0
CHART_STYLE = (
    ".chart text{font:12px system-ui,sans-serif;fill:var(--soft)}.chart .ground{stroke:var(--line)}"
    ".chart .unknown{stroke:var(--soft);stroke-dasharray:1 2}.chart .bar{fill:var(--bar)}"
    ".chart .marked{fill:var(--marked)}.chart .slot{fill:transparent}"
)
"""What a page says once of all its charts."""
_COLOURS = (
    ":root{--bar:#8FB0A2;--marked:#3F6B5B;--line:#D6D0C3;--soft:#5F5E57}"
    "@media (prefers-color-scheme:dark){:root{--bar:#4F7F6C;--marked:#8FBFAA;--line:#343A34;--soft:#B5B3A8}}"
)


def draw(chart: Chart, *, alone: bool = False, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The chart as an ``<svg>``; each bar tells its label and value when it is pointed at.

    The highest value is written over its bar, the first and the last label below. Where nothing is known of a time
    there is a short dotted stroke in place of a bar. ``alone``: for a picture of its own, with its colours.
    """
    known = [value for value in chart.values if value is not None and math.isfinite(value)]
    top = max(known, default=0.0)
    count = max(1, len(chart.values))
    slot = (width - 2 * _SIDE) / count
    bar = min(_WIDEST_BAR, slot * (0.78 if slot > 6 else 0.86))
    ground = height - _FOOT
    parts = [f'<line class="ground" x1="0" y1="{ground:.1f}" x2="{width}" y2="{ground:.1f}"/>']
    for place, (label, value, said) in enumerate(zip(chart.labels, chart.values, chart.said, strict=True)):
        left = _SIDE + slot * place + (slot - bar) / 2
        tip = f"<title>{_text(f'{label}: {said}')}</title>"
        if value is None or not math.isfinite(value):
            middle = ground - 3
            parts.append(
                f'<g><line class="unknown" x1="{left:.1f}" y1="{middle:.1f}" x2="{left + bar:.1f}" y2="{middle:.1f}"/>'
                f"{tip}</g>"
            )
            continue
        high = max(_LEAST, value / top * (ground - _TOP)) if top > 0 and value > 0 else 0.0
        name = "bar marked" if place == chart.marked else "bar"
        parts.append(
            f'<g><rect class="slot" x="{_SIDE + slot * place:.1f}" y="{_TOP:.0f}" width="{slot:.1f}" '
            f'height="{ground - _TOP:.1f}"/><rect class="{name}" x="{left:.1f}" y="{ground - high:.1f}" '
            f'width="{bar:.1f}" height="{high:.1f}" rx="{min(2.0, bar / 4):.1f}"/>{tip}</g>'
        )
    if top > 0:
        place = chart.values.index(top)
        middle = _SIDE + slot * (place + 0.5)
        parts.append(_label(middle, _TOP - 5, chart.said[place], width))
    if chart.labels:
        parts.append(_label(0.0, height - 3.0, chart.labels[0], width))
        if len(chart.labels) > 1:
            parts.append(_label(float(width), height - 3.0, chart.labels[-1], width))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{_text(describe(chart))}">'
        + (f"<style>{_COLOURS}{CHART_STYLE}</style>" if alone else "")
        + "".join(parts)
        + "</svg>"
    )


def describe(chart: Chart) -> str:
    """The chart in words, for those who do not see it: ``Papers: 2026-W46 2, 2026-W47 3``."""
    return f"{chart.title}: " + ", ".join(
        f"{label} {said}" for label, said in zip(chart.labels, chart.said, strict=True)
    )


def _label(x: float, y: float, words: str, width: int) -> str:
    """Words at a place, set so that they stay within the picture."""
    room = 3.5 * sum(2 if ord(char) > 0x2E7F else 1 for char in words)
    anchor = "start" if x < room else "end" if x > width - room else "middle"
    at = max(0.0, x if anchor == "middle" else x - 4 if anchor == "start" else x + 4)
    return f'<text x="{min(at, float(width)):.1f}" y="{y:.1f}" text-anchor="{anchor}">{_text(words)}</text>'


def _text(words: str) -> str:
    """Words for XML: no markup, and none of the characters that XML does not have."""
    return escape(visible(words))
