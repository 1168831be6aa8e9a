"""Blocks of the researcher's own time while runs train: begun, ended, forgotten and put right later.

One session is open at a time, and no two overlap. Time that the machine slept in is no work.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store import advice_log, deliveries, document_sources, papers, tasks
from store.errors import SessionError
from store.waiting_preferences import read_waiting

KINDS = ("read", "refactor", "review", "plan", "task", "other", "mail", "break")
MAIL_CAP_SECONDS = 600.0
USUAL_SECONDS = {
    "read": 1800.0, "refactor": 2700.0, "review": 1200.0, "plan": 600.0,
    "task": 2700.0, "other": 3600.0, "mail": MAIL_CAP_SECONDS, "break": 600.0,
}  # fmt: skip
LONGEST_SECONDS = 12 * 3600.0
LONG_SLEEP_SECONDS = 1800.0
USER, SWITCH, FORGOTTEN, SLEEP, CORRECTED = "user", "switch", "forgotten", "sleep", "corrected"

_THOUGHTFUL = ("task", "refactor", "review", "plan", "other")
_READING_TO_RESUME_SECONDS = 600.0
_LEAST_FORGOTTEN_SECONDS = 1800.0
_LEAST_FINISHED_SECONDS = 60.0
_CLOCK_SLACK_SECONDS = 60.0
_NO_KIND = "there is no session of kind {kind}; kinds are {kinds}"
_SELECT = (
    "SELECT s.*, p.name AS project, t.title AS task, r.name AS run, w.title AS paper_title FROM sessions s "
    "LEFT JOIN projects p ON p.id = s.project_id LEFT JOIN tasks t ON t.id = s.task_id "
    "LEFT JOIN runs r ON r.id = s.run_id LEFT JOIN papers w ON w.ref = s.paper"
)


@dataclass(frozen=True)
class Session:
    """A block of time; times in epoch seconds, lengths in seconds.

    ``planned`` is how long it was meant to be, ``slept`` how much of it the machine slept, ``seen`` when it was last
    heard of. ``ended_by`` is ``user``, ``switch`` (another began), ``forgotten``, ``sleep`` or ``corrected``.
    ``project``, ``task`` and ``run`` are names, ``paper`` is the ref of what is read.
    """

    id: int
    kind: str
    project_id: int | None
    task_id: int | None
    run_id: str | None
    paper: str | None
    begun: float
    planned: float | None
    ended: float | None
    slept: float
    seen: float
    ended_by: str | None
    outcome: str | None
    advice_id: int | None
    corrected: float | None
    project: str | None = None
    task: str | None = None
    run: str | None = None
    paper_title: str | None = None

    @property
    def length(self) -> float:
        """How long it was meant to be; the usual length of its kind where nothing was said."""
        return self.planned if self.planned is not None else USUAL_SECONDS[self.kind]

    @property
    def due(self) -> float:
        """When it is meant to be over."""
        return self.begun + self.length + self.slept

    def seconds(self, now: float) -> float:
        """How long it has lasted, or lasted, without the machine's sleep."""
        return max(0.0, (self.ended if self.ended is not None else now) - self.begun - self.slept)


def begin(
    connection: sqlite3.Connection,
    kind: str,
    now: float,
    *,
    planned: float | None = None,
    project_id: int | None = None,
    task_id: int | None = None,
    run_id: str | None = None,
    paper: str | None = None,
    advice_id: int | None = None,
) -> int:
    """Begin a session and end the one that is open; inside the caller's transaction. Its id.

    ``planned`` is in seconds, None for what is usual for its kind, and for mail its cap, which it never exceeds. The
    project is that of the task or the run where none is given; the task is in doing then. Raises SessionError, having
    changed nothing, for what there is not.
    """
    if kind not in KINDS:
        raise SessionError(_NO_KIND, kind=repr(kind), kinds=", ".join(KINDS))
    length = USUAL_SECONDS[kind] if planned is None else planned
    if not 0 < length <= LONGEST_SECONDS:
        raise SessionError(
            "a session is longer than nothing and at most {hours} hours", hours=f"{LONGEST_SECONDS / 3600:.0f}"
        )
    if kind == "mail":
        cap = read_waiting(connection).mail_minutes * 60.0
        length = cap if planned is None else min(planned, cap)
    project_id = _check_subject(connection, project_id, task_id, run_id)
    last = connection.execute("SELECT max(ended) FROM sessions").fetchone()[0]
    begun = last if last is not None and now < last <= now + _CLOCK_SLACK_SECONDS else now
    current = open_session(connection)
    if current is not None:
        closed = _close_forgotten(connection, current, now) or end(connection, current.id, now, by=SWITCH)
        begun = max(begun, closed.ended or begun)
    cursor = connection.execute(
        "INSERT INTO sessions (kind, project_id, task_id, run_id, paper, begun, planned, seen, advice_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (kind, project_id, task_id, run_id, paper, begun, length, begun, advice_id),
    )
    if task_id is not None:
        _take_up(connection, task_id, now)
    if paper is not None:
        _take_to_hand(connection, paper, now)
    return int(cursor.lastrowid or 0)


