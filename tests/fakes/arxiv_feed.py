"""Papers and feeds as arXiv's API writes them: made up, or taken from recorded answers."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
SPACES = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns="http://www.w3.org/2005/Atom"'
)
DAY = 86400.0
START = 1_793_000_000.0
"""When the samples begin: in October 2026."""
ID = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(\d+))?")


@dataclass(frozen=True)
class Entry:
    """A paper as this arXiv has it: what a search looks at, and the XML of its entry."""

    base: str
    version: int
    updated: float
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    xml: str

    def holds(self, prefix: str, text: str) -> bool:
        """Whether a term of a query is true of it."""
        text = text.strip('"').casefold()
        everything = [self.title, self.abstract, *self.authors, *self.categories]
        if prefix == "cat":
            return any(re.fullmatch(re.escape(text).replace(r"\*", ".*"), one.casefold()) for one in self.categories)
        where = {"ti": [self.title], "abs": [self.abstract], "au": self.authors}.get(prefix, everything)
        return any(text in one.casefold() for one in where)


def sample(
    base: str,
    title: str,
    *,
    version: int = 1,
    updated: float = START,
    published: float | None = None,
    abstract: str = "We train a network and look at what it does.",
    authors: Sequence[str] = ("Ada Example", "Ben Example"),
    categories: Sequence[str] = ("cs.LG",),
    comment: str = "",
    doi: str = "",
    journal: str = "",
) -> Entry:
    """A made-up paper in the form that the API has had since November 2025."""
    extra = "".join(
        f"<arxiv:{name}>{escape(text)}</arxiv:{name}>"
        for name, text in (("comment", comment), ("doi", doi), ("journal_ref", journal))
        if text
    )
    people = "".join(f"<author><name>{escape(name)}</name></author>" for name in authors)
    classes = "".join(f'<category term="{one}" scheme="http://arxiv.org/schemas/atom"/>' for one in categories)
    xml = (
        f"<entry><id>http://arxiv.org/abs/{base}v{version}</id><title>{escape(title)}</title>"
        f"<updated>{stamp(updated)}</updated>"
        f'<link href="https://arxiv.org/abs/{base}v{version}" rel="alternate" type="text/html"/>'
        f'<link href="https://arxiv.org/pdf/{base}v{version}" rel="related" type="application/pdf" title="pdf"/>'
        f"<summary>{escape(abstract)}</summary>{classes}"
        f"<published>{stamp(updated if published is None else published)}</published>{extra}"
        f'<arxiv:primary_category term="{categories[0]}"/>{people}</entry>'
    )
    return Entry(base, version, updated, title, abstract, tuple(authors), tuple(categories), xml)


def samples(count: int, *, start: float = START, every: float = 3600.0, month: str = "2611") -> list[Entry]:
    """Many made-up papers, an hour apart, the oldest first."""
    return [
        sample(f"{month}.{number:05d}", f"Sample paper {number}", updated=start + number * every)
        for number in range(1, count + 1)
    ]


def real_entries(folder: Path) -> list[Entry]:
    """The papers of all real answers of the API in a folder, their XML as it came; of each the newest version."""
    bodies = [path.read_bytes() for path in sorted(folder.glob("*/*.xml"))]
    bodies += [json.loads(path.read_text())["body"].encode("latin-1") for path in sorted(folder.glob("*/*.json"))]
    found: dict[str, Entry] = {}
    for body in bodies:
        for one in _entries(body):
            if one.base not in found or found[one.base].version < one.version:
                found[one.base] = one
    return sorted(found.values(), key=lambda one: one.updated)


def real_answer(path: Path) -> tuple[int, bytes]:
    """A recorded answer as it came: its status and body."""
    if path.suffix == ".xml":
        return 200, path.read_bytes()
    kept = json.loads(path.read_text())
    return int(kept["status_code"]), str(kept["body"]).encode("latin-1")


def stamp(moment: float) -> str:
    """A time as the feed has it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entries(body: bytes) -> list[Entry]:
    root = ElementTree.fromstring(body)
    if root.tag != f"{ATOM}feed" or "rss" in (root.findtext(f"{ATOM}id") or ""):
        return []
    entries = []
    for element in root.findall(f"{ATOM}entry"):
        name = ID.search((element.findtext(f"{ATOM}id") or "").rpartition("/abs/")[2])
        if name is None or not element.findtext(f"{ATOM}published"):
            continue
        updated = datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "").timestamp()
        people = [one.findtext(f"{ATOM}name") or "" for one in element.findall(f"{ATOM}author")]
        classes = [one.get("term") or "" for one in element.findall(f"{ATOM}category")]
        title, abstract = (element.findtext(ATOM + part) or "" for part in ("title", "summary"))
        xml = ElementTree.tostring(element, "unicode")
        entries.append(
            Entry(name[1], int(name[2] or 1), updated, title, abstract, tuple(people), tuple(classes), xml)
        )  # fmt: skip
    return entries


def feed(entries: Sequence[Entry], total: int, start: int, count: int, query: str = "") -> str:
    """A page of results."""
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<feed {SPACES}><id>https://arxiv.org/api/sample</id>"
        f"<title>arXiv Query: {escape(query)}</title><updated>{stamp(time.time())}</updated>"
        f"<opensearch:itemsPerPage>{count}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>" + "".join(one.xml for one in entries) + "</feed>"
    )


def error_feed(name: str, words: str) -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<feed {SPACES}><id>https://arxiv.org/</id>"
        f"<title>arXiv Search Results</title><updated>{stamp(time.time())}</updated>"
        "<opensearch:itemsPerPage>1</opensearch:itemsPerPage><opensearch:totalResults>1</opensearch:totalResults>"
        f"<opensearch:startIndex>0</opensearch:startIndex><entry><id>https://arxiv.org/api/errors#{escape(name)}</id>"
        f"<title>Error</title><summary>{escape(words)}</summary></entry></feed>"
    ).encode()


class Query:
    """A query as the API reads it: terms, brackets, AND, OR and ANDNOT from the left."""

    def __init__(self, text: str) -> None:
        self.parts = re.findall(r'\w+:"[^"]*"|"[^"]*"|[()]|[^\s()]+', text)

    def holds(self, entry: Entry) -> bool:
        self.rest = list(self.parts)
        value = self._expression(entry)
        if self.rest:
            raise ValueError(self.rest)
        return value

    def _expression(self, entry: Entry) -> bool:
        value = self._operand(entry)
        while self.rest and self.rest[0] != ")":
            operator = self.rest.pop(0) if self.rest[0] in ("AND", "OR", "ANDNOT") else "OR"
            right = self._operand(entry)
            value = {"AND": value and right, "OR": value or right, "ANDNOT": value and not right}[operator]
        return value

    def _operand(self, entry: Entry) -> bool:
        part = self.rest.pop(0)
        if part == "(":
            value = self._expression(entry)
            if self.rest.pop(0) != ")":
                raise ValueError(part)
            return value
        prefix, colon, text = part.partition(":")
        return entry.holds(prefix, text) if colon else entry.holds("all", prefix)
