"""What is exported opens by itself: one file from a disk, in a browser without a network, in both schemes, on a phone."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from store import database, entries, links
from store.database import write
from store.settings import Settings
from store.weekly import closing as closings
from store.weekly.calendar import parse_week
from store.weekly.months import Month
from store.weekly.pictures import Album
from store.weekly.reading import read_month
from store.weekly.reading_report import tell_reading
from store.weekly.report import read_facts, render, tell_report
from store.words import Words
from tests.e2e.conftest import Visit, beating, serve
from tests.e2e.test_browser import CONTRAST, check
from tests.fakes import reading_month as fake
from tests.fakes.reading_month import TOKYO

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

at = partial(fake.at, year=2024)
pytestmark = pytest.mark.browser
WEEK, NOVEMBER = parse_week("2024-W45"), Month(2024, 11)
"""Of a year that is over wherever these tests run."""
EVIL = (
    "<script>document.title='taken'</script> <img src='http://127.0.0.1:9/a.png' onerror=\"document.title='taken'\">\n"
    "![far](http://127.0.0.1:9/b.png) [run](javascript:document.title='taken') <style>body{display:none}</style>\n"
    "</div></main><iframe src='http://127.0.0.1:9/'></iframe> <svg onload=\"document.title='taken'\">"
)
SHOWN = {"en": ("Read", "Looked back"), "ja": ("読了", "振り返り")}


@dataclass
class Alone:
    """A page opened from a disk, and all that it asked for or complained of."""

    page: "Page"
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture(name="journal")
def _journal(settings: Settings) -> Iterator[sqlite3.Connection]:
    """The reading month, with texts that would like to be more than texts."""
    with closing(database.open_journal(settings.journal)) as connection:
        fake.fill(connection, settings, 2024)
        with write(connection):
            made = entries.add(connection, "study", EVIL, at(11, 4))
            links.link(connection, "entry", made, "paper", fake.ref(fake.FIRST), at(11, 4))
            connection.execute("UPDATE papers SET title = ? WHERE ref = ?", (EVIL, fake.ref(fake.KEPT)))
            closings.begin(connection, WEEK, TOKYO, "mon", at(11, 13))
            closings.answer(connection, WEEK, "worked", EVIL, at(11, 13))
        yield connection


@pytest.fixture(name="alone")
def _alone(browser: "Browser") -> Iterator[Callable[..., Alone]]:
    """Open a file in a browser that has no network."""
    contexts = []

    def alone(path: Path, width: int, scheme: Any) -> Alone:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        contexts.append(context)
        opened = Alone(context.new_page())
        opened.page.on("request", lambda request: opened.asked.append(request.url))
        opened.page.on("console", lambda message: opened.said.append(message.text))
        opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
        opened.page.goto(path.as_uri())
        return opened

    yield alone
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("kind", ["week", "reading"])
def test_a_page_opens_by_itself(
    journal: sqlite3.Connection, settings: Settings, alone: Callable[..., Alone], tmp_path: Path,
    kind: str, language: str, width: int, scheme: str,
) -> None:  # fmt: skip
    """Nothing but the file itself is asked for, nothing runs, pictures and charts are there, all can be read, and
    nothing is wider than the window."""
    say = Words(language, TOKYO)
    if kind == "week":
        report = tell_report(read_facts(journal, WEEK, TOKYO, "mon", at(11, 20)), say)
    else:
        review = read_month(journal, NOVEMBER, TOKYO, at(12, 10))
        report = tell_reading(review, Album(settings, say), say, at(12, 10), notes=True)
    path = tmp_path / f"{kind}.html"
    path.write_text(render(report, "html"), encoding="utf-8")
    opened = alone(path, width, scheme)
    page = opened.page
    assert page.title() == report.title
    assert page.evaluate("document.documentElement.lang") == language
    words = page.locator("main").inner_text()
    assert all(section.title in words for section in report.sections)
    assert SHOWN[language][kind == "week"] in words
    assert "<script>document.title" in words, "what was written is shown as what it is"
    assert page.locator("script, iframe, object, link[rel=stylesheet], [onerror], [onload]").count() == 0
    assert page.locator("svg.chart rect.bar").count() > 0
    found = page.evaluate("[...document.images].map(image => [image.src.slice(0, 15), image.naturalWidth])")
    assert found == ([["data:image/png;", 8]] if kind == "reading" else [])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    least, text = page.evaluate(CONTRAST.replace("[data-testid=stMain]", "main"))
    assert least >= 4.5, text
    assert [url for url in opened.asked if not url.startswith("data:")] == [path.as_uri()]
    assert opened.said == []


def test_no_script_runs_even_if_one_got_in(alone: Callable[..., Alone], tmp_path: Path) -> None:
    """The page's own policy stops it: what was smuggled into the file neither runs nor fetches."""
    from store.weekly.html_page import to_html
    from store.weekly.parts import Report

    path = tmp_path / "page.html"
    text = to_html(Report("mine", "en", (), ()))
    path.write_text(text.replace("</main>", f"{EVIL}</main>"), encoding="utf-8")
    opened = alone(path, 800, "light")
    opened.page.wait_for_timeout(200)
    assert opened.page.title() == "mine"
    assert any("Content Security Policy" in line for line in opened.said)


@pytest.mark.parametrize(("width", "scheme", "locale"), [(1280, "light", "en-US"), (390, "dark", "ja-JP")])
def test_the_dashboard_gives_it_away(
    journal: sqlite3.Connection, settings: Settings, visit: Callable[..., Visit], alone: Callable[..., Alone],
    tmp_path: Path, width: int, scheme: str, locale: str,
) -> None:  # fmt: skip
    """The month that the address names, its papers, the way to the one before; the file that is downloaded opens."""
    with beating(settings.home), serve(settings.home) as dashboard:
        seen = visit(width, scheme, locale)
        seen.go(f"{dashboard.url}/review?section=reading&month={NOVEMBER}")
        page = seen.page
        page.get_by_text("Try their schedule on *ours*.").wait_for()
        check(seen, f"review-reading-{width}-{scheme}-{locale[:2]}")
        page.locator(".st-key-reading-export button").first.click()
        with page.expect_download() as download:
            page.locator(".st-key-reading-export-html button").click()
        path = tmp_path / "reading.html"
        download.value.save_as(path)
        assert download.value.suggested_filename == f"reading-{NOVEMBER}.html"
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowLeft")
        page.get_by_role("heading", name="2024-10").wait_for()
        assert "month=2024-10" in page.url
        seen.go(f"{dashboard.url}/review?week={WEEK}")
        page.locator(".st-key-week-export button").first.click()
        with page.expect_download() as download:
            page.locator(".st-key-week-export-md button").click()
        week = tmp_path / "week.md"
        download.value.save_as(week)
        assert week.read_text(encoding="utf-8").startswith("# ")
        assert (seen.errors, seen.strangers) == ([], [])
    opened = alone(path, width, scheme)
    assert opened.page.locator("article").count() > 0
    assert [url for url in opened.asked if not url.startswith("data:")] == [path.as_uri()]