def take(connection: sqlite3.Connection, advice_id: int, now: float) -> int:
    """Begin what was suggested; inside the caller's transaction. The session's id."""
    offer = advice_log.get_offer(connection, advice_id)
    session_id = begin(connection, now=now, advice_id=advice_id, **offer.session)
    advice_log.answer(connection, advice_id, advice_log.ACCEPTED, now, session_id)
    return session_id


def end(connection: sqlite3.Connection, session_id: int, now: float, *, by: str = USER, outcome: str = "") -> Session:
    """End a session; inside the caller's transaction. How it is kept then.

    Where it has ended already (in another tab, say) it stays as it ended, and the outcome is added to what is there.
    A suggestion that began it counts as finished when the user ended it. Raises SessionError where there is none.
    """
    session = get_session(connection, session_id)
    outcome = outcome.strip()
    kept = session.outcome or ""
    if outcome and outcome not in kept.split("\n\n"):
        kept = f"{kept}\n\n{outcome}" if kept else outcome
    if session.ended is None:
        ended = max(now, session.begun)
        connection.execute(
            "UPDATE sessions SET ended = ?, ended_by = ?, seen = max(seen, ?), slept = min(slept, ?) WHERE id = ?",
            (ended, by, ended, ended - session.begun, session_id),
        )
        deliveries.bring_forward(connection, deliveries.SESSION, now)
        if by == USER and session.advice_id is not None and session.seconds(now) >= _LEAST_FINISHED_SECONDS:
            advice_log.finish(connection, session.advice_id, now)
    connection.execute("UPDATE sessions SET outcome = ? WHERE id = ?", (kept or None, session_id))
    document_sources.put_session(connection, session_id)
    return get_session(connection, session_id)


def extend(connection: sqlite3.Connection, session_id: int, seconds: float, now: float) -> Session:
    """Give an open session more time, from its planned end or from now, whichever is later; inside the caller's
    transaction. SessionError where it has ended, and for mail beyond its cap."""
    session = get_session(connection, session_id)
    if session.ended is not None:
        raise SessionError("session {number} has ended; begin another one", number=session_id)
    length = max(session.length, session.seconds(now)) + seconds
    cap = read_waiting(connection).mail_minutes * 60.0 if session.kind == "mail" else LONGEST_SECONDS
    if seconds <= 0 or length > cap:
        raise SessionError(
            "a session of kind {kind} lasts {minutes} minutes at most", kind=session.kind, minutes=f"{cap / 60:.0f}"
        )
    connection.execute("UPDATE sessions SET planned = ? WHERE id = ?", (length, session_id))
    return get_session(connection, session_id)


def touch(connection: sqlite3.Connection, now: float, slept: float = 0.0) -> Session | None:
    """Note that time goes on, of which the machine slept ``slept`` seconds since this was last called, just before
    ``now``; inside the caller's transaction. The session that this ended, if any.

    A short sleep is taken out of the open session; in one of half an hour or more the session ended as it began. A
    session that was forgotten ends here too.
    """
    session = open_session(connection)
    if session is None:
        return None
    asleep = now - slept
    if slept > 0 and session.begun <= asleep <= session.due:
        if slept >= LONG_SLEEP_SECONDS:
            return end(connection, session.id, asleep, by=SLEEP)
        connection.execute("UPDATE sessions SET slept = slept + ? WHERE id = ?", (slept, session.id))
    connection.execute("UPDATE sessions SET seen = max(seen, ?) WHERE id = ?", (now, session.id))
    return _close_forgotten(connection, get_session(connection, session.id), now)


def get_session(connection: sqlite3.Connection, session_id: int) -> Session:
    """The session of that id; SessionError where there is none."""
    row = connection.execute(f"{_SELECT} WHERE s.id = ?", (session_id,)).fetchone()
    if row is None:
        raise SessionError("there is no session {number}; `machiai session ls` lists them", number=session_id)
    return Session(**dict(row))


def open_session(connection: sqlite3.Connection) -> Session | None:
    """The session that goes on, if one does."""
    row = connection.execute(f"{_SELECT} WHERE s.ended IS NULL").fetchone()
    return Session(**dict(row)) if row else None


def list_sessions(connection: sqlite3.Connection, begin: float, end: float) -> list[Session]:
    """The sessions that were going on at any time from ``begin`` to before ``end``, oldest first."""
    rows = connection.execute(
        f"{_SELECT} WHERE s.id IN (SELECT id FROM sessions WHERE ended >= :begin AND begun < :end UNION ALL "
        "SELECT id FROM sessions WHERE ended IS NULL AND begun < :end AND :end >= :begin) ORDER BY s.begun, s.id",
        {"begin": begin, "end": end},
    )
    return [Session(**dict(row)) for row in rows]


