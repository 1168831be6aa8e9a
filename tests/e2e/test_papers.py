"""The page Papers in a real browser, with a real daemon that asks a local arXiv: from nothing to a queue, by keys."""

import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from store import database, paper_searches, papers
from store.database import write
from store.paper_intake import take_in
from store.paper_rows import Paper
from tests.conftest import ROOT
from tests.e2e.conftest import Dashboard, Visit, beating, serve
from tests.e2e.test_browser import check
from tests.fakes.arxiv_feed import samples
from tests.fakes.arxiv_server import ArxivServer, web_page
from tests.fakes.command import Machiai
from tests.fakes.papers import find, take_up

pytestmark = pytest.mark.browser
Look = Callable[..., Visit]
Wait = Callable[..., None]


def kept(home: Path, *states: str) -> list[Paper]:
    """The papers in those states as the journal has them, in order."""
    with closing(database.open_journal(home / "journal.db", read_only=True)) as connection:
        return papers.list_papers(connection, states)


def draw_pdf(pages: int) -> bytes:
    """A PDF with the number of each page on it."""
    sheets = []
    for number in range(1, pages + 1):
        sheet = Image.new("RGB", (620, 877), "white")
        ImageDraw.Draw(sheet).text((60, 60), f"Page {number}", fill="black", font_size=40)
        sheets.append(sheet)
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


@dataclass
class Desk:
    """A dashboard with its daemon and its arXiv."""

    dashboard: Dashboard
    arxiv: ArxivServer


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An empty data folder, a daemon that serves it, and an arXiv with twelve papers."""
    home = tmp_path_factory.mktemp("papers") / "home"
    with ArxivServer(samples(12, start=time.time() - 43_200)) as arxiv:
        arxiv.files["2611.00003v1"] = draw_pdf(4)
        with Machiai(home, ROOT, {"MACHIAI_ARXIV_URL": arxiv.url, "MACHIAI_PUSHBULLET_TOKEN": ""}) as machiai:
            machiai.start_daemon()
            with serve(home) as dashboard:
                yield Desk(dashboard, arxiv)


@pytest.fixture(name="shelves", scope="module")
def _shelves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard over papers in every state and a search that is at fault, with a daemon that is heard."""
    home, now = tmp_path_factory.mktemp("shelves"), time.time()
    with closing(database.open_journal(home / "journal.db")) as connection:
        take_up(connection, 30)
        for place, state in enumerate(("queue", "queue", "reading", "read", "dropped", "later")):
            take_up(connection, 3, state, first=40 + 3 * place)
        with write(connection):
            search = paper_searches.add_search(connection, 'cat:cs.LG AND ti:"state space"', now - 9000, "ssm")
            paper_searches.record_pull(connection, search.id, began=now - 7200, ended=now - 7200, outcome="ok", new=3)
            paper_searches.record_pull(
                connection, search.id, began=now, ended=now, outcome="degraded", reason="arXiv answered with a web page"
            )
            papers.take_up(connection, find(49, version=3), now)
            papers.change(connection, find(40).ref, now, tags=["ssm", "再読"], priority=2)
    with serve(home) as dashboard, beating(home):
        yield dashboard


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(1280, "light", "en-US"), (390, "dark", "ja-JP")],
)
def test_papers_load_cleanly(shelves: Dashboard, visit: Look, width: int, scheme: str, locale: str) -> None:
    """Every list and a paper, on desk and phone, by day and night: no error, no foreign request, no sideways scroll,
    text that reads."""
    seen = visit(width, scheme, locale)
    for section in ("inbox", "queue", "reading", "read", "aside", "searches"):
        seen.go(f"{shelves.url}/papers?section={section}")
        seen.page.get_by_text(re.compile("Last good pull|最後に成功した取得|last good pull")).first.wait_for()
        check(seen, f"papers-{section}-{width}-{scheme}-{locale[:2]}")
    seen.go(f"{shelves.url}/paper?id={find(49).ref}")
    seen.page.get_by_text(re.compile("v3 is out since you read v1|v1 を読んだ後に v3")).wait_for()
    check(seen, f"paper-{width}-{scheme}-{locale[:2]}")
    assert seen.errors == []
    assert seen.strangers == []


