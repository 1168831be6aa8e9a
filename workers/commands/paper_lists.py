"""`machiai paper ls`, `show` and `searches`: what there is, without changing it."""

import json
import time
from dataclasses import asdict

import click

from store import paper_searches, papers
from store.paper_lookups import find_paper, is_unknown
from store.paper_rows import STATES
from workers.commands import say
from workers.commands.paper_words import LOOK, as_rows, open_papers, spell_paper

_SHOWN = 50


@click.command()
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only in that; may be given again.")
@click.option("--tag", metavar="TAG", help="Only with that tag.")
@click.option("--search", "search_name", metavar="NAME", help="Only what that search has found.")
@click.option("-n", "--limit", type=click.IntRange(min=1), help=f"How many of each state; {_SHOWN}, for scripts all.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: an object a paper.")
def ls(states: tuple[str, ...], tag: str | None, search_name: str | None, limit: int | None, as_json: bool) -> None:
    """List papers, as each state has them in order; those that were dropped where they are asked for."""
    most = limit or (-1 if as_json else _SHOWN)
    with open_papers() as (connection, _):
        search = paper_searches.find_search(connection, search_name).id if search_name is not None else None
        found = [
            one
            for state in states or [state for state in LOOK if state != "dropped"]
            for one in papers.list_papers(connection, [state], tag=tag, search_id=search, limit=most)
        ]
        if as_json:
            click.echo(json.dumps(as_rows(connection, found), ensure_ascii=False, indent=1))
            return
        counts = papers.count_states(connection)
    for one in found:
        click.echo(spell_paper(one))
    if not found:
        say("there is none; `machiai paper follow` or `machiai paper add` brings some")
    elif sum(counts[state] for state in states or LOOK if state != "dropped" or states) > len(found):
        say("there are more; " + ", ".join(f"{counts[state]} in {state}" for state in LOOK if counts[state]))


@click.command()
@click.argument("name", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="For scripts: all that is known.")
def show(name: str, as_json: bool) -> None:
    """Show all that is known of a paper."""
    with open_papers() as (connection, _):
        one = find_paper(connection, name)
        row = as_rows(connection, [one])[0]
        found_by = paper_searches.searches_of(connection, one.id)
        is_bare = is_unknown(connection, one)
        events = papers.history(connection, one.id)
    more = {
        "abstract": one.abstract, "comment": one.comment, "journal": one.journal, "doi": one.doi, "url": one.url,
        "pdf_url": one.pdf_url, "published": one.published, "updated": one.updated, "seen_version": one.seen_version,
        "newer": one.has_newer, "withdrawn": one.withdrawn, "until": one.until, "lesson": one.lesson,
        "passes": one.passes, "page": one.page, "pages": one.pages, "pdf": one.file, "due": one.due,
        "searches": found_by,
    }  # fmt: skip
    if as_json:
        told = [{"time": event.time, "kind": event.kind, "undone": event.undone, **event.detail} for event in events]
        click.echo(json.dumps(row | more | {"events": told}, ensure_ascii=False, indent=1))
        return
    click.echo(spell_paper(one))
    lines: list[tuple[str, str | None]] = [("authors", ", ".join(one.authors)), ("in", ", ".join(one.categories))]
    lines += [("comment", one.comment), ("journal", one.journal), ("doi", one.doi), ("link", one.url)]
    lines += [("found by", ", ".join(found_by)), ("minutes", f"{row['minutes']:g}" if row["minutes"] else "")]
    lines += [("lesson", one.lesson), ("unknown", "arXiv knows no paper of this id" if is_bare else "")]
    for label, text in lines:
        if text:
            click.echo(f"{label:>9}  {text}")
    if one.abstract:
        click.echo(f"\n{one.abstract}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts: an object a search.")
def searches(as_json: bool) -> None:
    """List the searches that are followed, and how the last pull of each went."""
    with open_papers() as (connection, _):
        known = paper_searches.list_searches(connection)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in known], ensure_ascii=False, indent=1))
        return
    if not known:
        say("there is none; `machiai paper follow` takes one up")
    for one in known:
        click.echo(f"{one.id:>3}  {one.name}{'  paused' if one.is_paused else ''}\n     {one.query}")
        click.echo(f"     {_spell_pull(one)}")


def _spell_pull(one: paper_searches.Search) -> str:
    if one.last_tried is None:
        return "not pulled yet"
    words = f"{one.last_outcome or ''}".replace("_", " ") + f" at {_moment(one.last_tried)}, {one.new} new"
    if one.last_reason:
        words += f": {one.last_reason}"
    if one.last_good != one.last_tried:
        words += f"; the last good pull was {'never' if one.last_good is None else 'at ' + _moment(one.last_good)}"
    return words


def _moment(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
