"""Papers that a person names are kept."""

import sqlite3

import pytest

from store import papers
from store.database import write
from store.errors import PaperError
from store.paper_intake import Intake, take_in

T = 1_795_000_000.0


def take(journal: sqlite3.Connection, text: str, state: str = "queue", tags: tuple[str, ...] = ()) -> Intake:
    with write(journal):
        return take_in(journal, text, T, state=state, tags=tags)


def test_ids_addresses_titles_and_bibtex_are_kept(journal: sqlite3.Connection) -> None:
    """A pasted list, a line each; of one paper that is named twice there is one."""
    intake = take(
        journal, "1706.03762\n\nhttps://arxiv.org/abs/1706.03762v5\nA blog https://x.org/a\n??\n", tags=("nlp",)
    )
    first = intake.new[0]
    assert (first.ref, first.state, first.tags) == ("1706.03762", "queue", ("nlp",))
    assert [one.title for one in intake.new] == ["arXiv:1706.03762", "A blog"]
    assert intake.known == () and "??" in intake.problems[0]
    intake = take(journal, "@article{a, title={Foo}, eprint={1707.08567}, archiveprefix={arXiv}}", "read")
    assert [(one.ref, one.title, one.state) for one in intake.new] == [("1707.08567", "Foo", "read")]


def test_a_known_one_comes_into_the_queue_but_not_back_from_reading(journal: sqlite3.Connection) -> None:
    """One that waits in the inbox or was dropped is wanted now; one that is being read stays; tags are added."""
    take(journal, "2611.00001\n2611.00002\n2611.00003", "inbox", ("a",))
    with write(journal):
        papers.set_state(journal, "2611.00002", "dropped", T)
        papers.set_state(journal, "2611.00003", "reading", T)
    intake = take(journal, "2611.00001, 2611.00002, 2611.00003", tags=("b",))
    assert [(one.ref, one.state) for one in intake.known] == [
        ("2611.00001", "queue"), ("2611.00002", "queue"), ("2611.00003", "reading"),
    ]  # fmt: skip
    assert {one.tags for one in intake.known} == {("a", "b")} and intake.new == ()


def test_a_text_that_names_none_is_refused(journal: sqlite3.Connection) -> None:
    """Nothing is kept."""
    with pytest.raises(PaperError, match="names no paper"):
        take(journal, "\n--\n")
    assert papers.count_states(journal)["queue"] == 0
