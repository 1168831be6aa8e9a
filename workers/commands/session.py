"""`machiai session`: what to do while it runs, and the blocks of time spent on it."""

import contextlib
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from store import advice_log, resumes, sessions
from store.advice import advise
from store.alert_words import say_phrase
from store.catalogue import find_run
from store.database import open_journal, write
from store.durations import spell
from store.errors import MachiaiError, SessionError
from store.heartbeats import is_alive, read_heartbeats
from store.projects import find_project, project_around
from store.sessions import KINDS, Session
from store.settings import Settings, load
from store.waiting import day_begin, gather
from store.words import Words
from store.worked import seconds_by_kind
from workers import lock
from workers.commands import say
from workers.commands.session_words import (
    as_offer,
    as_row,
    as_wait,
    read_past,
    spell_advice,
    spell_resume,
    spell_session,
)
from workers.freshness import freshen

_DAY = 86400.0
_WORDS = Words("en", None)


@click.group()
def session() -> None:
    """Use the time while runs train: what fits it, and the blocks of it.

    \b
    machiai session now             three things that fit the time left
    machiai session take 12         begin one of them
    machiai session start read      or any other: read refactor review plan task other mail break
    machiai session end             it is over
    """


def _resume_options(function: Callable[..., None]) -> Callable[..., None]:
    """The options of a resume note."""
    for name, parameter, text in (
        ("--question", "question", "What is still open."),
        ("--next", "next_step", "What you would do next."),
        ("--place", "place", "Where you are, for when you come back."),
    ):
        function = click.option(name, parameter, default="", metavar="TEXT", help=text)(function)
    return function


@session.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--minutes", type=click.FloatRange(min=1, max=720), help="How long; else what is usual for its kind.")
@click.option("--task", "task_id", type=int, metavar="ID", help="The task it is about.")
@click.option("--run", "reference", metavar="RUN", help="The run it is about.")
@click.option("--paper", metavar="ID", help="The paper that is read.")
@click.option("--project", "project_name", metavar="NAME", help="Else that of the task, the run or this folder.")
@_resume_options
def start(
    kind: str,
    minutes: float | None,
    task_id: int | None,
    reference: str | None,
    paper: str | None,
    project_name: str | None,
    **note: str,
) -> None:
    """Begin a session; the one that is open ends. --place, --next and --question are kept about what you leave."""
    with _journal(writes=True) as (connection, settings):
        freshen(connection, settings)
        run_id = find_run(connection, reference).id if reference else None
        project_id = None
        if project_name is not None:
            project_id = find_project(connection, project_name).id
        elif task_id is None and run_id is None and kind not in ("mail", "break", "read"):
            around = project_around(connection, Path.cwd())
            project_id = around.id if around else None

        def begin(now: float) -> int:
            return sessions.begin(
                connection,
                kind,
                now,
                planned=None if minutes is None else minutes * 60,
                project_id=project_id,
                task_id=task_id,
                run_id=run_id,
                paper=paper,
            )

        _switch(connection, begin, note)


@session.command()
@click.argument("number", type=int, metavar="ID")
@_resume_options
def take(number: int, **note: str) -> None:
    """Begin what `machiai session now` proposed as ID."""
    with _journal(writes=True) as (connection, _):
        advice_log.get_offer(connection, number)
        _switch(connection, lambda now: sessions.take(connection, number, now), note)


@session.command()
@click.argument("number", type=int, metavar="ID")
def skip(number: int) -> None:
    """Not what `machiai session now` proposed as ID: propose it no more for two hours, and its kind less."""
    with _journal(writes=True) as (connection, _), write(connection):
        offer = advice_log.get_offer(connection, number)
        if offer.outcome in (advice_log.ACCEPTED, advice_log.FINISHED):
            raise SessionError(f"suggestion {number} was taken already; `machiai session end` ends its session")
        advice_log.answer(connection, number, advice_log.SKIPPED, time.time())
    say(f"suggestion {number} is skipped")


