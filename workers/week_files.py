"""The weeks as Markdown: what was written of them, their goals and plans, and the figures of those that were closed."""

import sqlite3
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path

from store.settings import Settings
from store.weekly import closing, goals, notes, plans
from store.weekly.calendar import Week
from store.weekly.documents import written_weeks
from workers.export_files import front_matter, table, when, write

_TITLES = {"worked": "What worked", "did_not": "What did not"}


def write_weeks(connection: sqlite3.Connection, settings: Settings, folder: Path, zone: tzinfo | None) -> Iterator[str]:
    """A file below ``folder`` for each week of which something was written; their names. OSError where one cannot be
    written."""
    for week in written_weeks(connection):
        yield write(folder, f"weeks/{week}.md", settings.redact(_week_text(connection, week, zone)))


def _week_text(connection: sqlite3.Connection, week: Week, zone: tzinfo | None) -> str:
    review = closing.read(connection, week)
    head = {
        "week": str(week),
        "begins_on": review.start if review else None,
        "zone": review.zone if review else None,
        "begun": when(review.begun, zone) if review else None,
        "closed": when(review.closed, zone) if review else None,
        "figures": review.figures if review else None,
    }
    texts = review.texts if review else {}
    parts = [
        ("Goals", _goal_lines(connection, week)),
        ("Planned runs", _planned_table(connection, week)),
        *((_TITLES.get(name, name), text) for name, text in texts.items()),
        *((f"Note of {when(one.written, zone)}", one.text) for one in notes.notes_of(connection, week)),
    ]
    body = "\n".join(f"## {title}\n\n{text}\n" for title, text in parts if text)
    return f"{front_matter(head)}\n{body}"


def _goal_lines(connection: sqlite3.Connection, week: Week) -> str:
    """A line a goal: what came of it, its project, what it is about."""
    lines = []
    for goal in goals.goals_of(connection, week):
        about = [goal.project or "", *(f"{kind}:{ref}" for kind, ref in goal.links)]
        shown = ", ".join(part for part in about if part)
        lines.append(f"- {goal.state}: {goal.text}" + (f" ({shown})" if shown else ""))
    return "\n".join(lines)


def _planned_table(connection: sqlite3.Connection, week: Week) -> str:
    planned = plans.planned_runs(connection, week)
    rows = [
        (
            one.text,
            one.project or "",
            str(one.count),
            "" if one.hours is None else f"{one.hours:g}",
            "" if one.gpus is None else str(one.gpus),
        )
        for one in planned
    ]
    return table(("runs", "project", "count", "hours", "gpus"), rows) if rows else ""