def test_from_nothing_to_a_queue_of_five(desk: Desk, visit: Look, wait_for: Wait) -> None:
    """A newcomer follows a search, keeps by keys and adds one by its address: five in the queue within two minutes,
    with what arXiv says of them, and no more than one request in three seconds."""
    began = time.monotonic()
    home, seen = desk.dashboard.home, visit()
    seen.go(f"{desk.dashboard.url}/papers")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_text("No paper is known yet.").wait_for()
    main.get_by_role("radio", name="Searches").click()
    main.get_by_text("No search is followed yet.").wait_for()
    categories = main.get_by_role("combobox", name=re.compile("Categories"))
    categories.fill("cs.LG")
    categories.press("Enter")
    seen.page.keyboard.press("Escape")
    main.get_by_text("cat:cs.LG", exact=True).wait_for()
    main.get_by_role("button", name="Follow", exact=True).click()
    main.get_by_text("12 new").first.wait_for(timeout=30_000)
    main.get_by_role("radio", name="Inbox").click()
    for number in range(12, 8, -1):
        main.locator("[class*=st-key-papers-first]").get_by_text(f"Sample paper {number}").wait_for()
        seen.page.keyboard.press("k")
        main.get_by_text(f"Kept: Sample paper {number}").wait_for()
    assert [one.title for one in kept(home, "queue")] == [f"Sample paper {number}" for number in range(12, 8, -1)]
    main.get_by_text("Add papers").click()
    field = main.get_by_label(re.compile("arXiv ids, addresses"))
    field.fill("https://arxiv.org/abs/2611.00003")
    field.press("k")  # typed, not pressed
    field.press("Backspace")
    main.locator("[class*=st-key-papers-add-go] button").first.click()
    main.get_by_text("1 was known already.").or_(main.get_by_text("1 paper was added.")).first.wait_for()
    wait_for(lambda: len(kept(home, "queue")) == 5, "five papers in the queue")
    assert time.monotonic() - began < 120
    assert all(one.abstract for one in kept(home, "queue"))
    assert desk.arxiv.shortest_gap() >= 3 and desk.arxiv.most_at_once == 1
    assert seen.strangers == []


def test_keys_decide_and_take_back(desk: Desk, visit: Look, wait_for: Wait) -> None:
    """Skip, later, and back again with U, one after the other; the journal follows each."""
    home, seen = desk.dashboard.home, visit()
    with closing(database.open_journal(home / "journal.db")) as connection:
        take_up(connection, 3)
    seen.go(f"{desk.dashboard.url}/papers")
    main = seen.page.get_by_test_id("stMain")
    first = main.locator("[class*=st-key-papers-first]")
    first.get_by_role("button", name="Skip").wait_for()
    with closing(database.open_journal(home / "journal.db")) as connection:
        take_up(connection, 2, first=500)
    main.get_by_role("button", name="Show 2 new papers").click()  # what is looked at stays until one wants to see them
    main.get_by_role("button", name="Show 2 new papers").wait_for(state="detached")
    titles = [one.ref for one in kept(home, "inbox")]
    seen.page.keyboard.press("s")
    main.get_by_text(re.compile("^Dropped: ")).wait_for()
    seen.page.keyboard.press("l")
    main.get_by_text(re.compile("^Put off: ")).wait_for()
    assert [one.ref for one in kept(home, "inbox")] == titles[2:]
    seen.page.keyboard.press("u")
    main.get_by_text(re.compile("^Dropped: ")).wait_for()
    seen.page.keyboard.press("u")
    wait_for(lambda: [one.ref for one in kept(home, "inbox")] == titles, "the inbox as it was")


def test_a_fault_of_arxiv_is_told_and_passes(desk: Desk, visit: Look) -> None:
    """A page about maintenance in place of papers: named on the inbox, with the last good pull; gone with the next."""
    seen = visit()
    seen.go(f"{desk.dashboard.url}/papers")
    main = seen.page.get_by_test_id("stMain")
    desk.arxiv.always(web_page())
    try:
        main.get_by_role("button", name="Pull now").click()
        main.get_by_text(re.compile("could not be pulled .* Last good pull")).wait_for(timeout=90_000)
    finally:
        desk.arxiv.always(None)
    with closing(database.open_journal(desk.dashboard.home / "journal.db")) as connection, write(connection):
        connection.execute("UPDATE paper_gate SET next_allowed = 0, refusals = 0")
    main.get_by_role("button", name="Pull now").click()
    main.get_by_text(re.compile("could not be pulled")).wait_for(state="detached", timeout=60_000)


def test_a_paper_is_read_in_place(desk: Desk, visit: Look, wait_for: Wait) -> None:
    """Its PDF is fetched, turned page by page, noted beside; the note carries the page, typing turns none."""
    home, seen = desk.dashboard.home, visit()
    ref = "2611.00003"
    with closing(database.open_journal(home / "journal.db")) as connection, write(connection):
        take_in(connection, ref, time.time())
    seen.go(f"{desk.dashboard.url}/paper?id={ref}")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_role("button", name="Fetch the PDF").click()
    main.get_by_role("img", name="page 1 of 4").wait_for(timeout=60_000)
    main.locator("[class*=st-key-paper-turn-Right] button").first.click()
    main.get_by_role("img", name="page 2 of 4").wait_for()
    main.get_by_role("heading", name="Notes").click()
    seen.page.keyboard.press("ArrowRight")
    main.get_by_role("img", name="page 3 of 4").wait_for()
    field = main.get_by_label("A new note")
    field.fill("the table on seeds")
    field.press("ArrowLeft")
    field.press("Control+Enter")
    main.get_by_text("the table on seeds").first.wait_for()
    main.get_by_text("p. 3").first.wait_for()
    (paper,) = [one for one in kept(home, "queue", "reading", "inbox") if one.ref == ref]
    assert paper.page == 3
    main.get_by_role("button", name=re.compile("^timer Read|^Read ")).first.click()
    seen.page.locator("[class*=st-key-session-clock]").get_by_text("Sample paper 3").wait_for()
    wait_for(lambda: [one.ref for one in kept(home, "reading")] == [ref], "the paper in reading")
    check(seen, "paper-in-place")
    seen.go(f"{desk.dashboard.url}/paper?id={ref}")
    main.get_by_role("img", name="page 3 of 4").wait_for()
