"""Reading in pieces: the three passes over a paper, how long each takes this reader, and what is left of the next.

After S. Keshav, "How to Read a Paper": a first pass of some minutes tells what a paper is, a second of about an hour
what it says, a third of hours how it would be done again. Time spent is that of the sessions about the paper.
"""

import math
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from store import papers
from store.errors import PaperError
from store.paper_rows import Paper, known, list_papers, record_event, write_fields
from store.rereading import due_papers
from store.sessions import Session, forgotten, sessions_about
from store.situations import ReadingItem

PASSES = (1, 2, 3)
PASS_MINUTES = {1: 7.0, 2: 60.0, 3: 270.0}
"""How long a pass takes somebody of whom nothing is known yet."""
_PRIOR_PASSES = 2.0
"""How many passes of one's own count as much as what is assumed of everybody."""
_LAST_PASSES = 20
_LEAST_PASS_SECONDS = 60.0
"""Less than that was no pass but a click."""
_LEAST_LEFT = 0.25
"""The share of a pass that is left where more time was spent than it usually takes."""
_AHEAD = 5
"""How many papers of the queue advice is given from."""
_SLOWEST = 3.0
_MOST_PAGES = 100_000


@dataclass(frozen=True)
class Pass:
    """A reading that is done: its number, when it was finished, and its seconds where sessions tell them."""

    number: int
    finished: float
    seconds: float | None


def items(connection: sqlite3.Connection, now: float) -> tuple[ReadingItem, ...]:
    """What can be read now, with the pass that is next and the minutes left of it: what is due to be read again, what
    is being read, the latest first, then the head of the queue."""
    lengths = pass_minutes(connection)
    due = due_papers(connection, now, limit=_AHEAD)
    again = [ReadingItem(one.ref, one.title, 1, lengths[1], again=True) for one in due if one.state == "read"]
    begun = list_papers(connection, ["reading"], sort="changed", limit=_AHEAD)
    ahead = begun + list_papers(connection, ["queue"], limit=_AHEAD)
    left = {one.ref: minutes_left(connection, one, now, lengths) for one in ahead}
    return (
        *again,
        *(ReadingItem(one.ref, one.title, one.passes + 1, left[one.ref]) for one in ahead if left[one.ref] > 0),
    )


def pass_minutes(connection: sqlite3.Connection) -> dict[int, float]:
    """How many minutes each pass takes this reader: what is assumed at first, then more and more their own passes."""
    found = {}
    for number, assumed in PASS_MINUTES.items():
        rows = connection.execute(
            "SELECT seconds FROM paper_passes WHERE number = ? AND seconds >= ? ORDER BY finished DESC LIMIT ?",
            (number, _LEAST_PASS_SECONDS, _LAST_PASSES),
        ).fetchall()
        total = _PRIOR_PASSES * math.log(assumed) + sum(math.log(row["seconds"] / 60) for row in rows)
        found[number] = math.exp(total / (_PRIOR_PASSES + len(rows)))
    return found


def minutes_left(
    connection: sqlite3.Connection, paper: Paper, now: float, lengths: Mapping[int, float] | None = None
) -> float:
    """Minutes left of the pass that is next, by the time spent on it and the page reached; 0 after the last."""
    if paper.passes >= PASSES[-1]:
        return 0.0
    number = paper.passes + 1
    usual = (lengths or pass_minutes(connection))[number]
    spent = _seconds_since_pass(connection, paper, now) / 60
    if number > 1 and paper.page and paper.pages and 1 < paper.page <= paper.pages and spent > 0:
        share = (paper.page - 1) / paper.pages
        pace = min(spent / share, _SLOWEST * usual)
        return max(1.0, (1 - share) * ((1 - share) * usual + share * pace))
    return max(usual - spent, _LEAST_LEFT * usual)


def passes_of(connection: sqlite3.Connection, ref: str | int) -> list[Pass]:
    """The passes over a paper that are done, the first first."""
    rows = connection.execute(
        "SELECT number, finished, seconds FROM paper_passes WHERE paper_id = ? ORDER BY number",
        (known(connection, ref).id,),
    )
    return [Pass(**dict(row)) for row in rows]


