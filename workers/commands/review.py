"""`machiai review`: what a week comes to, or what was read; in the terminal, for scripts, and as a report."""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click

from store import glossary
from store.database import open_journal, snapshot
from store.settings import Settings, load
from store.weekly import closing, extent, notes, words
from store.weekly.calendar import Week, parse_week, read_zone, week_of
from store.weekly.closing import WeekReview
from store.weekly.conclusions import with_conclusion
from store.weekly.preferences import read_weeks
from store.weekly.review import read_shown
from store.words import LANGUAGES, Words
from workers.commands import review_out
from workers.freshness import freshen

_QUESTIONS = {"worked": "What worked", "did_not": "What did not"}


@click.command()
@click.option("--week", "name", metavar="WEEK", help="As 2026-W47; this week where none is given.")
@click.option("--reading", is_flag=True, help="Instead of a week, what was read this month.")
@click.option("--month", metavar="MONTH", help="What was read in that month, as 2026-11.")
@click.option("--project", metavar="NAME", help="What was read for that project.")
@click.option("--notes", "with_notes", is_flag=True, help="With --reading and --out: your notes on the papers too.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.md|FILE.html", help="Into a file."
)
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the file; the dashboard's where none is given.")
@click.option("--zone", "zone_name", metavar="ZONE", help="As Asia/Tokyo; this machine's where none is given.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: every figure by its name.")
def review(
    name: str | None,
    reading: bool,
    month: str | None,
    project: str | None,
    with_notes: bool,
    out: Path | None,
    language: str | None,
    zone_name: str | None,
    as_json: bool,
) -> None:
    """Look back on a week: what ran, what was lost, what was done while it trained; or on what was read.

    A week that was closed is shown with the figures of when it was closed, and how they differ now. A file that ends in
    .html is one page by itself, with its charts and pictures in it.
    """
    reading = reading or month is not None or project is not None
    if reading and name:
        raise click.UsageError("--week is of a week; --reading, --month and --project are of papers")
    if month is not None and project is not None:
        raise click.UsageError("give either --month or --project")
    if with_notes and not (reading and out):
        raise click.UsageError("--notes goes with --reading and --out")
    settings = load()
    zone = read_zone(zone_name or "")
    wanted = parse_week(name) if name else None
    if out is not None:
        review_out.form_of(out)
    with contextlib.closing(open_journal(settings.journal)) as connection:
        freshen(connection, settings)
        with snapshot(connection):
            if reading:
                said = review_out.words_for(settings, language, zone)
                found = review_out.read_reading(connection, month, project, zone)
                review_out.show_reading(found, settings, said, out=out, as_json=as_json, notes=with_notes)
                return
            look = look_back(connection, settings, wanted, zone, named=bool(zone_name))
            if out is not None:
                said = review_out.words_for(settings, language, look.zone)
                review_out.write_week(connection, settings, look.week, out, said, look.figures["start"])
    if as_json:
        click.echo(json.dumps(_redacted(as_row(look), settings), ensure_ascii=False, indent=1))
    elif out is None:
        for line in spell(look):
            click.echo(settings.redact(line))


@dataclass(frozen=True)
class Look:
    """A week as it is shown: its figures, how they differ by now, and what was written of it. ``showed`` are runs and
    what they showed, ``since`` is the first moment that anything is known of (epoch seconds)."""

    week: Week
    zone: tzinfo | None
    figures: dict[str, Any]
    differences: list[dict[str, Any]]
    review: WeekReview | None
    notes: list[notes.WeekNote]
    showed: list[tuple[str, str, str]]
    since: float | None


