"""What goes on with papers by itself."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable

import pytest

from store import intents, paper_lookups, papers
from store.database import write
from store.intents import PULL_PAPERS
from store.paper_ids import ArxivId
from store.paper_preferences import PaperPreferences, save_papers
from store.paper_rows import count_states, known
from store.paper_searches import Search, get_search
from store.settings import Settings
from tests.conftest import ROOT
from tests.fakes import arxiv_server as fake
from tests.fakes.arxiv_feed import DAY, START
from tests.fakes.arxiv_server import ArxivServer, sample, samples
from tests.fakes.command import Machiai
from tests.workers.papers.conftest import Clock
from workers.papers.watch import PaperWatch

Follow = Callable[[str], Search]


@pytest.fixture(name="watch")
def _watch(journal: sqlite3.Connection, at_arxiv: Settings, clock: Clock) -> PaperWatch:
    return PaperWatch(journal, at_arxiv, clock=clock, steady=clock, sleep=clock.sleep)


def look(watch: PaperWatch, clock: Clock, seconds: float, every: float = 5.0) -> None:
    """Let so much time go by."""
    end = clock() + seconds
    while clock() < end:
        watch.tick()
        clock.now += every


def test_a_new_search_is_pulled_at_once_then_daily(
    watch: PaperWatch, clock: Clock, arxiv: ArxivServer, journal: sqlite3.Connection, follow: Follow
) -> None:
    """Nobody has to ask; in three days there are three or four requests and no more."""
    save_papers(journal, PaperPreferences("03:00"), clock())
    arxiv.put(*samples(3))
    follow("ti:sample")
    watch.tick()
    assert count_states(journal)["inbox"] == 3
    arxiv.put(sample("2611.00004", "Sample", updated=START + DAY))
    look(watch, clock, 3 * DAY, 300)
    assert (len(arxiv.requests), count_states(journal)["inbox"]) == (4, 4)


def test_after_a_fault_it_is_tried_again_by_itself(
    watch: PaperWatch, clock: Clock, arxiv: ArxivServer, journal: sqlite3.Connection, follow: Follow
) -> None:
    """While arXiv wants to be left alone nothing is asked; then the search is pulled well."""
    arxiv.put(*samples(3))
    search = follow("ti:sample")
    arxiv.script(fake.refuse(429, "1000"), fake.web_page())
    look(watch, clock, 990)
    assert len(arxiv.requests) == 1
    look(watch, clock, 900)
    found = get_search(journal, search.id)
    assert found is not None and (found.last_outcome, found.new) == ("ok", 3)
    assert len(arxiv.requests) == 3


def test_a_query_that_arxiv_cannot_read_is_asked_once_a_day(
    watch: PaperWatch, clock: Clock, arxiv: ArxivServer, follow: Follow
) -> None:
    """HTTP 400 is not tried again before the next day."""
    follow("ti:sample")
    arxiv.always(fake.answer(400))
    look(watch, clock, 2 * DAY, 600)
    assert len(arxiv.requests) == 3


def test_what_the_page_asks_is_done_and_answered(
    watch: PaperWatch, clock: Clock, arxiv: ArxivServer, journal: sqlite3.Connection, follow: Follow
) -> None:
    """A wish is answered in words; asking twice before that is one wish."""
    arxiv.put(*samples(2))
    search = follow("ti:sample")
    for _ in range(2):
        intents.ask(journal, PULL_PAPERS, None, clock(), {"search": search.id})
    intents.ask(journal, PULL_PAPERS, None, clock(), {"search": 77})
    watch.tick()
    told = {one.detail["search"]: (one.state, one.answer) for one in intents.latest_intents(journal, PULL_PAPERS, 0)}
    assert told[search.id] == ("done", "2 new papers") and told[77][0] == "refused"
    assert len(arxiv.requests) == 1


def test_bare_papers_are_completed_and_put_off_ones_come_back(
    watch: PaperWatch, clock: Clock, arxiv: ArxivServer, journal: sqlite3.Connection
) -> None:
    """An id that a page kept gets its title within seconds; a fault there is tried again after minutes."""
    arxiv.put(*samples(1))
    with write(journal):
        papers.take_up(journal, paper_lookups.placeholder(ArxivId("2611.00001")), clock())
        papers.set_state(journal, "2611.00001", "later", clock(), clock() + 600)
    arxiv.script(fake.empty_body())
    look(watch, clock, 60)
    assert len(arxiv.requests) == 1
    look(watch, clock, 300)
    paper = known(journal, "2611.00001")
    assert (paper.title, paper.state) == ("Sample paper 1", "later")
    look(watch, clock, 300)
    assert known(journal, "2611.00001").state == "inbox"


def test_idling_loads_nothing() -> None:
    """The daemon has neither the package nor an XML reader in memory before arXiv is asked for the first time."""
    code = "import workers.daemon, sys; print([one for one in ('arxiv', 'lxml', 'pypdfium2', 'sklearn') if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_daemon_does_it(
    machiai: Machiai, arxiv: ArxivServer, journal: sqlite3.Connection, wait_for: Callable[..., None]
) -> None:
    """Following a search while the daemon runs brings its papers; a wish of a page is answered."""
    machiai.environment["MACHIAI_ARXIV_URL"] = arxiv.url
    arxiv.put(*samples(4))
    machiai.start_daemon()
    machiai.inside = True
    assert machiai.call("paper", "follow", "ti:sample").returncode == 0
    wait_for(lambda: count_states(journal)["inbox"] == 4, "the papers")
    intents.ask(journal, PULL_PAPERS, None, 1.0)
    wait_for(lambda: not intents.open_intents(journal), "the answer")
    (wish,) = intents.latest_intents(journal, PULL_PAPERS, 0)
    assert (wish.state, wish.answer) == ("done", "0 new papers")
    assert arxiv.shortest_gap() >= 3
