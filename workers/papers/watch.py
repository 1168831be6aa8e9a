"""What goes on with papers by itself: pulls that are due, papers that come back, PDFs that are wanted."""

import logging
import sqlite3
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from store import intents, paper_files, paper_gate, paper_lookups, paper_schedule, paper_searches, papers
from store.database import write
from store.paper_preferences import read_papers
from store.settings import Settings

if TYPE_CHECKING:
    from workers.papers.errands import Errands

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often one looks whether something was asked for; and every few times whether something is due."""
DUE_SECONDS = 5.0
RETRY_SECONDS = 300.0
"""How long after arXiv could not be asked about papers by their ids that is tried again."""
_PULLS = 30


class PaperWatch:
    """Looks every second; belongs to one thread. What it needs to ask arXiv is loaded when it first asks."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.clock, self.steady = clock, steady
        self._sleep, self._beat = sleep, beat
        self._errands: Errands | None = None
        self._look_due = 0.0
        self._lookup_due = 0.0

    @property
    def errands(self) -> "Errands":
        """The tools, as the settings are now."""
        from workers.papers.errands import Errands

        if self._errands is None or self._errands.settings != self.settings:
            self._errands = Errands(
                self.connection, self.settings, clock=self.clock, sleep=self._sleep, beat=self._beat
            )
        return self._errands

    def tick(self) -> None:
        """Look once: do what was asked for, then one of the things that are due."""
        for intent in intents.open_intents(self.connection):
            if intent.kind in intents.OF_PAPERS and not self.settings.read_only:
                self._serve(intent)
        if self.steady() >= self._look_due:
            self._look_due = self.steady() + DUE_SECONDS
            self._wake()
            if self._may_ask() and (self._pull_due() or self._complete_due()):
                self._look_due = 0.0
        if paper_files.next_wanted(self.connection, self.clock()) is not None:
            self.errands.files.tick()

    def _serve(self, intent: intents.Intent) -> None:
        if intent.kind == intents.PULL_PAPERS and intent.state == "asked":
            intents.answer(self.connection, intent.id, "accepted", "asking arXiv", self.clock())
        state, words = self.errands.serve(intent)
        if state != intent.state:
            intents.answer(self.connection, intent.id, state, self.settings.redact(words), self.clock())

    def _wake(self) -> None:
        now = self.clock()
        if paper_schedule.some_wait_no_longer(self.connection, now):
            with write(self.connection):
                papers.wake_due(self.connection, now)

    def _may_ask(self) -> bool:
        """Whether arXiv does not want to be left alone just now."""
        return paper_gate.read_gate(self.connection).wait(self.clock()) <= paper_gate.SPACING_SECONDS

    def _pull_due(self) -> bool:
        """Pull the first search that is due; whether there was one."""
        now, chosen = self.clock(), read_papers(self.connection)
        for search in paper_searches.list_searches(self.connection, paused=False):
            pulls = paper_searches.pulls_of(self.connection, search.id, _PULLS)
            if paper_schedule.is_due(search, pulls, chosen, now):
                pulled = next(self.errands.pull([search]))
                log.info("pulled %s: %s %s", search.name, pulled.outcome, pulled.reason)
                return True
        return False

    def _complete_due(self) -> bool:
        """Ask about papers that are known by their ids alone; whether arXiv told of any."""
        if self.steady() < self._lookup_due or not paper_lookups.incomplete(self.connection, self.clock(), 1):
            return False
        done = self.errands.complete()
        if done.reason:
            self._lookup_due = self.steady() + RETRY_SECONDS
            log.warning("papers that were added are known by their ids alone: %s", done.reason)
        return not done.reason
