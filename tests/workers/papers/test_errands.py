"""What pages and commands ask of arXiv, and the words they get."""

import sqlite3
from collections.abc import Callable

from store import intents, paper_lookups, papers
from store.database import write
from store.intents import ADD_PAPERS, FETCH_PAPER, PULL_PAPERS, Intent
from store.paper_ids import ArxivId
from store.paper_rows import known
from store.paper_searches import Search, pause_search
from tests.fakes import arxiv_server as fake
from tests.fakes.arxiv_server import ArxivServer, sample, samples
from workers.papers.errands import Completed, Errands, spell_completed

T = 1_795_000_000.0
Follow = Callable[[str], Search]


def asked(journal: sqlite3.Connection, kind: str, **detail: object) -> Intent:
    number = intents.ask(journal, kind, None, T, detail)
    return next(one for one in intents.open_intents(journal) if one.id == number)


class TestPulls:
    """The button *Pull now*."""

    def test_all_or_one(
        self, errands: Errands, arxiv: ArxivServer, journal: sqlite3.Connection, follow: Follow
    ) -> None:
        """All searches that are not paused, or the one that is named, are pulled, and what came is told."""
        arxiv.put(*samples(3), sample("2611.00010", "Other", categories=["cs.CV"], abstract="-"))
        follow("ti:sample"), follow("cat:cs.CV")
        paused = follow("cat:cs.LG")
        with write(journal):
            pause_search(journal, paused.id, T)
        assert errands.serve(asked(journal, PULL_PAPERS)) == ("done", "4 new papers")
        assert len(arxiv.requests) == 2
        assert errands.serve(asked(journal, PULL_PAPERS, search=paused.id)) == ("done", "0 new papers")
        assert errands.serve(asked(journal, PULL_PAPERS, search=99))[0] == "refused"

    def test_what_went_wrong_is_told_by_search(
        self, errands: Errands, arxiv: ArxivServer, journal: sqlite3.Connection, follow: Follow
    ) -> None:
        """The answer names the search and the reason; the same reason of several is told once."""
        arxiv.put(*samples(2))
        follow("ti:sample"), follow("cat:cs.LG"), follow("cat:cs.CV")
        arxiv.script(None, fake.refuse(429, "60"))
        state, words = errands.serve(asked(journal, PULL_PAPERS))
        assert state == "refused"
        assert words == "2 new papers; cs.LG, cs.CV: arXiv says that we ask too often (HTTP 429)"

    def test_without_a_network_not_every_search_is_waited_for(
        self, errands: Errands, arxiv: ArxivServer, follow: Follow
    ) -> None:
        """After two searches in a row without any answer the others fail with the same reason, unasked."""
        arxiv.put(*samples(2))
        searches = [follow(f"ti:sample OR ti:word{number}") for number in range(5)]
        arxiv.script(fake.dropped())
        assert [one.outcome for one in errands.pull(searches)] == [
            "failed",
            "ok",
            "nothing_new",
            "nothing_new",
            "nothing_new",
        ]
        asked = len(arxiv.requests)
        arxiv.always(fake.dropped())
        pulled = list(errands.pull(searches))
        assert {(one.outcome, one.reason) for one in pulled} == {("failed", "the connection to arXiv broke")}
        assert len(pulled) == 5 and len(arxiv.requests) == asked + 2

    def test_without_a_search(self, errands: Errands, journal: sqlite3.Connection) -> None:
        """It is said that there is none."""
        assert errands.serve(asked(journal, PULL_PAPERS)) == (
            "refused", "there is no search to pull; follow one first",
        )  # fmt: skip


class TestAdding:
    """Papers that were added by their ids."""

    def test_they_become_known(self, errands: Errands, arxiv: ArxivServer, journal: sqlite3.Connection) -> None:
        """Those of the page that are not kept yet are; all are asked about; one that does not exist is told."""
        arxiv.put(*samples(2))
        with write(journal):
            papers.take_up(journal, paper_lookups.placeholder(ArxivId("2611.00001")), T, state="reading")
        state, words = errands.serve(asked(journal, ADD_PAPERS, text="2611.00001\n2611.00002"))
        assert (state, words) == ("done", "arXiv told of 2 papers")
        assert [known(journal, f"2611.0000{n}").state for n in (1, 2)] == ["reading", "queue"]
        state, words = errands.serve(asked(journal, ADD_PAPERS, text="2611.77777"))
        assert (state, words) == ("refused", "arXiv knows no paper of that id")

    def test_when_arxiv_cannot_be_asked_they_stay(
        self, errands: Errands, arxiv: ArxivServer, journal: sqlite3.Connection
    ) -> None:
        """They are kept by their ids, and the reason is told; a pull later completes them."""
        arxiv.put(*samples(1))
        arxiv.script(fake.web_page())
        state, words = errands.serve(asked(journal, ADD_PAPERS, text="2611.00001"))
        assert state == "refused" and "web page" in words and "kept by their ids" in words
        assert known(journal, "2611.00001").title == "arXiv:2611.00001"
        assert errands.complete() == Completed(1, 0)
        assert known(journal, "2611.00001").title == "Sample paper 1"

    def test_nothing_to_ask(self) -> None:
        """Then that is said."""
        assert spell_completed(Completed(0, 0)) == "nothing was to be asked"


def test_a_pdf_that_cannot_be_had(errands: Errands, arxiv: ArxivServer, journal: sqlite3.Connection) -> None:
    """The answer is the reason; an unknown paper is refused."""
    with write(journal):
        papers.take_up(journal, papers.Find("", "A blog", "web"), T)
    (paper,) = papers.list_papers(journal)
    assert errands.serve(asked(journal, FETCH_PAPER, ref=paper.ref))[0] == "refused"
    assert errands.serve(asked(journal, FETCH_PAPER, ref="web-0"))[1].startswith("there is no paper web-0")
    assert errands.serve(asked(journal, "something else"))[0] == "refused"
