"""What `machiai review` writes to be taken along: a week, or what was read in a month or for a project."""

import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path

import click

from store import glossary
from store.errors import ReviewError
from store.projects import find_project
from store.settings import Settings
from store.weekly import reading, reading_report, report
from store.weekly.calendar import Week
from store.weekly.months import month_of, parse_month
from store.weekly.pictures import Album
from store.weekly.preferences import read_weeks
from store.weekly.reading import PaperReading, ReadingReview
from store.weekly.terms import hours
from store.words import LANGUAGES, Words
from workers.commands import say
from workers.commands.output import put_out

_ENDINGS = {"md": "md", "markdown": "md", "html": "html", "htm": "html"}


def form_of(out: Path) -> str:
    """The form that the name of a file asks for; ReviewError for one that is of none."""
    form = _ENDINGS.get(out.suffix.lower().lstrip("."))
    if form is None:
        raise ReviewError("cannot tell how to write {file}; let its name end in .md or .html", file=out.name)
    return form


def words_for(settings: Settings, language: str | None, zone: tzinfo | None) -> Words:
    """The language that is asked for, else that of the settings, else English."""
    return Words(language or (settings.language if settings.language in LANGUAGES else "en"), zone)


def write_week(
    connection: sqlite3.Connection, settings: Settings, week: Week, out: Path, say_it: Words, start: str | None = None
) -> None:
    """A week as Markdown or as a page, by the name of the file; where ``say_it`` is, beginning as is preferred."""
    form, now = form_of(out), time.time()
    start = start or read_weeks(connection).week_start
    facts = report.read_facts(connection, week, say_it.zone, start, now, glossary.load(settings.home))
    put_out(settings.redact(report.render(report.tell_report(facts, say_it), form)), out)
    say(f"{week} is in {out}")


def read_reading(
    connection: sqlite3.Connection, month: str | None, project: str | None, zone: tzinfo | None
) -> ReadingReview:
    """The reading of a month (2026-11, this one for None) or for a project, by its name, folder or id."""
    now = time.time()
    if project is not None:
        return reading.read_project(connection, find_project(connection, project), zone, now)
    return reading.read_month(connection, parse_month(month) if month else month_of(now, zone), zone, now)


def show_reading(
    review: ReadingReview, settings: Settings, say_it: Words, *, out: Path | None, as_json: bool, notes: bool
) -> None:
    """The reading as a file, for scripts, or in the terminal."""
    if as_json:
        click.echo(settings.redact(json.dumps(reading.as_json(review), ensure_ascii=False, indent=1)))
    if out is not None:
        form = form_of(out)
        told = reading_report.tell_reading(review, Album(settings, say_it), say_it, time.time(), notes=notes)
        put_out(settings.redact(report.render(told, form)), out)
        say(f"{reading_report.title_of(review, Words())} is in {out}")
    elif not as_json:
        for line in spell_reading(review, Words("en", say_it.zone)):
            click.echo(settings.redact(line))


def spell_reading(review: ReadingReview, say_it: Words) -> Iterator[str]:
    """The reading in lines for a terminal."""
    period = reading_report.period(review, say_it)
    yield click.style(f"{reading_report.title_of(review, say_it)}  ", bold=True) + period
    nothing = reading_report.emptiness(review, say_it)
    if nothing:
        yield nothing
        return
    yield " · ".join(f"{one.label} {one.value}" for one in reading_report.tell_tiles(review, say_it).tiles)
    passes = reading_report.tell_passes(review, say_it)
    if passes is not None:
        yield " · ".join(f"{name}: {times} × {each}" for name, times, _, each in passes.rows)
    groups = (
        ("Read", review.read),
        ("In reading", review.reading),
        (reading_report.ahead_title(review, say_it), review.ahead),
    )
    for title, found in groups:
        if found:
            yield from ["", click.style(title, bold=True)]
        for one in found:
            yield from _spell_paper(one)


def _spell_paper(one: PaperReading) -> Iterator[str]:
    spent = f"  [{hours(one.seconds, Words())}]" if one.seconds >= 60 else ""
    yield f"  {one.paper.ref:<12}  {one.paper.title}{spent}"
    yield from (f"      {line}" for line in one.paper.lesson.splitlines() if line.strip())
