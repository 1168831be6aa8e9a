"""`machiai task`: what there is to do, what it waits for, and what was done."""

import contextlib
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from store import links, tasks
from store.catalogue import find_run
from store.database import open_journal, write
from store.errors import MachiaiError, TaskError
from store.projects import find_project
from store.settings import Settings, load
from store.task_lines import read_estimate, read_line
from store.task_rows import KINDS, OPEN, PRIORITIES, STATES
from workers.commands import say
from workers.commands.dates import EXAMPLES, read_date
from workers.commands.task_words import LOOK, as_row, describe, spell_draft, spell_task
from workers.commands.whereabouts import named_project, project_here
from workers.freshness import freshen

_IDS = click.argument("numbers", nargs=-1, required=True, type=int, metavar="ID...")
_NONE = ("", "none", "-")


@click.group()
def task() -> None:
    """Keep what there is to do; a task can wait for a run, and wakes when it ends.

    TITLE may carry marks, as a pasted list may: `#read` for its kind, `~30m` for how long it takes, `!` or `!!` for how
    much it matters; in full width too. In a shell, put it in quotes.
    """


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """What is typed of a task, as options."""
    for option in (
        click.option("--notes", metavar="TEXT", help="Anything more, in Markdown."),
        click.option(
            "--priority", type=click.Choice([*PRIORITIES.values(), *map(str, PRIORITIES)]), help="How much it matters."
        ),
        click.option(
            "--estimate", metavar="LENGTH", help="How long it takes: 30m, 2h, 1.5h; a bare number is minutes."
        ),
        click.option("--kind", type=click.Choice(KINDS), help="What it is."),
        click.option("--project", "project_name", metavar="NAME", help="Else the project of this folder, if any."),
    ):
        function = option(function)
    return function


