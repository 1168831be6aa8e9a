"""The real `arxiv` package against a local arXiv."""

import time
from dataclasses import replace

import pytest

from store.paper_gate import SPACING_SECONDS
from store.settings import Settings
from tests.conftest import SHARED
from tests.fakes import arxiv_server as fake
from tests.fakes.arxiv_server import ArxivServer, real_entries, sample, samples
from tests.workers.papers.conftest import Clock
from workers.papers.answers import BadAnswer, BadQuery, Garbled, Refusal, Unreached
from workers.papers.arxiv_client import ArxivClient, is_withdrawn
from workers.papers.gate import Gate, NotNow

DATA = SHARED / "data" / "arxiv"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="real answers are not here")


class TestAsking:
    """One page, asked once."""

    def test_a_page_is_asked_with_one_request(self, client: ArxivClient, arxiv: ArxivServer) -> None:
        """The newest changes first, from where one wants, no more than one wants, under our name, on one connection."""
        arxiv.put(*samples(30))
        found = client.search("all:sample", 10, 5)
        assert [one.ref for one in found.finds] == [f"2611.000{number}" for number in (20, 19, 18, 17, 16)]
        assert (found.page.total, found.page.start) == (30, 10)
        (request,) = arxiv.requests
        assert request.query == {
            "search_query": "all:sample", "sortBy": "lastUpdatedDate", "sortOrder": "descending", "start": "10",
            "max_results": "5",
        }  # fmt: skip
        assert request.headers["User-Agent"].startswith("Machiai/") and request.headers["Connection"] == "close"

    def test_what_a_paper_is(self, client: ArxivClient, arxiv: ArxivServer) -> None:
        """All of an entry comes through: version, times, authors, categories of arXiv, DOI, links."""
        arxiv.put(
            sample(
                "math/0309136", "Knots\n  and   $\\alpha$", version=3, updated=1e9, published=9e8,
                abstract="  Some\n text. ", authors=["Zoë Müller", " 山田 太郎 "], categories=["math.GT", "57M25", "F.2.2"],
                comment="12 pages", doi="10.1000/ABC", journal="J. Knots 1",
            )
        )  # fmt: skip
        (one,) = client.search("cat:math.GT", 0, 10).finds
        assert (one.version, one.title, one.abstract) == (3, "Knots and $\\alpha$", "Some text.")
        assert (one.authors, one.categories) == (("Zoë Müller", "山田 太郎"), ("math.GT",))
        assert (one.published, one.updated, one.doi) == (9e8, 1e9, "10.1000/abc")
        assert (one.comment, one.journal, one.source, one.withdrawn) == ("12 pages", "J. Knots 1", "arxiv", False)
        assert one.url == f"https://arxiv.org/abs/{one.ref}" and one.pdf_url == f"https://arxiv.org/pdf/{one.ref}v3"

    @needs_data
    def test_real_papers_of_all_times(self, client: ArxivClient, arxiv: ArxivServer) -> None:
        """Every recorded paper, of old and new ids, is read with title, authors and a time."""
        arxiv.put(*real_entries(DATA))
        found = client.search("all:e OR all:a OR all:o", 0, 500)
        assert {(one.ref, one.version) for one in found.finds} == {(one.base, one.version) for one in arxiv.papers}
        assert len(found.finds) > 60
        assert all(one.title and one.authors and one.published and one.categories for one in found.finds)
        old = {one.ref: one for one in found.finds}["quant-ph/0201082"]
        assert old.title.startswith("Quantum Computers") and old.pdf_url == "https://arxiv.org/pdf/quant-ph/0201082v1"

    @needs_data
    @pytest.mark.parametrize("name", ["q_testing_s0_m10_bc5a6c384fe9.json", "q_testing_s20_m10_348a237fecab.json"])
    def test_recorded_pages_as_they_came(self, client: ArxivClient, arxiv: ArxivServer, name: str) -> None:
        """A page that holds fewer papers than were asked for is taken as it is, without asking for another."""
        arxiv.script(fake.canned(DATA / "lukasschwab_arxiv.py" / name))
        found = client.search("testing", 0, 100)
        assert len(found.finds) == found.page.entries == 10 and found.page.total > 30_000
        assert len(arxiv.requests) == 1

    def test_ids_are_looked_up(self, client: ArxivClient, arxiv: ArxivServer) -> None:
        """Known ids come back, unknown ones are missing."""
        arxiv.put(*samples(3), sample("hep-th/9901001", "Strings", version=2))
        found = client.look_up(["2611.00002", "2611.77777", "hep-th/9901001"])
        assert [one.ref for one in found.finds] == ["2611.00002", "hep-th/9901001"]
        assert arxiv.queries()[0]["id_list"] == "2611.00002,2611.77777,hep-th/9901001"


