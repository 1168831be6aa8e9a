"""Bars of twelve weeks: what is known of each, the one that is looked at, and nothing that looks like a value."""

from math import nan
from xml.etree import ElementTree

import pytest

from app.review_charts import STRIP_HEIGHT, Bar, nice_top, panel, strip

SVG = "{http://www.w3.org/2000/svg}"


def test_a_chart_has_a_bar_a_week_and_begins_at_zero() -> None:
    """What is not known has no bar, the week that is looked at alone is in full colour, the scale has round ends."""
    option = panel([Bar("W45", 12.5), Bar("W46", None), Bar("W47", nan), Bar("W48", 178.2)], "W48", "#0072B2", "%.1f h")
    (series,) = option["series"]
    assert [one["value"] for one in series["data"]] == [12.5, None, None, 178.2]
    assert [one["itemStyle"]["opacity"] == 1.0 for one in series["data"]] == [False, False, False, True]
    assert option["xAxis"]["data"] == ["W45", "W46", "W47", "W48"] and series["color"] == "#0072B2"
    assert (option["yAxis"]["min"], option["yAxis"]["max"], option["yAxis"]["interval"]) == (0, 200.0, 100.0)
    assert option["tooltip"]["valueFormatter"] == "%.1f h"


@pytest.mark.parametrize("values", [[], [None], [nan, None]])
def test_a_chart_of_nothing_has_a_scale_all_the_same(values: list[float | None]) -> None:
    """Weeks of which nothing is known draw an empty chart."""
    option = panel([Bar(f"W{n}", value) for n, value in enumerate(values)], "", "red")
    assert option["yAxis"]["max"] == 1.0 and not [one for one in option["series"][0]["data"] if one["value"]]


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 1), (0.7, 1), (1, 1), (1.01, 2), (4.9, 5), (5.1, 10), (178.2, 200), (2000, 2000), (2001, 5000)],
)
def test_scales_end_at_round_numbers(highest: float, top: float) -> None:
    """At 1, 2 or 5 and zeros, never below the highest value."""
    assert nice_top(highest) == top


def test_a_strip_is_as_high_as_its_highest_bar() -> None:
    """A bar a week; a small value keeps a bar that is seen, one of nothing or not known has none; the last stands out."""
    rects = ElementTree.fromstring(strip([100.0, 0.0, None, 0.01, 50.0])).findall(f"{SVG}rect")
    heights = [float(one.attrib["height"]) for one in rects]
    assert heights == [STRIP_HEIGHT, 0.0, 0.0, 1.5, STRIP_HEIGHT / 2]
    assert ["fill-opacity" in one.attrib for one in rects] == [True, True, True, True, False]
    assert [float(one.attrib["y"]) + height for one, height in zip(rects, heights, strict=True)] == [STRIP_HEIGHT] * 5


def test_a_strip_of_nothing_is_not_drawn() -> None:
    """No picture for weeks without anything."""
    assert strip([]) == strip([0.0, None, nan]) == ""
