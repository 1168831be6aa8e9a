"""The figures of a week put together: what counts, up to when, and what stays as it was when the week was closed."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from store import sessions
from store.database import write
from store.weekly import closing, goals, plans, review
from store.weekly.calendar import Week, parse_week
from store.weekly.trends import read_trends

WEEK = Week(2026, 47)
BEGIN, END = WEEK.bounds(UTC)
HOUR = 3600.0
AFTER = END + 9 * 86400


def look(journal: sqlite3.Connection, as_of: float = AFTER, week: Week = WEEK) -> dict[str, Any]:
    """The figures of the week, in UTC."""
    return review.read_week(journal, week, UTC, "mon", as_of)


def train(
    launched: Callable[..., str], judged: Callable[..., None], run_id: str, begin: float, end: float, state: str
) -> None:
    """A run from ``begin`` to ``end``."""
    launched(run_id, created=begin)
    judged(run_id, state, started=begin, ended=end, seconds=end - begin, now=end)


def numbers(figures: Any) -> list[float]:
    """Every number in the figures, however deep."""
    if isinstance(figures, dict):
        return [number for value in figures.values() for number in numbers(value)]
    if isinstance(figures, list):
        return [number for value in figures for number in numbers(value)]
    return [figures] if isinstance(figures, int | float) and not isinstance(figures, bool) else []


def test_empty(journal: sqlite3.Connection) -> None:
    """A week without anything has every part, all of it zero, none or empty, and JSON holds it as it is."""
    found = look(journal)
    assert (found["begin"], found["end"], found["until"], found["partial"]) == (BEGIN, END, END, False)
    assert (found["week"], found["zone"], found["start"], found["closed"]) == ("2026-W47", "+00:00", "mon", None)
    parts = {name: found[name] for name in review.PARTS}
    assert set(numbers(parts)) == {0}
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert list(found) == [*[name for name in found if name not in review.PARTS], *review.PARTS]


def test_partial(journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]) -> None:
    """Of a week that goes on what was until now counts, and a run that goes on counts until now."""
    launched("r1", created=BEGIN)
    judged("r1", "running", started=BEGIN, ended=None, now=BEGIN + 60)
    found = look(journal, BEGIN + 5 * HOUR)
    assert (found["partial"], found["until"]) == (True, BEGIN + 5 * HOUR)
    assert (found["runs"]["seconds"], found["runs"]["running"]) == (5 * HOUR, 1)
    assert look(journal, BEGIN - HOUR)["runs"]["at_work"] == 0
    assert look(journal, BEGIN - HOUR)["until"] == BEGIN


def test_split(journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]) -> None:
    """The hours of a run that spans weeks are split, to the second, and its loss is that of the week it crashed in."""
    train(launched, judged, "r1", BEGIN - 5 * HOUR, END + 2 * HOUR, "failed")
    weeks = [look(journal, week=WEEK.shift(n)) for n in (-1, 0, 1)]
    assert [one["runs"]["seconds"] for one in weeks] == [5 * HOUR, END - BEGIN, 2 * HOUR]
    assert [one["runs"]["spanning"] for one in weeks] == [1, 1, 1]
    assert [one["crashes"]["seconds"] for one in weeks] == [0, 0, END - BEGIN + 7 * HOUR]


def test_clocks_change(journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]) -> None:
    """A run over the whole of a week has 167 hours where the clocks went forward, 169 where they went back."""
    train(launched, judged, "r1", BEGIN - 400 * 86400, BEGIN, "finished")
    zone = ZoneInfo("Europe/Berlin")
    hours = [
        review.read_week(journal, week, zone, "mon", AFTER)["runs"]["seconds"] / HOUR
        for week in (Week(2026, 13), Week(2026, 43))
    ]
    assert hours == [167.0, 169.0]


def test_goals_and_plans(journal: sqlite3.Connection) -> None:
    """The goals of the week with what came of them by then, and what the runs planned for it would take."""
    with write(journal):
        first, _ = goals.set_goals(journal, WEEK, [("a", None, []), ("b", None, [])], BEGIN)
        goals.set_state(journal, first.id, "reached", BEGIN + HOUR)
        plans.add_run(journal, WEEK, "seeds", BEGIN, count=3, hours=2.0, gpus=2)
        plans.add_run(journal, WEEK, "sweep", BEGIN, count=4)
    found = look(journal)
    assert (found["goals"]["count"], found["goals"]["reached"], found["goals"]["open"]) == (2, 1, 1)
    assert [one["text"] for one in found["goals"]["list"]] == ["a", "b"]
    assert found["planned"] == {"runs": 7, "gpu_seconds": 12 * HOUR, "without": 4}
    assert look(journal, BEGIN + 60)["goals"]["reached"] == 0


def test_shown(journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]) -> None:
    """A closed week is shown as it was closed, with what differs since; an open one as it is."""
    train(launched, judged, "r1", BEGIN, BEGIN + HOUR, "finished")
    shown, differing = review.read_shown(journal, WEEK, UTC, "mon", AFTER)
    assert (shown["runs"]["finished"], differing) == (1, [])
    with write(journal):
        closing.begin(journal, WEEK, UTC, "mon", END)
        closing.close(journal, WEEK, look(journal, END + 60), END + 60)
    train(launched, judged, "r2", BEGIN + HOUR, BEGIN + 2 * HOUR, "failed")
    shown, differing = review.read_shown(journal, WEEK, UTC, "mon", AFTER)
    assert (shown["closed"], shown["crashes"]["count"]) == (END + 60, 0)
    assert {"name": "crashes.count", "was": 0, "now": 1} in differing
    assert {"name": "runs.seconds", "was": HOUR, "now": 2 * HOUR} in differing


class TestTrends:
    """Twelve weeks in a row."""

    def test_rows(self, journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]) -> None:
        """There is a row a week, the oldest first, over the turn of a year, and each says what its week comes to."""
        week = Week(2021, 2)
        begin, end = week.shift(-2).bounds(UTC)
        train(launched, judged, "r1", begin - HOUR, end + HOUR, "killed")
        with write(journal):
            one = sessions.begin(journal, "task", end + HOUR, planned=1800.0)
            sessions.end(journal, one, end + HOUR + 900.0)
        rows = read_trends(journal, week, UTC, "mon", AFTER)
        assert [row["week"] for row in rows][-4:] == ["2020-W52", "2020-W53", "2021-W01", "2021-W02"]
        assert len(rows) == 12
        for row in rows:
            whole = review.read_week(journal, parse_week(row["week"]), UTC, "mon", AFTER)
            assert row["run_seconds"] == whole["runs"]["seconds"]
            assert row["crash_seconds"] == whole["crashes"]["seconds"]
            assert row["session_seconds"] == whole["sessions"]["seconds"]
            assert row["used_seconds"] == whole["waiting"]["used_seconds"]
        assert [row["run_seconds"] for row in rows][-4:] == [HOUR, end - begin, HOUR, 0]
        assert rows[-2]["session_seconds"] == 900.0

    def test_closed(
        self, journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]
    ) -> None:
        """A week closed when it was over stays as it was closed; one closed on its Friday counts its weekend too."""
        friday = datetime(2026, 11, 20, 16, tzinfo=UTC).timestamp()
        earlier = WEEK.shift(-1)
        with write(journal):
            for week, now in ((earlier, friday), (WEEK, friday)):
                closing.begin(journal, week, UTC, "mon", now)
                closing.close(journal, week, look(journal, now, week), now)
        train(launched, judged, "late", friday + HOUR, friday + 3 * HOUR, "finished")
        train(launched, judged, "found", earlier.bounds(UTC)[0], earlier.bounds(UTC)[0] + HOUR, "finished")
        rows = read_trends(journal, WEEK, UTC, "mon", AFTER, weeks=2)
        assert [(row["week"], row["run_seconds"], row["closed"]) for row in rows] == [
            ("2026-W46", 0, friday),
            ("2026-W47", 2 * HOUR, friday),
        ]
