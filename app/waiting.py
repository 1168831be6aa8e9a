"""What *Now* tells of the researcher's own time: what could be done now and why, where projects were left, the day."""

import time
from dataclasses import dataclass

from app import reads
from app.sessions import ASIDE
from app.words import Words
from store import advice_log, drifts, resumes, sessions, worked
from store.advice import Advice, advise
from store.advice_log import Weight
from store.advice_words import wait_words
from store.drifts import Drift
from store.resumes import Resume
from store.sessions import Session
from store.settings import Settings
from store.situations import wait_of
from store.symptoms import Phrase
from store.waiting import day_begin, gather


@dataclass(frozen=True)
class Waiting:
    """The moment at ``now``: the time left (``lead``), up to three suggestions with the weights behind them, the open
    session, the resume notes to show, today's sessions (the last first) with the seconds of each kind, and the drift of
    the active runs by id. ``blank`` is whether nothing at all is known to go by."""

    now: float
    lead: Phrase
    advices: list[Advice]
    weights: list[Weight]
    session: Session | None
    resumes: list[Resume]
    today: list[Session]
    sums: dict[str, float]
    drifts: dict[str, Drift]
    blank: bool


def read_waiting(settings: Settings, say: Words, *, live: bool) -> Waiting:
    """The moment; ``live`` is whether the daemon is alive, the day is the reader's."""
    now = time.time()
    with reads.open_journal(settings) as connection:
        situation = gather(connection, now, say.zone, live=live)
        begin = day_begin(now, say.zone)
        session = sessions.open_session(connection)
        today = sessions.list_sessions(connection, begin, now + 1)[::-1]
        busy = {job.project_id for job in situation.jobs} | {task.project_id for task in situation.tasks}
        notes = [one for one in resumes.open_resumes(connection) if is_back(one, session, busy)]
        found = Waiting(
            now,
            wait_words(situation, wait_of(situation)),
            advise(situation),
            advice_log.explain_weights(connection, now),
            session,
            notes,
            today,
            worked.seconds_by_kind(connection, begin, now, now),
            drifts.read_many(connection, [job.id for job in situation.jobs]),
            not (situation.jobs or situation.tasks or today or notes or situation.piles),
        )
    return reads.without_token(settings, found)


def is_back(note: Resume, session: Session | None, busy: set[int | None]) -> bool:
    """Whether a resume note is to be shown: its project was taken up again, or nothing else goes on and there is
    something to do in it (or it is of none). A note left for another block of the same project waits."""
    if session is not None:
        aside = session.kind in ASIDE
        return not aside and session.project_id == note.project_id and note.written < session.begun
    return note.project_id is None or note.project_id in busy


def read_drift(settings: Settings, run_id: str) -> Drift | None:
    """How far the code is from that of a run, as the daemon saw it last."""
    with reads.open_journal(settings) as connection:
        found = drifts.read(connection, run_id)
    return reads.without_token(settings, found) if found is not None else None
