"""What the page of one paper reads and changes: how it is read, what was noted of it, what belongs to it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from app import reads
from app.attached import File, check, keep_files
from app.papers import changing
from store import (
    attachments,
    bibliography,
    entries,
    links,
    paper_files,
    paper_searches,
    papers,
    reading,
    rereading,
    runs,
    sessions,
)
from store import task_rows as tasks
from store.attachments import Attachment
from store.database import snapshot, write
from store.entry_rows import Entry
from store.errors import EntryError, MachiaiError
from store.paper_files import PaperFile
from store.paper_rows import Paper, PaperEvent, known
from store.reading import Pass
from store.sessions import Session
from store.settings import Settings
from store.task_rows import Task

NOTE = "study"
"""The kind of entry that a note on a paper is."""
MOST_NOTES = 100
MOST_TASKS = 200


@dataclass(frozen=True)
class Related:
    """A run, task or entry that belongs to the paper; ``title`` is empty where the journal does not know it."""

    kind: str
    id: str
    title: str


@dataclass(frozen=True)
class PaperLeaf:
    """A paper with all that belongs to it.

    ``notes`` are the entries of kind study about it, oldest first, ``attached`` their pictures by id, ``related`` what
    else is linked. ``spent`` are minutes; ``usual`` minutes of each pass as this reader reads, ``left`` those of the
    next one, 0 after the third. ``found_by`` are names of searches. ``citation`` is a line to be pasted. ``path`` is
    where its PDF lies, None where it does not. ``tasks`` are the open ones, which may be about it.
    """

    as_of: float
    paper: Paper
    notes: list[Entry]
    attached: dict[int, Attachment]
    related: list[Related]
    passes: list[Pass]
    sessions: list[Session]
    going_on: Session | None
    spent: float
    usual: dict[int, float]
    left: float
    tags: list[str]
    found_by: list[str]
    citation: str
    bibtex: str
    events: list[PaperEvent]
    file: PaperFile | None
    path: Path | None
    tasks: list[Task]


def read_leaf(settings: Settings, ref: str) -> PaperLeaf | None:
    """A paper with all that belongs to it; None where there is none of that ref."""
    now = time.time()
    with reads.open_journal(settings) as connection, snapshot(connection):
        paper = papers.get(connection, ref)
        if paper is None:
            return None
        about = _about(connection, ref)
        notes = sorted((one for one in about if one.kind == NOTE), key=lambda one: (one.created, one.id))[-MOST_NOTES:]
        usual = reading.pass_minutes(connection)
        current = sessions.open_session(connection)
        leaf = PaperLeaf(
            now,
            paper,
            notes,
            {file.id: file for one in notes for file in attachments.attachments_of(connection, one.id)},
            _related(connection, ref, about),
            reading.passes_of(connection, paper.id),
            sessions.sessions_about(connection, [ref]),
            current if current is not None and current.paper == ref else None,
            reading.minutes_of(connection, ref, now),
            usual,
            reading.minutes_left(connection, paper, now, usual),
            papers.all_tags(connection),
            paper_searches.searches_of(connection, paper.id),
            bibliography.cite(paper),
            bibliography.to_bibtex([paper], bibliography.keys_of(connection, [paper], keep=False)),
            papers.history(connection, paper.id),
            paper_files.read(connection, paper.id),
            paper_files.path_of(connection, settings.home, paper.id),
            tasks.list_tasks(connection, states=("doing", "todo"), limit=MOST_TASKS),
        )
    return reads.without_token(settings, leaf)


def read_file(settings: Settings, ref: str) -> PaperFile | None:
    """How it is with the PDF of a paper; None where nobody asked for it."""
    with reads.open_journal(settings) as connection:
        return reads.without_token(settings, paper_files.read(connection, ref))


def write_note(settings: Settings, ref: str, text: str, files: Sequence[File] = ()) -> str:
    """Keep a note on a paper, with files: an entry of the journal that is about it. Why its files are not with it,
    empty where they are; EntryError, and nothing is kept, where nothing is written."""
    check(settings, files)
    if not text.strip() and not files:
        raise EntryError("nothing is written there yet")
    text = text if text.strip() else ", ".join(file.name for file in files)
    now = time.time()
    with reads.open_journal(settings, read_only=False) as connection:
        with write(connection):
            known(connection, ref)
            made = entries.add(connection, NOTE, text, now)
            links.link(connection, "entry", made, "paper", ref, now)
        try:
            shown = keep_files(settings, connection, made, files, now)
            entry = entries.read_entry(connection, made)
            if shown and entry is not None:
                with write(connection):
                    entries.change(connection, made, now, entry.revision, body=f"{text.rstrip()}\n\n{shown}\n")
        except MachiaiError as error:
            return str(error)
    return ""


def finish_pass(settings: Settings, ref: str, number: int) -> None:
    """A pass is done; PaperError where it is done already."""
    _change(settings, lambda connection: reading.finish_pass(connection, ref, time.time(), number))


def take_back_pass(settings: Settings, ref: str) -> None:
    """The last pass that was said to be done is not."""
    _change(settings, lambda connection: reading.take_back_pass(connection, ref, time.time()))


def reach(settings: Settings, ref: str, page: int) -> None:
    """The page that one is at; PaperError for one there is not."""
    _change(settings, lambda connection: reading.reach(connection, ref, page, time.time()))


def fetch(settings: Settings, ref: str) -> None:
    """Let the PDF be fetched; once more where it is said to be there and is not. PaperError where none is known."""
    with changing(settings) as connection:
        file = paper_files.read(connection, ref)
        if file is not None and file.state != "wanted" and paper_files.path_of(connection, settings.home, ref) is None:
            paper_files.want_again(connection, ref, time.time())
        else:
            paper_files.want(connection, ref, time.time())


def mark_worth(settings: Settings, ref: str) -> None:
    """Read a paper again from now on, at growing intervals."""
    _change(settings, lambda connection: rereading.mark_worth(connection, ref, time.time()))


def rate(settings: Settings, ref: str, rating: str) -> None:
    """It was read again, and known that well."""
    _change(settings, lambda connection: rereading.rate(connection, ref, rating, time.time()))


def forget_again(settings: Settings, ref: str) -> None:
    """Read a paper again no longer."""
    _change(settings, lambda connection: rereading.forget(connection, ref, time.time()))


def see_version(settings: Settings, paper: Paper) -> None:
    """The version that is out was seen: nothing is said of it any more."""
    _change(settings, lambda connection: papers.set_state(connection, paper.ref, paper.state, time.time()))


def link_task(settings: Settings, ref: str, task_id: int) -> None:
    """Let a task be about the paper."""
    _change(settings, lambda connection: links.link(connection, "task", task_id, "paper", ref, time.time()))


def _change(settings: Settings, change: Callable[[Connection], Any]) -> None:
    with changing(settings) as connection:
        change(connection)


def _about(connection: Connection, ref: str) -> list[Entry]:
    """The entries about a paper."""
    return entries.entries_about(connection, "paper", ref)


def _related(connection: Connection, ref: str, about: list[Entry]) -> list[Related]:
    """The other entries and the tasks about the paper, and the runs that its entries and tasks are about."""
    found = [Related("entry", str(one.id), one.heading) for one in about if one.kind != NOTE]
    sources = [("entry", str(one.id)) for one in about]
    for one in links.links_to(connection, "paper", ref):
        if one.from_kind == "task" and one.from_id.isdigit():
            task = tasks.get(connection, int(one.from_id))
            found.append(Related("task", one.from_id, task.title if task else ""))
            sources.append(("task", one.from_id))
    for kind, source in sources:
        for other in links.links_of(connection, kind, source):
            if other.to_kind == "run":
                run = runs.get_run(connection, other.to_id)
                found.append(Related("run", other.to_id, run.name if run else ""))
    return list(dict.fromkeys(found))
