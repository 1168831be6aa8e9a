"""When searches are pulled by themselves."""

import sqlite3
import time
from collections.abc import Iterator

import pytest

from store import papers
from store.database import write
from store.paper_faults import UNREADABLE
from store.paper_preferences import PaperPreferences
from store.paper_schedule import day_begin, is_due, some_wait_no_longer
from store.paper_searches import (
    FAILED,
    OK,
    Search,
    add_search,
    change_search,
    list_searches,
    pause_search,
    pulls_of,
    record_pull,
)

DAY = 86400.0
MORNING = 1_795_248_000.0  # 2026-11-21 08:00 UTC
CHOSEN = PaperPreferences()


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(name="search")
def _search(journal: sqlite3.Connection) -> Search:
    with write(journal):
        return add_search(journal, "ti:gan", MORNING - DAY)


def pulled(journal: sqlite3.Connection, search: Search, began: float, outcome: str = OK, reason: str = "") -> None:
    with write(journal):
        record_pull(journal, search.id, began=began, ended=began, outcome=outcome, reason=reason)


def due(journal: sqlite3.Connection, now: float, chosen: PaperPreferences = CHOSEN) -> bool:
    (search,) = list_searches(journal)
    return is_due(search, pulls_of(journal, search.id), chosen, now)


def test_a_new_search_is_due_at_once_then_once_a_day(journal: sqlite3.Connection, search: Search) -> None:
    """It is pulled when it is followed, and from then on after the set time of each day."""
    assert due(journal, MORNING - DAY + 1)
    pulled(journal, search, MORNING - DAY + 1)
    assert not due(journal, MORNING - 1)
    assert due(journal, MORNING)
    pulled(journal, search, MORNING + 5)
    assert [due(journal, MORNING + hours * 3600) for hours in (1, 12, 23.9, 24)] == [False, False, False, True]


def test_another_time_or_none(journal: sqlite3.Connection, search: Search) -> None:
    """The time of day can be chosen, and that nothing is pulled by itself."""
    pulled(journal, search, MORNING)
    evening = PaperPreferences(pull_time="18:30")
    assert [due(journal, MORNING + hours * 3600, evening) for hours in (10.4, 10.6)] == [False, True]
    assert not due(journal, MORNING + DAY, PaperPreferences(pull_daily=False))
    assert day_begin(evening, MORNING) == MORNING - DAY + 10.5 * 3600


def test_a_fault_is_tried_again_after_longer_and_longer(journal: sqlite3.Connection, search: Search) -> None:
    """After a pull that went wrong the next is a minute later, then five, fifteen, and sixty."""
    pulled(journal, search, MORNING - DAY + 1)
    now = MORNING
    waits = []
    for _ in range(5):
        pulled(journal, search, now, FAILED, "no network")
        wait = next(seconds for seconds in range(10, 10_000, 10) if due(journal, now + seconds))
        waits.append(wait)
        now += wait
    assert waits == [60, 300, 900, 3600, 3600]
    pulled(journal, search, now)
    assert not due(journal, now + 7200)


def test_a_first_pull_that_fails_is_tried_again(journal: sqlite3.Connection, search: Search) -> None:
    """Also where it failed before the set time, and where nothing is to be pulled daily."""
    pulled(journal, search, MORNING - 600, FAILED)
    assert [due(journal, MORNING - 600 + seconds) for seconds in (30, 61)] == [False, True]
    assert due(journal, MORNING - 500, PaperPreferences(pull_daily=False))


def test_what_cannot_be_read_or_is_paused_is_left_alone(journal: sqlite3.Connection, search: Search) -> None:
    """A query that arXiv refused is asked again a day later or when it is another; a paused search is not asked."""
    pulled(journal, search, MORNING, FAILED, f"{UNREADABLE} (HTTP 400)")
    assert [due(journal, MORNING + hours * 3600) for hours in (1, 23, 24)] == [False, False, True]
    with write(journal):
        change_search(journal, search.id, MORNING + 1, wanted="ti:vae")
    assert due(journal, MORNING + 2)
    with write(journal):
        pause_search(journal, search.id, MORNING + 3)
    assert not due(journal, MORNING + 10 * DAY)


def test_a_clock_that_was_set_back(journal: sqlite3.Connection, search: Search) -> None:
    """A pull in the future keeps nothing away."""
    pulled(journal, search, MORNING + 100 * DAY)
    assert due(journal, MORNING)


def test_papers_that_come_back(journal: sqlite3.Connection) -> None:
    """It is known whether a paper that was put off is to come back now."""
    with write(journal):
        papers.take_up(journal, papers.Find("2611.00001", "A"), MORNING)
        papers.set_state(journal, "2611.00001", "later", MORNING, MORNING + 60)
    assert not some_wait_no_longer(journal, MORNING + 59)
    assert some_wait_no_longer(journal, MORNING + 60)
