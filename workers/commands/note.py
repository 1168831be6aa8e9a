"""`machiai note`: a line into the journal without leaving the terminal."""

import contextlib
import os
import sqlite3
import sys
import time
from pathlib import Path

import click

from store import attachments, entries
from store.catalogue import find_run
from store.database import open_journal, write
from store.entry_rows import KINDS, Entry
from store.errors import EntryError, JournalError, MachiaiError
from store.plaintext import decode
from store.settings import Settings, load
from workers.commands import say
from workers.commands.whereabouts import named_project, project_here
from workers.freshness import freshen

_PATIENCE_SECONDS = 60.0
_UNSAVED = "unsaved-notes"


@click.command()
@click.argument("words", nargs=-1, metavar="[TEXT… | -]")
@click.option("--kind", type=click.Choice(KINDS), default="note", show_default=True)
@click.option("--project", "project_name", metavar="NAME", help="Else that of RUN, or of this folder, if it is one's.")
@click.option("--run", "reference", metavar="RUN", help="What it is about; the note is shown beside it.")
@click.option("--step", type=click.FloatRange(min=0), help="The step of RUN that it is about.")
@click.option("--new", "alone", is_flag=True, help="An entry of its own, not a part of today's.")
@click.option("--title", default="", help="Its title; makes it an entry of its own.")
@click.option(
    "--attach", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="A picture or PDF; may be given again.",
)  # fmt: skip
def note(
    words: tuple[str, ...],
    kind: str,
    project_name: str | None,
    reference: str | None,
    step: float | None,
    alone: bool,
    title: str,
    files: tuple[Path, ...],
) -> None:
    """Write into the journal: TEXT, or what comes on stdin, or what you type in your editor. Markdown is welcome.

    It goes to the end of today's entry, under the time of day. In the text, `run:ID`, `run:ID@STEP`, `task:12`,
    `commit:4f1c2ab` and `paper:2401.01234` are links.
    """
    if step is not None and not reference:
        raise click.UsageError("--step is a step of a run; give --run too")
    settings = load()
    if settings.read_only:
        raise MachiaiError("Machiai is set to read-only; unset MACHIAI_READ_ONLY to write into the journal")
    pictures = [_read(path) for path in files]
    project_id, run_id = _whereabouts(settings, project_name, reference)
    text = "" if pictures and not words and sys.stdin.isatty() else _text(words)
    if not text.strip() and not title.strip() and not pictures:
        raise MachiaiError("nothing was written; give the text, pipe it in, or save it in the editor")
    try:
        with contextlib.closing(open_journal(settings.journal, busy_seconds=_PATIENCE_SECONDS)) as connection:
            entry = _keep(connection, _with_run(text, run_id, step, files), kind, project_id, alone, title)
            for path, data in pictures:
                _attach(settings, connection, entry.id, path, data)
    except (JournalError, sqlite3.Error, KeyboardInterrupt) as error:
        raise _rescued(settings, text, error) from error
    where = f"{entry.heading}, {entry.project}" if entry.project else entry.heading
    say(f"entry {entry.id} ({where})")


def _whereabouts(settings: Settings, project_name: str | None, reference: str | None) -> tuple[int | None, str | None]:
    """The ids of the project and of the run that are meant, before anything is typed."""
    with contextlib.closing(open_journal(settings.journal)) as connection:
        run = None
        if reference:
            freshen(connection, settings)
            run = find_run(connection, reference)
        if project_name is not None:
            return named_project(connection, settings, project_name).id, run.id if run else None
        if run is not None:
            return run.project_id, run.id
        around = project_here(connection, settings)
        return (around.id if around else None), None


def _text(words: tuple[str, ...]) -> str:
    if words and words != ("-",):
        return " ".join(words)
    if words or not sys.stdin.isatty():
        return decode(sys.stdin.buffer.read()).rstrip("\n")
    return click.edit("", extension=".md", require_save=False) or ""


def _with_run(text: str, run_id: str | None, step: float | None, files: tuple[Path, ...]) -> str:
    """The text with its run, and where it has none, with the names of what is attached."""
    text = text or ", ".join(path.name for path in files)
    if run_id is None:
        return text
    place = f"run:{run_id}" + (f"@{step:.15g}" if step is not None else "")
    if place in text:
        return text
    return f"{text}\n\n{place}" if "\n" in text else f"{text} ({place})"


def _keep(
    connection: sqlite3.Connection, text: str, kind: str, project_id: int | None, alone: bool, title: str
) -> Entry:
    now = time.time()
    with write(connection):
        if alone or title:
            made = entries.add(connection, kind, text, now, title=title, project_id=project_id)
            entry = entries.read_entry(connection, made)
            assert entry is not None
            return entry
        return entries.append_today(connection, text, now, None, kind, project_id)


def _read(path: Path) -> tuple[Path, bytes]:
    """A file to attach, checked before anything is written."""
    try:
        data = path.read_bytes()
        attachments.sniff(data)
    except OSError as error:
        raise MachiaiError(f"{path} cannot be read: {error.strerror}") from error
    except EntryError as error:
        raise EntryError(f"{path}: {error}") from error
    return path, data


def _attach(settings: Settings, connection: sqlite3.Connection, entry_id: int, path: Path, data: bytes) -> None:
    """Attach a file and show it at the end of the entry."""
    made = attachments.keep(settings, connection, entry_id, path.name, data, time.time())
    with write(connection):
        entry, attached = entries.read_entry(connection, entry_id), attachments.read_attachment(connection, made)
        if entry is not None and attached is not None and made not in attachments.addresses(entry.body):
            body = f"{entry.body.rstrip()}\n\n{attached.markdown}\n"
            entries.change(connection, entry_id, time.time(), entry.revision, body=body)


def _rescued(settings: Settings, text: str, error: BaseException) -> MachiaiError:
    """What to tell where the journal could not be written: the text is in a file."""
    reason = str(error) or "interrupted"
    folder = settings.home / _UNSAVED
    path = folder / f"{time.strftime('%Y-%m-%d-%H%M%S')}-{os.getpid()}.md"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError:
        return MachiaiError(f"{reason}; it could not be put into a file either. What you wrote:\n{text}")
    return MachiaiError(f"{reason}; what you wrote is in {path}: machiai note - < '{path}'")
