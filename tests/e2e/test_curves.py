"""Curves and comparison in a real browser: a range drawn on a chart, ticks that stay with their runs."""

import re
import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from store import database
from store.database import write
from tests.e2e.conftest import Dashboard, Visit
from tests.fakes import journal, measurements

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
Look = Callable[..., Visit]
RUN = "261121-102011-k3fa"
BRACKET = (29, 21)  # from a chart's top right corner


def chart(page: "Page") -> "Locator":
    """The first chart of the page."""
    found = page.locator("[data-testid=stEChartsChart] canvas").first
    found.wait_for()
    return found


def draw_range(page: "Page", begin: float, end: float) -> None:
    """Choose the bracket at a chart's top right, then drag from one share of its width to another."""
    canvas = chart(page)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - BRACKET[0], box["y"] + BRACKET[1])
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + begin * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + (begin + end) / 2 * box["width"], middle, steps=4)
    page.mouse.move(box["x"] + end * box["width"], middle, steps=4)
    page.mouse.up()


def test_a_range_drawn_on_a_chart_is_kept_while_the_run_goes_on(dashboard: Dashboard, visit: Look) -> None:
    """All charts show that range in detail; new points change the values above, not the range; one click leaves it."""
    from playwright.sync_api import expect

    seen = visit()
    seen.go(f"{dashboard.url}/run?id={RUN}")
    page = seen.page
    draw_range(page, 0.4, 0.6)
    opener = page.get_by_role("button", name="Range")
    page.locator("[data-testid=stPopover] button[kind=primary]").wait_for()
    opener.click()
    start, end = page.get_by_label("From"), page.get_by_label("To", exact=True)
    for box in (start, end):
        expect(box).not_to_have_value("")
    low, high = float(start.input_value()), float(end.input_value())
    assert 8000 < low < 14_000 and 16_000 < high < 22_000
    page.keyboard.press("Escape")
    with closing(database.open_journal(dashboard.home / "journal.db")) as connection, write(connection):
        measurements.add(connection, RUN, "val_loss", [0.123], start=time.time(), seconds=1, steps=[31_500])
    page.get_by_text(re.compile(r"val_loss.*0\.123")).first.wait_for()
    opener.click()
    for box in (start, end):
        expect(box).not_to_have_value("")
    assert (float(start.input_value()), float(end.input_value())) == (low, high)
    page.get_by_role("button", name="Show all").click()
    expect(start).to_have_value("")
    assert seen.errors == []


def test_a_live_chart_is_not_drawn_anew(dashboard: Dashboard, visit: Look) -> None:
    """New points reach the canvas that is there: nothing flickers."""
    seen = visit()
    seen.go(f"{dashboard.url}/run?id={RUN}")
    canvas = chart(seen.page)
    canvas.evaluate("canvas => { canvas.dataset.kept = 'yes' }")
    with closing(database.open_journal(dashboard.home / "journal.db")) as connection, write(connection):
        measurements.add(connection, RUN, "val_loss", [0.321], start=time.time(), seconds=1, steps=[32_000])
    seen.page.get_by_text(re.compile(r"val_loss.*0\.321")).first.wait_for()
    assert canvas.get_attribute("data-kept") == "yes"


def test_ticked_runs_stay_ticked_when_a_new_one_arrives(dashboard: Dashboard, visit: Look) -> None:
    """A table knows rows by number; what is compared are the runs that were ticked."""
    seen = visit()
    seen.go(f"{dashboard.url}/runs")
    page = seen.page
    canvas = page.locator("[data-testid=stDataFrame] canvas").first
    canvas.wait_for()
    box = canvas.bounding_box()
    assert box is not None
    for row in (2, 3):
        page.mouse.click(box["x"] + 17, box["y"] + 35 * row + 17)
    button = page.get_by_role("button", name="Compare 2 runs")
    button.wait_for()
    with closing(database.open_journal(dashboard.home / "journal.db")) as connection:
        journal.add_run(connection, dashboard.home, "261121-235959-newr", created=time.time(), name="just-arrived")
    page.get_by_text(re.compile(r"1–50 of 10,0(09|1\d)")).wait_for()
    button.click()
    page.get_by_role("heading", name="2 runs").wait_for()
    assert "261121-130800-m2xz" in page.url and "261121-080000-aaaa" in page.url
    chart(page)
    assert seen.errors == []