@session.command()
@click.option("--outcome", default="", metavar="TEXT", help="What came of it.")
@_resume_options
def end(outcome: str, **note: str) -> None:
    """End the session that is open."""
    with _journal(writes=True) as (connection, _):
        open_ = _open(connection)
        note = _ask(connection, open_, note)
        now = time.time()
        with write(connection):
            ended = sessions.end(connection, open_.id, now, outcome=outcome)
            _keep_note(connection, open_, note, now)
    say(spell_session(ended, now))
    if sessions.forgotten(open_, now):
        say(f"if it was over before, say when: machiai session correct {open_.id} --ended 14:05")


@session.command()
@click.argument("minutes", type=click.FloatRange(min=1, max=720))
def extend(minutes: float) -> None:
    """Give the session that is open MINUTES more; mail ends at its cap."""
    with _journal(writes=True) as (connection, _), write(connection):
        now = time.time()
        extended = sessions.extend(connection, _open(connection).id, minutes * 60, now)
    say(spell_session(extended, now))


@session.command()
@click.argument("number", type=int, metavar="ID")
@click.option("--begun", metavar="TIME", help="When it began: 14:05, or 2026-11-21 14:05.")
@click.option("--ended", metavar="TIME", help="When it ended.")
@click.option("--kind", type=click.Choice(KINDS), help="What it was.")
@click.option("--outcome", metavar="TEXT", help="What came of it.")
def correct(number: int, begun: str | None, ended: str | None, kind: str | None, outcome: str | None) -> None:
    """Put right what is kept of the session ID."""
    if (begun, ended, kind, outcome) == (None, None, None, None):
        raise click.UsageError("what is to be put right? --begun, --ended, --kind or --outcome")
    now = time.time()
    times = {name: read_past(text, now) for name, text in (("begun", begun), ("ended", ended)) if text is not None}
    with _journal(writes=True) as (connection, _), write(connection):
        corrected = sessions.correct(connection, number, now, kind=kind, outcome=outcome, **times)
    say(spell_session(corrected, now))


@session.command()
@click.option("--days", type=click.IntRange(min=1), default=1, show_default=True, help="Today, and days before it.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: an object a session, times in epoch seconds.")
def ls(days: int, as_json: bool) -> None:
    """List today's sessions, and how long each kind took."""
    now = time.time()
    with _journal() as (connection, _):
        begin = day_begin(now - (days - 1) * _DAY)
        known = sessions.list_sessions(connection, begin, now + _DAY)
        sums = seconds_by_kind(connection, begin, now, now)
    if as_json:
        click.echo(json.dumps([as_row(one, now) for one in known], ensure_ascii=False, indent=1))
        return
    if not known:
        say("there is none; `machiai session now` proposes some")
        return
    for one in known:
        click.echo(spell_session(one, now))
    say(", ".join(f"{kind} {spell(seconds)}" for kind, seconds in sums.items()))


@session.command(name="now")
@click.option("--json", "as_json", is_flag=True, help="For scripts: session, wait, resume, advice.")
def show_now(as_json: bool) -> None:
    """Say what runs, what goes on, and up to three things that fit the time left."""
    with _journal() as (connection, settings):
        freshen(connection, settings)
        now = time.time()
        live = lock.holder(settings.home) is None or is_alive(read_heartbeats(connection), now)
        situation = gather(connection, now, live=live)
        found = advise(situation)
        ids: list[int | None] = [None] * len(found)
        if not settings.read_only:
            with write(connection):
                ids = [*advice_log.offer(connection, found, now)]
        open_ = sessions.open_session(connection)
        note = resumes.latest_open(connection, open_.project_id) if open_ and open_.project_id else None
    if as_json:
        shown = {
            "session": None if open_ is None else as_row(open_, now),
            "wait": as_wait(situation),
            "advice": [as_offer(one, number) for one, number in zip(found, ids, strict=True)],
        }
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    if open_ is not None:
        click.echo(spell_session(open_, now))
        if sessions.is_over(open_, now):
            click.echo("  its time is over: machiai session end, or extend MINUTES")
    if note is not None:
        click.echo(spell_resume(note, now))
    if not found:
        say("nothing that is known fits; add tasks: machiai task add TITLE")
    for one, number in zip(found, ids, strict=True):
        click.echo(spell_advice(one, number, lambda phrase: say_phrase(phrase, _WORDS, now)))


