"""The reviews of one's own commits as Markdown: which hunks were looked at, and what was noted of them."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path

from store import reviews
from store.commits import Commit
from store.settings import Settings
from workers.export_files import front_matter, slug, when, write


def write_reviews(
    connection: sqlite3.Connection, settings: Settings, folder: Path, zone: tzinfo | None
) -> Iterator[str]:
    """A file below ``folder`` for each commit that was reviewed, or of which something was noted; their names. OSError
    where one cannot be written."""
    names: set[str] = set()
    for commit in reviews.reviewed_commits(connection):
        day = f"{datetime.fromtimestamp(commit.time, zone):%Y-%m-%d}"
        place = slug(Path(commit.repository).name)  # a clone has its own marks on the same commit
        name = "-".join(filter(None, (day, commit.sha[:12], place)))
        while name in names:
            name += "-2"
        names.add(name)
        yield write(folder, f"reviews/{name}.md", settings.redact(_review_text(connection, commit, zone)))


def _review_text(connection: sqlite3.Connection, commit: Commit, zone: tzinfo | None) -> str:
    marks = reviews.marks_of(connection, commit.repository, commit.sha)
    patch = reviews.read_patch(connection, commit.repository, commit.sha)
    places = {hunk.key: f"{hunk.file} {hunk.header}".strip() for hunk in patch.hunks} if patch else {}
    head = {
        "commit": commit.sha,
        "repository": commit.repository,
        "project": commit.project,
        "title": commit.subject,
        "author": commit.author,
        "written": when(commit.time, zone),
        "reviewed": when(commit.reviewed, zone),
        "gone": when(commit.gone, zone),
        "hunks": len(patch.hunks) if patch else None,
        "looked_at": sum(mark.ticked for mark in marks.values()) or None,
    }
    order = {key: number for number, key in enumerate(places)}
    parts = []
    for mark in sorted(marks.values(), key=lambda one: (order.get(one.hunk, len(order)), one.changed, one.hunk)):
        task = f"task:{mark.task_id}" if mark.task_id else ""
        notes = "\n\n".join(part for part in (mark.comment.strip(), task) if part)
        if notes:
            parts.append(f"## {places.get(mark.hunk, f'a hunk whose lines are not kept here any more ({mark.hunk})')}")
            parts.append(notes)
    return "\n".join([front_matter(head), "\n\n".join(parts), ""])
