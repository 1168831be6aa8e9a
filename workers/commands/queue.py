"""`machiai queue`: the runs that wait for GPUs, and their order."""

import json
import time
from typing import Any

import click

from store.durations import spell
from store.errors import MachiaiError, UnknownRun
from store.settings import Settings, load
from workers.commands import say
from workers.runs import claims, gpu_choice


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="For scripts: run, name, count, place, asked, why.")
@click.pass_context
def queue(context: click.Context, as_json: bool) -> None:
    """List the runs that wait for GPUs, the next one first; `machiai queue move` changes the order."""
    if context.invoked_subcommand:
        return
    rows = claims.queue_rows(load().home)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        say("no run waits for GPUs; `machiai run --gpus N --wait -- COMMAND` would, where they are not free")
    for row in rows:
        waits = spell(time.time() - row["asked"])
        wants = gpu_choice.spell_count(row["count"])
        click.echo(f"{row['place']:>3}  {row['name']}  {row['run']}  {wants}  since {waits}  {row['why']}".rstrip())


@queue.command()
@click.argument("run")
@click.option("--first", is_flag=True, help="Before all others.")
@click.option("--before", metavar="RUN", help="Before that run.")
def move(run: str, first: bool, before: str | None) -> None:
    """Move RUN within the queue: to its end, or where an option says."""
    if first and before:
        raise click.UsageError("--first and --before contradict each other; give one of them")
    settings = load()
    if settings.read_only:
        raise MachiaiError("Machiai is set to read-only; unset MACHIAI_READ_ONLY to reorder the queue")
    rows = claims.queue_rows(settings.home)
    moved = _find(rows, run, settings)
    target = rows[0]["run"] if first else _find(rows, before, settings)["run"] if before else None
    try:
        place = claims.move(settings.home, moved["run"], target)
    except claims.NotQueued as error:
        raise MachiaiError(f"{error}; nothing was changed") from error
    except OSError as error:
        raise MachiaiError(f"the queue cannot be written: {error.strerror or error}; nothing was changed") from error
    say(f"{moved['name']} ({moved['run']}) is now {gpu_choice.spell_place(place)} in the queue")


def _find(rows: list[dict[str, Any]], reference: str, settings: Settings) -> dict[str, Any]:
    """The queued run of that id, unique prefix or name (the one asked last), or ``last``; UnknownRun when there is
    none."""
    by_age = sorted(rows, key=lambda row: float(row["asked"]))
    if reference == "last" and by_age:
        return by_age[-1]
    prefixed = [row for row in rows if row["run"].startswith(reference)]
    named = [row for row in by_age if row["name"] == reference]
    if len(prefixed) == 1:
        return prefixed[0]
    if named:
        return named[-1]
    if prefixed:
        raise UnknownRun(reference, [row["run"] for row in prefixed], f"several queued runs begin with {reference!r}")
    raise UnknownRun(reference, [], f"no run called {reference!r} waits for GPUs; `machiai queue` lists those that do")
