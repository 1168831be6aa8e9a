"""The time while trainings run, in a real browser: suggestions, the clock on every page, the resume form, drift."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from store import database, drifts, resumes, sessions, tasks
from store.database import write
from store.drifts import Drift, DriftCommit, DriftFile
from store.runs import get_run
from store.waiting_preferences import read_waiting
from tests.e2e.conftest import Dashboard, Visit, beating, serve
from tests.e2e.test_browser import RUN, check
from tests.fakes import journal, measurements

pytestmark = pytest.mark.browser
Look = Callable[..., Visit]


@pytest.fixture(name="bench", scope="module")
def _bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The dashboard over a busy day with tasks and with drift of a running run."""
    home = tmp_path_factory.mktemp("waiting")
    now = time.time()
    with closing(database.open_journal(home / "journal.db")) as connection:
        measurements.fill(connection, journal.fill(connection, home, now), now)
        run = get_run(connection, RUN)
        assert run is not None
        files = (DriftFile("notes.md", "modified", 3, 1), DriftFile("data/loader.py", "modified", 40, 12, True))
        commits = (DriftCommit("4f1c2ab9d0e3", "split the loader", now - 600),)
        seen = Drift(
            RUN, now - 20, True, commits=commits, commit_count=1, files=files, file_count=2, imported_count=1,
            added=43, deleted=13, entry="train.py", imports=9,
        )  # fmt: skip
        with write(connection):
            drifts.record(connection, [seen])
            tasks.add(connection, "学習率の表を書く", now, project_id=run.project_id, kind="write", estimate=1200.0)
    with serve(home) as dashboard, beating(home):
        yield dashboard


@pytest.fixture(name="kept")
def _kept(bench: Dashboard) -> Iterator[sqlite3.Connection]:
    """The journal, with no session and no note from another test."""
    with closing(database.open_journal(bench.home / "journal.db")) as connection:
        with write(connection):
            connection.execute("UPDATE sessions SET ended = begun + 1 WHERE ended IS NULL")
            for table in ("resumes", "advice"):
                connection.execute(f"DELETE FROM {table}")
        yield connection


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(1280, "light", "en-US"), (390, "dark", "ja-JP")],
)
def test_everything_loads_cleanly(
    bench: Dashboard, kept: sqlite3.Connection, visit: Look, width: int, scheme: str, locale: str
) -> None:
    """Suggestions, notes, the clock, the form, the day and drift, on desk and phone, by day and night: no error, no
    foreign request, no sideways scroll, text that reads."""
    run = get_run(kept, RUN)
    assert run is not None
    now = time.time()
    with write(kept):
        resumes.write_resume(kept, now - 900, project_id=run.project_id, place="the warm-up", next_step="3 seeds")
        sessions.end(kept, sessions.begin(kept, "read", now - 30), now - 10, by="forgotten")
    name = f"{width}-{scheme}-{locale[:2]}"
    seen = visit(width, scheme, locale)
    seen.go(bench.url)
    main = seen.page.get_by_test_id("stMain")
    main.get_by_text(re.compile("What to do now|いま何をするか")).wait_for()
    check(seen, f"waiting-now-{name}")
    main.get_by_role("button", name=re.compile("Begin something|何かを始める")).click()
    seen.page.get_by_role("dialog").wait_for()
    check(seen, f"waiting-begin-{name}", contrast=False)
    seen.page.keyboard.press("Escape")
    with write(kept):
        sessions.begin(kept, "task", now - 2000, planned=1800, project_id=run.project_id)
    seen.go(f"{bench.url}/run?id={RUN}")
    main.get_by_text(re.compile("The code differs|コードが変わっています")).wait_for()
    main.get_by_text(re.compile("Time is up|時間です")).wait_for()
    check(seen, f"waiting-run-{name}")
    main.get_by_role("button", name=re.compile("^(End|終える)$")).click()
    main.get_by_label(re.compile("Where I am|今いる所")).wait_for()
    check(seen, f"waiting-form-{name}")
    main.get_by_role("button", name=re.compile("^(Skip|スキップ)$")).click()
    main.get_by_label(re.compile("Where I am|今いる所")).wait_for(state="hidden")
    assert seen.errors == []
    assert seen.strangers == []


