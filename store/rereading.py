"""Reading again what was worth it, at growing intervals: when, by FSRS on the scale of days.

The scheduler has no steps of minutes, which are for vocabulary, not for papers: after a first "good" two days, then
about eleven, forty-six and a hundred and sixty-three, a year at most.
"""

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from store.errors import PaperError
from store.paper_rows import Paper, known, record_event, write_fields

RATINGS = ("again", "hard", "good", "easy")
"""How well one knew what is in it: nothing, with effort, well, at once."""
LONGEST_DAYS = 365


def mark_worth(connection: sqlite3.Connection, ref: str | int, now: float) -> Paper:
    """Read a paper again from now on; inside the caller's transaction. How it is then, ``due`` in some days. Nothing
    changes where that was said before."""
    paper = known(connection, ref)
    return paper if paper.card is not None else _review(connection, paper, "good", now)


def rate(connection: sqlite3.Connection, ref: str | int, rating: str, now: float) -> Paper:
    """It was read again, and known that well; inside the caller's transaction. How it is then, due the later the better
    it was known. PaperError for a rating there is not, and for a paper that is not to be read again."""
    paper = known(connection, ref)
    if rating not in RATINGS:
        raise PaperError("a paper is known {ratings}, not {rating}", ratings=", ".join(RATINGS), rating=repr(rating))
    if paper.card is None:
        raise PaperError("{title} is not to be read again; mark it as worth it first", title=paper.title)
    return _review(connection, paper, rating, now)


def forget(connection: sqlite3.Connection, ref: str | int, now: float) -> Paper:
    """Read a paper again no longer; inside the caller's transaction. How it is then."""
    paper = known(connection, ref)
    if paper.card is None:
        return paper
    record_event(connection, paper.id, now, "again", {"due": None})
    return write_fields(connection, paper.id, now, {"card": None, "due": None})


def due_papers(connection: sqlite3.Connection, now: float, limit: int = -1) -> list[Paper]:
    """The papers that are due to be read again, the longest due first; none that was dropped since."""
    rows = connection.execute(
        "SELECT id FROM papers WHERE due <= ? AND state != 'dropped' ORDER BY due, id LIMIT ?", (now, limit)
    ).fetchall()
    return [known(connection, int(row["id"])) for row in rows]


def _review(connection: sqlite3.Connection, paper: Paper, rating: str, now: float) -> Paper:
    import fsrs

    scheduler = fsrs.Scheduler(
        learning_steps=(), relearning_steps=(), enable_fuzzing=False, maximum_interval=LONGEST_DAYS
    )
    card = fsrs.Card.from_dict(json.loads(paper.card)) if paper.card else fsrs.Card(card_id=paper.id)
    at = datetime.fromtimestamp(now, UTC)
    if card.last_review is not None and at < card.last_review:  # the clock was put back
        at = card.last_review
    card, _ = scheduler.review_card(card, fsrs.Rating[rating.capitalize()], at)
    kept: dict[str, Any] = dict(card.to_dict())
    due = card.due.timestamp()
    record_event(connection, paper.id, now, "again", {"rating": rating, "due": due})
    return write_fields(connection, paper.id, now, {"card": json.dumps(kept), "due": due})
