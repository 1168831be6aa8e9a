"""Pulling a search: the papers that changed since the last good pull and a week before it, each kept once."""

import math
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from store import paper_searches, papers
from store.database import write
from store.paper_faults import spell
from store.paper_searches import DEGRADED, FAILED, NOTHING_NEW, OK, Search
from workers.papers.answers import BadAnswer, Garbled, Refusal, Unreached
from workers.papers.arxiv_client import ArxivClient, Found
from workers.papers.gate import NotNow

OVERLAP_SECONDS = 7 * 86400.0
"""How far behind the last good pull one looks again: arXiv lists papers a day or two after their date, or later."""
FIRST = 100
"""How many papers the first pull of a search brings: the newest, in one page."""
PAGE = 200
MOST = 2000


@dataclass(frozen=True)
class Pulled:
    """How a pull of a search went; ``unreached`` where no answer came at all."""

    search: Search
    outcome: str
    reason: str
    new: int
    updated: int
    unreached: bool = False


@dataclass
class _Tally:
    """What a pull has brought so far."""

    began: float
    added: float = 0.0
    pages: int = 0
    new: int = 0
    updated: int = 0
    read: int = 0
    total: int = 0
    unreadable: int = 0
    is_sorted: bool = True
    newest: float | None = None
    oldest: float | None = None
    note: str = ""


class Puller:
    """Pulls searches through one client; belongs to its thread."""

    def __init__(self, client: ArxivClient, clock: Callable[[], float] = time.time) -> None:
        self.client = client
        self.clock = clock

    @property
    def connection(self) -> sqlite3.Connection:
        """The journal."""
        return self.client.gate.connection

    def pull(self, search: Search) -> Pulled:
        """Pull a search once, and keep how it went. What a page brings is kept before the next is asked for, what the
        last one brings together with the outcome: a pull that is cut off has no outcome, and the next begins where the
        last good one did."""
        tally = _Tally(self.clock())
        try:
            while True:
                found = self._ask(search, tally)
                is_last = _count(search, found, tally)
                with write(self.connection):
                    self._keep(search, found, tally)
                    if is_last:
                        return self._end(search, tally)
        except (BadAnswer, NotNow) as error:
            return self._fail(search, tally, error)

    def give_up(self, search: Search, reason: str) -> Pulled:
        """Keep that a search was not pulled, as others before it had no answer."""
        with write(self.connection):
            return self._record(search, _Tally(self.clock()), FAILED, reason)

    def _ask(self, search: Search, tally: _Tally) -> Found:
        """The next page; where arXiv asks for a short pause, after that."""
        count = FIRST if search.until is None else PAGE
        try:
            return self.client.search(search.query, tally.read, count)
        except Refusal:
            if self.client.gate.until() is not None:
                raise
        return self.client.search(search.query, tally.read, count)

    def _keep(self, search: Search, found: Found, tally: _Tally) -> None:
        """Keep the papers of a page, but for those further down than where the first pull began."""
        tally.pages += 1
        tally.added = tally.added or self.clock()
        added = tally.added - tally.pages / 1000  # so that newest first is their order in lists too
        floor = (search.floor or 0.0) if search.until is not None and _is_sorted(found) else 0.0
        for find in reversed(found.finds):
            if (find.updated or floor) < floor and papers.get(self.connection, find.ref) is None:
                continue
            taken = papers.take_up(self.connection, find, added, search_id=search.id)
            tally.new += taken.is_new
            tally.updated += taken.is_updated

    def _end(self, search: Search, tally: _Tally) -> Pulled:
        """All that was wanted was read."""
        if tally.unreadable:
            reason = spell("undated", count=f"{tally.unreadable:,}", read=f"{tally.read:,}")
            return self._record(search, tally, DEGRADED, reason)
        floor = tally.oldest if tally.read < tally.total and tally.oldest is not None else 0.0
        until = max(tally.newest or 0.0, search.until or 0.0)
        if not tally.is_sorted and search.until is not None:
            until = search.until
        return self._record(search, tally, OK if tally.new else NOTHING_NEW, tally.note, until=until, floor=floor)

    def _fail(self, search: Search, tally: _Tally, error: BadAnswer | NotNow) -> Pulled:
        """Something came that was no answer, or nothing came; what was read before is kept."""
        reason = error.reason
        if tally.read:
            reason = spell("partly", read=f"{tally.read:,}", total=f"{tally.total:,}", reason=reason)
        is_answer = isinstance(error, Garbled) or (isinstance(error, Refusal) and error.in_words)
        with write(self.connection):
            pulled = self._record(search, tally, DEGRADED if is_answer or tally.read else FAILED, reason)
        return replace(pulled, unreached=isinstance(error, Unreached))

    def _record(
        self,
        search: Search,
        tally: _Tally,
        outcome: str,
        reason: str,
        until: float | None = None,
        floor: float | None = None,
    ) -> Pulled:
        paper_searches.record_pull(
            self.connection, search.id, began=tally.began, ended=self.clock(), outcome=outcome, reason=reason,
            new=tally.new, updated=tally.updated, until=until, floor=floor,
        )  # fmt: skip
        return Pulled(search, outcome, reason, tally.new, tally.updated)


def _count(search: Search, found: Found, tally: _Tally) -> bool:
    """Count a page; whether it is the last one that is wanted."""
    tally.total = found.page.total
    tally.read += found.page.entries
    tally.unreadable += found.page.entries - len(found.finds)
    dates = [one.updated for one in found.finds if one.updated is not None]
    if dates:
        tally.newest = max([*dates, tally.newest or -math.inf])
        tally.oldest = min([*dates, tally.oldest or math.inf])
    if not tally.total and search.until:
        tally.note = spell("none_now")
    if not found.page.entries or tally.read >= tally.total or search.until is None:
        return True
    if not _is_sorted(found):
        tally.is_sorted = False
        tally.note = spell("unsorted")
        return True
    if tally.read >= MOST:
        tally.note = spell("capped", read=f"{tally.read:,}", total=f"{tally.total:,}")
        return True
    return bool(dates) and min(dates) < _since(search)


def _since(search: Search) -> float:
    """From when on changed papers are wanted: a week before the last good pull, never before the first one's."""
    if search.until is None:
        return -math.inf
    return max(search.until - OVERLAP_SECONDS, search.floor or -math.inf)


def _is_sorted(found: Found) -> bool:
    dates = [one.updated for one in found.finds if one.updated is not None]
    return all(one >= following for one, following in pairwise(dates))