def sessions_about(connection: sqlite3.Connection, refs: Sequence[str]) -> list[Session]:
    """The sessions about those papers, oldest first."""
    rows = connection.execute(
        f"{_SELECT} WHERE s.paper IN (SELECT value FROM json_each(?)) ORDER BY s.begun, s.id", (json.dumps(list(refs)),)
    )
    return [Session(**dict(row)) for row in rows]


def is_over(session: Session, now: float) -> bool:
    """Whether the time meant for it has passed: then it is ended gently, by asking."""
    return now >= session.due


def forgotten(session: Session, now: float) -> bool:
    """Whether it is open for so long that nobody can be at it any more."""
    limit = session.length + max(_LEAST_FORGOTTEN_SECONDS, session.length)
    return session.ended is None and session.seconds(now) > limit


def needs_resume(session: Session, now: float) -> bool:
    """Whether to ask where one is before leaving it: after thought of any length, and after ten minutes of reading;
    never after mail or a break."""
    if session.kind == "read":
        return session.seconds(now) >= _READING_TO_RESUME_SECONDS
    return session.kind in _THOUGHTFUL


def held_until(session: Session | None, now: float) -> float | None:
    """Until when the news that a run finished may wait for the end of a session; None where nothing holds it: without
    a session, in mail or a break, and when the time meant for it is over."""
    if session is None or session.kind in ("mail", "break") or is_over(session, now):
        return None
    return session.due


def correct(
    connection: sqlite3.Connection,
    session_id: int,
    now: float,
    *,
    begun: float | None = None,
    ended: float | None = None,
    kind: str | None = None,
    outcome: str | None = None,
) -> Session:
    """Put right when a session began and ended, what it was and what came of it; inside the caller's transaction.

    Raises SessionError, having changed nothing, where it would end before it began or after now, or overlap another.
    """
    session = get_session(connection, session_id)
    if kind is not None and kind not in KINDS:
        raise SessionError(_NO_KIND, kind=repr(kind), kinds=", ".join(KINDS))
    first = session.begun if begun is None else begun
    last = session.ended if ended is None else ended
    if first > now or (last is not None and last > now):
        raise SessionError("a session cannot lie in the future; give times that have passed")
    if last is not None and last <= first:
        raise SessionError("a session cannot end before it began; give a later end or an earlier beginning")
    for other in list_sessions(connection, first, last if last is not None else now):
        if other.id != session_id and (other.ended is None or other.ended > first):
            raise SessionError(
                "it would overlap session {number} ({kind}); correct that one first", number=other.id, kind=other.kind
            )
    moved = (first, last) != (session.begun, session.ended)
    connection.execute(
        "UPDATE sessions SET begun = ?, ended = ?, kind = ?, outcome = ?, slept = min(slept, ?), "
        "ended_by = ?, corrected = ? WHERE id = ?",
        (
            first, last, kind or session.kind, session.outcome if outcome is None else outcome.strip() or None,
            (now if last is None else last) - first, CORRECTED if moved and last is not None else session.ended_by,
            now, session_id,
        ),
    )  # fmt: skip
    document_sources.put_session(connection, session_id)
    return get_session(connection, session_id)


def _close_forgotten(connection: sqlite3.Connection, session: Session, now: float) -> Session | None:
    return end(connection, session.id, session.due, by=FORGOTTEN) if forgotten(session, now) else None


def _take_up(connection: sqlite3.Connection, task_id: int, now: float) -> None:
    """The task is worked at: no longer only to do, and no longer woken."""
    task = tasks.get(connection, task_id)
    if task is not None and task.state == "todo":
        tasks.set_state(connection, task_id, "doing", now)
    elif task is not None and task.woken is not None:
        tasks.acknowledge(connection, task_id, now)


def _take_to_hand(connection: sqlite3.Connection, ref: str, now: float) -> None:
    """The paper, where the journal knows it, comes from the inbox or the queue to those that are read."""
    paper = papers.get(connection, ref)
    if paper is not None and paper.state in ("inbox", "later", "queue"):
        papers.set_state(connection, paper.id, "reading", now)


def _check_subject(
    connection: sqlite3.Connection, project_id: int | None, task_id: int | None, run_id: str | None
) -> int | None:
    """The project that a session is of; SessionError for a task, run or project that there is not."""
    for table, one in (("tasks", task_id), ("runs", run_id)):
        if one is None:
            continue
        row = connection.execute(f"SELECT project_id FROM {table} WHERE id = ?", (one,)).fetchone()
        if row is None and table == "tasks":
            raise SessionError("there is no task {number}; `machiai task ls --all` lists them", number=one)
        if row is None:
            raise SessionError("there is no run {run}; `machiai ls` lists them", run=one)
        project_id = row["project_id"] if project_id is None else project_id
    if (
        project_id is not None
        and not connection.execute("SELECT 1 FROM projects WHERE id = ?", (project_id,)).fetchone()
    ):
        raise SessionError("there is no project {number}", number=project_id)
    return project_id
