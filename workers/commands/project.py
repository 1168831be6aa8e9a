"""`machiai project`: the projects that runs and tasks belong to; those of runs come by themselves."""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import asdict

import click

from store import projects, tasks
from store.database import open_journal, write
from store.errors import MachiaiError
from store.settings import Settings, load
from store.task_rows import OPEN
from workers.commands import say
from workers.commands.whereabouts import named_project
from workers.freshness import freshen


@click.group()
def project() -> None:
    """Keep the projects. A repository or folder becomes one with its first run; others are added here."""


@project.command()
@click.argument("name")
def add(name: str) -> None:
    """Add a project; runs of `machiai run --project NAME` belong to it."""
    with _journal(writes=True) as (connection, _):
        with write(connection):
            made = projects.add_project(connection, name, time.time())
        say(f"project {made}: {name}")


@project.command()
@click.option("--all", "archived", is_flag=True, help="The archived ones too.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: an object a project.")
def ls(archived: bool, as_json: bool) -> None:
    """List the projects, with how much of each is to do."""
    with _journal() as (connection, settings):
        freshen(connection, settings)
        known = projects.list_projects(connection, archived=archived)
        counts = {
            one.id: (
                len(tasks.list_tasks(connection, one.id, OPEN)),
                tasks.doing_count(connection, one.id),
                tasks.doing_limit(connection, one.id),
            )
            for one in known
        }
    if as_json:
        rows = [asdict(one) | dict(zip(("open", "doing", "doing_limit"), counts[one.id], strict=True)) for one in known]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not known:
        say("there is none; one comes with the first run, or with `machiai project add NAME`")
    width = max((len(one.name) for one in known), default=0)
    for one in known:
        there, doing, limit = counts[one.id]
        note = "  archived" if one.archived is not None else ""
        click.echo(f"{one.id:>3}  {one.name:<{width}}  {there} to do, {doing} of {limit} in doing  {one.root}{note}")


@project.command()
@click.argument("name")
@click.argument("new")
def rename(name: str, new: str) -> None:
    """Give project NAME the name NEW; its runs and tasks stay with it."""
    with _journal(writes=True) as (connection, settings):
        found = named_project(connection, settings, name)
        with write(connection):
            projects.rename(connection, found.id, new)
        say(f"project {found.id} ({found.name}) is called {new} now")


@project.command()
@click.argument("name")
def archive(name: str) -> None:
    """See a project and its tasks no longer; its next run brings it back."""
    with _journal(writes=True) as (connection, settings):
        found = named_project(connection, settings, name)
        with write(connection):
            projects.archive(connection, found.id, time.time())
        say(f"project {found.id} ({found.name}) is archived; `machiai project unarchive` brings it back")


@project.command()
@click.argument("name")
def unarchive(name: str) -> None:
    """Bring an archived project back."""
    with _journal(writes=True) as (connection, settings):
        found = named_project(connection, settings, name)
        with write(connection):
            projects.unarchive(connection, found.id)
        say(f"project {found.id} ({found.name}) is back")


@project.command()
@click.argument("name")
@click.argument("number", type=click.IntRange(1, 99), required=False)
def limit(name: str, number: int | None) -> None:
    """Set how many tasks of a project are well done side by side; without NUMBER, the usual three."""
    with _journal(writes=True) as (connection, settings):
        found = named_project(connection, settings, name)
        with write(connection):
            projects.set_doing_limit(connection, found.id, number)
        say(f"{found.name}: up to {tasks.doing_limit(connection, found.id)} tasks side by side; it is a reminder only")


@contextlib.contextmanager
def _journal(*, writes: bool = False) -> Iterator[tuple[sqlite3.Connection, Settings]]:
    settings = load()
    if writes and settings.read_only:
        raise MachiaiError("Machiai is set to read-only; unset MACHIAI_READ_ONLY to change projects")
    with contextlib.closing(open_journal(settings.journal)) as connection:
        yield connection, settings
