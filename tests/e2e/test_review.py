"""The page Review in a real browser: every section on every screen, weeks turned by keys, goals and notes kept."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing as closing_of
from zoneinfo import ZoneInfo

import pytest

from store import database
from store.database import write
from store.weekly import closing, goals, notes, plans, review
from store.weekly.calendar import Week, week_of
from store.weekly.words import headline
from store.words import Words
from tests.e2e.conftest import Dashboard, Visit, beating, serve
from tests.e2e.test_browser import check
from tests.life.rows import write_rows
from tests.life.years import DAY, live

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
Look = Callable[..., Visit]
Wait = Callable[..., None]
TOKYO = ZoneInfo("Asia/Tokyo")
WEEKS = 6
GOALS = ("fill the ablation table", "読みかけの論文を終える", "one `odd` goal: 100% *sure* $x$ <b>")


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Six weeks of a life, of which the last but one is closed; three goals of this week."""
    home = tmp_path_factory.mktemp("review")
    now = time.time()
    life = live(8, now - WEEKS * 7 * DAY, WEEKS)
    this = week_of(now, TOKYO)
    before = this.shift(-1)
    at = before.bounds(TOKYO)[1]
    with closing_of(database.open_journal(home / "journal.db")) as connection:
        write_rows(connection, life.rows, life.holds, now)
        with write(connection):
            connection.execute("UPDATE alerts SET acknowledged = ? WHERE acknowledged IS NULL", (now,))
            closing.begin(connection, before, TOKYO, "mon", at - 60)
            closing.answer(connection, before, "worked", "The **long** run went through.", at - 50)
            closing.close(connection, before, review.read_week(connection, before, TOKYO, "mon", at - 40), at - 40)
            goals.set_goals(connection, this, [(text, None, []) for text in GOALS], at - 30)
            plans.add_run(connection, this, "sweep of the learning rate", at - 20, count=6, hours=8, gpus=2)
    with serve(home) as dashboard, beating(home):
        yield dashboard


def this_week() -> Week:
    """The week of now, where the browser of these tests is."""
    return week_of(time.time(), TOKYO)


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(1280, "light", "en-US"), (390, "dark", "ja-JP")],
)
def test_every_section_loads_cleanly(desk: Dashboard, visit: Look, width: int, scheme: str, locale: str) -> None:
    """On desk and phone, by day and night: no error, no foreign request, no sideways scroll, text that reads."""
    seen = visit(width, scheme, locale)
    main = seen.page.get_by_test_id("stMain")
    name = f"{width}-{scheme}-{locale[:2]}"
    with closing_of(database.open_journal(desk.home / "journal.db", read_only=True)) as connection:
        shown, _ = review.read_shown(connection, this_week().shift(-1), TOKYO, "mon", time.time())
    seen.go(f"{desk.url}/review?week={this_week().shift(-1)}")
    main.get_by_text(headline(shown, Words(locale[:2], TOKYO))).wait_for()
    main.get_by_text("went through").wait_for()
    check(seen, f"review-closed-{name}")
    seen.go(f"{desk.url}/review")
    main.locator(".st-key-review-tiles img").last.wait_for()
    main.get_by_text("one `odd` goal: 100% *sure* $x$ <b>").wait_for()
    check(seen, f"review-{name}")
    seen.go(f"{desk.url}/review?section=history")
    main.locator("[data-testid=stEChartsChart] canvas").nth(3).wait_for()
    check(seen, f"review-history-{name}")
    seen.go(desk.url)
    main.locator(".st-key-week-goals").wait_for()
    check(seen, f"review-now-{name}")
    assert seen.errors == []
    assert seen.strangers == []


def test_weeks_are_turned_by_keys_and_lead_to_what_they_name(desk: Dashboard, visit: Look) -> None:
    """The address goes along, so that a reload and a link show the same week; a name leads to what it names."""
    seen = visit()
    seen.go(f"{desk.url}/review")
    main, this = seen.page.get_by_test_id("stMain"), this_week()
    title = main.get_by_role("heading", level=1)
    main.locator(".st-key-review-turn-Left button").first.wait_for()
    for week in (this.shift(-1), this.shift(-2)):
        seen.page.keyboard.press("ArrowLeft")
        title.get_by_text(f"Week {week.number} of {week.year}").wait_for()
    assert seen.page.url.endswith(f"week={this.shift(-2)}")
    seen.page.reload()
    title.get_by_text(f"Week {this.shift(-2).number} of").wait_for()
    main.locator(".st-key-review-turn-Right button").first.wait_for()
    seen.page.keyboard.press("ArrowRight")
    title.get_by_text(f"Week {this.shift(-1).number} of").wait_for()
    link = main.locator(".st-key-review-part-crashes a").first
    name = link.inner_text()
    link.click()
    seen.page.wait_for_url(re.compile(r"/run\?id="))
    seen.page.get_by_role("heading", name=name.split(", attempt")[0]).first.wait_for()
    seen.page.go_back()
    title.get_by_text(f"Week {this.shift(-1).number} of").wait_for()
    main.get_by_text("History", exact=True).click()
    main.locator(".st-key-history-weeks a").nth(1).click()
    title.get_by_text(f"Week {this.shift(-2).number} of").wait_for()
    assert seen.errors == []


def test_goals_are_reached_on_now_and_notes_outlive_a_reload(desk: Dashboard, visit: Look, wait_for: Wait) -> None:
    """A goal that is reached is so at once, also on *Review*; what is typed of a closed week is not lost."""
    seen = visit(390, "light", "ja-JP")
    main, this, say = seen.page.get_by_test_id("stMain"), this_week(), Words("ja", TOKYO)
    seen.go(desk.url)
    main.locator(".st-key-week-goals").get_by_role("button", name=say.say("Reached")).first.click()

    def states() -> list[str]:
        with closing_of(database.open_journal(desk.home / "journal.db", read_only=True)) as connection:
            return [goal.state for goal in goals.goals_of(connection, this)]

    wait_for(lambda: states() == ["reached", "open", "open"])
    seen.go(f"{desk.url}/review")
    main.locator(".st-key-review-goals").get_by_text(say.say("reached")).first.wait_for()
    seen.go(f"{desk.url}/review?week={this.shift(-1)}")
    field = main.get_by_label(say.say("Something to put right"))
    field.press_sequentially("停電で落ちた")
    seen.page.reload()
    field.wait_for()
    seen.until("field => field.value === '停電で落ちた'", field.element_handle())
    main.get_by_role("button", name=say.say("Note it")).click()

    def noted() -> list[str]:
        with closing_of(database.open_journal(desk.home / "journal.db", read_only=True)) as connection:
            return [one.text for one in notes.notes_of(connection, this.shift(-1))]

    wait_for(lambda: noted() == ["停電で落ちた"])
    main.locator(".st-key-review-notes").get_by_text("停電で落ちた").first.wait_for()
    assert seen.errors == []