def test_from_a_suggestion_to_the_way_back(
    bench: Dashboard, kept: sqlite3.Connection, visit: Look, wait_for: Callable[..., None]
) -> None:
    """Begun with one press, seen on every page, left with a note that was typed, and taken up again."""
    seen = visit()
    seen.go(bench.url)
    main = seen.page.get_by_test_id("stMain")
    card = main.locator(".st-key-advice-plan-run-261121-130501-q7wd")
    card.get_by_role("button", name="Begin").click()
    main.get_by_text("0 min of 5 min").wait_for()
    seen.page.get_by_role("link", name="Machine", exact=True).click()
    main.get_by_text("of 5 min").wait_for()
    main.get_by_role("button", name="End", exact=True).click()
    place = main.get_by_label("Where I am")
    place.press_sequentially("成功したら表を書く", delay=30)
    main.get_by_label("Next step").fill("ask for more GPUs")
    main.get_by_label("Next step").press("Control+Enter")
    place.wait_for(state="hidden")
    wait_for(lambda: resumes.open_resumes(kept) != [], "the note")
    assert resumes.open_resumes(kept)[0].place == "成功したら表を書く"
    seen.page.get_by_role("link", name="Now", exact=True).click()
    main.get_by_text("ask for more GPUs").first.wait_for()
    main.get_by_role("button", name="I am back").click()
    main.get_by_role("button", name="I am back").wait_for(state="hidden")
    assert resumes.open_resumes(kept) == []
    assert seen.errors == []


def test_what_is_typed_survives_reload_pages_and_refreshes(
    bench: Dashboard, kept: sqlite3.Connection, visit: Look
) -> None:
    """The resume form goes on with its text, also where another tab opens it."""
    from playwright.sync_api import expect  # where there is no browser, the test is skipped before

    expect.set_options(timeout=15_000)
    with write(kept):
        sessions.begin(kept, "refactor", time.time() - 600)
    seen = visit()
    seen.go(f"{bench.url}/runs")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_role("button", name="End", exact=True).click()
    main.get_by_label("Where I am").press_sequentially("the seam between", delay=30)
    seen.page.wait_for_timeout(6000)  # over a refresh of the clock
    main.get_by_label("Where I am").press_sequentially(" two modules", delay=30)
    seen.page.get_by_role("link", name="Machine", exact=True).click()
    seen.page.locator("h1").first.wait_for()
    expect(main.get_by_label("Where I am")).to_have_value("the seam between two modules")
    seen.page.wait_for_timeout(1500)  # for the last letters to arrive
    seen.page.reload()
    expect(main.get_by_label("Where I am")).to_have_value("the seam between two modules")
    other = visit()
    other.go(bench.url)
    expect(other.page.get_by_label("Where I am")).to_have_value("the seam between two modules")
    other.page.get_by_role("button", name="Skip", exact=True).click()
    main.get_by_label("Where I am").wait_for(state="hidden")


def test_a_dialog_stays_while_the_page_lives(bench: Dashboard, kept: sqlite3.Connection, visit: Look) -> None:
    """Chosen minutes stay over refreshes; Enter begins."""
    seen = visit(390)
    seen.go(bench.url)
    main = seen.page.get_by_test_id("stMain")
    main.get_by_role("button", name="Begin something").click()
    dialog = seen.page.get_by_role("dialog")
    dialog.get_by_label("Minutes").fill("20")
    seen.page.wait_for_timeout(7000)  # over two refreshes of the page
    assert dialog.get_by_label("Minutes").input_value() == "20"
    dialog.get_by_label("Minutes").press("Enter")
    main.get_by_text("0 min of 20 min").wait_for()
    session = sessions.open_session(kept)
    assert session is not None and (session.kind, session.planned) == ("task", 1200)


def test_a_choice_about_waiting(
    bench: Dashboard, kept: sqlite3.Connection, visit: Look, wait_for: Callable[..., None]
) -> None:
    """Typed and kept; the toggle too."""
    seen = visit()
    seen.go(f"{bench.url}/settings")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_role("tab", name="Waiting").click()
    main.get_by_label("Mail and messages at a time, minutes").fill("7")
    main.get_by_label("Mail and messages at a time, minutes").press("Enter")
    wait_for(lambda: read_waiting(kept).mail_minutes == 7, "the cap")
    main.get_by_text("Hold the news that a run finished").click()
    wait_for(lambda: not read_waiting(kept).hold_ends, "the choice")
