"""Papers known by their ids alone, and finding the one that is meant."""

import sqlite3

import pytest

from store import papers
from store.database import write
from store.errors import PaperError
from store.paper_ids import ArxivId, read_id
from store.paper_lookups import (
    ASK_AGAIN_SECONDS,
    complete,
    find_paper,
    incomplete,
    is_unknown,
    note_not_found,
    placeholder,
)
from store.papers import Find
from store.search import search as search_for

T = 1_795_000_000.0


def keep(journal: sqlite3.Connection, *finds: Find, state: str = "queue") -> None:
    with write(journal):
        for number, find in enumerate(finds):
            papers.take_up(journal, find, T + number, state=state)


def bare(text: str) -> Find:
    name = read_id(text)
    assert name is not None
    return placeholder(name)


class TestCompleting:
    """An id becomes a paper."""

    def test_a_bare_paper_gets_what_arxiv_tells(self, journal: sqlite3.Connection) -> None:
        """Its title, authors and version come, its state stays, the version is the one that was seen, and it is found."""
        keep(journal, bare("2611.00001v2"), bare("hep-th/9901001"), Find("", "A blog", "web"))
        assert incomplete(journal, T) == ["hep-th/9901001", "2611.00001"]
        assert papers.get(journal, "2611.00001").title == "arXiv:2611.00001"  # type: ignore[union-attr]
        with write(journal):
            complete(journal, Find("2611.00001", "Deep nets", authors=("Ada",), version=3, updated=T), T + 9)
        assert incomplete(journal, T) == ["hep-th/9901001"]
        paper = find_paper(journal, "2611.00001")
        assert (paper.title, paper.state, paper.version, paper.seen_version) == ("Deep nets", "queue", 3, 3)
        assert [hit.id for hit in search_for(journal, "deep", kinds=("paper",))] == ["2611.00001"]
        with write(journal):
            complete(journal, Find("2611.00001", "Deeper nets", version=4), T + 10)
        assert find_paper(journal, "2611.00001").has_newer

    def test_an_id_that_arxiv_does_not_know_is_asked_about_rarely(self, journal: sqlite3.Connection) -> None:
        """A week later again, and after three times no more."""
        keep(journal, bare("2611.99999"))
        for week in range(3):
            now = T + week * (ASK_AGAIN_SECONDS + 1)
            assert incomplete(journal, now) == ["2611.99999"]
            with write(journal):
                note_not_found(journal, "2611.99999", now)
            assert incomplete(journal, now + 60) == []
        assert incomplete(journal, T + 100 * ASK_AGAIN_SECONDS) == []
        assert is_unknown(journal, find_paper(journal, "2611.99999"))

    def test_a_placeholder_changes_nothing_of_a_known_paper(self, journal: sqlite3.Connection) -> None:
        """Adding an id again that is known leaves its title and version."""
        keep(journal, Find("2611.00001", "Deep nets", version=2))
        keep(journal, placeholder(ArxivId("2611.00001", 1)))
        assert (find_paper(journal, "2611.00001").title, incomplete(journal, T)) == ("Deep nets", [])


class TestFinding:
    """What a person types for a paper."""

    @pytest.mark.parametrize(
        "text",
        ["2611.00001", "arXiv:2611.00001v7", "https://arxiv.org/pdf/2611.00001v1", "10.48550/arXiv.2611.00001",
         "10.1000/xyz", "https://doi.org/10.1000/XYZ", "deep NETS"],
    )  # fmt: skip
    def test_it_is_found(self, journal: sqlite3.Connection, text: str) -> None:
        """By id, version, address, DOI, or words of its title."""
        keep(journal, Find("2611.00001", "Deep nets", version=2, doi="10.1000/xyz"), Find("", "A blog", "web"))
        assert find_paper(journal, text).ref == "2611.00001"

    def test_others_are_found_by_name_and_address(self, journal: sqlite3.Connection) -> None:
        """The beginning of a name will do; what several papers have is refused with their titles."""
        keep(journal, Find("", "A blog", "web", url="https://x.org/a"), Find("", "Another blog", "web"))
        (ref, _) = sorted(one.ref for one in papers.list_papers(journal, ["queue"]))
        assert find_paper(journal, "https://x.org/a").title == "A blog"
        assert find_paper(journal, ref[:9]).ref == ref
        with pytest.raises(PaperError, match="A blog; Another blog|Another blog; A blog"):
            find_paper(journal, "blog")
        for text in ("", "2611.77777", "nothing of the kind"):
            with pytest.raises(PaperError, match="there is no paper"):
                find_paper(journal, text)
