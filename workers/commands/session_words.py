"""Sessions, resume notes and suggestions as `machiai session` prints them, and times that have passed as typed."""

import datetime
import re
import time
from collections.abc import Callable
from typing import Any

from store.advice import Advice
from store.durations import spell
from store.errors import SessionError
from store.resumes import Resume
from store.sessions import Session
from store.situations import Situation, wait_of
from store.symptoms import Phrase

_PAST = re.compile(r"(?:(?:(\d{4})-)?(\d{1,2})-(\d{1,2})[ T])?(\d{1,2}):(\d{2})", re.ASCII)


def spell_session(session: Session, now: float) -> str:
    """``  7  11-21 14:05–14:35  read  30 m of 30 m  cifar  Horizon``"""
    begun = time.strftime("%m-%d %H:%M", time.localtime(session.begun))
    ended = "now  " if session.ended is None else time.strftime("%H:%M", time.localtime(session.ended))
    about = [session.project, session.task, session.run, session.paper]
    why = f"({session.ended_by})" if session.ended_by not in (None, "user") else None
    words = [f"{session.id:>3}", f"{begun}–{ended}", f"{session.kind:<8}"]
    words += [f"{spell(session.seconds(now))} of {spell(session.length)}", *(one for one in about if one)]
    words += [one for one in (why, _line(session.outcome)) if one]
    return "  ".join(words)


def as_row(session: Session, now: float) -> dict[str, Any]:
    """A session for scripts; lengths in seconds."""
    return {
        "id": session.id,
        "kind": session.kind,
        "project": session.project,
        "task": session.task_id,
        "run": session.run_id,
        "paper": session.paper,
        "begun": session.begun,
        "planned": session.length,
        "ended": session.ended,
        "seconds": session.seconds(now),
        "slept": session.slept,
        "ended_by": session.ended_by,
        "outcome": session.outcome,
        "corrected": session.corrected,
    }


def spell_resume(note: Resume, now: float) -> str:
    """A resume note, a line for each part that is written."""
    parts = [f"  you left {note.project or 'it'} {spell(max(0.0, now - note.written))} ago"]
    named = (("where you were", note.place), ("next step", note.next_step), ("open question", note.question))
    parts += [f"    {name}: {_line(text)}" for name, text in named if text]
    for commit in note.facts.get("commits", []):
        parts.append(f"    {commit['sha'][:8]} {_line(commit['subject'])}")
    if note.facts.get("files"):
        parts.append(f"    files: {', '.join(note.facts['files'])}")
    return "\n".join(parts)


def spell_advice(advice: Advice, number: int | None, told: Callable[[Phrase], str]) -> str:
    """A suggestion in two lines: what, how long and its number; and why."""
    minutes = "" if advice.minutes is None else f", {advice.minutes:.0f} min"
    shown = "   –" if number is None else f"{number:>4}"
    reasons = " · ".join(told(reason) for reason in advice.reasons)
    return f"{shown}  {_line(told(advice.title))} ({advice.kind}{minutes})\n      {_line(reasons)}"


def as_offer(advice: Advice, number: int | None) -> dict[str, Any]:
    """A suggestion for scripts."""
    return {
        "id": number,
        "kind": advice.kind,
        "subject": advice.subject,
        "title": str(advice.title),
        "minutes": advice.minutes,
        "reasons": [str(reason) for reason in advice.reasons],
        "project": advice.project_id,
        "task": advice.task_id,
        "run": advice.run_id,
        "paper": advice.paper,
        "resume": advice.resume_id,
    }


def as_wait(situation: Situation) -> dict[str, Any]:
    """How much time is left, for scripts; in seconds, null where it is not known."""
    wait = wait_of(situation)
    return {
        "run": wait.job.id if wait.job else None,
        "name": wait.job.name if wait.job else None,
        "low": wait.low,
        "at": wait.at,
        "high": wait.high,
        "latest": wait.latest,
        "silent": situation.silent,
    }


def read_past(text: str, now: float) -> float:
    """The last such moment before ``now``, in epoch seconds, by the clock of this machine: ``14:05``, ``11-20 14:05``,
    ``2026-11-20 14:05``; SessionError where it cannot be read."""
    found = _PAST.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute = (None if one is None else int(one) for one in found.groups())
        today = datetime.date(*time.localtime(now)[:3])
        date = today if month is None or day is None else datetime.date(year or today.year, month, day)
        clock = datetime.time(hour or 0, minute or 0)
        moment = _epoch(date, clock)
        if month is None and moment > now:
            moment = _epoch(date - datetime.timedelta(days=1), clock)
        elif year is None and moment > now:
            moment = _epoch(date.replace(year=date.year - 1), clock)
    except (ValueError, OverflowError) as error:
        raise SessionError(f"{text!r} is no time; write it like 14:05 or 2026-11-21 14:05") from error
    return moment


def _epoch(date: datetime.date, clock: datetime.time) -> float:
    return datetime.datetime.combine(date, clock).timestamp()


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
