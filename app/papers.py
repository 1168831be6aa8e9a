"""What the page *Papers* reads and changes: the inbox, the queue, what is read, and the decisions about each."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from sqlite3 import Connection
from typing import Any

from app import reads
from store import intents, papers, reading, rereading
from store.database import snapshot, write
from store.errors import JournalReadOnly
from store.intents import Intent
from store.paper_rows import READING_LIMIT, Paper, PaperEvent
from store.settings import Settings

PAGE = 20
MOST = 200
"""How many papers of a list that is not turned page by page are shown."""
DAY_SECONDS = 86400.0
ASKED = ("paper_pull", "paper_fetch", "paper_add")
"""What the page asks the daemon to do."""


@dataclass(frozen=True)
class Decision:
    """The last decision that can be taken back, and the paper it was about."""

    event: PaperEvent
    paper: Paper


@dataclass(frozen=True)
class Shelf:
    """One part of the page: its papers, the page of them that is shown (from 1), how many there are in all.

    ``counts`` are of every state; ``minutes`` the time spent on each paper shown, by ref; ``left`` the minutes left of
    its next pass; ``later`` are the papers that were put off, beside those that were dropped.
    """

    as_of: float
    papers: list[Paper]
    total: int
    number: int
    counts: dict[str, int]
    tags: list[str]
    decision: Decision | None = None
    minutes: dict[str, float] = field(default_factory=dict)
    left: dict[str, float] = field(default_factory=dict)
    later: list[Paper] = field(default_factory=list)
    due: list[Paper] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether more papers are being read at a time than are read well."""
        return self.counts["reading"] > READING_LIMIT

    @property
    def is_empty(self) -> bool:
        """Whether there has never been a paper."""
        return not any(self.counts.values())


def read_counts(settings: Settings) -> dict[str, int]:
    """How many papers are in each state."""
    with reads.open_journal(settings) as connection:
        return papers.count_states(connection)


def read_tags(settings: Settings) -> list[str]:
    """All tags in use."""
    with reads.open_journal(settings) as connection:
        return papers.all_tags(connection)


def read_shelf(settings: Settings, section: str, *, number: int = 1, tag: str | None = None) -> Shelf:
    """Page ``number`` of the papers of a section: ``inbox``, ``queue``, ``reading``, ``read`` or ``aside``."""
    now = time.time()
    state = "dropped" if section == "aside" else section
    with reads.open_journal(settings) as connection, snapshot(connection):
        counts = papers.count_states(connection)
        total = counts[state]
        if tag is not None:
            total = len(papers.list_papers(connection, [state], tag=tag))
        size = MOST if section in ("queue", "reading") else PAGE
        number = min(max(1, number), max(1, -(-total // size)))
        found = papers.list_papers(connection, [state], tag=tag, limit=size, offset=size * (number - 1))
        lengths = reading.pass_minutes(connection) if section in ("queue", "reading") else {}
        shelf = Shelf(
            now,
            found,
            total,
            number,
            counts,
            papers.all_tags(connection) if section != "inbox" else [],
            _decision(connection, now),
            reading.minutes_of_all(connection, [one.ref for one in found], now) if section != "inbox" else {},
            {one.ref: reading.minutes_left(connection, one, now, lengths) for one in found if lengths},
            papers.list_papers(connection, ["later"], limit=MOST) if section == "aside" else [],
            rereading.due_papers(connection, now, limit=MOST) if section == "read" else [],
        )
    return reads.without_token(settings, shelf)


def read_asked(settings: Settings) -> list[Intent]:
    """What was asked of the daemon about papers in the last day, newest first."""
    since = time.time() - DAY_SECONDS
    with reads.open_journal(settings) as connection:
        found = [one for kind in ASKED for one in intents.latest_intents(connection, kind, since)]
    return reads.without_token(settings, sorted(found, key=lambda one: -one.id))


def decide(settings: Settings, ref: str, state: str, until: float | None = None) -> None:
    """Put a paper into a state; until when, for one that is put off. A key pressed twice decides once."""
    with changing(settings) as connection:
        paper = papers.get(connection, ref)
        if paper is None or paper.state != state or until is not None:
            papers.set_state(connection, ref, state, time.time(), until)


def undo(settings: Settings, event_id: int) -> None:
    """Take a decision back; PaperError where the paper was decided on again since."""
    with changing(settings) as connection:
        papers.undo(connection, time.time(), event_id)


def move(settings: Settings, ref: str, where: str) -> None:
    """Put a paper of the queue up, down or to the top."""
    with changing(settings) as connection:
        papers.move(connection, ref, where, time.time())


def change(settings: Settings, ref: str, revision: int | None = None, **fields: Any) -> Paper:
    """Change what is typed of a paper; Conflict where somebody typed something else meanwhile."""
    with changing(settings) as connection:
        return papers.change(connection, ref, time.time(), revision, **fields)


def forget(settings: Settings, ref: str) -> None:
    """Forget a paper that was added by mistake; PaperError where notes or sessions are about it."""
    with changing(settings) as connection:
        papers.remove(connection, ref)


def is_address(text: str) -> bool:
    """Whether a page can link to it: an address of the web without signs that would end a link."""
    return re.fullmatch(r"https?://[^\s<>\\]+", text) is not None


@contextmanager
def changing(settings: Settings) -> Iterator[Connection]:
    """A transaction on the journal; JournalReadOnly where this dashboard only shows."""
    if settings.read_only:
        raise JournalReadOnly("this dashboard only shows: nothing can be changed here")
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        yield connection


def _decision(connection: Connection, now: float) -> Decision | None:
    event = papers.last_decision(connection, now)
    paper = papers.get(connection, event.paper_id) if event is not None else None
    return Decision(event, paper) if event is not None and paper is not None else None
