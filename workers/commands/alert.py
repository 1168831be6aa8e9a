"""`machiai alert`: conditions on metrics that the user wants to be told of, and what they would have told before."""

import contextlib
import json
import math
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from store import choices, thresholds
from store.catalogue import find_run, list_runs
from store.database import open_journal, write
from store.errors import MachiaiError
from store.expressions import Expression, parse, spell_number
from store.metrics import is_percent
from store.projects import Project, find_project, list_projects, project_around
from store.runs import Run
from store.settings import Settings, load
from store.thresholds import SEVERITIES, Replayed
from store.watches import Fire
from workers.commands import say
from workers.freshness import freshen

_RUNS = 20
_MARKS = 3


@click.group()
def alert() -> None:
    """Be told when a metric does what you wait for, in all runs of a project or in one.

    \b
    val_acc > 0.9            > >= < <= == !=, with 3, 1e-3, 90%, inf
    val_loss > 2 for 3       in 3 points in a row
    loss[50].mean > 3        of its last 50 points: mean, min, max, median, std
    loss is nan              nan, inf, finite; is not finite
    reward best              a new best; `kl best lower` where the name does not tell what is better
    acc > 0.5 after 1000     at steps beyond 1000
    "train/loss (avg)" < 1   names with spaces, brackets or signs in quotes

    It is told once in each run (and attempt), when it becomes true. NaN fulfils no comparison, and windows leave it
    out. A resumed run begins new windows.
    """


@alert.command()
@click.argument("condition")
@click.option(
    "--project",
    "project_name",
    metavar="NAME",
    help="For its runs; else the project of this folder, or of the last run.",
)
@click.option("--run", "reference", metavar="RUN", help="For that run alone.")
@click.option("--severity", type=click.Choice(SEVERITIES), default="now", show_default=True, help="When to be told.")
def add(condition: str, project_name: str | None, reference: str | None, severity: str) -> None:
    """Tell when CONDITION becomes true."""
    if project_name and reference:
        raise click.UsageError("--project and --run contradict each other; give one of them")
    expression = parse(condition)
    with _journal() as (connection, settings):
        if settings.read_only:
            raise MachiaiError("Machiai is set to read-only; unset MACHIAI_READ_ONLY to change what it tells you")
        freshen(connection, settings)
        run = find_run(connection, reference) if reference else None
        project = _project_of(connection, project_name, run)
        thresholds.check_direction(expression, choices.read_directions(connection, project.id))
        now = time.time()
        with write(connection):
            target: dict[str, Any] = {"run_id": run.id} if run else {"project_id": project.id}
            made = thresholds.add(connection, str(expression), now, severity=severity, **target)
        whose = f"in {run.name} ({run.id})" if run else f"in all runs of {project.name}"
        say(f"alert {made}: {expression}, {whose}, {severity}; `machiai alert remove {made}` ends it")
        if run is not None and not run.is_active:
            say(f"that run is {run.state}: nothing more will come of it")
        found = thresholds.replay(connection, expression, project.id, _RUNS)
        _warn(connection, expression, condition, project, found)
        _say_of_past(found, run)


