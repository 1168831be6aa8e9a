"""Closing a week: where its reader is, and what is written while it is looked back on.

Everything is kept at once. What was written elsewhere since it was read is never written over: Conflict says so, its
``current`` is the text that is kept now.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo

from app import reads
from store import glossary, runs
from store.database import snapshot, write
from store.errors import Conflict, MachiaiError, ReviewError
from store.settings import Settings
from store.weekly import closing, conclusions, extent, review
from store.weekly.calendar import Week, parse_week, read_zone, week_of
from store.weekly.closing import STEPS, WeekReview
from store.weekly.preferences import read_weeks
from store.weekly.terms import Figures

SEEN_TASKS, SEEN_PAPERS = "seen_tasks", "seen_papers"
"""Answers that are no text: the ids of what was gone through and left as it is."""


@dataclass(frozen=True)
class Closing:
    """The review of a week as it is now; times in epoch seconds.

    ``until`` is up to when is looked back: the end of the week, or now. ``review`` is None before anything of it was
    written. ``earlier`` is the week before, where that is open and was begun.
    """

    week: Week
    zone: tzinfo | None
    start: str
    now: float
    review: WeekReview | None = None
    earlier: Week | None = None

    @property
    def begin(self) -> float:
        """When the week begins."""
        return self.week.bounds(self.zone, self.start)[0]

    @property
    def end(self) -> float:
        """When the next week begins."""
        return self.week.bounds(self.zone, self.start)[1]

    @property
    def until(self) -> float:
        """Up to when is looked back."""
        return min(self.end, self.now)

    @property
    def is_ahead(self) -> bool:
        """Whether the week has not begun."""
        return self.now < self.begin

    @property
    def closed(self) -> float | None:
        """When it was closed, None while it is open."""
        return self.review.closed if self.review else None

    @property
    def step(self) -> str:
        """The step that was come to."""
        return self.review.step if self.review else STEPS[0]

    def answer(self, name: str) -> str:
        """What was written under a name, empty for nothing."""
        return self.review.answers.get(name, "") if self.review else ""

    def seen(self, name: str) -> set[int]:
        """The ids of what was gone through, of ``SEEN_TASKS`` or ``SEEN_PAPERS``."""
        return _ids(self.answer(name))


def read_closing(settings: Settings, asked: str, zone: tzinfo | None, now: float | None = None) -> Closing:
    """The review of the week that is asked for by name, else of the one that is to be closed now: this week, but the
    last one while that is open and either begun or over for less than half a week. The first week is this one.

    A review that was begun keeps its zone and its first day of the week. ReviewError where no week has that name.
    """
    now = time.time() if now is None else now
    with reads.open_journal(settings) as connection, snapshot(connection):
        start = read_weeks(connection).week_start
        current = week_of(now, zone, start)
        before = closing.read(connection, current.shift(-1))
        first = extent.first_moment(connection)
        week = parse_week(asked) if asked else choose_week(current, before, zone, start, now, first)
        found = closing.read(connection, week)
        earlier = before.week if before is not None and before.closed is None and before.week != week else None
    if found is None:
        return Closing(week, zone, start, now, None, earlier)
    return reads.without_token(settings, Closing(week, read_zone(found.zone) or zone, found.start, now, found, earlier))


def choose_week(
    current: Week, before: WeekReview | None, zone: tzinfo | None, start: str, now: float, first: float | None
) -> Week:
    """The week that is to be closed now; ``before`` is the review of the last one, None where it was not begun, and
    ``first`` the first moment of which anything is known."""
    if before is not None:
        return current if before.closed is not None else before.week
    begin, end = current.bounds(zone, start)
    return current.shift(-1) if first is not None and first < begin and now < (begin + end) / 2 else current


def go_to(settings: Settings, one: Closing, step: str) -> None:
    """Keep which step was come to."""
    with changing(settings, one) as connection:
        closing.set_step(connection, one.week, step, time.time())


def write_answer(settings: Settings, one: Closing, name: str, text: str, expected: str) -> str:
    """Keep a text of the review; as it is kept. ``expected`` is what was kept when it was read."""
    with changing(settings, one) as connection:
        found = closing.read(connection, one.week)
        expect(found.answers.get(name, "") if found else "", expected, text)
        return closing.answer(connection, one.week, name, text, time.time()).answers.get(name, "")


def set_seen(settings: Settings, one: Closing, name: str, *numbers: int, seen: bool = True) -> None:
    """Keep that tasks or papers were gone through and left as they are, or that they were not."""
    with changing(settings, one) as connection:
        found = closing.read(connection, one.week)
        ids = _ids(found.answers.get(name, "")) if found else set()
        ids = ids | {*numbers} if seen else ids - {*numbers}
        closing.answer(connection, one.week, name, " ".join(map(str, sorted(ids))), time.time())


def conclude(settings: Settings, run_id: str, text: str, expected: str) -> str:
    """Write in a line what a run showed; as it is kept."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        row = runs.get_run(connection, run_id)
        expect((row.conclusion or "") if row else "", expected, text)
        return conclusions.conclude(connection, run_id, text, time.time()) or ""


def read_figures(settings: Settings, one: Closing) -> Figures:
    """What the week comes to: as it was closed, or as it is now."""
    if one.review is not None and one.review.figures is not None:
        return one.review.figures
    known = glossary.load(settings.home)
    with reads.open_journal(settings) as connection, snapshot(connection):
        found = review.read_week(connection, one.week, one.zone, one.start, one.now, known)
    return reads.without_token(settings, found)


def close(settings: Settings, one: Closing) -> None:
    """Close the week: its figures stay as they are now."""
    known = glossary.load(settings.home)
    with changing(settings, one) as connection:
        now = time.time()
        figures = review.read_week(connection, one.week, one.zone, one.start, now, known)
        closing.close(connection, one.week, figures, now)


def expect(current: str, expected: str, wanted: str) -> None:
    """Conflict where something else is kept than was read, and than is wanted."""
    if current not in (expected, wanted):
        raise Conflict("this was changed elsewhere meanwhile, and nothing was written", current)


@contextmanager
def changing(settings: Settings, one: Closing) -> Iterator[sqlite3.Connection]:
    """A transaction in which the review of the week is begun; refused where this dashboard only shows."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        closing.begin(connection, one.week, one.zone, one.start, time.time())
        yield connection


def _ids(text: str) -> set[int]:
    return {int(one) for one in text.split() if one.isdecimal()}


__all__ = ["STEPS", "Closing", "Conflict", "MachiaiError", "ReviewError", "Week", "WeekReview"]
