"""Followed searches, and how their pulls went."""

import sqlite3
from typing import Any

import pytest

from store import paper_searches, papers
from store.database import write
from store.errors import PaperError
from store.paper_faults import UNREADABLE
from store.paper_queries import Form
from store.paper_searches import (
    DEGRADED,
    FAILED,
    NOTHING_NEW,
    OK,
    Pull,
    Search,
    add_search,
    change_search,
    find_search,
    list_searches,
    pause_search,
    pulls_of,
    record_pull,
    remove_search,
)

T = 1_795_000_000.0


def follow(journal: sqlite3.Connection, wanted: str | Form, now: float = T, name: str = "") -> Search:
    with write(journal):
        return add_search(journal, wanted, now, name)


def pulled(journal: sqlite3.Connection, search: Search, began: float, outcome: str = OK, **more: Any) -> Pull:
    with write(journal):
        return record_pull(journal, search.id, began=began, ended=began + 1, outcome=outcome, **more)


class TestFollowing:
    """Searches come, change and go."""

    def test_a_form_and_a_query_are_followed(self, journal: sqlite3.Connection) -> None:
        """Each has a name of its own making or of what it is for; a query that a form can ask for has its form."""
        first = follow(journal, Form(categories=("cs.LG",), title=("mamba",)))
        second = follow(journal, "abs:diffusion AND (ti:a OR abs:b)", name=" 拡散 ")
        assert (first.name, first.query) == ("cs.LG, mamba", "cat:cs.LG AND ti:mamba")
        assert (second.name, second.form) == ("拡散", None)
        assert follow(journal, "ti:gan").form == Form(title=("gan",))
        assert [one.name for one in list_searches(journal)] == ["cs.LG, mamba", "拡散", "gan"]
        assert first.last_outcome is None and first.until is None and not first.is_paused

    def test_the_same_is_not_followed_twice(self, journal: sqlite3.Connection) -> None:
        """The same query, or a name that is taken, is refused and says by which search."""
        follow(journal, "ti:gan", name="GANs")
        with pytest.raises(PaperError, match="GANs follows that already"):
            follow(journal, Form(title=("gan",)))
        with pytest.raises(PaperError, match="is called gans already"):
            follow(journal, "ti:other", name="gans")
        with pytest.raises(PaperError, match="quotation"):
            follow(journal, 'ti:"other')
        assert len(list_searches(journal)) == 1

    def test_it_is_found_by_name_number_or_query(self, journal: sqlite3.Connection) -> None:
        """What a person types for a search; nothing and several are refused."""
        made = follow(journal, "ti:gan", name="GANs")
        for text in ("gans", str(made.id), f"#{made.id}", "ti:gan"):
            assert find_search(journal, text) == made
        with pytest.raises(PaperError, match="no search is called 'vae'"):
            find_search(journal, "vae")

    def test_another_query_begins_anew(self, journal: sqlite3.Connection) -> None:
        """A new name changes nothing else; with a new query the pulls before it no longer count."""
        made = follow(journal, "ti:gan")
        pulled(journal, made, T + 1, until=T - 50, floor=T - 100)
        with write(journal):
            renamed = change_search(journal, made.id, T + 2, name="GANs")
        assert (renamed.last_outcome, renamed.until, renamed.floor) == (OK, T - 50, T - 100)
        with write(journal):
            changed = change_search(journal, made.id, T + 3, wanted=Form(title=("vae",)))
        assert (changed.name, changed.query, changed.form) == ("GANs", "ti:vae", Form(title=("vae",)))
        assert (changed.last_outcome, changed.last_good, changed.until, changed.floor) == (None, None, None, None)
        assert len(pulls_of(journal, made.id)) == 1

    def test_paused_and_taken_up_again(self, journal: sqlite3.Connection) -> None:
        """A paused search stays in the list, and is left out where only those are asked for that are pulled."""
        made = follow(journal, "ti:gan")
        with write(journal):
            assert pause_search(journal, made.id, T).is_paused
        assert list_searches(journal, paused=False) == []
        with write(journal):
            assert not pause_search(journal, made.id, T, paused=False).is_paused

    def test_removed_and_followed_again(self, journal: sqlite3.Connection) -> None:
        """A removed search is gone, its papers stay, its name is free; the same query comes back and begins anew."""
        made = follow(journal, "ti:gan", name="GANs")
        pulled(journal, made, T + 1, until=T, floor=0.0)
        with write(journal):
            papers.take_up(journal, papers.Find("2611.00001", "A GAN"), T, search_id=made.id)
            remove_search(journal, made.id, T + 2)
        assert list_searches(journal) == [] and len(papers.list_papers(journal)) == 1
        with pytest.raises(PaperError, match="there is no search"):
            remove_search(journal, made.id, T)
        other = follow(journal, "ti:vae", T + 3, name="GANs")
        again = follow(journal, "ti:gan", T + 4, name="old GANs")
        assert (other.id != made.id, again.id == made.id, again.until) == (True, True, None)
        assert [one.ref for one in papers.list_papers(journal, search_id=again.id)] == ["2611.00001"]
        assert paper_searches.searches_of(journal, papers.list_papers(journal)[0].id) == ["old GANs"]

    def test_names_made_for_searches_do_not_collide(self, journal: sqlite3.Connection) -> None:
        """Two searches for the same words in other places get names that differ."""
        names = [follow(journal, query).name for query in ("ti:gan", "abs:gan", "all:gan")]
        assert names == ["gan", "gan (2)", "gan (3)"]


class TestPulls:
    """What is kept of pulls."""

    def test_the_last_and_the_last_good_one_are_told(self, journal: sqlite3.Connection) -> None:
        """After a fault the reason stands beside the time of the last good pull, and the window begins there."""
        made = follow(journal, "ti:gan")
        pulled(journal, made, T + 1, new=7, until=T - 10, floor=5.0)
        pulled(journal, made, T + 100, DEGRADED, reason="a web page")
        pulled(journal, made, T + 200, FAILED, reason="no network")
        (search,) = list_searches(journal)
        assert (search.last_outcome, search.last_reason, search.last_tried) == (FAILED, "no network", T + 201)
        assert (search.last_good, search.until, search.new) == (T + 2, T - 10, 0)
        pulled(journal, made, T + 300, NOTHING_NEW, until=T - 10, floor=9.0)
        (search,) = list_searches(journal)
        assert (search.last_outcome, search.last_good, search.floor) == (NOTHING_NEW, T + 301, 5.0)
        assert [one.outcome for one in pulls_of(journal, made.id)] == [NOTHING_NEW, FAILED, DEGRADED, OK]

    def test_a_query_that_arxiv_cannot_read_is_known(self, journal: sqlite3.Connection) -> None:
        """It is told from its reason that asking again is of no use, until another pull or query."""
        made = follow(journal, "ti:gan")
        pulled(journal, made, T + 1, FAILED, reason=f"{UNREADABLE} (HTTP 400)")
        assert list_searches(journal)[0].is_unreadable
        with write(journal):
            assert not change_search(journal, made.id, T + 2, wanted="ti:vae").is_unreadable

    def test_old_pulls_are_forgotten_but_the_last_good_one(self, journal: sqlite3.Connection) -> None:
        """The log of a search that fails for long stays small, and when it was last well is still known."""
        made = follow(journal, "ti:gan")
        pulled(journal, made, T + 1)
        for number in range(450):
            pulled(journal, made, T + 2 + number, FAILED)
        assert len(pulls_of(journal, made.id, 1000)) == 401
        assert list_searches(journal)[0].last_good == T + 2
