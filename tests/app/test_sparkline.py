"""Tiny curves."""

import math
import xml.etree.ElementTree as ElementTree

from app import sparkline
from store.buckets import Bucket
from tests.app.test_charts import bucket


def points(svg: str, tag: str) -> list[tuple[float, float]]:
    """The places of a line or band, having checked that the text is one well-formed picture."""
    root = ElementTree.fromstring(svg)
    found = root.find(f"{{http://www.w3.org/2000/svg}}{tag}")
    assert found is not None
    pairs = [pair.split(",") for pair in found.attrib["points"].split()]
    return [(float(x), float(y)) for x, y in pairs]


def test_a_falling_loss_falls() -> None:
    """From the left at the top to the right at the bottom, inside the picture."""
    places = points(sparkline.draw([bucket(step, 10.0 - step) for step in range(10)]), "polyline")
    assert places[0] == (2.0, 2.0) and places[-1] == (sparkline.WIDTH - 2.0, sparkline.HEIGHT - 2.0)
    assert [y for _, y in places] == sorted(y for _, y in places)


def test_a_spike_does_not_flatten_the_rest() -> None:
    """It reaches the edge; the line keeps its height."""
    buckets = [bucket(step, 10.0 - step) for step in range(10)]
    buckets[5] = bucket(5, 5.0, 900.0, 5.0)
    svg = sparkline.draw(buckets)
    assert min(y for _, y in points(svg, "polygon")) == 2.0
    assert max(y for _, y in points(svg, "polyline")) == sparkline.HEIGHT - 2.0


def test_what_cannot_be_drawn_is_left_out() -> None:
    """NaN and superseded stretches; fewer than two places are no curve; a constant is a line."""
    odd = [bucket(0, math.nan), bucket(1, 3.0), bucket(2, 9.0, superseded=True), bucket(3, math.inf)]
    assert sparkline.draw(odd) == ""
    nothing: list[Bucket] = []
    assert sparkline.draw(nothing) == ""
    assert len(points(sparkline.draw([*odd, bucket(4, 3.0)]), "polyline")) == 2
