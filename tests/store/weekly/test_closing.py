"""The review of a week: begun once, gone on with where it was left, closed once with its figures as they were."""

import contextlib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from store import alerts, deliveries
from store.database import open_journal, write
from store.deliveries import Planned
from store.documents import KINDS
from store.errors import ReviewError
from store.search import search
from store.weekly import closing, notes
from store.weekly.calendar import Week

WEEK = Week(2026, 47)
FRIDAY = datetime(2026, 11, 20, 16, tzinfo=UTC).timestamp()
FIGURES: dict[str, Any] = {
    "week": "2026-W47",
    "until": FRIDAY,
    "closed": None,
    "runs": {"at_work": 4, "seconds": 7200.0},
    "crashes": {"count": 2, "late_median": None, "found": [{"run": "a"}]},
    "sessions": {"kinds": {"read": {"count": 1, "seconds": 600.0}}},
    "best": [{"project": "cifar", "value": 0.91}],
}


def begun(journal: sqlite3.Connection, now: float = FRIDAY) -> closing.WeekReview:
    """A review that was begun."""
    with write(journal):
        return closing.begin(journal, WEEK, UTC, "mon", now)


class TestGoingThrough:
    """Steps and answers."""

    def test_nothing_begun(self, journal: sqlite3.Connection) -> None:
        """A week that nobody began to review has no review and is not closed."""
        assert closing.read(journal, WEEK) is None
        assert not closing.is_closed(journal, WEEK)
        assert closing.list_reviews(journal) == []

    def test_begun_twice(self, journal: sqlite3.Connection) -> None:
        """Beginning again goes on where it was left, in the zone and with the week start of the first time."""
        first = begun(journal)
        assert (first.step, first.zone, first.start, first.closed) == ("inbox", "+00:00", "mon", None)
        with write(journal):
            closing.set_step(journal, WEEK, "tasks", FRIDAY + 60)
            again = closing.begin(journal, WEEK, None, "sun", FRIDAY + 120)
        assert (again.step, again.zone, again.start, again.begun) == ("tasks", "+00:00", "mon", FRIDAY)

    def test_week_to_come(self, journal: sqlite3.Connection) -> None:
        """A week that has not begun cannot be reviewed; it can from its first moment on."""
        with pytest.raises(ReviewError, match="has not begun"):
            begun(journal, WEEK.bounds(UTC)[0] - 1)
        assert begun(journal, WEEK.bounds(UTC)[0]).week == WEEK

    def test_answers(self, journal: sqlite3.Connection) -> None:
        """Answers are kept by name, replaced, and taken away by an empty text; half a surrogate pair does not hurt."""
        begun(journal)
        with write(journal):
            closing.answer(journal, WEEK, "worked", " 朝に書く \r\nsmall runs\ud800 ", FRIDAY + 1)
            closing.answer(journal, WEEK, "did_not", "meetings", FRIDAY + 2)
            review = closing.answer(journal, WEEK, "did_not", "  ", FRIDAY + 3)
        assert review.answers == {"worked": "朝に書く\nsmall runs?"}
        assert review.changed == FRIDAY + 3

    def test_refusals(self, journal: sqlite3.Connection) -> None:
        """Steps and names that there are not, texts without end and reviews that were not begun are refused."""
        with pytest.raises(ReviewError, match="was not begun"):
            closing.answer(journal, WEEK, "worked", "x", FRIDAY)
        begun(journal)
        with pytest.raises(ReviewError, match="'holiday' is none of inbox"):
            closing.set_step(journal, WEEK, "holiday", FRIDAY)
        with pytest.raises(ReviewError, match="no name"):
            closing.answer(journal, WEEK, "What worked", "x", FRIDAY)
        with pytest.raises(ReviewError, match="20001 characters"):
            closing.answer(journal, WEEK, "worked", "x" * 20_001, FRIDAY)
        with pytest.raises(ReviewError, match="none of mon, sun, sat"):
            closing.begin(journal, Week(2026, 46), UTC, "wed", FRIDAY)


