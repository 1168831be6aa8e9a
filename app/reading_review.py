"""What the part *Reading* of the page *Review* reads: a month's reading, or a project's; and a week or it as a file."""

import re
import time
from datetime import datetime, tzinfo

from app import reads
from store import glossary
from store.database import snapshot
from store.errors import ReviewError
from store.projects import Project, list_projects
from store.settings import Settings
from store.weekly import extent, preferences, report
from store.weekly.calendar import Week
from store.weekly.months import Month, month_of
from store.weekly.pictures import Album
from store.weekly.reading import ReadingReview, read_month, read_project
from store.weekly.reading_report import tell_reading
from store.words import Words

FORMS = {"html": "HTML", "md": "Markdown"}
MOST_MONTHS = 240


def read_months(settings: Settings, zone: tzinfo | None) -> list[Month]:
    """The months that anything is known of, the newest first; this one is always there."""
    now = time.time()
    with reads.open_journal(settings) as connection:
        first = extent.first_moment(connection)
    found = [month_of(now, zone)]
    oldest = min(found[0], month_of(first, zone)) if first is not None else found[0]
    while found[-1] > oldest and len(found) < MOST_MONTHS:
        found.append(found[-1].shift(-1))
    return found


def read_projects(settings: Settings) -> list[Project]:
    """The projects that are not archived, by name."""
    with reads.open_journal(settings) as connection:
        return reads.without_token(settings, list_projects(connection, archived=False))


def read(settings: Settings, of: Month | int, zone: tzinfo | None) -> ReadingReview:
    """The reading of a month, or for the project of that id. ReviewError where there is no such project."""
    return reads.without_token(settings, _read(settings, of, zone, time.time()))


def write_out(settings: Settings, of: Month | int, form: str, say: Words, *, notes: bool) -> bytes:
    """The same as a file of one of ``FORMS``, with its pictures; the texts of notes with ``notes``."""
    now = time.time()
    review = _read(settings, of, say.zone, now)
    told = tell_reading(review, Album(settings, say), say, now, notes=notes)
    return settings.redact(report.render(told, form)).encode("utf-8", "replace")


def write_week(settings: Settings, week: Week, form: str, say: Words) -> bytes:
    """A week as a file of one of ``FORMS``."""
    with reads.open_journal(settings) as connection, snapshot(connection):
        start = preferences.read_weeks(connection).week_start
        meanings = glossary.load(settings.home)
        facts = report.read_facts(connection, week, say.zone, start, time.time(), meanings)
    return settings.redact(report.render(report.tell_report(facts, say), form)).encode("utf-8", "replace")


def name_file(review: ReadingReview, form: str) -> str:
    """``reading-2026-11.html``, ``reading-nerf.md``"""
    name = re.sub(r"[^\w.-]+", "-", review.name).strip("-.")[:60]
    return f"reading-{name or 'project'}.{form}"


def day_of(label: str) -> str:
    """What a chart says of a day or a month: ``17`` of 2026-11-17, ``2026-11`` as it is."""
    return str(datetime.fromisoformat(label).day) if len(label) > len("2026-11") else label


def _read(settings: Settings, of: Month | int, zone: tzinfo | None, now: float) -> ReadingReview:
    with reads.open_journal(settings) as connection, snapshot(connection):
        if isinstance(of, Month):
            return read_month(connection, of, zone, now)
        project = next((one for one in list_projects(connection) if one.id == of), None)
        if project is None:
            raise ReviewError("there is no project {id} any more; load the page again", id=of)
        return read_project(connection, project, zone, now)
