"""Papers by their ids."""

import sqlite3

import pytest

from store import paper_lookups, papers
from store.database import write
from store.paper_ids import ArxivId
from store.paper_rows import known
from tests.fakes import arxiv_server as fake
from tests.fakes.arxiv_server import ArxivServer, samples
from workers.papers.answers import Garbled
from workers.papers.arxiv_client import ArxivClient
from workers.papers.lookup import BATCH, complete_papers, look_up

T = 1_795_000_000.0


def keep(journal: sqlite3.Connection, *bases: str) -> None:
    with write(journal):
        for base in bases:
            papers.take_up(journal, paper_lookups.placeholder(ArxivId(base)), T, state="queue")


def test_many_are_asked_about_in_batches(client: ArxivClient, arxiv: ArxivServer, journal: sqlite3.Connection) -> None:
    """Fifty ids take three requests; those that arXiv does not know are remembered as such."""
    arxiv.put(*samples(49))
    keep(journal, *(f"2611.{number:05d}" for number in range(1, 51)))
    assert complete_papers(client, lambda: T) == (49, 1)
    assert [len(query["id_list"].split(",")) for query in arxiv.queries()] == [BATCH, BATCH, 10]
    assert known(journal, "2611.00049").title == "Sample paper 49"
    assert complete_papers(client, lambda: T + 60) == (0, 0)
    assert len(arxiv.requests) == 3


def test_one_that_arxiv_cannot_read_does_not_spoil_the_others(client: ArxivClient, arxiv: ArxivServer) -> None:
    """Where a batch is refused for one id in it, the others are found in its halves, and nothing is asked twice."""
    arxiv.put(*samples(8))
    refs = [f"2611.0000{number}" for number in range(1, 8)]
    assert set(look_up(client, [*refs[:3], "nonsense", *refs[3:]])) == set(refs)
    asked = [query["id_list"] for query in arxiv.queries()]
    assert len(asked) == len(set(asked)) <= 7


def test_what_a_batch_brought_is_kept_when_the_next_fails(
    client: ArxivClient, arxiv: ArxivServer, journal: sqlite3.Connection
) -> None:
    """The rest stays known by its ids, and is asked about at the next time."""
    arxiv.put(*samples(25))
    keep(journal, *(f"2611.{number:05d}" for number in range(1, 26)))
    arxiv.script(None, fake.web_page())
    with pytest.raises(Garbled):
        complete_papers(client, lambda: T)
    assert len(paper_lookups.incomplete(journal, T)) == 5
    assert complete_papers(client, lambda: T) == (5, 0)
