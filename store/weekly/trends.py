"""A row of figures for each of the last weeks, cheap enough to be read with the page."""

import sqlite3
from datetime import tzinfo
from typing import Any

from store.sessions import list_sessions
from store.weekly import closing, papers
from store.weekly.calendar import Week
from store.weekly.crashes import read_losses, reckon_crashes
from store.weekly.desk import GAP_SECONDS, read_marks
from store.weekly.gpu import read_held
from store.weekly.runs import read_times
from store.weekly.sessions import reckon_sessions
from store.weekly.spans import length
from store.weekly.tasks import read_changes, reckon_tasks
from store.weekly.waiting import reckon_waiting

WEEKS = 12


def read_trends(
    connection: sqlite3.Connection, week: Week, zone: tzinfo | None, start: str, as_of: float, weeks: int = WEEKS
) -> list[dict[str, Any]]:
    """A row for each of so many weeks up to ``week``, the oldest first; ``as_of`` is when one looks (epoch seconds).

    Of a week that was closed when it was over the figures are those of then. One that was closed before it was over is
    reckoned anew, since a trend compares whole weeks. Lengths are in seconds.
    """
    return [_read_row(connection, week.shift(-ago), zone, start, as_of) for ago in range(weeks - 1, -1, -1)]


def _read_row(
    connection: sqlite3.Connection, week: Week, zone: tzinfo | None, start: str, as_of: float
) -> dict[str, Any]:
    begin, end = week.bounds(zone, start)
    until = max(begin, min(end, as_of))
    review = closing.read(connection, week)
    head = {"week": str(week), "begin": begin, "closed": review.closed if review else None, "partial": until < end}
    if review is not None and review.figures is not None and not review.figures["partial"]:
        return {**head, **_row_from(review.figures)}
    return {**head, **_reckon_row(connection, begin, until, as_of)}


def _row_from(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "gpu_seconds": figures["gpu"]["seconds"],
        "run_seconds": figures["runs"]["seconds"],
        "crashes": figures["crashes"]["count"],
        "crash_seconds": figures["crashes"]["seconds"],
        "session_seconds": figures["sessions"]["seconds"],
        "used_seconds": figures["waiting"]["used_seconds"],
        "papers_kept": figures["papers"]["kept"],
        "papers_read": figures["papers"]["read"],
        "tasks_done": figures["tasks"]["done"],
    }


def _reckon_row(connection: sqlite3.Connection, begin: float, until: float, as_of: float) -> dict[str, Any]:
    times = read_times(connection, begin, until)
    sessions = list_sessions(connection, begin - GAP_SECONDS, until)
    training = [span for spans in times.values() for span in spans]
    marks = read_marks(connection, begin, until)
    return _row_from(
        {
            "gpu": {"seconds": read_held(connection, begin, until)},
            "runs": {"seconds": sum(length(spans) for spans in times.values())},
            "crashes": reckon_crashes(read_losses(connection, begin, until), begin, until),
            "sessions": reckon_sessions(sessions, begin, until, as_of),
            "waiting": reckon_waiting(marks, sessions, training, begin, until, as_of),
            "papers": papers.read_papers(connection, begin, until, as_of),
            "tasks": reckon_tasks(read_changes(connection, begin, until), (), begin, until),
        }
    )
