"""`machiai ls`, `show` and `log`: what the journal knows, for people and, with ``--json``, for scripts."""

import collections
import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from store import alerts, deliveries, logs, plaintext
from store.catalogue import SORTS, find_run, list_runs
from store.database import open_journal
from store.durations import spell
from store.progress import progress_of
from store.runs import STATES, Run, events_of
from store.settings import Settings, load
from workers.commands import measures, say, usage
from workers.freshness import freshen
from workers.runs import rundir, viewer

_LOOK = {
    "queued": ("…", None),
    "running": ("▶", "blue"),
    "finished": ("✔", "green"),
    "failed": ("✖", "red"),
    "stopped": ("■", "magenta"),
    "killed": ("✖", "red"),
    "lost": ("?", "yellow"),
}


@click.command()
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only runs in that state.")
@click.option(
    "--find", "text", default="", metavar="WORDS", help="Only runs with these words in name, command, cause …"
)
@click.option("--sort", type=click.Choice(list(SORTS)), default="newest", show_default=True)
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many to show.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def ls(states: tuple[str, ...], text: str, sort: str, limit: int, as_json: bool) -> None:
    """List runs, newest first."""
    with _journal() as (connection, settings):
        page = list_runs(connection, states=states, text=text, sort=sort, limit=limit)
        if as_json:
            click.echo(_dump([_row(run) for run in page.runs]))
            return
        if not page.runs:
            say(
                "no run matches"
                if states or text
                else "there is no run yet; launch one: machiai run -- python train.py"
            )
            return
        now = time.time()
        width = max(len(run.name) for run in page.runs)
        known = progress_of(connection, [run.id for run in page.runs if run.is_active])
        for run in page.runs:
            icon, colour = _LOOK[run.state]
            state = ", ".join([run.state, *run.health])
            click.echo(
                click.style(f"{icon} {state:<9}", fg=colour)
                + f" {run.name:<{min(width, 40)}}  {run.id}  {_when(run.started or run.created)}  "
                + f"{spell(run.elapsed(now)):>9}  {measures.brief(known.get(run.id), now)}"
                + settings.redact(run.cause or run.last_line or "")[:70]
            )
        if page.total > len(page.runs):
            say(f"{page.total - len(page.runs)} more; -n {page.total} shows all")


@click.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def show(run: str, as_json: bool) -> None:
    """Show all that is known of RUN: an id, the beginning of one, a name, or `last`."""
    with _journal() as (connection, settings):
        found = find_run(connection, run)
        raised = alerts.alerts_of_run(connection, found.id)
        sent = deliveries.deliveries_of(connection, [alert.id for alert in raised])
        if as_json:
            facts = {**_row(found), **_details(found), **measures.measures(connection, found)}
            facts["gpu"] = usage.usage(connection, found)
            click.echo(_dump({**facts, "alerts": _alert_rows(raised, sent)}))
            return
        icon, colour = _LOOK[found.state]
        now = time.time()
        click.echo(click.style(f"{icon} {', '.join([found.state, *found.health])}", fg=colour, bold=True), nl=False)
        click.echo(f"  {found.name}  {found.id}  ({found.certainty})")
        rows = [
            ("cause", found.cause),
            ("hint", found.hint),
            ("evidence", "; ".join(found.evidence)),
            *measures.lines(connection, found),
            *usage.lines(connection, found),
            ("project", found.project),
            ("command", found.command),
            ("folder", found.cwd),
            ("host, pid", f"{found.host}, {found.pid}" if found.pid else found.host),
            ("started", _when(found.started) if found.started else None),
            ("ended", _when(found.ended) if found.ended else None),
            ("took" if found.ended else "runs for", spell(found.elapsed(now))),
            ("parameters", "  ".join(f"{name}={value}" for name, value in found.params.items())),
            ("code", _code(found)),
            ("tags", " ".join(found.tags)),
            ("hypothesis", found.hypothesis),
            ("expected", found.expected),
            ("if success", found.if_success),
            ("if failure", found.if_failure),
            ("conclusion", found.conclusion),
            ("log", f"{found.log_path} ({found.log_lines} lines)" if found.log_path else None),
            ("last line", found.last_line),
        ]
        for label, value in rows:
            if value:
                click.echo(f"{label:>11}  {settings.redact(value)}")
        for event in events_of(connection, found.id):
            words = " ".join(str(value) for value in event.detail.values())
            click.echo(f"{'event':>11}  {_when(event.time)}  {event.kind.replace('_', ' ')} {words}".rstrip())
        for alert in raised:
            states = ", ".join(_delivery_words(one) for one in sent[alert.id]) or "not pushed"
            click.echo(f"{'alert':>11}  {_when(alert.raised)}  {alert.title} [{states}]")