@alert.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts: id, expression, project, run, severity, created.")
def ls(as_json: bool) -> None:
    """List the conditions that are looked for."""
    with _journal() as (connection, _):
        known = thresholds.list_all(connection)
    if as_json:
        rows = [
            {
                "id": one.id,
                "expression": one.expression,
                "project": one.project,
                "run": one.run_id,
                "run_name": one.run,
                "severity": one.severity,
                "created": one.created,
            }
            for one in known
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not known:
        say("there is none; add one: machiai alert add 'val_acc > 0.9'")
    width = max((len(one.expression) for one in known), default=0)
    for one in known:
        whose = f"{one.run} ({one.run_id})" if one.run_id else f"project {one.project}"
        click.echo(f"{one.id:>3}  {one.expression:<{width}}  {one.severity:<6}  {whose}")


@alert.command()
@click.argument("number", type=int, metavar="ID")
def remove(number: int) -> None:
    """Look for the condition ID no longer; what it told already stays."""
    with _journal() as (connection, settings):
        if settings.read_only:
            raise MachiaiError("Machiai is set to read-only; unset MACHIAI_READ_ONLY to change what it tells you")
        known = {one.id: one for one in thresholds.list_all(connection)}
        if number not in known:
            raise MachiaiError(f"there is no alert {number}; `machiai alert ls` lists them")
        with write(connection):
            thresholds.remove(connection, number, time.time())
    say(f"alert {number} ({known[number].expression}) is removed")


@alert.command()
@click.argument("condition")
@click.option(
    "--project",
    "project_name",
    metavar="NAME",
    help="Of which runs; else the project of this folder, or of the last run.",
)
@click.option("-n", "--limit", type=click.IntRange(min=1), default=_RUNS, show_default=True, help="How many runs.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: an object a run.")
def replay(condition: str, project_name: str | None, limit: int, as_json: bool) -> None:
    """Show when CONDITION would have been told in the last runs; nothing is kept or sent."""
    expression = parse(condition)
    with _journal() as (connection, settings):
        freshen(connection, settings)
        project = _project_of(connection, project_name, None)
        thresholds.check_direction(expression, choices.read_directions(connection, project.id))
        found = thresholds.replay(connection, expression, project.id, limit)
        _warn(connection, expression, condition, project, found)
    if as_json:
        click.echo(json.dumps([_row(one) for one in found], ensure_ascii=False, indent=1))
        return
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        when = time.strftime("%m-%d %H:%M", time.localtime(one.created))
        click.echo(f"{one.run_id}  {when}  {one.name:<{min(width, 40)}}  {_what_of(one)}")
    fired = sum(one.count > 0 for one in found)
    say(f"{expression} would have been told in {fired} of {_spell_runs(len(found))} of {project.name}")


@contextlib.contextmanager
def _journal() -> Iterator[tuple[sqlite3.Connection, Settings]]:
    settings = load()
    with contextlib.closing(open_journal(settings.journal)) as connection:
        yield connection, settings


def _project_of(connection: sqlite3.Connection, name: str | None, run: Run | None) -> Project:
    """The project that is meant: by name, of a run, of the current folder, else of the last run."""
    if name is not None and run is None:
        return find_project(connection, name)
    around = project_around(connection, Path.cwd()) if run is None else None
    if around is not None:
        return around
    subject = [run] if run is not None else list_runs(connection, limit=1).runs
    if not subject:
        raise MachiaiError("there is no run yet, so no project; launch one: machiai run --alert CONDITION -- COMMAND")
    return next(one for one in list_projects(connection) if one.id == subject[0].project_id)


def _warn(
    connection: sqlite3.Connection, expression: Expression, typed: str, project: Project, found: list[Replayed]
) -> None:
    """Say what may not be as it was meant: a metric that is not known, a percentage that is no share."""
    near = thresholds.near_names(connection, project.id, expression.metric)
    if near is not None:
        way = f"; did you mean {', '.join(near)}?" if near else ""
        say(f"no run of {project.name} has a metric {expression.metric!r} so far{way}")
    highs = [one.high for one in found if one.high is not None]
    if "%" in typed and not is_percent(expression.metric) and highs and max(highs) > 1.5:
        share = spell_number(expression.number)
        say(f"{typed.strip()!r} is read as {share}, but {expression.metric} goes up to {max(highs):.4g}: leave % out")


def _say_of_past(found: list[Replayed], run: Run | None) -> None:
    """What it would have told so far, and where it is true already."""
    for one in found:
        if one.holds and one.state == "running" and (run is None or run.id == one.run_id):
            last = "" if one.last is None else f" (last {one.last:.6g})"
            say(f"it is true already in {one.name}{last}; that is not told")
    known = [one for one in found if one.found]
    if known and run is None:
        fired = sum(one.count > 0 for one in known)
        say(
            f"in the past it would have been told in {fired} of {_spell_runs(len(known))} with that metric; "
            "`machiai alert replay` shows when"
        )


def _what_of(one: Replayed) -> str:
    if not one.found:
        return click.style("· has no such metric", dim=True)
    if not one.count:
        extent = "" if one.low is None else f" ({one.low:.4g} to {one.high:.4g})"
        return f"– never, in {one.points} points{extent}"
    shown = ", ".join(_spell_fire(fire) for fire in one.fired[:_MARKS])
    more = f" and {one.count - _MARKS} times more" if one.count > _MARKS else ""
    return click.style("✔", fg="green") + f" {shown}{more}"


def _spell_fire(fire: Fire) -> str:
    return f"step {fire.step:.10g} ({fire.value:.6g})"


def _spell_runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"


def _row(one: Replayed) -> dict[str, Any]:
    fired = [{"step": fire.step, "time": fire.time, "value": _plain(fire.value)} for fire in one.fired]
    return {
        "run": one.run_id,
        "name": one.name,
        "state": one.state,
        "found": one.found,
        "points": one.points,
        "count": one.count,
        "fired": fired,
    }


def _plain(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)