@session.command()
@click.option("--reset", is_flag=True, help="Let every weight be 1 again.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: kind, value, accepted, finished, skipped.")
def weights(reset: bool, as_json: bool) -> None:
    """Show how much each kind of suggestion counts, from what you did with earlier ones."""
    now = time.time()
    with _journal(writes=reset) as (connection, _):
        if reset:
            with write(connection):
                advice_log.reset_weights(connection, now)
        known = advice_log.explain_weights(connection, now)
    if as_json:
        click.echo(json.dumps([vars(one) for one in known], indent=1))
        return
    for one in known:
        counts = f"accepted {one.accepted}, finished {one.finished}, skipped {one.skipped}"
        click.echo(f"{one.kind:<9} {one.value:.2f}  {counts}")


@contextlib.contextmanager
def _journal(*, writes: bool = False) -> Iterator[tuple[sqlite3.Connection, Settings]]:
    settings = load()
    if writes and settings.read_only:
        raise MachiaiError("Machiai is set to read-only; unset MACHIAI_READ_ONLY to change sessions")
    with contextlib.closing(open_journal(settings.journal)) as connection:
        yield connection, settings


def _open(connection: sqlite3.Connection) -> Session:
    open_ = sessions.open_session(connection)
    if open_ is None:
        raise SessionError("no session is open; begin one: machiai session start KIND")
    return open_


def _switch(connection: sqlite3.Connection, begin: Callable[[float], int], note: dict[str, str]) -> None:
    """Begin a session, with the resume note of the one that is left, and the note of what is returned to."""
    left = sessions.open_session(connection)
    if left is None and any(note.values()):
        raise click.UsageError("no session is open, so that there is nothing to leave a note about")
    if left is not None:
        note = _ask(connection, left, note)
    now = time.time()
    with write(connection):
        begun = sessions.get_session(connection, begin(now))
        card = None
        if begun.project_id is not None and (left is None or left.project_id != begun.project_id):
            card = resumes.latest_open(connection, begun.project_id)
        if card is not None:
            resumes.close_resume(connection, card.id, now)
        if left is not None:
            _keep_note(connection, left, note, now)
    if left is not None:
        say(f"left: {spell_session(sessions.get_session(connection, left.id), now)}")
    say(spell_session(begun, now))
    if card is not None:
        click.echo(spell_resume(card, now))


def _ask(connection: sqlite3.Connection, left: Session, note: dict[str, str]) -> dict[str, str]:
    """The resume note of what is left: as given, or asked for in a terminal; Enter leaves a line empty."""
    now = time.time()
    if any(note.values()) or not sessions.needs_resume(left, now) or not sys.stdin.isatty():
        return note
    facts = resumes.touched(connection, left.project_id, left.begun, now)
    for commit in facts["commits"]:
        click.echo(f"  {commit['sha'][:8]} {commit['subject']}", err=True)
    questions = (("place", "where I am"), ("next_step", "next step"), ("question", "open question"))
    return {name: click.prompt(text, default="", show_default=False, err=True) for name, text in questions}


def _keep_note(connection: sqlite3.Connection, left: Session, note: dict[str, str], now: float) -> None:
    facts = resumes.touched(connection, left.project_id, left.begun, now)
    if any(note.values()) or (sessions.needs_resume(left, now) and (facts["commits"] or facts["files"])):
        resumes.write_resume(connection, now, project_id=left.project_id, session_id=left.id, facts=facts, **note)
