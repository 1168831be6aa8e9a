"""A week as a report to be taken along: what it came to, what was written of it, its goals, and the weeks before it."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from store.glossary import Glossary
from store.weekly import closing, extent, goals, notes, plans, review, trends, words
from store.weekly.calendar import Week, read_zone
from store.weekly.closing import WeekReview
from store.weekly.conclusions import with_conclusion
from store.weekly.goals import Goal
from store.weekly.html_page import to_html
from store.weekly.markdown import to_markdown
from store.weekly.notes import WeekNote
from store.weekly.parts import (
    Chart,
    Charts,
    Items,
    Lines,
    Part,
    Prose,
    Quiet,
    Report,
    Said,
    Section,
    Table,
    Tile,
    Tiles,
)
from store.weekly.plans import PlannedRun
from store.weekly.terms import Figures
from store.words import Words, mark

FORMS: Mapping[str, Callable[[Report], str]] = {"md": to_markdown, "html": to_html}
"""What a report can be written as, by the ending of its file."""
MEDIA = {"md": "text/markdown", "html": "text/html"}
ANSWERS = {
    "worked": mark("What worked"),
    "did_not": mark("What did not"),
}
"""What is asked when a week is closed, by the names of the answers; others are of the form alone."""
_TILES = (
    "gpu.seconds", "gpu.idle_seconds", "crashes.seconds", "sessions.seconds", "tasks.done", "work.commits",
    "papers.read", "pushes.sent",
)  # fmt: skip
_SIGNS = {"open": "○", "reached": "✔", "missed": "✖", "dropped": "–"}


@dataclass(frozen=True)
class WeekFacts:
    """What a report of a week is made from. ``figures`` are those it was closed with, once it was; ``changed`` how they
    differ by now ({name, was, now}); ``coming`` and ``planned`` are the goals and runs of the week after it, ``showed``
    runs by name and what they showed, ``since`` the first moment that anything is known of."""

    week: Week
    as_of: float
    figures: Figures
    changed: Sequence[Mapping[str, Any]]
    review: WeekReview | None
    notes: Sequence[WeekNote]
    goals: Sequence[Goal]
    coming: Sequence[Goal]
    planned: Sequence[PlannedRun]
    showed: Sequence[tuple[str, str]]
    trends: Sequence[Mapping[str, Any]]
    since: float | None = None


def read_facts(
    connection: sqlite3.Connection,
    week: Week,
    zone: tzinfo | None,
    start: str,
    as_of: float,
    meanings: Glossary | None = None,
) -> WeekFacts:
    """All that is told of a week that begins on ``start`` in ``zone``; one that was closed, of where it was closed."""
    known = closing.read(connection, week)
    if known is not None and known.closed is not None:
        zone, start = read_zone(known.zone), known.start
    figures, changed = review.read_shown(connection, week, zone, start, as_of, meanings)
    after = week.shift(1)
    return WeekFacts(
        week,
        as_of,
        figures,
        changed,
        known,
        notes.notes_of(connection, week),
        goals.goals_of(connection, week),
        goals.goals_of(connection, after),
        plans.planned_runs(connection, after),
        [(run.name, run.conclusion or "") for run in with_conclusion(connection, figures["begin"], figures["until"])],
        trends.read_trends(connection, week, zone, start, as_of),
        extent.first_moment(connection),
    )


def tell_report(facts: WeekFacts, say: Words) -> Report:
    """The report in a language; times are those of its zone."""
    figures = facts.figures
    sections = [
        Section("", _overview(facts, say)),
        Section(say.count("The last {n} week", "The last {n} weeks", len(facts.trends)), _trends(facts, say)),
        Section(say.say("Goals of this week"), (Lines(tuple(tell_goal(one, say) for one in facts.goals)),)),
        Section(say.say("Looked back"), _answers(facts, say)),
        Section(say.say("Next week"), _next(facts, say)),
        Section(say.say("What runs showed"), (Items(tuple(facts.showed)),)),
        *(_section(part) for part in words.tell_week(figures, say) if not part.calm),
        Section(say.say("Otherwise"), _calm(figures, say), beside=True),
        Section(say.say("Since it was closed"), _since(facts, say)),
    ]
    days = words.days(figures)
    zone = figures.get("zone") or ""
    return Report(
        words.heading(figures, say),
        say.language,
        (f"{days} · {zone}" if zone else days, words.headline(figures, say)),
        tuple(one for one in sections if any(_says(part) for part in one.parts)),
        say.say("Written by Machiai, {time}", time=say.date(facts.as_of)[:16]),
    )


def render(report: Report, form: str) -> str:
    """A report in one of ``FORMS``, to be kept as UTF-8."""
    return FORMS[form](report)


def tell_goal(goal: Goal, say: Words) -> str:
    """``✔ the ablation is done (nerf): reached``"""
    text = say.say("{text} ({project})", text=goal.text, project=goal.project) if goal.project else goal.text
    state = say.say(words.GOAL_STATES[goal.state])
    return f"{_SIGNS[goal.state]} {text}: {state}"


def _overview(facts: WeekFacts, say: Words) -> tuple[Part, ...]:
    remarks = tuple(Quiet(text) for text in words.remarks(facts.figures, say, facts.since))
    if words.is_empty(facts.figures):
        return remarks
    tiles = []
    for path in _TILES:
        name = say.say(words.NAMES[path][0])
        tiles.append(Tile(name[:1].upper() + name[1:], words.value_of(facts.figures, path, say)))
    return (*remarks, Tiles(tuple(tiles)))


def _section(part: words.Part) -> Section:
    named = Items(tuple((item.name, item.text) for item in part.items))
    return Section(part.title, (Said(tuple(part.sentences)), named), beside=True)


def _calm(figures: Figures, say: Words) -> tuple[Part, ...]:
    """What did not happen, in one place; not in a week of which nothing is known, which says so itself."""
    if words.is_empty(figures):
        return ()
    quiet = [sentence for part in words.tell_week(figures, say) if part.calm for sentence in part.sentences]
    return (Lines(tuple(quiet)),)


def _answers(facts: WeekFacts, say: Words) -> tuple[Part, ...]:
    written = facts.review.answers if facts.review is not None else {}
    return tuple(
        Prose(written[name], say.say(heading)) for name, heading in ANSWERS.items() if written.get(name, "").strip()
    )


def _next(facts: WeekFacts, say: Words) -> tuple[Part, ...]:
    parts: list[Part] = [Lines(tuple(tell_goal(one, say) for one in facts.coming))]
    if facts.planned:
        rows = []
        for one in facts.planned:
            amount = "–" if one.gpu_hours is None else f"{one.gpu_hours:,.1f}".removesuffix(".0")
            rows.append((one.text, one.project or "", f"{one.count:,}", amount))
        head = (say.say("Planned runs"), say.say("Project"), say.say("times"), say.say("GPU-hours"))
        parts.append(Table(head, tuple(rows), frozenset((2, 3))))
    return tuple(parts)


def _since(facts: WeekFacts, say: Words) -> tuple[Part, ...]:
    changed = [words.tell_difference(one["name"], one["was"], one["now"], say) for one in facts.changed]
    noted = (Prose(one.text, say.date(one.written)[:10]) for one in facts.notes)
    return (Lines(tuple(changed)), *noted)


def _trends(facts: WeekFacts, say: Words) -> tuple[Part, ...]:
    rows = facts.trends
    if not rows:
        return ()
    labels = tuple(str(row["week"]) for row in rows)
    place = labels.index(str(facts.week)) if str(facts.week) in labels else None
    shown: tuple[tuple[str, str, Callable[[float], str]], ...] = (
        (say.say("GPU-hours"), "gpu_seconds", lambda value: f"{value / 3600:,.1f}"),
        (say.say("Lost to crashes"), "crash_seconds", lambda value: words.hours(value, say)),
        (say.say("Time of sessions"), "session_seconds", lambda value: words.hours(value, say)),
        (say.say("Papers read"), "papers_read", lambda value: f"{value:,.0f}"),
    )
    charts = []
    for title, name, written in shown:
        values = tuple(None if row.get(name) is None else float(row[name]) for row in rows)
        said = tuple("–" if value is None else written(value) for value in values)
        charts.append(Chart(title, labels, values, said, place))
    return (Charts(tuple(charts), say.say("Week")),) if any(any(chart.values) for chart in charts) else ()


def _says(part: Part) -> bool:
    """Whether there is anything in a part."""
    if isinstance(part, Items):
        return bool(part.items)
    return bool(part.texts) if isinstance(part, Lines | Said) else True
