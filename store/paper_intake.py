"""Keeping the papers that a person names: those of arXiv by their ids, until arXiv has told of them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store import papers
from store.errors import PaperError
from store.paper_lists import read_list
from store.paper_rows import Paper
from store.paper_rows import known as known_paper

WISHED = ("inbox", "later", "dropped")
"""States that a paper leaves when somebody adds it by hand: it was decided on otherwise, or not at all."""


@dataclass(frozen=True)
class Intake:
    """What became of a text: the papers that are new, those that were known already, the parts that name none."""

    new: tuple[Paper, ...]
    known: tuple[Paper, ...]
    problems: tuple[str, ...]


def take_in(
    connection: sqlite3.Connection, text: str, now: float, *, state: str = "queue", tags: Sequence[str] = ()
) -> Intake:
    """Keep the papers that a text names, in that state; inside the caller's transaction.

    One that is known and was put off, dropped or not decided on is brought into that state, another stays where it is.
    PaperError, and nothing is kept, where the text names none.
    """
    listed = read_list(text)
    if not listed.finds:
        raise PaperError("that names no paper; an arXiv id, an address, a DOI or a title does")
    new: dict[int, Paper] = {}
    known: dict[int, Paper] = {}
    for find in listed.finds:
        taken = papers.take_up(connection, find, now, state=state, tags=tags)
        paper = taken.paper
        if not taken.is_new:
            paper = _wish(connection, paper, state, tags, now)
        ((new if paper.id in new else known) if not taken.is_new else new)[paper.id] = paper
    return Intake(tuple(new.values()), tuple(known.values()), tuple(listed.problems))


def _wish(connection: sqlite3.Connection, paper: Paper, state: str, tags: Sequence[str], now: float) -> Paper:
    if paper.state in WISHED and paper.state != state:
        papers.set_state(connection, paper.id, state, now)
    if set(tags) - set(paper.tags):
        return papers.change(connection, paper.id, now, tags=(*paper.tags, *tags))
    return known_paper(connection, paper.id)
