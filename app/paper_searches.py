"""What the page *Papers* reads and changes of the searches that are followed, and asks the daemon to pull."""

import time
from dataclasses import dataclass

from app import reads
from app.papers import changing
from app.reads import Pulse
from store import intents, paper_preferences
from store import paper_searches as searches
from store.database import snapshot
from store.errors import JournalReadOnly
from store.paper_gate import read_gate
from store.paper_preferences import PaperPreferences
from store.paper_queries import Form
from store.paper_searches import Pull, Search
from store.settings import Settings

PULLS = 10


@dataclass(frozen=True)
class Followed:
    """The searches; when arXiv may be asked again where it has refused (``until``) and why; when they are pulled by
    themselves; whether the daemon, which pulls, is alive."""

    as_of: float
    searches: list[Search]
    until: float | None
    reason: str
    chosen: PaperPreferences
    pulse: Pulse

    @property
    def faulty(self) -> list[Search]:
        """Those whose last pull was not all well."""
        bad = (searches.DEGRADED, searches.FAILED)
        return [one for one in self.searches if one.last_outcome in bad and not one.is_paused]

    @property
    def last_good(self) -> float | None:
        """When a pull last read all there was."""
        return max((one.last_good for one in self.searches if one.last_good is not None), default=None)


def read_followed(settings: Settings) -> Followed:
    """The searches and how their pulls went."""
    now = time.time()
    with reads.open_journal(settings) as connection, snapshot(connection):
        gate = read_gate(connection)
        found = Followed(
            now,
            searches.list_searches(connection),
            gate.next_allowed if gate.refusals and gate.next_allowed > now else None,
            gate.reason,
            paper_preferences.read_papers(connection),
            reads.pulse_of(connection, []),
        )
    return reads.without_token(settings, found)


def read_pulls(settings: Settings, search_id: int) -> list[Pull]:
    """The last pulls of a search, newest first."""
    with reads.open_journal(settings) as connection:
        return reads.without_token(settings, searches.pulls_of(connection, search_id, PULLS))


def follow(settings: Settings, wanted: str | Form, name: str = "") -> Search:
    """Follow a search, and ask for its first pull. PaperError where it cannot be read, or is followed already."""
    with changing(settings) as connection:
        made = searches.add_search(connection, wanted, time.time(), name)
    pull(settings, made.id)
    return made


def change(settings: Settings, search_id: int, wanted: str | Form, name: str) -> None:
    """Give a search another query or name; one with another query is pulled anew."""
    with changing(settings) as connection:
        before = searches.get_search(connection, search_id)
        after = searches.change_search(connection, search_id, time.time(), wanted=wanted, name=name)
    if before is not None and before.query != after.query:
        pull(settings, search_id)


def pause(settings: Settings, search_id: int, paused: bool) -> None:
    """Leave a search out of pulls, or take it up again."""
    with changing(settings) as connection:
        searches.pause_search(connection, search_id, time.time(), paused=paused)


def remove(settings: Settings, search_id: int) -> None:
    """Follow a search no longer; what it has found stays."""
    with changing(settings) as connection:
        searches.remove_search(connection, search_id, time.time())


def pull(settings: Settings, search_id: int | None = None) -> None:
    """Ask the daemon to pull one search, or all that are not paused."""
    ask(settings, "paper_pull", {} if search_id is None else {"search": search_id})


def choose(settings: Settings, chosen: PaperPreferences) -> None:
    """Keep when the searches are pulled by themselves; PreferencesError for what is no time."""
    if settings.read_only:
        raise JournalReadOnly("this dashboard only shows: nothing can be changed here")
    with reads.open_journal(settings, read_only=False) as connection:
        paper_preferences.save_papers(connection, chosen, time.time())


def ask(settings: Settings, kind: str, detail: dict[str, object]) -> None:
    """Ask the daemon for something about papers."""
    if settings.read_only:
        raise JournalReadOnly("this dashboard only shows: nothing can be changed here")
    with reads.open_journal(settings, read_only=False) as connection:
        intents.ask(connection, kind, None, time.time(), detail)
