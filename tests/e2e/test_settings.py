"""The page Settings in a real browser: every section reads on every screen, and a choice is kept at once."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from store import alerts, database, mutes, thresholds
from store.database import write
from store.preferences import read_preferences
from tests.e2e.conftest import Dashboard, Visit, beating, serve
from tests.e2e.test_browser import RUN, check
from tests.fakes import journal, measurements

pytestmark = pytest.mark.browser
Look = Callable[..., Visit]


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The dashboard over a busy day with metrics, an alert that has waited for two hours, and another channel."""
    home = tmp_path_factory.mktemp("settings")
    secrets = home / "secrets.toml"
    secrets.write_text(
        '[[channels]]\nname = "lab-ntfy"\nurl = "ntfys://ntfy.example/Quiet-Garden-7731"\n', encoding="utf-8"
    )
    secrets.chmod(0o600)
    now = time.time()
    with closing(database.open_journal(home / "journal.db")) as connection:
        measurements.fill(connection, journal.fill(connection, home, now), now)
        with write(connection):
            alerts.raise_alert(
                connection, kind="diverged", severity="now", occurred=now - 7200, now=now - 7200, title="diverged",
                body="", channels=["pushbullet"], run_id=RUN, attempt=1, facts={"how": "not_finite", "metric": "loss"},
            )  # fmt: skip
    with serve(home, MACHIAI_SECRETS=str(secrets)) as dashboard, beating(home):
        yield dashboard


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(1280, "light", "en-US"), (390, "dark", "ja-JP")],
)
def test_every_section_loads_cleanly(desk: Dashboard, visit: Look, width: int, scheme: str, locale: str) -> None:
    """On desk and phone, by day and night: no error, no foreign request, no sideways scroll, text that reads; what has
    not gone out is told above."""
    seen = visit(width, scheme, locale)
    seen.go(f"{desk.url}/settings")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_text("lab-ntfy").first.wait_for()
    main.get_by_text("machiai notify --setup").first.wait_for()
    assert "7731" not in seen.page.content()
    tabs = main.get_by_role("tab")
    for place in range(tabs.count()):
        tabs.nth(place).click()
        seen.page.wait_for_timeout(300)
        check(seen, f"settings-{place}-{width}-{scheme}-{locale[:2]}", contrast=place != tabs.count() - 1)
    assert seen.errors == []
    assert seen.strangers == []


def test_looking_changes_nothing(desk: Dashboard, visit: Look) -> None:
    """Opened, every section looked at, left and opened again, over several refreshes: nothing is kept, since nothing was
    chosen."""
    seen = visit()
    seen.go(f"{desk.url}/settings")
    main = seen.page.get_by_test_id("stMain")
    for _ in range(2):
        main.get_by_text("lab-ntfy").first.wait_for()
        for tab in main.get_by_role("tab").all():
            tab.click()
            seen.page.wait_for_timeout(400)
        main.get_by_role("tab").first.click()
        seen.page.wait_for_timeout(2500)  # over a refresh of the channels
        seen.page.get_by_role("link", name="Machine").click()
        seen.page.get_by_role("heading", name="Machine").first.wait_for()
        seen.page.get_by_role("link", name="Settings").click()
    with closing(database.open_journal(desk.home / "journal.db", read_only=True)) as connection:
        assert connection.execute("SELECT name, value FROM preferences").fetchall() == []


def test_a_condition_is_added(desk: Dashboard, visit: Look, wait_for: Callable[..., None]) -> None:
    """Typed, tried on past runs with Enter, added: it is kept, and looked for from then on."""
    seen = visit()
    seen.go(f"{desk.url}/settings")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_role("tab", name="Conditions").click()
    main.get_by_role("combobox", name="For all runs of").click()
    seen.page.get_by_role("option", name="cifar-robust").click()
    field = main.get_by_label("Condition", exact=True)
    field.fill("val_acc > 0.5")
    field.press("Enter")
    main.get_by_text("would have been told in").wait_for()
    main.get_by_role("button", name="Add", exact=True).last.click()
    main.get_by_text("Added: val_acc > 0.5").wait_for()
    with closing(database.open_journal(desk.home / "journal.db", read_only=True)) as connection:
        assert [one.expression for one in thresholds.list_all(connection)] == ["val_acc > 0.5"]


def test_a_rule_is_switched_off(desk: Dashboard, visit: Look, wait_for: Callable[..., None]) -> None:
    """A touch of the switch is kept without another button."""
    seen = visit(390)
    seen.go(f"{desk.url}/settings")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_role("tab", name="Rules").click()
    main.get_by_text("New best", exact=False).first.click()
    with closing(database.open_journal(desk.home / "journal.db")) as connection:
        wait_for(lambda: not read_preferences(connection).rule_on("best"), "the choice")


def test_the_file_for_notebooks(desk: Dashboard, visit: Look) -> None:
    """The button gives the file as it is."""
    seen = visit()
    seen.go(f"{desk.url}/settings")
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="Download machiai_watch.py").click()
    assert download.value.suggested_filename == "machiai_watch.py"
    assert "class watch" in download.value.path().read_text(encoding="utf-8")


def test_a_rule_is_muted_on_now(desk: Dashboard, visit: Look, wait_for: Callable[..., None]) -> None:
    """*Later* offers to hear no more of a rule about a run; the page Run takes it back."""
    seen = visit()
    seen.go(desk.url)
    main = seen.page.get_by_test_id("stMain")
    main.get_by_role("button", name="Later").first.wait_for()
    with closing(database.open_journal(desk.home / "journal.db")) as connection:
        for place in range(main.get_by_role("button", name="Later").count()):
            main.get_by_role("button", name="Later").nth(place).click()
            mute = seen.page.get_by_role("button", name="diverged")
            if mute.count():
                mute.first.click()
                break
            seen.page.keyboard.press("Escape")
        wait_for(lambda: mutes.mutes_of(connection, RUN) == {"diverged"}, "the mute")
        seen.go(f"{desk.url}/run?id={RUN}")
        main.get_by_role("button", name="Unmute").click()
        wait_for(lambda: mutes.mutes_of(connection, RUN) == set(), "the end of the mute")
