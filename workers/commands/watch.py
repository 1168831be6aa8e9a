"""`machiai watch`: watch jobs that were started by hand, and are running already."""

import json
from pathlib import Path
from typing import Any

import click

from store.errors import WatchRefused
from store.settings import Settings, load
from workers import address, lock
from workers.commands import say
from workers.runs import attach
from workers.runs.launcher import Plan


@click.command()
@click.argument("pids", metavar="PID...", nargs=-1, required=True, type=click.IntRange(min=1))
@click.option(
    "--log",
    type=click.Path(path_type=Path),
    help="The file that the job writes its output to, where it is not the one found.",
)
@click.option("--name", help="Name of the run; by default its script's.")
@click.option("--project", help="Project; by default the git repository, or the folder.")
@click.option("--hypothesis", metavar="TEXT", help="What this run shall show.")
@click.option("--expect", "expected", metavar="TEXT", help="The effect you expect, in a number if you can.")
@click.option("--if-success", metavar="TEXT", help="What to do when it finishes; pushed with the news.")
@click.option("--if-failure", metavar="TEXT", help="What to do when it crashes; pushed with the news.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A word to find it by; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def watch(
    pids: tuple[int, ...],
    log: Path | None,
    name: str | None,
    project: str | None,
    hypothesis: str | None,
    expected: str | None,
    if_success: str | None,
    if_failure: str | None,
    tags: tuple[str, ...],
    as_json: bool,
) -> int:
    """Watch jobs that are running already, by process id: their log from its beginning, their end, their metrics.

    The job is not touched. Its exit code cannot be known; whether it finished or failed is told from its log.
    """
    settings = load()
    if log is not None and len(pids) > 1:
        raise click.UsageError("--log is for one PID: each job has a log of its own")
    plan = Plan(name, project, hypothesis, if_success, if_failure, tags, expected=expected)
    found: list[dict[str, Any]] = []
    refused = 0
    for pid in dict.fromkeys(pids):
        try:
            attached = attach.attach(pid, settings, log=log, plan=plan)
        except WatchRefused as error:
            refused += 1
            found.append({"pid": pid, "error": str(error)})
            if not as_json:
                say(str(error))
            continue
        found.append(_facts(attached, pid, settings))
        if not as_json:
            _tell(attached, pid, settings)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    elif refused < len(found) and lock.holder(settings.home) is None:
        say("no daemon is running, so nothing of it is recorded yet: machiai up")
    return 1 if refused else 0


def _tell(attached: attach.Attached, pid: int, settings: Settings) -> None:
    """What was found, in a few lines."""
    link = f"{attached.name} · {attached.id} · {address.find(settings)}/run?id={attached.id}"
    if attached.already:
        part = "" if attached.pid == pid else f" as a part of process {attached.pid}"
        click.echo(f"process {pid} is watched already{part}: {link}")
        return
    click.echo(f"watching process {pid}: {link}")
    for note in attached.notes:
        click.echo(f"  {settings.redact(note)}")
    for words in attached.unknown:
        click.echo(f"  not known: {settings.redact(words)}")


def _facts(attached: attach.Attached, pid: int, settings: Settings) -> dict[str, Any]:
    log = attached.log
    return {
        "pid": pid,
        "id": attached.id,
        "name": attached.name,
        "url": f"{address.find(settings)}/run?id={attached.id}",
        "already": attached.already,
        "log": {"kind": log.kind, "path": log.path or log.pane} if log else None,
        "notes": [settings.redact(note) for note in attached.notes],
        "unknown": [settings.redact(words) for words in attached.unknown],
    }