@click.command()
@click.argument("run")
@click.option("-f", "--follow", is_flag=True, help="Go on until the run ends.")
@click.option("-n", "--lines", type=click.IntRange(min=0), help="Only the last so many lines.")
@click.option("--explain", "explained", is_flag=True, help="What was read in each line, and by which format.")
@click.option("--json", "as_json", is_flag=True, help="The last lines (200, or -n), plain, for scripts.")
def log(run: str, follow: bool, lines: int | None, explained: bool, as_json: bool) -> int:
    """Print RUN's log, byte for byte; where the file is gone, the last lines that the journal kept."""
    with _journal() as (connection, settings):
        found = find_run(connection, run)
        excerpt = logs.read_excerpt(connection, found.id, found.attempt)
    folder = rundir.attempt_folder(Path(found.directory), found.attempt)
    path = folder / rundir.LOG
    if as_json:
        kept = (
            plaintext.tail(path, lines or logs.EXCERPT_LINES, 1 << 20)
            if path.exists()
            else excerpt.lines
            if excerpt
            else []
        )
        click.echo(_dump({"run": found.id, "path": str(path), "lines": kept}))
        return 0
    if not path.exists():
        if excerpt is None:
            say(
                "it has not written anything yet"
                if found.is_active
                else f"its log {path} is gone, and no line of it was kept"
            )
            return 0
        say(f"its log is gone; these are the last {len(excerpt.lines)} lines, kept in the journal")
        click.echo("\n".join(excerpt.lines[-(lines or len(excerpt.lines)) :]))
        return 0
    start = _offset_of_last(path, lines) if lines is not None else 0
    try:
        if explained:
            return _explain(path, lines, settings)
        if follow and found.is_active:
            return viewer.Viewer(folder, found.name, 1, say).follow_only(start)
        with path.open("rb") as file:
            file.seek(start)
            while chunk := file.read(1 << 20):
                os.write(1, chunk)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    return 0


def _explain(path: Path, lines: int | None, settings: Settings) -> int:
    """Print what the readers make of a log; of all of it, since what a line means may depend on those before it."""
    from workers.logs.explain import explain, spell

    said = collections.deque(explain(path, settings.patterns), lines) if lines is not None else None
    for line in said if said is not None else explain(path, settings.patterns):
        click.echo(spell(line))
    return 0


@contextlib.contextmanager
def _journal() -> Iterator[tuple[sqlite3.Connection, Settings]]:
    settings = load()
    with contextlib.closing(open_journal(settings.journal)) as connection:
        freshen(connection, settings)
        yield connection, settings


def _row(run: Run) -> dict[str, Any]:
    names = (
        "id",
        "name",
        "project",
        "state",
        "health",
        "exit_code",
        "signal",
        "cause",
        "certainty",
        "created",
        "started",
    )
    return {name: getattr(run, name) for name in (*names, "ended", "seconds", "host", "pid", "attempt", "tags")}


def _details(run: Run) -> dict[str, Any]:
    """The further keys of `show --json`, but for what is measured."""
    names = (
        "evidence",
        "engine",
        "argv",
        "cwd",
        "params",
        "git",
        "hypothesis",
        "expected",
        "if_success",
        "if_failure",
        "conclusion",
        "parent",
    )
    return {name: getattr(run, name) for name in names} | {
        "directory": run.directory,
        "environment": run.environment,
        "hint": run.hint,
        "log": {
            "path": run.log_path,
            "bytes": run.log_bytes,
            "lines": run.log_lines,
            "last_line": run.last_line,
            "last_output": run.last_output,
        },
    }


def _alert_rows(raised: list[alerts.Alert], sent: dict[int, list[deliveries.Delivery]]) -> list[dict[str, Any]]:
    return [
        {
            **{
                name: getattr(alert, name)
                for name in ("kind", "severity", "occurred", "raised", "title", "acknowledged")
            },
            "deliveries": [
                {name: getattr(one, name) for name in ("channel", "state", "attempts", "next_try", "sent", "error")}
                for one in sent[alert.id]
            ],
        }
        for alert in raised
    ]


def _delivery_words(delivery: deliveries.Delivery) -> str:
    words = f"{delivery.channel} {delivery.state}"
    return f"{words}: {delivery.error}" if delivery.error else words


def _code(run: Run) -> str | None:
    if not run.git:
        return None
    commit = (run.git.get("commit") or "no commit")[:10]
    branch = f" on {run.git['branch']}" if run.git.get("branch") else ""
    return f"{commit}{branch}{' with uncommitted changes' if run.git.get('dirty') else ''}"


def _when(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))


def _offset_of_last(path: Path, lines: int) -> int:
    """Where the last ``lines`` lines of a file begin."""
    with path.open("rb") as file:
        position = file.seek(0, 2)
        wanted, block = lines + 1, 1 << 16
        while position > 0 and wanted > 0:
            begin = max(0, position - block)
            file.seek(begin)
            data = file.read(position - begin)
            if position == path.stat().st_size and not data.endswith(b"\n"):
                wanted -= 1
            cut = len(data)
            while wanted > 0 and (found := data.rfind(b"\n", 0, cut)) >= 0:
                cut = found
                wanted -= 1
            if wanted <= 0:
                return begin + cut + 1
            position = begin
    return 0


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