class TestClosing:
    """Closing and what comes after it."""

    def test_frozen(self, journal: sqlite3.Connection) -> None:
        """Closing keeps the figures and when; closing again, with others, changes nothing."""
        begun(journal)
        with write(journal):
            closed = closing.close(journal, WEEK, FIGURES, FRIDAY + 60)
            again = closing.close(journal, WEEK, {**FIGURES, "runs": {"at_work": 9}}, FRIDAY + 90)
        assert closed == again
        assert (closed.closed, closed.step) == (FRIDAY + 60, "close")
        assert closed.figures == {**FIGURES, "closed": FRIDAY + 60}
        assert closing.is_closed(journal, WEEK)
        assert [(one.week, one.figures) for one in closing.list_closed(journal)] == [(WEEK, None)]

    def test_nothing_rewritten(self, journal: sqlite3.Connection) -> None:
        """What was written in a closed review stays; what is to be said comes as a note, once."""
        begun(journal)
        with write(journal):
            closing.close(journal, WEEK, FIGURES, FRIDAY + 60)
        with pytest.raises(ReviewError, match="add a note"):
            closing.answer(journal, WEEK, "worked", "x", FRIDAY + 70)
        with pytest.raises(ReviewError, match="is closed"):
            closing.set_step(journal, WEEK, "inbox", FRIDAY + 70)
        with write(journal):
            notes.add_note(journal, WEEK, "the third crash was the disk", FRIDAY + 80)
            notes.add_note(journal, WEEK, "the third crash was the disk ", FRIDAY + 81)
        assert [one.text for one in notes.notes_of(journal, WEEK)] == ["the third crash was the disk"]
        with pytest.raises(ReviewError, match="needs a text"):
            notes.add_note(journal, WEEK, "\n", FRIDAY)

    def test_reminder(self, journal: sqlite3.Connection) -> None:
        """What reminds of a review is over when it is closed: it is not sent any more; another week's is."""
        begun(journal)
        reminders = []
        with write(journal):
            for week in ("2026-W47", "2026-W46"):
                reminder = alerts.raise_alert(
                    journal, kind="review", severity="digest", occurred=FRIDAY, now=FRIDAY, title="week in review",
                    body="", occasion=week, planned=[Planned("pushbullet", "held", FRIDAY + 7200, "digest", "")],
                )  # fmt: skip
                assert reminder is not None
                reminders.append(reminder)
            closing.close(journal, WEEK, FIGURES, FRIDAY + 60)
        ways = deliveries.deliveries_of(journal, reminders)
        assert [ways[one][0].state for one in reminders] == ["suppressed", "held"]
        assert [one.id for one in alerts.open_alerts(journal)] == reminders[1:]
        assert alerts.get_alert(journal, reminders[0]).acknowledged is None

    def test_two_at_once(self, journal: sqlite3.Connection) -> None:
        """Of two who close at the same moment the second one waits, and finds it closed as the first one did."""
        path = journal.execute("PRAGMA database_list").fetchone()["file"]
        begun(journal)
        gate = threading.Barrier(2)

        def close(count: int) -> Any:
            with contextlib.closing(open_journal(Path(path))) as connection:
                gate.wait(30.0)
                with write(connection):
                    return closing.close(connection, WEEK, {**FIGURES, "runs": {"at_work": count}}, FRIDAY + count)

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(close, (1, 2))
        assert first == second == closing.read(journal, WEEK)

    def test_refusals(self, journal: sqlite3.Connection) -> None:
        """A review that was not begun cannot be closed, nor one with the figures of another week."""
        with pytest.raises(ReviewError, match="was not begun"):
            closing.close(journal, WEEK, FIGURES, FRIDAY)
        begun(journal)
        with pytest.raises(ReviewError, match="not the figures"):
            closing.close(journal, WEEK, {**FIGURES, "week": "2026-W46"}, FRIDAY)

    def test_order(self, journal: sqlite3.Connection) -> None:
        """Reviews are listed by week, the newest first, over the turn of a year."""
        with write(journal):
            for week in (Week(2020, 53), Week(2021, 1), Week(2020, 9)):
                closing.begin(journal, week, UTC, "mon", FRIDAY)
        assert [str(one.week) for one in closing.list_reviews(journal)] == ["2021-W01", "2020-W53", "2020-W09"]


class TestDifferences:
    """What changed since a week was closed."""

    def test_same(self) -> None:
        """The same figures do not differ, however much later they were read, nor do lengths by less than a second."""
        later = {**FIGURES, "until": FRIDAY + 9999, "closed": FRIDAY, "runs": {"at_work": 4, "seconds": 7200.4}}
        assert closing.differences(FIGURES, later) == []

    def test_changed(self) -> None:
        """Each figure that differs is named by its keys, with what it was and is; of what is not there, none."""
        later = {
            **FIGURES,
            "runs": {"at_work": 5, "seconds": 7300.0},
            "crashes": {"count": 3, "late_median": 30.0, "found": [{"run": "a"}, {"run": "b"}]},
            "sessions": {"kinds": {"plan": {"count": 1, "seconds": 60.0}}},
            "best": [{"project": "cifar", "value": 0.9100001}, {"project": "imagenet", "value": 1.5}],
        }
        assert closing.differences(FIGURES, later) == [
            {"name": "runs.at_work", "was": 4, "now": 5},
            {"name": "runs.seconds", "was": 7200.0, "now": 7300.0},
            {"name": "crashes.count", "was": 2, "now": 3},
            {"name": "crashes.late_median", "was": None, "now": 30.0},
            {"name": "sessions.kinds.read.count", "was": 1, "now": 0},
            {"name": "sessions.kinds.read.seconds", "was": 600.0, "now": 0},
            {"name": "best.cifar", "was": 0.91, "now": 0.9100001},
            {"name": "sessions.kinds.plan.count", "was": 0, "now": 1},
            {"name": "sessions.kinds.plan.seconds", "was": 0, "now": 60.0},
            {"name": "best.imagenet", "was": None, "now": 1.5},
        ]


def test_found_by_search(journal: sqlite3.Connection) -> None:
    """What is written in a review and noted of it is found, in Japanese too, as the week; what was taken away is not."""
    assert "week" in KINDS
    begun(journal)
    with write(journal):
        closing.answer(journal, WEEK, "worked", "朝の学習を早く始めた", FRIDAY)
        closing.answer(journal, WEEK, "did_not", "gradient clipping", FRIDAY)
        closing.answer(journal, WEEK, "did_not", "", FRIDAY)
        notes.add_note(journal, WEEK, "seed fixed on Monday", FRIDAY)
    assert [(hit.kind, hit.id) for hit in search(journal, "学習")] == [("week", "2026-W47")]
    assert [hit.id for hit in search(journal, "seed fixed")] == ["2026-W47"]
    assert search(journal, "clipping") == []