class TestFaults:
    """Every way that an answer can go wrong."""

    @pytest.mark.parametrize(
        ("fault", "kind", "words"),
        [
            (fake.web_page(), Garbled, "web page"),
            (fake.empty_body(), Garbled, "empty page"),
            (fake.empty_feed(), Garbled, "sends none"),
            (fake.truncated(), Garbled, "breaks off"),
            (fake.truncated(0.97), Garbled, "breaks off"),
            (fake.rate_exceeded(), Refusal, "too often"),
            (fake.refuse(429), Refusal, "429"),
            (fake.refuse(503, "600"), Refusal, "503"),
            (fake.broken_off(), Unreached, "broke"),
            (fake.dropped(), Unreached, "broke"),
            (fake.dropped(rudely=True), Unreached, "broke"),
            (fake.slow(5), Unreached, "did not answer within 1 s"),
            (fake.dripping(), Unreached, "did not answer within 1 s"),
            (fake.failing(), Unreached, "HTTP 500"),
            (fake.answer(400, b"<feed><summary>bad</summary></feed>"), BadQuery, "HTTP 400: bad"),
        ],
    )
    def test_it_is_named_after_one_request(
        self, client: ArxivClient, arxiv: ArxivServer, fault: fake.Fault, kind: type[BadAnswer], words: str
    ) -> None:
        """It is raised as what it is, within seconds, and nothing is asked again."""
        arxiv.put(*samples(5))
        arxiv.always(fault)
        began = time.monotonic()
        with pytest.raises(kind) as caught:
            client.search("all:sample", 0, 10)
        assert words in caught.value.reason
        assert time.monotonic() - began < 4 and len(arxiv.requests) <= 1

    def test_a_refusal_keeps_the_next_request_back(
        self, client: ArxivClient, arxiv: ArxivServer, gate: Gate, clock: Clock
    ) -> None:
        """Retry-After is heeded also by a client made anew; without it half a minute, then one, then two."""
        arxiv.put(*samples(1))
        for fault, wait in ((fake.refuse(429, "45"), 45), (fake.rate_exceeded(), 60), (fake.refuse(503), 120)):
            arxiv.script(fault)
            with pytest.raises(Refusal):
                client.search("all:sample", 0, 1)
            with pytest.raises(NotNow):
                ArxivClient(gate, client.settings, clock).search("all:sample", 0, 1)
            assert gate.until() == clock() + wait
            clock.now += wait
        assert len(arxiv.requests) == 3
        assert client.search("all:sample", 0, 1).finds
        assert gate.until() is None

    def test_a_redirect_is_followed_at_the_next_turn(
        self, client: ArxivClient, arxiv: ArxivServer, clock: Clock
    ) -> None:
        """Another address of the same answer is another request, three seconds later."""
        arxiv.put(*samples(2))
        arxiv.script(fake.answer(301, b"", {"Location": "/api/query?search_query=all:sample&max_results=1"}))
        assert len(client.search("all:sample", 0, 1).finds) == 1
        assert (len(arxiv.requests), clock.slept) == (2, [SPACING_SECONDS])

    def test_nobody_there(self, at_arxiv: Settings, gate: Gate, clock: Clock) -> None:
        """Without a server, or without such a name, it is said that arXiv cannot be reached."""
        for url in ("http://127.0.0.1:9", "http://nowhere.invalid"):
            client = ArxivClient(gate, replace(at_arxiv, arxiv_url=url), clock)
            with pytest.raises(Unreached, match="cannot be (reached|found)"):
                client.search("all:sample", 0, 1)

    def test_entries_without_dates_do_not_shift_the_page(self, client: ArxivClient, arxiv: ArxivServer) -> None:
        """What cannot be used of a page is counted, and the package asks for nothing more because of it."""
        whole, bare = samples(2)
        arxiv.put(whole, replace(bare, xml=bare.xml.replace("published>", "other>")))
        found = client.search("all:sample", 0, 2)
        assert (found.page.entries, found.page.usable, len(found.finds)) == (2, 1, 1)
        assert len(arxiv.requests) == 1


@pytest.mark.parametrize(
    ("comment", "abstract", "withdrawn"),
    [
        ("This paper has been withdrawn by the author due to a crucial error", "", True),
        ("Withdrawn", "", True),
        ("12 pages. This submission is temporarily withdrawn.", "", True),
        ("The article was retracted; see v2", "", True),
        ("", "This paper has been withdrawn.", True),
        ("replaces arXiv:1234.56789, which was withdrawn", "", False),
        ("Accepted at ICML", "Funds that were withdrawn from banks are forecast.", False),
        ("", "We study how consent is withdrawn by users of a service.", False),
    ],
)
def test_withdrawn_papers(comment: str, abstract: str, withdrawn: bool) -> None:
    """arXiv has no mark for it: the authors' own words tell."""
    assert is_withdrawn("A title", abstract, comment) is withdrawn
