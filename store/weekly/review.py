"""What a week comes to, looked back on by itself: every figure of it in one dict that JSON can hold.

Lengths are in seconds, moments in epoch seconds; None where something is not known. The parts are reckoned by the
modules beside this one, which say what each figure is.
"""

import sqlite3
from datetime import tzinfo
from typing import Any

from store.glossary import Glossary
from store.sessions import list_sessions
from store.weekly import best, closing, crashes, drift, eta, goals, gpu, papers, plans, pushes, tasks, waiting, watched
from store.weekly import runs as weekly_runs
from store.weekly import sessions as weekly_sessions
from store.weekly import work as weekly_work
from store.weekly.calendar import Week, read_zone, spell_zone
from store.weekly.desk import GAP_SECONDS, read_marks

PARTS = (
    "runs", "gpu", "crashes", "best", "eta", "drift", "waiting", "sessions", "tasks", "work", "entries", "papers",
    "pushes", "watched", "goals", "planned",
)  # fmt: skip


def read_week(
    connection: sqlite3.Connection,
    week: Week,
    zone: tzinfo | None,
    start: str,
    as_of: float,
    meanings: Glossary | None = None,
) -> dict[str, Any]:
    """The figures of a week that begins on ``start`` in ``zone``, as they are at ``as_of`` (epoch seconds).

    Nothing counts that came later; ``partial`` is whether the week goes on. What was frozen when the week was closed is
    not looked at: see :func:`read_shown`. ``meanings`` may hold the user's own metrics.
    """
    begin, end = week.bounds(zone, start)
    until = max(begin, min(end, as_of))
    review = closing.read(connection, week)
    parts = {
        **_read_machine(connection, begin, until, end, as_of, meanings),
        **_read_own(connection, begin, until, as_of),
        "goals": goals.reckon_goals(goals.goals_of(connection, week), until),
        "planned": plans.reckon_planned(plans.planned_runs(connection, week)),
    }
    return {
        "week": str(week),
        "begin": begin,
        "end": end,
        "until": until,
        "zone": spell_zone(zone),
        "start": start,
        "partial": until < end,
        "closed": review.closed if review else None,
        **{name: parts[name] for name in PARTS},
    }


def read_shown(
    connection: sqlite3.Connection,
    week: Week,
    zone: tzinfo | None,
    start: str,
    as_of: float,
    meanings: Glossary | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The figures to show of a week, and how they differ now: of one that was closed those of then, and what
    ``closing.differences`` finds where and as the week began that was closed; of another as they are, and nothing."""
    review = closing.read(connection, week)
    if review is None or review.figures is None:
        return read_week(connection, week, zone, start, as_of, meanings), []
    now = read_week(connection, week, read_zone(review.figures["zone"]), review.figures["start"], as_of, meanings)
    return review.figures, closing.differences(review.figures, now)


def _read_machine(
    connection: sqlite3.Connection, begin: float, until: float, end: float, as_of: float, meanings: Glossary | None
) -> dict[str, Any]:
    """What ran, and what was waited for meanwhile; which runs were at work is looked up once."""
    facts = weekly_runs.read_facts(connection, begin, until)
    times = weekly_runs.times_of(facts, begin, until)
    return {
        "runs": weekly_runs.reckon_runs(facts, begin, until, end),
        "gpu": gpu.reckon_gpu(gpu.read_holdings(connection, begin, until), times),
        "crashes": crashes.read_crashes(connection, begin, until, as_of),
        "best": best.read_best(connection, begin, until, meanings),
        "eta": eta.read_eta(connection, begin, until),
        "drift": drift.read_drift(connection, begin, until, times),
        "waiting": waiting.reckon_waiting(
            read_marks(connection, begin, until),
            list_sessions(connection, begin - GAP_SECONDS, until),
            [span for spans in times.values() for span in spans],
            begin,
            until,
            as_of,
        ),
        "watched": watched.read_watched(connection, begin, until),
    }


def _read_own(connection: sqlite3.Connection, begin: float, until: float, as_of: float) -> dict[str, Any]:
    """What the researcher did."""
    return {
        "sessions": weekly_sessions.read_sessions(connection, begin, until, as_of),
        "tasks": tasks.read_tasks(connection, begin, until, as_of),
        "work": weekly_work.read_work(connection, begin, until, as_of),
        "entries": weekly_work.read_entries(connection, begin, until, as_of),
        "papers": papers.read_papers(connection, begin, until, as_of),
        "pushes": pushes.read_pushes(connection, begin, until, as_of),
    }
