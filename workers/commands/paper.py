"""`machiai paper`: papers from arXiv and elsewhere, from found to read."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import click

from store import paper_searches, papers
from store.database import write
from store.errors import PaperError
from store.paper_intake import take_in
from store.paper_lookups import find_paper
from store.paper_queries import make_form
from store.paper_rows import READING_LIMIT, STATES
from store.paper_searches import DEGRADED, FAILED
from workers.commands import say
from workers.commands.dates import EXAMPLES, read_date
from workers.commands.paper_export import cite, export
from workers.commands.paper_lists import ls, searches, show
from workers.commands.paper_reading import again, pass_, pdf
from workers.commands.paper_words import open_papers, spell_paper

_ASKED = 60
"""How many papers of a long list are asked about while one waits; the others later."""
_NAMES = click.argument("names", nargs=-1, required=True, metavar="ID…")


@click.group()
def paper() -> None:
    """Keep papers: follow searches on arXiv, sort out what they find, and read.

    ID is an arXiv id, with or without its version, an address of arXiv or a DOI of the paper, or what `ls` shows in the
    first column.
    """


paper.add_command(ls)
paper.add_command(show)
paper.add_command(searches)
paper.add_command(export)
paper.add_command(cite)
paper.add_command(pass_)
paper.add_command(again)
paper.add_command(pdf)


@paper.command()
@click.argument("items", nargs=-1, metavar="ID|URL|DOI|TITLE|FILE.bib…")
@click.option("--bibtex", "file", type=click.File(encoding="utf-8", errors="replace"), help="All of a BibTeX file.")
@click.option("--state", type=click.Choice(STATES), default="queue", show_default=True, help="Where to.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A word to find it by; may be given again.")
def add(items: tuple[str, ...], file: IO[str] | None, state: str, tags: tuple[str, ...]) -> None:
    """Keep papers; without any, or with `-`, a list is read from standard input, a line each. Ids go to stdout.

    Those of arXiv are kept by their ids where arXiv cannot be asked just now; what they are is asked later.
    """
    files = [_read_file(item) for item in items if item.endswith(".bib")]
    texts = [item for item in items if item != "-" and not item.endswith(".bib")]
    if "-" in items or not (items or file):
        if sys.stdin.isatty():
            say("paste a list, a line each; Ctrl-D ends it")
        texts.append(sys.stdin.read())
    if file is not None:
        files.append(file.read())
    with open_papers(writes=True) as (connection, settings):
        now = time.time()
        with write(connection):
            taken = [take_in(connection, text, now, state=state, tags=tags) for text in _joined(texts, files)]
        refs = list(dict.fromkeys(one.ref for kept in taken for one in (*kept.new, *kept.known)))
        if any(one.source == "arxiv" and one.version is None for kept in taken for one in (*kept.new, *kept.known)):
            from workers.papers.errands import Errands, spell_completed

            done = Errands(connection, settings).complete(_ASKED)
            if done.reason or done.unknown:
                say(spell_completed(done))
        known = {one.ref for kept in taken for one in kept.known}
        for ref in refs:
            one = find_paper(connection, ref)
            say(f"{'known already: ' if ref in known else ''}{spell_paper(one)}")
            click.echo(ref)
        for line in (line for kept in taken for line in kept.problems):
            say(line[:160])


@paper.command()
@click.argument("query", nargs=-1)
@click.option("--category", "categories", multiple=True, metavar="CAT", help="cs.LG, stat.ML …; any of those given.")
@click.option("--title", multiple=True, metavar="WORDS", help="Words that stand together in the title.")
@click.option("--abstract", multiple=True, metavar="WORDS", help="… in the abstract.")
@click.option("--author", multiple=True, metavar="NAME", help="One of the authors.")
@click.option("--word", "words", multiple=True, metavar="WORDS", help="… anywhere.")
@click.option("--not", "exclude", multiple=True, metavar="WORDS|CAT", help="None with that.")
@click.option("--name", default="", help="What to call the search.")
def follow(query: tuple[str, ...], name: str, **form: tuple[str, ...]) -> None:
    """Follow a search on arXiv: QUERY as arXiv writes it, or made of the options.

    Of each option any one that is given fits; all the options must. `machiai paper pull` asks arXiv at once.
    """
    given = {kind: values for kind, values in form.items() if values}
    if bool(query) == bool(given):
        raise click.UsageError("give a query, or options such as --category cs.LG --title 'state space'")
    with open_papers(writes=True) as (connection, _):
        wanted = " ".join(query) if query else make_form(given)
        with write(connection):
            made = paper_searches.add_search(connection, wanted, time.time(), name)
        say(f"follows {made.name}: {made.query}")
        click.echo(made.id)


@paper.command()
@click.argument("name")
def unfollow(name: str) -> None:
    """Follow the search NAME (or number) no longer; what it has found stays."""
    with open_papers(writes=True) as (connection, _):
        with write(connection):
            search = paper_searches.find_search(connection, name)
            paper_searches.remove_search(connection, search.id, time.time())
        say(f"{search.name} is not followed any more")


@paper.command()
@click.argument("names", nargs=-1, metavar="[SEARCH…]")
@click.option("--json", "as_json", is_flag=True, help="For scripts: query, outcome, new, updated, reason of each.")
def pull(names: tuple[str, ...], as_json: bool) -> None:
    """Ask arXiv for the new papers of these searches, or of all. The exit code is 1 where one could not be asked."""
    from workers.papers.errands import Errands

    with open_papers(writes=True) as (connection, settings):
        chosen = [paper_searches.find_search(connection, name) for name in names]
        chosen = chosen or paper_searches.list_searches(connection, paused=False)
        if not chosen and not as_json:
            say("no search is followed; `machiai paper follow` takes one up")
        errands = Errands(connection, settings)
        pulled = []
        for one in errands.pull(chosen):
            pulled.append(one)
            if not as_json:
                new = f"{one.new} new" + (f", {one.updated} changed" if one.updated else "")
                words = one.outcome.replace("_", " ") + (f": {one.reason}" if one.reason else "")
                say(f"{one.search.name}: {new} ({words})")
        errands.complete()
    if as_json:
        rows = [
            {"name": one.search.name, "query": one.search.query, "outcome": one.outcome, "new": one.new,
             "updated": one.updated, "reason": one.reason}
            for one in pulled
        ]  # fmt: skip
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    if any(one.outcome == DEGRADED for one in pulled) and not as_json:
        say("what came was not all there is; it is tried again by itself while the daemon runs")
    if any(one.outcome == FAILED for one in pulled):
        raise click.exceptions.Exit(1)


def _decide(state: str, words: str) -> Callable[..., None]:
    def decide(names: tuple[str, ...]) -> None:
        _put(names, state)

    decide.__doc__ = words
    return decide


for _verb, _state, _words in (
    ("keep", "queue", "Put papers into the queue."),
    ("skip", "dropped", "Say that papers are not wanted; they do not come back."),
    ("start", "reading", "Begin to read papers."),
    ("read", "read", "Say that papers are read."),
    ("drop", "dropped", "Put papers aside for good."),
):
    paper.command(_verb)(_NAMES(_decide(_state, _words)))


@paper.command()
@_NAMES
@click.option("--until", metavar="DATE", help=f"When they come back, else in a week: {EXAMPLES}.")
def later(names: tuple[str, ...], until: str | None) -> None:
    """Put papers off; they come back into the inbox."""
    moment = None
    if until is not None:
        moment = read_date(until, time.time())
        if moment is None:
            raise PaperError("{text} is no date; write it like {examples}", text=repr(until), examples=EXAMPLES)
    _put(names, "later", moment)


@paper.command()
def undo() -> None:
    """Take the last decision about a paper back."""
    with open_papers(writes=True) as (connection, _):
        with write(connection):
            back = papers.undo(connection, time.time())
        say("nothing of the last day is to be taken back" if back is None else spell_paper(back))


def _joined(typed: Sequence[str], files: Sequence[str]) -> list[str]:
    """What was typed as one list, a line each; a file stays by itself, for it is BibTeX."""
    return [text for text in ["\n".join(typed), *files] if text.strip()] or [""]


def _read_file(path: str) -> str:
    """The BibTeX of a file that was named as a paper; UsageError where it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror or error}") from None


def _put(names: Sequence[str], state: str, until: float | None = None) -> None:
    with open_papers(writes=True) as (connection, _):
        with write(connection):
            found = [find_paper(connection, name) for name in names]
            for one in found:
                papers.set_state(connection, one.id, state, time.time(), until)
        for one in found:
            say(spell_paper(find_paper(connection, one.ref)))
        reading = papers.count_states(connection)["reading"]
        if state == "reading" and reading > READING_LIMIT:
            say(f"{reading} papers are being read at a time; {READING_LIMIT} are read better")
