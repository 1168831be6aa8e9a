"""What arXiv sent, told apart."""

import email.utils
import json
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.fakes.arxiv_feed import feed, real_answer, sample, samples
from workers.papers.answers import (
    BadAnswer,
    BadQuery,
    Garbled,
    Page,
    Refusal,
    Unreached,
    read_answer,
    read_retry_after,
)

NOW = 1_795_000_000.0
DATA = SHARED / "data" / "arxiv"
REAL = sorted(path for kind in ("lukasschwab*/*.json", "james-akl*/*.xml", "ewan*/*.xml") for path in DATA.glob(kind))
GOOD = feed(samples(3), 7, 0, 3).encode()
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="real answers are not here")


def read(body: bytes, status: int = 200, start: int = 0, retry_after: str = "") -> Page:
    return read_answer(status, {"retry-after": retry_after}, body, start, NOW)


def test_a_page_of_papers() -> None:
    """How many there are in all, from where on, and how many of these can be used."""
    assert read(GOOD) == Page(7, 0, 3, 3)
    assert read(feed([], 0, 0, 10).encode()) == Page(0, 0, 0, 0)
    assert read(feed([], 7, 7, 10).encode(), start=7) == Page(7, 7, 0, 0)
    undated = sample("2611.00001", "A").xml.replace("published>", "other>")
    assert read(GOOD.replace(b"</feed>", undated.encode() + b"</feed>")).usable == 3


@needs_data
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem[:40])
def test_real_answers(path: Path) -> None:
    """Every recorded answer is read as what it is: pages with all their papers, an error as that."""
    status, body = real_answer(path)
    if status == 400:
        with pytest.raises(BadQuery, match="incorrect id format for abc"):
            read(body, status)
        return
    start = 0
    if path.suffix == ".json":
        start = int(json.loads(path.read_text())["url"].partition("start=")[2].partition("&")[0])
    page = read(body, start=start)
    assert page.entries == page.usable == body.count(b"<entry>")
    assert page.start == start and page.total >= page.entries


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", Garbled, "empty page"),
        (b"\xef\xbb\xbf \n", Garbled, "empty page"),
        (b"Rate exceeded.", Refusal, "too often"),
        (b"<p>Too Many Requests</p>", Refusal, "too often"),
        (b"<!DOCTYPE html><html><title>Down &amp; out</title>", Garbled, "web page in place of papers: “Down"),
        (b"<?xml version='1.0'?>\n<!DOCTYPE html><html/>", Garbled, "web page"),
        (b"<!-- hm --><HTML><body>", Garbled, "web page"),
        (b"upstream connect error", Garbled, "in words in place of papers: upstream connect error"),
        (feed([], 214_881, 0, 10).encode(), Garbled, "says that there are 214,881 papers and sends none"),
        (GOOD[: len(GOOD) // 2], Garbled, "breaks off"),
        (GOOD[:-7], Garbled, "breaks off"),
        (b"<rss version='2.0'><channel/></rss>", Garbled, "no feed of papers"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", Garbled, "does not say how many"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>', Garbled, "no feed"),
        (GOOD.replace(b"abs/2611.00001v1", b"api/errors#x"), BadQuery, "cannot read what it was asked"),
    ],
)
def test_what_only_looks_like_an_answer(body: bytes, kind: type[BadAnswer], words: str) -> None:
    """Everything that comes with HTTP 200 and is no page of papers is named."""
    with pytest.raises(kind) as caught:
        read(body)
    assert words in caught.value.reason
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, Refusal), (503, Refusal), (403, Refusal), (400, BadQuery), (404, Unreached), (500, Unreached), (502, Unreached), (204, Unreached)],
)  # fmt: skip
def test_other_statuses(status: int, kind: type[BadAnswer]) -> None:
    """Refusals, questions that cannot be read and faults of the server are different things."""
    with pytest.raises(kind, match=str(status)) as caught:
        read(b"<html>no</html>", status, retry_after="7")
    if isinstance(caught.value, Refusal):
        assert (caught.value.retry_after, caught.value.in_words) == (7.0, False)


def test_how_long_arxiv_wants_to_be_left_alone() -> None:
    """Retry-After is seconds or a date; what is neither says nothing."""
    date = email.utils.formatdate(NOW + 90, usegmt=True)
    assert [read_retry_after(text, NOW) for text in ("120", " 1.5", date, "", "soon", "-3")] == [
        120.0, 1.5, 90.0, None, None, None,
    ]  # fmt: skip
    assert read_retry_after(email.utils.formatdate(NOW - 90, usegmt=True), NOW) == 0.0
