"""What the page *Journal* reads and changes: days, entries, their history, pictures and PDFs.

Whatever is written is written in one place of the store each; what was typed stays with the page until it is kept.
"""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from app import reads
from app.attached import File, check, keep_files
from store import attachments, commits, entries, entry_rows, links, papers, projects, runs, task_rows, timeline
from store.attachments import Attachment
from store.database import write
from store.entry_rows import Entry, Version
from store.errors import EntryError, MachiaiError
from store.projects import Project
from store.settings import Settings
from store.symptoms import Phrase
from store.timeline import Item

KINDS = entry_rows.KINDS
HAPPENINGS = timeline.KINDS
MOST_ITEMS = 300
REMOVED_SHOWN = 50


@dataclass(frozen=True)
class Day:
    """One day of the journal: what happened, oldest first, with the whole entries by id and their attachments.

    ``left_out`` items were too many to show; ``before`` and ``after`` are the nearest days on which anything happened.
    """

    day: date
    items: list[Item]
    left_out: int
    entries: dict[str, Entry]
    attached: dict[int, Attachment]
    before: date | None
    after: date | None


@dataclass(frozen=True)
class Related:
    """Something that an entry is about, or that is about it; ``title`` is empty where the journal does not know it."""

    kind: str
    id: str
    title: str
    step: float | None = None


@dataclass(frozen=True)
class Leaf:
    """An entry with all that belongs to it."""

    entry: Entry
    attached: list[Attachment]
    dropped: list[Attachment]
    versions: list[Version]
    about: list[Related]


@dataclass(frozen=True)
class Written:
    """What came of writing: the entry, and why its files are not with it, where they are not."""

    entry: Entry
    problem: Phrase | None = None


def read_projects(settings: Settings) -> list[Project]:
    """The projects that are not archived, by name."""
    with reads.open_journal(settings) as connection:
        return projects.list_projects(connection, archived=False)


def read_day(
    settings: Settings,
    day: date,
    zone: tzinfo | None,
    *,
    project_id: int | None = None,
    kinds: Sequence[str] | None = None,
) -> Day:
    """What happened on a day of the reader's zone."""
    begin, end = bounds(day, zone)
    with reads.open_journal(settings) as connection:
        items = timeline.day_items(connection, begin, end, project_id=project_id, kinds=kinds)
        before, after = timeline.neighbour_times(connection, begin, end, project_id=project_id, kinds=kinds)
        shown = items[:MOST_ITEMS]
        found = {}
        for item in shown:
            entry = entries.read_entry(connection, int(item.ref)) if item.kind == "entry" else None
            if entry is not None:
                found[item.ref] = entry
        files = [file for ref in found for file in attachments.attachments_of(connection, int(ref))]
        files += _elsewhere(connection, [entry.body for entry in found.values()], files)
    return Day(
        day,
        reads.without_token(settings, shown),
        len(items) - len(shown),
        reads.without_token(settings, found),
        {file.id: file for file in files},
        day_of(before, zone) if before is not None else None,
        day_of(after, zone) if after is not None else None,
    )


def bounds(day: date, zone: tzinfo | None) -> tuple[float, float]:
    """When a day begins and ends in a zone (None: this machine's), in epoch seconds."""
    begin, end = (datetime(one.year, one.month, one.day, tzinfo=zone) for one in (day, day + timedelta(days=1)))
    return begin.timestamp(), end.timestamp()


def day_of(moment: float, zone: tzinfo | None) -> date:
    """The day of a moment in a zone."""
    return datetime.fromtimestamp(moment, zone).date()


def read_leaf(settings: Settings, entry_id: int) -> Leaf | None:
    """An entry with all that belongs to it; None where there is none of that id. As it was typed, nothing hidden: it
    is what an editor begins with."""
    with reads.open_journal(settings) as connection:
        entry = entries.read_entry(connection, entry_id)
        if entry is None:
            return None
        files = attachments.attachments_of(connection, entry_id)
        about = [
            _related(connection, one.to_kind, one.to_id, one.step)
            for one in links.links_of(connection, "entry", entry_id)
        ]
        about += [
            _related(connection, one.from_kind, one.from_id, None)
            for one in links.links_to(connection, "entry", str(entry_id))
        ]
        return Leaf(
            entry,
            files,
            attachments.attachments_of(connection, entry_id, removed=True),
            entries.versions(connection, entry_id),
            list(dict.fromkeys(about)),
        )


def read_attached(settings: Settings, bodies: Sequence[str]) -> dict[int, Attachment]:
    """The attachments that texts show, of whatever entry."""
    with reads.open_journal(settings) as connection:
        return {file.id: file for file in _elsewhere(connection, bodies, [])}


