"""Closing a week: which week, where one was, what is kept at once, and what is said where it cannot be."""

import contextlib
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import closing as pages
from app import closing_steps
from store import database
from store.database import write
from store.errors import JournalReadOnly, ReviewError
from store.settings import load
from store.weekly import closing, goals
from store.weekly.calendar import week_of
from tests.app.closing_page import at, one_of, press
from tests.fakes import closing_week, journal
from tests.fakes.closing_week import TASKS, TOKYO, LastWeek

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


@pytest.fixture(name="last")
def _last(connection: sqlite3.Connection, home: Path) -> LastWeek:
    """A week that is over and not closed."""
    return closing_week.fill(connection, home, time.time())


def moment(text: str) -> float:
    """A time in Tokyo, in epoch seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO).timestamp()


@pytest.mark.parametrize(
    ("now", "begun", "closed", "week"),
    [
        ("2026-11-20 16:00", False, False, "2026-W47"),  # on a Friday: the week that ends
        ("2026-11-24 09:00", False, False, "2026-W47"),  # on the Tuesday after: the one before
        ("2026-11-27 09:00", False, False, "2026-W48"),
        ("2026-11-27 09:00", True, False, "2026-W47"),  # begun and left lying
        ("2026-11-24 09:00", True, True, "2026-W48"),
        ("2027-01-03 20:00", False, False, "2026-W53"),
        ("2027-01-04 09:00", False, False, "2026-W53"),
    ],
)
def test_which_week_is_to_be_closed(
    connection: sqlite3.Connection, home: Path, now: str, begun: bool, closed: bool, week: str
) -> None:
    """This week; in its first half the one before, unless that is closed; one that was begun until it is closed."""
    before = week_of(moment(now), TOKYO).shift(-1)
    journal.add_run(connection, home, "260101-101112-once", created=moment("2026-11-01 09:00"), state="finished",
                    seconds=60)  # fmt: skip
    if begun:
        with write(connection):
            closing.begin(connection, before, TOKYO, "mon", moment(now))
            if closed:
                closing.close(connection, before, {"week": str(before)}, moment(now))
    found = pages.read_closing(load(), "", TOKYO, moment(now))
    assert str(found.week) == week
    assert found.until == min(found.end, moment(now))


def test_the_first_week_is_this_one(connection: sqlite3.Connection, home: Path) -> None:
    """On its Tuesday, too: nothing is known of the one before."""
    now = moment("2026-11-24 09:00")
    assert str(pages.read_closing(load(), "", TOKYO, now).week) == "2026-W48"
    journal.add_run(connection, home, "261123-101112-once", created=now - 3600, state="finished", seconds=60)
    assert str(pages.read_closing(load(), "", TOKYO, now).week) == "2026-W48"


def test_a_name_of_no_week_and_a_week_to_come(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Both are said, with the way to this week; nothing is begun."""
    assert "names no week" in shown(open_page("close", week="Freitag"))
    ahead = week_of(time.time(), TOKYO).shift(3)
    app = open_page("close", week=str(ahead))
    assert "This week has not begun." in shown(app)
    assert [button.key for button in app.button if str(button.key).startswith("close-")] == []
    assert closing.list_reviews(connection) == []


