"""`machiai drift`: how far the working tree is now from the code a run started with."""

import contextlib
import json
import time
from dataclasses import asdict
from typing import Any

import click

from store import drifts
from store.catalogue import find_run
from store.database import open_journal, write
from store.drifts import Drift, DriftFile
from store.errors import JournalError
from store.runs import Run
from store.settings import load
from workers.code.drift import find_drift
from workers.commands import say
from workers.freshness import freshen

_SIGNS = {"modified": "M", "added": "A", "deleted": "D", "renamed": "R", "type": "T", "touched": "?"}
_SHOWN_FILES = 40
_SHOWN_COMMITS = 10


@click.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def drift(run: str, as_json: bool) -> None:
    """Show what differs now from the code RUN started with: commits, files, and which of them it imports.

    The working tree, its index and its branches are only looked at. `machiai code RUN DIR` gives the run's exact code.
    """
    settings = load()
    with contextlib.closing(open_journal(settings.journal)) as connection:
        freshen(connection, settings)
        found = find_run(connection, run)
        seen = find_drift(found, time.time())
        if not settings.read_only:
            with contextlib.suppress(JournalError), write(connection):
                drifts.record(connection, [seen])
    if as_json:
        click.echo(json.dumps(row(seen), ensure_ascii=False, indent=1))
        return
    _tell(found, seen)


def row(seen: Drift) -> dict[str, Any]:
    """A drift for scripts."""
    return {**asdict(seen), "lines": seen.lines, "imported_files": seen.imported_files}


def file_line(file: DriftFile) -> str:
    """A file that differs, in one line."""
    lines = "" if file.added is None else f"+{file.added} −{file.deleted}"
    name = f"{file.was} → {file.path}" if file.was else file.path
    told = f"  {_SIGNS[file.status]}  {lines:>12}  {name}"
    return click.style(f"{told}  (imported)", fg="yellow") if file.imported else told


def _tell(run: Run, seen: Drift) -> None:
    changes = ", with uncommitted changes" if seen.started_dirty else ""
    began = f"  started at {seen.commit[:10]}{changes}" if seen.commit else ""
    click.echo(click.style(f"{run.name}  {run.id}", bold=True) + began)
    if not seen.known:
        click.echo(click.style(f"not known exactly: {seen.why}", fg="yellow"))
    if seen.head:
        click.echo(f"now at {seen.head[:10]} on {seen.branch or 'no branch'}{', uncommitted changes' * seen.dirty}")
    if seen.gone:
        click.echo(f"{_count(seen.gone, 'commit')} of the run {_are(seen.gone)} not in it (rebased, or another branch)")
    if seen.commit_count:
        click.echo(f"{_count(seen.commit_count, 'commit')} since:")
        for commit in seen.commits[:_SHOWN_COMMITS]:
            when = time.strftime("%m-%d %H:%M", time.localtime(commit.time))
            click.echo(f"  {commit.sha[:10]}  {when}  {commit.subject}")
        _more(seen.commit_count - _SHOWN_COMMITS)
    if seen.file_count:
        began_with = f" of the {seen.imports} that {seen.entry} uses" if seen.entry else ""
        imported = f", {seen.imported_count}{began_with}" if seen.entry else ", what it imports is not known"
        differ = "differs" if seen.file_count == 1 else "differ"
        click.echo(f"{_count(seen.file_count, 'file')} {differ} (+{seen.added} −{seen.deleted}){imported}:")
        for file in seen.files[:_SHOWN_FILES]:
            click.echo(file_line(file))
        _more(seen.file_count - _SHOWN_FILES)
        if any(file.status == "touched" for file in seen.files):
            click.echo("  ? was not under git: written since the run began, and what it was then is not known")
    elif seen.known:
        click.echo("no file differs")
    if seen.submodules:
        click.echo(f"submodules (only their commits are compared): {', '.join(seen.submodules)}")
    if seen.capped:
        say("there is more than was counted")


def _more(count: int) -> None:
    if count > 0:
        click.echo(f"  … and {count} more (--json has more of them)")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