def read_removed(settings: Settings) -> list[Entry]:
    """The entries that were removed, newest first."""
    with reads.open_journal(settings) as connection:
        return entries.list_entries(connection, removed=True, limit=REMOVED_SHOWN)


def append_today(
    settings: Settings, text: str, zone: tzinfo | None, *, kind: str, project_id: int | None, files: Sequence[File] = ()
) -> Written:
    """Add to the day's entry, with files. Raises MachiaiError, and keeps nothing, where it cannot be."""
    check(settings, files)
    text = text if text.strip() or not files else ", ".join(file.name for file in files)
    with reads.open_journal(settings, read_only=False) as connection:
        now = time.time()
        with write(connection):
            entry = entries.append_today(connection, text, now, zone, kind, project_id)
        try:
            shown = keep_files(settings, connection, entry.id, files, now)
            if shown:
                with write(connection):
                    entry = entries.append_today(connection, shown, now, zone, kind, project_id)
        except MachiaiError as error:
            return Written(entry, error.phrase)
        return Written(entry)


def write_new(
    settings: Settings,
    title: str,
    text: str,
    *,
    kind: str,
    project_id: int | None,
    files: Sequence[File] = (),
    facts: dict[str, Any] | None = None,
) -> Written:
    """Write an entry of its own, with files. Raises MachiaiError, and keeps nothing, where it cannot be."""
    check(settings, files)
    title = title.strip() if title.strip() or text.strip() else ", ".join(file.name for file in files)
    with reads.open_journal(settings, read_only=False) as connection:
        now = time.time()
        with write(connection):
            made = entries.add(connection, kind, text, now, title=title, project_id=project_id, facts=facts)
        entry = _entry(connection, made)
        try:
            shown = keep_files(settings, connection, made, files, now)
            if shown:
                with write(connection):
                    body = f"{text.rstrip()}\n\n{shown}\n".lstrip("\n")
                    entry = entries.change(connection, made, now, entry.revision, body=body)
        except MachiaiError as error:
            return Written(entry, error.phrase)
        return Written(entry)


def change_entry(
    settings: Settings,
    entry_id: int,
    revision: int,
    *,
    body: str | None = None,
    files: Sequence[File] = (),
    **fields: Any,
) -> Entry:
    """Change an entry that was read at ``revision``; ``body`` None where the text was left as it was. Files are shown
    at its end.

    Raises Conflict where it was changed elsewhere meanwhile; files are with the entry then, and not twice when it is
    tried again.
    """
    check(settings, files)
    with reads.open_journal(settings, read_only=False) as connection:
        now = time.time()
        shown = keep_files(settings, connection, entry_id, files, now)
        if shown:
            text = _entry(connection, entry_id).body if body is None else body
            body = text if shown in text else f"{text.rstrip()}\n\n{shown}\n"
        if body is not None:
            fields["body"] = body
        with write(connection):
            return entries.change(connection, entry_id, now, revision, **fields)


def remove(settings: Settings, entry_id: int) -> None:
    """Take an entry out of journal and search; it can be restored."""
    check(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        entries.remove(connection, entry_id, time.time())


def restore(settings: Settings, entry_id: int) -> None:
    """Put a removed entry back."""
    check(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        entries.restore(connection, entry_id)


def _elsewhere(connection: sqlite3.Connection, bodies: Sequence[str], known: Sequence[Attachment]) -> list[Attachment]:
    """The attachments that texts name and that are not known yet: those of other entries."""
    wanted = {number for body in bodies for number in attachments.addresses(body)} - {file.id for file in known}
    found = [attachments.read_attachment(connection, number) for number in sorted(wanted)]
    return [file for file in found if file is not None and file.removed is None]


def _entry(connection: sqlite3.Connection, entry_id: int) -> Entry:
    entry = entries.read_entry(connection, entry_id)
    if entry is None:
        raise EntryError("there is no entry {number}", number=entry_id)
    return entry


def _related(connection: sqlite3.Connection, kind: str, one: str, step: float | None) -> Related:
    title = ""
    if kind == "run":
        run = runs.get_run(connection, one)
        title = run.name if run else ""
    elif kind == "task" and one.isdigit():
        task = task_rows.get(connection, int(one))
        title = task.title if task else ""
    elif kind == "commit":
        found = commits.find_commits(connection, one.rpartition("@")[2])
        title = found[0].subject if found else ""
    elif kind == "entry" and one.isdigit():
        entry = entries.read_entry(connection, int(one))
        title = entry.heading if entry else ""
    elif kind == "paper":
        paper = papers.get(connection, one)
        title = paper.title if paper else ""
    return Related(kind, one, title, step)
