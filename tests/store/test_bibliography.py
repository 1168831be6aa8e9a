"""Papers written out: BibTeX, Markdown, CSV, citations."""

import csv
import io
import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from store import bibliography, papers
from store.bibliography import cite, keys_of, read_bibtex, to_bibtex, to_csv, to_markdown
from store.bibtex import parse
from store.database import write
from store.paper_rows import Paper, known
from store.papers import Find

NOW = 1.7e9
MARCH_2024 = 1709251200.0


def add(journal: sqlite3.Connection, /, ref: str, title: str = "Waiting for gradients", **fields: Any) -> Paper:
    """Keep a paper; how it is then."""
    given: dict[str, Any] = {
        "authors": ("Jane Roe", "Li Wei"),
        "published": MARCH_2024,
        "version": 2,
        "categories": ("cs.LG", "stat.ML"),
    }
    state = fields.pop("state", "queue")
    with write(journal):
        return papers.take_up(journal, Find(ref, title, **(given | fields)), NOW, state=state).paper


def written(journal: sqlite3.Connection, *chosen: Paper) -> str:
    """Their BibTeX."""
    with write(journal):
        return to_bibtex(chosen, keys_of(journal, chosen))


def test_an_entry_of_arxiv(journal: sqlite3.Connection) -> None:
    """It has arXiv's fields without version, a DOI, an address, and a key of name, year and word."""
    text = written(journal, add(journal, "2403.00001"))
    ((entry,), problems) = parse(text)
    assert not problems
    assert (entry.kind, entry.key) == ("misc", "roe2024waiting")
    assert {"eprint": "2403.00001", "archiveprefix": "arXiv", "primaryclass": "cs.LG", "year": "2024", "month": "mar",
            "doi": "10.48550/arXiv.2403.00001", "url": "https://arxiv.org/abs/2403.00001",
            "author": "Jane Roe and Li Wei"}.items() <= entry.fields.items()  # fmt: skip
    assert "month         = mar" in text


def test_names_with_the_family_first(journal: sqlite3.Connection) -> None:
    """A Japanese name is written so that BibTeX knows the family's, and comes back as it was."""
    text = written(journal, add(journal, "2403.00001", authors=("山田 太郎", "Jane Roe")))
    assert "author        = {山田, 太郎 and Jane Roe}" in text
    assert read_bibtex(text)[0].authors == ("山田 太郎", "Jane Roe")


def test_a_published_one_is_an_article(journal: sqlite3.Connection) -> None:
    """With a journal it is an article with that DOI, and arXiv's fields beside."""
    paper = add(
        journal, "hep-th/9901001", journal="Phys. Rev. D 1 (1999)", doi="10.1103/physrevd.1", categories=("hep-th",)
    )
    ((entry,), _) = parse(written(journal, paper))
    assert (entry.kind, entry.fields["doi"]) == ("article", "10.1103/physrevd.1")
    assert entry.fields["eprint"] == "hep-th/9901001"


def test_keys_are_unique_and_stay(journal: sqlite3.Connection) -> None:
    """Two papers with the same name, year and word have two keys, in whatever order and selection they are written; and
    a key stays what it was when more becomes known of the paper."""
    first, second = add(journal, "2403.00001"), add(journal, "2403.00002", "Waiting again")
    third = add(journal, "2403.00003", "Waiting, once more")
    with write(journal):
        alone = keys_of(journal, [second])
        together = keys_of(journal, papers.list_papers(journal, ["queue"]))
    assert together == {
        "2403.00002": "roe2024waiting",
        "2403.00001": "roe2024waitinga",
        "2403.00003": "roe2024waitingb",
    }
    assert alone.items() <= together.items()
    with write(journal):
        papers.change(journal, first.id, NOW, title="Another title")
        again = keys_of(journal, [known(journal, one.id) for one in (third, first)])
    assert again == {"2403.00003": "roe2024waitingb", "2403.00001": "roe2024waitinga"}


def test_a_journal_that_is_only_read_gives_keys_too(journal: sqlite3.Connection) -> None:
    """Without a transaction nothing is written, and two in one list have two keys all the same."""
    chosen = [add(journal, "2403.00001"), add(journal, "2403.00002", "Waiting again")]
    journal.execute("PRAGMA query_only=ON")
    assert list(keys_of(journal, chosen, keep=False).values()) == ["roe2024waiting", "roe2024waitinga"]


@pytest.mark.parametrize(
    ("authors", "title", "key"),
    [
        (("Pál Erdős",), "On the Δ-systems of sets", "erdos2024systems"),
        (("Ana de la Cruz, Jr",), "The 2-norm", "cruz2024norm"),
        (("The ATLAS Collaboration",), "Search for X", "atlas2024search"),
        (("山田 太郎",), "学習率について", "arxiv-2403.00001"),
        ((), "Nobody's", "arxiv-2403.00001"),
        (("Bo Ørsted",), "$\\alpha$-learning", "orsted2024alpha"),
    ],
)
def test_keys_are_plain(journal: sqlite3.Connection, authors: tuple[str, ...], title: str, key: str) -> None:
    """A key is of letters that every BibTeX takes, whatever the name and title are written in."""
    assert keys_of(journal, [add(journal, "2403.00001", title, authors=authors)], keep=False) == {"2403.00001": key}


