"""`machiai conclude`: what a run showed, in one line; and which runs still wait for it."""

import contextlib
import sys
import time

import click

from store.catalogue import find_run
from store.database import open_journal, write
from store.errors import MachiaiError
from store.plaintext import decode
from store.runs import Run
from store.settings import Settings, load
from store.weekly.conclusions import conclude as write_conclusion
from store.weekly.conclusions import without_conclusion
from workers.commands import say
from workers.freshness import freshen

_DAY_SECONDS = 86400.0


@click.command()
@click.argument("run", required=False)
@click.argument("words", nargs=-1, metavar="[TEXT… | -]")
@click.option("--clear", is_flag=True, help="Take the conclusion of RUN away.")
@click.option(
    "--days", type=click.IntRange(min=1), default=7, show_default=True, help="Without RUN: how far to look back."
)
def conclude(run: str | None, words: tuple[str, ...], clear: bool, days: int) -> None:
    """Write in one line what RUN showed; `-` reads it from stdin, without TEXT it is printed.

    It is shown beside the run, found by the search, and told in the week's review. Without RUN, the runs are listed
    that ended in the last days and have none.
    """
    if clear and (words or not run):
        raise click.UsageError("--clear takes a RUN and no text")
    settings = load()
    if (words or clear) and settings.read_only:
        raise MachiaiError("Machiai is set to read-only; unset MACHIAI_READ_ONLY to write into the journal")
    text = decode(sys.stdin.buffer.read()) if words == ("-",) else " ".join(words)
    if words and not text.strip():
        raise MachiaiError("nothing was written; give the text, or take the conclusion away with --clear")
    with contextlib.closing(open_journal(settings.journal)) as connection:
        freshen(connection, settings)
        now = time.time()
        if run is None:
            _list(without_conclusion(connection, now - days * _DAY_SECONDS, now), days, settings)
            return
        found = find_run(connection, run)
        if not words and not clear:
            _print(found, settings)
            return
        with write(connection):
            kept = write_conclusion(connection, found.id, text, now)
    say(f"{found.name} ({found.id}): " + (f"it showed: {kept}" if kept else "no conclusion is kept any more"))


def _print(run: Run, settings: Settings) -> None:
    """What is kept of one run."""
    if run.conclusion:
        click.echo(settings.redact(run.conclusion))
    else:
        say(f"nobody has written what {run.name} ({run.id}) showed; machiai conclude {run.id} TEXT")


def _list(waiting: list[Run], days: int, settings: Settings) -> None:
    """The runs that have no conclusion yet, the one that ended last first."""
    for run in waiting:
        ended = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.ended))
        click.echo(f"{ended}  {run.state:<8} {run.id}  {run.name}  {settings.redact(run.cause or '')[:70]}".rstrip())
    span = "day" if days == 1 else f"{days} days"
    if not waiting:
        say(f"no run that ended in the last {span} waits for a conclusion")
