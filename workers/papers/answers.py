"""What came back from arXiv: a page of papers, or one of the many things that only look like one.

The package that reads the feed takes a web page, an empty body, a feed that breaks off and a refusal in plain words
all for "no papers"; they are told apart here, before it sees them.
"""

import email.utils
import re
from dataclasses import dataclass
from xml.etree import ElementTree

from store.paper_faults import UNREADABLE, spell

_ATOM = "{http://www.w3.org/2005/Atom}"
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_REFUSALS = {429: "too_often", 503: "busy", 403: "refused"}
_UNREADABLE = (400, 414, 422)
LARGEST_BYTES = 50_000_000


class BadAnswer(Exception):
    """What arXiv answered is no page of papers; ``reason`` says what it is instead."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refusal(BadAnswer):
    """arXiv wants to be left alone: for ``retry_after`` seconds, where it says for how long; ``in_words`` tells that
    the answer looked like any other (HTTP 200)."""

    def __init__(self, reason: str, retry_after: float | None = None, *, in_words: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.in_words = in_words


class BadQuery(BadAnswer):
    """arXiv cannot read what it was asked (HTTP 400): asking the same again is of no use."""


class Unreached(BadAnswer):
    """No answer came: no network, a connection that broke, a server that fell silent, or HTTP 500 and the like."""


class Garbled(BadAnswer):
    """An answer came in time, with HTTP 200, and is no feed of papers or only a part of one."""


@dataclass(frozen=True)
class Page:
    """What a feed says of itself: ``total`` results in all, those from ``start`` on here, ``entries`` of them, of
    which ``usable`` have id and dates."""

    total: int
    start: int
    entries: int
    usable: int


def read_answer(status: int, headers: dict[str, str], body: bytes, start: int, now: float) -> Page:
    """The page that an answer holds, asked for from result ``start`` on; BadAnswer where it holds none.

    ``headers`` have their names in lower case; ``now`` is in epoch seconds.
    """
    if status in _REFUSALS:
        raise Refusal(spell(_REFUSALS[status]), read_retry_after(headers.get("retry-after", ""), now))
    if status in _UNREADABLE:
        raise _bad_query(": ".join(filter(None, (f"HTTP {status}", _error_words(body)))))
    if status != 200:
        raise Unreached(spell("status", status=status))
    return _read_feed(body, headers, start, now)


def read_retry_after(text: str, now: float) -> float | None:
    """The seconds of a Retry-After header, given as such or as a date; None where it says nothing."""
    text = text.strip()
    if re.fullmatch(r"\d{1,9}(\.\d*)?", text, re.ASCII):
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _read_feed(body: bytes, headers: dict[str, str], start: int, now: float) -> Page:
    text = body[:2000].decode("utf-8", "replace").strip("\ufeff \t\r\n")
    if not text:
        raise Garbled(spell("empty"))
    if re.search(r"rate exceeded|too many requests", text, re.IGNORECASE) and "<feed" not in text:
        retry_after = read_retry_after(headers.get("retry-after", ""), now)
        raise Refusal(spell("rate_exceeded"), retry_after, in_words=True)
    if re.match(r"(<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(!doctype\s+)?html", text, re.IGNORECASE | re.DOTALL):
        title = _title_of(body)
        raise Garbled(spell("web_page_called", title=title) if title else spell("web_page"))
    if "<" not in text:
        raise Garbled(spell("in_words", words=_shorten(text)))
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Garbled(spell("no_feed"))
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise Garbled(spell("damaged", line=error.position[0])) from error
    if root.tag != f"{_ATOM}feed":
        raise Garbled(spell("no_feed"))
    return _check_page(root, start)


def _check_page(root: ElementTree.Element, start: int) -> Page:
    entries = root.findall(f"{_ATOM}entry")
    for entry in entries:
        if "/api/errors" in (entry.findtext(f"{_ATOM}id") or ""):
            raise _bad_query(_shorten(entry.findtext(f"{_ATOM}summary") or ""))
    total = _number(root, "totalResults")
    if total is None:
        raise Garbled(spell("no_total"))
    usable = sum(all(entry.findtext(_ATOM + name) for name in ("id", "updated", "published")) for entry in entries)
    page = Page(total, _number(root, "startIndex") or 0, len(entries), usable)
    if total > start and not entries:
        raise Garbled(spell("none_sent", total=f"{total:,}"))
    return page


def _number(root: ElementTree.Element, name: str) -> int | None:
    text = (root.findtext(_OPENSEARCH + name) or "").strip()
    return int(text) if re.fullmatch(r"\d{1,12}", text, re.ASCII) else None


def _bad_query(words: str) -> BadQuery:
    return BadQuery(spell("unreadable_for", words=words) if words else UNREADABLE)


def _error_words(body: bytes) -> str:
    found = re.search(rb"<summary[^>]*>([^<]{1,300})</summary>", body)
    return _shorten(found[1].decode("utf-8", "replace")) if found else ""


def _title_of(body: bytes) -> str:
    found = re.search(rb"<title[^>]*>([^<]{1,200})</title>", body, re.IGNORECASE)
    return _shorten(found[1].decode("utf-8", "replace")) if found else ""


def _shorten(text: str) -> str:
    text = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return text if len(text) <= 120 else text[:119] + "…"
