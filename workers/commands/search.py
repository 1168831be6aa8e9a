"""`machiai search`: full-text search over everything, for people and, with ``--json``, for scripts."""

import contextlib
import json
import sqlite3
import time

import click

from store.database import open_journal
from store.documents import KINDS
from store.projects import find_project
from store.search import Hit
from store.search import search as find
from store.settings import Settings, load
from workers.commands import say
from workers.documents import DocumentKeeper
from workers.freshness import freshen

_CATCH_UP_SECONDS = 10.0


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="TEXT…")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only of that kind; may be given again.")
@click.option("--project", "project_name", metavar="NAME", help="Only of that project.")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many to show.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: kind, id, title, snippet, score; best first.")
def search(words: tuple[str, ...], kinds: tuple[str, ...], project_name: str | None, limit: int, as_json: bool) -> None:
    """Find TEXT in entries, tasks, runs, log excerpts, commits, sessions, papers and weeks, best first.

    It may be Japanese, English or both. All the words must be there, in any order; what is joined, as loss-curve or
    学習率, must stand together. Half and full width, upper and lower case are the same.
    """
    text = " ".join(words)
    settings = load()
    with contextlib.closing(open_journal(settings.journal)) as connection:
        _bring_up_to_date(connection, settings)
        project_id = find_project(connection, project_name).id if project_name is not None else None
        hits = find(connection, text, kinds=kinds or None, project_id=project_id, limit=limit)
    if as_json:
        click.echo(json.dumps([_row(hit, settings) for hit in hits], ensure_ascii=False, indent=1))
        return
    if not hits:
        say(f"nothing holds all of {text!r}; try fewer words, or the beginning of one")
    for hit in hits:
        day = time.strftime("%Y-%m-%d", time.localtime(hit.time))
        click.echo(f"{hit.kind:<7}  {hit.id}  {day}  {_shown(hit.title, hit.title_marks, settings)}")
        if hit.snippet and hit.snippet != hit.title:
            click.echo(f"         {_shown(hit.snippet, hit.marks, settings)}")


def _bring_up_to_date(connection: sqlite3.Connection, settings: Settings) -> None:
    """Let the search know what the run directories say now, where it may be written."""
    freshen(connection, settings)
    if not settings.read_only and not DocumentKeeper(connection).catch_up(_CATCH_UP_SECONDS):
        say("not all runs and commits are in the search yet; the daemon goes on with it")


def _row(hit: Hit, settings: Settings) -> dict[str, str | float]:
    title, snippet = settings.redact(hit.title), settings.redact(hit.snippet)
    return {"kind": hit.kind, "id": hit.id, "title": title, "snippet": snippet, "score": hit.score}


def _shown(text: str, marks: tuple[tuple[int, int], ...], settings: Settings) -> str:
    """A text with the marked places in bold."""
    if settings.redact(text) != text:
        return settings.redact(text)
    shown, at = "", 0
    for begin, end in marks:
        shown += text[at:begin] + click.style(text[begin:end], bold=True)
        at = end
    return shown + text[at:]