def _blockers(prefix: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """What a task waits for, as options."""

    def add_options(function: Callable[..., None]) -> Callable[..., None]:
        run, text = ("--blocked-by", "--waiting-for") if prefix else ("--run", "--text")
        function = click.option(text, "waiting_for", metavar="TEXT", help="Wait for that.")(function)
        function = click.option("--until", metavar="DATE", help=f"Wait until then: {EXAMPLES}.")(function)
        return click.option(run, "reference", metavar="RUN", help="Wait for the end of that run.")(function)

    return add_options


@task.command()
@click.argument("title", nargs=-1, required=True)
@_options
@_blockers("blocked")
def add(
    title: tuple[str, ...],
    project_name: str | None,
    reference: str | None,
    until: str | None,
    waiting_for: str | None,
    **typed: str | None,
) -> None:
    """Add a task. Its number goes to stdout."""
    draft = read_line(" ".join(title))
    if draft is None:
        raise TaskError("a task needs a title")
    fields: dict[str, Any] = {"kind": draft.kind or "code", "estimate": draft.estimate, "priority": draft.priority}
    fields |= _fields(typed)
    now = time.time()
    with _journal(writes=True) as (connection, settings):
        if reference:
            freshen(connection, settings)
        blocker = _blocker(connection, reference, until, waiting_for, now)
        project_id = _project_id(connection, settings, project_name)
        with write(connection):
            made = tasks.add(connection, draft.title, now, project_id=project_id, **fields)
            if draft.done:
                tasks.set_state(connection, made, "done", now)
            if blocker:
                tasks.block(connection, made, now, **blocker)
        _tell(connection, [made], now)
    click.echo(made)


@task.command()
@click.option("--project", "project_name", metavar="NAME", help="Of that project alone.")
@click.option("--state", "states", type=click.Choice(STATES), multiple=True, help="In that state; more than once: any.")
@click.option("--all", "with_all", is_flag=True, help="The done and dropped ones too, and those of archived projects.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: an object a task.")
def ls(project_name: str | None, states: tuple[str, ...], with_all: bool, as_json: bool) -> None:
    """List the tasks that are to do, first what is in doing."""
    now = time.time()
    with _journal() as (connection, settings):
        freshen(connection, settings)
        if not settings.read_only:
            tasks.wake_due(connection, now)
        project = find_project(connection, project_name) if project_name else None
        wanted = states or (STATES if with_all else OPEN)
        found = tasks.list_tasks(connection, project.id if project else None, wanted, archived=with_all)
    if as_json:
        click.echo(json.dumps([as_row(one) for one in found], ensure_ascii=False, indent=1))
        return
    if not found:
        say("there is none; add one: machiai task add 'read the augmentation paper #read ~30m'")
    for state in LOOK:
        for one in found:
            if one.state == state:
                click.echo(spell_task(one))


@task.command()
@click.argument("number", type=int, metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def show(number: int, as_json: bool) -> None:
    """Show all that is known of a task, and what happened to it."""
    with _journal() as (connection, settings):
        freshen(connection, settings)
        one = tasks.get(connection, number)
        if one is None:
            raise TaskError(f"there is no task {number}; `machiai task ls --all` lists them")
        about, events = links.links_of(connection, "task", number), tasks.history(connection, number)
    if as_json:
        row = as_row(one) | {"links": [{"kind": link.to_kind, "id": link.to_id, "step": link.step} for link in about]}
        row["history"] = [{"time": event.time, "event": event.kind, "detail": event.detail} for event in events]
        click.echo(json.dumps(row, ensure_ascii=False, indent=1))
        return
    click.echo("\n".join([spell_task(one), *describe(one, about, events)]))


@task.command()
@_IDS
def start(numbers: tuple[int, ...]) -> None:
    """Take tasks up."""
    _set(numbers, "doing")


@task.command()
@_IDS
def done(numbers: tuple[int, ...]) -> None:
    """Tick tasks off."""
    _set(numbers, "done")


@task.command()
@_IDS
def drop(numbers: tuple[int, ...]) -> None:
    """Give tasks up; they are kept."""
    _set(numbers, "dropped")


@task.command()
@_IDS
def todo(numbers: tuple[int, ...]) -> None:
    """Put tasks back to what is to do, whatever they waited for."""
    _set(numbers, "todo")


@task.command()
@_IDS
@_blockers("")
def block(numbers: tuple[int, ...], reference: str | None, until: str | None, waiting_for: str | None) -> None:
    """Let tasks wait for a run, a date or something else; the first two wake them by themselves."""
    now = time.time()
    with _journal(writes=True) as (connection, settings):
        if reference:
            freshen(connection, settings)
        blocker = _blocker(connection, reference, until, waiting_for, now)
        if blocker is None:
            raise click.UsageError("wait for what? Give --run, --until or --text")
        with write(connection):
            for number in numbers:
                tasks.block(connection, number, now, **blocker)
        _tell(connection, numbers, now)


@task.command()
@click.argument("number", type=int, metavar="ID")
@click.option("--title", metavar="TEXT", help="Another title, as it stands.")
@_options
def edit(number: int, title: str | None, project_name: str | None, **typed: str | None) -> None:
    """Change what is written of a task; `none` takes an estimate or the project away."""
    fields = _fields(typed) | ({} if title is None else {"title": title})
    now = time.time()
    with _journal(writes=True) as (connection, settings):
        if project_name is not None:
            project = None if project_name in _NONE else named_project(connection, settings, project_name)
            fields["project_id"] = project.id if project else None
        if not fields:
            raise click.UsageError("change what? Give --title, --project, --kind, --estimate, --priority or --notes")
        with write(connection):
            tasks.change(connection, number, now, **fields)
        _tell(connection, [number], now)


@task.command()
@click.argument("number", type=int, metavar="ID")
@click.argument("where", type=click.Choice(("up", "down", "top", "bottom", "before", "after")))
@click.argument("other", type=int, required=False)
def move(number: int, where: str, other: int | None) -> None:
    """Put a task elsewhere in the list: `machiai task move 7 before 3`."""
    if (other is None) == (where in ("before", "after")):
        raise click.UsageError("`before` and `after` need another task's ID, the other words none")
    with _journal(writes=True) as (connection, _), write(connection):
        moved = tasks.move(connection, number, where, other)
    if not moved:
        say(f"task {number} is there already")


@task.command()
@click.option("--project", "project_name", metavar="NAME", help="Else the project of this folder, if any.")
@click.option("--kind", type=click.Choice(KINDS), default="code", show_default=True, help="Where a line says none.")
@click.option("--preview", is_flag=True, help="Show what would be added; add nothing.")
def paste(project_name: str | None, kind: str, preview: bool) -> None:
    """Add a list of tasks from stdin, one a line; bullets and tick boxes are taken off, ticked ones are done."""
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    drafts = tasks.read_lines(text)
    if not drafts:
        raise TaskError("there is no task in what was given; write one a line")
    if preview:
        for draft in drafts:
            click.echo(spell_draft(draft, kind))
        return
    now = time.time()
    with _journal(writes=True) as (connection, settings):
        project_id = _project_id(connection, settings, project_name)
        with write(connection):
            made = tasks.paste(connection, text, now, project_id, kind)
        _tell(connection, made, now)


@contextlib.contextmanager
def _journal(*, writes: bool = False) -> Iterator[tuple[sqlite3.Connection, Settings]]:
    settings = load()
    if writes and settings.read_only:
        raise MachiaiError("Machiai is set to read-only; unset MACHIAI_READ_ONLY to change tasks")
    with contextlib.closing(open_journal(settings.journal)) as connection:
        yield connection, settings


def _set(numbers: Sequence[int], state: str) -> None:
    """Set the state of tasks, all of them or none; and say where more are in doing than is well."""
    now = time.time()
    with _journal(writes=True) as (connection, _):
        with write(connection):
            changed = [tasks.set_state(connection, number, state, now) for number in numbers]
        _tell(connection, numbers, now)
        if state != "doing":
            return
        for project_id, name in {one.project_id: one.project for one in changed}.items():
            count, limit = tasks.doing_count(connection, project_id), tasks.doing_limit(connection, project_id)
            if count > limit:
                say(f"{count} tasks are in doing in {name or 'no project'}; more than {limit} side by side is a lot")


def _tell(connection: sqlite3.Connection, numbers: Sequence[int], now: float) -> None:
    for number in numbers:
        if one := tasks.get(connection, number):
            say(spell_task(one).strip())


def _fields(typed: dict[str, str | None]) -> dict[str, Any]:
    """The options that were given, as fields of a task."""
    fields: dict[str, Any] = {name: value for name, value in typed.items() if value is not None}
    if "estimate" in fields:
        given = fields["estimate"]
        fields["estimate"] = None if given in _NONE else read_estimate(given.lstrip("~～"))
        if fields["estimate"] is None and given not in _NONE:
            raise TaskError(f"{given!r} is no length of time; write it like 30m, 2h or 1.5h")
    if "priority" in fields:
        words = {name: number for number, name in PRIORITIES.items()}
        fields["priority"] = words[fields["priority"]] if fields["priority"] in words else int(fields["priority"])
    return fields


def _blocker(
    connection: sqlite3.Connection, reference: str | None, until: str | None, text: str | None, now: float
) -> dict[str, Any] | None:
    if sum(one is not None for one in (reference, until, text)) > 1:
        raise click.UsageError("a task waits for one thing: a run, a date or a text")
    if reference is not None:
        return {"run_id": find_run(connection, reference).id}
    if until is not None:
        moment = read_date(until, now)
        if moment is None:
            raise TaskError(f"{until!r} is no date; write it like {EXAMPLES}")
        return {"until": moment}
    return None if text is None else {"text": text}


def _project_id(connection: sqlite3.Connection, settings: Settings, name: str | None) -> int | None:
    if name is not None:
        return None if name in _NONE else named_project(connection, settings, name).id
    around = project_here(connection, settings)
    return around.id if around else None