def look_back(
    connection: sqlite3.Connection, settings: Settings, week: Week | None, zone: tzinfo | None, *, named: bool
) -> Look:
    """A week, the present one for None. One that is reviewed is that of the zone and the first day that it was begun
    with, unless a zone was ``named``."""
    now, start = time.time(), read_weeks(connection).week_start
    week = week or week_of(now, zone, start)
    begun = closing.read(connection, week)
    if begun is not None:
        start = begun.start
        zone = zone if named else read_zone(begun.zone)
    figures, differences = read_shown(connection, week, zone, start, now, glossary.load(settings.home))
    runs = with_conclusion(connection, figures["begin"], figures["until"])
    showed = [(run.id, run.name, run.conclusion or "") for run in runs]
    if figures["closed"] is not None:
        zone = read_zone(figures["zone"])
    written, since = notes.notes_of(connection, week), extent.first_moment(connection)
    return Look(week, zone, figures, differences, begun, written, showed, since)


def as_row(look: Look) -> dict[str, Any]:
    """The figures for scripts, and what was written: ``differences`` since it was closed, ``answers`` by name,
    ``notes`` with when they were written, ``conclusions`` of runs."""
    return {
        **look.figures,
        "differences": look.differences,
        "answers": look.review.texts if look.review else {},
        "notes": [{"written": one.written, "text": one.text} for one in look.notes],
        "conclusions": [{"run": run, "name": name, "text": text} for run, name, text in look.showed],
    }


def spell(look: Look) -> Iterator[str]:
    """The week in lines for a terminal."""
    say, figures = Words("en", look.zone), look.figures
    yield click.style(f"{words.heading(figures, say)}  ", bold=True) + words.days(figures)
    yield from words.remarks(figures, say, look.since)
    if not words.is_empty(figures):
        yield words.headline(figures, say)
        yield from _spell_parts(words.tell_week(figures, say))
    yield from _spell_aims(figures)
    yield from _spell_written(look, say)
    if look.differences:
        yield from ["", click.style("Since it was closed", bold=True)]
        yield from (f"  {words.tell_difference(one['name'], one['was'], one['now'], say)}" for one in look.differences)


def _spell_parts(parts: Sequence[words.Part]) -> Iterator[str]:
    """What the figures say; what did not happen in a line of its own, after the rest."""
    for part in parts:
        if not part.calm:
            yield from ["", click.style(part.title, bold=True)]
            yield from (f"  {sentence}" for sentence in part.sentences)
            yield from (f"  - {item.name}" + (f": {item.text}" if item.text else "") for item in part.items)
    calm = [f"  {' '.join(part.sentences)}" for part in parts if part.calm]
    yield from ["", click.style("Otherwise", bold=True), *calm] if calm else []


def _spell_aims(figures: dict[str, Any]) -> Iterator[str]:
    """The goals that the week had, and the runs that were planned for it."""
    found = figures.get("goals") or {}
    if found.get("list"):
        yield from ["", click.style("Goals of this week", bold=True)]
    for one in found.get("list") or []:
        yield f"  {one['state']:<8} {one['text']}" + (f"  [{one['project']}]" if one["project"] else "")
    planned = figures.get("planned") or {}
    if planned.get("runs"):
        more = f"; {planned['without']} of them without an estimate" if planned["without"] else ""
        runs = "1 run was" if planned["runs"] == 1 else f"{planned['runs']:,} runs were"
        yield f"  {runs} planned, {planned['gpu_seconds'] / 3600:,.1f} GPU-hours{more}"


def _spell_written(look: Look, say: Words) -> Iterator[str]:
    """What people wrote of it."""
    if look.showed:
        yield from ["", click.style("What runs showed", bold=True)]
        yield from (f"  - {name}: {text}" for _, name, text in look.showed)
    texts = look.review.texts if look.review else {}
    for name, title in _QUESTIONS.items():
        if name in texts:
            yield from ["", click.style(title, bold=True)]
            yield from (f"  {line}" for line in texts[name].splitlines())
    if look.notes:
        yield from ["", click.style("Notes", bold=True)]
        yield from (f"  {say.date(one.written)[:16]}  {' '.join(one.text.split())}" for one in look.notes)


def _redacted(value: Any, settings: Settings) -> Any:
    """The same with every text as it may be shown."""
    if isinstance(value, dict):
        return {name: _redacted(one, settings) for name, one in value.items()}
    if isinstance(value, list):
        return [_redacted(one, settings) for one in value]
    return settings.redact(value) if isinstance(value, str) else value
