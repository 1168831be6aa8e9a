"""What the pages read and change about the researcher's own sessions. Nothing here is done on a timer but reading."""

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app import leaving, reads
from app.leaving import Leaving, Start
from store import advice_log, projects, resumes, sessions, task_rows
from store.advice import Advice
from store.database import write
from store.errors import SessionError
from store.projects import Project
from store.resumes import Resume
from store.sessions import Session
from store.settings import Settings
from store.task_rows import Task
from store.waiting_preferences import read_waiting

MORE_SECONDS = 600.0
ASIDE = ("mail", "break")
"""Kinds that are no work: what was left waits until they are over."""
_MOST_TASKS = 200


@dataclass(frozen=True)
class Clock:
    """What goes on at ``now``: the open ``session``; the session that the resume form is about, with what is filled in
    by itself (``facts``); in mail or a break the way ``back``. ``more`` is whether there may be ten minutes more."""

    now: float
    session: Session | None = None
    more: bool = False
    leaving: Leaving | None = None
    left: Session | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    back: Resume | None = None


@dataclass(frozen=True)
class Choices:
    """What a session can be about."""

    projects: list[Project]
    tasks: list[Task]


def read_clock(settings: Settings) -> Clock | None:
    """What goes on; None where there is no journal to ask."""
    if not settings.journal.exists():
        return None
    now = time.time()
    asked = leaving.waiting(settings)
    with reads.open_journal(settings) as connection:
        session = sessions.open_session(connection)
        left, facts = _left(connection, asked, now)
        cap = read_waiting(connection).mail_minutes * 60.0
        notes = resumes.open_resumes(connection) if session is not None and session.kind in ASIDE else []
    return Clock(
        now,
        reads.without_token(settings, session),
        session is not None and may_extend(session, now, cap),
        asked if left is not None else None,
        reads.without_token(settings, left),
        reads.without_token(settings, facts),
        reads.without_token(settings, notes[0]) if notes else None,
    )


def may_extend(session: Session, now: float, cap: float) -> bool:
    """Whether it may last ten minutes more: mail no longer than its cap, nothing longer than half a day."""
    length = max(session.length, session.seconds(now)) + MORE_SECONDS
    return length <= (cap if session.kind == "mail" else sessions.LONGEST_SECONDS)


def read_choices(settings: Settings) -> Choices:
    """The projects and open tasks that a session can be about."""
    with reads.open_journal(settings) as connection:
        tasks = task_rows.list_tasks(connection, states=("doing", "todo"), limit=_MOST_TASKS)
        found = Choices(projects.list_projects(connection, archived=False), tasks)
    return reads.without_token(settings, found)


def start(settings: Settings, one: Start | Advice) -> None:
    """Begin a session; where the open one is left by that in the middle of a thought, its resume form comes first."""
    reads.refuse_read_only(settings)
    now = time.time()
    with reads.open_journal(settings, read_only=False) as connection:
        current = sessions.open_session(connection)
        if current is not None and not sessions.forgotten(current, now) and sessions.needs_resume(current, now):
            leaving.ask(settings, Leaving(current.id, one))
            return
        with write(connection):
            _begin(connection, one, now)


def is_at(settings: Settings, one: Advice) -> bool:
    """Whether the open session is on that suggestion."""
    with reads.open_journal(settings) as connection:
        current = sessions.open_session(connection)
    return current is not None and (current.kind, current.run_id) == (one.kind, one.run_id)


def end(settings: Settings, session_id: int) -> None:
    """End a session now; then its resume form comes, where it needs one."""
    reads.refuse_read_only(settings)
    now = time.time()
    with reads.open_journal(settings, read_only=False) as connection:
        with write(connection):
            ended = sessions.end(connection, session_id, now)
        if sessions.needs_resume(ended, now):
            leaving.ask(settings, Leaving(session_id))


def close_forgotten(settings: Settings, session_id: int) -> None:
    """End a session when it was meant to end."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        due = sessions.get_session(connection, session_id).due
        sessions.end(connection, session_id, min(due, time.time()), by=sessions.FORGOTTEN)


def extend(settings: Settings, session_id: int) -> None:
    """Give it ten minutes more."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        sessions.extend(connection, session_id, MORE_SECONDS, time.time())


def finish_leaving(settings: Settings, one: Leaving, note: Mapping[str, str] | None) -> None:
    """Keep the resume note (None: without one), then begin what is to come; both or neither.

    Where it was done in another tab meanwhile, a note is kept all the same, and nothing begins twice.
    """
    reads.refuse_read_only(settings)
    now = time.time()
    begins = one.then if leaving.waiting(settings) == one else None
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        left = sessions.get_session(connection, one.session_id)
        facts = resumes.touched(connection, left.project_id, left.begun, left.ended or now)
        if begins is not None:
            _begin(connection, begins, now)
        if note is not None and (any(note.values()) or facts["commits"] or facts["files"]):
            resumes.write_resume(connection, now, project_id=left.project_id, session_id=left.id, facts=facts, **note)
        elif note is not None:
            raise SessionError("there is nothing in this note yet; write a line, or skip it")
    leaving.done(settings, one)


def stay(settings: Settings, one: Leaving) -> None:
    """Stay with the session that was about to be left; what was typed waits for when it is."""
    leaving.done(settings, one, kept=True)


def take_up(settings: Settings, resume_id: int) -> None:
    """The researcher is back: the note is closed."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        resumes.close_resume(connection, resume_id, time.time())


def correct(settings: Settings, session_id: int, **fields: Any) -> None:
    """Put right when a session began and ended, what it was and what came of it; SessionError where it cannot be so."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        sessions.correct(connection, session_id, time.time(), **fields)


def skip(settings: Settings, one: Advice) -> None:
    """Not this one: not again for two hours, and its kind less."""
    reads.refuse_read_only(settings)
    now = time.time()
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        (number,) = advice_log.offer(connection, [one], now)
        advice_log.answer(connection, number, advice_log.SKIPPED, now)


def reset_weights(settings: Settings) -> None:
    """Let every kind of suggestion count alike again."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        advice_log.reset_weights(connection, time.time())


def _begin(connection: sqlite3.Connection, one: Start | Advice, now: float) -> None:
    if isinstance(one, Advice):
        (number,) = advice_log.offer(connection, [one], now)
        sessions.take(connection, number, now)
        return
    planned = None if one.minutes is None else one.minutes * 60
    sessions.begin(
        connection, one.kind, now, planned=planned, project_id=one.project_id, task_id=one.task_id, paper=one.paper
    )


def _left(
    connection: sqlite3.Connection, asked: Leaving | None, now: float
) -> tuple[Session | None, Mapping[str, Any]]:
    if asked is None:
        return None, {}
    try:
        left = sessions.get_session(connection, asked.session_id)
    except SessionError:
        return None, {}
    return left, resumes.touched(connection, left.project_id, left.begun, left.ended or now)
