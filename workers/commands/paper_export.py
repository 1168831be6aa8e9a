"""`machiai paper export` and `cite`: papers for other programs and people."""

import time
from pathlib import Path

import click

from store import bibliography, papers, reading
from store.database import write
from store.paper_lookups import find_paper
from store.paper_rows import STATES, Paper
from workers.commands import say
from workers.commands.output import put_out
from workers.commands.paper_words import open_papers

KEPT = ("reading", "queue", "read")
"""What is written where nothing is chosen: all that was kept."""


@click.command()
@click.argument("names", nargs=-1, metavar="[ID…]")
@click.option("--bibtex", "form", flag_value="bibtex", default=True, help="BibTeX with arXiv's fields; the default.")
@click.option("--markdown", "form", flag_value="markdown", help="A reading list, by state, with the lessons.")
@click.option("--csv", "form", flag_value="csv", help="A row a paper, with minutes and passes.")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only in that; may be given again.")
@click.option("--tag", metavar="TAG", help="Only with that tag.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Instead of stdout.")
def export(names: tuple[str, ...], form: str, states: tuple[str, ...], tag: str | None, out: Path | None) -> None:
    """Write these papers, or all that are in the queue, being read or read, for other programs.

    The key of a paper in BibTeX is its own for good: texts that cite it go on to work.
    """
    if names and (states or tag):
        raise click.UsageError("give either papers, or --state and --tag")
    with open_papers() as (connection, settings):
        if names:
            chosen = list({one.ref: one for one in (find_paper(connection, name) for name in names)}.values())
        else:
            chosen = [one for state in states or KEPT for one in papers.list_papers(connection, [state], tag=tag)]
        if form == "csv":
            text = bibliography.to_csv(
                chosen, reading.minutes_of_all(connection, [one.ref for one in chosen], time.time())
            )
        elif form == "markdown":
            text = bibliography.to_markdown(chosen)
        elif settings.read_only or not any(one.citekey is None for one in chosen):
            text = bibliography.to_bibtex(chosen, bibliography.keys_of(connection, chosen, keep=False))
        else:
            with write(connection):
                text = bibliography.to_bibtex(chosen, bibliography.keys_of(connection, chosen))
    put_out(text, out)
    if out is not None or not chosen:
        say(_count(chosen) + (f" are in {out}" if out and len(chosen) != 1 else f" is in {out}" if out else ""))


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="ID…")
def cite(names: tuple[str, ...]) -> None:
    """Print how papers are cited, a line each."""
    with open_papers() as (connection, _):
        for name in names:
            click.echo(bibliography.cite(find_paper(connection, name)))


def _count(chosen: list[Paper]) -> str:
    return "1 paper" if len(chosen) == 1 else f"{len(chosen):,} papers"
