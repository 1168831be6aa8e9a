"""What is asked of arXiv for a page or a command: pulls, what papers are, their PDFs; each with an answer in words."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from store import paper_files, paper_lookups, paper_searches, papers
from store.database import write
from store.errors import PaperError
from store.intents import ADD_PAPERS, FETCH_PAPER, PULL_PAPERS, Intent
from store.paper_faults import spell
from store.paper_lists import read_list
from store.paper_rows import known
from store.paper_searches import DEGRADED, FAILED, Search
from store.settings import Settings
from workers.papers.answers import BadAnswer
from workers.papers.arxiv_client import ArxivClient
from workers.papers.files import PaperFiles
from workers.papers.gate import Gate, NotNow
from workers.papers.lookup import complete_papers
from workers.papers.pull import Pulled, Puller

_SILENT = 2
ACCEPTED, DONE, REFUSED = "accepted", "done", "refused"


@dataclass(frozen=True)
class Completed:
    """How many papers arXiv told of, how many it does not know, and why it was not asked about the others."""

    known: int
    unknown: int
    reason: str = ""


class Errands:
    """The tools for one connection to the journal, as the settings are; belongs to one thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.clock = clock
        self.gate = Gate(connection, settings, clock, sleep=sleep, beat=beat)
        self.client = ArxivClient(self.gate, settings, clock)
        self.puller = Puller(self.client, clock)
        self.files = PaperFiles(self.gate, settings, clock, beat=beat)

    def pull(self, searches: Iterable[Search]) -> Iterator[Pulled]:
        """Pull searches one after the other; how each went is kept. When two in a row had no answer at all, the rest
        are not tried: nobody waits for half a minute a search where there is no network."""
        silent: list[str] = []
        for search in searches:
            if len(silent) >= _SILENT:
                yield self.puller.give_up(search, silent[-1])
                continue
            pulled = self.puller.pull(search)
            silent = [*silent, pulled.reason] if pulled.unreached else []
            yield pulled

    def complete(self, most: int = 200) -> Completed:
        """Ask what the papers are that are known by their ids alone, of ``most`` of them at once."""
        before = len(paper_lookups.incomplete(self.connection, self.clock()))
        try:
            told, unknown = complete_papers(self.client, self.clock, most)
        except (BadAnswer, NotNow) as error:
            left = len(paper_lookups.incomplete(self.connection, self.clock()))
            return Completed(before - left, 0, error.reason)
        return Completed(told, unknown)

    def serve(self, intent: Intent) -> tuple[str, str]:
        """Take what a page asked one step further; the state and the words to answer with."""
        try:
            if intent.kind == PULL_PAPERS:
                return self._serve_pull(intent)
            if intent.kind == ADD_PAPERS:
                return self._serve_add(intent)
            if intent.kind == FETCH_PAPER:
                return self._serve_fetch(intent)
        except PaperError as error:
            return REFUSED, str(error)
        return REFUSED, f"this daemon does not know {intent.kind!r}"

    def _serve_pull(self, intent: Intent) -> tuple[str, str]:
        chosen = intent.detail.get("search")
        searches = paper_searches.list_searches(self.connection, paused=False)
        if chosen is not None:
            one = paper_searches.get_search(self.connection, int(chosen))
            searches = [one] if one is not None else []
        if not searches:
            return REFUSED, spell("no_search")
        pulled = list(self.pull(searches))
        wrong = [one for one in pulled if one.outcome in (DEGRADED, FAILED)]
        return (REFUSED if wrong else DONE), spell_pulls(pulled)

    def _serve_add(self, intent: Intent) -> tuple[str, str]:
        with write(self.connection):
            for find in read_list(str(intent.detail.get("text", ""))).finds:
                if papers.get(self.connection, find.ref) is None:
                    papers.take_up(self.connection, find, self.clock(), state="queue")
        done = self.complete()
        return (REFUSED if done.reason or done.unknown else DONE), spell_completed(done)

    def _serve_fetch(self, intent: Intent) -> tuple[str, str]:
        paper = known(self.connection, str(intent.detail.get("ref", "")))
        if intent.state != ACCEPTED:
            with write(self.connection):
                paper_files.want(self.connection, paper.ref, self.clock())
        self.files.tick()
        file = paper_files.read(self.connection, paper.ref)
        if file is None or file.state == "failed" or file.error:
            return REFUSED, (file.error if file is not None else "") or spell("pdf_failed")
        return (DONE, "the PDF is there") if file.state == "ready" else (ACCEPTED, "fetching the PDF")


def spell_pulls(pulled: Sequence[Pulled]) -> str:
    """How pulls went, in a line: what was new, then what went wrong with which search, the same of several once."""
    new, updated = sum(one.new for one in pulled), sum(one.updated for one in pulled)
    parts = [f"{new} new paper{'' if new == 1 else 's'}"]
    if updated:
        parts.append(f"{updated} changed")
    wrong: dict[str, list[str]] = {}
    for one in pulled:
        if one.outcome in (DEGRADED, FAILED):
            wrong.setdefault(one.reason, []).append(one.search.name)
    return "; ".join([", ".join(parts), *(f"{', '.join(names)}: {reason}" for reason, names in wrong.items())])


def spell_completed(done: Completed) -> str:
    """What arXiv told of papers that were added, in a line."""
    parts = [spell("told", count=done.known)] if done.known else []
    if done.unknown:
        parts.append(spell("unknown_id") if done.unknown == 1 else spell("unknown_ids", count=done.unknown))
    if done.reason:
        parts += [done.reason, spell("asked_later")]
    return "; ".join(parts) or spell("nothing_asked")
