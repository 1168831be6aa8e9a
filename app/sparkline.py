"""A curve of a few hundred pixels as SVG text: cheap enough to be drawn anew every few seconds. Pure."""

import math
from collections.abc import Sequence

from store.buckets import Bucket

WIDTH, HEIGHT = 120, 36
INK = "#3A8FCB"  # between the two themes' blues, so that it stands out from both papers
_EDGE = 2.0


def draw(buckets: Sequence[Bucket], *, log: bool = False) -> str:
    """An SVG of the live part of a series: a band between the extremes, and the last values as a line.

    The last values fill the height; a spike inside a bucket reaches the edge without flattening the rest. Empty where
    there are fewer than two places with a finite value.
    """
    points = []
    for bucket in buckets:
        if bucket.superseded or bucket.minimum is None or bucket.maximum is None:
            continue
        last = bucket.last if math.isfinite(bucket.last) else bucket.maximum
        points.append((bucket.x_high, bucket.minimum, bucket.maximum, last))
    if log and all(low > 0 for _, low, _, _ in points):
        points = [(x, math.log(low), math.log(high), math.log(last)) for x, low, high, last in points]
    points.sort(key=lambda point: point[0])
    if len(points) < 2 or points[0][0] == points[-1][0]:
        return ""
    left, right = points[0][0], points[-1][0]
    bottom, top = min(point[3] for point in points), max(point[3] for point in points)
    height = (top - bottom) or 1.0

    def at(x: float, y: float) -> str:
        across = _EDGE + (x - left) / (right - left) * (WIDTH - 2 * _EDGE)
        down = HEIGHT - _EDGE - (min(top, max(bottom, y)) - bottom) / height * (HEIGHT - 2 * _EDGE)
        return f"{across:.1f},{down:.1f}"

    band = [at(x, high) for x, _, high, _ in points] + [at(x, low) for x, low, _, _ in reversed(points)]
    line = [at(x, last) for x, _, _, last in points]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<polygon points="{" ".join(band)}" fill="{INK}" fill-opacity="0.3"/>'
        f'<polyline points="{" ".join(line)}" fill="none" stroke="{INK}" stroke-width="1.5" '
        'stroke-linejoin="round"/></svg>'
    )
