"""What a BibTeX file tells of papers: those of arXiv by their ids, wherever the common tools put them."""

import re
from datetime import UTC, datetime

from store import bibtex
from store.bibtex import MONTHS
from store.paper_ids import ArxivId, find_ids, read_doi, read_id
from store.papers import Find
from store.tex_text import to_plain

ARXIV_DOI = "10.48550/arXiv."
PLACED = ("key", "type", "title", "author", "abstract", "doi", "eprint", "archiveprefix", "primaryclass", "eprinttype",
          "eprintclass", "url")  # fmt: skip
"""The fields that have a place of their own in a paper, or are made anew when it is written out."""
_MONTH = re.compile(f"({'|'.join(MONTHS)})[a-z]*")


def read_bibtex(text: str) -> list[Find]:
    """The papers of a BibTeX file, those of arXiv by their ids; what cannot be read is left out."""
    return read_bibtex_all(text)[0]


def read_bibtex_all(text: str) -> tuple[list[Find], list[str]]:
    """The papers of a BibTeX file, and a line on each entry that cannot be read or names nothing."""
    entries, problems = bibtex.parse(text)
    found = []
    for entry in entries:
        find = _find(entry)
        if find is None:
            problems.append(f"@{entry.kind}{{{entry.key}}} has neither a title nor an arXiv id")
        else:
            found.append(find)
    return found, problems


def _find(entry: bibtex.Entry) -> Find | None:
    arxiv = _arxiv_id(entry)
    title = entry.plain("title") or (f"arXiv:{arxiv.base}" if arxiv else "")
    if not title:
        return None
    doi = read_doi(entry.fields.get("doi", "").replace("\\", ""))
    url = _address(entry)
    journal = entry.plain("journal") or entry.plain("journaltitle")
    fields = {name: to_plain(value) for name, value in entry.fields.items() if name not in PLACED}
    if arxiv and re.search(r"arxiv|^corr$", journal, re.IGNORECASE):
        journal = ""
        for name in ("journal", "journaltitle", "volume"):
            fields.pop(name, None)
    for name in ("journal", "journaltitle"):
        fields.pop(name, None)
    named = {"type": entry.kind} | ({"key": entry.key} if entry.key else {}) | {k: v for k, v in fields.items() if v}
    return Find(
        ref=arxiv.base if arxiv else "",
        title=title,
        source="arxiv" if arxiv else "bibtex",
        authors=bibtex.split_names(entry.fields.get("author", "") or entry.fields.get("editor", "")),
        abstract=entry.plain("abstract"),
        categories=tuple(entry.plain("primaryclass").split()) if arxiv else (),
        journal=journal or None,
        doi=None if doi is None or doi.startswith(ARXIV_DOI.lower()) else doi,
        url=None if arxiv else url,
        published=_published(entry),
        fields=tuple(named.items()),
    )


def _arxiv_id(entry: bibtex.Entry) -> ArxivId | None:
    """The arXiv id of an entry, by its own fields or as the common tools write it elsewhere."""
    archive = (entry.plain("archiveprefix") or entry.plain("eprinttype") or "arxiv").casefold()
    if archive == "arxiv" and (found := read_id(entry.plain("eprint"))):
        return found
    for name in ("doi", "url", "howpublished"):
        if found := read_id(re.sub(r"\\url|[{}\\]", "", entry.fields.get(name, ""))):
            return found
    for name in ("journal", "journaltitle", "volume", "note", "howpublished"):
        text = entry.plain(name)
        if "arxiv" in text.casefold() or text.startswith("abs/"):
            named = find_ids(text.replace("abs/", ""))
            if named:
                return named[0]
    return None


def _address(entry: bibtex.Entry) -> str | None:
    for name in ("url", "howpublished", "note"):
        found = re.search(r"https?://[^\s{}]+", entry.fields.get(name, "").replace("\\_", "_").replace("\\%", "%"))
        if found:
            return found[0].replace("\\", "").rstrip(".,;")
    return None


def _published(entry: bibtex.Entry) -> float | None:
    """When it came out, as far as that is said: the first day of the month or the year."""
    date = re.match(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", entry.plain("date"))
    year = re.search(r"\b(1[5-9]|20|21)\d\d\b", entry.plain("year"))
    if date:
        parts = [int(part) if part else 1 for part in date.groups()]
    elif year:
        month = entry.plain("month").casefold()
        named = _MONTH.match(month)
        parts = [int(year[0]), MONTHS.index(named[1]) + 1 if named else int(month) if month.isdecimal() else 1, 1]
    else:
        return None
    try:
        return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[arg-type,misc]
    except ValueError:
        return datetime(parts[0], 1, 1, tzinfo=UTC).timestamp() if parts[0] else None
