"""What the page *Review* reads and changes: a week's figures, what was written of it, its goals; the weeks before."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from app import reads
from store import glossary
from store.database import snapshot, write
from store.preference_checks import DAYS
from store.preferences import read_preferences
from store.settings import Settings
from store.weekly import closing, extent, goals, notes, plans, preferences, review, trends
from store.weekly.calendar import Week, week_of
from store.weekly.closing import WeekReview
from store.weekly.documents import SEEN
from store.weekly.goals import Goal
from store.weekly.notes import WeekNote
from store.weekly.plans import PlannedRun
from store.weekly.words import Figures

WEEKS = 12
"""How many weeks a trend is drawn over."""
MOST_WEEKS = 600
LATE_SECONDS = 5 * 86400.0
"""A review that was due so long ago is asked for no more."""


@dataclass(frozen=True)
class Span:
    """The weeks that can be looked at: from the first that anything is known of to the one after this; ``since`` is the
    first moment of that, None in an empty journal. Moments are in epoch seconds."""

    as_of: float
    start: str
    first: Week
    current: Week
    since: float | None = None

    @property
    def last(self) -> Week:
        """The week after this one: it has goals, and nothing else yet."""
        return self.current.shift(1)

    @property
    def weeks(self) -> list[Week]:
        """All of them, the newest first."""
        found = [self.last]
        while found[-1] > self.first and len(found) < MOST_WEEKS:
            found.append(found[-1].shift(-1))
        return found


@dataclass(frozen=True)
class Look:
    """A week: its figures (those it was closed with, once it is), and what is others now; what was written of it; its
    goals and planned runs; the twelve weeks up to it."""

    week: Week
    figures: Figures
    review: WeekReview | None
    changed: list[dict[str, Any]] = field(default_factory=list)
    notes: list[WeekNote] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    planned: list[PlannedRun] = field(default_factory=list)
    trends: list[dict[str, Any]] = field(default_factory=list)

    @property
    def answers(self) -> dict[str, str]:
        """What was written when it was looked back on, by name."""
        known = self.review.answers if self.review is not None else {}
        return {name: text for name, text in known.items() if not name.startswith(SEEN)}

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        return self.review is not None and self.review.closed is not None


@dataclass(frozen=True)
class Goals:
    """What *Now* shows of weeks: the goals of this one, and the week whose review is due, None where none is."""

    week: Week
    goals: list[Goal]
    due: Week | None


def read_span(settings: Settings, zone: tzinfo | None) -> Span:
    """Which weeks there are, where the reader is."""
    now = time.time()
    with reads.open_journal(settings) as connection:
        start = preferences.read_weeks(connection).week_start
        since = extent.first_moment(connection)
    current = week_of(now, zone, start)
    first = current if since is None else min(current, week_of(since, zone, start))
    return Span(now, start, first, current, since)


def read_look(settings: Settings, span: Span, week: Week, zone: tzinfo | None) -> Look:
    """A week as it was closed, or as it is where it was not."""
    with reads.open_journal(settings) as connection, snapshot(connection):
        figures, changed = review.read_shown(
            connection, week, zone, span.start, span.as_of, glossary.load(settings.home)
        )
        look = Look(
            week,
            figures,
            closing.read(connection, week),
            changed,
            notes.notes_of(connection, week),
            goals.goals_of(connection, week),
            plans.planned_runs(connection, week),
            trends.read_trends(connection, week, zone, span.start, span.as_of, WEEKS),
        )
    return reads.without_token(settings, look)


def read_history(settings: Settings, span: Span, last: Week, zone: tzinfo | None) -> list[dict[str, Any]]:
    """The twelve weeks up to ``last``, the oldest first."""
    with reads.open_journal(settings) as connection, snapshot(connection):
        return trends.read_trends(connection, last, zone, span.start, span.as_of, WEEKS)


def read_goals(settings: Settings, zone: tzinfo | None, now: float | None = None) -> Goals:
    """The goals of this week; the week whose review is due, until it is closed or due no more."""
    now = time.time() if now is None else now
    with reads.open_journal(settings) as connection, snapshot(connection):
        start = preferences.read_weeks(connection).week_start
        week = week_of(now, zone, start)
        moment = last_due(read_preferences(connection).review, now, None)
        due = None
        if moment is not None and now - moment < LATE_SECONDS:
            due = week_of(moment, zone, start)
            first = extent.first_moment(connection)
            if closing.is_closed(connection, due) or first is None or first >= moment:
                due = None
        return reads.without_token(settings, Goals(week, goals.goals_of(connection, week), due))


def last_due(when: str, now: float, zone: tzinfo | None) -> float | None:
    """The last moment that a review was due, as ``fri 16:00`` of each week in a zone (None: this machine's); None for
    never."""
    day, _, at = when.partition(" ")
    if day not in DAYS or not at:
        return None
    hour, _, minute = at.partition(":")
    today = datetime.fromtimestamp(now, zone)
    for ago in range(8):
        one = (today - timedelta(days=ago)).date()
        if one.weekday() == DAYS.index(day):
            due = datetime(one.year, one.month, one.day, int(hour), int(minute), tzinfo=zone).timestamp()
            if due <= now:
                return due
    return None


def set_goal(settings: Settings, goal_id: int, state: str) -> None:
    """Say what came of a goal."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        goals.set_state(connection, goal_id, state, time.time())


def add_note(settings: Settings, week: Week, text: str) -> None:
    """Note something of a week that was closed."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        notes.add_note(connection, week, text, time.time())


def read_start(settings: Settings) -> str:
    """The day that weeks begin on."""
    with reads.open_journal(settings) as connection:
        return preferences.read_weeks(connection).week_start


def set_start(settings: Settings, start: str) -> None:
    """Let weeks begin on that day; PreferencesError for one that they cannot begin on."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection:
        preferences.save_weeks(connection, preferences.WeekPreferences(start), time.time())
