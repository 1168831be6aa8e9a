"""`machiai paper pass`, `again` and `pdf`: reading in pieces, reading again, and the pages themselves."""

import time

import click

from store import paper_files, reading, rereading
from store.database import write
from store.errors import PaperError
from store.paper_lookups import find_paper
from workers.commands import say
from workers.commands.paper_words import open_papers, spell_paper

_LOOK_SECONDS = 0.2


@click.command(name="pass")
@click.argument("name", metavar="ID")
@click.option("--number", type=click.IntRange(1, 3), help="Which of the three; else the next.")
@click.option("--back", is_flag=True, help="The last pass was not done.")
@click.option("--page", type=click.IntRange(min=1), help="Not done yet: that page is reached.")
def pass_(name: str, number: int | None, back: bool, page: int | None) -> None:
    """Say that a pass over a paper is done: a first of minutes, a second of an hour, a third of hours."""
    if (number is not None) + back + (page is not None) > 1:
        raise click.UsageError("--number, --back and --page each go alone")
    now = time.time()
    with open_papers(writes=True) as (connection, _):
        with write(connection):
            one = find_paper(connection, name)
            if page is not None:
                reading.reach(connection, one.id, page, now)
            elif back:
                reading.take_back_pass(connection, one.id, now)
            else:
                done = reading.finish_pass(connection, one.id, now, number)
                took = f", {done.seconds / 60:.0f} minutes" if done.seconds else ""
                say(f"pass {done.number} of {one.title} is done{took}")
        one = find_paper(connection, one.ref)
        left = reading.minutes_left(connection, one, now)
        say(spell_paper(one))
        if left:
            say(f"pass {one.passes + 1} is about {left:.0f} minutes")


@click.command()
@click.argument("name", required=False, metavar="[ID]")
@click.option("--known", type=click.Choice(rereading.RATINGS), help="It was read again, and known that well.")
@click.option("--no", "stop", is_flag=True, help="Do not read it again.")
def again(name: str | None, known: str | None, stop: bool) -> None:
    """Read a paper again, at growing intervals; without ID: what is due."""
    now = time.time()
    if name is None:
        if known or stop:
            raise click.UsageError("name the paper")
        with open_papers() as (connection, _):
            for one in rereading.due_papers(connection, now):
                click.echo(spell_paper(one))
        return
    with open_papers(writes=True) as (connection, _):
        with write(connection):
            one = find_paper(connection, name)
            if stop:
                one = rereading.forget(connection, one.id, now)
            elif known:
                one = rereading.rate(connection, one.id, known, now)
            else:
                one = rereading.mark_worth(connection, one.id, now)
        when = "not read again" if one.due is None else f"due on {time.strftime('%Y-%m-%d', time.localtime(one.due))}"
        say(f"{one.title}: {when}")


@click.command()
@click.argument("name", metavar="ID")
def pdf(name: str) -> None:
    """Fetch the PDF of a paper, once, and print where it lies."""
    with open_papers() as (connection, settings):
        one = find_paper(connection, name)
        path = paper_files.path_of(connection, settings.home, one.id)
        file = paper_files.read(connection, one.id)
        newer = file is not None and file.version != one.version
        if (path is None or newer) and not settings.read_only:
            from workers.papers.errands import Errands

            now = time.time()
            with write(connection):
                if path is None and file is not None and file.state == "ready":
                    paper_files.want_again(connection, one.id, now)
                else:
                    paper_files.want(connection, one.id, now)
                    paper_files.put_off(connection, one.id, now)
            files = Errands(connection, settings).files
            while (
                (file := paper_files.read(connection, one.id)) is not None and file.state == "wanted" and not file.error
            ):
                if not files.tick():  # the daemon is at it
                    time.sleep(_LOOK_SECONDS)
            path = paper_files.path_of(connection, settings.home, one.id)
            if file is not None and file.error:
                say(file.error)
        if path is None:
            raise PaperError("the PDF of {title} is not here", title=one.title)
    click.echo(path)
