"""Reading BibTeX as people keep it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.bibliography import read_bibtex, read_bibtex_all
from store.bibtex import parse, split_names
from store.tex_text import to_plain, to_tex

KEPT = r"""
A line of somebody's own; mail me @ home.
@string{venue = "Proceedings of " # {the Long Conference}}
@comment{jabref-meta: databaseType:bibtex;}
@preamble{"\newcommand{\x}{y}"}
@InProceedings{roe2019,
  Title = {Waiting {GPU}s},
  author={Roe, Richard and {The Big Team} and others},
  booktitle=venue, pages = "1--10", year=2019, month = jun }
@book(paren, title="In (round) brackets", author="Jos{\'e} Mu\~noz", date={2020-03-04}, url={https://example.org/a_b})
@article{last, title = {Ends without a comma}, year = {1999}}
"""


def test_files_as_they_are_kept() -> None:
    """Names of fields in any case, macros, joined strings, quotes, round brackets, comments and text in between."""
    entries, problems = parse(KEPT)
    assert not problems
    assert [(one.kind, one.key) for one in entries] == [
        ("inproceedings", "roe2019"), ("book", "paren"), ("article", "last"),
    ]  # fmt: skip
    assert entries[0].fields["booktitle"] == "Proceedings of the Long Conference"
    first, second, third = read_bibtex(KEPT)
    assert (first.title, first.authors) == ("Waiting GPUs", ("Richard Roe", "The Big Team"))
    assert dict(first.fields) | {"pages": "1--10", "key": "roe2019", "type": "inproceedings"} == dict(first.fields)
    assert first.published == pytest.approx(1559347200)
    assert (second.authors, second.url, second.published) == (("José Muñoz",), "https://example.org/a_b", 1583280000)
    assert third.title == "Ends without a comma"


@pytest.mark.parametrize(
    ("fields", "ref"),
    [
        ("eprint={2401.01234}, archivePrefix={arXiv}", "2401.01234"),
        ("eprint={2401.01234v3}, eprinttype={arxiv}", "2401.01234"),
        ("eprint={hep-th/9901001}", "hep-th/9901001"),
        ("eprint={12345}, archivePrefix={HAL}", ""),
        ("journal={arXiv preprint arXiv:1512.03385}", "1512.03385"),
        ("journal={CoRR}, volume={abs/1412.6980}", "1412.6980"),
        ("doi={https://doi.org/10.48550/arXiv.2401.01234}", "2401.01234"),
        ("doi={10.1000/182}, url={https://arxiv.org/abs/2401.01234v2}", "2401.01234"),
        (r"howpublished={\url{https://arxiv.org/pdf/2401.01234}}", "2401.01234"),
        ("note={arXiv:2401.01234 [cs.LG]}", "2401.01234"),
        ("journal={Nature}, volume={1412.6980}", ""),
        ("doi={10.1000/182}", ""),
    ],
)
def test_papers_of_arxiv_are_known_by_their_id(fields: str, ref: str) -> None:
    """Wherever the common tools put an arXiv id, it is found; what is not on arXiv is not taken for it."""
    (find,) = read_bibtex(f"@article{{k, title={{T}}, {fields}}}")
    assert (find.ref, find.source) == (ref, "arxiv" if ref else "bibtex")
    if ref:
        assert find.journal is None
        assert not (find.doi or "").startswith("10.48550")


def test_files_of_windows_and_of_hand() -> None:
    """A mark of the byte order, line ends of Windows, and an umlaut between quotes take no entry away."""
    text = '\ufeff@article{a b,\r\n title = {{{GPT} Report}},\r\n year = {{2023}}\r\n}\r\n@misc{c, title="\\"Uber x", year={in press}}'
    finds, problems = read_bibtex_all(text)
    assert not problems
    assert [(one.title, one.published is None) for one in finds] == [("GPT Report", False), ("Über x", True)]


def test_what_is_broken_is_told_and_the_rest_is_read() -> None:
    """An entry that is not closed or says nothing does not swallow the next; it is named with its line."""
    text = "@misc{a, title={never closed,\n author={x}\n@misc{b, title={Good}}\n@misc{c, year=2000}\n@misc{d, = 3}\n@x{"
    finds, problems = read_bibtex_all(text)
    assert [find.title for find in finds] == ["Good"]
    assert len(problems) == 4
    assert problems[0].startswith("line 1, @misc: the value of title")


def test_a_large_broken_file_takes_no_time() -> None:
    """Thousands of entries that are not closed are read in about the time of those that are."""
    began = time.process_time()
    finds, problems = read_bibtex_all("@misc{a, title={x {{{ y\n" * 20_000 + "@misc{z, title={Z}}")
    assert (len(finds), len(problems)) == (1, 20_000)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("tex", "names"),
    [
        ("Roe, Jane and Richard Poe", ("Jane Roe", "Richard Poe")),
        ("de la Cruz, Jr, Ana", ("Ana de la Cruz, Jr",)),
        (r"{\O}rsted, Hans and Erd{\H o}s, P{\'a}l and \'Elie \v{C}ech", ("Hans Ørsted", "Pál Erdős", "Élie Čech")),
        ("{Barnes and Noble} and Li, M.", ("Barnes and Noble", "M. Li")),
        ("山田 太郎 and others", ("山田 太郎",)),
        ("山田, 太郎 and Roe, Jane", ("山田 太郎", "Jane Roe")),
        ("", ()),
    ],
)
def test_names(tex: str, names: tuple[str, ...]) -> None:
    """Names in both orders, with parts before and behind, groups in braces, and accents."""
    assert split_names(tex) == names


@pytest.mark.parametrize(
    ("tex", "plain"),
    [
        (r"100\% of R\&D \#1 a\_b", "100% of R&D #1 a_b"),
        (r"{\ss}en na{\"\i}ve fa\c{c}ade \L{}\'od\'z", "ßen naïve façade Łódź"),
        (r"\emph{On} $\ell_1$-norms and {\bf C}", r"On $\ell_1$-norms and C"),
        (r"``quoted'' text~here", "“quoted” text here"),
        (r"an \unknown{command}", r"an \unknowncommand"),
        (r"\{braces\}", "{braces}"),
        ("", ""),
    ],
)
def test_tex_as_people_read_it(tex: str, plain: str) -> None:
    """Accents are put together, grouping goes, formulas stay."""
    assert to_plain(tex) == plain


@given(st.text(alphabet="aZé½ñÅłß学-%&#_~^${}\\\"' ", max_size=40))
def test_any_text_can_be_written_and_read_again(text: str) -> None:
    """Text of a web page comes back as it was from between the braces of a field, whatever is in it."""
    entries, problems = parse(f"@misc{{k, title = {{{to_tex(text, formulas=False)}}}, year = 2000}}")
    assert not problems
    (entry,) = entries
    assert entry.fields["year"] == "2000"
    wanted = " ".join(text.replace("''", "”").split())
    assert entry.plain("title") == wanted


@given(st.text(alphabet="aZé学-%&#_~^${}\\\"' ", max_size=40), st.booleans())
def test_any_title_leaves_the_file_whole(text: str, protect: bool) -> None:
    """Titles with formulas, half of one, or braces without partner never break the entry that they are in."""
    entries, problems = parse(f"@misc{{k, title = {{{to_tex(text, protect=protect)}}}, year = 2000}}")
    assert not problems
    assert entries[0].fields["year"] == "2000"
