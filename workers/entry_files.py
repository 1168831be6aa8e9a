"""The journal as files that any editor reads: Markdown with front matter, pictures and PDFs, and one SQLite file.

Exporting again into the same folder brings it up to date; what was exported before and is gone since is taken away, and
nothing else in the folder is touched.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from urllib.parse import quote

from store import attachments, sessions, task_rows
from store.attachments import Attachment
from store.catalogue import list_runs
from store.copies import copy_journal
from store.entries import list_entries
from store.entry_rows import Entry
from store.errors import EntryError
from store.links import links_of
from store.resumes import Resume, list_resumes
from store.runs import Run
from store.settings import Settings
from workers.export_files import front_matter, slug, table, when, write
from workers.papers.library_files import library_files
from workers.review_files import write_reviews
from workers.week_files import write_weeks

MANIFEST = "machiai-export.json"
JOURNAL = "journal.db"
_PAGE = 200


@dataclass
class Exported:
    """How many of each kind were written; ``problems`` says what could not be."""

    entries: int = 0
    attachments: int = 0
    tasks: int = 0
    runs: int = 0
    sessions: int = 0
    reviews: int = 0
    papers: int = 0
    weeks: int = 0
    problems: list[str] = field(default_factory=list)


def export_journal(
    connection: sqlite3.Connection, settings: Settings, folder: Path, zone: tzinfo | None = None
) -> Exported:
    """Write entries, tasks, runs, sessions, reviews and weeks as Markdown files below ``folder``, papers as one file
    for each use, and the journal beside them.

    Times are written with their zone, None is this machine's. EntryError where the folder holds something else, or
    cannot be written.
    """
    exported = Exported()
    try:
        before = _begin(folder)
        reviewed = set(write_reviews(connection, settings, folder, zone))
        weeks = set(write_weeks(connection, settings, folder, zone))
        exported.reviews, exported.weeks = len(reviewed), len(weeks)
        written = {
            *reviewed,
            *weeks,
            *_write_entries(connection, settings, folder, zone, exported),
            *_write_tasks(connection, folder, zone, exported),
            *_write_runs(connection, settings, folder, zone, exported),
            *_write_sessions(connection, folder, zone, exported),
            *_write_papers(connection, settings, folder, exported),
        }
        copy_journal(connection, folder / JOURNAL)
        written.add(JOURNAL)
        write(folder, MANIFEST, json.dumps({"format": 1, "files": sorted(written)}, ensure_ascii=False, indent=1))
        for name in before - written:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise EntryError(f"cannot write to {folder}: {error.strerror}; choose another folder") from error
    return exported


def _begin(folder: Path) -> set[str]:
    """Make the folder, and tell the files of an earlier export in it."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / MANIFEST
    if not manifest.exists():
        if any(folder.iterdir()):
            raise EntryError(f"{folder} holds something else; name a new or empty folder, or one of an earlier export")
        write(folder, MANIFEST, json.dumps({"format": 1, "files": []}))
        return set()
    try:
        names = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        known = {name for name in names if isinstance(name, str)}
    except (ValueError, KeyError, TypeError) as error:
        raise EntryError(f"{manifest} cannot be read ({error}); name a new folder") from error
    return {name for name in known if not Path(name).is_absolute() and ".." not in Path(name).parts}


def _write_papers(
    connection: sqlite3.Connection, settings: Settings, folder: Path, exported: Exported
) -> Iterator[str]:
    for file in library_files(connection):
        exported.papers = max(exported.papers, file.count)
        yield write(folder, file.name, settings.redact(file.text))


def _write_entries(
    connection: sqlite3.Connection, settings: Settings, folder: Path, zone: tzinfo | None, exported: Exported
) -> Iterator[str]:
    offset = 0
    while page := list_entries(connection, limit=_PAGE, offset=offset):
        offset += len(page)
        for entry in page:
            files = {}
            for attachment in attachments.attachments_of(connection, entry.id):
                name = f"attachments/{attachment.id}-{attachment.name}"
                try:
                    write(folder, name, attachments.read_data(settings, attachment))
                except EntryError as error:
                    exported.problems.append(str(error))
                    continue
                files[attachment.id] = (name, attachment)
                exported.attachments += 1
                yield name
            day = f"{datetime.fromtimestamp(entry.created, zone):%Y-%m-%d}"
            name = "-".join(filter(None, (day, str(entry.id), slug(entry.heading if entry.heading != day else ""))))
            yield write(folder, f"entries/{name}.md", _entry_text(connection, entry, files, zone))
            exported.entries += 1