def test_what_was_imported_comes_out_as_it_was(journal: sqlite3.Connection) -> None:
    """An entry that was read keeps its key, type and all its fields, accents and escapes included."""
    text = (
        "@inproceedings{roe:19-x, title={A {GPU} at 5\\% \\& $\\alpha^2$}, author={Erd{\\H{o}}s, P{\\'a}l and "
        "{Barnes and Noble}}, booktitle={Proc. of R\\&D}, pages={1--10}, year={2019}, month=jun, publisher={X_Y}, "
        "doi={10.1000/a_b}, url={https://example.org/a_b%20c?x=1&y=2#z}}"
    )
    (find,) = read_bibtex(text)
    with write(journal):
        paper = papers.take_up(journal, find, NOW).paper
    out = written(journal, paper)
    ((entry,), problems) = parse(out)
    assert not problems
    assert (entry.kind, entry.key) == ("inproceedings", "roe:19-x")
    assert entry.fields["url"] == "https://example.org/a_b%20c?x=1&y=2#z"
    (again,) = read_bibtex(out)
    assert replace(again, fields=()) == replace(find, fields=())
    assert dict(again.fields) == dict(find.fields)
    assert written(journal, paper) == out


def test_a_web_page_breaks_no_file(journal: sqlite3.Connection) -> None:
    """A page with braces, dollars and backslashes in title and address is one whole entry."""
    title = r"C:\new {unclosed $5 & 50% of #1_a ~^"
    paper = add(
        journal, "", title, source="web", url="https://example.org/{x}\\y", authors=(), version=None, categories=()
    )
    ((entry,), problems) = parse(written(journal, paper))
    assert not problems
    assert entry.plain("title") == title
    assert entry.fields["url"] == "https://example.org/%7Bx%7D%5Cy"
    assert entry.key == paper.ref


def test_capitals_are_kept_where_they_mean_something(journal: sqlite3.Connection) -> None:
    """Names and abbreviations are in braces; a title with capitals everywhere is left to the style."""
    one = written(journal, add(journal, "2403.00001", "Training ImageNet models with Riemann metrics on a GPU"))
    assert "title         = {Training {ImageNet} models with {Riemann} metrics on a {GPU}}" in one
    two = written(journal, add(journal, "2403.00002", "Attention Is All You Need"))
    assert "title         = {Attention Is All You Need}" in two


def test_a_reading_list(journal: sqlite3.Connection) -> None:
    """Markdown by state, the one being read first, with links, lessons, and nothing that Markdown takes for its own."""
    add(journal, "2403.00001", "A [bracket] and *star* of $x_1$")
    add(journal, "2403.00002", "Being read", state="reading")
    with write(journal):
        papers.change(journal, "2403.00001", NOW, lesson="Line one\nline_two", tags=["rl"])
    text = to_markdown(
        papers.list_papers(journal, ["queue", "reading"]), lambda state: {"queue": "待ち"}.get(state, state)
    )
    assert text.index("## reading") < text.index("## 待ち")
    assert (
        "- [A \\[bracket\\] and \\*star\\* of $x_1$](<https://arxiv.org/abs/2403.00001>) — Jane Roe, Li Wei, 2024 `#rl`\n"
        "  > Line one\n  > line\\_two\n"
    ) in text


def test_a_table(journal: sqlite3.Connection) -> None:
    """CSV with a row a paper that reads back whole, commas, quotes and new lines included."""
    add(journal, "2403.00001", 'Quotes " and, commas', state="read")
    with write(journal):
        papers.change(journal, "2403.00001", NOW, lesson="one\ntwo", tags=["a", "b"])
    text = to_csv(papers.list_papers(journal, ["read"]), {"2403.00001": 61.4})
    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert tuple(row) == bibliography.COLUMNS
    assert {"id": "2403.00001", "title": 'Quotes " and, commas', "authors": "Jane Roe; Li Wei", "minutes": "61",
            "read": "2023-11-14T22:13:20Z", "tags": "a; b", "lesson": "one\ntwo",
            "priority": "normal"}.items() <= row.items()  # fmt: skip


def test_citations(journal: sqlite3.Connection) -> None:
    """One line that tells who, what, where and when."""
    assert (
        cite(add(journal, "2403.00001"))
        == "Jane Roe and Li Wei. Waiting for gradients. arXiv:2403.00001 [cs.LG], 2024."
    )
    web = add(
        journal, "", "A post", source="web", url="https://example.org/p", authors=(), version=None, published=None
    )
    assert cite(web) == "A post. https://example.org/p."
    many = add(
        journal, "2403.00002", "Many", authors=tuple(f"Ann {n}" for n in range(30)), doi="10.1000/1", journal="J. 1"
    )
    assert cite(many) == "Ann 0 et al. Many. J. 1, arXiv:2403.00002 [cs.LG], 2024, https://doi.org/10.1000/1."
