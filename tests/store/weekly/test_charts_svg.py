"""Bars as SVG: the right heights, words that can be read, nothing but a picture."""

from xml.etree import ElementTree as ET

import pytest

from store.weekly.charts_svg import HEIGHT, WIDTH, describe, draw
from store.weekly.parts import Chart

SVG = "{http://www.w3.org/2000/svg}"


def chart(*values: float | None, marked: int | None = None) -> Chart:
    """A chart of those values."""
    labels = tuple(f"2026-W{number:02}" for number in range(1, len(values) + 1))
    return Chart("GPU-hours", labels, values, tuple("–" if one is None else f"{one:g} h" for one in values), marked)


def bars(svg: str) -> list[ET.Element]:
    """The bars of a chart."""
    return [one for one in ET.fromstring(svg).iter(f"{SVG}rect") if "bar" in one.attrib["class"].split()]


def test_heights_are_the_values() -> None:
    """The highest fills the room, half of it is half as high, nothing is no bar, and all are within the picture."""
    found = bars(draw(chart(10.0, 5.0, 0.0, 0.001, marked=1)))
    heights = [float(one.attrib["height"]) for one in found]
    assert heights[1] == pytest.approx(heights[0] / 2, abs=0.1)
    assert heights[2] == 0
    assert heights[3] == 1.5
    assert [one.attrib["class"] for one in found] == ["bar", "bar marked", "bar", "bar"]
    for one in found:
        x, y, wide, tall = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
        assert 0 <= x < x + wide <= WIDTH
        assert 0 <= y <= y + tall <= HEIGHT
    assert len({float(one.attrib["y"]) + float(one.attrib["height"]) for one in found}) == 1


def test_what_is_not_known_is_no_bar() -> None:
    """A dotted stroke stands in its place, and its words say so."""
    svg = draw(chart(1.0, None, float("nan")))
    assert len(bars(svg)) == 1
    assert svg.count('class="unknown"') == 2
    assert "2026-W02: –" in svg


def test_words_are_within_the_picture() -> None:
    """The highest value over its bar, the first and last label at the edges; for all that cannot see, all of it."""
    for place in range(12):
        values = [1.0] * 12
        values[place] = 1234.5
        texts = list(ET.fromstring(draw(chart(*values))).iter(f"{SVG}text"))
        assert [one.text for one in texts] == ["1234.5 h", "2026-W01", "2026-W12"]
        for one in texts:
            room = 7.0 * len(one.text or "")
            left = float(one.attrib["x"]) - {"start": 0, "middle": room / 2, "end": room}[one.attrib["text-anchor"]]
            assert left >= -2
            assert left + room <= WIDTH + 2
    assert describe(chart(1.0, 2.0)) == "GPU-hours: 2026-W01 1 h, 2026-W02 2 h"
    assert 'role="img"' in draw(chart(1.0))


@pytest.mark.parametrize("values", [(), (0.0,), (None,), (0.0, 0.0), tuple(float(n) for n in range(400))])
def test_any_number_of_bars_is_a_picture(values: tuple[float | None, ...]) -> None:
    """None, one, nothing in any, hundreds."""
    ET.fromstring(draw(chart(*values)))


def test_names_cannot_break_it() -> None:
    """Whatever a label says is text; alone it has colours of its own and asks nothing of anybody."""
    odd = Chart('<b "&', ("</svg><script>", "\x00\u202e"), (1.0, 2.0), ('"', "&"))
    svg = draw(odd, alone=True)
    root = ET.fromstring(svg)
    names = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert names == {"svg", "style", "g", "line", "rect", "title", "text"}
    assert "prefers-color-scheme" in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