def _entry_text(
    connection: sqlite3.Connection, entry: Entry, files: Mapping[int, tuple[str, Attachment]], zone: tzinfo | None
) -> str:
    links = [
        f"{one.to_kind}:{one.to_id}" + (f"@{one.step:.15g}" if one.step is not None else "")
        for one in links_of(connection, "entry", entry.id)
    ]
    head = {
        "id": entry.id,
        "kind": entry.kind,
        "title": entry.title,
        "project": entry.project,
        "created": when(entry.created, zone),
        "changed": when(entry.changed, zone),
        "links": links or None,
        "attachments": [
            {"file": name} | ({"marks": {str(page): text for page, text in one.marks.items()}} if one.marks else {})
            for name, one in files.values()
        ]
        or None,
        "facts": entry.facts or None,
    }
    body = attachments.ADDRESS.sub(
        lambda match: f"../{quote(files[int(match[1])][0])}" if int(match[1]) in files else match[0], entry.body
    )
    return f"{front_matter(head)}\n{body.rstrip()}\n"


def _write_tasks(
    connection: sqlite3.Connection, folder: Path, zone: tzinfo | None, exported: Exported
) -> Iterator[str]:
    for task in task_rows.list_tasks(connection, states=task_rows.STATES, archived=True):
        head = {
            "id": task.id,
            "title": task.title,
            "kind": task.kind,
            "state": task.state,
            "priority": task_rows.PRIORITIES[task.priority],
            "project": task.project,
            "estimate_minutes": round(task.estimate / 60, 1) if task.estimate else None,
            "blocked_by_run": task.blocked_run,
            "blocked_by": task.blocked_text,
            "blocked_until": when(task.blocked_until, zone),
            "created": when(task.created, zone),
            "ended": when(task.ended, zone),
            "links": [f"{one.to_kind}:{one.to_id}" for one in links_of(connection, "task", task.id)] or None,
        }
        name = "-".join(filter(None, (str(task.id), slug(task.title))))
        yield write(folder, f"tasks/{name}.md", f"{front_matter(head)}\n{task.notes.rstrip()}\n")
        exported.tasks += 1


def _write_runs(
    connection: sqlite3.Connection, settings: Settings, folder: Path, zone: tzinfo | None, exported: Exported
) -> Iterator[str]:
    offset = 0
    while page := list_runs(connection, limit=_PAGE, offset=offset).runs:
        offset += len(page)
        for run in page:
            yield write(folder, f"runs/{run.id}.md", settings.redact(_run_text(run, zone)))
            exported.runs += 1


def _run_text(run: Run, zone: tzinfo | None) -> str:
    head = {
        "id": run.id,
        "name": run.name,
        "project": run.project,
        "state": run.state,
        "cause": run.cause,
        "certainty": run.certainty,
        "created": when(run.created, zone),
        "ended": when(run.ended, zone),
        "seconds": run.seconds,
        "command": run.command,
        "params": run.params or None,
        "tags": run.tags or None,
        "commit": (run.git or {}).get("commit"),
    }
    parts = [
        ("What it showed", run.conclusion),
        ("Hypothesis", run.hypothesis),
        ("Expected", run.expected),
        ("If it succeeds", run.if_success),
        ("If it fails", run.if_failure),
    ]
    body = "\n".join(f"## {title}\n\n{text}\n" for title, text in parts if text)
    return f"{front_matter(head)}\n{body}"


def _write_sessions(
    connection: sqlite3.Connection, folder: Path, zone: tzinfo | None, exported: Exported
) -> Iterator[str]:
    """One file a day: a table of its sessions, and the notes on how to go on."""
    days: dict[str, list[sessions.Session]] = {}
    for session in sessions.list_sessions(connection, 0.0, float("inf")):
        days.setdefault(f"{datetime.fromtimestamp(session.begun, zone):%Y-%m-%d}", []).append(session)
    notes: dict[str, list[Resume]] = {}
    for note in list_resumes(connection, 0.0, float("inf")):
        notes.setdefault(f"{datetime.fromtimestamp(note.written, zone):%Y-%m-%d}", []).append(note)
    for day in sorted({*days, *notes}):
        rows = [
            (
                f"{datetime.fromtimestamp(one.begun, zone):%H:%M}",
                f"{datetime.fromtimestamp(one.ended, zone):%H:%M}" if one.ended is not None else "",
                one.kind,
                one.task or one.run or one.paper or "",
                one.project or "",
                one.outcome or "",
            )
            for one in days.get(day, ())
        ]
        parts = [table(("begun", "ended", "kind", "about", "project", "outcome"), rows)] if rows else []
        parts += [_note_text(note, zone) for note in notes.get(day, ())]
        head = front_matter({"day": day, "sessions": len(rows)})
        yield write(folder, f"sessions/{day}.md", "\n".join([head, "\n\n".join(parts), ""]))
        exported.sessions += len(rows)


def _note_text(note: Resume, zone: tzinfo | None) -> str:
    """Where a project was left, and what comes next there."""
    lines = [f"## {datetime.fromtimestamp(note.written, zone):%H:%M} {note.project or ''}".rstrip(), ""]
    texts = (("Where I am", note.place), ("Next step", note.next_step), ("Open question", note.question))
    return "\n".join([*lines, *(f"- {title}: {text}" for title, text in texts if text)])