def finish_pass(connection: sqlite3.Connection, ref: str | int, now: float, number: int | None = None) -> Pass:
    """A pass is done, by default the next one, and with it those before; inside the caller's transaction.

    Its length is what was spent on the paper since the one before. The next begins at the first page. The paper is in
    reading then, after the third pass it is read. PaperError where that pass is done already, or there is none.
    """
    paper = known(connection, ref)
    wanted = paper.passes + 1 if number is None else number
    if wanted not in PASSES or wanted <= paper.passes:
        raise PaperError(
            "the next pass over {title} is not pass {number}: {done} of {all} are done",
            title=paper.title, number=wanted, done=paper.passes, all=len(PASSES),
        )  # fmt: skip
    spent = _seconds_since_pass(connection, paper, now)
    for one in range(paper.passes + 1, wanted):
        _keep_pass(connection, paper.id, Pass(one, now, None))
    done = Pass(wanted, now, spent if spent > 0 else None)
    _keep_pass(connection, paper.id, done)
    detail = {"number": done.number, "seconds": done.seconds, "before": paper.passes, "page": paper.page}
    record_event(connection, paper.id, now, "pass", detail)
    if paper.page is not None:
        write_fields(connection, paper.id, now, {"page": None})
    state = "read" if wanted == PASSES[-1] else "reading"
    if paper.state != state and (state == "read" or paper.state != "read"):
        papers.set_state(connection, paper.id, state, now)
    return done


def take_back_pass(connection: sqlite3.Connection, ref: str | int, now: float) -> Paper:
    """The last pass that was said to be done is not, nor those that were taken for done with it; inside the caller's
    transaction. The paper stays in its state. PaperError where none is done."""
    paper = known(connection, ref)
    events = [one for one in papers.history(connection, paper.id) if one.kind == "pass" and one.undone is None]
    if not events:
        raise PaperError("no pass over {title} is done yet", title=paper.title)
    last = events[-1]
    before = int(last.detail.get("before", last.detail["number"] - 1))
    connection.execute("DELETE FROM paper_passes WHERE paper_id = ? AND number > ?", (paper.id, before))
    connection.execute("UPDATE paper_events SET undone = ? WHERE id = ?", (now, last.id))
    return write_fields(connection, paper.id, now, {"page": last.detail.get("page")})


def reach(connection: sqlite3.Connection, ref: str | int, page: int, now: float, pages: int | None = None) -> None:
    """The page that one is at, from 1, and how many there are where that is known; inside the caller's transaction.
    PaperError for a page there is not."""
    paper = known(connection, ref)
    last = paper.pages if pages is None else pages
    if not 1 <= page <= (last or _MOST_PAGES):
        raise PaperError("there is no page {page} in {title}", page=page, title=paper.title)
    if (page, last) != (paper.page, paper.pages):
        connection.execute(
            "UPDATE papers SET page = ?, pages = ?, changed = ? WHERE id = ?", (page, last, now, paper.id)
        )


def minutes_of(connection: sqlite3.Connection, ref: str, now: float) -> float:
    """Minutes spent on a paper in sessions, until now."""
    return minutes_of_all(connection, [ref], now)[ref]


def minutes_of_all(connection: sqlite3.Connection, refs: Iterable[str], now: float) -> dict[str, float]:
    """Minutes spent on each of those papers in sessions, until now."""
    found = dict.fromkeys(refs, 0.0)
    for one in sessions_about(connection, list(found)):
        found[one.paper or ""] += _awake_seconds(one, now) / 60
    return found


def _keep_pass(connection: sqlite3.Connection, paper_id: int, done: Pass) -> None:
    connection.execute(
        "INSERT INTO paper_passes (paper_id, number, finished, seconds) VALUES (?, ?, ?, ?)",
        (paper_id, done.number, done.finished, done.seconds),
    )


def _seconds_since_pass(connection: sqlite3.Connection, paper: Paper, now: float) -> float:
    """How long sessions were about the paper since its last pass was done; one that lasted over it in part."""
    row = connection.execute("SELECT max(finished) FROM paper_passes WHERE paper_id = ?", (paper.id,)).fetchone()
    since = -math.inf if row[0] is None else float(row[0])
    return sum(_awake_seconds(one, now, since) for one in sessions_about(connection, [paper.ref]))


def _awake_seconds(session: Session, now: float, since: float = -math.inf) -> float:
    """Seconds of a session after ``since``, without sleep; one that was forgotten lasted as long as was meant."""
    until = session.ended if session.ended is not None else session.due if forgotten(session, now) else now
    whole = until - session.begun
    inside = until - max(session.begun, since)
    return max(0.0, whole - session.slept) * inside / whole if whole > 0 and inside > 0 else 0.0