def test_a_week_of_nothing_can_be_closed(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """In a journal without anything every step says so, and the end freezes zeros."""
    week = week_of(time.time(), TOKYO).shift(-1)
    app = open_page("close", week=str(week))
    for text in ("Nothing waits: no alert, no paper.", "No run ended this week.", "No task is open.",
                 "No paper was read this week", "nothing known", "The runs planned"):  # fmt: skip
        assert text in shown(app)
        press(app, "close-next")
    press(app, "close-close")
    assert "these figures are frozen" in shown(app)
    found = closing.read(connection, week)
    assert found is not None and found.figures is not None
    assert found.figures["runs"]["at_work"] == 0


def test_steps_are_kept(connection: sqlite3.Connection, last: LastWeek, open_page: Open, shown: Shown) -> None:
    """On and back; another visit begins where this one was."""
    app = open_page("close", week=str(last.week))
    assert "Step 1 of 7" in str(app.get("progress")[0].proto)
    press(press(app, "close-next"), "close-next")
    assert TASKS[0] in shown(app)
    press(app, "close-back")
    again = open_page("close", week=str(last.week))
    assert "What the runs showed" in shown(again)
    assert {run.id for run in closing_steps.read_ends(load(), one_of(last)).runs} == set(last.runs.values())


def test_a_text_that_was_changed_elsewhere_is_not_written_over(
    connection: sqlite3.Connection, last: LastWeek, open_page: Open, shown: Shown
) -> None:
    """Both texts are there, and one says which is to stay; a field that was not touched shows the other one."""
    at(connection, last, "looking_back")
    app = open_page("close", week=str(last.week))
    with write(connection):
        closing.answer(connection, last.week, "worked", "from the other tab", time.time())
    worked = next(area for area in app.text_area if area.label == "What worked?")
    worked.set_value("mine").run()
    assert "there it is now: from the other tab" in shown(app)
    review = closing.read(connection, last.week)
    assert review is not None and review.answers["worked"] == "from the other tab"
    press(app, f"kept-mine-close-{last.week}-worked")
    assert "Changed elsewhere" not in shown(app)
    review = closing.read(connection, last.week)
    assert review is not None and review.answers["worked"] == "mine"
    with write(connection):
        closing.answer(connection, last.week, "worked", "theirs again", time.time())
    app.run()
    assert next(area for area in app.text_area if area.label == "What worked?").value == "theirs again"


def test_what_came_of_the_goals_is_asked(connection: sqlite3.Connection, last: LastWeek, open_page: Open) -> None:
    """Reached, missed or dropped; chosen twice, nothing is said of it yet."""
    at(connection, last, "looking_back")
    app = open_page("close", week=str(last.week))
    (goal,) = goals.goals_of(connection, last.week)
    for chosen, state in (("missed", "missed"), ("reached", "reached"), (None, "open")):
        app.segmented_control(key=f"close-came-{goal.id}").set_value(chosen).run()
        assert not app.exception
        assert goals.goals_of(connection, last.week)[0].state == state


def test_what_cannot_be_kept_is_said_and_kept_later(
    connection: sqlite3.Connection, last: LastWeek, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another program holds the journal the text stays in its field; then a button keeps it."""
    monkeypatch.setattr("app.reads.WAIT_SECONDS", 0.2)
    at(connection, last, "looking_back")
    app = open_page("close", week=str(last.week))
    with write(connection):
        next(area for area in app.text_area if area.label == "What did not?").set_value("under a lock").run()
        assert "Not kept:" in shown(app)
        assert next(area for area in app.text_area if area.label == "What did not?").value == "under a lock"
    press(app, f"kept-again-close-{last.week}-did_not")
    review = closing.read(connection, last.week)
    assert review is not None and review.answers["did_not"] == "under a lock"
    assert "Not kept:" not in shown(app)


def test_closing_freezes_the_figures(
    connection: sqlite3.Connection, home: Path, last: LastWeek, open_page: Open, shown: Shown
) -> None:
    """Once; what is found later changes nothing, nor can the answers be changed; the goals can."""
    at(connection, last, "close")
    app = open_page("close", week=str(last.week))
    assert "2 runs without a conclusion" in shown(app) and "3 tasks not gone through" in shown(app)
    press(app, "close-to-tasks")
    assert TASKS[0] in shown(app)
    at(connection, last, "close")
    press(app.run(), "close-close")
    assert "these figures are frozen" in shown(app)
    one = one_of(last)
    journal.add_run(connection, home, "260199-101112-late", created=one.begin + 5000, state="failed", seconds=60.0)
    assert pages.read_figures(load(), one)["crashes"]["count"] == 1
    with pytest.raises(ReviewError):
        pages.write_answer(load(), one, "worked", "too late", "")
    pages.close(load(), one)
    again = closing.read(connection, last.week)
    assert again is not None and again.closed == one.closed
    next(field for field in app.text_input if field.label == "First goal").set_value("still to be changed").run()
    assert [goal.text for goal in goals.goals_of(connection, last.week.shift(1))] == ["still to be changed"]


def test_a_dashboard_that_only_shows(
    connection: sqlite3.Connection, last: LastWeek, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step can be looked at, says that nothing can be changed, and changes nothing."""
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    app = open_page("close", week=str(last.week))
    for _ in range(7):
        assert "This dashboard only shows" in shown(app)
        keys = {str(button.key) for button in app.button} - {"search-go", "close-back", "close-next", "close-close"}
        assert keys == set()
        if not [button for button in app.button if button.key == "close-next"]:
            break
        press(app, "close-next")
    assert app.button(key="close-close").disabled
    assert closing.list_reviews(connection) == []
    with pytest.raises(JournalReadOnly):
        pages.go_to(load(), one_of(last), "runs")


def test_a_journal_that_cannot_be_written_is_said(
    connection: sqlite3.Connection, last: LastWeek, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way on stays where it is, with the reason beside it."""
    monkeypatch.setattr("app.reads.WAIT_SECONDS", 0.2)
    app = open_page("close", week=str(last.week))
    with contextlib.closing(database.open_journal(load().journal)) as other, write(other):
        press(app, "close-next")
        assert "Not kept:" in shown(app) and "What waits for you" in shown(app)
    press(app, "close-next")
    assert "What the runs showed" in shown(app)
