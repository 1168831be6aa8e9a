"""Pulls of followed searches: the right papers in the right versions, each once, and faults by name."""

import random
import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest

from store import papers
from store.database import write
from store.paper_rows import history, known
from store.paper_searches import DEGRADED, FAILED, NOTHING_NEW, OK, Search, get_search, pulls_of
from tests.conftest import SHARED
from tests.fakes import arxiv_server as fake
from tests.fakes.arxiv_feed import DAY, START
from tests.fakes.arxiv_server import ArxivServer, real_entries, sample, samples
from tests.workers.papers.conftest import Clock
from workers.papers.pull import FIRST, PAGE, Pulled, Puller

Follow = Callable[[str], Search]
DATA = SHARED / "data" / "arxiv"


@pytest.fixture(name="pull")
def _pull(puller: Puller, journal: sqlite3.Connection, follow: Follow) -> Callable[[], Pulled]:
    """Pulls a search for everything, as it is then."""
    made = follow("all:e OR all:a OR all:o")

    def pull() -> Pulled:
        search = get_search(journal, made.id)
        assert search is not None
        return puller.pull(search)

    return pull


def inbox(journal: sqlite3.Connection) -> list[str]:
    return [one.ref for one in papers.list_papers(journal, ["inbox"])]


class TestFinding:
    """What comes into the inbox."""

    def test_new_ones_come_once_and_the_newest_first(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """The second pull brings only what was published since; a third brings nothing."""
        arxiv.put(*samples(5))
        first = pull()
        assert (first.outcome, first.new, first.updated, first.reason) == (OK, 5, 0, "")
        assert inbox(journal) == [f"2611.0000{number}" for number in (5, 4, 3, 2, 1)]
        arxiv.put(sample("2611.00006", "Six", updated=START + DAY))
        assert (pull().new, pull().outcome) == (1, NOTHING_NEW)
        assert inbox(journal)[0] == "2611.00006" and len(inbox(journal)) == 6

    def test_what_was_decided_on_does_not_come_back(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """A dropped paper stays dropped, also when a newer version of it is found."""
        arxiv.put(*samples(2))
        pull()
        with write(journal):
            papers.set_state(journal, "2611.00001", "dropped", START)
        arxiv.put(sample("2611.00001", "One, again", version=2, updated=START + DAY))
        assert (pull().new, inbox(journal)) == (0, ["2611.00002"])
        assert known(journal, "2611.00001").version == 2

    def test_versions_go_up_and_never_down(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """A newer version is noted on a paper that was read; an older one that arXiv serves later changes nothing."""
        arxiv.put(sample("2611.00001", "First words", version=1))
        pull()
        with write(journal):
            papers.set_state(journal, "2611.00001", "read", START)
        arxiv.put(sample("2611.00001", "Better words", version=3, updated=START + DAY, abstract="Newer."))
        assert (pull().updated, pull().updated) == (1, 0)
        paper = known(journal, "2611.00001")
        assert (paper.version, paper.seen_version, paper.has_newer, paper.title) == (3, 1, True, "Better words")
        arxiv.put(sample("2611.00001", "First words", version=1, updated=START + 2 * DAY))
        assert pull().updated == 0
        assert known(journal, "2611.00001").title == "Better words"
        assert [event.detail for event in history(journal, paper.id) if event.kind == "version"] == [
            {"was": 1, "now": 3}
        ]

    def test_a_withdrawal_is_noticed(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """The comment of the newest version tells; the paper keeps its place."""
        arxiv.put(*samples(1))
        pull()
        arxiv.put(sample("2611.00001", "Sample paper 1", version=2, updated=START + DAY, comment="Withdrawn: an error"))
        assert pull().updated == 1
        assert known(journal, "2611.00001").withdrawn

    def test_what_arxiv_lists_late_is_found(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """A paper that appears days after its date is within the week that each pull looks back."""
        arxiv.put(*samples(4, every=DAY))
        pull()
        arxiv.put(sample("2611.00009", "Late", updated=START + 1.5 * DAY))
        assert (pull().new, len(inbox(journal))) == (1, 5)

    def test_a_first_pull_brings_the_newest_and_later_ones_nothing_older(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """Of a search with thousands of papers a hundred come; the next pull does not bring those below."""
        arxiv.put(*samples(3 * PAGE, every=60))
        assert (pull().new, len(arxiv.requests)) == (FIRST, 1)
        assert pull().outcome == NOTHING_NEW
        assert len(inbox(journal)) == FIRST and inbox(journal)[0] == f"2611.{3 * PAGE:05d}"

    def test_many_new_ones_take_several_pages(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection, clock: Clock
    ) -> None:
        """All pages down to the last pull are read, three seconds apart, and the order of the inbox is theirs."""
        arxiv.put(*samples(10))
        pull()
        arxiv.put(*samples(2 * PAGE + 50, start=START + DAY, every=60, month="2612"))
        pulled = pull()
        assert (pulled.outcome, pulled.new) == (OK, 2 * PAGE + 50)
        assert [int(query["start"]) for query in arxiv.queries()] == [0, 0, PAGE, 2 * PAGE]
        assert inbox(journal)[: 2 * PAGE + 50] == [f"2612.{number:05d}" for number in range(2 * PAGE + 50, 0, -1)]

    @pytest.mark.skipif(not DATA.is_dir(), reason="real answers are not here")
    def test_real_papers(self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection) -> None:
        """All recorded papers, of 2002 to 2026, come once, in their versions."""
        arxiv.put(*real_entries(DATA))
        assert pull().new == len(arxiv.papers)
        assert (pull().new, pull().updated) == (0, 0)
        assert {one.ref: one.version for one in papers.list_papers(journal)} == {
            one.base: one.version for one in arxiv.papers
        }

    def test_two_searches_that_find_the_same(
        self, puller: Puller, follow: Follow, arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """There is one paper, and both have found it."""
        arxiv.put(*samples(3))
        one, other = follow("all:sample"), follow("cat:cs.LG")
        assert (puller.pull(one).new, puller.pull(other).new) == (3, 0)
        assert len(inbox(journal)) == 3
        assert [len(papers.list_papers(journal, search_id=search.id)) for search in (one, other)] == [3, 3]


class TestFaults:
    """What is said and kept when arXiv does not answer as it should."""

    @pytest.mark.parametrize(
        ("fault", "outcome"),
        [
            (fake.web_page(), DEGRADED),
            (fake.empty_body(), DEGRADED),
            (fake.empty_feed(), DEGRADED),
            (fake.truncated(), DEGRADED),
            (fake.rate_exceeded(), DEGRADED),
            (fake.refuse(429), FAILED),
            (fake.refuse(503, "120"), FAILED),
            (fake.dropped(), FAILED),
            (fake.slow(5), FAILED),
            (fake.failing(), FAILED),
            (fake.answer(400), FAILED),
        ],
    )
    def test_a_fault_is_no_quiet_day(
        self,
        pull: Callable[[], Pulled],
        arxiv: ArxivServer,
        journal: sqlite3.Connection,
        clock: Clock,
        fault: fake.Fault,
        outcome: str,
    ) -> None:
        """It has a name and its reason, the last good pull keeps its time, and the next pull finds what was missed."""
        arxiv.put(*samples(3))
        good = pull()
        clock.now += DAY
        arxiv.put(sample("2611.00004", "Missed", updated=START + DAY))
        arxiv.script(fault)
        bad = pull()
        assert (bad.outcome, bad.new, bool(bad.reason)) == (outcome, 0, True)
        search = get_search(journal, good.search.id)
        assert search is not None and (search.last_outcome, search.last_reason) == (outcome, bad.reason)
        assert search.last_good is not None and search.last_good < clock() - DAY / 2
        clock.now += 600
        assert (pull().new, inbox(journal)[0]) == (1, "2611.00004")

    def test_what_came_before_the_fault_is_kept(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """When the second page is a web page, the first is in the inbox, and the next pull brings the rest."""
        arxiv.put(*samples(10))
        pull()
        arxiv.put(*samples(PAGE + 20, start=START + DAY, every=60, month="2612"))
        arxiv.script(None, fake.web_page())
        cut = pull()
        assert (cut.outcome, cut.new) == (DEGRADED, PAGE)
        assert "only 200 of 230 papers were read: arXiv answered with a web page" in cut.reason
        assert pull().new == 20
        assert len(inbox(journal)) == PAGE + 30

    def test_a_short_refusal_is_waited_out(self, pull: Callable[[], Pulled], arxiv: ArxivServer, clock: Clock) -> None:
        """Where arXiv asks for a few seconds, the pull goes on after them."""
        arxiv.put(*samples(2))
        arxiv.script(fake.refuse(429, "5"))
        began = clock()
        assert (pull().outcome, len(arxiv.requests)) == (OK, 2)
        assert clock() - began == 5

    def test_while_arxiv_wants_to_be_left_alone_nothing_is_asked(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer
    ) -> None:
        """The pull fails at once, with the reason of the refusal."""
        arxiv.put(*samples(2))
        arxiv.script(fake.refuse(429, "600"))
        assert [pull().outcome, pull().outcome] == [FAILED, FAILED]
        assert "429" in pull().reason and len(arxiv.requests) == 1

    def test_papers_that_cannot_be_read_are_told(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """An entry without dates is no reason to lose the others, and none to say that all was read."""
        one, other = samples(2)
        arxiv.put(one, replace(other, xml=other.xml.replace("published>", "other>")))
        pulled = pull()
        assert (pulled.outcome, pulled.new) == (DEGRADED, 1) and "1 of 2 papers" in pulled.reason
        assert inbox(journal) == ["2611.00001"]

    def test_an_arxiv_that_does_not_sort(
        self, pull: Callable[[], Pulled], arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """Where the newest are not first, one page is read, that is said, and later pulls look as far back."""
        arxiv.put(*samples(PAGE + 50, every=60))
        arxiv.sorts = False
        first = pull()
        assert (first.new, len(arxiv.requests)) == (FIRST, 1)
        arxiv.put(*samples(5, start=START + DAY, month="2612"))
        second = pull()
        assert "did not put the newest first" in second.reason and len(arxiv.requests) == 2
        arxiv.sorts = True
        assert pull().new >= 5
        assert {f"2612.0000{number}" for number in range(1, 6)} <= set(inbox(journal))

    def test_a_pull_that_is_cut_off_has_no_outcome(
        self,
        pull: Callable[[], Pulled],
        puller: Puller,
        arxiv: ArxivServer,
        journal: sqlite3.Connection,
        follow: Follow,
    ) -> None:
        """If the process ends between two pages, the next pull begins where the last good one did."""
        arxiv.put(*samples(10))
        search = pull().search
        arxiv.put(*samples(PAGE + 20, start=START + DAY, every=60, month="2612"))
        asked = puller.client.search

        def die(query: str, start: int, count: int) -> object:
            if start:
                raise KeyboardInterrupt
            return asked(query, start, count)

        puller.client.search = die  # type: ignore[method-assign, assignment]
        with pytest.raises(KeyboardInterrupt):
            pull()
        assert len(pulls_of(journal, search.id)) == 1
        puller.client.search = asked  # type: ignore[method-assign]
        assert (pull().outcome, len(inbox(journal))) == (OK, PAGE + 30)

    @pytest.mark.parametrize("seed", range(4))
    def test_whatever_goes_wrong_in_the_end_all_are_there_once(
        self,
        pull: Callable[[], Pulled],
        arxiv: ArxivServer,
        journal: sqlite3.Connection,
        clock: Clock,
        seed: int,
    ) -> None:
        """Under faults drawn at random, each pull either brings all or says why not; no paper is lost or doubled."""
        arxiv.fault_rate, arxiv._chance = 0.5, random.Random(seed)
        arxiv.put(*samples(20))
        for day in range(1, 4):
            arxiv.put(*samples(PAGE // 2, start=START + day * DAY, every=60, month=f"260{day}"))
            while (pulled := pull()).reason:
                assert pulled.outcome in (DEGRADED, FAILED)
                clock.now += 300
            assert pulled.outcome in (OK, NOTHING_NEW)
            refs = inbox(journal)
            assert len(refs) == len(set(refs))
            assert {one.base for one in arxiv.papers if one.base.startswith(f"260{day}")} <= set(refs)
